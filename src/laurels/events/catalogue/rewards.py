"""What can happen to rewards and redemptions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class RewardRedeemed(Event):
    """A member redeemed a reward and paid for it; it is delivered at once or later."""

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
    """A redemption was used; `purchase_id` names the purchase, if there was one."""

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
    """A redemption expired unused; `points` are those that were returned."""

    name: ClassVar[str] = "redemption.expired"


@dataclass(slots=True)
class RedemptionFailed(_Ended):
    """A redemption could not be delivered; its points were returned."""

    name: ClassVar[str] = "redemption.failed"


@dataclass(slots=True)
class RedemptionCancelled(_Ended):
    """A redemption was cancelled before it was delivered; its points were returned."""

    name: ClassVar[str] = "redemption.cancelled"


@dataclass(slots=True)
class RedemptionRefunded(_Ended):
    """A delivered redemption was refunded; its points were returned."""

    name: ClassVar[str] = "redemption.refunded"


@dataclass(slots=True)
class VouchersNearlyUsed(Event):
    """A pool has few codes left (setting `rewards.low_codes`); upload more."""

    name: ClassVar[str] = "vouchers.nearly_used"
    reward_id: UUID
    codes_left: int
