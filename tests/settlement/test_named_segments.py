"""Segments that rules name: judged as each event finds its member, whatever a worker has done."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from laurels import earning, ledger, members, segments, settlement
from laurels.activities import NewActivity
from laurels.earning.schemas import EarningRuleIn
from laurels.kit.values.ids import encode
from laurels.purchases import Line, NewPurchase, NewRefund
from laurels.segments import service
from tests.support.reads import rows_read

REGULAR = {"field": "lifetime.purchases", "op": "gte", "value": 2}
BONUS = 1000
"""What a rule gives to members of a segment; an order of 1.00 earns 1 point besides."""


async def segment(house, criteria=REGULAR, **more):
    body = {"name": "Named", "kind": "dynamic", "criteria": criteria, **more}
    async with house.work() as work:
        return (await segments.create(work, body))["id"]


async def rule(house, segment_id, trigger="purchase.completed", **more):
    body = {
        "name": "For them", "trigger": trigger, "award": {"type": "fixed", "points": BONUS},
        "conditions": {
            "field": "member.segments", "op": "contains", "value": encode("segment", segment_id),
        },
        **more,
    }  # fmt: skip
    async with house.work() as work:
        await earning.create_rule(work, EarningRuleIn.model_validate(body))


def order(house, member="anna", **more):
    more.setdefault("amount", Decimal(1))
    return NewPurchase(currency="USD", member=member, **more)


async def buy(house, *items):
    """Settle these together; what each earned."""
    async with house.work() as work:
        outcomes = await settlement.settle(work, items)
    assert all(isinstance(each, settlement.Settled) for each in outcomes), outcomes
    return [each.points for each in outcomes]


async def do(house, *items):
    async with house.work() as work:
        outcomes = await settlement.record_activities(work, items)
    return [each.points for each in outcomes]


@pytest.mark.parametrize("together", [True, False])
async def test_an_order_finds_what_those_before_it_did_and_does_not_count_itself(house, together):
    await rule(house, await segment(house))
    orders = [order(house) for _ in range(4)]

    if together:
        points = await buy(house, *orders)
    else:
        points = [(await buy(house, each))[0] for each in orders]

    assert points == [1, 1, 1 + BONUS, 1 + BONUS]


async def test_a_batch_is_judged_in_the_order_in_which_things_happened(house):
    await rule(house, await segment(house))
    days = [timedelta(days=ago) for ago in (1, 3, 2)]

    points = await buy(house, *(order(house, occurred_at=house.now - ago) for ago in days))

    assert points == [1 + BONUS, 1, 1]


@pytest.mark.parametrize(
    "criteria",
    [
        {"some": "purchases", "where": {"field": "amount", "op": "gte", "value": "5"}},
        {"field": "purchases.last_30_days.spend", "op": "gte", "value": "5"},
        {"field": "lifetime.spend", "op": "gte", "value": "5"},
        {"field": "lifetime.days_since_last_purchase", "op": "eq", "value": 0},
        {"field": "points.available", "op": "gte", "value": 5},
        {"field": "points.days_since_last_earned", "op": "lte", "value": 1},
        {"some": "purchase_lines", "where": {"field": "sku", "op": "eq", "value": "x"}},
    ],
    ids=lambda criteria: criteria.get("field") or criteria["some"],
)
async def test_whatever_criteria_ask_what_waits_in_the_batch_has_not_happened(house, criteria):
    await rule(house, await segment(house, criteria))
    line = Line(sku="x", quantity=Decimal(1), unit_price=Decimal(9), amount=Decimal(9))
    large = [order(house, amount=Decimal(9), lines=[line]) for _ in range(2)]

    points = await buy(house, *large, order(house, "bert"))

    assert points == [9, 9 + BONUS, 1]


async def test_activities_are_judged_one_after_the_other_too(house):
    twice = {"some": "activities", "where": {"field": "kind", "op": "eq", "value": "visit"}}
    await rule(house, await segment(house, twice), "activity.recorded")
    visit = [NewActivity(kind="visit", source="api", member="anna") for _ in range(3)]

    assert await do(house, *visit) == [0, BONUS, BONUS]


async def test_whoever_joins_is_judged_as_they_join(house):
    vip = {"field": "member.is_vip", "op": "eq", "value": True}
    await rule(house, await segment(house, vip), "member.enrolled")

    async with house.work() as work:
        for name in ("anna", "bert"):
            await settlement.enrol(work, {"external_id": name, "is_vip": name == "anna"})
        found = await work.fetch(
            "select points from laurels.awards where tenant_id = $1 order by points",
            work.tenant_id,
        )

    assert [row[0] for row in found] == [0, BONUS]


async def test_days_are_counted_to_when_it_happened(house):
    """Whoever imports last year's orders next week gives what this week would have given."""
    away = {"field": "lifetime.days_since_last_purchase", "op": "gt", "value": 90}
    await rule(house, await segment(house, away))
    ago = [timedelta(days=days) for days in (500, 450, 300, 250)]

    points = await buy(house, *(order(house, occurred_at=house.now - each) for each in ago))

    assert points == [1, 1, 1 + BONUS, 1]


async def test_a_refund_takes_members_out_for_the_next_order(house):
    await rule(house, await segment(house, {"field": "lifetime.spend", "op": "gte", "value": "5"}))
    async with house.work() as work:
        (first,) = await settlement.settle(work, [order(house, amount=Decimal(9))])
    before = await buy(house, order(house))
    async with house.work() as work:
        await settlement.refund(work, [NewRefund(purchase_id=first.purchase_id)])

    assert (before, await buy(house, order(house))) == ([1 + BONUS], [1])


async def test_points_that_are_due_have_lapsed_though_no_job_came_by(house):
    await house.program(expiry_days=30)
    rich = {"field": "points.available", "op": "gte", "value": 50}
    await rule(house, await segment(house, rich))
    assert await buy(house, order(house, amount=Decimal(60))) == [60]
    house.later(days=29)
    assert await buy(house, order(house)) == [1 + BONUS]
    house.later(days=200)

    assert await buy(house, order(house)) == [1]


@pytest.mark.parametrize(
    ("criteria", "more"),
    [
        (REGULAR, {"auto_update": False}),
        ({"all": [REGULAR, {"field": "rfm.monetary", "op": "gte", "value": 1}]}, {}),
    ],
    ids=["when somebody asks", "compared with others"],
)
async def test_other_segments_are_as_they_were_last_computed(house, criteria, more):
    segment_id = await segment(house, criteria, **more)
    await rule(house, segment_id)

    before = await buy(house, *(order(house) for _ in range(3)))
    async with house.work() as work:
        await segments.recompute(work, segment_id)
    after = await buy(house, *(order(house) for _ in range(2)))

    assert (before, after) == ([1] * 3, [1 + BONUS] * 2)


async def test_a_list_by_hand_counts_from_the_moment_somebody_is_on_it(house):
    body = {"name": "By hand", "kind": "static", "criteria": None}
    async with house.work() as work:
        segment_id = (await segments.create(work, body))["id"]
    await rule(house, segment_id)
    before = await buy(house, order(house))
    async with house.work() as work:
        await segments.add(work, segment_id, ["anna"])

    assert (before, await buy(house, order(house))) == ([1], [1 + BONUS])


async def test_rules_do_not_see_an_archived_segment(house):
    segment_id = await segment(house, {"field": "lifetime.purchases", "op": "gte", "value": 0})
    await rule(house, segment_id)
    before = await buy(house, order(house))
    async with house.work() as work:
        await service.archive(work, segment_id)

    assert (before, await buy(house, order(house))) == ([1 + BONUS], [1])


async def test_criteria_that_cannot_be_read_any_more_stop_no_order(house):
    segment_id = await segment(house)
    await rule(house, segment_id)
    async with house.work() as work:
        await work.fetch(
            "update laurels.segments set criteria ="
            ' \'{"field": "member.shoe_size", "op": "eq", "value": 42}\' where tenant_id = $1',
            work.tenant_id,
        )

    assert await buy(house, order(house)) == [1]


async def test_two_orders_at_once_are_one_after_the_other(house):
    await rule(house, await segment(house, {"field": "lifetime.purchases", "op": "lt", "value": 3}))
    await buy(house, order(house))

    found = await asyncio.gather(*(buy(house, order(house)) for _ in range(6)))

    assert sorted(points for (points,) in found) == [1] * 4 + [1 + BONUS] * 2


async def test_a_tenant_whose_rules_name_none_asks_nothing(house):
    await segment(house)
    await rule(house, await segment(house, name="Other"), "activity.recorded")

    async with house.work() as work:
        before = await rows_read(work, "segments", "segment_memberships")
        await settlement.settle(work, [order(house) for _ in range(3)])
        read = await rows_read(work, "segments", "segment_memberships") - before

    assert read == 0


READ = (
    "members",
    "member_totals",
    "purchases",
    "wallets",
    "segment_memberships",
    "activities",
    "lots",
)
MANY = 3000


async def test_a_batch_reads_its_own_members_and_not_the_tenant(house):
    everything = {"any": [
        {"some": "purchases", "where": {"field": "amount", "op": "gte", "value": "500"}},
        {"none": "activities", "where": {"field": "kind", "op": "eq", "value": "review"}},
        {"field": "purchases.last_365_days.count", "op": "gte", "value": 7},
        {"field": "lifetime.spend", "op": "gte", "value": "500"},
        {"field": "points.available", "op": "gte", "value": 5000},
        {"field": "tier.level", "op": "gte", "value": 2},
        {"field": "points.days_since_last_earned", "op": "lte", "value": 10},
    ]}  # fmt: skip
    asked = await segment(house, everything)
    names = [f"m{number}" for number in range(MANY)]
    for first in range(0, MANY, 1000):
        await buy(house, *(order(house, name) for name in names[first : first + 1000]))
    await house.database.refresh_statistics()
    batches = [names[:1], names[:20]]
    for batch in batches:
        async with house.work() as work:
            await work.raw.execute("set local plan_cache_mode = force_generic_plan")
            people = (await members.find(work, batch)).values()
            named = await segments.look_up(work, [asked])
            before = {table: await rows_read(work, table) for table in READ}
            await named.of(work, dict.fromkeys(people, work.now))
            read = {table: await rows_read(work, table) - before[table] for table in READ}

        # A small table is read whole for each, and may be; that of a large tenant is not.
        assert max(read.values()) < MANY / 2 * len(batch), read


async def test_a_hold_whose_time_is_over_counts_as_let_go(house):
    await rule(house, await segment(house, {"field": "points.available", "op": "gte", "value": 50}))
    await house.member(external_id="anna", balance=60)
    async with house.work() as work:
        (anna,) = (await members.find(work, ["anna"])).values()
        await ledger.hold(
            work, ledger.HoldPoints(
                member_id=anna, points=40, expires_at=house.now + timedelta(days=1)
            )
        )  # fmt: skip
    before = await buy(house, order(house))
    house.later(days=2)

    assert (before, await buy(house, order(house))) == ([1], [1 + BONUS])
