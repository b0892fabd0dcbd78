"""The worker's part of jobs: plan what is due, claim runs that wait, and carry them out.

The rows of `job_runs` are the queue. A run is claimed by the statement that marks it as running,
and shows life while it is carried out; one that has shown none for a while is anybody's again. Of
the runs of one job and tenant one is carried out at a time.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.values.time import utc_now
from laurels.kit.work import open_work

from .planning import Planner
from .running import carry_out

SQL = statements(__name__)

log = logging.getLogger("laurels.jobs")
LOOK_EVERY = 0.5
"""Seconds between two looks for runs that wait."""
PLAN_EVERY = 60.0
DRAIN_SECONDS = 25.0
"""How long a worker that is to stop lets steps end."""
LEASE = timedelta(seconds=30)
"""A run that has shown no life for so long is lost: its worker is dead, or cannot reach us."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that is this worker's to carry out."""

    tenant_id: UUID
    id: UUID
    job: str


async def claim(database: Database, *, limit: int) -> list[Claimed]:
    """Return runs that wait and are due, the oldest first; they are claimed with it."""
    async with database.connection() as raw:
        rows = await raw.fetch("select * from laurels.list_claimable_jobs($1, $2)", limit, LEASE)
    claimed: list[Claimed] = []
    for tenant_id, job in rows:
        async with open_work(database, tenant_id=tenant_id) as work:
            row = await work.fetchrow(SQL.claim_run, work.tenant_id, job, LEASE)
        if row is not None and row[0] is not None:
            claimed.append(Claimed(tenant_id, row[0], job))
    return claimed


async def run_jobs(database: Database, stop: asyncio.Event, *, concurrency: int) -> None:
    """Carry out runs, so many at a time, until `stop` is set; then end the steps under way."""
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not stop.is_set():
            free = concurrency - len(under_way)
            claimed = await claim(database, limit=free) if free else []
            for run in claimed:
                task = asyncio.create_task(_carry(database, run, stop.is_set))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await _wait(stop, under_way if len(under_way) >= concurrency else set())
    finally:
        # Between two steps each of them looks whether it is to stop. What does not end in time is
        # broken off; its lease ends, and another worker takes it up.
        if under_way:
            await asyncio.wait(under_way, timeout=DRAIN_SECONDS)
        for task in under_way:
            task.cancel()


async def _carry(database: Database, run: Claimed, stopping: Callable[[], bool]) -> None:
    try:
        await carry_out(database, run.tenant_id, run.id, retry=True, stopping=stopping)
    except Exception:
        log.exception("a run of %s failed", run.job)


async def _wait(stop: asyncio.Event, under_way: set[asyncio.Task[None]]) -> None:
    """Wait a moment, or until something ends where there is no room for more."""
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait(
            {stopped, *under_way}, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        stopped.cancel()


async def run_planner(database: Database, stop: asyncio.Event) -> None:
    """Plan what is due, once a minute, until `stop` is set."""
    planner = Planner(database)
    while not stop.is_set():
        await planner.plan(utc_now())
        with suppress(TimeoutError):
            async with asyncio.timeout(PLAN_EVERY):
                await stop.wait()
