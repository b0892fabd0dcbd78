"""The system's own jobs: what is past its days is forgotten. They keep to the real time."""

from laurels.kit.db.sql import statements
from laurels.kit.http import idempotency
from laurels.kit.jobs import job
from laurels.kit.work import Work

SQL = statements(__name__)


@job(
    "kit.forget_old_answers",
    daily="02:30",
    limit=10_000,
    waiting="tenants_with_old_answers",
    business=False,
)
async def forget_old_answers(work: Work, *, limit: int) -> int:
    """Forget answers that were stored under an Idempotency-Key more than seven days ago."""
    return await idempotency.forget_old(work, limit=limit)


@job(
    "jobs.forget_old_runs",
    daily="02:40",
    limit=10_000,
    waiting="tenants_with_old_runs",
    business=False,
)
async def forget_old_runs(work: Work, *, limit: int) -> int:
    """Forget runs that ended more than 45 days ago, but for the last one of each job."""
    rows = await work.fetch(SQL.forget_old_runs, work.tenant_id, limit)
    return len(rows)
