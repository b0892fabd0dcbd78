"""What can happen to a member's tier."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.values.fields import IdOf

from .base import Event

TierId = Annotated[UUID, IdOf("tier")]
MaybeTierId = Annotated[UUID | None, IdOf("tier")]


@dataclass(slots=True)
class TierRaised(Event):
    """A member rose to a higher tier, or to their first one; `reason` says why."""

    name: ClassVar[str] = "tier.raised"
    tier_id: TierId
    level: int
    from_tier_id: MaybeTierId
    from_level: int | None
    reason: str


@dataclass(slots=True)
class TierLowered(Event):
    """A member moved to a lower tier, or lost their only one; `reason` says why."""

    name: ClassVar[str] = "tier.lowered"
    tier_id: MaybeTierId
    level: int | None
    from_tier_id: MaybeTierId
    from_level: int | None
    reason: str


@dataclass(slots=True)
class TierRenewed(Event):
    """A tier was earned again in time; the member keeps it until `expires_at`."""

    name: ClassVar[str] = "tier.renewed"
    tier_id: TierId
    level: int
    expires_at: datetime | None


@dataclass(slots=True)
class TierExpiryAnnounced(Event):
    """A member's tier will expire at `expires_at` unless it is earned again before."""

    name: ClassVar[str] = "tier.expiry_announced"
    tier_id: TierId
    level: int
    expires_at: datetime
