"""Revoking an activity: what it earned is back, exactly once, and caps have their room again."""

import asyncio

import pytest

from laurels.kit.values.ids import decode, encode
from tests.activities.test_activities import available, do, ledger_of, rule


async def revoke(client, activity, **body):
    return await client.post(f"/v1/activities/{activity['id']}/revoke", json=body or None)


async def test_a_removed_review_takes_its_points_back(client):
    await rule(client)
    activity = (await do(client, external_id="r-1")).json()

    told = (await revoke(client, activity, reason="spam")).json()

    assert (told["status"], told["revoked_points"], told["revoked_reason"]) == (
        "revoked", -50, "spam",
    )  # fmt: skip
    assert (told["points"], told["award"]["points"]) == (50, 50)
    assert await ledger_of(client) == [
        ("bonus", "review", 50, 50), ("reversed", "review", -50, 0),
    ]  # fmt: skip


async def test_every_row_that_rules_wrote_is_taken_back(client):
    await rule(client)
    award = {"type": "per_unit", "points": 3, "unit": "1", "of": "activity.value"}
    await rule(client, name="Stars", award=award)
    activity = (await do(client, value="5")).json()

    told = (await revoke(client, activity)).json()

    assert (activity["points"], told["revoked_points"]) == (65, -65)
    assert await available(client) == 0


async def test_a_repeat_changes_nothing_and_says_the_same(client):
    await rule(client)
    activity = (await do(client, external_id="r-1")).json()
    first = (await revoke(client, activity, reason="spam")).json()

    again = await revoke(client, activity, reason="other")
    sent_again = await do(client, external_id="r-1")

    assert (again.status_code, again.json()) == (200, first)
    assert (sent_again.status_code, sent_again.json()["status"]) == (200, "revoked")
    assert await available(client) == 0


async def test_of_many_at_once_one_takes_it_back(client):
    await rule(client)
    activity = (await do(client)).json()
    await do(client)

    answers = await asyncio.gather(*(revoke(client, activity) for _ in range(6)))

    assert {answer.status_code for answer in answers} == {200}
    assert await available(client) == 50


async def test_points_that_are_spent_become_a_debt(client, house):
    await rule(client)
    activity = (await do(client)).json()
    member = decode("member", activity["member_id"])
    wallet = encode("wallet", await house.wallet_id(member))
    await client.post(f"/v1/wallets/{wallet}/debit", json={"points": 30})

    told = (await revoke(client, activity)).json()

    figures = await house.balance(member)
    assert told["revoked_points"] == -50
    assert (figures["available"], figures["debt"]) == (0, 30)


async def test_what_was_taken_back_by_hand_is_not_taken_twice(client):
    await rule(client)
    activity = (await do(client)).json()
    await do(client)
    transaction = activity["award"]["effects"][0]["transaction_id"]
    await client.post(f"/v1/transactions/{transaction}/reverse", json={})

    told = (await revoke(client, activity)).json()

    assert told["revoked_points"] == 0
    assert await available(client) == 50


async def test_caps_have_their_room_again(client):
    await rule(client, caps=[{"period": "day", "points": 120}, {"period": "lifetime",
                                                                 "points": 130}])  # fmt: skip
    activities = [(await do(client)).json() for _ in range(3)]
    assert [activity["points"] for activity in activities] == [50, 50, 20]

    await revoke(client, activities[0])
    again = [(await do(client)).json()["points"] for _ in range(2)]

    assert again == [50, 0]
    assert await available(client) == 120


async def test_a_activity_that_is_not_there_is_not_found(client):
    answer = await client.post("/v1/activities/act_01h455vb4pex5vsknk084sn02q/revoke")

    assert (answer.status_code, answer.json()["code"]) == (404, "activity_not_found")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_dry_run_says_what_would_be_and_keeps_nothing(client, when):
    await rule(client)
    activity = (await do(client, external_id="r-1")).json()
    if when == "after":
        await revoke(client, activity)

    told = (
        await client.post(f"/v1/activities/{activity['id']}/revoke", params={"dry_run": "true"})
    ).json()

    expected = [] if when == "after" else [-50]
    assert [row["points"] for row in told["transactions"]] == expected
    assert [e["type"] for e in told["events"]].count("activity.revoked") == len(expected)
    assert await available(client) == (0 if when == "after" else 50)


async def test_events_tell_what_happened(client, house):
    await rule(client)
    activity = (await do(client)).json()
    await revoke(client, activity)

    async with house.work() as work:
        rows = await work.fetch(
            "select type, payload from laurels.outbox where tenant_id = $1"
            " and type like 'activity.%' order by id",
            work.tenant_id,
        )
    told = [(r["type"], r["payload"]["kind"], r["payload"]["points"]) for r in rows]
    assert told == [("activity.recorded", "review", 50), ("activity.revoked", "review", -50)]


# In the lives of members -------------------------------------------------------------------------


async def test_activities_go_with_the_survivor_and_can_still_be_revoked(client):
    await rule(client, caps=[{"period": "day", "points": 120}])
    activity = (await do(client, member="anna")).json()
    other = (await do(client, member="bo")).json()
    merged = await client.post(
        f"/v1/members/{other['member_id']}/merge", json={"from": activity["member_id"]}
    )
    assert merged.status_code == 200, merged.text

    moved = (await client.get(f"/v1/activities/{activity['id']}")).json()
    capped = (await do(client, member="anna")).json()
    told = (await revoke(client, activity)).json()
    more = (await do(client, member="bo")).json()

    assert (moved["member_id"], capped["points"]) == (other["member_id"], 20)
    assert (told["revoked_points"], more["points"]) == (-50, 50)


async def test_what_came_with_a_merge_goes_back_with_it(client):
    await rule(client)
    activity = (await do(client, member="anna", external_id="r-1")).json()
    other = (await do(client, member="bo")).json()
    path = f"/v1/members/{activity['member_id']}"
    await client.post(
        f"/v1/members/{other['member_id']}/merge", json={"from": activity["member_id"]}
    )
    later = (await do(client, member="anna", external_id="r-2")).json()
    again = await do(client, member="anna", external_id="r-1")
    unmerged = await client.post(f"{path}/unmerge")
    assert unmerged.status_code == 200, unmerged.text

    back = (await client.get(f"/v1/activities/{activity['id']}")).json()
    award = (await client.get(f"/v1/activities/{activity['id']}/why")).json()

    assert again.status_code == 200
    assert (back["member_id"], later["member_id"]) == (activity["member_id"], other["member_id"])
    assert award["reason"] == "rules"


async def test_of_an_erased_person_activities_keep_kinds_and_points_only(client):
    await rule(client)
    activity = (await do(client, subject="annas-diary", attributes={"text": "secret"})).json()
    await revoke(client, activity, reason="Anna asked")
    erased = await client.post(f"/v1/members/{activity['member_id']}/erase")
    assert erased.status_code in {200, 204}, erased.text

    left = await client.get(f"/v1/activities/{activity['id']}")

    assert (left.json()["kind"], left.json()["points"]) == ("review", 50)
    assert (left.json()["subject"], left.json()["attributes"]) == (None, {})
    for word in ("annas-diary", "secret", "Anna asked"):
        assert word not in left.text


async def test_an_export_tells_activities_and_their_awards(client):
    await rule(client)
    activity = (await do(client, subject="sku-1")).json()

    told = (await client.get(f"/v1/members/{activity['member_id']}/export")).json()["data"]

    assert [(d["id"], d["subject"]) for d in told["activities"]] == [(activity["id"], "sku-1")]
    assert activity["id"] in {award["subject_id"] for award in told["awards"]}
