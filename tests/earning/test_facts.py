"""Every fact that a rule may ask about is there when the rule is judged."""

import pytest

from laurels.earning.facts import FIELDS, ROOTS
from laurels.kit.conditions import Kind

BOUGHT = {
    "external_id": "order-1", "member": "anna", "amount": "20.00", "currency": "USD",
    "channel": "online", "payment_method": "card", "attributes": {"shop": "north"},
    "lines": [{
        "sku": "tea", "name": "Tea", "category": "drinks", "quantity": "2", "unit_price": "10.00",
        "attributes": {"colour": "green"},
    }],
}  # fmt: skip
DONE = {
    "member": "anna", "kind": "review", "external_id": "review-1", "subject": "tea", "value": "5",
    "attributes": {"stars": 5},
}  # fmt: skip
ANNA = {"external_id": "anna", "birthday": "1990-05-05", "attributes": {"kind": "friend"}}


def questions(trigger):
    """A condition for each fact that this trigger knows of, by the fact's name."""
    found = {}
    for field in FIELDS:
        name = f"{field.name}.shop" if field.kind is Kind.ATTRIBUTES else field.name
        if field.collection is not None:
            if trigger != "purchase.completed":
                continue
            inner = f"{field.name}.colour" if field.kind is Kind.ATTRIBUTES else field.name
            found[f"{field.collection}: {inner}"] = {"some": field.collection, "where": asks(inner)}
        elif field.name.partition(".")[0] in ROOTS[trigger]:
            known = {"member.attributes": "kind", "activity.attributes": "stars"}
            if field.name in known:
                name = f"{field.name}.{known[field.name]}"
            found[name] = asks(name)
    return found


def asks(name):
    return {"field": name, "op": "exists", "value": True}


@pytest.mark.parametrize(
    ("trigger", "path", "body"),
    [
        ("purchase.completed", "/v1/purchases", BOUGHT),
        ("activity.recorded", "/v1/activities", DONE),
    ],
)
async def test_a_rule_over_any_fact_fires(client, trigger, path, body):
    tier = {
        "name": "Silver", "level": 1, "is_default": True, "points_multiplier": "1.5",
        "birthday_bonus_points": 10,
    }  # fmt: skip
    assert (await client.post("/v1/tiers", json=tier)).status_code == 201
    assert (await client.post("/v1/members", json=ANNA)).status_code == 201
    for rule in (await client.get("/v1/earning-rules")).json()["data"]:
        await client.post(f"/v1/earning-rules/{rule['id']}/pause")
    wanted = questions(trigger)
    names: dict[str, str] = {}
    for name, condition in wanted.items():
        rule = {
            "name": name, "trigger": trigger, "award": {"type": "fixed", "points": 1},
            "conditions": condition,
        }  # fmt: skip
        answer = await client.post("/v1/earning-rules", json=rule)
        assert answer.status_code == 201, f"{name}: {answer.text}"
        names[answer.json()["id"]] = name

    award = (await client.post(path, json=body)).json()["award"]

    fired = {names[effect["rule_id"]] for effect in award["effects"]}
    assert set(wanted) - fired == set(), "nobody supplies these"


@pytest.mark.parametrize("name", ["activity.steps", "member.tags", "club.days", "member.points"])
async def test_a_rule_over_what_nobody_supplies_is_refused(client, name):
    trigger = "activity.recorded" if name.startswith("activity") else "purchase.completed"
    rule = {
        "name": "Never", "trigger": trigger, "award": {"type": "fixed", "points": 1},
        "conditions": {"field": name, "op": "exists", "value": True},
    }  # fmt: skip

    answer = await client.post("/v1/earning-rules", json=rule)

    assert answer.status_code == 422
    assert name in answer.text
