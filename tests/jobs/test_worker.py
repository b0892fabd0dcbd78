"""Workers: what waits is taken up, by one of them; what a dead one had is taken up by another."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from laurels import jobs, ledger, worker
from laurels.kit.db import Database
from laurels.kit.work import OPERATOR, open_work
from tests.support.cluster import ROOT
from tests.support.size import pick

NIGHTLY = "ledger.close_the_day"
YEARS = pick(2, 5)


@asynccontextmanager
async def working(url: str) -> AsyncIterator[asyncio.Event]:
    """A worker in this process."""
    stop, database = asyncio.Event(), Database(url, pool_size=6)
    task = asyncio.create_task(worker.run(database, stop=stop))
    yield stop
    stop.set()
    async with asyncio.timeout(30):
        await task
    await database.close()


async def until(ask, *, seconds: float = 60):
    """Wait until the question has an answer that is true, and return it."""
    for _ in range(int(seconds * 10)):
        if answer := await ask():
            return answer
        await asyncio.sleep(0.1)
    pytest.fail(f"nothing came of it in {seconds} seconds")


def ended(database, tenant_id, run_id) -> Callable:
    async def ask() -> jobs.RunView | None:
        async with open_work(database, tenant_id=tenant_id) as work:
            run = await jobs.get_run(work, run_id)
        return run if run.state in {"done", "failed"} else None

    return ask


async def test_what_somebody_asks_for_runs_within_moments(house, app_url):
    async with working(app_url):
        async with house.work() as work:
            run = await jobs.ask(work, NIGHTLY)
        began = time.perf_counter()
        found = await until(ended(house.database, house.tenant.id, run.id))

    assert found.state == "done"
    # By itself it takes half a second. Runs of other tests' tenants may come first, but it does not
    # wait for the schedule, which looks once a minute.
    assert time.perf_counter() - began < 50


async def test_it_stops_at_once_when_there_is_nothing_to_do(app_url):
    async with working(app_url) as stop:
        await asyncio.sleep(0.2)
        began = time.perf_counter()
        stop.set()
    assert time.perf_counter() - began < 10


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
        left = [each.wait(timeout=60) for each in workers]

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
