"""Reading runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.db.pool import Database
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.work import Work

from .errors import JobRunNotFound


@dataclass(frozen=True, slots=True)
class RunView:
    """A run of a job as it stands."""

    id: UUID
    job: str
    period: str
    origin: str
    state: str
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    done: int
    total: int | None
    result: dict[str, Any] | None
    error: str | None


COLUMNS = (
    "id, job, period, origin, state, due_at, created_at, started_at, finished_at, attempts, done,"
    " total, result, error"
)


async def find_run(work: Work, run_id: UUID) -> RunView | None:
    """Return a run, None when it was forgotten."""
    sql = f"select {COLUMNS} from laurels.job_runs where tenant_id = $1 and id = $2"
    row = await work.fetchrow(sql, work.tenant_id, run_id)
    return None if row is None else RunView(*row)


async def get_run(work: Work, run_id: UUID) -> RunView:
    """Return a run. Raise JobRunNotFound."""
    found = await find_run(work, run_id)
    if found is None:
        raise JobRunNotFound
    return found


RUNS = Listing(moment="created_at", happened="Planned", sorts={"created_at": None})


async def list_runs(
    work: Work, *, job: str | None = None, state: str | None = None, asked: Asked = FIRST
) -> Found[RunView]:
    """Return runs, usually newest first, of one job or state if so asked."""
    sql = f"""
        select {COLUMNS}
        from laurels.job_runs
        where tenant_id = $1 and ($2::text is null or job = $2) and ($3::text is null or state = $3)
    """
    found = await RUNS.fetch(work, asked, sql, work.tenant_id, job, state)
    return found.map(lambda row: RunView(**row))


async def last_runs(work: Work, jobs: list[str]) -> dict[str, RunView]:
    """Return the last run of each of these jobs that has had one."""
    sql = f"""
        select {", ".join("r." + name for name in COLUMNS.split(", "))}
        from unnest($2::text[]) as n (job)
        cross join lateral (
          select *
          from laurels.job_runs as j
          where j.tenant_id = $1 and j.job = n.job
          order by j.id desc
          limit 1
        ) as r
    """
    rows = await work.fetch(sql, work.tenant_id, jobs)
    return {row["job"]: RunView(*row) for row in rows}


async def tenants_last_runs(database: Database) -> list[dict[str, Any]]:
    """Return the last run of each job of each tenant, with its slug."""
    async with database.connection() as raw:
        return [dict(row) for row in await raw.fetch("select * from laurels.last_job_runs()")]
