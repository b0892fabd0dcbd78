"""Rewards, codes and redemptions as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from laurels.kit.db import MAX_POINTS
from laurels.kit.expand import Expanded
from laurels.kit.schema import (
    Amount,
    Code,
    Flag,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Note,
    Schema,
    Shaped,
    View,
)
from laurels.kit.values import check_key, check_prose

from .ending import Delivery
from .models import MAX_NUMBER, MAX_QUANTITY
from .redeeming import NewRedemption
from .using import Use
from .vouchers import MAX_CODES

RewardId = Annotated[UUID, IdOf("reward")]
RedemptionId = Annotated[UUID, IdOf("redemption")]
VoucherId = Annotated[UUID, IdOf("voucher")]
MemberId = Annotated[UUID, IdOf("member")]
ProgramId = Annotated[UUID, IdOf("program")]
PurchaseId = Annotated[UUID, IdOf("purchase")]
TierId = Annotated[UUID, IdOf("tier")]
SegmentId = Annotated[UUID, IdOf("segment")]
TransactionId = Annotated[UUID, IdOf("transaction")]

RewardType = Literal[
    "discount_percentage", "discount_fixed", "free_shipping", "free_product", "store_credit",
    "merchandise", "event", "tasting", "gift_card", "custom",
]  # fmt: skip
State = Literal["pending", "completed", "used", "expired", "failed", "cancelled", "refunded"]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(check_prose)
]
Source = Annotated[Code, Field(max_length=64)]
Cost = Annotated[
    int,
    Field(strict=True, ge=1, le=MAX_POINTS, description="What one costs.", examples=[500]),
]
Number = Annotated[int, Field(strict=True, ge=1, le=MAX_NUMBER)]
Fulfilment = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    Shaped(
        "code|pool|manual|provider:[a-z0-9_]+", "is none of code, pool, manual, provider:<name>"
    ),
]
Address = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500),
    Shaped(r"https?://\S+", "is not an address such as `https://example.com/cup.png`"),
    AfterValidator(check_key),
]
NULLABLE = frozenset({
    "description", "program_id", "min_order_value", "stock", "max_redemptions_total",
    "max_redemptions_per_member", "min_tier_level", "starts_at", "ends_at",
    "redemption_expiry_days", "category", "terms", "image_url",
})  # fmt: skip
"""What may be null: then it is no limit, no text, or the default."""


class RewardPatch(Schema):
    """What may change of a reward. What was redeemed keeps it as it was."""

    name: Name | None = None
    description: Text | None = None
    type: RewardType | None = None
    value: dict[str, Any] | None = Field(
        default=None,
        description="What it is worth, by its type: `percentage` (and `max_discount`) of a"
        " `discount_percentage`; `amount` of a `discount_fixed`, `store_credit` or `gift_card`;"
        " `max_amount` of a `free_shipping`; `sku`, `product_name`, `units` of a `free_product`;"
        " `sku`, `product_name`, `regular_price` of `merchandise`; `venue`, `takes_place_at`,"
        " `seats` of an `event` or `tasting`; `attributes` of any.",
        examples=[{"percentage": "10"}],
    )
    cost_points: Cost | None = None
    program_id: ProgramId | None = Field(
        default=None, description="Which points buy it; null: those of the default program."
    )
    min_order_value: Amount | None = Field(
        default=None, description="Smallest purchase that it can be used on."
    )
    stock: Annotated[int, Field(strict=True, ge=0, le=MAX_NUMBER)] | None = Field(
        default=None, description="How many are left; null: no limit."
    )
    max_redemptions_total: Number | None = None
    max_redemptions_per_member: Number | None = None
    min_tier_level: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = Field(
        default=None, description="Lowest tier level that can have it; null: everybody."
    )
    tier_ids: Annotated[list[TierId], Field(max_length=50)] | None = Field(
        default=None, description="Only members of these tiers can have it; `[]`: of any."
    )
    segment_ids: Annotated[list[SegmentId], Field(max_length=50)] | None = Field(
        default=None,
        description="Only members of one of these segments can have it; `[]`: everybody.",
    )
    starts_at: Moment | None = Field(default=None, description="From when, inclusive.")
    ends_at: Moment | None = Field(default=None, description="Until when, exclusive.")
    redemption_expiry_days: Annotated[int, Field(strict=True, ge=1, le=36500)] | None = Field(
        default=None,
        description="Local days after that of delivery in which it can be used; null: no end.",
    )
    fulfilment: Fulfilment | None = Field(
        default=None,
        description="How it is delivered: `code` (generated), `pool` (uploaded codes), `manual`"
        " (by staff), `provider:<name>`.",
        examples=["code"],
    )
    category: Annotated[Code, Field(max_length=64)] | None = None
    terms: Text | None = None
    image_url: Address | None = None
    featured: Flag | None = None
    sort_order: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] | None = None

    def values(self) -> dict[str, Any]:
        """Return what was sent, by column name."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: each for name, each in sent.items() if each is not None or name in NULLABLE}


# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false
class RewardIn(RewardPatch):
    """A reward to put into the catalogue."""

    name: Name
    type: RewardType
    cost_points: Cost
    active: Flag = Field(default=True, description="false: it is made paused.")

    def values(self) -> dict[str, Any]:
        """Return what was sent, with what every reward has."""
        usual: dict[str, Any] = {"value": {}, "fulfilment": "code", "active": self.active}
        return {**usual, **super().values()}


class RewardOut(View):
    """A reward as it is now, with what is left of it."""

    id: RewardId
    name: str
    description: str | None
    type: str
    value: dict[str, Any]
    cost_points: int
    program_id: ProgramId | None
    min_order_value: MoneyOut | None
    stock: int | None
    codes_left: int
    redemptions: int
    max_redemptions_total: int | None
    max_redemptions_per_member: int | None
    min_tier_level: int | None
    tier_ids: list[TierId]
    segment_ids: list[SegmentId]
    starts_at: datetime | None
    ends_at: datetime | None
    redemption_expiry_days: int | None
    fulfilment: str
    category: str | None
    terms: str | None
    image_url: str | None
    featured: bool
    sort_order: int
    active: bool
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ReasonOut(View):
    """One thing that stands in the way: the code that a redemption is refused with."""

    code: str
    message: str
    missing: dict[str, Any] = Field(description="What is missing, in numbers, moments and ids.")


class OfferOut(View):
    """A reward as one member sees it."""

    reward: RewardOut
    available: bool
    reasons: list[ReasonOut] = Field(
        description="All that stands in the way, in the order in which it is refused."
    )
    points_to_go: int = Field(description="Points that are missing for one; 0: enough.")
    most: int | None = Field(
        description="How many more this member could have, points aside; null: no limit."
    )


class OffersOut(View):
    """The catalogue as one member sees it, in the order in which it is shown."""

    data: list[OfferOut]


class DayOut(View):
    """What was redeemed on one local day, but for what was given back."""

    day: date
    redemptions: int
    quantity: int
    points: int


class StateOut(View):
    """How many redemptions are in one state."""

    redemptions: int
    quantity: int
    points: int


class StatsOut(View):
    """What became of a reward within a span, at most 366 days."""

    reward_id: RewardId
    since: datetime
    until: datetime
    redemptions: int = Field(description="How many there were and were not given back.")
    points_spent: int = Field(description="What they cost, without what came back.")
    by_state: dict[str, StateOut]
    per_day: list[DayOut]


class CodesIn(Schema):
    """Up to 1,000 codes."""

    codes: list[Code] = Field(min_length=1, max_length=MAX_CODES, examples=[["TEA-001", "TEA-002"]])


class HandledOut(View):
    """What was done about one code."""

    code: str
    outcome: Literal["added", "duplicate", "withdrawn", "assigned", "unknown"]


class CodesOut(View):
    """What was done about each code, in the order in which they were sent."""

    data: list[HandledOut]
    codes_left: int = Field(description="Codes that nobody has yet.")


class VoucherOut(View):
    """A code of a reward; without a redemption it is free, or withdrawn."""

    id: VoucherId
    reward_id: RewardId
    code: str
    origin: str
    redemption_id: RedemptionId | None
    assigned_at: datetime | None
    withdrawn_at: datetime | None
    created_at: datetime


class RedemptionIn(Schema):
    """A member wants a reward. `member` is your id of them, `member_id` ours."""

    reward_id: RewardId
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)] = 1
    source: Source = "api"
    external_id: Code | None = Field(
        default=None, description="Your number of the redemption; a repeat changes nothing."
    )
    notes: Note | None = Field(default=None, description="For whoever delivers it.")

    @model_validator(mode="after")
    def _says_who(self) -> "RedemptionIn":
        if (self.member is None) == (self.member_id is None):
            msg = "say who it is: send `member` (your id) or `member_id` (ours)"
            raise ValueError(msg)
        return self

    def to_redemption(self) -> NewRedemption:
        """Return the redemption as the room knows it."""
        return NewRedemption(
            reward_id=self.reward_id, member_id=self.member_id, member=self.member,
            quantity=self.quantity, source=self.source, external_id=self.external_id,
            notes=self.notes,
        )  # fmt: skip


class RedemptionPatch(Schema):
    """What staff write about a redemption; null takes it away."""

    notes: Note | None


class CompleteIn(Schema):
    """What was delivered."""

    code: Code | None = Field(default=None, description="What the member shows or types in.")
    notes: Note | None = None
    discount_amount: Amount | None = Field(default=None, description="What it is worth in money.")
    expires_at: Moment | None = Field(
        default=None, description="Until when it can be used; absent: as the reward says."
    )

    def to_delivery(self) -> Delivery:
        """Return the delivery as the room knows it."""
        return Delivery(
            code=self.code, notes=self.notes, discount_amount=self.discount_amount,
            expires_at=self.expires_at,
        )  # fmt: skip


class FailureIn(Schema):
    """Why it could not be delivered."""

    reason: Annotated[Note, Field(max_length=500)]
    final: Flag = Field(
        default=False, description="No other attempt is made: the points come back now."
    )


class CancellationIn(Schema):
    """Why it is called off."""

    reason: Note | None = None


class UseIn(Schema):
    """On what it is used."""

    purchase_id: PurchaseId | None = Field(default=None, description="A purchase of ours.")
    order_ref: Code | None = Field(
        default=None, description="An order elsewhere.", examples=["1001"]
    )
    discount_amount: Amount | None = Field(default=None, description="What it was worth there.")

    @model_validator(mode="after")
    def _says_where(self) -> "UseIn":
        if self.purchase_id is None and self.order_ref is None:
            msg = "say on what it is used: send `purchase_id`, `order_ref`, or both"
            raise ValueError(msg)
        return self

    def to_use(self) -> Use:
        """Return the use as the room knows it."""
        return Use(
            purchase_id=self.purchase_id, order_ref=self.order_ref,
            discount_amount=self.discount_amount,
        )  # fmt: skip


class TakingBackIn(Schema):
    """Why a delivered redemption is taken back."""

    reason: Note | None = None
    force: Flag = Field(
        default=False, description="Also when it was used or has expired; needs a `reason`."
    )
    restock: Flag = Field(default=True, description="false: the thing itself does not come back.")

    @model_validator(mode="after")
    def _force_has_a_reason(self) -> "TakingBackIn":
        if self.force and self.reason is None:
            msg = "a refund by `force` needs a `reason`"
            raise ValueError(msg)
        return self


class RedemptionOut(View):
    """A redemption: its state, its code, and the reward as it was."""

    id: RedemptionId
    reward_id: RewardId
    member_id: MemberId
    state: str
    quantity: int
    points_spent: int
    reward: dict[str, Any]
    fulfilment: str
    code: str | None
    discount_amount: MoneyOut | None
    source: str
    external_id: str | None
    redeemed_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    used_at: datetime | None
    used_purchase_id: PurchaseId | None
    used_order_ref: str | None
    ended_at: datetime | None
    failure_reason: str | None
    retry_count: int
    next_attempt_at: datetime | None
    notes: str | None
    fulfilled_by_type: str | None
    fulfilled_by_id: str | None
    transaction_id: TransactionId
    refund_transaction_id: TransactionId | None
    created_at: datetime
    updated_at: datetime
    expanded: Expanded = None
