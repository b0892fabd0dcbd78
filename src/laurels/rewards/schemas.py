"""Rewards, codes and redemptions as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from laurels.kit.db import MAX_POINTS
from laurels.kit.expand import Expanded
from laurels.kit.paging import Whole
from laurels.kit.schema import (
    Amount,
    Attributes,
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
from .redeeming import NewRedemption
from .using import Use
from .values import MAX_NUMBER, MAX_QUANTITY

RewardId = Annotated[UUID, IdOf("reward")]
RedemptionId = Annotated[UUID, IdOf("redemption")]
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

    name: Name | None = Field(default=None, description="What the reward is called.")
    description: Text | None = Field(default=None, description="What members read about it.")
    type: RewardType | None = Field(
        default=None, description="What kind of reward it is; decides what `value` holds."
    )
    value: dict[str, Any] | None = Field(
        default=None,
        description="What it is worth, by its type: `percentage` (and `max_discount`) of a"
        " `discount_percentage`; `amount` of a `discount_fixed`, `store_credit` or `gift_card`;"
        " `max_amount` of a `free_shipping`; `sku`, `product_name`, `units` of a `free_product`;"
        " `sku`, `product_name`, `regular_price` of `merchandise`; `venue`, `takes_place_at`,"
        " `seats` of an `event` or `tasting`; `attributes` of any.",
        examples=[{"percentage": "10"}],
    )
    cost_points: Cost | None = Field(default=None, description="Points that one costs.")
    program_id: ProgramId | None = Field(
        default=None, description="Which points buy it; null: those of the default program."
    )
    min_order_value: Amount | None = Field(
        default=None, description="Smallest purchase that it can be used on."
    )
    stock: Annotated[int, Field(strict=True, ge=0, le=MAX_NUMBER)] | None = Field(
        default=None, description="How many are left; null: no limit."
    )
    max_redemptions_total: Number | None = Field(
        default=None, description="How many may be redeemed in all; null: no limit."
    )
    max_redemptions_per_member: Number | None = Field(
        default=None, description="How many one member may redeem; null: no limit."
    )
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
    category: Annotated[Code, Field(max_length=64)] | None = Field(
        default=None, description="A category, for the catalogue."
    )
    terms: Text | None = Field(default=None, description="Terms and conditions, for members.")
    image_url: Address | None = Field(
        default=None, description="Address of a picture, `http` or `https`."
    )
    featured: Flag | None = Field(default=None, description="Whether the catalogue shows it first.")
    sort_order: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] | None = Field(
        default=None, description="Place in the catalogue; lower comes first."
    )
    attributes: Attributes | None = Field(
        default=None,
        description="Your free facts about it: at most 50 entries, 5 levels. They replace those"
        " that were there.",
        examples=[{"season": "spring"}],
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent, by column name."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: each for name, each in sent.items() if each is not None or name in NULLABLE}


# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false
class RewardIn(RewardPatch):
    """A reward to put into the catalogue."""

    name: Name = Field(description="What the reward is called.")
    type: RewardType = Field(description="What kind of reward it is; decides what `value` holds.")
    cost_points: Cost = Field(description="Points that one costs.")
    active: Flag = Field(default=True, description="false: it is made paused.")

    def values(self) -> dict[str, Any]:
        """Return what was sent, with what every reward has."""
        usual: dict[str, Any] = {"value": {}, "fulfilment": "code", "active": self.active}
        return {**usual, **super().values()}


class RewardOut(View):
    """A reward as it is now, with what is left of it."""

    id: RewardId
    name: str = Field(description="What the reward is called.")
    description: str | None = Field(
        description="What members read about it; null when there is nothing."
    )
    type: str = Field(description="What kind of reward it is; decides what `value` holds.")
    value: dict[str, Any] = Field(
        description="What it is worth, by its type; amounts are decimal strings."
    )
    cost_points: int = Field(description="Points that one costs.")
    program_id: ProgramId | None = Field(
        description="Which points buy it; null: those of the default program."
    )
    min_order_value: MoneyOut | None = Field(
        description="Smallest purchase that it can be used on; null: any."
    )
    stock: int | None = Field(description="How many are left; null: no limit.")
    codes_left: int = Field(
        description="Uploaded codes that nobody has yet; 0 where codes are not uploaded."
    )
    redemptions: int = Field(description="How many were redeemed and not given back.")
    max_redemptions_total: int | None = Field(
        description="How many may be redeemed in all; null: no limit."
    )
    max_redemptions_per_member: int | None = Field(
        description="How many one member may redeem; null: no limit."
    )
    min_tier_level: int | None = Field(
        description="Lowest tier level that can have it; null: everybody."
    )
    tier_ids: list[TierId] = Field(
        description="Only members of these tiers can have it; empty: of any."
    )
    segment_ids: list[SegmentId] = Field(
        description="Only members of one of these segments can have it; empty: everybody."
    )
    starts_at: datetime | None = Field(
        description="From when it can be redeemed, inclusive; null: at once."
    )
    ends_at: datetime | None = Field(
        description="Until when it can be redeemed, exclusive; null: no end."
    )
    redemption_expiry_days: int | None = Field(
        description="Local days after that of delivery in which it can be used; null: no end."
    )
    fulfilment: str = Field(
        description="How it is delivered: `code` (generated), `pool` (uploaded codes), `manual`"
        " (by staff) or `provider:<name>`."
    )
    category: str | None = Field(
        description="A category, for the catalogue; null when there is none."
    )
    terms: str | None = Field(
        description="Terms and conditions, for members; null when there are none."
    )
    image_url: str | None = Field(description="Address of a picture; null when there is none.")
    featured: bool = Field(description="Whether the catalogue shows it first.")
    sort_order: int = Field(description="Place in the catalogue; lower comes first.")
    attributes: dict[str, Any] = Field(description="Your free facts about the reward.")
    active: bool = Field(description="Whether it can be redeemed; false: it is paused.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ReasonOut(View):
    """One thing that stands in the way: the code that a redemption is refused with."""

    code: str = Field(description="The error code that a redemption would be refused with.")
    message: str = Field(description="The same in a sentence.")
    missing: dict[str, Any] = Field(description="What is missing, in numbers, moments and ids.")


class OfferOut(View):
    """A reward as one member sees it."""

    reward: RewardOut = Field(description="The reward.")
    available: bool = Field(description="Whether this member could redeem one now.")
    reasons: list[ReasonOut] = Field(
        description="All that stands in the way, in the order in which it is refused."
    )
    points_to_go: int = Field(description="Points that are missing for one; 0: enough.")
    most: int | None = Field(
        description="How many more this member could have, points aside; null: no limit."
    )


class OffersOut(Whole):
    """The catalogue as one member sees it, in the order in which it is shown."""

    data: list[OfferOut]


class DayOut(View):
    """What was redeemed on one local day, but for what was given back."""

    day: date = Field(description="The tenant's local day, `YYYY-MM-DD`.")
    redemptions: int = Field(description="Number of redemptions.")
    quantity: int = Field(description="Pieces that were redeemed.")
    points: int = Field(description="Points that they cost.")


class StateOut(View):
    """How many redemptions are in one state."""

    redemptions: int = Field(description="Number of redemptions in this state.")
    quantity: int = Field(description="Pieces in them.")
    points: int = Field(description="Points that they cost.")


class StatsOut(View):
    """What became of a reward within a span, at most 366 days."""

    reward_id: RewardId = Field(description="The reward.")
    since: datetime = Field(description="Where the span begins, inclusive.")
    until: datetime = Field(description="Where the span ends, exclusive.")
    redemptions: int = Field(description="How many there were and were not given back.")
    points_spent: int = Field(description="What they cost, without what came back.")
    by_state: dict[str, StateOut] = Field(
        description="Figures by state, such as `completed` or `used`."
    )
    per_day: list[DayOut] = Field(
        description="One entry per local day with redemptions, oldest first."
    )


class RedemptionIn(Schema):
    """A member wants a reward. `member` is your id of them, `member_id` ours."""

    reward_id: RewardId = Field(description="The reward that is wanted.")
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)] = Field(
        default=1, description="How many; 1 when absent."
    )
    source: Source = Field(
        default="api",
        description="Name of the system that sends it. An `external_id` is unique within its"
        " source.",
    )
    external_id: Code | None = Field(
        default=None, description="Your number of the redemption; a repeat changes nothing."
    )
    notes: Note | None = Field(default=None, description="For whoever delivers it.")
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"till": 4}],
    )

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
            notes=self.notes, attributes=self.attributes,
        )  # fmt: skip


class RedemptionPatch(Schema):
    """What is said about a redemption; what is not sent stays."""

    notes: Note | None = Field(
        default=None, description="Notes of the staff; `null` takes them away."
    )
    attributes: Attributes | None = Field(
        default=None, description="Your free facts about it; they replace those that were there."
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent, by column name."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: each for name, each in sent.items() if each is not None or name == "notes"}


class CompleteIn(Schema):
    """What was delivered."""

    code: Code | None = Field(default=None, description="What the member shows or types in.")
    notes: Note | None = Field(default=None, description="Notes of the staff.")
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

    reason: Annotated[Note, Field(max_length=500)] = Field(
        description="What went wrong, at most 500 characters."
    )
    final: Flag = Field(
        default=False, description="No other attempt is made: the points come back now."
    )


class CancellationIn(Schema):
    """Why it is called off."""

    reason: Note | None = Field(default=None, description="Why it is called off; free text.")


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

    reason: Note | None = Field(
        default=None, description="Why it is taken back; needed together with `force`."
    )
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
    reward_id: RewardId = Field(description="The reward that was redeemed.")
    member_id: MemberId = Field(description="The member who redeemed it.")
    state: str = Field(
        description="`pending`: paid, not delivered yet. `completed`: delivered. `used`."
        " `expired`: not used in time. `failed`, `cancelled`, `refunded`: the points"
        " came back."
    )
    quantity: int = Field(description="How many pieces.")
    points_spent: int = Field(description="Points that it cost.")
    reward: dict[str, Any] = Field(
        description="The reward as it was when it was redeemed: name, type, value, terms."
    )
    fulfilment: str = Field(
        description="How it is delivered: `code`, `pool`, `manual` or `provider:<name>`."
    )
    code: str | None = Field(
        description="What the member shows or types in; null until delivered, or where there is"
        " none."
    )
    discount_amount: MoneyOut | None = Field(
        description="What it is worth in money; null where that is not known."
    )
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(description="Your number of it; null when none was sent.")
    redeemed_at: datetime = Field(description="When the points were spent.")
    completed_at: datetime | None = Field(description="When it was delivered; null until then.")
    expires_at: datetime | None = Field(description="Until when it can be used; null: no end.")
    used_at: datetime | None = Field(description="When it was used; null until then.")
    used_purchase_id: PurchaseId | None = Field(
        description="The purchase that it was used on; null when not used, or elsewhere."
    )
    used_order_ref: str | None = Field(
        description="Your order that it was used on; null when not used, or when none was named."
    )
    ended_at: datetime | None = Field(
        description="When it expired, failed, or was cancelled or refunded; null while none of"
        " these."
    )
    failure_reason: str | None = Field(
        description="Why the last attempt to deliver failed; null when none did."
    )
    retry_count: int = Field(description="How many attempts to deliver have failed.")
    next_attempt_at: datetime | None = Field(
        description="When delivery is tried next; null: not by itself."
    )
    notes: str | None = Field(description="Notes of the staff; null when there are none.")
    attributes: dict[str, Any] = Field(description="Your free facts about it.")
    fulfilled_by_type: str | None = Field(
        description="Who delivered it: `api_key`, `staff`, `system`; null until delivered."
    )
    fulfilled_by_id: str | None = Field(description="Which one of that kind; null until delivered.")
    transaction_id: TransactionId = Field(description="The transaction that spent the points.")
    refund_transaction_id: TransactionId | None = Field(
        description="The transaction that gave them back; null when none did."
    )
    created_at: datetime
    updated_at: datetime
    expanded: Expanded = None
