"""What is read for one member does not grow with the tenant."""

import pytest

from tests.support.reads import rows_read

MANY = 3000
READ = ("wallets", "tier_history", "members", "member_totals")


@pytest.mark.parametrize("function", ["lock_standings", "lock_progress", "lock_member_facts"])
async def test_a_look_at_one_member_reads_a_few_rows_of_thousands(house, function):
    async with house.work() as work:
        (tier,) = await work.fetch(
            "insert into laurels.tiers (tenant_id, name, level, min_points, is_default)"
            " values ($1, 'All', 1, 0, true) returning id",
            work.tenant_id,
        )
        await work.fetch(
            "with m as ("
            "  insert into laurels.members (tenant_id, external_id, enrolled_at)"
            "  select $1, 'm-' || n, now() from generate_series(1, $3::int) as n returning id"
            "), w as ("
            "  insert into laurels.wallets (tenant_id, member_id, program_id)"
            "  select $1, m.id, p.id from m cross join laurels.programs as p where p.tenant_id = $1"
            "), t as ("
            "  insert into laurels.member_totals (tenant_id, member_id, spend, refunded, purchases)"
            "  select $1, id, 0, 0, 0 from m"
            ") insert into laurels.tier_history"
            " (tenant_id, member_id, tier_id, achieved_at, basis, reason, actor_type)"
            " select $1, id, $2, now(), 'qualification', 'placed', 'system' from m",
            work.tenant_id, tier["id"], MANY,
        )  # fmt: skip
    await house.database.refresh_statistics()
    async with house.work() as work:
        (one,) = await work.fetch(
            "select id from laurels.members where tenant_id = $1 and external_id = 'm-7'",
            work.tenant_id,
        )
        await work.raw.execute("set local plan_cache_mode = force_generic_plan")
        before = await rows_read(work, *READ)
        rows = await work.fetch(
            f"select * from laurels.{function}($1, $2)", work.tenant_id, [one["id"]]
        )
        read = await rows_read(work, *READ) - before

    assert len(rows) == 1
    assert read < 50
