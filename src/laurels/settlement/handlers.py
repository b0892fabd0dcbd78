"""What settlement does about events."""

from collections.abc import Sequence
from uuid import UUID

from laurels import events
from laurels.events.catalogue import PurchaseUnsettled
from laurels.kit.work import Work

from .ending import complete


@events.handler("settlement.on_purchase_unsettled", PurchaseUnsettled)
async def on_purchase_unsettled(work: Work, happened: Sequence[events.Happened]) -> None:
    """Purchases that were completed by SQL have had their one effect on points."""
    for event in happened:
        await complete(events.because(work, event), UUID(event.payload["purchase_id"]))
