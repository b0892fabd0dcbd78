"""Who a member is at present is found by index, however many members a tenant has."""

from laurels.members.queries import lock_present

READ = (
    "pg_stat_get_xact_tuples_returned('laurels.members'::regclass)"
    " + pg_stat_get_xact_tuples_fetched('laurels.members'::regclass)"
)


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
        before = (await work.fetchrow(f"select {READ}"))[0]
        found = await lock_present(work, [anna])
        read = (await work.fetchrow(f"select {READ}"))[0] - before

    assert found[anna].status == "active"
    assert read < 50
