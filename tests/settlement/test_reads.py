"""What is read to record one purchase does not grow with the tenant; it takes few statements."""

from decimal import Decimal

import pytest

from laurels import earning, settlement, tiers
from laurels.earning.schemas import EarningRuleIn
from laurels.purchases import Line, NewPurchase
from tests.support.reads import rows_read

MANY = 3000
READ = ("members", "purchases", "purchase_lines", "member_totals")


def order(number: int) -> NewPurchase:
    return NewPurchase(
        amount=Decimal(20), currency="USD", source="shop", external_id=f"o{number}",
        member=f"m{number}", lines=[Line(sku="red", quantity=Decimal(1), unit_price=Decimal(20),
                                         amount=Decimal(20))],
    )  # fmt: skip


async def test_a_purchase_with_lines_reads_a_few_rows_of_thousands(house):
    for first in range(0, MANY, 1000):
        async with house.work() as work:
            items = [order(number) for number in range(first, first + 1000)]
            await settlement.settle(work, items)
    await house.database.refresh_statistics()
    async with house.work() as work:
        await work.raw.execute("set local plan_cache_mode = force_generic_plan")
        item = order(MANY)
        item.member = "m7"
        before = {table: await rows_read(work, table) for table in READ}
        (settled,) = await settlement.settle(work, [item])
        await work.flush()
        read = {table: await rows_read(work, table) - before[table] for table in READ}

    assert settled.new
    assert max(read.values()) < 100, read


@pytest.mark.parametrize("number", [1, 20])
async def test_what_judging_locks_is_one_statement(house, monkeypatch, number):
    async with house.work() as work:
        await tiers.create_tier(
            work,
            {"name": "All", "level": 1, "criteria": "points", "min_points": 0, "is_default": True},
        )
        for more in (
            {"caps": [{"period": "day", "points": 10}]},
            {"conditions": {"field": "member.purchases", "op": "gte", "value": 1}},
        ):
            rule = {"name": f"Two {more.keys()}", "trigger": "purchase.completed"}
            award = {"type": "fixed", "points": 2}
            await earning.create_rule(
                work, EarningRuleIn.model_validate({**rule, "award": award, **more})
            )
    items = [order(each) for each in range(2 * number)]
    async with house.work() as work:
        await settlement.settle(work, items[:number])
    asked: list[str] = []
    fetch = type(work).fetch

    async def counted(work, sql, *values):
        asked.append(sql)
        return await fetch(work, sql, *values)

    monkeypatch.setattr(type(work), "fetch", counted)
    async with house.work() as work:
        for item in items[number:]:
            item.member = f"m{number - 1}"
        settled = await settlement.settle(work, items[number:])

    # Of the ten points of the day two were had before.
    assert sum(each.points for each in settled) == 22 * number + min(2 * number, 8)
    locks = ("lock_progress", "lock_member_facts", "lock_usage", "lock_wallets")
    (judging,) = [sql for sql in asked if any(name in sql for name in locks)]
    assert [name for name in locks if name in judging] == list(locks)
