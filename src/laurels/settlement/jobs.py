"""What settlement does by itself."""

from datetime import timedelta

from laurels.kit.jobs import job
from laurels.kit.work import Work

from . import birthdays, ending


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


@job("settlement.celebrate_birthdays", daily="00:30", limit=1000, waiting="tenants_with_birthdays")
async def celebrate_birthdays(work: Work, *, limit: int) -> int:
    """Celebrate the birthdays of the day, and of the last seven where they were missed."""
    return await birthdays.celebrate(work, limit=limit)
