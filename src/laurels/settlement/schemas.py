"""Purchases and refunds as the API speaks of them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from laurels.activities import NewActivity
from laurels.kit.http.expand import Expanded
from laurels.kit.values.fields import (
    Amount,
    Attributes,
    Code,
    IdOf,
    Moment,
    MoneyOut,
    Note,
    Schema,
    Shaped,
    View,
)

PurchaseId = Annotated[UUID, IdOf("purchase")]
ActivityId = Annotated[UUID, IdOf("activity")]
RefundId = Annotated[UUID, IdOf("refund")]
MemberId = Annotated[UUID, IdOf("member")]
TransactionId = Annotated[UUID, IdOf("transaction")]
RuleId = Annotated[UUID, IdOf("earning_rule")]
LotId = Annotated[UUID, IdOf("lot")]
ProgramId = Annotated[UUID, IdOf("program")]
HoldId = Annotated[UUID, IdOf("hold")]


ActivityKind = Annotated[
    str,
    Field(min_length=1, max_length=40),
    Shaped("[a-z][a-z0-9_]*", "has small letters, digits and `_`, and begins with a letter"),
]
ActivitySource = Annotated[Code, Field(max_length=64)]


class ActivityIn(Schema):
    """Something that a member did: a review, a share, a visit, or whatever you call it."""

    kind: ActivityKind = Field(
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
        description="Your number of the activity; a repeat changes nothing.",
        examples=["review-77"],
    )
    source: ActivitySource = Field(
        default="api",
        description="Name of the system that sends it. An `external_id` is unique within its"
        " source.",
    )
    occurred_at: Moment | None = Field(
        default=None, description="When it happened; defaults to now."
    )
    subject: Code | None = Field(
        default=None, description="What it is about, such as a product.", examples=["sku-12"]
    )
    value: Amount | None = Field(
        default=None, description="A number that rules may count: stars, minutes, kilometres."
    )
    attributes: Attributes = Field(
        default_factory=dict, description="Free facts: at most 50 entries; rules may ask for them."
    )

    def to_activity(self) -> NewActivity:
        """Return the activity as the books know it."""
        return NewActivity(
            kind=self.kind,
            member=self.member,
            member_id=self.member_id,
            source=self.source,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            subject=self.subject,
            value=self.value,
            attributes=self.attributes,
        )


class RevokeIn(Schema):
    """Why an activity is revoked."""

    reason: Note | None = Field(
        default=None, description="Why it is revoked; free text for the history."
    )


class MemberBlockIn(Schema):
    """Why a member is blocked."""

    reason: Note = Field(
        description="Why; shown with the member and kept in the audit log.",
        examples=["Points from stolen receipts"],
    )


class MemberUnblockIn(Schema):
    """Why a member is unblocked."""

    reason: Note | None = Field(default=None, description="Why; kept in the audit log.")


RefundState = Literal["none", "partial", "full"]
"""What went back of a purchase so far."""


class LineOut(View):
    """A line of a purchase."""

    sku: str | None = Field(description="Your article number; null when none was sent.")
    name: str | None = Field(description="Name of the article; null when none was sent.")
    category: str | None = Field(description="Category of the article; null when none was sent.")
    quantity: MoneyOut = Field(description="Quantity, as a decimal.")
    unit_price: MoneyOut = Field(description="Price of one, before discounts.")
    amount: MoneyOut = Field(description="What the line cost after discounts.")
    tax_amount: MoneyOut | None = Field(
        description="The tax that `amount` contains, as it was sent; null when none was sent."
    )
    refunded_quantity: MoneyOut = Field(
        description="Quantity returned by refunds that name the line."
    )
    refunded_amount: MoneyOut = Field(
        description="How much of the line's amount those refunds returned."
    )
    attributes: dict[str, Any] = Field(description="Your free facts about the line.")


class LineBackOut(View):
    """A line that a refund named."""

    line: int = Field(description="Place of the line in the purchase, from 1.")
    quantity: MoneyOut = Field(description="Quantity returned; 0.00 if only the price was lowered.")
    amount: MoneyOut = Field(description="How much of the line's amount was refunded.")


class ProgramPointsOut(View):
    """Points of one program."""

    program_id: ProgramId = Field(description="The program whose points they are.")
    points: int = Field(description="Number of points; negative if points were taken.")


ByProgram = Annotated[
    list[ProgramPointsOut],
    Field(description="The same by program; points of different programs do not add up."),
]


class PaymentOut(View):
    """Points that a part of a purchase is paid with."""

    points: int | None = Field(description="How many points; null: all of a hold, not settled yet.")
    hold_id: HoldId | None = Field(
        description="The hold that set them aside; null when they were taken at once."
    )
    program_id: ProgramId | None = Field(description="Which kind of points.")
    value: MoneyOut | None = Field(
        description="What they are worth, in the purchase's currency; null until it is known."
    )
    transaction_id: TransactionId | None = Field(
        description="The ledger transaction that took them; null until the purchase is completed."
    )
    points_returned: int = Field(description="How many of them refunds have given back.")


class RefundLineOut(View):
    """A refund of a purchase."""

    id: RefundId
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(
        description="Your number for the refund; null when none was sent."
    )
    amount: MoneyOut = Field(description="How much was refunded, in the purchase's currency.")
    lines: list[LineBackOut] = Field(description="The lines that it named; empty if none.")
    points: int = Field(description="What it took of the points earned: zero or negative.")
    points_by_program: ByProgram
    points_returned: int = Field(
        description="How many of the points came back that the purchase was paid with."
    )
    reason: str | None = Field(description="Why it was refunded; null when not given.")
    attributes: dict[str, Any] = Field(description="Your free facts about the refund.")
    occurred_at: datetime = Field(description="When the money was refunded.")


class RefundSummaryOut(RefundLineOut):
    """A refund with the purchase that it belongs to."""

    purchase_id: PurchaseId = Field(description="The purchase that was refunded.")


NumberOut = Annotated[
    Decimal,
    PlainSerializer(lambda number: f"{number.normalize():f}", return_type=str, when_used="json"),
]
"""A number as text, with as many places as say something."""


class EffectOut(View):
    """The points that one rule gave."""

    rule_id: RuleId = Field(description="The rule that gave the points.")
    version: int = Field(description="Version of the rule at that time.")
    type: str = Field(
        description="`earned` from the amount paid, which multipliers apply to, or a `bonus`."
    )
    program_id: ProgramId = Field(description="The program whose points it gave.")
    points: int = Field(description="Points that this rule gave, caps already applied.")
    transaction_id: TransactionId = Field(description="The ledger transaction that booked them.")


class AwardOut(View):
    """What a purchase earned: which rules gave points, and why others did not."""

    points: int = Field(description="Sum of the effects.")
    points_by_program: ByProgram
    effects: list[EffectOut] = Field(description="One entry per rule that gave points.")
    explanation: dict[str, Any] = Field(
        description="How it was calculated: the rules that fired, the caps that applied, the"
        " multipliers. Programs should read `GET …/why`, which is more stable."
    )


class PurchaseOut(View):
    """A purchase with what it earned; `award` is null until rules have been applied to it."""

    id: PurchaseId
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(
        description="Your number for the purchase; null when none was sent."
    )
    member_id: MemberId | None = Field(description="The buyer; null for a guest.")
    status: str = Field(description="`pending`, `completed`, `failed` or `cancelled`.")
    amount: MoneyOut = Field(description="What was paid, before refunds.")
    tax_amount: MoneyOut | None = Field(
        description="The tax that `amount` contains, as it was sent; null when none was sent."
    )
    refunded: MoneyOut = Field(description="How much of it has been refunded so far.")
    refund_state: RefundState = Field(
        description="`none`, `partial` or `full`: how much of it has been refunded so far."
    )
    currency: str = Field(description="ISO 4217 code of all amounts here.")
    channel: str | None = Field(description="Where it was bought; null when not given.")
    payment_method: str | None = Field(
        description="`cash`, `card`, `mobile` or `other`; null when not given."
    )
    note: str | None = Field(description="A note for people; null when there is none.")
    attributes: dict[str, Any] = Field(description="Your free facts about the purchase.")
    lines: list[LineOut] = Field(description="The articles, in the order in which they were sent.")
    payments: list[PaymentOut] = Field(
        description="The parts of `amount` that are paid with points; empty if none are."
    )
    refunds: list[RefundLineOut] = Field(description="The refunds so far, oldest first.")
    occurred_at: datetime = Field(description="When it was bought.")
    completed_at: datetime | None = Field(description="When it was completed; null until then.")
    created_at: datetime = Field(description="When it was recorded here.")
    points: int = Field(description="What it earned, before refunds; the award has it by program.")
    award: AwardOut | None = Field(
        description="What it earned and by which rules; null for guests and until it is completed."
    )
    expanded: Expanded = None


class PurchaseSummaryOut(View):
    """A purchase in a list."""

    id: PurchaseId
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(
        description="Your number for the purchase; null when none was sent."
    )
    member_id: MemberId | None = Field(description="The buyer; null for a guest.")
    status: str = Field(description="`pending`, `completed`, `failed` or `cancelled`.")
    amount: MoneyOut = Field(description="What was paid, before refunds.")
    refunded: MoneyOut = Field(description="How much of it has been refunded so far.")
    refund_state: RefundState = Field(
        description="`none`, `partial` or `full`: how much of it has been refunded so far."
    )
    currency: str = Field(description="ISO 4217 code of all amounts here.")
    occurred_at: datetime = Field(description="When it was bought.")
    completed_at: datetime | None = Field(description="When it was completed; null until then.")
    expanded: Expanded = None


class ActivitySummaryOut(View):
    """An activity in a list."""

    id: ActivityId
    kind: str = Field(description="What was done, such as `review`.")
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(description="Your number of it; null when none was sent.")
    member_id: MemberId = Field(description="The member who did it.")
    subject: str | None = Field(
        description="What it is about, such as an article number; null when not given."
    )
    value: NumberOut | None = Field(
        description="A number that rules may count, as text; null when none was sent."
    )
    status: Literal["recorded", "revoked"] = Field(
        description="`recorded`, or `revoked` when it was taken back."
    )
    occurred_at: datetime = Field(description="When it was done.")
    expanded: Expanded = None


class ActivityOut(ActivitySummaryOut):
    """An activity with what it earned; `award` is null when it was never judged."""

    attributes: dict[str, Any] = Field(description="Your free facts about it.")
    revoked_at: datetime | None = Field(description="When it was revoked; null while it stands.")
    revoked_reason: str | None = Field(description="Why it was revoked; null when not given.")
    revoked_points: int | None = Field(
        description="What the revocation did to points, zero or less; null: it is not revoked."
    )
    created_at: datetime = Field(description="When it was recorded here.")
    points: int = Field(
        description="What it earned, before it was revoked; the award tells it by program."
    )
    award: AwardOut | None = Field(
        description="What it earned and by which rules; null when it was never judged."
    )


class RefundOut(View):
    """A refund, what it took of the points earned, and what came back of the points paid."""

    id: RefundId
    purchase_id: PurchaseId = Field(description="The purchase that was refunded.")
    amount: MoneyOut = Field(description="How much was refunded, in the purchase's currency.")
    points: int = Field(description="Points taken back: zero or negative.")
    points_by_program: ByProgram
    points_returned: int = Field(
        description="How many of the points came back that the purchase was paid with."
    )
    purchase: PurchaseOut = Field(description="The purchase after the refund.")


Reason = Literal[
    "rules",
    "no_rule_fired",
    "no_rules",
    "earning_disabled",
    "paid_with_points",
    "guest",
    "pending",
    "failed",
    "cancelled",
    "member_archived",
    "member_blocked",
    "not_settled",
]
"""Why a purchase earned what it earned, in one word."""


class RuleSaysOut(View):
    """What one rule did for a purchase, as a code and in sentences."""

    rule_id: RuleId = Field(description="The rule.")
    version: int = Field(description="Version of the rule at that time.")
    name: str = Field(description="What the rule is called.")
    outcome: Literal[
        "gave",
        "capped",
        "multiplied",
        "fact_missing",
        "window",
        "condition",
        "zero",
        "cap_reached",
        "exclusive",
        "exclusion_group",
    ] = Field(
        description="`gave`, `capped` and `multiplied` gave points; the others say why not:"
        " outside of its `window`, its `condition` did not hold, `zero` points came"
        " out, `cap_reached`, shut out by an `exclusive` rule or by a better one of"
        " its `exclusion_group`, or a fact that it uses is no longer available"
        " (`fact_missing`)."
    )
    program_id: ProgramId | None = Field(
        description="The program whose points it gave; null: it gave none."
    )
    points: int = Field(description="Points that it gave.")
    words: list[str] = Field(description="The same in sentences, with the figures.")
    details: dict[str, Any] = Field(
        default={},
        description="The figures of the sentences, for rules that gave points: the `amount` or"
        " `quantity` that was counted, `raw` points before the limit, `multiplier`, `capped`, and"
        " of a multiplier its `factor`.",
    )


class LotOfPurchaseOut(View):
    """A lot that the purchase opened: points with dates of their own."""

    id: LotId
    program_id: ProgramId = Field(description="The program whose points they are.")
    initial: int = Field(description="Points that the lot began with.")
    remaining: int = Field(description="Points that are left in it.")
    matures_at: datetime | None = Field(description="When its points can be spent; null: at once.")
    matured_at: datetime | None = Field(
        description="When they became spendable; null while pending."
    )
    expires_at: datetime | None = Field(description="When what is left lapses; null: never.")


class WhyOut(View):
    """Why a purchase earned what it did."""

    purchase_id: PurchaseId = Field(description="The purchase.")
    status: str = Field(description="`pending`, `completed`, `failed` or `cancelled`.")
    points: int = Field(description="What it earned when it was settled.")
    points_by_program: ByProgram
    taken_back: int = Field(description="How many of them refunds have taken back since.")
    taken_back_by_program: ByProgram
    reason: Reason = Field(description="In one word: `rules` when it earned something.")
    words: list[str] = Field(description="The same in sentences.")
    rules: list[RuleSaysOut] = Field(
        description="What each rule in force at the time did, or why it did nothing."
    )
    lots: list[LotOfPurchaseOut] = Field(description="The lots that hold its points.")


ActivityReason = Literal[
    "rules",
    "no_rule_fired",
    "no_rules",
    "earning_disabled",
    "member_archived",
    "member_blocked",
    "not_judged",
]
"""Why an activity earned what it earned, in one word."""


class ActivityWhyOut(View):
    """Why an activity earned what it earned, or nothing."""

    activity_id: ActivityId = Field(description="The activity.")
    kind: str = Field(description="What was done, such as `review`.")
    status: Literal["recorded", "revoked"] = Field(description="`recorded` or `revoked`.")
    points: int = Field(description="What it earned when it was recorded.")
    points_by_program: ByProgram
    taken_back: int = Field(description="How many of them were taken back since.")
    taken_back_by_program: ByProgram
    reason: ActivityReason = Field(description="In one word: `rules` when it earned something.")
    words: list[str] = Field(description="The same in sentences.")
    rules: list[RuleSaysOut] = Field(
        description="What each rule in force at the time did, or why it did nothing."
    )
    lots: list[LotOfPurchaseOut] = Field(description="The lots that hold its points.")
