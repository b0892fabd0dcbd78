"""Who a member is at present is found by index, however many members a tenant has."""

from laurels.members.queries import lock_present
from tests.support.reads import rows_read


async def test_a_look_at_one_member_reads_a_few_rows_of_thousands(house):
    anna = await house.member()
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.members (tenant_id, external_id, enrolled_at)"
            " select $1, 'crowd-' || n, now() from generate_series(1, 3000) as n",
            work.tenant_id,
        )
    await house.database.refresh_statistics()

    async with house.work() as work:
        before = await rows_read(work, "members")
        found = await lock_present(work, [anna])
        read = await rows_read(work, "members") - before

    assert found[anna].status == "active"
    assert read < 50
