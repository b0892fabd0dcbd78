"""Errors about purchases, in the order in which they are found.

AppError
├── PurchaseNotFound           no such purchase
├── RefundNotFound             no such refund
├── CurrencyNotTraded          not the tenant's currency
├── PurchaseInvalid            an amount, line or date that cannot be
├── PurchaseAltered            this source and external id came before with other content
├── PurchaseNotPending         it is completed, failed or cancelled already
├── PurchaseNotCompleted       only completed purchases are refunded
├── PurchaseClaimed            it is somebody else's by now
├── RefundExceedsPurchase      more than is left of the purchase
└── RefundAltered              this refund came before with other content
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class PurchaseNotFound(NotFound):
    """There is no such purchase."""

    code: ClassVar[str] = "purchase_not_found"


class RefundNotFound(NotFound):
    """There is no such refund."""

    code: ClassVar[str] = "refund_not_found"


class CurrencyNotTraded(Invalid):
    """This tenant trades in another currency."""

    code: ClassVar[str] = "currency_not_traded"


class PurchaseInvalid(Invalid):
    """A value of the purchase cannot be."""

    code: ClassVar[str] = "purchase_invalid"


class PurchaseAltered(Conflict):
    """A purchase with this source and external id was recorded before with other content."""

    code: ClassVar[str] = "purchase_altered"


class PurchaseNotPending(Conflict):
    """The purchase is no longer pending."""

    code: ClassVar[str] = "purchase_not_pending"


class PurchaseNotCompleted(Conflict):
    """Only a completed purchase can be refunded."""

    code: ClassVar[str] = "purchase_not_completed"


class PurchaseClaimed(Conflict):
    """The purchase belongs to another member; only a guest's can be claimed."""

    code: ClassVar[str] = "purchase_claimed"


class RefundExceedsPurchase(Conflict):
    """More than what is left of the purchase cannot go back."""

    code: ClassVar[str] = "refund_exceeds_purchase"


class RefundAltered(Conflict):
    """A refund with this source and external id was recorded before with other content."""

    code: ClassVar[str] = "refund_altered"
