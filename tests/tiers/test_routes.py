"""The doors of the ladder: define, preview, archive, assign, look."""

import pytest

from laurels import jobs
from laurels.kit.values.ids import decode, encode

from .climbing import build, buy, member_id, pass_time, steps, tier_of


async def run_review(house):
    """Carry out the reviews that wait; return how far they came."""
    async with house.work() as work:
        waiting = await jobs.list_runs(work, job="tiers.review", state="waiting")
    return [await jobs.carry_out(house.database, house.tenant.id, run.id) for run in waiting]


async def make(client, **values):
    answer = await client.post("/v1/tiers", json=values)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_ladder_is_defined_read_changed_archived_and_restored(client, house):
    low = await make(client, name="Low", level=1, is_default=True)
    high = await make(
        client, name="High", level=2, criteria="spend", min_spend="99.90",
        points_multiplier="1.5", discount_percentage=5, free_shipping=True,
    )  # fmt: skip

    assert (low["color"], low["icon"], low["qualification_period_days"]) == ("#8B5CF6", "star", 365)
    assert (high["min_spend"], high["points_multiplier"]) == ("99.90", "1.50")
    changed = await client.patch(
        f"/v1/tiers/{high['id']}", json={"name": "Top", "color": "#00FF00"}
    )
    listed = (await client.get("/v1/tiers")).json()["data"]
    assert [tier["name"] for tier in listed] == ["Low", "Top"]
    assert changed.json()["color"] == "#00FF00"
    assert (await client.delete(f"/v1/tiers/{high['id']}")).json()["archived_at"] is not None
    assert (await client.delete(f"/v1/tiers/{high['id']}")).status_code == 200
    assert [t["id"] for t in (await client.get("/v1/tiers?archived=true")).json()["data"]] == [
        high["id"]
    ]
    assert (await client.patch(f"/v1/tiers/{high['id']}", json={"name": "x"})).status_code == 409
    assert (await client.post(f"/v1/tiers/{high['id']}/restore")).json()["archived_at"] is None
    log = (await client.get("/v1/audit-log", params={"limit": 100})).json()["data"]
    done = [entry["action"] for entry in log if entry["action"].startswith("tier.")]
    assert done == [
        "tier.restored", "tier.archived", "tier.changed", "tier.created", "tier.created",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"name": "Low", "level": 9}, 409, "tier_name_taken"),
        ({"name": "Other", "level": 1}, 409, "tier_level_taken"),
        ({"name": "Other", "level": 2, "min_spend": "1.001"}, 422, "tier_invalid"),
        ({"name": "Other", "level": 2, "points_multiplier": 0}, 422, "invalid"),
        ({"name": "Other", "level": 2, "color": "red"}, 422, "invalid"),
        (
            {"name": "Other", "level": 2, "is_default": True, "requires_maintenance": True},
            422,
            "tier_invalid",
        ),
    ],
)
async def test_what_cannot_be_a_tier_is_refused_in_words(client, values, status, code):
    await make(client, name="Low", level=1)

    answer = await client.post("/v1/tiers", json=values)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"] in values


async def test_a_ladder_has_fifty_tiers_at_most(client):
    for level in range(1, 51):
        await make(client, name=f"Tier {level}", level=level)

    answer = await client.post("/v1/tiers", json={"name": "One more", "level": 51})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tiers")


async def test_one_tier_is_the_default_and_goes_last(client):
    low = await make(client, name="Low", level=1, is_default=True)
    high = await make(client, name="High", level=2, min_points=10)

    assert (await client.delete(f"/v1/tiers/{low['id']}")).json()["code"] == "default_tier_needed"
    off = await client.patch(f"/v1/tiers/{low['id']}", json={"is_default": False})
    assert off.json()["code"] == "default_tier_needed"
    await client.patch(f"/v1/tiers/{high['id']}", json={"is_default": True})
    listed = (await client.get("/v1/tiers")).json()["data"]
    assert [tier["is_default"] for tier in listed] == [False, True]
    assert (await client.delete(f"/v1/tiers/{low['id']}")).status_code == 200
    assert (await client.delete(f"/v1/tiers/{high['id']}")).status_code == 200


async def test_a_tier_with_members_is_archived_only_when_that_is_said(client, house):
    ids = await build(house)
    await buy(house, "ann", "5000")
    await buy(house, "bob", "10")
    gold = encode("tier", ids["Gold"])

    refused = await client.delete(f"/v1/tiers/{gold}")
    preview = (await client.post("/v1/tiers/preview", json={"archived": [gold]})).json()
    done = await client.post(f"/v1/tiers/{gold}/archive", json={"move_members": True})
    (ended,) = await run_review(house)

    assert (refused.status_code, refused.json()["code"]) == (409, "tier_has_members")
    assert refused.json()["members"] == 1
    assert done.status_code == 200
    assert (preview["up"], preview["down"], preview["members"]) == (0, 1, 2)
    assert (preview["moves"][0]["from_tier"]["name"], preview["moves"][0]["to_tier"]["name"]) == (
        "Gold", "Silver",
    )  # fmt: skip
    assert (ended.done, ended.total) == (2, 2)
    assert (await steps(house, "ann"))[-1] == ("Silver", "archived")
    assert await tier_of(house, "bob") == "Bronze"


async def test_a_preview_is_what_then_happens(client, house):
    ids = await build(house)
    for number, amount in enumerate([10, 900, 1200, 2500, 5000, 7000, 16_000, 40_000]):
        await buy(house, f"m-{number}", amount)
    await pass_time(house, days=40)
    await client.put(
        f"/v1/members/{encode('member', await member_id(house, 'm-1'))}/tier",
        json={"tier_id": encode("tier", ids["Gold"])},
    )
    silver, gold = encode("tier", ids["Silver"]), encode("tier", ids["Gold"])
    change = {
        "changed": [
            {"id": silver, "min_points": 800},
            {"id": gold, "min_points": 6000},
            {"id": encode("tier", ids["Bronze"]), "is_default": True},
        ],
        "new": [{"name": "Diamond", "level": 9, "min_points": 30_000}],
    }

    said = (await client.post("/v1/tiers/preview", json=change)).json()
    before = {n: await tier_of(house, f"m-{n}") for n in range(8)}
    await client.patch(f"/v1/tiers/{silver}", json={"min_points": 800})
    await client.patch(f"/v1/tiers/{gold}", json={"min_points": 6000})
    await make(client, name="Diamond", level=9, min_points=30_000)
    runs = await run_review(house)

    assert len(runs) == 1, "changes that come before the review share it"
    after = {n: await tier_of(house, f"m-{n}") for n in range(8)}
    moved = [(before[n], after[n]) for n in range(8) if before[n] != after[n]]
    assert sorted(moved) == sorted(
        (move["from_tier"]["name"], move["to_tier"]["name"])
        for move in said["moves"]
        for _ in range(move["members"])
    )
    assert moved == [("Gold", "Silver"), ("Platinum", "Diamond")]
    assert (said["up"], said["down"], said["complete"]) == (1, 1, True)
    assert {one["member_id"] for one in said["sample"]} == {
        encode("member", await member_id(house, name)) for name in ("m-4", "m-7")
    }
    again = (await client.post("/v1/tiers/preview", json={})).json()
    assert (again["moves"], again["members"]) == ([], 8)


async def test_a_whole_other_ladder_can_be_previewed(client, house):
    await build(house)
    await buy(house, "ann", "5000")
    ladder = {
        "replace": True,
        "new": [
            {"name": "Member", "level": 1, "is_default": True},
            {"name": "Star", "level": 2, "criteria": "orders", "min_orders": 2},
        ],
    }

    said = (await client.post("/v1/tiers/preview", json=ladder)).json()

    assert [(m["from_tier"]["name"], m["to_tier"]) for m in said["moves"]] == [
        ("Gold", {"id": None, "name": "Member", "level": 1})
    ]
    assert await tier_of(house, "ann") == "Gold"


async def test_a_ladder_for_members_who_are_there_places_and_raises_them(client, house):
    await buy(house, "ann", "5000")
    await buy(house, "bob", "10")
    low = await make(client, name="Low", level=1, is_default=True)
    await make(client, name="High", level=2, min_points=1000)
    spread = (await client.get("/v1/tiers/distribution")).json()
    assert (spread["without_tier"], spread["total"]) == (2, 2)

    await run_review(house)

    spread = (await client.get("/v1/tiers/distribution")).json()
    assert [(t["name"], t["members"], t["percentage"]) for t in spread["data"]] == [
        ("Low", 1, "50.00"), ("High", 1, "50.00"),
    ]  # fmt: skip
    assert await steps(house, "bob") == [("Low", "placed")]
    assert decode("tier", low["id"])


async def test_a_member_reads_what_counts_and_what_is_missing(client, house):
    await build(house)
    await buy(house, "ann", "1200")
    ann = encode("member", await member_id(house, "ann"))

    said = (await client.get(f"/v1/members/{ann}/tier")).json()

    assert said["standing"]["tier"]["name"] == "Silver"
    assert (said["metrics"]["points"], said["metrics"]["spend"]) == (1200, "1200.00")
    assert said["next"]["name"] == "Gold"
    assert said["next"]["missing"] == {"points": 3800, "spend": "0.00", "orders": 0}
    assert said["to_keep"] is None
    page = (await client.get(f"/v1/members/{ann}/tier/history", params={"limit": 1})).json()
    assert (page["data"][0]["tier"]["name"], page["data"][0]["points_at_achievement"]) == (
        "Silver", 1200,
    )  # fmt: skip
    rest = (
        await client.get(f"/v1/members/{ann}/tier/history", params={"cursor": page["next_cursor"]})
    ).json()
    assert [row["tier"]["name"] for row in rest["data"]] == ["Bronze"]
    shown = (await client.get(f"/v1/members/{ann}", params={"expand": "tier"})).json()
    assert shown["expanded"]["tier"]["tier"]["level"] == 2


async def test_somebody_without_a_tier_has_none(client, house):
    ann = encode("member", await house.member())

    said = (await client.get(f"/v1/members/{ann}/tier")).json()

    assert (said["standing"], said["metrics"], said["next"]) == (None, None, None)
    gone = await client.delete(f"/v1/members/{ann}/tier")
    assert (gone.status_code, gone.json()["code"]) == (404, "tier_not_assigned")


async def test_a_dry_run_says_that_the_member_would_rise_and_nobody_does(client, house):
    await build(house)
    await buy(house, "ann", "999")

    said = await client.post(
        "/v1/purchases?dry_run=true", json={"member": "ann", "amount": "1.00", "currency": "USD"}
    )

    assert "tier.raised" in [event["type"] for event in said.json()["events"]]
    assert await tier_of(house, "ann") == "Bronze"


async def test_what_was_previewed_is_saved_at_once_and_tiers_may_change_places(client, house):
    ids = {name: encode("tier", one) for name, one in (await build(house)).items()}
    for number, amount in enumerate([10, 1200, 5000, 40_000]):
        await buy(house, f"m-{number}", amount)
    ladder = {
        "replace": True,
        "changed": [
            {"id": ids["Bronze"], "level": 2, "name": "Silver", "min_points": 100},
            {
                "id": ids["Silver"],
                "level": 1,
                "name": "Bronze",
                "min_points": 0,
                "is_default": True,
            },
            {"id": ids["Gold"], "level": 3},
        ],
        "new": [{"name": "Star", "level": 4, "min_points": 30_000}],
    }

    said = (await client.post("/v1/tiers/preview", json=ladder)).json()
    refused = await client.put("/v1/tiers", json=ladder)
    saved = await client.put("/v1/tiers", json={**ladder, "move_members": True})
    again = await client.put("/v1/tiers", json={"changed": ladder["changed"]})
    runs = await run_review(house)

    assert (refused.status_code, refused.json()["code"]) == (409, "tier_has_members")
    assert [(t["name"], t["level"], t["is_default"]) for t in saved.json()["data"]] == [
        ("Bronze", 1, True), ("Silver", 2, False), ("Gold", 3, False), ("Star", 4, False),
    ]  # fmt: skip
    assert again.json()["data"] == saved.json()["data"]
    assert len(runs) == 1
    assert [await tier_of(house, f"m-{n}") for n in range(4)] == [
        "Bronze", "Silver", "Gold", "Star",
    ]  # fmt: skip
    moves = {(m["from_tier"]["name"], m["to_tier"]["name"]): m["members"] for m in said["moves"]}
    assert moves == {("Bronze", "Bronze"): 1, ("Silver", "Silver"): 1, ("Platinum", "Star"): 1}
    nothing = await client.put("/v1/tiers", json={"archived": [saved.json()["data"][0]["id"]]})
    assert nothing.json()["code"] == "default_tier_needed"


async def test_who_edits_what_another_has_changed_is_told(client):
    gold = (await client.post("/v1/tiers", json={"name": "Gold", "level": 2})).json()
    first = {"changed": [{"id": gold["id"], "version": gold["version"], "min_points": 500}]}
    second = {"changed": [{"id": gold["id"], "version": gold["version"], "name": "Golden"}]}

    saved = await client.put("/v1/tiers", json=first)
    refused = await client.put("/v1/tiers", json=second)
    alone = await client.patch(f"/v1/tiers/{gold['id']}", json={"version": 1, "name": "Golden"})

    assert saved.status_code == 200, saved.text
    assert saved.json()["data"][0]["version"] > gold["version"]
    for answer in (refused, alone):
        assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    (kept,) = (await client.get("/v1/tiers")).json()["data"]
    assert (kept["name"], kept["min_points"]) == ("Gold", 500)


async def test_a_preview_names_some_of_those_who_would_move(client, house):
    await buy(house, "anna", "500")
    ladder = {"new": [{"name": "Gold", "level": 2, "min_points": 100}]}

    said = (await client.post("/v1/tiers/preview", json=ladder)).json()

    assert (said["up"], said["down"]) == (1, 0)
    assert said["sample"][0]["member"]["external_id"] == "anna"


async def test_a_quick_preview_looks_at_some_and_says_how_many_there_are(client, house):
    for number in range(12):
        await buy(house, f"m{number}", "10")
    ladder = {"new": [{"name": "Gold", "level": 2, "criteria": "spend", "min_spend": "5"}]}

    quick = (await client.post("/v1/tiers/preview", json={**ladder, "at_most": 5})).json()
    whole = (await client.post("/v1/tiers/preview", json={**ladder, "at_most": 12})).json()
    saved = await client.put("/v1/tiers", json={**ladder, "at_most": 5})

    assert (quick["active"], quick["complete"]) == (12, False)
    assert quick["up"] == quick["members"] < 12
    assert (whole["active"], whole["complete"]) == (12, True)
    assert whole["up"] == whole["members"] == 12
    assert (saved.status_code, saved.json()["errors"][0]["field"]) == (422, "at_most")
