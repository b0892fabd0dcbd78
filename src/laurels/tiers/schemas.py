"""Tiers as the API speaks of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import (
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
from laurels.kit.values.text import check_line
from laurels.kit.versions import EditedVersion
from laurels.members.schemas import MemberOut

from .policy import Metrics, Tier
from .previewing import MAX_PREVIEW
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


class TierFields(Schema):
    """What can be said of a tier."""

    name: Called = Field(default="", description="What it is called.", examples=["Gold"])
    description: Note | None = Field(default=None, description="What members read about it.")
    level: Level = Field(default=1, description="Its place in the ladder; 1 is the lowest.")
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
        default=365, description="How many days back are counted; 0: the member's whole history."
    )
    points_multiplier: Factor = Field(
        default=Decimal("1.00"), description="What earned points are multiplied by."
    )
    discount_percentage: Percentage = Field(
        default=Decimal(0), description="Discount in percent that the shop gives."
    )
    free_shipping: Flag = Field(default=False, description="Whether the shop offers free shipping.")
    early_access: Flag = Field(
        default=False, description="Whether its members may buy before others."
    )
    birthday_bonus_points: Count = Field(
        default=0, description="Points for a birthday, for rules that give them."
    )
    requires_maintenance: Flag = Field(
        default=False, description="Whether it has to be earned again every so often."
    )
    maintenance_period_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] = Field(
        default=365, description="Days for which it is held, if it has to be earned again."
    )
    grace_days: Annotated[int, Field(strict=True, ge=0, le=3650)] = Field(
        default=0, description="Days for which it is kept after it expires."
    )
    is_default: Flag = Field(
        default=False,
        description="Whether new members get it; `true` makes it the default instead of the current"
        " one.",
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent of the tier itself."""
        sent = sorted(self.model_fields_set - {"id", "version"})
        return {name: getattr(self, name) for name in sent}


class TierPatch(TierFields):
    """Changes to a tier; fields that are not sent stay as they are."""

    version: EditedVersion = None


# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false
class TierIn(TierFields):
    """A tier of the ladder."""

    name: Called = Field(description="What it is called.", examples=["Gold"])
    level: Level = Field(description="Its place in the ladder; 1 is the lowest.", examples=[3])


class ArchiveIn(Schema):
    """What happens to the members on the tier."""

    move_members: Flag = Field(
        default=False, description="`true` moves its members to the tier they qualify for."
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
        description="What is counted: `points`, `spend`, `orders`, or `hybrid`: every minimum that"
        " is set."
    )
    min_points: int = Field(description="Points to earn in the period.")
    min_spend: MoneyOut = Field(
        description="Money to spend in the period, in the tenant's currency."
    )
    min_orders: int = Field(description="Purchases to make in the period.")
    qualification_period_days: int = Field(
        description="How many days back are counted; 0: the member's whole history."
    )
    points_multiplier: Decimal = Field(
        description="What earned points are multiplied by, such as `1.25`."
    )
    discount_percentage: Decimal = Field(
        description="Discount in percent that the shop gives; Laurels only reports it."
    )
    free_shipping: bool = Field(
        description="Whether the shop offers free shipping; Laurels only reports it."
    )
    early_access: bool = Field(
        description="Whether its members may buy before others; Laurels only reports it."
    )
    birthday_bonus_points: int = Field(
        description="Points for a birthday, for rules that give them."
    )
    requires_maintenance: bool = Field(
        description="Whether it has to be earned again every so often."
    )
    maintenance_period_days: int = Field(
        description="For how many days it is held, if it has to be earned again."
    )
    grace_days: int = Field(description="For how many days it is kept after it expires.")
    is_default: bool = Field(description="Whether new members get it.")
    version: int = Field(description="Counts up with every change.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class TiersOut(Whole):
    """The ladder, the lowest tier first."""

    data: list[TierOut]


class TierShare(View):
    """How many members are on a tier."""

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
    """How active members are distributed over the ladder."""

    data: list[TierShare] = Field(description="One entry per tier, the lowest first.")
    without_tier: int = Field(description="Active members without a tier.")
    total: int = Field(description="All active members.")


# -- preview -------------------------------------------------------------------------------------


class TierChange(TierPatch):
    """A tier that would change: its id and the changed fields."""

    id: TierId = Field(description="The tier.")


class ProposalIn(Schema):
    """A new ladder, or changes to the current one."""

    changed: list[TierChange] = Field(
        default=[], max_length=50, description="Tiers that would change."
    )
    new: list[TierIn] = Field(default=[], max_length=50, description="Tiers that would be added.")
    archived: list[TierId] = Field(
        default=[], max_length=50, description="Tiers that would be archived."
    )
    replace: Flag = Field(
        default=False,
        description="`true`: this is the whole ladder; tiers that are not among the changed ones"
        " would be archived.",
    )

    def proposal(self) -> Proposal:
        """Return the ladder that is proposed."""
        return Proposal(
            changed={each.id: each.values() for each in self.changed},
            new=[each.model_dump() for each in self.new],
            archived=self.archived,
            replace=self.replace,
            edited={each.id: each.version for each in self.changed},
        )


class PreviewIn(ProposalIn):
    """A ladder to look at, and how closely."""

    at_most: Annotated[int, Field(strict=True, ge=1, le=MAX_PREVIEW)] | None = Field(
        default=None,
        description="Look at about so many members at most, spread evenly over all: a quick look"
        " while somebody edits.",
    )


class LadderIn(ProposalIn):
    """A ladder to save, as it was previewed."""

    move_members: Flag = Field(
        default=False,
        description="`true` moves the members of archived tiers to the tier they qualify for.",
    )


class TierRef(View):
    """A tier by name; a tier that does not exist yet has no id."""

    id: TierId | None = Field(description="The tier; null if it does not exist yet.")
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its place in the ladder.")


class TierMove(View):
    """How many members would go from one tier to another."""

    from_tier: TierRef | None = Field(description="Their current tier; null: none.")
    to_tier: TierRef | None = Field(description="The tier they would have; null: none.")
    members: int = Field(description="How many members would move this way.")


class MovingMember(View):
    """A member who would move."""

    member_id: MemberId = Field(description="The member.")
    member: MemberOut | None = Field(
        description="Who it is; null for those who may not read members."
    )
    from_tier: TierRef | None = Field(description="The member's current tier; null: none.")
    to_tier: TierRef | None = Field(description="The tier the member would have; null: none.")


class PreviewOut(View):
    """Which members would move with this ladder."""

    members: int = Field(description="How many active members were looked at.")
    active: int = Field(description="How many active members there are.")
    complete: bool = Field(description="Whether all of them were looked at.")
    up: int = Field(description="How many members would move up.")
    down: int = Field(description="How many members would move down.")
    moves: list[TierMove] = Field(
        description="How many members would move from tier to tier, most first."
    )
    sample: list[MovingMember] = Field(
        description="Some of the members who would move, at most 20."
    )


# -- members -------------------------------------------------------------------------------------


class ManualTierIn(Schema):
    """A tier to assign by hand."""

    tier_id: TierId = Field(description="Which tier.")
    expires_at: Moment | None = Field(default=None, description="Until when; by default for good.")
    fixed: Flag = Field(
        default=False,
        description="`true`: the member does not rise above it either, until it expires.",
    )
    note: Note | None = Field(default=None, description="Why, for the history.")


class TierMetrics(View):
    """What a member has done in a tier's qualification period, net of refunds."""

    points: int = Field(description="Points earned.")
    spend: MoneyOut = Field(description="Money spent, in the tenant's currency.")
    orders: int = Field(description="Completed purchases.")
    since: datetime | None = Field(
        description="Where the period begins; null: the member's whole history."
    )


class Missing(View):
    """What a member still needs for a tier; nothing if all are 0."""

    points: int = Field(description="Points still missing.")
    spend: MoneyOut = Field(description="Spend still missing, in the tenant's currency.")
    orders: int = Field(description="Purchases still missing.")

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
    missing: Missing = Field(description="What is still missing for it.")
    metrics: TierMetrics = Field(description="What counts for it so far.")


class StandingOut(View):
    """A member's current tier with its benefits, since when and until when."""

    tier: TierOut = Field(description="The tier.")
    achieved_at: datetime = Field(description="Since when.")
    expires_at: datetime | None = Field(
        description="By when it has to be earned again; null: never."
    )
    grace_until: datetime | None = Field(
        description="Until when it is kept although it was not earned again; null: not in grace."
    )
    basis: str = Field(
        description="What it rests on: `qualification`; `granted` on the way down; `manual`:"
        " assigned by hand; `default`: where everyone starts."
    )
    fixed: bool = Field(
        description="Whether it was assigned by hand so that the member does not rise above it"
        " either."
    )
    reason: str = Field(description="What caused it, such as `qualification` or `refund`.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "StandingOut":
        """Return the standing of a row that holds its tier too."""
        return cls.model_validate({**row, "tier": dict(row)})


class MemberTierOut(View):
    """A member's tier, what counts towards it, and what comes next."""

    member_id: MemberId = Field(description="The member.")
    standing: StandingOut | None = Field(description="The member's current tier; null: none.")
    metrics: TierMetrics | None = Field(
        description="What counts for the current tier; null without one."
    )
    to_keep: Missing | None = Field(
        description="What is still missing to keep a tier that has to be earned again, of what"
        " will count when it expires; null for any other tier."
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
    """A tier that a member had, from when to when and why."""

    id: Annotated[UUID, IdOf("tier_history")]
    tier: HistoryTier = Field(description="The tier, as it is called today.")
    achieved_at: datetime = Field(description="Since when the member had it.")
    ended_at: datetime | None = Field(description="Until when; null: it is current.")
    expires_at: datetime | None = Field(
        description="By when it had to be earned again; null: never."
    )
    grace_until: datetime | None = Field(
        description="Until when it was kept although it was not earned again; null: there was no"
        " grace."
    )
    basis: str = Field(
        description="What it rested on: `qualification`; `granted` on the way down; `manual`:"
        " assigned by hand; `default`: where everyone starts."
    )
    fixed: bool = Field(
        description="Whether it was assigned by hand so that the member did not rise above it"
        " either."
    )
    reason: str = Field(
        description="What caused it, such as `qualification`, `refund` or `manual`."
    )
    points_at_achievement: int | None = Field(
        description="Points that counted then; null if not recorded."
    )
    spend_at_achievement: MoneyOut | None = Field(
        description="Spend that counted then; null if not recorded."
    )
    orders_at_achievement: int | None = Field(
        description="Purchases that counted then; null if not recorded."
    )
    actor_type: str
    actor_id: str | None
    note: str | None = Field(description="Why it was assigned by hand; null when not given.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "TierHistoryOut":
        """Return the standing of a row that holds its tier too."""
        return cls.model_validate({**row, "id": row["standing_id"], "tier": dict(row)})
