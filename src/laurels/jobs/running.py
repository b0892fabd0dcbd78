"""Carrying out a run: step by step, each step one transaction that counts what it did.

Each attempt has a number, and every step writes under it. When a worker that was taken for dead
comes to, its next step finds another number and is rolled back: a run has one executor.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from prometheus_client import Counter, Histogram

from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.jobs import Count, Faulty, Job, NotYet, all_jobs
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work, open_work

from .errors import JobNotFound, RunOvertaken
from .queries import COLUMNS, RunView, get_run

SQL = statements(__name__)

log = logging.getLogger("laurels.jobs")
MAX_STEPS = 100_000
DELAYS = tuple(timedelta(seconds=each) for each in (10, 60, 300, 900, 1800, 3600, 3600, 3600))
"""After which time a run that failed is tried again; after the last one it has failed for good."""
BEAT_SECONDS = 5.0
"""How often a run that is carried out shows life."""
MAX_ERROR = 2000
RUNS = Counter("laurels_job_runs_total", "Runs of jobs that ended, by outcome.", ["job", "outcome"])
SECONDS = Histogram(
    "laurels_job_run_seconds",
    "How long an attempt of a job's run took.",
    ["job"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600),
)
OnProgress = Callable[[int, int | None], None]
Long = Callable[["Attempt"], Awaitable[dict[str, Any]]]
LONG: dict[str, Long] = {}
"""Jobs whose run opens transactions of its own, one after the other; `clock` has the one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a run, with what it needs to go on and to be stopped."""

    database: Database
    tenant_id: UUID
    run: RunView
    stopping: Callable[[], bool]
    on_progress: OnProgress

    async def beat(self, work: Work, *, done: int = 0) -> None:
        """Show life and count what was done. Raise RunOvertaken when the run is another's now."""
        row = await work.fetchrow(
            SQL.beat_and_count, work.tenant_id, self.run.id, self.run.attempts, done
        )
        if row is None:
            raise RunOvertaken
        self.on_progress(row["done"], row["total"])


class Stopped(Exception):
    """The process is to stop; the run goes on elsewhere."""


async def carry_out(
    database: Database,
    tenant_id: UUID,
    run_id: UUID,
    *,
    retry: bool = False,
    stopping: Callable[[], bool] | None = None,
    on_progress: OnProgress | None = None,
) -> RunView | None:
    """The run has come to its end; return it, or None when there is nothing (more) to do.

    A failure is kept with the run and raised again. With `retry` the run then waits for its next
    attempt, unless this was the last one. When `stopping` says so the run is left waiting, whole
    steps done.
    """
    begun = await _begin(database, tenant_id, run_id)
    if begun is None:
        return None
    attempt = Attempt(database, tenant_id, begun, stopping or _never, on_progress or _silently)
    delay = DELAYS[begun.attempts - 1] if retry and begun.attempts <= len(DELAYS) else None
    async with _alive(attempt):
        return await _execute(attempt, delay)


async def carry_out_at(
    database: Database, tenant_id: UUID, job: Job, *, period: str, moment: datetime
) -> None:
    """The job has run, now or before, for this period of a tenant's test clock."""
    async with open_work(database, tenant_id=tenant_id) as work:
        sql = f"""
            insert into laurels.job_runs as r (
              tenant_id, id, job, period, origin, state, due_at, created_at, started_at, beat_at,
              attempts
            )
            values ($1, $2, $3, $4, 'clock', 'running', $5, now(), now(), now(), 1)
            on conflict (tenant_id, job, period) do update set
              state = 'running',
              finished_at = null,
              error = null,
              beat_at = excluded.beat_at,
              next_attempt_at = null,
              attempts = r.attempts + 1
            where r.state <> 'done'
            returning {COLUMNS}
        """
        row = await work.fetchrow(sql, tenant_id, new_id(), job.name, period, moment)
    if row is not None:
        run = RunView(*row)
        attempt = Attempt(database, tenant_id, run, _never, _silently)
        async with _alive(attempt):
            await _execute(attempt, None)


@asynccontextmanager
async def _alive(attempt: Attempt) -> AsyncGenerator[None]:
    """Show life while the block goes on, however long one of its steps takes."""
    beating = asyncio.create_task(_beat(attempt))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(attempt: Attempt) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
                await work.fetch(SQL.beat, work.tenant_id, attempt.run.id, attempt.run.attempts)
        except Exception as error:  # noqa: BLE001 - the next one may come through
            log.warning("a run of %s could not show life: %r", attempt.run.job, error)


def _never() -> bool:
    return False


def _silently(_done: int, _total: int | None) -> None:
    return


async def _execute(attempt: Attempt, delay: timedelta | None) -> RunView | None:
    job = attempt.run.job
    started = time.perf_counter()
    try:
        if (long := LONG.get(job) or _job(job).long) is not None:
            ended = await _end_alone(attempt, await long(attempt))
        else:
            ended = await _step_by_step(attempt, _job(job))
    except Stopped:
        await _leave(attempt, state="waiting")
        return None
    except NotYet:
        await _leave(attempt, state="waiting", delay=timedelta(minutes=1))
        return None
    except RunOvertaken:
        RUNS.labels(job, "overtaken").inc()
        return None
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:MAX_ERROR]
        if isinstance(error, Faulty):
            delay = None
        state = "failed" if delay is None else "waiting"
        await _leave(attempt, state=state, error=said, delay=delay)
        RUNS.labels(job, "failed" if delay is None else "retried").inc()
        raise
    finally:
        SECONDS.labels(job).observe(time.perf_counter() - started)
    RUNS.labels(job, "done").inc()
    return ended


def _job(name: str) -> Job:
    found = all_jobs().get(name)
    if found is None:
        raise JobNotFound
    return found


async def _begin(database: Database, tenant_id: UUID, run_id: UUID) -> RunView | None:
    async with open_work(database, tenant_id=tenant_id) as work:
        rows = await work.fetch(SQL.begin_run, tenant_id, run_id)
        return await get_run(work, run_id) if rows else None


async def _step_by_step(attempt: Attempt, job: Job) -> RunView:
    if job.count is not None:
        await _expect(attempt, job.count)
    after: UUID | None = None
    for _ in range(MAX_STEPS):
        if attempt.stopping():
            raise Stopped
        async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
            done, after, result = await job.stride(work, after=after, due=attempt.run.due_at)
            await attempt.beat(work, done=done)
            if done < job.limit:
                return await _end(work, attempt.run, result=result)
    msg = f"{job.name} did not come to an end in {MAX_STEPS:,} steps; is it doing the same again?"
    raise RuntimeError(msg)


async def _expect(attempt: Attempt, count: Count) -> None:
    """The run knows how much there is to do, and begins with nothing done of it."""
    async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
        await work.fetch(
            SQL.expect_steps,
            work.tenant_id,
            attempt.run.id,
            attempt.run.attempts,
            await count(work),
        )
        await attempt.beat(work)


async def _end_alone(attempt: Attempt, result: dict[str, Any]) -> RunView:
    async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
        await attempt.beat(work)
        return await _end(work, attempt.run, result=result)


async def _end(work: Work, run: RunView, *, result: dict[str, Any] | None = None) -> RunView:
    sql = f"""
        update laurels.job_runs
        set state = 'done', finished_at = now(), result = $4::text::jsonb
        where tenant_id = $1 and id = $2 and attempts = $3
        returning {COLUMNS}
    """
    row = await work.fetchrow(
        sql,
        work.tenant_id,
        run.id,
        run.attempts,
        None if result is None else orjson.dumps(result).decode(),
    )
    assert row is not None, "this attempt showed life in the same transaction"
    return RunView(*row)


async def _leave(
    attempt: Attempt, *, state: str, error: str | None = None, delay: timedelta | None = None
) -> None:
    """The run waits for another attempt, or has failed; an attempt that was overtaken says no more.

    One that was put off waits for nothing, one that failed for its delay.
    """
    async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
        await work.fetch(
            SQL.leave_run,
            attempt.tenant_id,
            attempt.run.id,
            attempt.run.attempts,
            state,
            error,
            delay,
        )
