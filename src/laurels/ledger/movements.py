"""What can be asked of the ledger, and what comes back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from laurels.kit.work import Actor


@dataclass(slots=True, kw_only=True)
class Movement:
    """Something asked of one wallet: named by its id, or by member and program.

    `reason` is for who works here, `member_note` for the member. `by`: who asks for it, where that
    is somebody else than whose work it is.
    """

    wallet_id: UUID | None = None
    member_id: UUID | None = None
    program_id: UUID | None = None
    reason: str | None = None
    member_note: str | None = None
    occurred_at: datetime | None = None
    source: str = "manual"
    source_id: str | None = None
    key: str | None = None
    attributes: dict[str, Any] | None = None
    by: Actor | None = None


@dataclass(slots=True, kw_only=True)
class Credit(Movement):
    """Points come in. Debt is paid first; the rest matures and expires as the program says.

    `transaction_id`: what the transaction is to be known by, where that has been told already.
    """

    points: int
    type: str = "earned"
    expires_at: datetime | None = None
    transaction_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Debit(Movement):
    """Points go out, earliest expiry first.

    When fewer are available it is refused, or takes what is there, unripe points as well, and
    forgives the rest, or leaves the rest as debt. `transaction_id` as for a credit.
    """

    points: int
    type: str = "redeemed"
    transaction_id: UUID | None = None
    shortfall: Literal["refuse", "forgive", "owe"] = "refuse"


@dataclass(slots=True, kw_only=True)
class Opening(Movement):
    """What a member brings from elsewhere: points with their own dates, and what they had before.

    Fewer than no points are owed. `redeemed` and `expired` were earned and are gone; they count in
    the lifetime figures alone. A date is that of the program, a moment, or None: at once, never.
    """

    points: int
    redeemed: int = 0
    expired: int = 0
    matures_at: datetime | Literal["program"] | None = "program"
    expires_at: datetime | Literal["program"] | None = "program"

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The transactions that it makes, by type and points; the first one has its key."""
        gone = self.redeemed + self.expired
        portions = [
            ("adjusted", gone),
            ("adjusted", -self.redeemed),
            ("expired", -self.expired),
            ("adjusted", self.points),
        ]
        return [(kind, points) for kind, points in portions if points]


@dataclass(slots=True, kw_only=True)
class Reversal(Movement):
    """An earlier transaction is taken back until `total` of its points are back (None: all).

    A positive one is taken from its own lot, then from what is available, then as debt. A
    negative one is given back to the lots that it came from.
    """

    transaction_id: UUID
    total: int | None = None
    type: str = "reversed"


@dataclass(slots=True, kw_only=True)
class HoldPoints(Movement):
    """Points are set aside until they are captured or released."""

    points: int
    expires_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Capture(Movement):
    """Points set aside are spent; what is not captured is released."""

    hold_id: UUID
    points: int | None = None


@dataclass(slots=True, kw_only=True)
class Release(Movement):
    """Points set aside come back. `expired` says that the hold let go by itself."""

    hold_id: UUID
    expired: bool = False


@dataclass(slots=True, kw_only=True)
class ApplyDue(Movement):
    """Nothing is asked but that what is due matures and expires."""


@dataclass(slots=True)
class Transaction:
    """One movement as it was booked."""

    id: UUID
    wallet_id: UUID
    seq: int
    type: str
    source: str
    source_id: str | None
    key: str | None
    amount: int
    debt_delta: int
    balance_after: int
    reverses_id: UUID | None
    reason: str | None
    occurred_at: datetime
    by: Actor | None = None
    attributes: dict[str, Any] | None = None
    member_note: str | None = None

    @property
    def points(self) -> int:
        """What the event is worth: amount less what it did to the debt."""
        return self.amount - self.debt_delta


@dataclass(slots=True)
class OpenHold:
    """A hold while a batch is being decided."""

    id: UUID
    wallet_id: UUID
    points: int
    status: str
    reason: str | None
    expires_at: datetime | None
    created_at: datetime
    captured: int = 0
    transaction_id: UUID | None = None
    closed_at: datetime | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    takes: list[tuple[UUID, int]] = field(default_factory=list[tuple[UUID, int]])
    changed: bool = False


@dataclass(slots=True)
class Balance:
    """A wallet's figures after a movement."""

    wallet_id: UUID
    member_id: UUID
    program_id: UUID
    available: int
    pending: int
    held: int
    debt: int
    lifetime_earned: int
    lifetime_redeemed: int
    lifetime_expired: int


@dataclass(slots=True)
class Posted:
    """What a movement did: its own transaction (None when it moved nothing) and the balance."""

    transaction: Transaction | None
    balance: Balance
    hold: OpenHold | None = None
    replayed: bool = False
    details: dict[str, Any] = field(default_factory=dict[str, Any])
