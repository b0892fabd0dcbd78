"""Jobs by hand: what there is, and a run that somebody asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import audit, tenants
from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.jobs import Every, Job, all_jobs
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import zone
from laurels.kit.work import Actor, Work, open_work

from .errors import JobNotFound
from .queries import RunView, get_run, last_runs
from .running import OnProgress, carry_out

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as a tenant sees it: what it does, when, its last run and the next time."""

    name: str
    description: str
    schedule: str
    timing: dict[str, Any]
    next_at: datetime | None
    last_run: RunView | None


async def list_jobs(work: Work) -> list[JobView]:
    """Return all jobs by name. What looks every so often for something to do has no next time."""
    tenant = await tenants.current(work)
    place = zone(tenant.time_zone)
    last = await last_runs(work, list(all_jobs()))
    return [
        JobView(
            job.name,
            job.words,
            _when(job),
            {**job.schedule.facts, "where_waiting": job.waiting is not None},
            None if _looks(job) else job.schedule.following(work.now, place)[1],
            last.get(job.name),
        )
        for job in all_jobs().values()
    ]


def _looks(job: Job) -> bool:
    return job.waiting is not None and isinstance(job.schedule, Every)


def _when(job: Job) -> str:
    return f"{job.schedule}, where something waits" if job.waiting else str(job.schedule)


def job_named(name: str) -> Job:
    """Return the job of this name. Raise JobNotFound."""
    found = all_jobs().get(name)
    if found is None:
        raise JobNotFound
    return found


async def ask(work: Work, name: str, *, anew: bool = False) -> RunView:
    """A run of the job is waiting for the next worker; one that was open before stands for it.

    With `anew` one that is under way does not: it may have passed what was changed just now, and
    one that only waits begins after this transaction. Raise JobNotFound.
    """
    job_named(name)
    row = await work.fetchrow(SQL.find_run_under_way, work.tenant_id, name, anew)
    run_id = await _insert(work, name, state="waiting") if row is None else row["id"]
    return await get_run(work, run_id)


async def run_now(
    database: Database,
    tenant_id: UUID,
    name: str,
    *,
    actor: Actor,
    on_progress: OnProgress | None = None,
) -> RunView | None:
    """The job has run for the tenant, here and now. Raise JobNotFound, or what made it fail."""
    job_named(name)
    async with open_work(database, tenant_id=tenant_id, actor=actor) as work:
        run_id = await _insert(work, name, state="running")
    return await carry_out(database, tenant_id, run_id, on_progress=on_progress)


async def _insert(work: Work, name: str, *, state: str) -> UUID:
    run_id = new_id()
    # Marked as running where it runs at once, so that no worker takes it up meanwhile.
    await work.fetch(
        SQL.ask_run, work.tenant_id, run_id, name, f"by hand {run_id}", state, work.now
    )
    await audit.record(work, "job.asked_for", "job_run", run_id, after={"job": name})
    return run_id
