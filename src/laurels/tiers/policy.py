"""Pure: where a member stands, given the ladder, what they have done, and how they got there.

Up: the highest tier whose criteria are met, at once, whatever lies between. Down: only when what
brought the tier does not hold any more (a refund, another ladder), when a tier with maintenance was
not earned again in time, or when one that was given by hand is over. Time alone takes no tier
without maintenance.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels.kit.values.time import end_of_days, end_of_more_days, since_days

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier of the ladder, as far as it decides anything."""

    id: UUID
    name: str
    level: int
    criteria: str
    min_points: int
    min_spend: Decimal
    min_orders: int
    period_days: int
    points_multiplier: Decimal
    birthday_bonus_points: int
    requires_maintenance: bool
    maintenance_days: int
    grace_days: int
    is_default: bool


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a member has done in a period: points earned, money spent, purchases; net of refunds."""

    points: int
    spend: Decimal
    orders: int


NOTHING = Metrics(0, Decimal(0), 0)


def meets(tier: Tier, metrics: Metrics) -> bool:
    """Tell whether somebody who has done this meets the criteria of the tier."""
    if metrics.orders < tier.min_orders:
        return False
    if tier.criteria in {"points", "hybrid"} and metrics.points < tier.min_points:
        return False
    return not (tier.criteria in {"spend", "hybrid"} and metrics.spend < tier.min_spend)


@dataclass(frozen=True)
class Ladder:
    """The tenant's tiers, the lowest first."""

    tiers: tuple[Tier, ...]

    @cached_property
    def by_id(self) -> dict[UUID, Tier]:
        """The tiers by id."""
        return {tier.id: tier for tier in self.tiers}

    @cached_property
    def default(self) -> Tier | None:
        """The tier that everybody has at least."""
        return next((tier for tier in self.tiers if tier.is_default), None)

    @cached_property
    def periods(self) -> tuple[int, ...]:
        """The different lengths of time that are counted, in days; 0 is the whole life."""
        return tuple(sorted({tier.period_days for tier in self.tiers}))

    def best(self, met: AbstractSet[UUID]) -> Tier | None:
        """Return the highest of these, at least the default one."""
        reached = [tier for tier in self.tiers if tier.id in met or tier.is_default]
        return reached[-1] if reached else None

    def below(self, level: int) -> Tier | None:
        """Return the next tier under this level."""
        under = [tier for tier in self.tiers if tier.level < level]
        return under[-1] if under else None

    def above(self, level: int) -> Tier | None:
        """Return the next tier over this level."""
        return next((tier for tier in self.tiers if tier.level > level), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A row of the history: on which tier somebody stands or stood, and on what that rests."""

    id: UUID
    member_id: UUID
    tier_id: UUID
    level: int
    basis: str
    fixed: bool = False
    achieved_at: datetime
    qualified_at: datetime | None = None
    expires_at: datetime | None = None
    grace_until: datetime | None = None
    due_at: datetime | None = None
    noticed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of a decision, the tenant's days, and the notice that members get."""

    now: datetime
    zone: ZoneInfo
    notice_days: int = 0

    def at(self, moment: datetime | None) -> "Clock":
        """Return the clock as it stood at another moment; None is its own."""
        return self if moment is None or moment == self.now else replace(self, now=moment)

    def back(self, moment: datetime, period_days: int) -> datetime | None:
        """Return since when things count at this moment; None: from the beginning."""
        return since_days(moment, period_days, self.zone) if period_days else None

    def further(self, end: datetime, days: int) -> datetime:
        """Return when so many more days are over, after a standing whose time was over then."""
        return end_of_more_days(end, days, self.zone) if days else end

    def look_at(self, expires_at: datetime | None) -> datetime | None:
        """Return when time first matters to a tier that ends then."""
        if expires_at is None or not self.notice_days:
            return expires_at
        notice_at = since_days(expires_at, self.notice_days, self.zone)
        return min(max(notice_at, self.now), expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A new standing: on a tier, or on none; the one before ends."""

    tier: Tier | None
    reason: str
    basis: str = "qualification"
    expires_at: datetime | None = None
    carried: Standing | None = None
    """An earlier standing that goes on: its dates and what it rests on."""


@dataclass(frozen=True, slots=True)
class Touch:
    """The standing goes on, with other dates. `announced`: its end is told now."""

    standing: Standing
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """It takes a look at how the member got there: what else could they fall back on?"""

    cause: str


Verdict = Move | Touch | Doubt | None
"""None: everything stays as it is."""
StepDown = Literal["highest_met", "one_level"]


def judge(
    standing: Standing | None,
    ladder: Ladder,
    met: AbstractSet[UUID],
    clock: Clock,
    *,
    cause: str,
    lasting: bool = False,
) -> Verdict:
    """Return what becomes of a standing, as far as the present alone can say.

    `lasting`: it would be renewed at its end if nothing more happened until then.
    """
    best = ladder.best(met)
    if standing is None:
        return None if best is None else reach(best, met, clock)
    tier = ladder.by_id.get(standing.tier_id)
    over = standing.expires_at is not None and standing.expires_at <= clock.now
    if standing.basis == "manual":
        lasting = best is not None and best.level >= standing.level
    if tier is not None and standing.fixed and not over:
        return _keep(standing, tier, clock, lasting=lasting)
    if best is not None and best.level > standing.level:
        return reach(best, met, clock)
    if tier is None:
        return Doubt("archived")
    if standing.basis == "manual":
        return Doubt("expired") if over else _keep(standing, tier, clock, lasting=lasting)
    if over:
        return _run_out(standing, tier, met, clock)
    if tier.id in met or tier.is_default or standing.basis == "granted":
        return _keep(standing, tier, clock, lasting=lasting)
    return Doubt(cause)


def reach(tier: Tier, met: AbstractSet[UUID], clock: Clock) -> Move:
    """Return the move to a tier that is met now, or that everybody has."""
    if tier.id not in met:
        return Move(tier=tier, reason="placed", basis="default")
    reason = "placed" if tier.is_default else "qualification"
    return Move(tier=tier, reason=reason, expires_at=ends(tier, clock))


def ends(tier: Tier, clock: Clock) -> datetime | None:
    """Return when a tier that is reached now has to be earned again."""
    if not tier.requires_maintenance:
        return None
    return end_of_days(clock.now, tier.maintenance_days, clock.zone)


def _run_out(standing: Standing, tier: Tier, met: AbstractSet[UUID], clock: Clock) -> Verdict:
    """Its time is over: it was earned again, or has grace, or goes."""
    assert standing.expires_at is not None, "what runs out has an end"
    if tier.id in met or tier.is_default:
        again: datetime | None = None
        if tier.requires_maintenance:
            again = clock.further(standing.expires_at, tier.maintenance_days)
            again = again if again > clock.now else ends(tier, clock)
        return Move(tier=tier, reason="renewal", expires_at=again)
    until = standing.grace_until or clock.further(standing.expires_at, tier.grace_days)
    if until <= clock.now:
        return Doubt("downgrade")
    if standing.grace_until is not None:
        return None
    return Touch(replace(standing, grace_until=until, due_at=until))


def _keep(standing: Standing, tier: Tier, clock: Clock, *, lasting: bool) -> Touch | None:
    """It goes on; its dates follow what its tier says by now, and its end is told in time."""
    if standing.basis != "manual" and tier.requires_maintenance != (
        standing.expires_at is not None
    ):
        expires_at = ends(tier, clock)
        return Touch(
            replace(
                standing, expires_at=expires_at, due_at=clock.look_at(expires_at), noticed_at=None
            )
        )
    if standing.expires_at is None or standing.due_at is None or standing.due_at > clock.now:
        return None
    notice_at = clock.look_at(standing.expires_at) or standing.expires_at
    if notice_at > clock.now or standing.noticed_at is not None:
        told = standing.noticed_at is not None
        return Touch(replace(standing, due_at=standing.expires_at if told else notice_at))
    if lasting:
        # It would be renewed as things stand; that may be otherwise tomorrow.
        return Touch(replace(standing, due_at=min(clock.now + DAY, standing.expires_at)))
    return Touch(
        replace(standing, noticed_at=clock.now, due_at=standing.expires_at), announced=True
    )


def resolve(
    standing: Standing,
    ladder: Ladder,
    met: AbstractSet[UUID],
    clock: Clock,
    *,
    doubt: Doubt,
    holding: Sequence[Standing],
    step_down: StepDown,
    lasting: bool = False,
) -> Verdict:
    """Return what becomes of a standing in doubt; `holding` are those of its member that hold.

    They are the standing itself, if what brought it still does, and earlier ones under it.
    """
    itself = doubt.cause in {"refund", "ladder"}
    best = ladder.best(met)
    if itself and any(each.id == standing.id for each in holding):
        return _keep(standing, ladder.by_id[standing.tier_id], clock, lasting=lasting)
    earlier = max(
        (each for each in holding if each.id != standing.id),
        key=lambda each: (each.level, each.achieved_at),
        default=None,
    )
    found: Move
    if earlier is not None and (best is None or earlier.level > best.level):
        found = Move(
            tier=ladder.by_id[earlier.tier_id],
            reason=doubt.cause,
            basis=earlier.basis,
            expires_at=earlier.expires_at,
            carried=earlier,
        )
    elif best is not None:
        found = replace(reach(best, met, clock), reason=doubt.cause)
    else:
        found = Move(tier=None, reason=doubt.cause)
    below = ladder.below(standing.level)
    if (
        doubt.cause == "downgrade"
        and step_down == "one_level"
        and below is not None
        and (found.tier is None or below.level > found.tier.level)
    ):
        return Move(tier=below, reason=doubt.cause, basis="granted", expires_at=ends(below, clock))
    return found


def ending(standing: Standing | None, ladder: Ladder, clock: Clock) -> Tier | None:
    """Return the tier of a standing whose end may have to be told by now; None for all others."""
    if standing is None or standing.basis == "manual" or standing.noticed_at is not None:
        return None
    if standing.expires_at is None or standing.expires_at <= clock.now:
        return None
    due = standing.due_at is not None and standing.due_at <= clock.now
    return ladder.by_id.get(standing.tier_id) if due else None


def may_hold(earlier: Standing, ladder: Ladder, clock: Clock) -> bool:
    """Tell whether an earlier standing can still be fallen back on, were its criteria met."""
    tier = ladder.by_id.get(earlier.tier_id)
    if tier is None or earlier.basis == "default":
        return False
    if earlier.expires_at is None:
        return True
    if earlier.basis == "manual":
        return earlier.expires_at > clock.now
    until = earlier.grace_until or clock.further(earlier.expires_at, tier.grace_days)
    return until > clock.now


def met_by(ladder: Ladder, counted: Iterable[tuple[int, Metrics]]) -> frozenset[UUID]:
    """Return the tiers whose criteria are met, given what was counted for each length of time."""
    by_period = dict(counted)
    return frozenset(
        tier.id for tier in ladder.tiers if meets(tier, by_period.get(tier.period_days, NOTHING))
    )
