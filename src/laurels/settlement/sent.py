"""What a caller sends of purchases and refunds."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from laurels.kit.values.fields import (
    Amount,
    Attributes,
    Code,
    Currency,
    Moment,
    Name,
    Note,
    Points,
    Schema,
    SignedAmount,
)
from laurels.purchases import (
    MAX_PAYMENTS,
    Line,
    NewPurchase,
    NewRefund,
    Payment,
    RefundLine,
    amount_of_line,
)

from .schemas import HoldId, MemberId, ProgramId, PurchaseId


def _not_zero(quantity: Decimal) -> Decimal:
    if not quantity:
        msg = "is zero; leave the line out"
        raise ValueError(msg)
    return quantity


Quantity = Annotated[
    SignedAmount, Field(max_digits=15, decimal_places=4), AfterValidator(_not_zero)
]


class LineIn(Schema):
    """A line of a purchase."""

    sku: Code | None = Field(default=None, description="Your article number.")
    name: Name | None = Field(default=None, description="Name of the article.")
    category: Code | None = Field(
        default=None, description="Category of the article; rules may ask for it."
    )
    quantity: Quantity = Field(
        default=Decimal(1),
        description="Quantity, with up to 4 decimal places; defaults to 1. Negative for goods"
        " returned on the same receipt; the amount is then negative too.",
    )
    unit_price: Amount = Field(
        description="Price of one, before discounts, in the purchase's currency."
    )
    amount: SignedAmount | None = Field(
        default=None,
        description="Amount after discounts; defaults to quantity times unit price, rounded to"
        " the currency.",
    )
    tax_amount: SignedAmount | None = Field(
        default=None,
        description="The tax that `amount` contains, with the same sign. If any line states its"
        " tax, a line that states none contains none.",
    )
    attributes: Attributes = Field(
        default_factory=dict, description="Free facts about the line: at most 50 entries."
    )

    def to_line(self, currency: str) -> Line:
        """Return the line as the books know it."""
        amount = self.amount
        if amount is None:
            amount = amount_of_line(self.quantity, self.unit_price, currency)
        return Line(
            sku=self.sku,
            name=self.name,
            category=self.category,
            quantity=self.quantity,
            unit_price=self.unit_price,
            amount=amount,
            tax_amount=self.tax_amount,
            attributes=self.attributes,
        )


class PaymentIn(Schema):
    """Points that a part of the purchase is paid with: send `points`, `hold_id`, or both."""

    points: Points | None = Field(
        default=None,
        description="How many points; defaults to all of the hold. What is not used of a hold is"
        " released.",
        examples=[500],
    )
    hold_id: HoldId | None = Field(
        default=None, description="The hold that set them aside, such as one made at the till."
    )
    program_id: ProgramId | None = Field(
        default=None,
        description="Which kind of points; defaults to the default program, or that of the hold.",
    )

    @model_validator(mode="after")
    def _says_which(self) -> "PaymentIn":
        if self.points is None and self.hold_id is None:
            msg = "send `points`, `hold_id`, or both"
            raise ValueError(msg)
        if self.program_id is not None and self.hold_id is not None:
            msg = "`program_id` follows from the hold; leave it out"
            raise ValueError(msg)
        return self

    def to_payment(self) -> Payment:
        """Return the payment as the books know it."""
        return Payment(points=self.points, hold_id=self.hold_id, program_id=self.program_id)


Payments = Annotated[list[PaymentIn], Field(max_length=MAX_PAYMENTS)]


class PurchaseIn(Schema):
    """A purchase. Name the buyer by `member` (your id) or `member_id` (ours), or leave both out."""

    amount: SignedAmount = Field(
        description="What was paid, in the tenant's currency. Negative for goods returned without"
        " their purchase, or an exchange that gave money back: what buying them would have earned"
        " is taken back.",
        examples=["12.50"],
    )
    tax_amount: SignedAmount | None = Field(
        default=None,
        description="The tax that `amount` contains, with the same sign; rules may count the"
        " amount net of it. Defaults to the tax of the lines, or none.",
    )
    currency: Currency = Field(description="ISO 4217 code, such as `USD`; the tenant's currency.")
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    external_id: Code | None = Field(
        default=None,
        description="Your number for the purchase; sending it again changes nothing.",
        examples=["1001"],
    )
    source: Annotated[Code, Field(max_length=64)] = Field(
        default="api",
        description="Name of the system that sends it, such as `till` or `shop`. An"
        " `external_id` is unique within its source.",
    )
    occurred_at: Moment | None = Field(
        default=None, description="When it happened; defaults to now."
    )
    status: Literal["pending", "completed", "failed", "cancelled"] = Field(
        default="completed",
        description="`completed`: paid, earns at once. `pending`: waits for `POST …/complete`."
        " `failed` and `cancelled`: recorded, earn nothing.",
    )
    channel: Annotated[Code, Field(max_length=64)] | None = Field(
        default=None,
        description="Where it was bought, such as `web` or `store`; rules may ask for it.",
    )
    payment_method: Literal["cash", "card", "mobile", "other"] | None = Field(
        default=None, description="How it was paid."
    )
    note: Note | None = Field(
        default=None, description="A note for people, at most 1,000 characters."
    )
    attributes: Attributes = Field(
        default_factory=dict,
        description="Free facts about the purchase: at most 50 entries; rules may ask for them.",
    )
    lines: list[LineIn] = Field(
        default_factory=list[LineIn],
        max_length=500,
        description="The articles, at most 500; rules may count them.",
    )

    payments: Payments = Field(
        default_factory=list[PaymentIn],
        description="Parts of `amount` that are paid with the member's points, at most 10. A"
        " pending purchase holds them, a completed one takes them, a refund gives its share back.",
    )

    def to_purchase(self) -> NewPurchase:
        """Return the purchase as the books know it."""
        return NewPurchase(
            amount=self.amount,
            tax_amount=self.tax_amount,
            currency=self.currency,
            member=self.member,
            member_id=self.member_id,
            external_id=self.external_id,
            source=self.source,
            occurred_at=self.occurred_at,
            status=self.status,
            channel=self.channel,
            payment_method=self.payment_method,
            note=self.note,
            attributes=self.attributes,
            lines=[line.to_line(self.currency) for line in self.lines],
            payments=[payment.to_payment() for payment in self.payments],
        )


class PurchasePatch(Schema):
    """Changes to a pending purchase; fields that are not sent stay as they are."""

    amount: SignedAmount | None = Field(default=None, description="What is to be paid.")
    tax_amount: SignedAmount | None = Field(
        default=None, description="The tax that `amount` contains; `null` removes it."
    )
    member: Code | None = Field(
        default=None, description="Your id of the member; `null` makes it a guest's."
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    occurred_at: Moment | None = Field(default=None, description="When it happened.")
    channel: Annotated[Code, Field(max_length=64)] | None = Field(
        default=None, description="Where it is bought; `null` removes it."
    )
    payment_method: Literal["cash", "card", "mobile", "other"] | None = Field(
        default=None, description="How it is paid; `null` removes it."
    )
    note: Note | None = Field(default=None, description="A note for people; `null` removes it.")
    attributes: Attributes | None = Field(
        default=None, description="Your free facts; they replace the existing ones."
    )
    lines: list[LineIn] | None = Field(
        default=None, max_length=500, description="All lines; they replace the existing ones."
    )
    payments: Payments | None = Field(
        default=None,
        description="All payments with points; they replace the existing ones, whose holds are"
        " released.",
    )

    @model_validator(mode="after")
    def _sets_what_is_needed(self) -> "PurchasePatch":
        for name in ("amount", "occurred_at", "attributes", "lines", "payments"):
            if name in self.model_fields_set and getattr(self, name) is None:
                msg = f"`{name}` cannot be null; leave it out to keep it as it is"
                raise ValueError(msg)
        return self

    def changes(self, currency: str) -> dict[str, Any]:
        """Return what was sent, as the books know it."""
        values = {name: getattr(self, name) for name in self.model_fields_set}
        if self.lines is not None:
            values["lines"] = [line.to_line(currency) for line in self.lines]
        if self.payments is not None:
            values["payments"] = [payment.to_payment() for payment in self.payments]
        return values


class PurchaseClaimIn(Schema):
    """The member who gets a guest's purchase."""

    member: Code | None = Field(
        default=None,
        description="Your id of the member; an unknown id enrols a new member.",
        examples=["anna"],
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")

    @model_validator(mode="after")
    def _names_somebody(self) -> "PurchaseClaimIn":
        if self.member is None and self.member_id is None:
            msg = "send `member` (your id) or `member_id` (ours)"
            raise ValueError(msg)
        return self


class RefundLineIn(Schema):
    """A line of the purchase to refund, by its place or by its sku.

    Without a quantity or amount, all that is left of it is refunded. An amount alone lowers its
    price: no goods are returned.
    """

    line: Annotated[int, Field(strict=True, ge=1, le=500)] | None = Field(
        default=None, description="Place of the line in the purchase, from 1."
    )
    sku: Code | None = Field(
        default=None, description="Its article number, if only one line has it."
    )
    quantity: Annotated[Amount, Field(gt=0, max_digits=15, decimal_places=4)] | None = Field(
        default=None, description="Quantity returned; the amount defaults to its share."
    )
    amount: Amount | None = Field(
        default=None, description="How much of the line's amount is refunded.", examples=["5.00"]
    )

    @model_validator(mode="after")
    def _names_one(self) -> "RefundLineIn":
        if (self.line is None) == (self.sku is None):
            msg = "send either `line` (its place, from 1) or `sku`, not both"
            raise ValueError(msg)
        return self

    def to_line(self) -> RefundLine:
        """Return the line as the books know it."""
        return RefundLine(line=self.line, sku=self.sku, quantity=self.quantity, amount=self.amount)


class RefundIn(Schema):
    """A refund. Without lines and amount, all that is left is refunded."""

    amount: Amount | None = Field(
        default=None,
        description="What the buyer gets back; defaults to what was paid for the lines, or to all"
        " that is left.",
        examples=["5.00"],
    )
    lines: list[RefundLineIn] = Field(
        default_factory=list[RefundLineIn],
        max_length=500,
        description="The lines that are refunded; each award is taken back by the lines that it"
        " counted.",
    )
    external_id: Code | None = Field(
        default=None, description="Your number for the refund; sending it again changes nothing."
    )
    source: Annotated[Code, Field(max_length=64)] = Field(
        default="api",
        description="Name of the system that sends it. An `external_id` is unique within its"
        " source.",
    )
    reason: Note | None = Field(default=None, description="Why it is refunded; free text.")
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"till": 4}],
    )
    occurred_at: Moment | None = Field(
        default=None, description="When the money was refunded; defaults to now."
    )

    def to_refund(self, purchase_id: UUID) -> NewRefund:
        """Return the refund as the books know it."""
        return NewRefund(
            purchase_id=purchase_id,
            amount=self.amount,
            lines=[line.to_line() for line in self.lines],
            source=self.source,
            external_id=self.external_id,
            reason=self.reason,
            attributes=self.attributes,
            occurred_at=self.occurred_at,
        )


class RefundOfIn(RefundIn):
    """A refund that names its purchase."""

    purchase_id: PurchaseId = Field(description="The purchase that is refunded.")

    def of_its_own(self) -> NewRefund:
        """Return the refund as the books know it."""
        return self.to_refund(self.purchase_id)
