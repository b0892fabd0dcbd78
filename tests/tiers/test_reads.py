"""What is read for one member does not grow with the tenant."""

import pytest

MANY = 3000
READ = (
    "pg_stat_get_xact_tuples_returned('laurels.{0}'::regclass)"
    " + pg_stat_get_xact_tuples_fetched('laurels.{0}'::regclass)"
)


@pytest.mark.parametrize("function", ["lock_standings", "lock_progress"])
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
        asked = ", ".join(
            READ.format(name) for name in ("wallets", "tier_history", "members", "member_totals")
        )
    await house.database.refresh_statistics()
    async with house.work() as work:
        (one,) = await work.fetch(
            "select id from laurels.members where tenant_id = $1 and external_id = 'm-7'",
            work.tenant_id,
        )
        await work.raw.execute("set local plan_cache_mode = force_generic_plan")
        before = await work.fetchrow(f"select {asked}")
        rows = await work.fetch(
            f"select * from laurels.{function}($1, $2)", work.tenant_id, [one["id"]]
        )
        after = await work.fetchrow(f"select {asked}")

    assert len(rows) == 1
    read = [late - early for late, early in zip(after, before, strict=True)]
    assert max(read) < 50, read
