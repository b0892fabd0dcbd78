"""Actions on many members: to each of them once, or with the reason why not."""

import asyncio

import pytest

from laurels import bulk, jobs
from laurels import members as people
from laurels.bulk import service
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import OPERATOR, open_work
from tests.jobs.test_worker import spawn
from tests.support.people import joined, nobody
from tests.support.waiting import until

GIFT = {"type": "adjust_points", "points": 50, "reason": "Outage", "member_note": "Sorry!"}


async def asked(client, action, **chosen):
    return await client.post("/v1/bulk-actions", json={"action": action, **chosen})


async def carried_out(house, client, answer):
    """The action after a worker has come by."""
    assert answer.status_code == 202, answer.text
    await jobs.run_now(house.database, house.tenant.id, service.JOB, actor=OPERATOR)
    return (await client.get(f"/v1/bulk-actions/{answer.json()['id']}")).json()


def counts(action):
    return {name: action[name] for name in ("total", "done", "unchanged", "failed")}


async def test_all_that_match_get_points_with_both_texts(house, client):
    members = [await house.member(last_name="x") for _ in range(3)]
    blocked = await house.member()
    await client.post(f"/v1/members/{encode('member', blocked)}/block", json={"reason": "x"})

    action = await carried_out(
        house, client, await asked(client, GIFT, filter={"status": "active"})
    )

    assert action["state"] == "finished"
    assert counts(action) == {"total": 3, "done": 3, "unchanged": 0, "failed": 0}
    assert [(await house.balance(each))["available"] for each in members] == [50] * 3
    assert (await house.balance(blocked))["available"] == 0
    wallet = encode("wallet", await house.wallet_id(members[0]))
    (line,) = (await client.get(f"/v1/wallets/{wallet}/statement")).json()["movements"]
    moved = (await client.get(f"/v1/transactions/{line['id']}")).json()
    assert (moved["reason"], moved["member_note"]) == ("Outage", "Sorry!")
    assert moved["actor_type"] == "api_key"


async def test_who_lacks_points_is_listed_with_the_reason(house, client):
    rich, poor = await house.member(balance=100), await house.member(balance=10)
    poorer = await house.member(balance=5)
    ids = [encode("member", each) for each in (rich, poor, poorer)]

    action = await carried_out(
        house, client, await asked(client, {**GIFT, "points": -50}, member_ids=ids)
    )
    failed = await client.get(
        f"/v1/bulk-actions/{action['id']}/members", params={"outcome": "failed"}
    )

    assert counts(action) == {"total": 3, "done": 1, "unchanged": 0, "failed": 2}
    assert [(p["code"], p["members"]) for p in action["problems"]] == [("insufficient_points", 2)]
    assert [(m["member_id"], m["code"]) for m in failed.json()["data"]] == [
        (each, "insufficient_points") for each in ids[1:]
    ]
    assert (await house.balance(rich))["available"] == 50
    assert (await house.balance(poor))["available"] == 10


async def test_a_preview_says_what_would_happen_and_keeps_nothing(house, client):
    await house.member(balance=100)
    poor = await house.member(balance=10)
    await house.member(balance=5)

    preview = await client.post(
        "/v1/bulk-actions/preview", json={"action": {**GIFT, "points": -50}, "filter": {}}
    )

    assert preview.status_code == 200
    assert counts(preview.json()) == {"total": 3, "done": 1, "unchanged": 0, "failed": 2}
    assert preview.json()["checked"] == 3
    assert [p["members"] for p in preview.json()["problems"]] == [2]
    assert (await house.balance(poor))["available"] == 10
    assert (await client.get("/v1/bulk-actions")).json()["data"] == []


@pytest.mark.parametrize("action", ["block", "unblock"])
async def test_members_are_blocked_and_unblocked(house, client, action):
    one, other = await house.member(), await house.member()
    await client.post(f"/v1/members/{encode('member', other)}/block", json={"reason": "before"})

    done = await carried_out(
        house, client, await asked(client, {"type": action, "reason": "Resellers"}, filter={})
    )
    found = [
        (await client.get(f"/v1/members/{encode('member', each)}")).json()["status"]
        for each in (one, other)
    ]

    assert counts(done) == {"total": 2, "done": 1, "unchanged": 1, "failed": 0}
    assert found == ["blocked" if action == "block" else "active"] * 2


async def test_members_go_onto_a_list_and_off_it(house, client):
    ids = [encode("member", await house.member()) for _ in range(2)]
    segment = (await client.post("/v1/segments", json={"name": "By hand", "kind": "static"})).json()
    add = {"type": "add_to_segment", "segment_id": segment["id"]}

    first = await carried_out(house, client, await asked(client, add, member_ids=ids[:1]))
    second = await carried_out(house, client, await asked(client, add, filter={}))
    off = await carried_out(
        house, client, await asked(client, {**add, "type": "remove_from_segment"}, filter={})
    )

    assert (first["done"], second["done"], second["unchanged"], off["done"]) == (1, 1, 1, 2)


async def test_a_reward_is_given_until_there_is_none(house, client):
    for _ in range(3):
        await house.member()
    reward = (
        await client.post(
            "/v1/rewards",
            json={"name": "Mug", "type": "custom", "cost_points": 5, "stock": 2},
        )
    ).json()
    give = {"type": "give_reward", "reward_id": reward["id"], "reason": "Anniversary"}

    action = await carried_out(house, client, await asked(client, give, filter={}))

    assert counts(action) == {"total": 3, "done": 2, "unchanged": 0, "failed": 1}
    assert action["problems"][0]["code"] == "out_of_stock"


async def test_who_was_merged_or_erased_meanwhile_is_left_out(house, client):
    one, gone, erased = [await house.member() for _ in range(3)]
    answer = await asked(client, GIFT, filter={})
    await client.post(
        f"/v1/members/{encode('member', one)}/merge", json={"from": encode("member", gone)}
    )
    await client.post(f"/v1/members/{encode('member', erased)}/erase")

    action = await carried_out(house, client, answer)

    assert counts(action) == {"total": 3, "done": 1, "unchanged": 0, "failed": 2}
    assert {p["code"] for p in action["problems"]} == {"member_merged", "member_erased"}
    assert (await house.balance(one))["available"] == 50


async def test_what_is_cancelled_is_done_to_nobody_else(house, client, monkeypatch):
    members = [await house.member() for _ in range(3)]
    answer = await asked(client, GIFT, filter={})
    async with house.work() as work:
        assert await service.carry_on(work, limit=2) == 2
    path = f"/v1/bulk-actions/{answer.json()['id']}"
    assert (await client.get(path)).json()["state"] == "running"
    await client.post(f"{path}/cancel")
    await client.post(f"{path}/cancel")

    action = await carried_out(house, client, answer)

    assert (action["state"], action["done"], action["total"]) == ("cancelled", 2, 3)
    assert sorted([(await house.balance(each))["available"] for each in members]) == [0, 50, 50]


@pytest.mark.parametrize(
    ("role", "action", "code"),
    [("support", GIFT, "forbidden"), ("analyst", {"type": "block", "reason": "x"}, "forbidden")],
)
async def test_it_needs_permission(house, role, action, code):
    person = await joined(house, role)
    async with nobody(house) as client:
        answer = await client.post(
            "/v1/bulk-actions", json={"action": action, "filter": {}}, headers=person.headers
        )

    assert (answer.status_code, answer.json()["code"]) == (403, code)


async def test_a_key_that_may_run_bulk_actions_may_do_no_more_than_to_one(house, client):
    await house.member()
    made = await client.post(
        "/v1/api-keys", json={"name": "x", "scopes": ["bulk:run", "members:read"]}
    )
    headers = {"Authorization": f"Bearer {made.json()['api_key']}"}
    answer = await client.post(
        "/v1/bulk-actions", json={"action": GIFT, "filter": {}}, headers=headers
    )

    assert (answer.status_code, answer.json()["permission"]) == (403, "ledger:adjust")


async def test_limits(house, client, monkeypatch):
    for _ in range(2):
        await house.member()
    nobody_there = await asked(client, GIFT, filter={"search": "nobody-of-this-name"})
    both = await asked(client, GIFT, filter={}, member_ids=["mem_01h455vb4pex5vsknk084sn02q"])
    nothing = await asked(client, {**GIFT, "points": 0}, filter={})
    monkeypatch.setattr(service, "MAX_MEMBERS", 1)
    many = await asked(client, GIFT, filter={})
    monkeypatch.setattr(service, "MAX_MEMBERS", 10)
    monkeypatch.setattr(service, "MAX_UNDER_WAY", 1)
    await asked(client, GIFT, filter={})
    waiting = await asked(client, GIFT, filter={})

    assert [each.status_code for each in (nobody_there, both, nothing, many, waiting)] == [
        409, 422, 422, 422, 409,
    ]  # fmt: skip
    assert nobody_there.json()["code"] == "nobody_chosen"
    assert many.json()["code"] == "too_many_chosen"
    assert waiting.json()["code"] == "too_many_bulk_actions"


async def test_the_count_is_of_what_the_list_shows(house, client):
    for number in range(3):
        await client.post(
            "/v1/members",
            json={"external_id": f"c-{number}", "last_name": "Lovelace" if number else "Hopper"},
        )
    for query in ({}, {"search": "lovel"}, {"external_id": "c-0"}, {"status": "blocked"}):
        listed = (await client.get("/v1/members", params=query)).json()["data"]
        counted = (await client.get("/v1/members/count", params=query)).json()
        assert counted == {"count": len(listed), "more": False}


async def test_a_failed_run_of_another_room_is_no_reason_to_stop(house, client):
    """Whoever is refused is set aside; a segment that was archived meanwhile refuses all."""
    await house.member()
    segment = (await client.post("/v1/segments", json={"name": "By hand", "kind": "static"})).json()
    answer = await asked(client, {"type": "add_to_segment", "segment_id": segment["id"]}, filter={})
    await client.post(f"/v1/segments/{segment['id']}/archive")

    action = await carried_out(house, client, answer)

    assert (action["state"], action["failed"]) == ("finished", 1)
    assert action["problems"][0]["code"] == "segment_archived"


async def test_a_person_sees_what_was_done_to_them(house, client):
    member = await house.member()
    action = await carried_out(house, client, await asked(client, GIFT, filter={}))
    exported = (await client.get(f"/v1/members/{encode('member', member)}/export")).json()

    (row,) = exported["data"]["bulk_actions"]
    assert (row["bulk_action_id"], row["outcome"]) == (action["id"], "done")


async def test_unknown_actions_are_not_found(client):
    answer = await client.get(f"/v1/bulk-actions/{encode('bulk_action', new_id())}")
    assert (answer.status_code, answer.json()["code"]) == (404, "bulk_action_not_found")


async def test_old_ones_are_forgotten(house, client):
    await house.member()
    await carried_out(house, client, await asked(client, GIFT, filter={}))
    async with house.work() as work:
        await work.fetch(
            "update laurels.bulk_actions set finished_at = now() - interval '91 days'"
            " where tenant_id = $1",
            work.tenant_id,
        )
        assert await service.forget_old(work, limit=10) == 1
        left = await work.fetch(
            "select 1 from laurels.bulk_action_members where tenant_id = $1", work.tenant_id
        )
    assert left == []


async def test_two_at_once_do_it_once(house, client):
    members = [await house.member() for _ in range(20)]
    await asked(client, GIFT, filter={})

    async def step():
        async with open_work(house.database, tenant_id=house.tenant.id) as work:
            return await service.carry_on(work, limit=5)

    done = await asyncio.gather(*(step() for _ in range(6)))

    assert sum(done) == 20
    assert {(await house.balance(each))["available"] for each in members} == {50}


@pytest.mark.slow
async def test_a_killed_worker_doubles_nothing(house, app_url):
    members = [await house.member() for _ in range(600)]
    async with house.work() as work:
        action_id = await bulk.create(work, GIFT, service.Chosen(filter=people.MemberFilter()))

    async def state():
        async with house.work() as work:
            return await service.get_action(work, action_id)

    async def began():
        found = await state()
        return found if found["state"] != "waiting" else None

    async def ended():
        found = await state()
        return found if found["finished_at"] else None

    worker = spawn(app_url)
    try:
        await until(began)
        worker.kill()
        worker.wait()
        killed = await state()
        worker = spawn(app_url)
        found = await until(ended)
    finally:
        worker.terminate()
        worker.wait()
    async with house.work() as work:
        rows = await work.fetch(
            "select w.member_id, sum(t.amount), count(*) from laurels.point_transactions as t"
            " join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id"
            " where t.tenant_id = $1 group by 1",
            work.tenant_id,
        )

    assert killed["done"] < 600, "it was killed on the way"
    assert (found["done"], found["failed"]) == (600, 0)
    assert {row[0] for row in rows} == set(members)
    assert {(row[1], row[2]) for row in rows} == {(50, 1)}
