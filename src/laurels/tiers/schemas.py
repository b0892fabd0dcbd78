"""Tiers as the API speaks of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from laurels.kit.db import MAX_POINTS
from laurels.kit.paging import Whole
from laurels.kit.schema import (
    Amount,
    Flag,
    IdOf,
    Moment,
    MoneyOut,
    Note,
    Schema,
    Shaped,
    View,
)
from laurels.kit.values import check_line

from .policy import Metrics, Tier
from .proposing import Proposal

TierId = Annotated[UUID, IdOf("tier")]
MemberId = Annotated[UUID, IdOf("member")]
Criteria = Literal["points", "spend", "orders", "hybrid"]
Called = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(check_line)]
Icon = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(check_line)]
Color = Annotated[str, Shaped(r"#[0-9A-Fa-f]{6}", "is not a color such as `#FFD700`")]
Level = Annotated[int, Field(strict=True, ge=1, le=1000)]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_POINTS)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500)]


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        msg = 'is not a number; send a decimal string such as `"1.25"`'
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError
    return value


Factor = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=Decimal("0.01"), le=100, max_digits=5, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(lambda value: f"{value:f}", return_type=str, when_used="json"),
]
Percentage = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=0, le=100, max_digits=5, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(lambda value: f"{value:f}", return_type=str, when_used="json"),
]


class TierIn(Schema):
    """A tier of the ladder."""

    name: Called = Field(description="What it is called.", examples=["Gold"])
    description: Note | None = Field(default=None, description="What members read about it.")
    level: Level = Field(description="Its place in the ladder; 1 is the lowest.", examples=[3])
    color: Color = Field(default="#8B5CF6", description="For cards and badges.")
    icon: Icon = Field(default="star", description="For badges: a name or a character.")
    criteria: Criteria = Field(
        default="points",
        description="What is counted: `points`, `spend`, `orders`, or `hybrid`: every minimum that"
        " is set. `min_orders` counts with any of them.",
    )
    min_points: Count = Field(default=0, description="Points earned in the period.")
    min_spend: Amount = Field(default=Decimal(0), description="Money spent in the period.")
    min_orders: Count = Field(default=0, description="Purchases in the period.")
    qualification_period_days: Days = Field(
        default=365, description="How far back is counted; 0: the whole life."
    )
    points_multiplier: Factor = Field(
        default=Decimal("1.00"), description="What earned points are multiplied by."
    )
    discount_percentage: Percentage = Field(
        default=Decimal(0), description="A discount that the shop gives."
    )
    free_shipping: Flag = Field(default=False, description="The shop ships for nothing.")
    early_access: Flag = Field(default=False, description="Its members may buy before others.")
    birthday_bonus_points: Count = Field(
        default=0, description="Points for a birthday, for rules that give them."
    )
    requires_maintenance: Flag = Field(
        default=False, description="Whether it has to be earned again every so often."
    )
    maintenance_period_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] = Field(
        default=365, description="For how long it is had, where it has to be earned again."
    )
    grace_days: Annotated[int, Field(strict=True, ge=0, le=3650)] = Field(
        default=0, description="For how long it is kept when that is over."
    )
    is_default: Flag = Field(default=False, description="The one that new members get.")


class TierPatch(Schema):
    """What changes of a tier; what is not sent stays."""

    name: Called = Field(default="", description="What it is called.", examples=["Gold"])
    description: Note | None = Field(default=None, description="What members read about it.")
    level: Level = Field(default=1, description="Its place in the ladder; 1 is the lowest.")
    color: Color = Field(default="#8B5CF6", description="For cards and badges.")
    icon: Icon = Field(default="star", description="For badges: a name or a character.")
    criteria: Criteria = Field(default="points", description="What is counted.")
    min_points: Count = Field(default=0, description="Points earned in the period.")
    min_spend: Amount = Field(default=Decimal(0), description="Money spent in the period.")
    min_orders: Count = Field(default=0, description="Purchases in the period.")
    qualification_period_days: Days = Field(default=365, description="0: the whole life.")
    points_multiplier: Factor = Field(
        default=Decimal("1.00"), description="What earned points are multiplied by."
    )
    discount_percentage: Percentage = Field(
        default=Decimal(0), description="A discount that the shop gives."
    )
    free_shipping: Flag = Field(default=False, description="The shop ships for nothing.")
    early_access: Flag = Field(default=False, description="Its members may buy before others.")
    birthday_bonus_points: Count = Field(default=0, description="Points for a birthday.")
    requires_maintenance: Flag = Field(
        default=False, description="Whether it has to be earned again every so often."
    )
    maintenance_period_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] = Field(
        default=365, description="For how long it is had."
    )
    grace_days: Annotated[int, Field(strict=True, ge=0, le=3650)] = Field(
        default=0, description="For how long it is kept when that is over."
    )
    is_default: Flag = Field(
        default=False, description="True: new members get it, and the one before no longer."
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class ArchiveIn(Schema):
    """What becomes of those who stand on the tier."""

    move_members: Flag = Field(
        default=False, description="True: whoever stands on it goes where they belong."
    )


class TierOut(View):
    """A tier of the ladder, or an archived one."""

    id: TierId
    name: str = Field(description="What the tier is called.")
    description: str | None = Field(
        description="What members read about it; null when there is nothing."
    )
    level: int = Field(description="Its place in the ladder; 1 is the lowest.")
    color: str = Field(description="For cards and badges, `#RRGGBB`.")
    icon: str = Field(description="For badges: a name or a character.")
    criteria: str = Field(
        description="What is counted: `points`, `spend`, `orders`, or `hybrid`: every minimum"
        " that is set."
    )
    min_points: int = Field(description="Points to earn in the period.")
    min_spend: MoneyOut = Field(
        description="Money to spend in the period, in the tenant's currency."
    )
    min_orders: int = Field(description="Purchases to make in the period.")
    qualification_period_days: int = Field(
        description="How many days back are counted; 0: the whole life."
    )
    points_multiplier: Decimal = Field(
        description="What earned points are multiplied by, such as `1.25`."
    )
    discount_percentage: Decimal = Field(
        description="Percent off that the shop gives; Laurels only tells it."
    )
    free_shipping: bool = Field(
        description="Whether the shop ships for nothing; Laurels only tells it."
    )
    early_access: bool = Field(
        description="Whether its members may buy before others; Laurels only tells it."
    )
    birthday_bonus_points: int = Field(
        description="Points for a birthday, for rules that give them."
    )
    requires_maintenance: bool = Field(
        description="Whether it has to be earned again every so often."
    )
    maintenance_period_days: int = Field(
        description="For how many days it is had, where it has to be earned again."
    )
    grace_days: int = Field(description="For how many days it is kept when that is over.")
    is_default: bool = Field(description="Whether new members get it.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class TiersOut(Whole):
    """The ladder, the lowest tier first."""

    data: list[TierOut]


class TierShare(View):
    """How many members stand on a tier."""

    id: TierId
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its place in the ladder; 1 is the lowest.")
    color: str = Field(description="For cards and badges, `#RRGGBB`.")
    icon: str = Field(description="For badges: a name or a character.")
    members: int = Field(description="Active members on it.")
    percentage: Decimal = Field(
        description="Their share of all active members, in percent with 2 decimal places."
    )


class DistributionOut(Whole):
    """How the active members are spread over the ladder."""

    data: list[TierShare] = Field(description="One entry per tier, the lowest first.")
    without_tier: int = Field(description="Active members on no tier.")
    total: int = Field(description="All active members.")


# -- preview -------------------------------------------------------------------------------------


class TierChange(TierPatch):
    """A tier that would be changed: its id, and what would be different."""

    id: TierId = Field(description="The tier.")

    def values(self) -> dict[str, Any]:
        """Return what was sent, but for the id."""
        return {name: value for name, value in super().values().items() if name != "id"}


class PreviewIn(Schema):
    """Another ladder, or what would be different of the present one."""

    changed: list[TierChange] = Field(
        default=[], max_length=50, description="Tiers that would be different."
    )
    new: list[TierIn] = Field(default=[], max_length=50, description="Tiers that would be added.")
    archived: list[TierId] = Field(
        default=[], max_length=50, description="Tiers that would be archived."
    )
    replace: Flag = Field(
        default=False,
        description="True: this is the whole ladder, and tiers that are not among the changed ones"
        " would be archived.",
    )

    def proposal(self) -> Proposal:
        """Return the ladder that is proposed."""
        return Proposal(
            changed={each.id: each.values() for each in self.changed},
            new=[each.model_dump() for each in self.new],
            archived=self.archived,
            replace=self.replace,
        )


class LadderIn(PreviewIn):
    """A ladder to be saved: the same as was previewed."""

    move_members: Flag = Field(
        default=False,
        description="True: whoever stands on an archived tier goes where they belong.",
    )


class TierRef(View):
    """A tier by name; one that is not there yet has no id."""

    id: TierId | None = Field(description="The tier; null when it is not there yet.")
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its place in the ladder.")


class TierMove(View):
    """How many members would go from one tier to another."""

    from_tier: TierRef | None = Field(description="Where they stand; null: nowhere.")
    to_tier: TierRef | None = Field(description="Where they would stand; null: nowhere.")
    members: int = Field(description="How many members would move this way.")


class MovingMember(View):
    """One of those who would move."""

    member_id: MemberId = Field(description="The member.")
    from_tier: TierRef | None = Field(description="Where the member stands; null: nowhere.")
    to_tier: TierRef | None = Field(description="Where the member would stand; null: nowhere.")


class PreviewOut(View):
    """Who would move, were the ladder like that."""

    members: int = Field(description="How many active members were looked at.")
    complete: bool = Field(description="False: there are more than a preview looks at.")
    up: int = Field(description="How many would rise.")
    down: int = Field(description="How many would fall.")
    moves: list[TierMove] = Field(
        description="How many would go from where to where, most members first."
    )
    sample: list[MovingMember] = Field(description="Some of those who would move, at most 20.")


# -- members -------------------------------------------------------------------------------------


class ManualTierIn(Schema):
    """A tier by hand."""

    tier_id: TierId = Field(description="Which tier.")
    expires_at: Moment | None = Field(default=None, description="Until when; absent: for good.")
    fixed: Flag = Field(
        default=False,
        description="True: the member does not even rise above it until it is over.",
    )
    note: Note | None = Field(default=None, description="Why, for the history.")


class TierMetrics(View):
    """What a member has done in a tier's qualification period, net of refunds."""

    points: int = Field(description="Points earned.")
    spend: MoneyOut = Field(description="Money spent, in the tenant's currency.")
    orders: int = Field(description="Completed purchases.")
    since: datetime | None = Field(description="Where the period begins; null: at the beginning.")


class Missing(View):
    """What a member has still to do for a tier: nothing where all is 0."""

    points: int = Field(description="Points that are missing.")
    spend: MoneyOut = Field(description="Money that is missing, in the tenant's currency.")
    orders: int = Field(description="Purchases that are missing.")

    @classmethod
    def of(cls, tier: Tier, done: Metrics) -> "Missing":
        """Return what is missing for the criteria of a tier after all this was done."""
        points = tier.min_points if tier.criteria in {"points", "hybrid"} else 0
        spend = tier.min_spend if tier.criteria in {"spend", "hybrid"} else Decimal(0)
        return cls(
            points=max(points - done.points, 0),
            spend=max(spend - done.spend, Decimal(0)),
            orders=max(tier.min_orders - done.orders, 0),
        )


class NextTier(View):
    """The next tier up, and what is missing for it."""

    id: TierId
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its place in the ladder.")
    missing: Missing = Field(description="What is still to be done for it.")
    metrics: TierMetrics = Field(description="What counts for it so far.")


class StandingOut(View):
    """A standing of the present: the tier and its benefits, since when and until when."""

    tier: TierOut = Field(description="The tier.")
    achieved_at: datetime = Field(description="Since when.")
    expires_at: datetime | None = Field(
        description="When it has to have been earned again; null: never."
    )
    grace_until: datetime | None = Field(
        description="Until when it is kept although it was not earned again; null: no grace runs."
    )
    basis: str = Field(
        description="What it rests on: `qualification`; `granted` on the way down; `manual`:"
        " given by hand; `default`: where everybody begins."
    )
    fixed: bool = Field(
        description="Whether it was given by hand so that the member does not even rise above it."
    )
    reason: str = Field(description="What brought it about, such as `qualification` or `refund`.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "StandingOut":
        """Return the standing of a row that holds its tier too."""
        return cls.model_validate({**row, "tier": dict(row)})


class MemberTierOut(View):
    """Where a member stands, what they have done, and what comes next."""

    member_id: MemberId = Field(description="The member.")
    standing: StandingOut | None = Field(description="Where the member stands; null: on no tier.")
    metrics: TierMetrics | None = Field(
        description="What counts for the present tier; null without one."
    )
    to_keep: Missing | None = Field(
        description="What is missing, of what will count at its end, to keep a tier that has to be"
        " earned again; null for any other."
    )
    next: NextTier | None = Field(description="Null at the top of the ladder.")


class HistoryTier(View):
    """The tier of a row of the history, as it is called today."""

    id: TierId
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its place in the ladder.")
    color: str = Field(description="For cards and badges, `#RRGGBB`.")
    icon: str = Field(description="For badges: a name or a character.")


class TierHistoryOut(View):
    """That a member stood on a tier, from when to when and why."""

    id: Annotated[UUID, IdOf("tier_history")]
    tier: HistoryTier = Field(description="The tier, as it is called today.")
    achieved_at: datetime = Field(description="Since when the member stood on it.")
    ended_at: datetime | None = Field(description="Until when; null: still.")
    expires_at: datetime | None = Field(
        description="When it had to have been earned again; null: never."
    )
    grace_until: datetime | None = Field(
        description="Until when it was kept although it was not earned again; null: no grace ran."
    )
    basis: str = Field(
        description="What it rested on: `qualification`; `granted` on the way down; `manual`:"
        " given by hand; `default`: where everybody begins."
    )
    fixed: bool = Field(
        description="Whether it was given by hand so that the member did not even rise above it."
    )
    reason: str = Field(
        description="What brought it about, such as `qualification`, `refund` or `manual`."
    )
    points_at_achievement: int | None = Field(
        description="Points that counted then; null where that was not kept."
    )
    spend_at_achievement: MoneyOut | None = Field(
        description="Money spent that counted then; null where that was not kept."
    )
    orders_at_achievement: int | None = Field(
        description="Purchases that counted then; null where that was not kept."
    )
    actor_type: str
    actor_id: str | None
    note: str | None = Field(
        description="Why, in words of whoever gave it by hand; null when nobody said."
    )

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "TierHistoryOut":
        """Return the standing of a row that holds its tier too."""
        return cls.model_validate({**row, "id": row["standing_id"], "tier": dict(row)})
