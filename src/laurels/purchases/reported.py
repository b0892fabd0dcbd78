"""A purchase and its lines as somebody reports them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels.kit.work import Actor


@dataclass(slots=True, kw_only=True)
class Line:
    """One position of a purchase; money in the purchase's currency.

    `tax_amount` is the tax in the amount, None where nobody says.
    """

    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    tax_amount: Decimal | None = None
    sku: str | None = None
    name: str | None = None
    category: str | None = None
    refunded_quantity: Decimal = Decimal(0)
    refunded_amount: Decimal = Decimal(0)
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True, kw_only=True)
class Payment:
    """Points that a part of a purchase is paid with: so many, or those that a hold set aside.

    `points` None: all of the hold; `program_id` None: the default one, or that of the hold. What
    follows is known once it is booked: what the points are worth, the transaction that took them,
    how many refunds gave back, and whether the purchase made the hold itself.
    """

    points: int | None = None
    hold_id: UUID | None = None
    program_id: UUID | None = None
    value: Decimal | None = None
    transaction_id: UUID | None = None
    returned: int = 0
    own_hold: bool = False


@dataclass(slots=True, kw_only=True)
class NewPurchase:
    """A purchase as somebody reports it. `member` is the external id, `member_id` ours.

    `buyer_id` is whom these turned out to mean; settlement finds that out, None is a guest.
    `named_id` is who was named, where that member was merged into the buyer since.
    `inactive_status`: why the buyer earns nothing at present, `archived` or `blocked`. `by`: who
    reports it, where that is not whose work it is. `tax_amount` is the tax in the amount; None:
    nobody says, or the lines do.
    """

    amount: Decimal
    currency: str
    tax_amount: Decimal | None = None
    source: str = "api"
    external_id: str | None = None
    member: str | None = None
    member_id: UUID | None = None
    buyer_id: UUID | None = None
    named_id: UUID | None = None
    by: Actor | None = None
    inactive_status: str | None = None
    occurred_at: datetime | None = None
    status: str = "completed"
    lines: Sequence[Line] = ()
    payments: Sequence[Payment] = ()
    channel: str | None = None
    payment_method: str | None = None
    note: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
