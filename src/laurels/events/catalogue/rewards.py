"""What can happen to rewards and redemptions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class RewardRedeemed(Event):
    """A member took a reward and paid for it; it is delivered at once or later."""

    name: ClassVar[str] = "reward.redeemed"
    redemption_id: UUID
    reward_id: UUID
    type: str
    quantity: int
    points: int
    state: str


@dataclass(slots=True)
class _Moved(Event):
    redemption_id: UUID
    reward_id: UUID


@dataclass(slots=True)
class RedemptionCompleted(_Moved):
    """A redemption was delivered: the member can use it."""

    name: ClassVar[str] = "redemption.completed"


@dataclass(slots=True)
class RedemptionUsed(_Moved):
    """A redemption was used; on which purchase of ours, where it was one."""

    name: ClassVar[str] = "redemption.used"
    purchase_id: UUID | None


@dataclass(slots=True)
class RedemptionReopened(_Moved):
    """A redemption can be used again, because the purchase it was used on was refunded."""

    name: ClassVar[str] = "redemption.reopened"


@dataclass(slots=True)
class _Ended(_Moved):
    points: int


@dataclass(slots=True)
class RedemptionExpired(_Ended):
    """Nobody used a redemption in time; `points` are those that came back."""

    name: ClassVar[str] = "redemption.expired"


@dataclass(slots=True)
class RedemptionFailed(_Ended):
    """A redemption could not be delivered; its points came back."""

    name: ClassVar[str] = "redemption.failed"


@dataclass(slots=True)
class RedemptionCancelled(_Ended):
    """A redemption was called off before it was delivered; its points came back."""

    name: ClassVar[str] = "redemption.cancelled"


@dataclass(slots=True)
class RedemptionRefunded(_Ended):
    """Staff took a delivered redemption back and returned its points."""

    name: ClassVar[str] = "redemption.refunded"


@dataclass(slots=True)
class VouchersNearlyUsed(Event):
    """A pool has as few codes left as the settings call low; upload more."""

    name: ClassVar[str] = "vouchers.nearly_used"
    reward_id: UUID
    codes_left: int
