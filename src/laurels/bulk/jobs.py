"""What goes on by itself: actions on many members, batch by batch."""

from laurels.kit.jobs import MINUTE, job
from laurels.kit.work import Work

from . import service


@job(
    service.JOB,
    every=MINUTE,
    limit=service.BATCH,
    waiting="tenants_with_bulk_actions",
    business=False,
)
async def carry_out(work: Work, *, limit: int) -> int:
    """Carry out actions on many members, batch by batch."""
    return await service.carry_on(work, limit=limit)


@job(
    "bulk.forget_old",
    daily="02:50",
    limit=10,
    waiting="tenants_with_old_bulk_actions",
    business=False,
)
async def forget_old(work: Work, *, limit: int) -> int:
    """Forget actions on many members that ended more than ninety days ago."""
    return await service.forget_old(work, limit=limit)
