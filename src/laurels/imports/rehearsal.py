"""What a dry run must remember, since its batches leave nothing in the database.

Each batch is booked and rolled back by itself, so that no lock is held for long. A row that
repeats one of an earlier batch, and a refund of a purchase that an earlier batch brought, would
look new and lost; this memory sets that right. What it cannot know is what only the books know
across batches: caps that an earlier batch used up, points that such a refund takes back, and
whether a repeat says something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from laurels.purchases import NewPurchase

from .balances import BalanceRow
from .catalogue import VoucherRow
from .errors import OriginMissing
from .parsing import RefundRow
from .report import Booked, Outcome, Skipped

T = TypeVar("T")


@dataclass(slots=True)
class Rehearsal(Generic[T]):
    """The keys and the new members of the batches before."""

    keys: set[str] = field(default_factory=set[str])
    enrolled: set[str] = field(default_factory=set[str])

    def correct(self, items: Sequence[T], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return the outcomes as they would be if the batches before were in the books."""
        corrected = [self._one(item, outcome)
                     for item, outcome in zip(items, outcomes, strict=True)]  # fmt: skip
        for item, outcome in zip(items, corrected, strict=True):
            if isinstance(outcome, Booked):
                if (key := _key(item)) is not None:
                    self.keys.add(key)
                if outcome.enrolled is not None:
                    self.enrolled.add(outcome.enrolled)
        return corrected

    def _one(self, item: T, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Skipped) and _key(item) in self.keys:
            return Skipped()
        if (
            isinstance(outcome, OriginMissing)
            and isinstance(item, RefundRow)
            and f"p {item.of}" in self.keys
        ):
            return Booked(0, item.amount, "refunded")
        if isinstance(outcome, Booked) and outcome.enrolled in self.enrolled:
            outcome.enrolled = None
        return outcome


def _key(item: object) -> str | None:
    """Return the natural key of a row, if it has one; purchases and refunds number independently.

    A profile has none: it may come again and say something new.
    """
    match item:
        case RefundRow():
            return f"r {item.external_id}"
        case NewPurchase(external_id=str()):
            return f"p {item.external_id}"
        case BalanceRow():
            return f"b {item.external_id}"
        case VoucherRow():
            return f"v {item.code.lower()}"
        case _:
            return None
