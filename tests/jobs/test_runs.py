"""Runs: planned once per tenant and period, carried out by one, kept with how they ended."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from laurels import jobs, ledger, settlement
from laurels.jobs import running
from laurels.kit import jobs as declared
from laurels.kit.errors import Conflict
from laurels.kit.http.paging import ALL
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, Work, open_work
from laurels.purchases import NewPurchase
from tests.support.make import make_tenant
from tests.support.waiting import PATIENCE_SECONDS

NIGHTLY = "ledger.close_the_day"


async def plan(database, now: datetime) -> int:
    """Look what is due at a moment, as a worker that has just been started would."""
    return await jobs.Planner(database).plan(now)


async def runs_of(database, tenant_id: UUID, job: str) -> list[jobs.RunView]:
    async with open_work(database, tenant_id=tenant_id) as work:
        return await jobs.list_runs(work, job=job, asked=ALL)


@pytest.fixture
def faulty(monkeypatch) -> list[int]:
    """A job that fails as often as the list says, then does three things."""
    left: list[int] = [0]

    async def step(work: Work, *, limit: int) -> int:
        """Fail, or do three things."""
        await work.fetch(
            "insert into laurels.counters as c (tenant_id, name, value) values ($1, 'faulty', 1)"
            " on conflict (tenant_id, name) do update set value = c.value + 1",
            work.tenant_id,
        )
        if left[0]:
            left[0] -= 1
            msg = "the first one is the worst"
            raise Conflict(msg)
        return 3

    made = declared.Job(
        "kit.faulty", step, declared.Daily(datetime(2026, 1, 1, 3, tzinfo=UTC).time()), 10, None,
        None, True,
    )  # fmt: skip
    monkeypatch.setitem(declared._jobs, "kit.faulty", made)
    return left


async def ask(database, tenant_id: UUID, name: str) -> UUID:
    async with open_work(database, tenant_id=tenant_id, actor=OPERATOR) as work:
        return (await jobs.ask(work, name)).id


async def planned(house, job: str, period: str) -> UUID:
    """A run that the schedule has planned."""
    run_id = new_id()
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.job_runs (tenant_id, id, job, period, origin, state, due_at,"
            " created_at) values ($1, $2, $3, $4, 'schedule', 'waiting', now(), clock_timestamp())",
            work.tenant_id, run_id, job, period,
        )  # fmt: skip
    return run_id


@pytest.fixture
def nightly(monkeypatch):
    """Have a job that runs for everybody every night."""

    async def step(work: Work, *, limit: int) -> int:
        """Do nothing."""
        return 0

    made = declared.Job(
        "kit.nightly", step, declared.Daily(time(3)), 10, None, None, True
    )  # fmt: skip
    monkeypatch.setitem(declared._jobs, "kit.nightly", made)
    return "kit.nightly"


async def test_a_night_is_planned_once_for_each_tenant_in_its_own_zone(
    database, owner_url, nightly
):
    places = {"Europe/Berlin": None, "America/New_York": None, "Asia/Tokyo": None}
    houses = {name: await make_tenant(database, time_zone=name) for name in places}
    owner = await asyncpg.connect(owner_url)
    await owner.execute("update laurels.tenants set created_at = '2020-01-01'")
    await owner.close()
    # The night in which Berlin's clocks go forward; two workers, looking every ten minutes.
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    planners = [jobs.Planner(database), jobs.Planner(database)]

    while now < datetime(2026, 3, 30, 12, tzinfo=UTC):
        await asyncio.gather(*(planner.plan(now) for planner in planners))
        now += timedelta(minutes=30)

    for name, house in houses.items():
        found = [run.period for run in await runs_of(database, house.tenant.id, nightly)]
        assert sorted(found) == ["2026-03-28", "2026-03-29", "2026-03-30"], name


async def test_a_tenant_has_no_nights_from_before_it_was_there(house, nightly):
    await plan(house.database, datetime.now(UTC))

    assert await runs_of(house.database, house.tenant.id, nightly) == []


async def test_what_looks_every_minute_runs_only_where_something_waits(house):
    other = await make_tenant(house.database)
    await house.program(expiry_days=1)
    member_id = await house.member()
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member_id, points=5))

    await plan(house.database, datetime.now(UTC))
    await plan(house.database, datetime.now(UTC) + timedelta(minutes=1))

    due = await runs_of(house.database, house.tenant.id, "ledger.apply_due_lots")
    assert [run.state for run in due] == ["waiting"], "an open run stands for the next minute, too"
    assert await runs_of(house.database, other.tenant.id, "ledger.apply_due_lots") == []
    await jobs.carry_out(house.database, house.tenant.id, due[0].id)
    async with open_work(house.database, tenant_id=house.tenant.id) as work:
        assert (await ledger.balance(work, member_id))["available"] == 0


async def test_suspended_tenants_have_no_business(house):
    from laurels import tenants

    await house.program(expiry_days=1)
    member_id = await house.member()
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member_id, points=5))
        await tenants.set_status(work, "suspended")

    await plan(house.database, datetime.now(UTC))

    async with house.work() as work:
        assert [run for run in await jobs.list_runs(work) if run.job.startswith("ledger.")] == []


async def test_a_run_is_taken_by_one(house):
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)

    # Other tests leave runs that wait, too.
    taken = await asyncio.gather(*(jobs.claim(house.database, limit=100_000) for _ in range(6)))

    assert [run.id for each in taken for run in each].count(run_id) == 1


async def test_of_one_job_of_a_tenant_one_run_is_carried_out_at_a_time(house):
    first, second = [await planned(house, NIGHTLY, period) for period in ("a", "b")]
    other = await planned(house, "ledger.verify_the_books", "a")

    taken = [run.id for run in await jobs.claim(house.database, limit=100_000)]
    meanwhile = [run.id for run in await jobs.claim(house.database, limit=100_000)]
    await jobs.carry_out(house.database, house.tenant.id, first)
    afterwards = [run.id for run in await jobs.claim(house.database, limit=100_000)]

    assert {first, other} <= set(taken)
    assert second not in taken + meanwhile
    assert second in afterwards


async def test_a_run_whose_worker_shows_no_life_is_claimed_by_another(house):
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)
    await jobs.claim(house.database, limit=100_000)
    silent = "update laurels.job_runs set beat_at = now() - $2::interval where tenant_id = $1"

    claims = []
    for seconds in (10, 31):
        async with house.work() as work:
            await work.fetch(silent, work.tenant_id, timedelta(seconds=seconds))
        claims.append([run.id for run in await jobs.claim(house.database, limit=100_000)])

    assert [run_id in each for each in claims] == [False, True]


async def test_a_run_that_is_carried_out_shows_life_however_long_a_step_takes(house, monkeypatch):
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.01)
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)

    async def beat() -> datetime:
        async with house.work() as work:
            rows = await work.fetch(
                "select beat_at from laurels.job_runs where tenant_id = $1 and id = $2",
                work.tenant_id, run_id,
            )  # fmt: skip
        return rows[0][0]

    async def step(work: Work, *, limit: int) -> int:
        """End when life was shown twice."""
        began, seen = await beat(), set()
        while len(seen) < 2:
            await asyncio.sleep(0.005)
            seen |= {await beat()} - {began}
        return 0

    job = declared.all_jobs()[NIGHTLY]
    monkeypatch.setitem(declared._jobs, NIGHTLY, replace(job, step=step))

    async with asyncio.timeout(PATIENCE_SECONDS):
        ended = await jobs.carry_out(house.database, house.tenant.id, run_id)

    assert ended is not None
    assert ended.state == "done"


async def test_what_failed_waits_for_its_delay_and_fails_for_good_in_the_end(house, faulty):
    faulty[0] = 100
    run_id = await ask(house.database, house.tenant.id, "kit.faulty")
    early, late = [], []

    for _ in range(len(running.DELAYS) + 1):
        before = utc_now()
        with pytest.raises(Conflict):
            await jobs.carry_out(house.database, house.tenant.id, run_id, retry=True)
        claimed = [run.id for run in await jobs.claim(house.database, limit=100_000)]
        assert run_id not in claimed
        async with house.work() as work:
            rows = await work.fetch(
                "select next_attempt_at from laurels.job_runs where tenant_id = $1 and id = $2",
                work.tenant_id, run_id,
            )  # fmt: skip
        if rows[0][0] is not None:
            early.append(rows[0][0] - utc_now())
            late.append(rows[0][0] - before)

    (run,) = await runs_of(house.database, house.tenant.id, "kit.faulty")
    # It failed at some moment in between.
    assert len(early) == len(running.DELAYS)
    for least, wait, most in zip(early, running.DELAYS, late, strict=True):
        assert least <= wait <= most
    assert (run.state, run.attempts) == ("failed", 9)


async def test_a_failure_is_kept_waits_and_is_made_good(house, faulty):
    faulty[0] = 2
    run_id = await ask(house.database, house.tenant.id, "kit.faulty")

    for number in (1, 2):
        with pytest.raises(Conflict):
            await jobs.carry_out(house.database, house.tenant.id, run_id, retry=True)
        (run,) = await runs_of(house.database, house.tenant.id, "kit.faulty")
        assert (run.state, run.attempts, run.done) == ("waiting", number, 0)
        assert run.error == "Conflict: the first one is the worst"
    ended = await jobs.carry_out(house.database, house.tenant.id, run_id)

    assert ended is not None
    assert (ended.state, ended.attempts, ended.done, ended.error) == ("done", 3, 3, None)
    async with house.work() as work:
        rows = await work.fetch(
            "select value from laurels.counters where tenant_id = $1 and name = 'faulty'",
            work.tenant_id,
        )
    assert rows[0][0] == 1, "what failed left nothing behind"


async def test_the_last_failure_is_final(house, faulty):
    faulty[0] = 1
    run_id = await ask(house.database, house.tenant.id, "kit.faulty")

    with pytest.raises(Conflict):
        await jobs.carry_out(house.database, house.tenant.id, run_id)
    again = await jobs.carry_out(house.database, house.tenant.id, run_id)

    (run,) = await runs_of(house.database, house.tenant.id, "kit.faulty")
    assert again is None
    assert run.state == "failed"
    assert run.finished_at is not None


async def test_an_attempt_that_was_overtaken_books_nothing(house, monkeypatch):
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)
    slow, went_on = asyncio.Event(), asyncio.Event()

    async def step(work: Work, *, limit: int) -> int:
        """Count, and let the first attempt fall asleep in between."""
        await work.fetch(
            "insert into laurels.counters (tenant_id, name, value) values ($1, $2, 1)",
            work.tenant_id, f"by {uuid4()}",
        )  # fmt: skip
        if not slow.is_set():
            slow.set()
            await went_on.wait()
        return 1

    job = declared.all_jobs()[NIGHTLY]
    monkeypatch.setitem(
        declared._jobs, NIGHTLY,
        declared.Job(NIGHTLY, step, job.schedule, 10, None, None, True),
    )  # fmt: skip
    first = asyncio.create_task(jobs.carry_out(house.database, house.tenant.id, run_id))
    await slow.wait()

    second = await jobs.carry_out(house.database, house.tenant.id, run_id)
    went_on.set()
    overtaken = await first

    assert second is not None
    assert (second.attempts, second.done) == (2, 1)
    assert overtaken is None
    async with house.work() as work:
        rows = await work.fetch(
            "select 1 from laurels.counters where tenant_id = $1 and name like 'by %'",
            work.tenant_id,
        )
    assert len(rows) == 1


async def test_many_tenants_without_anything_due_cost_one_look(database):
    # What the look costs must not be a transaction per tenant.
    commits = "select xact_commit from pg_stat_database where datname = current_database()"
    for _ in range(20):
        await make_tenant(database)
    planner = jobs.Planner(database)
    await planner.plan(datetime.now(UTC))
    async with database.connection() as raw:
        await raw.execute("select pg_stat_force_next_flush()")
        before = await raw.fetchval(commits)

    for _ in range(3):
        await planner.plan(datetime.now(UTC))

    async with database.connection() as raw:
        await raw.execute("select pg_stat_force_next_flush()")
        after = await raw.fetchval(commits)
    looks = 2 + sum(1 for job in declared.all_jobs().values() if job.waiting is not None)
    assert after - before < 3 * (looks + 2) + 10


@pytest.mark.parametrize("preset", ["plain", "shopify"])
async def test_tenants_in_which_nothing_happens_make_no_runs_at_night(database, preset):
    house = await make_tenant(database, preset=preset)
    async with house.work() as work:
        await settlement.settle(
            work, [NewPurchase(amount=Decimal(10), currency="USD", source="test", member="anna")]
        )
    tomorrow = datetime.now(UTC).replace(hour=23, minute=59)
    nights = [tomorrow + timedelta(days=n) for n in range(1, 4)]
    counts = []

    for night in nights:
        await plan(database, night)
        async with house.work() as work:
            waiting = [run for run in await jobs.list_runs(work, asked=ALL)
                       if run.state == "waiting"]  # fmt: skip
        counts.append(sorted(run.job for run in waiting))
        for run in waiting:
            await jobs.carry_out(database, house.tenant.id, run.id)

    review = ["tiers.review"] if preset == "shopify" else []
    assert counts == [["ledger.verify_the_books", *review], [], []]


async def old_tenant(database, owner_url) -> Any:
    house = await make_tenant(database)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.tenants set created_at = '2020-01-01' where id = $1", house.tenant.id
    )
    await owner.close()
    return house


async def test_a_month_is_made_up_for_when_no_worker_ran_on_its_first_day(
    database, owner_url, monkeypatch
):
    house = await old_tenant(database, owner_url)

    async def step(work: Work, *, limit: int) -> int:
        """Do nothing."""
        return 0

    for name, look_back in (("kit.monthly", None), ("kit.brief", timedelta(days=3))):
        made = declared.Job(
            name, step, declared.Monthly(1, time(9)), 10, None, None, True, look_back=look_back
        )
        monkeypatch.setitem(declared._jobs, name, made)

    await plan(database, datetime(2026, 3, 20, tzinfo=UTC))
    await plan(database, datetime(2026, 6, 3, tzinfo=UTC))

    found = {
        name: sorted(run.period for run in await runs_of(database, house.tenant.id, name))
        for name in ("kit.monthly", "kit.brief")
    }
    # April and May passed without a worker: the newest that was missed has a run, and no other.
    assert found == {"kit.monthly": ["2026-03", "2026-06"], "kit.brief": ["2026-06"]}


async def test_where_each_month_counts_every_missed_one_has_a_run_in_its_order(
    database, owner_url, by_month
):
    house = await old_tenant(database, owner_url)
    tenant_id = house.tenant.id

    await plan(database, datetime(2026, 1, 31, 12, tzinfo=UTC))
    await plan(database, datetime(2026, 5, 5, tzinfo=UTC))
    await plan(database, datetime(2026, 5, 5, 1, tzinfo=UTC))
    found = await runs_of(database, tenant_id, "kit.by_month")
    while mine := [run for run in await jobs.claim(database, limit=100_000)
                   if run.job == "kit.by_month" and run.tenant_id == tenant_id]:  # fmt: skip
        for run in mine:
            await jobs.carry_out(database, tenant_id, run.id)

    # The last day of October, November and December lies before what it looks back to.
    assert sorted(run.period for run in found) == [
        "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04",
    ]  # fmt: skip
    assert [f"{due:%m-%d}" for of, due in by_month if of == tenant_id] == [
        "10-31", "11-30", "12-31", "01-31", "02-28", "03-31", "04-30",
    ]  # fmt: skip


async def test_a_month_whose_run_was_forgotten_is_not_done_again(database, owner_url, by_month):
    house = await old_tenant(database, owner_url)
    await plan(database, datetime(2026, 4, 30, 12, tzinfo=UTC))
    async with house.work() as work:
        await work.fetch(
            "delete from laurels.job_runs where tenant_id = $1 and job = 'kit.by_month'"
            " and period <> '2026-04'",
            work.tenant_id,
        )

    await plan(database, datetime(2026, 5, 2, tzinfo=UTC))

    found = await runs_of(database, house.tenant.id, "kit.by_month")
    assert [run.period for run in found] == ["2026-04"]


async def test_what_was_not_waiting_when_a_month_was_due_makes_no_run_of_it(house, monkeypatch):
    async def step(work: Work, *, limit: int, due: datetime) -> int:
        """Do nothing."""
        return 0

    # Books that moved after a moment wait since then; this tenant is as old as the test.
    made = declared.Job(
        "kit.waits", None, declared.Daily(time(9)), 10, "tenants_with_unverified_books", None, True,
        look_back=timedelta(days=10), period_step=step,
    )  # fmt: skip
    monkeypatch.setitem(declared._jobs, "kit.waits", made)
    await house.member(balance=5)

    await plan(house.database, datetime.now(UTC) + timedelta(days=3, hours=12))

    found = await runs_of(house.database, house.tenant.id, "kit.waits")
    assert 3 <= len(found) <= 4


async def test_by_hand_twice_is_one_run_while_it_waits(house):
    first = await ask(house.database, house.tenant.id, NIGHTLY)
    second = await ask(house.database, house.tenant.id, NIGHTLY)
    await jobs.carry_out(house.database, house.tenant.id, first)
    third = await ask(house.database, house.tenant.id, NIGHTLY)

    assert first == second != third


async def test_old_runs_and_answers_are_forgotten(house, client):
    await client.post(
        "/v1/members", json={"external_id": "old"}, headers={"Idempotency-Key": "old"}
    )
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)
    await jobs.carry_out(house.database, house.tenant.id, run_id)
    night = await planned(house, NIGHTLY, "the last one by itself")
    await jobs.carry_out(house.database, house.tenant.id, night)
    last = await ask(house.database, house.tenant.id, NIGHTLY)
    await jobs.carry_out(house.database, house.tenant.id, last)
    async with house.work() as work:
        await work.fetch(
            "update laurels.idempotency_keys set created_at = now() - interval '8 days'"
            " where tenant_id = $1",
            work.tenant_id,
        )
        await work.fetch(
            "update laurels.job_runs set created_at = now() - interval '46 days',"
            " finished_at = now() - interval '46 days' where tenant_id = $1",
            work.tenant_id,
        )
    await plan(house.database, datetime.now(UTC) + timedelta(days=1))

    for name in ("kit.forget_old_answers", "jobs.forget_old_runs"):
        (run,) = await runs_of(house.database, house.tenant.id, name)
        ended = await jobs.carry_out(house.database, house.tenant.id, run.id)
        assert ended is not None
        assert ended.done == 1, name

    kept = [run.id for run in await runs_of(house.database, house.tenant.id, NIGHTLY)]
    assert kept == [last, night]
    # They stay however often a night comes, and are no reason for a run.
    await plan(house.database, datetime.now(UTC) + timedelta(days=2))
    assert len(await runs_of(house.database, house.tenant.id, "jobs.forget_old_runs")) == 1


async def test_a_step_that_never_ends_is_given_up(house, faulty, monkeypatch):
    monkeypatch.setattr(running, "MAX_STEPS", 3)
    job = declared.all_jobs()["kit.faulty"]
    endless = declared.Job(job.name, job.step, job.schedule, 3, None, None, True)
    monkeypatch.setitem(declared._jobs, "kit.faulty", endless)
    run_id = await ask(house.database, house.tenant.id, "kit.faulty")

    with pytest.raises(RuntimeError, match="did not come to an end"):
        await jobs.carry_out(house.database, house.tenant.id, run_id)

    (run,) = await runs_of(house.database, house.tenant.id, "kit.faulty")
    assert (run.state, run.done) == ("failed", 9)
