"""Where a member stands, what they have done so far, and what is missing for more."""

from uuid import UUID

from laurels import members
from laurels.kit.work import Work

from .ladder import clock_of, load_ladder
from .policy import Metrics, Tier
from .queries import current_rows
from .reviewing import metrics_of
from .schemas import MemberTierOut, Missing, NextTier, StandingOut, TierMetrics


async def tier_of_member(work: Work, member_id: UUID) -> MemberTierOut:
    """Return a member's standing, figures and next tier. Raise MemberNotFound."""
    await members.get_member(work, member_id)
    row = (await current_rows(work, [member_id])).get(member_id)
    ladder, clock = await load_ladder(work), await clock_of(work)
    present = ladder.by_id.get(row["id"]) if row else None
    above = ladder.above(row["level"] if row else 0)
    wanted = [tier for tier in (present, above) if tier is not None]
    since = [clock.back(clock.now, tier.period_days) for tier in wanted]
    end = row["expires_at"] if row and row["basis"] != "manual" else None
    later = [clock.back(end, present.period_days)] if present is not None and end else []
    found = await metrics_of(work, [(member_id, moment, None) for moment in [*since, *later]])
    done: dict[UUID, tuple[Metrics, TierMetrics]] = {
        tier.id: (
            metrics,
            TierMetrics(
                points=metrics.points, spend=metrics.spend, orders=metrics.orders, since=moment
            ),
        )
        for tier, metrics, moment in zip(wanted, found[: len(wanted)], since, strict=True)
    }
    to_keep = None
    if present is not None and later:
        to_keep = Missing.of(present, found[-1])
    return MemberTierOut(
        member_id=member_id,
        standing=None if row is None else StandingOut.of(row),
        metrics=None if present is None else done[present.id][1],
        to_keep=to_keep,
        next=None if above is None else _next(above, *done[above.id]),
    )


def _next(tier: Tier, done: Metrics, metrics: TierMetrics) -> NextTier:
    return NextTier(
        id=tier.id,
        name=tier.name,
        level=tier.level,
        missing=Missing.of(tier, done),
        metrics=metrics,
    )
