"""What can happen to a purchase."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class PurchaseCompleted(Event):
    """A purchase was paid for; what it earned is in `points`, what was paid in `points_paid`."""

    name: ClassVar[str] = "purchase.completed"
    purchase_id: UUID
    amount: Decimal
    currency: str
    points: int
    points_paid: int = 0


@dataclass(slots=True)
class PurchaseChanged(Event):
    """A purchase moved to another state without an effect on points."""

    name: ClassVar[str] = "purchase.changed"
    purchase_id: UUID
    status: str


@dataclass(slots=True)
class PurchaseClaimed(Event):
    """A guest's purchase was assigned to a member; what it earned is in `points`."""

    name: ClassVar[str] = "purchase.claimed"
    purchase_id: UUID
    points: int


@dataclass(slots=True)
class PurchaseRefunded(Event):
    """A purchase was refunded; `points` is what that took of what it had earned.

    `points_returned`: the points that it was paid with and that came back.
    """

    name: ClassVar[str] = "purchase.refunded"
    purchase_id: UUID
    refund_id: UUID
    amount: Decimal
    currency: str
    points: int
    points_returned: int = 0


@dataclass(slots=True)
class PurchaseUnsettled(Event):
    """A purchase was completed by SQL; its effect on points is still to be booked."""

    name: ClassVar[str] = "purchase.unsettled"
    purchase_id: UUID
