"""Errors about purchases, in the order in which they are found.

AppError
├── PurchaseNotFound           no such purchase
├── RefundNotFound             no such refund
├── CurrencyNotTraded          not the tenant's currency
├── PurchaseInvalid            an invalid amount, line or date
├── PurchaseAltered            this source and external id exist with different content
├── PurchaseNotPending         it is completed, failed or cancelled already
├── PurchaseNotCompleted       only completed purchases are refunded
├── PurchaseClaimed            it belongs to another member
├── RefundExceedsPurchase      more than is left of the purchase
└── RefundAltered              this refund exists with different content
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
    """The currency is not the tenant's; send amounts in the tenant's currency."""

    code: ClassVar[str] = "currency_not_traded"


class PurchaseInvalid(Invalid):
    """The purchase has an invalid value; `errors` names the field."""

    code: ClassVar[str] = "purchase_invalid"


class PurchaseAltered(Conflict):
    """A purchase with this source and external id already exists with different content."""

    code: ClassVar[str] = "purchase_altered"


class PurchaseNotPending(Conflict):
    """The purchase is no longer pending."""

    code: ClassVar[str] = "purchase_not_pending"


class PurchaseNotCompleted(Conflict):
    """Only a completed purchase can be refunded."""

    code: ClassVar[str] = "purchase_not_completed"


class PurchaseClaimed(Conflict):
    """The purchase belongs to another member; only a guest's purchase can be claimed."""

    code: ClassVar[str] = "purchase_claimed"


class RefundExceedsPurchase(Conflict):
    """The refund exceeds what is left of the purchase; send a smaller amount."""

    code: ClassVar[str] = "refund_exceeds_purchase"


class RefundAltered(Conflict):
    """A refund with this source and external id already exists with different content."""

    code: ClassVar[str] = "refund_altered"
