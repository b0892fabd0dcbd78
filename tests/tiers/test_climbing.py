"""Up at once, down only when what brought the tier is gone."""

import asyncio
from decimal import Decimal

import pytest

from laurels import events, ledger, settlement, tiers
from laurels.events.handling import handle_due
from laurels.kit.values.time import utc_now
from laurels.purchases import NewPurchase
from laurels.tiers.policy import Ladder

from .climbing import (
    build,
    buy,
    hear,
    history,
    member_id,
    pass_time,
    refund,
    set_up,
    steps,
    tier_of,
    told,
)


async def test_who_earns_enough_rises_and_spending_does_not_bring_them_down(house):
    await build(house)

    await buy(house, "ann", "999")
    before = await tier_of(house, "ann")
    await buy(house, "ann", "1")
    async with house.work() as work:
        ann = await member_id(house, "ann")
        await ledger.debit(work, ledger.Debit(member_id=ann, points=900, type="redeemed"))
    await hear(house)

    assert before == "Bronze"
    assert await tier_of(house, "ann") == "Silver"
    rows = await history(house, "ann")
    assert [(row["tier"], row["reason"], row["ended_at"] is None) for row in rows] == [
        ("Bronze", "placed", False),
        ("Silver", "qualification", True),
    ]
    assert (rows[1]["points_at_achievement"], rows[1]["spend_at_achievement"]) == (1000, 1000)
    assert rows[1]["orders_at_achievement"] == 2


@pytest.mark.parametrize(
    ("spent_before", "points"), [("0", 100), ("1000", 125), ("5000", 150), ("15000", 200)]
)
async def test_the_tier_multiplies_what_is_earned(client, house, spent_before, points):
    await build(house)
    await buy(house, "ann", spent_before)

    answer = await client.post(
        "/v1/purchases", json={"member": "ann", "amount": "100.00", "currency": "USD"}
    )

    why = (await client.get(f"/v1/purchases/{answer.json()['id']}/why")).json()
    assert answer.json()["points"] == points
    (rule,) = why["rules"]
    assert rule["points"] == points
    async with house.work() as work:
        earned = await work.fetch(
            "select type, points from laurels.point_transactions where tenant_id = $1"
            " order by id desc limit 1",
            work.tenant_id,
        )
    assert [tuple(row) for row in earned] == [("earned", points)]


async def test_multipliers_can_be_switched_off(house):
    await build(house)
    await buy(house, "ann", "5000")
    await set_up(house, multipliers_enabled=False)

    assert (await buy(house, "ann", "100")).points == 100


async def test_a_level_may_be_skipped(house):
    await build(house)

    await buy(house, "ann", "15000")

    assert await steps(house, "ann") == [("Bronze", "placed"), ("Platinum", "qualification")]
    (event,) = await told(house)
    assert event["type"] == "tier.raised"
    assert (event["payload"]["from_level"], event["payload"]["level"]) == (1, 4)


async def test_a_refund_takes_at_once_what_its_purchase_brought_and_no_more(house):
    await build(house)
    await buy(house, "ann", "1000")
    pass_on = await buy(house, "ann", "4000")
    assert await tier_of(house, "ann") == "Gold"

    await refund(house, pass_on.purchase_id, "500")

    # 1000 + 5000 (4000 at 1.25) less 625 are 5375: still Gold.
    assert await tier_of(house, "ann") == "Gold"
    await refund(house, pass_on.purchase_id)
    assert await steps(house, "ann") == [
        ("Bronze", "placed"), ("Silver", "qualification"), ("Gold", "qualification"),
        ("Silver", "refund"),
    ]  # fmt: skip
    assert [row["type"] for row in await told(house)] == [
        "tier.raised", "tier.raised", "tier.lowered",
    ]  # fmt: skip


async def test_a_refund_leaves_a_tier_that_was_earned_before_the_period_that_counts_today(house):
    await build(house)
    await buy(house, "ann", "1000")
    await pass_time(house, days=400)
    gold = await buy(house, "ann", "5000")
    assert await tier_of(house, "ann") == "Gold"

    await refund(house, gold.purchase_id)

    assert await tier_of(house, "ann") == "Silver"
    await pass_time(house, days=800)
    await buy(house, "ann", "1")
    assert await tier_of(house, "ann") == "Silver"
    assert (await history(house, "ann"))[-1]["qualified_at"] == (await history(house, "ann"))[1][
        "qualified_at"
    ]


async def test_a_refund_of_what_came_later_takes_no_tier(house):
    await build(house)
    await buy(house, "ann", "1000")
    await pass_time(house, days=30)
    later = await buy(house, "ann", "300")

    await refund(house, later.purchase_id)

    assert await tier_of(house, "ann") == "Silver"


async def test_time_alone_takes_no_tier(house):
    await build(house)
    await buy(house, "ann", "5000")

    await pass_time(house, days=3000)
    async with house.work() as work:
        await tiers.review(work, [await member_id(house, "ann")], cause="ladder")

    assert await tier_of(house, "ann") == "Gold"


async def test_only_what_lies_in_the_period_counts(house):
    await build(house)
    await buy(house, "ann", "600")

    await pass_time(house, days=366)
    await buy(house, "ann", "600")

    assert await tier_of(house, "ann") == "Bronze"
    await buy(house, "ann", "400")
    assert await tier_of(house, "ann") == "Silver"


@pytest.mark.parametrize(
    ("criteria", "bought", "reached"),
    [
        ({"criteria": "spend", "min_spend": "100"}, ["60", "40"], True),
        ({"criteria": "spend", "min_spend": "100"}, ["60", "39.99"], False),
        ({"criteria": "spend", "min_spend": "10", "min_orders": 3}, ["60", "40"], False),
        ({"criteria": "orders", "min_orders": 2, "min_points": 999}, ["1", "1"], True),
        ({"criteria": "hybrid", "min_points": 50, "min_spend": "200"}, ["100"], False),
        ({"criteria": "hybrid", "min_points": 50, "min_spend": "200"}, ["100", "100"], True),
        ({"criteria": "points", "min_points": 50, "min_spend": "200"}, ["100"], True),
    ],
)
async def test_criteria_count_what_they_say(house, criteria, bought, reached):
    await build(house, {"name": "Low", "is_default": True}, {"name": "High", **criteria})

    for amount in bought:
        await buy(house, "ann", amount)

    assert await tier_of(house, "ann") == ("High" if reached else "Low")


async def test_points_by_hand_count_for_no_tier(house):
    await build(house)
    await buy(house, "ann", "1")
    ann = await member_id(house, "ann")
    async with house.work() as work:
        await ledger.credit(
            work, ledger.Credit(member_id=ann, points=5000, type="adjusted", source="manual")
        )
    await hear(house)

    assert await tier_of(house, "ann") == "Bronze"


async def test_a_tenant_without_tiers_pays_nothing_for_them(house):
    await buy(house, "ann", "100")

    async with house.work() as work:
        asked: list[str] = []
        original = work.raw.fetch

        async def counting(sql, *values):
            asked.append(sql)
            return await original(sql, *values)

        work.memo[Ladder] = Ladder(())
        object.__setattr__(work, "raw", type("Raw", (), {"fetch": staticmethod(counting)})())
        await tiers.place(work, [await member_id(house, "ann")])
        assert await tiers.standings(work, [await member_id(house, "ann")]) == {}
        await work.flush()
        object.__setattr__(work, "raw", original.__self__)

    assert asked == []


async def test_sixteen_purchases_at_once_that_cross_a_line_raise_once(house):
    await build(house)
    house.now = utc_now()
    await buy(house, "ann", "10")

    async def one(number):
        async with house.work() as work:
            item = NewPurchase(amount=Decimal(100), currency="USD", member="ann")
            await settlement.settle(work, [item])
        async with house.work() as work:
            await tiers.review(work, [await member_id(house, "ann")])

    await asyncio.gather(*(one(number) for number in range(16)))

    assert await steps(house, "ann") == [("Bronze", "placed"), ("Silver", "qualification")]


async def test_the_relay_and_the_handler_raise_a_member_by_themselves(house):
    house.now = utc_now()
    await build(house)
    async with house.work() as work:
        item = NewPurchase(amount=Decimal(1000), currency="USD", member="ann")
        await settlement.settle(work, [item])

    while await events.relay_all(house.database) + await handle_due(house.database):
        pass

    assert await tier_of(house, "ann") == "Silver"


async def test_history_reaches_tiers_and_nobody_is_told_outside(house):
    await build(house)
    async with house.work() as work:
        item = NewPurchase(amount=Decimal(1000), currency="USD", member="ann")
        await settlement.settle(work, [item], historical=True)
    await hear(house)

    assert await tier_of(house, "ann") == "Silver"
    assert await told(house) == []
    async with house.work() as work:
        rows = await work.fetch(
            "select payload -> 'events' -> 'tier.raised' as raised from laurels.outbox"
            " where tenant_id = $1 and historical",
            work.tenant_id,
        )
    assert [row["raised"] for row in rows] == [1]
