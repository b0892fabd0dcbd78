"""Facts of rooms above: rules ask them on every way in; a rule whose fact is gone says so."""

import json

import pytest

from laurels import earning, imports
from laurels.earning import supplying
from laurels.earning.facts import FIELDS
from laurels.kit.conditions import Field, Kind
from laurels.kit.values.ids import new_id

BOTH = ["purchase.completed", "activity.recorded"]


class Garden:
    """A room above that knows how many plants a member has: one for each letter of their name."""

    def __init__(self):
        self.asked = []

    async def plants(self, work, events):
        self.asked.append(len(events))
        rows = await work.fetch(
            "select id, length(external_id) from laurels.members"
            " where tenant_id = $1 and id = any($2)",
            work.tenant_id, [event.member_id for event in events],
        )  # fmt: skip
        known = {row[0]: row[1] for row in rows}
        # Of whoever has more than nine, it knows nothing.
        return [
            {"garden.plants": known[event.member_id]} if known[event.member_id] < 10 else {}
            for event in events
        ]

    async def soil(self, work, events):
        del work
        return [{"garden.soil": "clay"} for _ in events]


@pytest.fixture
def garden(monkeypatch):
    """The room has come; when the test is over, it has never been there."""
    monkeypatch.setattr(FIELDS, "_fields", dict(FIELDS._fields))
    monkeypatch.setattr(supplying, "_suppliers", list(supplying._suppliers))
    room = Garden()
    earning.supply(
        Field("garden.plants", Kind.INTEGER, "Plants in the member's garden."),
        on=BOTH,
        by=room.plants,
    )
    earning.supply(
        Field("garden.soil", Kind.TEXT, "What they grow in.", private=True),
        on=["activity.recorded"],
        by=room.soil,
    )
    return room


def rule(trigger="purchase.completed", *, award=None, conditions=None, **more):
    return {
        "name": f"Rule {new_id()}", "trigger": trigger,
        "award": award or {"type": "fixed", "points": 7},
        "conditions": conditions or {"field": "garden.plants", "op": "gte", "value": 3}, **more,
    }  # fmt: skip


PER_PLANT = {"type": "per_unit", "points": 2, "unit": "1", "of": "garden.plants"}


async def rules(client, *forms):
    for each in (await client.get("/v1/earning-rules")).json()["data"]:
        await client.post(f"/v1/earning-rules/{each['id']}/pause")
    made = [await client.post("/v1/earning-rules", json=form) for form in forms]
    assert [answer.status_code for answer in made] == [201] * len(forms), made[-1].text
    return [answer.json() for answer in made]


def bought(member, number="1"):
    return {
        "external_id": f"{member}-{number}", "member": member, "amount": "10.00",
        "currency": "USD", "occurred_at": "2026-03-01T10:00:00Z",
    }  # fmt: skip


def did(member):
    return {"external_id": member, "member": member, "kind": "visit"}


async def test_purchases_earn_the_same_on_every_way(client, house, garden, tmp_path):
    await rules(
        client, rule(), rule(award=PER_PLANT, conditions={"field": "purchase.amount", "op": "gt",
                                                         "value": "1"}),
    )  # fmt: skip
    names = ["x", "xx", "xxx", "xxxx", "x" * 12]
    wanted = {"x": 2, "xx": 4, "xxx": 13, "xxxx": 15, "x" * 12: 0}

    one = {n: (await client.post("/v1/purchases", json=bought(n))).json()["points"] for n in names}
    tried = await client.post("/v1/purchases?dry_run=true", json=bought("xxx", "2"))
    asked = list(garden.asked)
    bulk = await client.post(
        "/v1/purchases/bulk",
        json={"items": [bought(name.replace("x", "y")) for name in names]},
    )
    assert garden.asked[len(asked) :] == [len(names)], "once for the batch"
    file = tmp_path / "purchases.csv"
    lines = [f"z{n},{name.replace('x', 'z')},2026-03-01T10:00:00Z,10.00,USD"
             for n, name in enumerate(names)]  # fmt: skip
    file.write_text("\n".join(["external_id,member,occurred_at,amount,currency", *lines]))
    await imports.import_purchases(
        house.database, house.tenant.id, imports.Options(file=file, rejects_dir=tmp_path)
    )

    assert one == wanted
    assert tried.json()["answer"]["award"]["points"] == 13
    results = bulk.json()["data"]
    assert [each["result"]["points"] for each in results] == list(wanted.values())
    async with house.work() as work:
        rows = await work.fetch(
            "select p.external_id, a.points from laurels.purchases as p inner join laurels.awards"
            " as a on a.tenant_id = p.tenant_id and a.subject_id = p.id"
            " where p.tenant_id = $1 and p.external_id like 'z%'",
            work.tenant_id,
        )
    of_file = {row[0]: row[1] for row in rows}
    assert of_file == {f"z{n}": points for n, points in enumerate(wanted.values())}


async def test_activities_earn_the_same_on_every_way(client, garden):
    soil = {"field": "garden.soil", "op": "eq", "value": "clay"}
    await rules(
        client, rule("activity.recorded"), rule("activity.recorded", award=PER_PLANT,
                                                conditions=soil),
    )  # fmt: skip

    one = (await client.post("/v1/activities", json=did("xxxx"))).json()
    bulk = await client.post("/v1/activities/bulk", json={"items": [did("yyyy"), did("y")]})

    assert one["points"] == 15
    assert [each["result"]["points"] for each in bulk.json()["data"]] == [15, 2]


async def test_the_why_tells_what_was_found_unless_it_is_private(client, garden):
    soil = {"field": "garden.soil", "op": "eq", "value": "sand"}
    await rules(client, rule("activity.recorded"), rule("activity.recorded", conditions=soil))

    done = (await client.post("/v1/activities", json=did("xx"))).json()
    why = (await client.get(f"/v1/activities/{done['id']}/why")).json()

    words = json.dumps([each["words"] for each in why["rules"]])
    assert {each["outcome"] for each in why["rules"]} == {"condition"}
    assert "garden.plants" in words
    assert "2" in words
    assert "garden.soil" in words
    assert "clay" not in words


async def test_who_is_not_asked_supplies_nothing(client, garden):
    await rules(client, rule("activity.recorded"))

    await client.post("/v1/purchases", json=bought("xxx"))

    assert garden.asked == []


async def test_the_list_of_fields_has_them_with_their_events(client, garden):
    listed = (await client.get("/v1/earning-rules/fields")).json()

    fields = {(each["collection"], each["name"]): each for each in listed["data"]}
    plants = fields[None, "garden.plants"]
    assert plants["triggers"] == BOTH
    assert (plants["kind"], plants["description"]) == ("integer", "Plants in the member's garden.")
    assert "gte" in plants["operators"]
    assert fields[None, "garden.soil"]["triggers"] == ["activity.recorded"]
    assert fields["purchase.lines", "sku"]["triggers"] == ["purchase.completed"]
    assert len(fields[None, "member.tier"]["triggers"]) == 4
    assert listed["collections"] == ["purchase.lines"]


async def test_what_nobody_supplies_is_refused_with_what_there_is(client, garden):
    typo = rule(conditions={"field": "garden.plant", "op": "gte", "value": 3})
    nowhere = rule(conditions={"field": "pond.fish", "op": "gte", "value": 3})
    other = rule(conditions={"not": {"field": "garden.soil", "op": "eq", "value": "clay"}})
    counted = rule(award={**PER_PLANT, "of": "pond.fish"})
    wrong = rule("member.enrolled", award=PER_PLANT, conditions={
        "field": "member.status", "op": "eq", "value": "active"})  # fmt: skip
    said = {}
    for name, form in (("typo", typo), ("nowhere", nowhere), ("other", other),
                       ("counted", counted), ("wrong", wrong)):  # fmt: skip
        answer = await client.post("/v1/earning-rules", json=form)
        assert answer.status_code == 422, name
        said[name] = answer.json()

    fields = {name: body["errors"][0]["field"] for name, body in said.items()}
    assert "garden.plants" in said["typo"]["detail"]
    assert "pond.fish" in said["nowhere"]["detail"]
    assert "garden.plants" in said["nowhere"]["detail"]
    assert "has no `garden.soil`" in said["other"]["detail"]
    assert "purchase.*, garden.plants" in said["other"]["detail"]
    assert "garden.plants" in said["counted"]["detail"]
    assert "has no `garden.plants`" in said["wrong"]["detail"]
    assert fields["other"] == "conditions"
    assert (fields["counted"], fields["wrong"]) == ("award.of", "award.of")


GONE = {
    "not": {"conditions": {"not": {"field": "pond.fish", "op": "eq", "value": 1}}},
    "none": {"conditions": {"any": [{"field": "pond.fish", "op": "eq", "value": 1},
                                    {"field": "purchase.amount", "op": "gt", "value": "1"}]}},
    "elsewhere": {"conditions": {"field": "activity.kind", "op": "exists", "value": False}},
    "counted": {"award": {**PER_PLANT, "of": "pond.fish"}},
}  # fmt: skip


@pytest.mark.parametrize("kind", GONE)
async def test_a_rule_whose_fact_is_gone_never_fires_and_says_so(client, house, kind):
    (whole,) = await rules(
        client, rule(conditions={"field": "purchase.amount", "op": "gt", "value": "1"})
    )
    stored = {"conditions": None, "award": {"type": "fixed", "points": 9}, **GONE[kind]}
    gone = new_id()
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.earning_rules (tenant_id, id, version, current, name, trigger,"
            " status, priority, conditions, award, caps, stacking, created_at, actor_type)"
            " values ($1, $2, 1, true, 'Pond', 'purchase.completed', 'active', 0,"
            " $3::text::jsonb, $4::text::jsonb, '[]', 'stack', now(), 'system')",
            work.tenant_id, gone, json.dumps(stored["conditions"]), json.dumps(stored["award"]),
        )  # fmt: skip

    made = (await client.post("/v1/purchases", json=bought("xxx"))).json()
    why = (await client.get(f"/v1/purchases/{made['id']}/why")).json()
    listed = {each["name"]: each for each in (await client.get("/v1/earning-rules")).json()["data"]}

    name = "activity.kind" if kind == "elsewhere" else "pond.fish"
    assert made["points"] == 7
    (pond,) = [each for each in why["rules"] if each["name"] == "Pond"]
    assert (pond["outcome"], pond["points"]) == ("fact_missing", 0)
    assert name in pond["words"][0]
    assert listed["Pond"]["missing_facts"] == [name]
    assert listed[whole["name"]]["missing_facts"] == []


async def test_a_supplier_says_nothing_else_and_about_every_event(client, garden, monkeypatch):
    await rules(client, rule())

    async def other(work, events):
        del work
        return [{"member.spend": 1} for _ in events]

    monkeypatch.setattr(
        supplying,
        "_suppliers",
        [supplying.Supplier(frozenset({"garden.plants"}), frozenset(BOTH), other)],
    )
    answer = await client.post("/v1/purchases", json=bought("xxx"))

    assert answer.status_code == 500
    assert (await client.get("/v1/purchases")).json()["data"] == []


def test_a_fact_is_supplied_once_and_for_events_that_earn(garden):
    taken = Field("garden.plants", Kind.INTEGER, "Others.")
    with pytest.raises(ValueError, match="already there"):
        earning.supply(taken, on=BOTH, by=garden.plants)
    with pytest.raises(AssertionError, match=r"tier\.changed"):
        earning.supply(
            Field("garden.pots", Kind.INTEGER, "Pots."), on=["tier.changed"], by=garden.plants
        )
    assert FIELDS.find("garden.pots") is None
