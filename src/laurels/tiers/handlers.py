"""What tiers do about events: whoever did something that counts is looked at again."""

from collections.abc import Sequence

from laurels import events
from laurels.events.catalogue import (
    MemberRestored,
    PointsCredited,
    PointsReversed,
    PurchaseCompleted,
    PurchaseRefunded,
)
from laurels.kit.work import Work

from .ladder import load_ladder
from .reviewing import review


async def _has_ladder(work: Work) -> bool:
    return bool((await load_ladder(work)).tiers)


@events.handler(
    "tiers.on_what_counts",
    MemberRestored,
    PointsCredited,
    PointsReversed,
    PurchaseCompleted,
    PurchaseRefunded,
    batch=500,
    wanted=_has_ladder,
)
async def on_what_counts(work: Work, happened: Sequence[events.Happened]) -> None:
    """Whoever earned, bought or gave back stands where they belong, all in one review.

    What only history brought about is not told outside; whoever did something today as well is.
    """
    counting = [
        event
        for event in happened
        if event.member_id is not None
        and (event.type != PointsCredited.name or event.payload["type"] in {"earned", "bonus"})
    ]
    today = {event.member_id for event in counting if not event.historical and event.member_id}
    past = {event.member_id for event in counting if event.member_id} - today
    await review(work, sorted(today))
    await review(work, sorted(past), historical=True)
