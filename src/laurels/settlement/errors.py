"""Errors of settlement. Those of the rooms below pass through as they are.

AppError
├── MemberMismatch     member and member_id were both sent
├── ActivityUnattributed   an activity that says nobody did it
└── BatchTooLarge      more items than one batch may have
"""

from typing import ClassVar

from laurels.activities import ActivityAltered, ActivityInvalid, ActivityNotFound
from laurels.earning import DRAFTING, TooMuchToJudge
from laurels.kit.errors import AppError, Invalid
from laurels.ledger import (
    BelowMinimum,
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    InsufficientPoints,
    PointsOverLimit,
    ProgramNotFound,
    WalletClosed,
)
from laurels.members.errors import (
    BirthdayInvalid,
    ConsentInvalid,
    EmailTaken,
    ExternalIdTaken,
    IdentityTaken,
    MemberAmbiguous,
    MemberArchived,
    MemberErased,
    MemberNotFound,
    MemberUnidentified,
)
from laurels.purchases.errors import (
    CurrencyNotTraded,
    PurchaseAltered,
    PurchaseClaimed,
    PurchaseInvalid,
    PurchaseNotCompleted,
    PurchaseNotFound,
    PurchaseNotPending,
    RefundAltered,
    RefundExceedsPurchase,
)
from laurels.tenants import LoyaltyOff, PlanExceeded, TenantSuspended
from laurels.tiers import TierArchived, TierNotFound

MAX_BATCH = 10_000
"""How many items one batch may have."""


class MemberMismatch(Invalid):
    """Send `member` (your id) or `member_id` (ours), not both."""

    code: ClassVar[str] = "member_mismatch"


class ActivityUnattributed(Invalid):
    """An activity belongs to a member: send `member` (your id) or `member_id` (ours)."""

    code: ClassVar[str] = "activity_unattributed"


class BatchTooLarge(Invalid):
    """A batch can have at most 10,000 items; split it."""

    code: ClassVar[str] = "batch_too_large"


PAYING: tuple[type[AppError], ...] = (
    ProgramNotFound,
    HoldNotFound,
    HoldClosed,
    CaptureTooLarge,
    WalletClosed,
    LoyaltyOff,
    BelowMinimum,
    InsufficientPoints,
)
"""What stands in the way of a payment with points."""

ENROLLING: tuple[type[AppError], ...] = (
    TenantSuspended,
    BirthdayInvalid,
    ConsentInvalid,
    MemberUnidentified,
    MemberAmbiguous,
    MemberArchived,
    EmailTaken,
    ExternalIdTaken,
    IdentityTaken,
)
"""What stands in the way of an enrolment."""

COMPLETING: tuple[type[AppError], ...] = (
    TenantSuspended,
    PurchaseNotFound,
    PurchaseNotPending,
    CurrencyNotTraded,
    MemberMismatch,
    PurchaseInvalid,
    *PAYING,
    PointsOverLimit,
)
"""What stands in the way of a pending purchase's effect, in the order in which it is found."""

CHANGING: tuple[type[AppError], ...] = (
    TenantSuspended,
    MemberMismatch,
    MemberNotFound,
    MemberErased,
    PurchaseNotFound,
    PurchaseNotPending,
    PurchaseInvalid,
    *PAYING,
)
"""What stands in the way of a change of a pending purchase."""

CLAIMING: tuple[type[AppError], ...] = (
    TenantSuspended,
    MemberMismatch,
    MemberNotFound,
    MemberErased,
    PurchaseNotFound,
    PurchaseClaimed,
    PurchaseNotPending,
)
"""What stands in the way of a claim."""

SETTLING: tuple[type[AppError], ...] = (
    TenantSuspended,
    MemberMismatch,
    CurrencyNotTraded,
    PurchaseInvalid,
    MemberNotFound,
    MemberErased,
    PurchaseAltered,
    PurchaseNotPending,
    *PAYING,
    PointsOverLimit,
    TooMuchToJudge,
)
"""What stands in the way of a purchase that is sent."""

DOING: tuple[type[AppError], ...] = (
    TenantSuspended,
    ActivityUnattributed,
    MemberMismatch,
    ActivityInvalid,
    MemberNotFound,
    MemberErased,
    ActivityAltered,
)
"""What stands in the way of an activity that is sent."""

REVOKING: tuple[type[AppError], ...] = (TenantSuspended, ActivityNotFound)
"""What stands in the way of a revocation."""

REFUNDING: tuple[type[AppError], ...] = (
    TenantSuspended,
    PurchaseNotFound,
    PurchaseNotCompleted,
    PurchaseInvalid,
    RefundExceedsPurchase,
    RefundAltered,
)
"""What stands in the way of a refund."""

SIMULATING: tuple[type[AppError], ...] = tuple(
    dict.fromkeys(
        (
            *SETTLING,
            *DOING,
            TierNotFound,
            TierArchived,
            *DRAFTING,
            PlanExceeded,
        )
    )
)
"""What stands in the way of a simulation: of the event, of who it is about, of the drafts."""
