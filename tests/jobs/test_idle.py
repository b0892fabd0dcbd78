"""Tenants in which nothing happens make no runs, and cost the planner a few looks at indexes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from laurels import jobs
from laurels.kit.jobs import all_jobs
from laurels.kit.values.time import utc_now
from tests.support.reads import rows_read

MANY = 300
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
READ = (
    "tenants", "members", "lots", "holds", "redemptions", "purchases", "point_transactions",
    "tiers", "tier_history", "segments", "segment_days", "activities", "outbox", "job_runs",
    "idempotency_keys", "staff_sessions", "staff_invitations",
)  # fmt: skip

IDLE = """
with t as (
  insert into laurels.tenants (slug, name, preset, currency, time_zone, created_at)
  select 'idle-' || gen_random_uuid(), 'Idle', 'plain', 'EUR', 'Europe/Berlin', $2
  from generate_series(1, $1::int) as n
  returning id
),
p as (
  insert into laurels.programs (tenant_id, name, is_default)
  select id, 'Points', true from t
  returning tenant_id
),
r as (
  insert into laurels.tiers (tenant_id, name, level, min_points, is_default)
  select id, 'All', 1, 0, true from t
  returning tenant_id
),
m as (
  insert into laurels.members (tenant_id, external_id, enrolled_at, birthday)
  select t.id, 'm-' || n, $2, (current_date - n * 30 - 3)::date - interval '30 years'
  from t cross join generate_series(0, 2) as n
  returning tenant_id, id, external_id
),
b as (
  insert into laurels.activities (tenant_id, source, external_id, member_id, kind, occurred_at)
  select tenant_id, 'laurels', 'birthday', id, 'birthday', now() - interval '3 days'
  from m where external_id = 'm-0'
  returning tenant_id
),
s as (
  insert into laurels.segments (tenant_id, name, kind, criteria, auto_update, computed_version,
    last_computed_at, by_day, created_at, updated_at)
  select id, 'All', 'dynamic', '{"field": "points.available", "op": "gte", "value": 0}', true, 1,
    $2, false, $2, $2 from t
  returning tenant_id, id
),
d as (
  insert into laurels.segment_days (tenant_id, segment_id, day, members, joined, left_count,
    revenue, purchases, points_earned, points_redeemed, computed_at)
  select tenant_id, id, $2::date, 3, 3, 0, 0, 0, 0, 0, $2 + interval '1 day' from s
  returning tenant_id
),
-- Most jobs ran once, long ago; that is remembered, and no reason to run again.
j as (
  insert into laurels.job_runs (tenant_id, job, period, origin, state, due_at, created_at,
    started_at, finished_at)
  select t.id, n.job, 'long ago', 'schedule', 'done', $2, $2, $2, $2
  from t cross join unnest($3::text[]) as n (job)
  returning tenant_id
)
select id from t
"""


@pytest.fixture
async def idle(database, owner_url) -> AsyncIterator[list[UUID]]:
    """Some hundred tenants that have members, tiers and segments, and in which nothing happens."""
    owner = await asyncpg.connect(owner_url)
    never = {"tiers.review", "ledger.verify_the_books"}
    rows = await owner.fetch(IDLE, MANY, BEGAN, sorted(all_jobs().keys() - never))
    await owner.execute("analyze")
    made = [row["id"] for row in rows]
    yield made
    # Others count what a look at all tenants costs.
    await owner.execute("select laurels.purge_tenant(id) from unnest($1::uuid[]) as t (id)", made)
    await owner.close()


async def test_tenants_in_which_nothing_happens_make_no_runs_whatever_they_have(
    database, owner_url, idle
):
    owner = await asyncpg.connect(owner_url)
    planner, now = jobs.Planner(database), utc_now()

    for hours in range(0, 3 * 24, 4):
        await planner.plan(now + timedelta(hours=hours))

    rows = await owner.fetch(
        "select job, count(*) as runs from laurels.job_runs"
        " where tenant_id = any($1) and period <> 'long ago' group by job", idle,
    )  # fmt: skip
    await owner.close()
    assert {row["job"]: row["runs"] for row in rows} == {}


async def test_a_look_at_idle_tenants_reads_a_few_rows_of_each(house, owner_url, idle):
    owner = await asyncpg.connect(owner_url)
    # It is a look at all tenants, those of other tests as well.
    tenants = await owner.fetchval("select count(*) from laurels.tenants")
    await owner.close()
    assert tenants >= len(idle)
    read: dict[str, float] = {}
    async with house.work() as work:
        for job in all_jobs().values():
            if job.waiting is None:
                continue
            before = await rows_read(work, *READ)
            await work.raw.fetch(f"select laurels.{job.waiting}($1)", utc_now())
            read[job.name] = (await rows_read(work, *READ) - before) / tenants

    # At most the one run of each job that is remembered: in an index or two, in its table, and
    # another time where it is asked for a later one.
    most = 12 * len(all_jobs())
    assert {name: rows for name, rows in read.items() if rows > most} == {}
