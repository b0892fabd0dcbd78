"""What the outbound room does by itself: what was sent long ago is forgotten."""

from laurels.kit.jobs import job
from laurels.kit.work import Work

from . import service


@job("outbound.forget_old", daily="02:30", waiting="tenants_with_old_messages", business=False)
async def forget_old(work: Work, *, limit: int) -> int:
    """Forget messages of more than thirty days ago, with their log, that are not waiting."""
    return await service.forget_old(work, limit=limit)
