"""What is read to record one purchase does not grow with the tenant."""

from decimal import Decimal

from laurels import settlement
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
