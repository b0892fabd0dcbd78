"""What rewards do about events."""

from collections.abc import Sequence
from uuid import UUID

from laurels import events
from laurels.events.catalogue.purchases import PurchaseChanged
from laurels.kit.work import Work

from . import using


@events.handler("rewards.on_purchase_changed", PurchaseChanged)
async def on_purchase_changed(work: Work, happened: Sequence[events.StoredEvent]) -> None:
    """What was used on a purchase that ended by SQL can be used again.

    What the application ends itself has opened it in the same transaction; then this does nothing.
    """
    for event in happened:
        because = events.because(work, event)
        await using.reopen_unpaid(because, UUID(event.payload["purchase_id"]))
