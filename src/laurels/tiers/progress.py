"""Rising while events are judged: where members stand, and who has to be looked at in between.

A purchase earns by the tier that it finds, and the next one by the tier that it brought. So whoever
judges several events of a member asks after each whether a higher tier is reached, and judges the
next one when that is known. Most members are far from the next tier: what they have done in all,
with what the batch adds, cannot meet it, and they are not looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels.kit.work import Call, Work

from .ladder import load_ladder
from .policy import Ladder, Metrics, meets
from .reviewing import Case, case_of, review_cases

MAX_LAPSES = 200
"""How many ends of one standing after the other are caught up with, before an event is judged."""


@dataclass(slots=True)
class Progress:
    """One member while events are judged: their tier, and a bound of what counts for the next."""

    case: Case
    ladder: Ladder
    name: str | None
    points_multiplier: Decimal
    birthday_bonus_points: int
    most: Metrics
    """What they have done in any period is at most this."""
    last_at: datetime | None
    """When the last thing happened that is known of them."""
    reached_at: datetime | None = None
    """As of when they are to be looked at, once a higher tier can have been reached."""

    @property
    def level(self) -> int | None:
        """The level of their tier."""
        return self.case.level

    def ends_before(self, moment: datetime) -> bool:
        """Tell whether their tier, or the grace after it, was over by this moment."""
        end = self._end()
        return end is not None and end <= moment

    def _end(self) -> datetime | None:
        standing = self.case.standing
        if standing is None or standing.expires_at is None:
            return None
        return standing.grace_until or standing.expires_at

    def add(self, moment: datetime, points: int, spend: Decimal, orders: int) -> bool:
        """Count an event. Return whether a higher tier can have been reached by it."""
        self.last_at = max(moment, self.last_at or moment)
        self.most = Metrics(
            self.most.points + points, self.most.spend + spend, self.most.orders + orders
        )
        standing = self.case.standing
        level = -1 if standing is None else standing.level
        # In the grace after its end a tier is kept by whoever meets it again.
        again = standing is not None and standing.grace_until is not None
        above = (tier for tier in self.ladder.tiers if tier.level > level)
        if again or any(meets(tier, self.most) for tier in above):
            achieved = moment if standing is None else standing.achieved_at
            self.reached_at = max(self.last_at, achieved)
        return self.reached_at is not None

    def give_back(self, moment: datetime) -> bool:
        """Count goods that came back. Return whether a tier can have been lost by it.

        Only what was qualified for can be; and the bound holds whatever is taken off.
        """
        self.last_at = max(moment, self.last_at or moment)
        standing = self.case.standing
        if standing is not None and standing.basis == "qualification":
            self.reached_at = max(self.last_at, standing.achieved_at)
        return self.reached_at is not None


async def lock_progress(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Return how far active members are, locked until the transaction ends. Free without tiers."""
    call = await progress_call(work, member_ids)
    rows = await work.fetch_each({0: call} if call else {})
    return await read_progress(work, rows.get(0, []))


async def progress_call(work: Work, member_ids: Iterable[UUID]) -> Call | None:
    """Return what locks these members and tells how far they are; `read_progress` reads it."""
    ladder = await load_ladder(work)
    ids = sorted(set(member_ids))
    return ("laurels.lock_progress", (work.tenant_id, ids)) if ladder.tiers and ids else None


async def read_progress(work: Work, rows: Sequence[asyncpg.Record]) -> dict[UUID, Progress]:
    """Return how far members are, as `progress_call` has found them."""
    ladder = await load_ladder(work)
    return {row[0]: _progress(dict(zip(_COLUMNS, row, strict=True)), ladder) for row in rows}


_COLUMNS = tuple(
    """
    member_id id tier_id level basis fixed achieved_at qualified_at expires_at grace_until due_at
    noticed_at name points_multiplier birthday_bonus_points points spend orders last_purchase_at
    """.split()
)
"""What `lock_progress` returns."""


def _progress(row: Mapping[str, Any], ladder: Ladder) -> Progress:
    return Progress(
        case=case_of(row),
        ladder=ladder,
        name=row["name"],
        points_multiplier=row["points_multiplier"] or Decimal(1),
        birthday_bonus_points=row["birthday_bonus_points"] or 0,
        most=Metrics(row["points"], row["spend"], row["orders"]),
        last_at=row["last_purchase_at"],
    )


async def review_reached(
    work: Work, reached: Sequence[Progress], *, historical: bool, without: Sequence[UUID]
) -> None:
    """Members who can have reached a higher tier stand on it if they have, as of the event.

    `without` are purchases that are recorded, but were not judged yet.
    """
    for progress in reached:
        progress.case = Case(
            progress.case.member_id, progress.case.standing, moment=progress.reached_at
        )
    await review_cases(
        work, [progress.case for progress in reached], historical=historical, without=without
    )
    for progress in reached:
        progress.reached_at = None
        # Exactly known now, in each length of time that is counted; that is a closer bound.
        counted = progress.case.counted.values()
        progress.most = Metrics(
            max(metrics.points for metrics in counted),
            max(metrics.spend for metrics in counted),
            max(metrics.orders for metrics in counted),
        )
    await _refresh(work, reached)


async def reconsider(
    work: Work,
    progress_of: Mapping[UUID, Progress],
    moments: Mapping[UUID, datetime],
    *,
    historical: bool = False,
) -> None:
    """Members from whom something that counted was taken back stand where they belong now.

    Only what was qualified for can be lost by it; whoever stands on anything else is not looked at.
    """
    doubtful = [
        progress
        for member_id, progress in progress_of.items()
        if member_id in moments
        and progress.case.standing is not None
        and progress.case.standing.basis == "qualification"
    ]
    for progress in doubtful:
        standing = progress.case.standing
        assert standing is not None, "chosen for it"
        at = max(moments[standing.member_id], standing.achieved_at, progress.last_at or work.now)
        progress.case = Case(standing.member_id, standing, moment=at)
    if doubtful:
        await review_cases(work, [progress.case for progress in doubtful], historical=historical)


async def catch_up(
    work: Work,
    moments: Mapping[UUID, datetime],
    progress_of: Mapping[UUID, Progress],
    *,
    historical: bool = False,
    without: Sequence[UUID] = (),
) -> None:
    """What was over by these moments is renewed, kept in grace or lowered, as of its end.

    So an event finds the tier that its member had then, whether or not a worker came by.
    """
    for _ in range(MAX_LAPSES):
        over = [
            progress_of[member_id]
            for member_id, at in moments.items()
            if progress_of[member_id].ends_before(at)
        ]
        if not over:
            return
        for progress in over:
            standing = progress.case.standing
            assert standing is not None, "what is over has begun"
            end = standing.grace_until or standing.expires_at
            progress.case = Case(progress.case.member_id, standing, moment=end, until=end)
        await review_cases(
            work, [progress.case for progress in over], historical=historical, without=without
        )
        await _refresh(work, over)


async def _refresh(work: Work, reviewed: Sequence[Progress]) -> None:
    """Those whom a review has moved know where they stand."""
    moved = {
        progress.case.member_id: progress
        for progress in reviewed
        if progress.case.verdict is not None
    }
    for member_id, now in (await lock_progress(work, list(moved))).items():
        before = moved[member_id]
        before.case, before.name = now.case, now.name
        before.points_multiplier = now.points_multiplier
        before.birthday_bonus_points = now.birthday_bonus_points
