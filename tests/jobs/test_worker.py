"""Workers: what waits is taken up, by one of them; what a dead one had is taken up by another."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from laurels import jobs, ledger, worker
from laurels.jobs import working as working_jobs
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, open_work
from tests.support.cluster import ROOT
from tests.support.size import pick
from tests.support.waiting import PATIENCE_SECONDS, until

NIGHTLY = "ledger.close_the_day"
YEARS = pick(2, 5)


@asynccontextmanager
async def working(url: str) -> AsyncIterator[asyncio.Event]:
    """A worker in this process."""
    stop, database = asyncio.Event(), Database(url, pool_size=6)
    task = asyncio.create_task(worker.run(database, stop=stop))
    yield stop
    stop.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await task
    await database.close()


def ended(database, tenant_id, run_id) -> Callable:
    async def ask() -> jobs.RunView | None:
        async with open_work(database, tenant_id=tenant_id) as work:
            run = await jobs.get_run(work, run_id)
        return run if run.state in {"done", "failed"} else None

    return ask


@pytest.fixture
def rarely_planned(monkeypatch):
    """The schedule is looked at so rarely that nobody could wait for it."""
    monkeypatch.setattr(working_jobs, "PLAN_EVERY", 3600)


async def test_what_somebody_asks_for_does_not_wait_for_the_schedule(
    house, app_url, rarely_planned
):
    async with working(app_url):
        async with house.work() as work:
            run = await jobs.ask(work, NIGHTLY)
        found = await until(ended(house.database, house.tenant.id, run.id))

    assert found.state == "done"


async def test_it_stops_when_there_is_nothing_to_do(house, app_url, rarely_planned):
    async with working(app_url) as stop:
        async with house.work() as work:
            run = await jobs.ask(work, NIGHTLY)
        # It has got to work, and then it has nothing to do for an hour.
        await until(ended(house.database, house.tenant.id, run.id))
        stop.set()


async def test_a_clock_goes_to_its_target_by_itself(clocked, app_url):
    async with working(app_url):
        async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
            clock = await jobs.advance(work, "P20D")
        assert clock.run is not None
        run = await until(ended(clocked.database, clocked.tenant_id, clock.run.id))

    assert run.state == "done"
    assert run.result is not None
    assert run.result[NIGHTLY] == {"runs": 20, "done": 0}
    assert await clocked.now() == clock.target


def spawn(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.worker_process", url],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )


@pytest.mark.slow
async def test_nothing_is_lost_or_done_twice_when_workers_are_killed(clocked, app_url):
    await clocked.advance("PT1S")
    await clocked.house.program(maturity_days=14, expiry_days=300)
    member_id = await clocked.house.member()
    async with open_work(clocked.database, tenant_id=clocked.tenant_id, actor=OPERATOR) as work:
        await ledger.credit(work, ledger.Credit(member_id=member_id, points=100))
        clock = await jobs.advance(work, f"P{YEARS}Y")
    assert clock.run is not None
    ask = ended(clocked.database, clocked.tenant_id, clock.run.id)
    start, kills = await clocked.now(), 0

    workers = [spawn(app_url), spawn(app_url)]
    try:
        for _ in range(900):
            await asyncio.sleep(0.2)
            if await ask():
                break
            here = await clocked.now()
            if kills < 2 and here > start:
                # Whoever has it is one of them; so both.
                for each in workers:
                    each.kill()
                    each.wait()
                workers, start, kills = [spawn(app_url), spawn(app_url)], here, kills + 1
    finally:
        for each in workers:
            each.send_signal(signal.SIGTERM)
        left = [each.wait(timeout=PATIENCE_SECONDS) for each in workers]

    run = await ask()
    nights = await clocked.fetch(
        "select count(*), count(distinct period), min(period), max(period)"
        " from laurels.job_runs where tenant_id = $1 and job = $2 and state = 'done'",
        NIGHTLY,
    )
    told = await clocked.fetch(
        "select type from laurels.outbox where tenant_id = $1 and member_id = $2"
        " and type like 'points.%' order by member_seq",
        member_id,
    )
    assert kills == 2
    assert left == [0, 0], "SIGTERM lets them end"
    assert (run.state, run.done) == ("done", run.total)
    assert run.attempts > 1
    assert nights[0][0] == nights[0][1] in {365 * YEARS, 365 * YEARS + 1, 365 * YEARS + 2}
    assert [row["type"] for row in told] == ["points.credited", "points.matured", "points.expired"]
