"""Runs: planned once per tenant and period, carried out by one, kept with how they ended."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from laurels import jobs, ledger
from laurels.jobs import running
from laurels.kit import jobs as declared
from laurels.kit.errors import Conflict
from laurels.kit.work import OPERATOR, Work, open_work
from tests.support.make import make_tenant

NIGHTLY = "ledger.close_the_day"


async def plan(database, now: datetime) -> int:
    """Look what is due at a moment, as a worker that has just been started would."""
    return await jobs.Planner(database).plan(now)


async def runs_of(database, tenant_id: UUID, job: str) -> list[jobs.RunView]:
    async with open_work(database, tenant_id=tenant_id) as work:
        return await jobs.list_runs(work, job=job, limit=100)


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


async def test_a_night_is_planned_once_for_each_tenant_in_its_own_zone(database, owner_url):
    import asyncpg

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
        found = [run.period for run in await runs_of(database, house.tenant.id, NIGHTLY)]
        assert sorted(found) == ["2026-03-28", "2026-03-29", "2026-03-30"], name


async def test_a_tenant_has_no_nights_from_before_it_was_there(house):
    await plan(house.database, datetime.now(UTC))

    assert await runs_of(house.database, house.tenant.id, NIGHTLY) == []


async def test_what_looks_every_minute_runs_only_where_something_waits(house):
    other = await make_tenant(house.database)
    await house.program(expiry_days=1)
    member_id = await house.member()
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member_id, points=5))

    await plan(house.database, datetime.now(UTC))
    await plan(house.database, datetime.now(UTC) + timedelta(minutes=1))

    due = await runs_of(house.database, house.tenant.id, "ledger.settle_due_lots")
    assert [run.state for run in due] == ["waiting"], "an open run stands for the next minute, too"
    assert await runs_of(house.database, other.tenant.id, "ledger.settle_due_lots") == []
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
    # Other tests leave runs that wait, too; six who want thousands at once wait for each other.
    await jobs.take_waiting(house.database, limit=100_000)
    run_id = await ask(house.database, house.tenant.id, NIGHTLY)

    taken = await asyncio.gather(
        *(jobs.take_waiting(house.database, limit=100_000) for _ in range(6))
    )

    assert [run.id for each in taken for run in each].count(run_id) == 1


async def test_a_failure_is_kept_waits_and_is_made_good(house, faulty):
    faulty[0] = 2
    run_id = await ask(house.database, house.tenant.id, "kit.faulty")

    for number in (1, 2):
        with pytest.raises(Conflict):
            await jobs.carry_out(house.database, house.tenant.id, run_id, last_attempt=False)
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
        await jobs.carry_out(house.database, house.tenant.id, run_id, last_attempt=True)
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
    async with house.work() as work:
        await work.fetch(
            "update laurels.idempotency_keys set created_at = now() - interval '8 days'"
            " where tenant_id = $1",
            work.tenant_id,
        )
        await work.fetch(
            "update laurels.job_runs set created_at = now() - interval '31 days',"
            " finished_at = now() - interval '31 days' where tenant_id = $1",
            work.tenant_id,
        )
    await plan(house.database, datetime.now(UTC))

    for name in ("kit.forget_old_answers", "jobs.forget_old_runs"):
        (run,) = await runs_of(house.database, house.tenant.id, name)
        ended = await jobs.carry_out(house.database, house.tenant.id, run.id)
        assert ended is not None
        assert ended.done == 1, name

    async with house.work() as work:
        assert run_id not in [run.id for run in await jobs.list_runs(work)]


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
