"""What the route of redemptions answers, for many at once: redeemed together, rendered once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.errors import AppError
from laurels.kit.hot import Item
from laurels.kit.http.idempotency import Answer
from laurels.kit.work import Work

from . import queries
from .eligibility import Reason, hindrances
from .facts import offer_of
from .offers import Offered
from .redeeming import NewRedemption, redeem_many
from .redemption_schemas import RedemptionOut
from .schemas import DayOut, OfferOut, ReachOut, ReasonOut, RewardOut, StateOut, StatsOut
from .states import RETURNED


async def redeem(work: Work, asked: Sequence[Item]) -> list[Answer | AppError]:
    """Redeem what is asked for: 201 with the redemption, 200 for a repeat."""
    items: list[NewRedemption] = [each.content for each in asked]
    for item, each in zip(items, asked, strict=True):
        item.by = each.actor
    outcomes = await redeem_many(work, items)
    ids = [outcome.id for outcome in outcomes if not isinstance(outcome, AppError)]
    found = await queries.find_redemptions(work, ids) if ids else {}
    return [
        outcome
        if isinstance(outcome, AppError)
        else Answer(
            201 if outcome.new else 200, _rendered(RedemptionOut.model_validate(found[outcome.id]))
        )
        for outcome in outcomes
    ]


def _rendered(view: RedemptionOut) -> bytes:
    return view.__pydantic_serializer__.to_json(view)


def offer_out(offered: Offered) -> OfferOut:
    """Return a reward as one member sees it, in words."""
    return OfferOut(
        reward=RewardOut.model_validate(offered.reward),
        available=not offered.reasons,
        reasons=[_reason(reason) for reason in offered.reasons],
        points_to_go=offered.points_to_go,
        most=offered.most,
    )


def _reason(reason: Reason) -> ReasonOut:
    return ReasonOut(code=reason.code, message=reason.error().message, missing=reason.missing)


def reach_out(reward: dict[str, Any], counted: dict[str, Any], now: datetime) -> ReachOut:
    """Return how many members a reward is for, and why nobody can have it now, if so."""
    found = hindrances(offer_of(reward), 1, now)
    return ReachOut(**counted, hindrances=[_reason(reason) for reason in found])


def stats_out(
    reward_id: UUID, since: datetime, until: datetime, rows: Iterable[dict[str, Any]]
) -> StatsOut:
    """Return the sums of a reward: by state, and by day without what was given back."""
    states: dict[str, StateOut] = {}
    days: dict[Any, DayOut] = {}
    for row in rows:
        sums = {name: row[name] for name in ("redemptions", "quantity", "points")}
        state = states.setdefault(row["state"], StateOut(redemptions=0, quantity=0, points=0))
        _add(state, sums)
        if row["state"] not in RETURNED:
            day = days.setdefault(
                row["day"], DayOut(day=row["day"], redemptions=0, quantity=0, points=0)
            )
            _add(day, sums)
    return StatsOut(
        reward_id=reward_id,
        since=since,
        until=until,
        redemptions=sum(day.redemptions for day in days.values()),
        points_spent=sum(day.points for day in days.values()),
        by_state=states,
        per_day=[days[day] for day in sorted(days)],
    )


def _add(target: StateOut | DayOut, sums: dict[str, int]) -> None:
    target.redemptions += sums["redemptions"]
    target.quantity += sums["quantity"]
    target.points += sums["points"]
