"""What settlement does about events."""

from collections.abc import Sequence
from uuid import UUID

from laurels import events
from laurels.events.catalogue.purchases import PurchaseUnsettled
from laurels.kit.errors import AppError
from laurels.kit.work import Work

from .ending import complete_all


@events.handler("settlement.on_purchase_unsettled", PurchaseUnsettled)
async def on_purchase_unsettled(work: Work, happened: Sequence[events.StoredEvent]) -> None:
    """Purchases that were completed by SQL have had their one effect on points."""
    # All together; what they cause names the deepest of them, so that no loop is longer for it.
    # A batch in which one cannot be settled is taken apart by those who called us.
    deepest = max(happened, key=lambda event: event.depth)
    ids = [UUID(event.payload["purchase_id"]) for event in happened]
    for outcome in await complete_all(events.because(work, deepest), ids):
        if isinstance(outcome, AppError):
            raise outcome
