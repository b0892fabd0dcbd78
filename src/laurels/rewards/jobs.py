"""What rewards do by themselves: redemptions that nobody used in time expire.

Nobody waits for it: using one looks at its time first.
"""

from laurels.kit.jobs import MINUTE, job
from laurels.kit.work import Work

from . import ending


@job(
    "rewards.expire_redemptions",
    every=MINUTE,
    limit=500,
    waiting="tenants_with_lapsed_redemptions",
    next_due=ending.next_expiry,
)
async def expire_redemptions(work: Work, *, limit: int) -> int:
    """Expire redemptions that were not used in time."""
    return await ending.expire_due(work, limit=limit)
