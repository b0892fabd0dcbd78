"""Purchases and refunds as the API speaks of them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from laurels.activity import NewDeed
from laurels.kit.expand import Expanded
from laurels.kit.schema import (
    Amount,
    Attributes,
    Code,
    Currency,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Note,
    Schema,
    Shaped,
    View,
)
from laurels.purchases import Line, NewPurchase, NewRefund, amount_of_line

PurchaseId = Annotated[UUID, IdOf("purchase")]
DeedId = Annotated[UUID, IdOf("deed")]
RefundId = Annotated[UUID, IdOf("refund")]
MemberId = Annotated[UUID, IdOf("member")]
TransactionId = Annotated[UUID, IdOf("transaction")]
RuleId = Annotated[UUID, IdOf("earning_rule")]
LotId = Annotated[UUID, IdOf("lot")]


class LineIn(Schema):
    """One position of a purchase."""

    sku: Code | None = None
    name: Name | None = None
    category: Code | None = None
    quantity: Annotated[Amount, Field(gt=0, max_digits=15, decimal_places=4)] = Decimal(1)
    unit_price: Amount = Field(description="Price of one, with up to 4 decimal places.")
    amount: Amount | None = Field(
        default=None,
        description="After discounts; absent: quantity times unit price, rounded to the currency.",
    )
    attributes: Attributes = Field(default_factory=dict)

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
            attributes=self.attributes,
        )


class PurchaseIn(Schema):
    """Money spent. `member` is your id of the buyer, `member_id` ours; neither: a guest."""

    amount: Amount = Field(description="What was paid, in the tenant's currency.")
    currency: Currency
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    external_id: Code | None = Field(
        default=None,
        description="Your number of the purchase; a repeat changes nothing.",
        examples=["1001"],
    )
    source: Annotated[Code, Field(max_length=64)] = "api"
    occurred_at: Moment | None = Field(default=None, description="When; absent: now.")
    status: Literal["pending", "completed", "failed", "cancelled"] = "completed"
    channel: Annotated[Code, Field(max_length=64)] | None = None
    payment_method: Literal["cash", "card", "mobile", "other"] | None = None
    note: Note | None = None
    attributes: Attributes = Field(default_factory=dict)
    lines: list[LineIn] = Field(default_factory=list[LineIn], max_length=500)

    def to_purchase(self) -> NewPurchase:
        """Return the purchase as the books know it."""
        return NewPurchase(
            amount=self.amount,
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
        )


class RefundIn(Schema):
    """Money that went back; without an amount: all that is left."""

    amount: Amount | None = Field(
        default=None, description="Absent: all that is left.", examples=["5.00"]
    )
    external_id: Code | None = None
    source: Annotated[Code, Field(max_length=64)] = "api"
    reason: Note | None = None
    occurred_at: Moment | None = None

    def to_refund(self, purchase_id: UUID) -> NewRefund:
        """Return the refund as the books know it."""
        return NewRefund(
            purchase_id=purchase_id, amount=self.amount, source=self.source,
            external_id=self.external_id, reason=self.reason, occurred_at=self.occurred_at,
        )  # fmt: skip


class RefundOfIn(RefundIn):
    """A refund that names its purchase."""

    purchase_id: PurchaseId

    def of_its_own(self) -> NewRefund:
        """Return the refund as the books know it."""
        return self.to_refund(self.purchase_id)


DeedKind = Annotated[
    str,
    Field(min_length=1, max_length=40),
    Shaped("[a-z][a-z0-9_]*", "has small letters, digits and `_`, and begins with a letter"),
]
DeedSource = Annotated[Code, Field(max_length=64)]


class DeedIn(Schema):
    """Something that a member did: a review, a share, a visit, or whatever you call it."""

    kind: DeedKind = Field(
        description="What it is; rules ask for it. `review` and `social_share` are names that the"
        " ledger knows, too.",
        examples=["review"],
    )
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    external_id: Code | None = Field(
        default=None,
        description="Your number of the deed; a repeat changes nothing.",
        examples=["review-77"],
    )
    source: DeedSource = "api"
    occurred_at: Moment | None = Field(default=None, description="When; absent: now.")
    subject: Code | None = Field(
        default=None, description="What it is about, such as a product.", examples=["sku-12"]
    )
    value: Amount | None = Field(
        default=None, description="A number that rules may count: stars, minutes, kilometres."
    )
    attributes: Attributes = Field(default_factory=dict)

    def to_deed(self) -> NewDeed:
        """Return the deed as the books know it."""
        return NewDeed(
            kind=self.kind, member=self.member, member_id=self.member_id, source=self.source,
            external_id=self.external_id, occurred_at=self.occurred_at, subject=self.subject,
            value=self.value, attributes=self.attributes,
        )  # fmt: skip


class RevokeIn(Schema):
    """Why a deed is revoked."""

    reason: Note | None = None


class LineOut(View):
    """One position of a purchase."""

    sku: str | None
    name: str | None
    category: str | None
    quantity: MoneyOut
    unit_price: MoneyOut
    amount: MoneyOut
    attributes: dict[str, Any]


class RefundLineOut(View):
    """A refund of a purchase."""

    id: RefundId
    source: str
    external_id: str | None
    amount: MoneyOut
    points: int
    reason: str | None
    occurred_at: datetime


NumberOut = Annotated[
    Decimal,
    PlainSerializer(lambda number: f"{number.normalize():f}", return_type=str, when_used="json"),
]
"""A number as text, with as many places as say something."""


class EffectOut(View):
    """One row that a rule wrote."""

    rule_id: RuleId
    version: int
    type: str
    points: int
    transaction_id: TransactionId


class AwardOut(View):
    """What a purchase earned, by which rules, and why not by others."""

    points: int
    effects: list[EffectOut]
    explanation: dict[str, Any]


class PurchaseOut(View):
    """A purchase with what it earned; `award` is null while nothing was judged."""

    id: PurchaseId
    source: str
    external_id: str | None
    member_id: MemberId | None
    status: str
    amount: MoneyOut
    refunded: MoneyOut
    currency: str
    channel: str | None
    payment_method: str | None
    note: str | None
    attributes: dict[str, Any]
    lines: list[LineOut]
    refunds: list[RefundLineOut]
    occurred_at: datetime
    completed_at: datetime | None
    created_at: datetime
    points: int = Field(description="What it earned, before refunds.")
    award: AwardOut | None
    expanded: Expanded = None


class PurchaseSummaryOut(View):
    """A purchase in a list."""

    id: PurchaseId
    source: str
    external_id: str | None
    member_id: MemberId | None
    status: str
    amount: MoneyOut
    refunded: MoneyOut
    currency: str
    occurred_at: datetime
    completed_at: datetime | None
    expanded: Expanded = None


class DeedSummaryOut(View):
    """A deed in a list."""

    id: DeedId
    kind: str
    source: str
    external_id: str | None
    member_id: MemberId
    subject: str | None
    value: NumberOut | None
    status: Literal["recorded", "revoked"]
    occurred_at: datetime
    expanded: Expanded = None


class DeedOut(DeedSummaryOut):
    """A deed with what it earned; `award` is null when it was never judged."""

    attributes: dict[str, Any]
    revoked_at: datetime | None
    revoked_reason: str | None
    revoked_points: int | None = Field(
        description="What the revocation did to points, zero or less; null: it is not revoked."
    )
    created_at: datetime
    points: int = Field(description="What it earned, before it was revoked.")
    award: AwardOut | None


class RefundOut(View):
    """A refund and what it did to the member's points."""

    id: RefundId
    purchase_id: PurchaseId
    amount: MoneyOut
    points: int = Field(description="Zero or negative: what was taken back.")
    purchase: PurchaseOut


Reason = Literal[
    "rules", "no_rule_fired", "no_rules", "earning_disabled", "guest", "pending", "failed",
    "cancelled", "member_archived", "not_settled",
]  # fmt: skip
"""Why a purchase earned what it earned, in one word."""


class RuleSaysOut(View):
    """What one rule did about a purchase, in a word and in sentences."""

    rule_id: RuleId
    version: int
    name: str
    outcome: Literal[
        "gave", "capped", "multiplied", "window", "condition", "zero", "cap_reached", "exclusive",
        "exclusion_group",
    ]  # fmt: skip
    points: int
    words: list[str]


class LotOfPurchaseOut(View):
    """A lot that the purchase opened: points with dates of their own."""

    id: LotId
    initial: int
    remaining: int
    matures_at: datetime | None
    matured_at: datetime | None
    expires_at: datetime | None


class WhyOut(View):
    """Why a purchase earned what it earned, or nothing."""

    purchase_id: PurchaseId
    status: str
    points: int = Field(description="What it earned when it was settled.")
    taken_back: int = Field(description="How many of them went back with refunds since.")
    reason: Reason = Field(description="In one word: `rules` when it earned something.")
    words: list[str] = Field(description="The same in sentences.")
    rules: list[RuleSaysOut] = Field(description="What each rule in force then did, or why not.")
    lots: list[LotOfPurchaseOut]


DeedReason = Literal[
    "rules", "no_rule_fired", "no_rules", "earning_disabled", "member_archived", "not_judged"
]
"""Why a deed earned what it earned, in one word."""


class DeedWhyOut(View):
    """Why a deed earned what it earned, or nothing."""

    deed_id: DeedId
    kind: str
    status: Literal["recorded", "revoked"]
    points: int = Field(description="What it earned when it was recorded.")
    taken_back: int = Field(description="How many of them were taken back since.")
    reason: DeedReason = Field(description="In one word: `rules` when it earned something.")
    words: list[str] = Field(description="The same in sentences.")
    rules: list[RuleSaysOut] = Field(description="What each rule in force then did, or why not.")
    lots: list[LotOfPurchaseOut]
