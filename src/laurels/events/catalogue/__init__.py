"""Everything that can happen, in one place: one short module per room.

Any room may name any event, because the catalogue is at the bottom of the house.
"""

from .activity import DeedRecorded, DeedRevoked, MemberBirthday
from .base import Event
from .events import WebhookEndpointDisabled, WebhookEndpointTested
from .ledger import (
    HoldOpened,
    HoldReleased,
    PointsCredited,
    PointsDebited,
    PointsExpired,
    PointsMatured,
    PointsReversed,
)
from .members import (
    MemberArchived,
    MemberChanged,
    MemberEnrolled,
    MemberErased,
    MemberMerged,
    MemberRestored,
    MemberUnmerged,
)
from .purchases import (
    PurchaseChanged,
    PurchaseCompleted,
    PurchaseRefunded,
    PurchaseUnsettled,
)
from .rewards import (
    RedemptionCancelled,
    RedemptionCompleted,
    RedemptionExpired,
    RedemptionFailed,
    RedemptionRefunded,
    RedemptionReopened,
    RedemptionUsed,
    RewardRedeemed,
    VouchersNearlyUsed,
)
from .segments import SegmentJoined, SegmentLeft
from .tiers import TierExpiryAnnounced, TierLowered, TierRaised, TierRenewed

CATALOGUE: dict[str, type[Event]] = {
    event.name: event
    for event in (
        DeedRecorded,
        DeedRevoked,
        HoldOpened,
        HoldReleased,
        MemberArchived,
        MemberBirthday,
        MemberChanged,
        MemberEnrolled,
        MemberErased,
        MemberMerged,
        MemberRestored,
        MemberUnmerged,
        PointsCredited,
        PointsDebited,
        PointsExpired,
        PointsMatured,
        PointsReversed,
        PurchaseChanged,
        PurchaseCompleted,
        PurchaseRefunded,
        PurchaseUnsettled,
        RedemptionCancelled,
        RedemptionCompleted,
        RedemptionExpired,
        RedemptionFailed,
        RedemptionRefunded,
        RedemptionReopened,
        RedemptionUsed,
        RewardRedeemed,
        VouchersNearlyUsed,
        SegmentJoined,
        SegmentLeft,
        TierExpiryAnnounced,
        TierLowered,
        TierRaised,
        TierRenewed,
        WebhookEndpointDisabled,
        WebhookEndpointTested,
    )
}

__all__ = [
    "CATALOGUE",
    "DeedRecorded",
    "DeedRevoked",
    "Event",
    "HoldOpened",
    "HoldReleased",
    "MemberArchived",
    "MemberBirthday",
    "MemberChanged",
    "MemberEnrolled",
    "MemberErased",
    "MemberMerged",
    "MemberRestored",
    "MemberUnmerged",
    "PointsCredited",
    "PointsDebited",
    "PointsExpired",
    "PointsMatured",
    "PointsReversed",
    "PurchaseChanged",
    "PurchaseCompleted",
    "PurchaseRefunded",
    "PurchaseUnsettled",
    "RedemptionCancelled",
    "RedemptionCompleted",
    "RedemptionExpired",
    "RedemptionFailed",
    "RedemptionRefunded",
    "RedemptionReopened",
    "RedemptionUsed",
    "RewardRedeemed",
    "SegmentJoined",
    "SegmentLeft",
    "TierExpiryAnnounced",
    "TierLowered",
    "TierRaised",
    "TierRenewed",
    "VouchersNearlyUsed",
    "WebhookEndpointDisabled",
    "WebhookEndpointTested",
]
