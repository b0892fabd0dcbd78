"""Activities through the doors: recorded once, judged once, revoked once."""

import asyncio

import pytest

from laurels import settlement
from laurels.activities import NewActivity
from laurels.kit.values.ids import decode, encode

REVIEW_RULE = {
    "name": "A review",
    "trigger": "activity.recorded",
    "conditions": {"field": "activity.kind", "op": "eq", "value": "review"},
    "award": {"type": "fixed", "points": 50},
}


async def rule(client, **more):
    answer = await client.post("/v1/earning-rules", json={**REVIEW_RULE, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def do(client, **activity):
    body = {"member": "anna", "kind": "review", **activity}
    return await client.post("/v1/activities", json=body)


async def available(client, name="anna"):
    member = (await client.get("/v1/members", params={"external_id": name})).json()["data"][0]
    wallets = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    return wallets[0]["available"]


async def ledger_of(client, name="anna"):
    member = (await client.get("/v1/members", params={"external_id": name})).json()["data"][0]
    rows = await client.get(f"/v1/members/{member['id']}/transactions", params={"limit": 100})
    return [
        (row["type"], row["source"], row["points"], row["balance_after"])
        for row in rows.json()["data"][::-1]
    ]


async def test_a_review_earns_what_its_rule_says_and_enrols_whoever_wrote_it(client):
    rule_id = await rule(client)

    answer = await do(client, external_id="r-1", subject="sku-1", value="4.5")

    assert answer.status_code == 201
    told = answer.json()
    assert (told["kind"], told["subject"], told["value"], told["points"]) == (
        "review", "sku-1", "4.5", 50,
    )  # fmt: skip
    assert (told["status"], told["revoked_points"]) == ("recorded", None)
    assert told["award"]["effects"][0]["rule_id"] == rule_id
    assert await ledger_of(client) == [("bonus", "review", 50, 50)]
    assert (await client.get(f"/v1/activities/{told['id']}")).json() == told


@pytest.mark.parametrize(
    ("kind", "source"),
    [("social_share", "social_share"), ("visit", "activity"), ("watched_a_film", "activity"),
     ("purchase", "activity"), ("manual", "activity")],
)  # fmt: skip
async def test_points_say_where_they_come_from(client, kind, source):
    await rule(client, conditions=None)

    await do(client, kind=kind)

    assert await ledger_of(client) == [("bonus", source, 50, 50)]


@pytest.mark.parametrize(
    ("conditions", "activity", "points"),
    [
        ({"field": "activity.value", "op": "gte", "value": "4"}, {"value": "4"}, 50),
        ({"field": "activity.value", "op": "gte", "value": "4"}, {"value": "3.9"}, 0),
        ({"field": "activity.value", "op": "gte", "value": "4"}, {}, 0),
        ({"field": "activity.source", "op": "eq", "value": "app"}, {"source": "app"}, 50),
        ({"field": "activity.subject", "op": "eq", "value": "x"}, {"subject": "x"}, 50),
        (
            {"field": "activity.attributes.photo", "op": "eq", "value": "yes"},
            {"attributes": {"photo": "yes"}},
            50,
        ),
        ({"field": "member.purchases", "op": "eq", "value": 0}, {}, 50),
    ],
)
async def test_rules_read_the_facts_of_activities_and_members(client, conditions, activity, points):
    await rule(client, conditions=conditions)

    assert (await do(client, **activity)).json()["points"] == points


async def test_points_per_unit_count_the_value(client):
    award = {"type": "per_unit", "points": 2, "unit": "10", "of": "activity.value"}
    await rule(client, conditions=None, award=award)

    assert (await do(client, kind="minutes_trained", value="34.9")).json()["points"] == 6


async def test_a_rule_about_a_activity_cannot_ask_for_a_purchase(client):
    body = {**REVIEW_RULE, "conditions": {"field": "purchase.amount", "op": "gt", "value": "1"}}

    answer = await client.post("/v1/earning-rules", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "fact_unknown")


# The natural key ---------------------------------------------------------------------------------


async def test_the_same_again_is_the_first_answer_and_other_content_is_a_conflict(client):
    await rule(client)
    said = {"external_id": "r-1", "subject": "s", "attributes": {"b": 1, "a": "1.0"}}
    first = await do(client, **said)

    again = await do(client, **{**said, "attributes": {"a": "1.0", "b": 1}})
    other = await do(client, **{**said, "subject": "t"})
    elsewhere = await do(client, **{**said, "source": "app"})

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "activity_altered")
    assert elsewhere.status_code == 201
    assert await available(client) == 100


@pytest.mark.parametrize("change", [{"kind": "visit"}, {"value": "1"}, {"member": "bo"},
                                    {"occurred_at": "2026-01-01T00:00:00Z"}])  # fmt: skip
async def test_whatever_is_other_is_a_conflict(client, change):
    await do(client, external_id="r-1")

    answer = await do(client, external_id="r-1", **change)

    assert answer.status_code == 409
    strangers = (await client.get("/v1/members", params={"external_id": "bo"})).json()["data"]
    assert strangers == [], "nobody is enrolled by what is refused"


async def test_of_many_at_once_one_is_recorded(client):
    await rule(client)

    answers = await asyncio.gather(*(do(client, external_id="r-1") for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await available(client) == 50


async def test_without_a_number_every_activity_is_its_own(client):
    await rule(client)

    await do(client)
    await do(client)

    assert await available(client) == 100


# What cannot be ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activity", "code", "field"),
    [
        ({"member": None}, "activity_unattributed", "member"),
        ({"member_id": "mem_01h455vb4pex5vsknk084sn02q"}, "member_mismatch", "member"),
        ({"kind": "birthday"}, "activity_invalid", "kind"),
        ({"source": "laurels"}, "activity_invalid", "source"),
        ({"kind": "Review"}, "invalid", "kind"),
        ({"kind": "re view"}, "invalid", "kind"),
        ({"kind": ""}, "invalid", "kind"),
        ({"kind": "x" * 41}, "invalid", "kind"),
        ({"value": "-1"}, "invalid", "value"),
        ({"value": "1.00001"}, "activity_invalid", "value"),
        ({"value": "1000000000000000"}, "activity_invalid", "value"),
        ({"value": "NaN"}, "invalid", "value"),
        ({"value": True}, "invalid", "value"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "activity_invalid", "occurred_at"),
        ({"occurred_at": "1969-01-01T00:00:00Z"}, "activity_invalid", "occurred_at"),
        ({"subject": "a\x00"}, "invalid", "subject"),
        ({"points": 5}, "invalid", "points"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_name(client, activity, code, field):
    body = {"member": "anna", "kind": "review", **activity}
    if activity.get("member_id") is None and activity.get("member", "") is None:
        del body["member"]

    answer = await client.post("/v1/activities", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_a_member_that_is_not_there_is_not_found(client):
    body = {"member_id": "mem_01h455vb4pex5vsknk084sn02q", "kind": "visit"}

    answer = await client.post("/v1/activities", json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")


# Many --------------------------------------------------------------------------------------------


async def test_a_bulk_has_a_result_for_each_and_one_fails_alone(client):
    await rule(client, caps=[{"period": "day", "points": 120}])
    items = [
        {"member": "anna", "kind": "review", "external_id": "1"},
        {"member": "anna", "kind": "review", "external_id": "1"},
        {"member": "anna", "kind": "nonsense!"},
        {"member": "bo", "kind": "review", "external_id": "1"},
        {"member": "anna", "kind": "review", "external_id": "2"},
        {"member": "anna", "kind": "review", "external_id": "3"},
        {"member": "anna", "kind": "review", "external_id": "4"},
    ]

    told = (await client.post("/v1/activities/bulk", json={"items": items})).json()

    assert [item["status"] for item in told["data"]] == [201, 200, 422, 409, 201, 201, 201]
    earned = [item["result"]["points"] for item in told["data"] if item["result"]]
    assert earned == [50, 50, 50, 20, 0]
    assert await available(client) == 120


async def test_the_number_of_statements_does_not_depend_on_the_length(client, house):
    await rule(client, caps=[{"period": "day", "points": 120}])

    async def statements(count: int) -> int:
        asked: list[str] = []
        async with house.work() as work:
            with work.raw.query_logger(lambda query: asked.append(query.query)):
                await settlement.record_activities(
                    work,
                    [NewActivity(kind="review", member=f"n-{count}-{n}") for n in range(count)],
                )
        return len(asked)

    await statements(1)  # The rules are compiled once.
    assert await statements(200) == await statements(2) > 5


# Reading -----------------------------------------------------------------------------------------


async def test_activities_are_listed_and_filtered_and_expanded(client):
    await rule(client)
    first = (await do(client, external_id="r-1")).json()
    await do(client, kind="visit", source="app", occurred_at="2026-01-05T00:00:00Z")
    await do(client, member="bo", external_id="r-2")
    await client.post(f"/v1/activities/{first['id']}/revoke")

    async def listed(**params):
        rows = (await client.get("/v1/activities", params=params)).json()["data"]
        return [(row["kind"], row["external_id"]) for row in rows]

    assert await listed() == [("review", "r-2"), ("visit", None), ("review", "r-1")]
    assert await listed(kind="visit") == [("visit", None)]
    assert await listed(status="revoked") == [("review", "r-1")]
    assert await listed(source="app") == [("visit", None)]
    assert await listed(external_id="r-2", source="api") == [("review", "r-2")]
    assert await listed(member_id=first["member_id"], kind="review") == [("review", "r-1")]
    assert await listed(until="2026-01-06T00:00:00Z") == [("visit", None)]
    page = (
        await client.get("/v1/activities", params={"limit": 2, "expand": "award,member"})
    ).json()
    assert page["has_more"]
    assert page["data"][0]["expanded"]["award"]["points"] == 50
    assert page["data"][0]["expanded"]["member"]["external_id"] == "bo"


async def test_why_says_which_rule_gave_what_and_why_another_did_not(client):
    await rule(client)
    await rule(client, name="Only five stars",
               conditions={"field": "activity.value", "op": "eq", "value": "5"})  # fmt: skip
    activity = (await do(client, value="4")).json()

    told = (await client.get(f"/v1/activities/{activity['id']}/why")).json()

    assert (told["reason"], told["points"], told["taken_back"]) == ("rules", 50, 0)
    assert told["words"] == ["It earned 50 points."]
    assert {said["name"]: said["outcome"] for said in told["rules"]} == {
        "A review": "gave", "Only five stars": "condition",
    }  # fmt: skip


async def test_why_says_that_the_programme_was_off_or_no_rule_was_there(client):
    none = (await do(client)).json()
    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})
    off = (await do(client)).json()

    async def reason(activity):
        return (await client.get(f"/v1/activities/{activity['id']}/why")).json()["reason"]

    assert [await reason(none), await reason(off)] == ["no_rules", "earning_disabled"]


async def test_an_archived_member_does_things_and_earns_nothing(client):
    await rule(client)
    first = (await do(client)).json()
    await client.delete(f"/v1/members/{first['member_id']}")

    told = (await do(client)).json()

    why = (await client.get(f"/v1/activities/{told['id']}/why")).json()
    assert (told["points"], why["reason"]) == (0, "member_archived")


async def test_what_was_written_by_sql_was_never_judged(client, house):
    activity = (await do(client)).json()
    async with house.work() as work:
        row = await work.fetchrow(
            "insert into laurels.activities (tenant_id, source, member_id, kind, occurred_at)"
            " values ($1, 'sql', $2, 'visit', now()) returning id",
            work.tenant_id,
            decode("member", activity["member_id"]),
        )
    path = f"/v1/activities/{encode('activity', row['id'])}"
    told = (await client.get(path)).json()

    assert (told["points"], told["award"]) == (0, None)
    assert (await client.get(f"{path}/why")).json()["reason"] == "not_judged"
    assert (await client.post(f"{path}/revoke")).json()["revoked_points"] == 0
