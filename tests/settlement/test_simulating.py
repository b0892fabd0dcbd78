"""Simulating: each rule's yes and no, by drafts too, and nothing is kept."""

import pytest

from tests.settlement.test_rehearsal import tables
from tests.settlement.test_why import buy

__all__ = ["tables"]


def rule(name, points, **more):
    """A rule that gives these points for each purchase."""
    award = {"type": "fixed", "points": points}
    return {"name": name, "trigger": "purchase.completed", "award": award, **more}


def purchase(**more):
    """A purchase's JSON."""
    return {"amount": "40.00", "currency": "USD", **more}


async def simulate(client, status=200, **body):
    answer = await client.post("/v1/earning-rules/simulate", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def create(client, body):
    answer = await client.post("/v1/earning-rules", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_it_says_what_then_happens(client):
    await create(
        client,
        rule("Big", 50, conditions={"field": "purchase.amount", "op": "gte", "value": "1000"}),
    )
    await buy(client)

    said = await simulate(client, purchase=purchase(member="ann"))
    done = await buy(client, amount="40.00")

    outcomes = {each["name"]: each["outcome"] for each in said["rules"]}
    assert (said["points"], said["reason"]) == (40, "rules")
    assert said["points"] == done["points"]
    assert outcomes["Big"] == "condition"
    assert said["wallets"][0]["available"] == 140
    assert "purchase.completed" in [event["type"] for event in said["events"]]
    assert said["member_id"] == done["member_id"]


async def test_nothing_is_kept(client, tables):
    await create(client, rule("Five", 5))
    await buy(client)
    before = await tables()

    await simulate(client, purchase=purchase(member="ann"), rules=[{"rule": rule("Draft", 7)}])
    await simulate(client, activity={"kind": "review"})

    changed = {name for name, digest in (await tables()).items() if digest != before[name]}
    assert changed == set()


async def test_each_comparison_is_told(client):
    conditions = {
        "all": [
            {"field": "purchase.amount", "op": "gte", "value": "30"},
            {"any": [{"field": "purchase.channel", "op": "eq", "value": "web"}]},
            {"not": {"field": "member.birthday", "op": "exists", "value": True}},
            {"some": "purchase.lines", "where": {"field": "sku", "op": "eq", "value": "tea"}},
        ]
    }
    draft = {"rule": rule("Draft", 7, conditions=conditions)}

    said = await simulate(client, purchase=purchase(channel="store"), rules=[draft])

    (told,) = [each for each in said["rules"] if each["draft"] == 0]
    assert told["outcome"] == "condition"
    assert [(c["path"], c["field"], c["op"], c["found"], c["held"]) for c in told["checks"]] == [
        ("all.0", "purchase.amount", "gte", "40.00", True),
        ("all.1.any.0", "purchase.channel", "eq", "store", False),
        ("all.2.not", "member.birthday", "exists", None, False),
        ("all.3", "purchase.lines", "some", "0", False),
    ]


async def test_a_draft_stands_in_place_of_its_rule_and_is_not_remembered(client):
    made = await create(client, rule("Five", 5))
    await buy(client, amount="1.00")
    draft = {"rule_id": made["id"], "rule": rule("Nine", 9)}

    said = await simulate(client, purchase=purchase(amount="1.00"), rules=[draft])
    # The version that is published next has the number of the draft.
    changed = await client.put(f"/v1/earning-rules/{made['id']}", json=rule("Six", 6))
    done = await buy(client, amount="1.00")

    assert said["points"] == 10
    assert {each["name"]: each["draft"] for each in said["rules"]}["Nine"] == 0
    assert changed.json()["version"] == 2
    assert done["points"] == 7


async def test_a_paused_rule_is_tried_as_if_it_was_resumed(client):
    made = await create(client, rule("Five", 5))
    await client.post(f"/v1/earning-rules/{made['id']}/pause")
    draft = {"rule_id": made["id"], "rule": rule("Five", 5)}

    said = await simulate(client, purchase=purchase(amount="1.00"), rules=[draft])

    assert said["points"] == 6


async def test_somebody_who_is_described(client):
    tiers = (await client.get("/v1/tiers")).json()["data"]
    if not tiers:
        made = await client.post("/v1/tiers", json={"name": "Gold", "level": 1})
        assert made.status_code == 201, made.text
        tiers = [made.json()]
    segment = (
        await client.post(
            "/v1/segments",
            json={
                "name": "Rich",
                "criteria": {"field": "points.available", "op": "gte", "value": 5000},
            },
        )
    ).json()
    of_segment = {"field": "member.segments", "op": "contains", "value": segment["id"]}
    of_vegans = {"field": "member.attributes.diet", "op": "eq", "value": "vegan"}
    await create(client, rule("Rich", 11, conditions=of_segment))
    await create(client, rule("Vegan", 13, conditions=of_vegans))
    described = {
        "tier_id": tiers[-1]["id"],
        "segment_ids": [segment["id"]],
        "attributes": {"diet": "vegan"},
    }

    stranger = await simulate(client, purchase=purchase(amount="1.00"))
    known = await simulate(client, purchase=purchase(amount="1.00"), described_member=described)

    gave = {each["name"] for each in known["rules"] if each["outcome"] == "gave"}
    assert gave >= {"Rich", "Vegan"}
    assert {"Rich", "Vegan"}.isdisjoint(
        each["name"] for each in stranger["rules"] if each["outcome"] == "gave"
    )
    assert known["tier_before"]["id"] == tiers[-1]["id"]
    assert known["member_id"] is None
    assert "member.enrolled" not in [event["type"] for event in known["events"]]


async def test_the_tier_that_would_be_reached_is_told(client):
    for level, name in ((1, "Bronze"), (2, "Silver")):
        more = {"min_points": 100 * (level - 1)} if level > 1 else {"is_default": True}
        made = await client.post("/v1/tiers", json={"name": name, "level": level, **more})
        assert made.status_code == 201, made.text

    said = await simulate(client, purchase=purchase(amount="150.00"))

    assert (said["tier_before"]["name"], said["tier_after"]["name"]) == ("Bronze", "Silver")
    assert "tier.raised" in [event["type"] for event in said["events"]]


async def test_an_activity(client):
    draft = {**rule("Review", 30), "trigger": "activity.recorded"}

    said = await simulate(client, activity={"kind": "review"}, rules=[{"rule": draft}])

    assert said["points"] == 30


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({}, 422, None),
        ({"purchase": purchase(member="nobody")}, 404, "purchase.member"),
        ({"purchase": purchase(currency="EUR")}, 422, None),
        (
            {"purchase": purchase(), "rules": [{"rule": {**rule("x", 1), "trigger": "a.b"}}]},
            422,
            "rules.0.rule.trigger",
        ),
        (
            {"purchase": purchase(member="ann"), "described_member": {}},
            422,
            None,
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(client, body, status, where):
    problem = await simulate(client, status, **body)

    if where is not None:
        assert problem["errors"][0]["field"] == where


async def test_a_number_that_is_in_the_books_stands_in_no_way(client):
    await buy(client, external_id="1", source="till")

    said = await simulate(
        client, purchase=purchase(member="ann", external_id="1", source="till", status="pending")
    )

    assert said["points"] == 40


async def test_who_is_a_member_is_told_to_nobody_who_may_not_know(client):
    await buy(client)
    key = await client.post("/v1/api-keys", json={"name": "rules", "scopes": ["earning:read"]})
    bearer = {"Authorization": f"Bearer {key.json()['api_key']}"}

    mine = await client.post(
        "/v1/earning-rules/simulate", json={"purchase": purchase()}, headers=bearer
    )
    theirs = await client.post(
        "/v1/earning-rules/simulate", json={"purchase": purchase(member="ann")}, headers=bearer
    )

    assert (mine.status_code, theirs.status_code) == (200, 403)
