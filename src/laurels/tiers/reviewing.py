"""Reviewing members: look what they have done, let the policy judge, write what becomes of them.

Set-based: the number of statements does not depend on how many members are reviewed at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

import asyncpg

from laurels import tenants
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.tiers import TierExpiryAnnounced, TierLowered, TierRaised, TierRenewed
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .ladder import clock_of, load_ladder
from .policy import (
    Clock,
    Doubt,
    Ladder,
    Metrics,
    Move,
    Standing,
    Touch,
    Verdict,
    ending,
    judge,
    may_hold,
    meets,
    met_by,
    resolve,
)
from .settings import TierSettings

SQL = statements(__name__)

Cause = Literal["refund", "ladder"]
NOW: Mapping[UUID, datetime | None] = MappingProxyType({})
"""Everybody is judged as of now."""
MAX_REVIEW = 1000
"""Members of one review, at most."""

STANDING = tuple(
    """
    id member_id tier_id level basis fixed achieved_at qualified_at expires_at grace_until due_at
    noticed_at
    """.split()
)


@dataclass(slots=True)
class Case:
    """A member under review: where they stand, what they have done, and what becomes of them."""

    member_id: UUID
    standing: Standing | None
    moment: datetime | None = None
    """As of when they are judged; None is now."""
    until: datetime | None = None
    """What happened later does not count, where that matters."""
    counted: dict[int, Metrics] = field(default_factory=dict[int, Metrics])
    met: frozenset[UUID] = frozenset()
    lasting: bool = False
    verdict: Verdict = None

    @property
    def level(self) -> int | None:
        """The level they stand on at present."""
        return None if self.standing is None else self.standing.level


async def review(
    work: Work, member_ids: Sequence[UUID], *, cause: Cause = "refund", historical: bool = False
) -> list[Case]:
    """These members stand where they belong by now; who is not active stays as they are.

    `cause` names what takes a tier whose criteria do not hold any more. `historical` keeps events
    from the outside.
    """
    ids = sorted(set(member_ids))
    assert len(ids) <= MAX_REVIEW, "callers review in bounded batches"
    if not ids:
        return []
    rows = await work.fetch("select * from laurels.lock_standings($1, $2)", work.tenant_id, ids)
    cases = [case_of(row) for row in rows]
    await review_cases(work, cases, cause=cause, historical=historical)
    return cases


async def review_cases(
    work: Work,
    cases: Sequence[Case],
    *,
    cause: Cause = "refund",
    historical: bool = False,
    without: Sequence[UUID] = (),
) -> None:
    """Members whose standings are locked stand where they belong, each as of their moment.

    `without` are purchases that are recorded, but have not had their effect.
    """
    await judge_all(work, await load_ladder(work), cases, cause=cause, without=without)
    await write_verdicts(work, cases, historical=historical)


def case_of(row: asyncpg.Record | Mapping[str, Any]) -> Case:
    """Return the member of a row of standings."""
    standing = Standing(**{name: row[name] for name in STANDING}) if row["id"] else None
    return Case(row["member_id"], standing)


async def judge_all(
    work: Work, ladder: Ladder, cases: Sequence[Case], *, cause: Cause, without: Sequence[UUID] = ()
) -> None:
    """Each case has its verdict by this ladder; nothing is written."""
    clock = await clock_of(work)
    for case in cases:
        case.standing = case.standing and _on(ladder, case.standing)
    if ladder.tiers:
        await count(work, ladder, cases, clock, without=without)
    for case in cases:
        case.verdict = judge(
            case.standing,
            ladder,
            case.met,
            clock.at(case.moment),
            cause=cause,
            lasting=case.lasting,
        )
    doubtful = [case for case in cases if isinstance(case.verdict, Doubt)]
    if doubtful:
        await _resolve(work, ladder, doubtful, clock)


def _on(ladder: Ladder, standing: Standing) -> Standing:
    """Return a standing with the level that its tier has in this ladder."""
    tier = ladder.by_id.get(standing.tier_id)
    if tier is None or tier.level == standing.level:
        return standing
    return replace(standing, level=tier.level)


async def count(
    work: Work, ladder: Ladder, cases: Sequence[Case], clock: Clock, *, without: Sequence[UUID] = ()
) -> None:
    """Know what each member has done in each length of time that the ladder counts.

    Of a tier that ends soon also what will still count at its end.
    """
    pairs = [
        (case, period, clock.back(case.moment or clock.now, period))
        for case in cases
        for period in ladder.periods
    ]
    ends = [
        (case, tier, case.standing.expires_at)
        for case in cases
        if (tier := ending(case.standing, ladder, clock.at(case.moment)))
        and case.standing is not None
    ]
    spans = [(case.member_id, since, case.until) for case, _, since in pairs]
    spans += [
        (case.member_id, clock.back(end or clock.now, tier.period_days), case.until)
        for case, tier, end in ends
    ]
    metrics_found = await metrics_of(work, spans, without=without)
    for (case, tier, _), metrics in zip(ends, metrics_found[len(pairs) :], strict=True):
        case.lasting = meets(tier, metrics)
    for (case, period, _), metrics in zip(pairs, metrics_found[: len(pairs)], strict=True):
        case.counted[period] = metrics
    for case in cases:
        case.met = met_by(ladder, case.counted.items())


Span = tuple[UUID, datetime | None, datetime | None]
"""A member, since when (None: ever) and until when (None: whatever there is)."""


async def metrics_of(
    work: Work, spans: Sequence[Span], *, without: Sequence[UUID] = ()
) -> list[Metrics]:
    """Return what members have done in each span, in the order asked."""
    if not spans:
        return []
    rows = await work.fetch(
        SQL.tier_metrics,
        work.tenant_id,
        [member_id for member_id, _, _ in spans],
        [span[1] for span in spans],
        [span[2] for span in spans],
        list(without),
    )
    return [Metrics(*row) for row in rows]


async def earlier_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, list[Standing]]:
    """Return the standings that members could fall back on, would they still hold."""
    rows = await work.fetch(SQL.earlier_standings, work.tenant_id, list(member_ids))
    earlier: dict[UUID, list[Standing]] = {}
    for row in rows:
        standing = Standing(**{name: row[name] for name in STANDING})
        earlier.setdefault(standing.member_id, []).append(standing)
    return earlier


async def holding_of(
    work: Work,
    ladder: Ladder,
    standings: Iterable[Standing],
    clock: Clock,
    moments: Mapping[UUID, datetime | None] = NOW,
) -> dict[UUID, list[Standing]]:
    """Return those of these standings that hold, by member, as of now or of the member's moment.

    What was qualified for holds while what counted for it, and came since, meets its criteria.
    """
    able = [
        standing
        for standing in standings
        if may_hold(standing, ladder, clock.at(moments.get(standing.member_id)))
    ]
    counted = [standing for standing in able if standing.qualified_at is not None]
    metrics = await metrics_of(
        work,
        [
            (
                standing.member_id,
                clock.back(
                    standing.qualified_at or clock.now, ladder.by_id[standing.tier_id].period_days
                ),
                None,
            )
            for standing in counted
        ],
    )
    fallen = {
        standing.id
        for standing, done in zip(counted, metrics, strict=True)
        if not meets(ladder.by_id[standing.tier_id], done)
    }
    holding: dict[UUID, list[Standing]] = {}
    for standing in able:
        if standing.id not in fallen:
            holding.setdefault(standing.member_id, []).append(standing)
    return holding


async def _resolve(work: Work, ladder: Ladder, doubtful: Sequence[Case], clock: Clock) -> None:
    settings = await tenants.read(work, TierSettings)
    earlier = await earlier_of(work, [case.member_id for case in doubtful])
    standings = [_on(ladder, standing) for of_member in earlier.values() for standing in of_member]
    standings += [
        case.standing
        for case in doubtful
        if case.standing is not None and case.standing.qualified_at is not None
    ]
    moments = {case.member_id: case.moment for case in doubtful}
    holding = await holding_of(work, ladder, standings, clock, moments)
    for case in doubtful:
        assert case.standing is not None, "only who stands somewhere can be in doubt"
        assert isinstance(case.verdict, Doubt), "the others are settled"
        case.verdict = resolve(
            case.standing,
            ladder,
            case.met,
            clock.at(case.moment),
            doubt=case.verdict,
            holding=holding.get(case.member_id, []),
            step_down=settings.step_down,
            lasting=case.lasting,
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What is written with a standing that somebody brings about."""

    note: str | None = None
    fixed: bool = False
    merge_id: UUID | None = None


async def write_verdicts(
    work: Work, cases: Sequence[Case], *, historical: bool = False, words: Words | None = None
) -> None:
    """The verdicts are written, and who was moved is told of."""
    clock = await clock_of(work)
    moves = [(case, case.verdict) for case in cases if isinstance(case.verdict, Move)]
    touches = [case.verdict for case in cases if isinstance(case.verdict, Touch)]
    if moves:
        _write(work, moves, clock, words or Words())
    if touches:
        work.write(
            "laurels.date_standings",
            work.tenant_id,
            [touch.standing.id for touch in touches],
            [touch.standing.expires_at for touch in touches],
            [touch.standing.grace_until for touch in touches],
            [touch.standing.due_at for touch in touches],
            [touch.standing.noticed_at for touch in touches],
        )
    events = [event for case, move in moves for event in _told(case, move, case.moment or work.now)]
    events += [
        TierExpiryAnnounced(
            touch.standing.member_id,
            work.now,
            touch.standing.tier_id,
            touch.standing.level,
            touch.standing.expires_at or work.now,
        )
        for touch in touches
        if touch.announced
    ]
    emit(work, events, historical=historical)


def _write(work: Work, moves: Sequence[tuple[Case, Move]], clock: Clock, words: Words) -> None:
    new = [(case, move, move.tier) for case, move in moves if move.tier is not None]
    counted = [case.counted.get(tier.period_days) for case, _, tier in new]
    carried = [move.carried for _, move, _ in new]
    work.write(
        "laurels.book_standings",
        work.tenant_id,
        [case.standing.id for case, _ in moves if case.standing is not None],
        [case.moment or work.now for case, _ in moves if case.standing is not None],
        [new_id() for _ in new],
        [case.member_id for case, _, _ in new],
        [case.moment or work.now for case, _, _ in new],
        [tier.id for _, _, tier in new],
        [move.reason for _, move, _ in new],
        [move.basis for _, move, _ in new],
        [words.fixed if old is None else old.fixed for old in carried],
        [_qualified_at(move, case.moment or work.now) for case, move, _ in new],
        [move.expires_at for _, move, _ in new],
        [None if old is None else old.grace_until for old in carried],
        [
            (old.grace_until if old else None) or clock.at(case.moment).look_at(move.expires_at)
            for (case, move, _), old in zip(new, carried, strict=True)
        ],
        [metrics and metrics.points for metrics in counted],
        [metrics and metrics.spend for metrics in counted],
        [metrics and metrics.orders for metrics in counted],
        work.actor.kind,
        work.actor.id,
        words.note,
        words.merge_id,
    )


def _qualified_at(move: Move, now: datetime) -> datetime | None:
    if move.basis != "qualification":
        return None
    return now if move.carried is None else move.carried.qualified_at


def _told(case: Case, move: Move, now: datetime) -> list[Event]:
    """Return what is told of a move. That a new member has the default tier, enrolling says."""
    before, tier = case.standing, move.tier
    from_id = None if before is None else before.tier_id
    if move.reason == "renewal" and tier is not None:
        return [TierRenewed(case.member_id, now, tier.id, tier.level, move.expires_at)]
    if tier is None:
        return [TierLowered(case.member_id, now, None, None, from_id, case.level, move.reason)]
    if before is None:
        if move.reason == "placed":
            return []
        return [TierRaised(case.member_id, now, tier.id, tier.level, None, None, move.reason)]
    if tier.level == before.level:
        return []
    event = TierRaised if tier.level > before.level else TierLowered
    return [event(case.member_id, now, tier.id, tier.level, from_id, before.level, move.reason)]


async def place(work: Work, member_ids: Sequence[UUID], *, historical: bool = False) -> None:
    """New members stand on the default tier since they are members; without one nothing happens.

    Nothing is told of it, historical or not: that they are members says it.
    """
    del historical  # There is nothing that could reach the outside.
    default = (await load_ladder(work)).default
    if default is None or not member_ids:
        return
    work.write(
        "laurels.place_in_tier",
        work.tenant_id,
        default.id,
        [new_id() for _ in member_ids],
        list(member_ids),
        work.actor.kind,
        work.actor.id,
    )
