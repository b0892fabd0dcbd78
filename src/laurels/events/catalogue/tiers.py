"""What can happen to a member's tier."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.schema import IdOf

from .base import Event

TierId = Annotated[UUID, IdOf("tier")]
MaybeTierId = Annotated[UUID | None, IdOf("tier")]


@dataclass(slots=True)
class TierRaised(Event):
    """A member came to a higher tier (or to their first one): the reason says how."""

    name: ClassVar[str] = "tier.raised"
    tier_id: TierId
    level: int
    from_tier_id: MaybeTierId
    from_level: int | None
    reason: str


@dataclass(slots=True)
class TierLowered(Event):
    """A member came to a lower tier, or has none any more: the reason says why."""

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
    """A member's tier ends at `expires_at`, as things stand; there is time to do something."""

    name: ClassVar[str] = "tier.expiry_announced"
    tier_id: TierId
    level: int
    expires_at: datetime
