"""Blocked members: kept and in sight, earning and spending nothing, until they are unblocked."""

import asyncio

import asyncpg
import pytest

from laurels import ledger, members, segments, settlement
from laurels.events import relay_all
from laurels.kit.values.ids import decode, encode
from laurels.rewards.schemas import RewardIn
from tests.tiers.climbing import build, buy, hear, pass_time, refund, tier_of

REASON = {"reason": "Points from stolen receipts"}


async def enrol(client, **profile):
    answer = await client.post("/v1/members", json=profile)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def block(client, member):
    answer = await client.post(f"/v1/members/{member}/block", json=REASON)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sale(number, amount="10.00", **more):
    body = {"amount": amount, "currency": "USD", "external_id": str(number), **more}
    return body if "member_id" in body else {"member": "a", **body}


async def wallet_of(client, member):
    return (await client.get(f"/v1/members/{member}/wallets")).json()["data"][0]


async def events(house):
    async with house.work() as work:
        rows = await work.fetch(
            "select type from laurels.outbox where tenant_id = $1 and type like 'member.%'"
            " order by id",
            work.tenant_id,
        )
    return [row["type"] for row in rows]


async def test_a_blocked_member_stays_in_sight_with_the_reason(client, house):
    member = await enrol(client, external_id="a", email="a@example.org", first_name="Ada")

    blocked, again = await block(client, member), await block(client, member)

    async def listed(**query):
        answer = await client.get("/v1/members", params=query)
        return [row["id"] for row in answer.json()["data"]]

    assert (blocked["status"], blocked["blocked_reason"]) == ("blocked", REASON["reason"])
    assert blocked["blocked_at"] is not None
    assert again["blocked_at"] == blocked["blocked_at"]
    assert (
        await listed() == await listed(status="blocked") == await listed(search="Ada") == [member]
    )
    assert await listed(status="active") == []
    assert await events(house) == ["member.enrolled", "member.blocked"]
    log = (await client.get("/v1/audit-log", params={"action": "member.blocked"})).json()["data"]
    assert [entry["after"] for entry in log] == [{"status": "blocked", **REASON}]


async def test_a_reason_has_to_be_given(client):
    member = await enrol(client, external_id="a")

    answers = [
        await client.post(f"/v1/members/{member}/block", json=body)
        for body in ({}, {"reason": ""}, {"reason": None}, {"reason": "x" * 1001})
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert {answer.json()["errors"][0]["field"] for answer in answers} == {"reason"}


async def test_every_way_of_buying_and_doing_is_recorded_and_earns_nothing(client):
    member = await enrol(client, external_id="a")
    pending = (await client.post("/v1/purchases", json=sale(0, status="pending"))).json()["id"]
    await block(client, member)

    bought = [
        (await client.post("/v1/purchases", json=body)).json()
        for body in (sale(1), sale(2, member_id=member))
    ]
    bulk = (await client.post("/v1/purchases/bulk", json={"items": [sale(3), sale(4)]})).json()
    bought += [each["result"] for each in bulk["data"]]
    bought.append((await client.post(f"/v1/purchases/{pending}/complete")).json())
    activity = (await client.post("/v1/activities", json={"member": "a", "kind": "review"})).json()
    tried = await client.post("/v1/purchases", params={"dry_run": "true"}, json=sale(5))
    guest = await client.post("/v1/purchases", json={"amount": "1.00", "currency": "USD"})

    assert [each["points"] for each in bought] == [0] * 5
    for each in bought:
        why = (await client.get(f"/v1/purchases/{each['id']}/why")).json()
        assert why["reason"] == "member_blocked"
        assert "blocked" in why["words"][0]
    why = (await client.get(f"/v1/activities/{activity['id']}/why")).json()
    assert (activity["points"], why["reason"]) == (0, "member_blocked")
    assert tried.json()["answer"]["points"] == 0
    assert guest.status_code == 201
    assert (await client.get(f"/v1/members/{member}")).json()["spend"] == "50.00"


async def test_purchases_at_once_and_a_block_between_them_agree(client, house):
    member = await enrol(client, external_id="a")

    answers = await asyncio.gather(
        *(client.post("/v1/purchases", json=sale(n)) for n in range(8)),
        client.post(f"/v1/members/{member}/block", json=REASON),
        *(client.post("/v1/purchases", json=sale(n)) for n in range(8, 16)),
    )

    assert {answer.status_code for answer in answers} <= {200, 201}
    bought = [answer.json() for answer in answers if answer.status_code == 201]
    reasons = [
        (await client.get(f"/v1/purchases/{each['id']}/why")).json()["reason"] for each in bought
    ]
    assert {(each["points"], why) for each, why in zip(bought, reasons, strict=True)} <= {
        (10, "rules"), (0, "member_blocked"),
    }  # fmt: skip
    balance = await house.balance(decode("member", member))
    assert balance["available"] == sum(each["points"] for each in bought)


async def test_nothing_is_spent_and_what_was_begun_can_be_ended_and_undone(client, house):
    member = await enrol(client, external_id="a")
    before = (await client.post("/v1/purchases", json=sale(1, "100.00"))).json()
    wallet = (await wallet_of(client, member))["id"]
    held = (await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 5})).json()["id"]
    other = (await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 3})).json()["id"]
    await block(client, member)

    moves = [
        await client.post(f"/v1/wallets/{wallet}/{what}", json={"points": 1, **more})
        for what, more in (
            ("credit", {}), ("debit", {}), ("holds", {}), ("holds", {"reason": "x"}),
            ("credit", {"source": "campaign", "reason": "x"}),
            ("debit", {"source": "redemption", "reason": "x"}),
        )
    ]  # fmt: skip
    by_hand = [
        await client.post(f"/v1/wallets/{wallet}/{what}", json={"points": 2, "reason": "Fraud"})
        for what in ("credit", "debit")
    ]
    item = {"wallet_id": wallet, "points": 1, "type": "debit"}
    bulk = await client.post(
        "/v1/movements/bulk", json={"items": [item, {**item, "reason": "Fraud"}]}
    )
    captured = await client.post(f"/v1/holds/{held}/capture", json={})
    released = await client.post(f"/v1/holds/{other}/release")
    given_back = await client.post(f"/v1/purchases/{before['id']}/refunds", json={})

    assert {(a.status_code, a.json()["code"]) for a in moves} == {(409, "wallet_closed")}
    assert {a.json()["reason"] for a in moves} == {"blocked"}
    assert "until they are unblocked" in moves[0].json()["detail"]
    assert [a.status_code for a in by_hand] == [201, 201]
    assert [each["status"] for each in bulk.json()["data"]] == [409, 201]
    assert {captured.status_code, released.status_code} <= {200, 201}
    assert given_back.json()["points"] == -100
    assert (await house.balance(decode("member", member)))["debt"] > 0


async def test_points_of_a_blocked_member_mature_and_lapse(client, house):
    await house.program(maturity_days=1, expiry_days=10)
    member = await house.member(external_id="a")
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member, points=70))
        await settlement.block(work, member, reason="x")

    seen = []
    for _ in range(2):
        house.later(days=9)
        async with house.work() as work:
            await ledger.apply_due_lots(work, limit=10)
        seen.append((await house.balance(member))["available"])

    assert seen == [70, 0]


async def test_no_reward_is_had_and_no_code_used(client, house):
    member = await enrol(client, external_id="a")
    await client.post("/v1/purchases", json=sale(1, "100.00"))
    body = {"name": "Mug", "type": "custom", "value": {}, "cost_points": 10, "fulfilment": "code"}
    reward = (await client.post("/v1/rewards", json=RewardIn(**body).values())).json()
    asked = {"member_id": member, "reward_id": reward["id"]}
    had = [(await client.post("/v1/redemptions", json=asked)).json() for _ in range(2)]
    await block(client, member)

    refused = await client.post("/v1/redemptions", json=asked)
    named = await client.post("/v1/redemptions", json={"member": "a", "reward_id": reward["id"]})
    offer = (await client.get(f"/v1/members/{member}/rewards")).json()["data"][0]
    used = await client.post(f"/v1/redemptions/{had[0]['id']}/use", json={"order_ref": "1"})
    returned = await client.post(f"/v1/redemptions/{had[1]['id']}/refund", json={"reason": "x"})

    for answer in (refused, named, used):
        assert (answer.status_code, answer.json()["code"]) == (409, "member_blocked")
    assert [each["code"] for each in offer["reasons"]] == ["member_blocked"]
    assert returned.status_code == 200
    await client.post(f"/v1/members/{member}/unblock")
    used = await client.post(f"/v1/redemptions/{had[0]['id']}/use", json={"order_ref": "1"})
    assert used.json()["state"] == "used"


async def test_an_unblocked_member_goes_on(client, house):
    member = await enrol(client, external_id="a")
    await block(client, member)

    answers = [
        await client.post(f"/v1/members/{member}/unblock", json={"reason": "It was a mistake"}),
        await client.post(f"/v1/members/{member}/unblock"),
    ]
    bought = await client.post("/v1/purchases", json=sale(1))

    for answer in answers:
        told = answer.json()
        assert (told["status"], told["blocked_at"], told["blocked_reason"]) == (
            "active", None, None,
        )  # fmt: skip
    assert bought.json()["points"] == 10
    assert await events(house) == ["member.enrolled", "member.blocked", "member.unblocked"]
    assert (await house.balance(decode("member", member)))["available"] == 10


async def test_nobody_gets_out_of_a_block_by_another_way(client):
    member, friend = await enrol(client, external_id="a"), await enrol(client, external_id="b")
    gone = await enrol(client, external_id="c")
    await block(client, member)
    await client.delete(f"/v1/members/{gone}")

    refused = [
        await client.delete(f"/v1/members/{member}"),
        await client.post(f"/v1/members/{member}/restore"),
        await client.post(f"/v1/members/{friend}/merge", json={"from": member}),
        await client.post(f"/v1/members/{member}/merge", json={"from": friend}),
    ]
    away = [
        await client.post(f"/v1/members/{gone}/block", json=REASON),
        await client.post(f"/v1/members/{gone}/unblock"),
    ]

    assert {(a.status_code, a.json()["code"]) for a in refused} == {(409, "member_blocked")}
    assert {(a.status_code, a.json()["code"]) for a in away} == {(409, "member_archived")}
    assert (await client.get(f"/v1/members/{member}")).json()["status"] == "blocked"


async def test_a_merge_is_not_undone_while_the_survivor_is_blocked(client):
    survivor, merged = await enrol(client, external_id="a"), await enrol(client, external_id="b")
    await client.post(f"/v1/members/{survivor}/merge", json={"from": merged})
    await block(client, survivor)

    refused = await client.post(f"/v1/members/{merged}/unmerge")
    by_old_id = await client.post("/v1/purchases", json=sale(1, member="b"))
    also = await client.post(f"/v1/members/{merged}/block", json=REASON)

    assert (refused.status_code, refused.json()["code"]) == (409, "member_blocked")
    assert (by_old_id.json()["member_id"], by_old_id.json()["points"]) == (survivor, 0)
    assert also.json()["code"] == "member_merged"


async def test_who_is_blocked_keeps_the_email_and_does_not_join_anew(client):
    member = await enrol(client, external_id="a", email="a@example.org")
    await block(client, member)

    again = await client.post("/v1/members", json={"email": "A@example.org", "first_name": "Ada"})
    other = await client.post("/v1/members", json={"external_id": "z", "email": "a@example.org"})
    found = await client.get("/v1/members", params={"email": "a@example.org"})

    assert (again.status_code, again.json()["id"], again.json()["status"]) == (
        200, member, "blocked",
    )  # fmt: skip
    assert again.json()["first_name"] == "Ada"
    assert (other.status_code, other.json()["code"]) == (409, "email_taken")
    assert [row["id"] for row in found.json()["data"]] == [member]


async def test_a_new_wallet_of_a_member_who_is_away_is_closed_too(client, house):
    blocked, archived = await enrol(client, external_id="a"), await enrol(client, external_id="b")
    await block(client, blocked)
    await client.delete(f"/v1/members/{archived}")
    program = await house.program(default=False)

    for member in (blocked, archived):
        with pytest.raises(ledger.WalletClosed):
            async with house.work() as work:
                await ledger.credit(
                    work,
                    ledger.Credit(member_id=decode("member", member), program_id=program, points=5),
                )
    await client.post(f"/v1/members/{blocked}/unblock")
    async with house.work() as work:
        credit = ledger.Credit(
            member_id=decode("member", blocked), program_id=program, points=5
        )  # fmt: skip
        assert (await ledger.credit(work, credit)).transaction is not None


async def test_a_blocked_member_can_be_erased(client, house):
    member = await enrol(client, external_id="a", email="a@example.org")
    await block(client, member)

    erased = await client.post(f"/v1/members/{member}/erase")
    assert erased.status_code in {200, 204}, erased.text
    told = (await client.get(f"/v1/members/{member}")).json()
    log = (await client.get("/v1/audit-log", params={"action": "member.blocked"})).json()["data"]

    assert (told["status"], told["blocked_at"], told["blocked_reason"]) == ("erased", None, None)
    assert REASON["reason"] not in str(log)


async def test_tiers_wait_for_who_is_blocked_and_none_is_given(client, house):
    tiers = await build(house, requires_maintenance=True, maintenance_period_days=100)
    await buy(house, "a", 1500)
    member = await client.get("/v1/members", params={"external_id": "a"})
    member = member.json()["data"][0]["id"]
    await block(client, member)

    bought = await buy(house, "a", 9000)
    given = await client.put(
        f"/v1/members/{member}/tier", json={"tier_id": encode("tier", tiers["Gold"])}
    )
    await pass_time(house, days=800)
    waits = await tier_of(house, "a")
    await client.post(f"/v1/members/{member}/unblock")
    await hear(house)

    assert bought.points == 0
    assert (given.status_code, given.json()["code"]) == (409, "member_blocked")
    assert waits == "Silver"
    assert await tier_of(house, "a") == "Bronze"
    await refund(house, bought.purchase_id)


async def test_segments_mean_them_only_when_they_ask_the_status(house):
    member = await house.member(balance=60)
    rich = {"field": "points.available", "op": "gte", "value": 50}
    status = {"field": "member.status", "op": "eq", "value": "blocked"}
    async with house.work() as work:
        made = [
            (await segments.create(work, {"name": name, "kind": "dynamic", "criteria": criteria}))[
                "id"
            ]
            for name, criteria in (("rich", rich), ("blocked", status))
        ]
        by_hand = (await segments.create(work, {"name": "list", "kind": "static"}))["id"]

    async def belong():
        async with house.work() as work:
            for segment_id in made:
                await segments.recompute(work, segment_id)
            found = (await segments.segments_of(work, [member])).get(member, frozenset())
        return [segment_id in found for segment_id in made]

    before = await belong()
    async with house.work() as work:
        await settlement.block(work, member, reason="x")
        (listed,) = await segments.add(work, by_hand, [member])

    assert before == [True, False]
    assert await belong() == [False, True]
    assert listed.outcome == "inactive"


async def test_the_tables_hold_what_a_block_is(house, owner_url):
    member = await house.member()
    owner = await asyncpg.connect(owner_url)
    try:
        for change in (
            "status = 'blocked'", "blocked_at = now(), blocked_reason = 'x'", "status = 'banned'",
            "status = 'blocked', blocked_at = now()",
        ):  # fmt: skip
            with pytest.raises(asyncpg.CheckViolationError):
                await owner.execute(
                    f"update laurels.members set {change} where tenant_id = $1 and id = $2",
                    house.tenant.id, member,
                )  # fmt: skip
    finally:
        await owner.close()


async def test_their_birthday_goes_by(house):
    member = await house.member(external_id="a")
    async with house.work() as work:
        await members.change(work, member, {"birthday": house.now.date().replace(year=1990)})
        await settlement.block(work, member, reason="x")
        day = house.now.month * 100 + house.now.day
        assert await members.list_born_on(work, [day], after=None, limit=10) == []


async def test_segments_follow_a_block_and_its_end(house):
    member = await house.member(balance=60)
    rich = {"field": "points.available", "op": "gte", "value": 50}
    async with house.work() as work:
        made = await segments.create(work, {"name": "r", "kind": "dynamic", "criteria": rich})
        await segments.recompute(work, made["id"])

    async def belongs():
        while await relay_all(house.database):
            pass
        async with house.work() as work:
            await segments.keep_up(work, limit=1000)
            return bool((await segments.segments_of(work, [member])).get(member))

    seen = [await belongs()]
    for story in (settlement.block, settlement.unblock):
        async with house.work() as work:
            await story(work, member, reason="x")
        seen.append(await belongs())

    assert seen == [True, False, True]
