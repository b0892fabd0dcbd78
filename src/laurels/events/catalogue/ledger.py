"""What can happen to points."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class _Moved(Event):
    wallet_id: UUID
    transaction_id: UUID
    points: int
    balance_after: int
    type: str
    source: str


@dataclass(slots=True)
class PointsCredited(_Moved):
    """Points were added to a wallet, or paid off its debt."""

    name: ClassVar[str] = "points.credited"


@dataclass(slots=True)
class PointsDebited(_Moved):
    """Points were spent or taken away."""

    name: ClassVar[str] = "points.debited"


@dataclass(slots=True)
class PointsReversed(_Moved):
    """An earlier movement was reversed, in full or in part."""

    name: ClassVar[str] = "points.reversed"


@dataclass(slots=True)
class PointsExpired(_Moved):
    """Points lapsed."""

    name: ClassVar[str] = "points.expired"


@dataclass(slots=True)
class PointsMatured(Event):
    """Pending points became spendable."""

    name: ClassVar[str] = "points.matured"
    wallet_id: UUID
    lot_id: UUID
    points: int


@dataclass(slots=True)
class HoldOpened(Event):
    """Points were set aside."""

    name: ClassVar[str] = "hold.opened"
    wallet_id: UUID
    hold_id: UUID
    points: int


@dataclass(slots=True)
class HoldReleased(Event):
    """Points that were set aside were released."""

    name: ClassVar[str] = "hold.released"
    wallet_id: UUID
    hold_id: UUID
    points: int
