"""Purchases with their lines and states, and refunds.

A purchase is pending, completed, failed or cancelled; only pending ones move. It never knows of
points: what a purchase causes and a refund undoes is `settlement`.
"""

from .content import amount_of_line, differing
from .errors import (
    CurrencyNotTraded,
    PurchaseAltered,
    PurchaseClaimed,
    PurchaseInvalid,
    PurchaseNotCompleted,
    PurchaseNotFound,
    PurchaseNotPending,
    RefundNotFound,
)
from .payments import MAX_PAYMENTS, book_payments, give_back, payments_of, purchases_of_holds
from .queries import (
    PURCHASES,
    REFUNDS,
    count,
    find_by_key,
    find_purchases,
    get_purchase,
    get_refund,
    ids_of,
    lines_of,
    list_purchases,
    list_refunds,
    list_unsettled,
    lock,
    lock_by_key,
    members_of,
    totals_of,
    walk,
)
from .recording import Recorded, as_reported, check, record, rewrite
from .refunds import NewRefund, RecordedRefund, record_refunds, replay_refunds, set_refund_points
from .reported import Line, NewPurchase, Payment
from .returned import LineState, RefundLine, Returned
from .service import claim, hand_over, set_status
from .settings import PurchaseSettings
from .taxes import taxes_of

__all__ = [
    "MAX_PAYMENTS",
    "PURCHASES",
    "REFUNDS",
    "CurrencyNotTraded",
    "Line",
    "LineState",
    "NewPurchase",
    "NewRefund",
    "Payment",
    "PurchaseAltered",
    "PurchaseClaimed",
    "PurchaseInvalid",
    "PurchaseNotCompleted",
    "PurchaseNotFound",
    "PurchaseNotPending",
    "PurchaseSettings",
    "Recorded",
    "RecordedRefund",
    "RefundLine",
    "RefundNotFound",
    "Returned",
    "amount_of_line",
    "as_reported",
    "book_payments",
    "check",
    "claim",
    "count",
    "differing",
    "find_by_key",
    "find_purchases",
    "get_purchase",
    "get_refund",
    "give_back",
    "hand_over",
    "ids_of",
    "lines_of",
    "list_purchases",
    "list_refunds",
    "list_unsettled",
    "lock",
    "lock_by_key",
    "members_of",
    "payments_of",
    "purchases_of_holds",
    "record",
    "record_refunds",
    "replay_refunds",
    "rewrite",
    "set_refund_points",
    "set_status",
    "taxes_of",
    "totals_of",
    "walk",
]
