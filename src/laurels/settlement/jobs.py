"""What settlement does by itself."""

from datetime import timedelta

from laurels.kit.jobs import job
from laurels.kit.work import Work

from . import ending


@job(
    "settlement.settle_waiting",
    every=timedelta(minutes=10),
    limit=500,
    waiting="tenants_with_unsettled_purchases",
    business=False,
)
async def settle_waiting(work: Work, *, limit: int) -> int:
    """Give purchases that were completed by SQL their one effect."""
    return await ending.settle_waiting(work, limit=limit)
