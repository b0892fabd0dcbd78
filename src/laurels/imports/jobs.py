"""What goes on by itself: imports that wait are carried out, and their files are deleted."""

from typing import Any

from laurels import jobs
from laurels.kit.jobs import MINUTE, job, long_job
from laurels.kit.work import Work

from . import uploads, working


@long_job(uploads.CARRY_OUT, every=MINUTE, waiting="tenants_with_imports_waiting")
async def carry_out(attempt: jobs.Attempt) -> dict[str, Any]:
    """Carry out imports of files that were uploaded, and their dry runs."""
    return await working.carry_out(attempt)


@job(
    "imports.delete_old_files",
    daily="02:50",
    limit=20,
    waiting="tenants_with_import_files",
    business=False,
)
async def delete_old_files(work: Work, *, limit: int) -> int:
    """Delete uploaded files of imports after their days."""
    return await uploads.delete_old_files(work, limit=limit)
