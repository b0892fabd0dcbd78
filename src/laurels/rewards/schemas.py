"""Rewards and offers as the API speaks of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from laurels.kit import media
from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import (
    Amount,
    Attributes,
    Code,
    Flag,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Schema,
    Shaped,
    View,
)
from laurels.kit.values.text import check_key, check_prose
from laurels.kit.versions import EditedVersion

from .values import MAX_NUMBER

RewardId = Annotated[UUID, IdOf("reward")]
RedemptionId = Annotated[UUID, IdOf("redemption")]
MemberId = Annotated[UUID, IdOf("member")]
ProgramId = Annotated[UUID, IdOf("program")]
PurchaseId = Annotated[UUID, IdOf("purchase")]
TierId = Annotated[UUID, IdOf("tier")]
SegmentId = Annotated[UUID, IdOf("segment")]
TransactionId = Annotated[UUID, IdOf("transaction")]

RewardType = Literal[
    "discount_percentage",
    "discount_fixed",
    "free_shipping",
    "free_product",
    "store_credit",
    "merchandise",
    "event",
    "tasting",
    "gift_card",
    "custom",
]
State = Literal["pending", "completed", "used", "expired", "failed", "cancelled", "refunded"]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(check_prose)
]
Source = Annotated[Code, Field(max_length=64)]
Cost = Annotated[
    int, Field(strict=True, ge=1, le=MAX_POINTS, description="What one costs.", examples=[500])
]
Number = Annotated[int, Field(strict=True, ge=1, le=MAX_NUMBER)]
Fulfilment = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    Shaped(
        "code|pool|manual|provider:[a-z0-9_]+", "is not one of code, pool, manual, provider:<name>"
    ),
]
Address = Annotated[
    str,
    StringConstraints(min_length=8, max_length=500),
    Shaped(r"https?://\S+", "is not an address such as `https://example.com/cup.png`"),
    AfterValidator(check_key),
]
NULLABLE = frozenset(
    """
    description program_id min_order_value stock max_redemptions_total max_redemptions_per_member
    min_tier_level starts_at ends_at redemption_expiry_days category terms image_url
    """.split()
)
"""What may be null: then it is no limit, no text, or the default."""


class RewardFields(Schema):
    """What is said of a reward."""

    name: Name | None = Field(default=None, description="What the reward is called.")
    description: Text | None = Field(default=None, description="Description for members.")
    type: RewardType | None = Field(
        default=None, description="Type of reward; decides what `value` holds."
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
        default=None, description="Lowest tier level that can redeem it; null: any."
    )
    tier_ids: Annotated[list[TierId], Field(max_length=50)] | None = Field(
        default=None, description="Only members of these tiers can redeem it; `[]`: any tier."
    )
    segment_ids: Annotated[list[SegmentId], Field(max_length=50)] | None = Field(
        default=None,
        description="Only members of one of these segments can redeem it; `[]`: everyone.",
    )
    starts_at: Moment | None = Field(default=None, description="From when, inclusive.")
    ends_at: Moment | None = Field(default=None, description="Until when, exclusive.")
    redemption_expiry_days: Annotated[int, Field(strict=True, ge=1, le=36500)] | None = Field(
        default=None,
        description="Local days after the day of delivery in which it can be used; null: no end.",
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
        default=None, description="URL of a picture, `http` or `https`."
    )
    featured: Flag | None = Field(default=None, description="Whether the catalogue shows it first.")
    sort_order: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] | None = Field(
        default=None, description="Place in the catalogue; lower comes first."
    )
    attributes: Attributes | None = Field(
        default=None,
        description="Your free facts about it: at most 50 entries, 5 levels. They replace the"
        " existing ones.",
        examples=[{"season": "spring"}],
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent, by column name."""
        names = self.model_fields_set & RewardFields.model_fields.keys()
        sent = {name: getattr(self, name) for name in names}
        return {name: each for name, each in sent.items() if each is not None or name in NULLABLE}


class RewardPatch(RewardFields):
    """Changes to a reward. Existing redemptions keep the reward as it was."""

    version: EditedVersion = None


# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false
class RewardIn(RewardFields):
    """A reward to add to the catalogue."""

    name: Name = Field(description="What the reward is called.")
    type: RewardType = Field(description="Type of reward; decides what `value` holds.")
    cost_points: Cost = Field(description="Points that one costs.")
    active: Flag = Field(default=True, description="`false` creates it paused.")

    def values(self) -> dict[str, Any]:
        """Return what was sent, with what every reward has."""
        usual: dict[str, Any] = {"value": {}, "fulfilment": "code", "active": self.active}
        return {**usual, **super().values()}


class PictureOut(View):
    """The files of an uploaded picture, WebP. An address stands for one content for ever."""

    large: str = Field(
        description="Path below the API's address; at most 1,200 pixels wide and high.",
        examples=["/media/ten_01jq/3a7bd3e2-large.webp"],
    )
    small: str = Field(description="The same for lists; at most 400 pixels.")


class NamedRewardOut(View):
    """A reward by its name."""

    id: RewardId
    name: str = Field(description="What the reward is called.")


class RewardOut(View):
    """A reward as it is now, with what is left of it."""

    id: RewardId
    name: str = Field(description="What the reward is called.")
    description: str | None = Field(description="Description for members; null if there is none.")
    type: str = Field(description="Type of reward; decides what `value` holds.")
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
        description="Uploaded codes that are not assigned yet; 0 if codes are not uploaded."
    )
    redemptions: int = Field(description="How many were redeemed and not refunded.")
    max_redemptions_total: int | None = Field(
        description="How many may be redeemed in all; null: no limit."
    )
    max_redemptions_per_member: int | None = Field(
        description="How many one member may redeem; null: no limit."
    )
    min_tier_level: int | None = Field(
        description="Lowest tier level that can redeem it; null: any."
    )
    tier_ids: list[TierId] = Field(
        description="Only members of these tiers can redeem it; empty: any tier."
    )
    segment_ids: list[SegmentId] = Field(
        description="Only members of one of these segments can redeem it; empty: everyone."
    )
    starts_at: datetime | None = Field(
        description="From when it can be redeemed, inclusive; null: at once."
    )
    ends_at: datetime | None = Field(
        description="Until when it can be redeemed, exclusive; null: no end."
    )
    redemption_expiry_days: int | None = Field(
        description="Local days after the day of delivery in which it can be used; null: no end."
    )
    fulfilment: str = Field(
        description="How it is delivered: `code` (generated), `pool` (uploaded codes), `manual`"
        " (by staff) or `provider:<name>`."
    )
    category: str | None = Field(
        description="A category, for the catalogue; null if there is none."
    )
    terms: str | None = Field(
        description="Terms and conditions, for members; null when there are none."
    )
    image_url: str | None = Field(description="URL of a picture elsewhere; null if there is none.")
    picture: PictureOut | None = Field(
        description="The picture that was uploaded, to be shown before `image_url`; null if there"
        " is none."
    )
    featured: bool = Field(description="Whether the catalogue shows it first.")
    sort_order: int = Field(description="Place in the catalogue; lower comes first.")
    attributes: dict[str, Any] = Field(description="Your free facts about the reward.")
    active: bool = Field(description="Whether it can be redeemed; false: it is paused.")
    version: int = Field(description="Counts up with every change; redemptions do not count.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _picture_has_addresses(cls, row: Any) -> Any:
        """A row names the picture by its digest, and whose it is."""
        if not isinstance(row, Mapping):
            return row
        known = cast("Mapping[str, Any]", row)
        digest = known.get("picture")
        if not isinstance(digest, str):
            return known
        large, small = (media.path_of(known["tenant_id"], digest, size) for size in media.SIZES)
        return {**known, "picture": {"large": large, "small": small}}


class ReasonOut(View):
    """One reason why a redemption would be refused."""

    code: str = Field(description="The error code that a redemption would be refused with.")
    message: str = Field(description="The same in a sentence.")
    missing: dict[str, Any] = Field(description="What is missing: numbers, times and ids.")


class ReachOut(View):
    """How many members a reward is for, counted now."""

    members: int = Field(description="Active members.")
    eligible: int = Field(
        description="Those whose tier, segments and earlier redemptions allow it, whatever points"
        " they have."
    )
    ready: int = Field(description="Those of them who also have the points.")
    hindrances: list[ReasonOut] = Field(
        description="Why nobody at all can redeem it now; empty when somebody can."
    )


class OfferOut(View):
    """A reward as one member sees it."""

    reward: RewardOut = Field(description="The reward.")
    available: bool = Field(description="Whether this member could redeem one now.")
    reasons: list[ReasonOut] = Field(
        description="Everything that prevents it, in the order in which it is checked."
    )
    points_to_go: int = Field(description="Points still missing for one; 0: enough.")
    most: int | None = Field(
        description="How many more this member could redeem, regardless of points; null: no limit."
    )


class OffersOut(Whole):
    """The catalogue as one member sees it, in display order."""

    data: list[OfferOut]


class DayOut(View):
    """What was redeemed on one local day, excluding redemptions whose points were returned."""

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
    """A reward's redemptions within a span of at most 366 days."""

    reward_id: RewardId = Field(description="The reward.")
    since: datetime = Field(description="Where the span begins, inclusive.")
    until: datetime = Field(description="Where the span ends, exclusive.")
    redemptions: int = Field(description="How many, without those whose points were returned.")
    points_spent: int = Field(description="What they cost, without points that were returned.")
    by_state: dict[str, StateOut] = Field(
        description="Figures by state, such as `completed` or `used`."
    )
    per_day: list[DayOut] = Field(
        description="One entry per local day with redemptions, oldest first."
    )
