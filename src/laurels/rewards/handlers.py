"""What rewards do about events."""

from collections.abc import Sequence
from uuid import UUID

from laurels import events
from laurels.events.catalogue import PurchaseRefunded
from laurels.kit.work import Work

from . import using


@events.handler("rewards.on_purchase_refunded", PurchaseRefunded)
async def on_purchase_refunded(work: Work, happened: Sequence[events.Happened]) -> None:
    """What was used on a purchase that is refunded wholly can be used again, if settings say so."""
    for event in happened:
        because = events.because(work, event)
        await using.reopen_refunded(because, [UUID(event.payload["purchase_id"])])
