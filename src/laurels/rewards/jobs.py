"""What rewards do by themselves: redemptions that nobody used in time expire.

Nobody waits for it: using one looks at its time first.
"""

from laurels.kit.jobs import MINUTE, job
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from . import ending, pictures, queries


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


class RedemptionStranded(Exception):
    """A provider is to deliver a redemption, and nothing waits to ask it; raised every night."""


@job(
    "rewards.find_stranded_redemptions",
    daily="04:45",
    waiting="tenants_with_stranded_redemptions",
    business=False,
)
async def find_stranded_redemptions(work: Work, *, limit: int) -> int:
    """Fail with the first pending redemption that no message waits for, in words.

    Nothing is mended by itself: somebody completes it, or cancels it, which gives the points back.
    """
    stranded = await queries.find_stranded(work, limit=limit)
    if stranded:
        msg = (
            f"{len(stranded)} or more redemptions by a provider are pending without a message, the"
            f" first: {encode('redemption', stranded[0])}; complete or cancel it"
        )
        raise RedemptionStranded(msg)
    return 0


@job(
    "rewards.remove_unused_pictures",
    daily="03:20",
    limit=100,
    waiting="tenants_with_unused_pictures",
    business=False,
)
async def remove_unused_pictures(work: Work, *, limit: int) -> int:
    """Remove the files of pictures that no reward has had for a day."""
    return await pictures.remove_unused(work, limit=limit)
