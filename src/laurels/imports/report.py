"""What an import has done so far, in numbers and in refused rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from laurels.kit.errors import AppError

SHOWN = 10
REJECTED_WARNING_SHARE = 0.05
"""More refused rows than this point to a wrong mapping rather than to bad rows."""


@dataclass(slots=True)
class Rejection:
    """A row that was refused: where, what is wrong, and the row itself."""

    line: int
    field: str | None
    code: str
    message: str
    values: list[str]
    rows: Sequence[tuple[int, list[str]]] = ()
    """Of an order with several rows: all of them, with their lines."""

    def each(self) -> Sequence[tuple[int, list[str]]]:
        """Return the rows of the file that were refused, with their lines."""
        return self.rows or [(self.line, self.values)]


@dataclass(slots=True)
class Booked:
    """A row that changed the books."""

    points: int = 0
    amount: Decimal | None = None
    status: str | None = None
    enrolled: str | None = None


@dataclass(slots=True)
class Skipped:
    """A row whose content was there already."""


Outcome = Booked | Skipped | AppError


@dataclass(slots=True)
class Report:
    """The difference that an import made, or, as a dry run, would make.

    `points` is what purchases earned less what refunds took back, or what balances brought less
    what was owed; welcome points are not in it.
    """

    run_id: UUID | None
    source: str
    dry_run: bool
    grouped: bool = False
    """Whether what is counted are orders, each of which may have several rows."""
    ignored_columns: list[str] = field(default_factory=list[str])
    read: int = 0
    booked: int = 0
    skipped: int = 0
    rejected: int = 0
    points: int = 0
    revenue: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    reasons: Counter[str] = field(default_factory=Counter[str])
    first_rejections: list[Rejection] = field(default_factory=list[Rejection])
    rejected_file: Path | None = None
    new_members: int = 0

    @property
    def suspicious(self) -> bool:
        """Whether so many rows were refused that something about the whole file must be wrong."""
        return self.rejected > self.read * REJECTED_WARNING_SHARE

    def plus(self, part: "Report") -> "Report":
        """Return what this and a part come to."""
        whole = replace(self, revenue=dict(self.revenue), reasons=Counter(self.reasons))
        whole.add(part)
        return whole

    def facts(self) -> dict[str, Any]:
        """Return the difference that it made, as it is kept with the run."""
        return {
            "points": self.points,
            "new_members": self.new_members,
            "amounts": {status: format(sum_, "f") for status, sum_ in sorted(self.revenue.items())},
            "reasons": {str(code): count for code, count in self.reasons.most_common()},
        }

    def add(self, part: "Report") -> None:
        """Count in what one batch did."""
        self.read += part.read
        self.booked += part.booked
        self.skipped += part.skipped
        self.rejected += part.rejected
        self.points += part.points
        self.new_members += part.new_members
        for status, amount in part.revenue.items():
            self.revenue[status] = self.revenue.get(status, Decimal(0)) + amount
        self.reasons.update(part.reasons)
        known = [*self.first_rejections, *part.first_rejections]
        self.first_rejections = sorted(known, key=lambda rejection: rejection.line)[:SHOWN]
