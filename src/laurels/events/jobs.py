"""What the events room does by itself: what was told long ago is forgotten."""

from laurels.kit.jobs import job
from laurels.kit.work import Work

from . import keeping


@job("events.forget_old", daily="02:20", waiting="tenants_with_old_events", business=False)
async def forget_old(work: Work, *, limit: int) -> int:
    """Forget events of more than thirty days ago, with their log, that nobody waits for."""
    return await keeping.forget_old(work, limit=limit)
