"""Awarding: gather the facts, let the engine decide, let the ledger book, keep the why.

Set-based: the number of statements does not depend on how many events are judged at once.
"""

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from laurels import ledger, members, segments, tenants, tiers
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit import dry_runs
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.hot import prefetch
from laurels.kit.http.paging import ALL
from laurels.kit.process.offload import offload
from laurels.kit.values.ids import encode
from laurels.kit.values.time import zone
from laurels.kit.work import Call, Work

from .engine import add_usage
from .facts import AMOUNT, LINES, LOCAL_DATE, SEGMENTS, member_facts, moment_facts
from .judging import Awarded, Judged, Occurrence, judge, switched_off
from .keeping import AWARDS, WHY, keep
from .plan import Plan, compile_plan
from .rules import UsageKey
from .service import list_rules, rules_of
from .simulating import ASSUMED
from .supplying import gather, is_supplied

SQL = statements(__name__)

_MEMBER_FACTS = tuple("external_id status birthday enrolled_at attributes purchases spend".split())
_MEMBER_NAMES = frozenset(f"member.{name}" for name in _MEMBER_FACTS)
_plans: OrderedDict[UUID, tuple[tuple[str | None, UUID | None], Plan]] = OrderedDict()
_MAX_PLANS = 1000
MAX_COST_ON_LOOP = 5_000
"""Comparisons, about a millisecond, that are made on the event loop itself; more go to a thread."""
MAX_COST = 5_000_000
"""Comparisons that the events of one transaction may need, about a second."""
BOOKING_COST = 150
"""What it costs to book and to tell what one rule gives, in comparisons."""
MAX_ROUND = 2_000
"""Movements of one round, about 30 milliseconds; other requests go on between two rounds."""


Usage = dict[UUID, dict[UsageKey, int]]


prefetch("active rules", SQL.active_rules, lambda text: text)


async def current_plan(work: Work) -> Plan:
    """Return the tenant's active rules, compiled; kept as long as no rule changes."""
    active: str | None
    if "active rules" in work.memo:
        active = work.memo["active rules"]
    else:
        row = await work.fetchrow(f"select ({SQL.active_rules})::text", work.tenant_id)
        active = row[0] if row else None
    default = await ledger.default_program(work) if active else None
    key = (active, default)
    known = _plans.get(work.tenant_id)
    if known is not None and known[0] == key:
        _plans.move_to_end(work.tenant_id)
        return known[1]
    rules = rules_of(await list_rules(work, status="active", asked=ALL))
    plan = compile_plan(rules, default_program_id=default)
    if dry_runs.under_way(work):
        # Another version of a rule may get the number that a draft has here.
        return plan
    _plans[work.tenant_id] = (key, plan)
    _plans.move_to_end(work.tenant_id)
    if len(_plans) > _MAX_PLANS:
        _plans.popitem(last=False)
    return plan


async def award(
    work: Work,
    trigger: str,
    occurrences: Sequence[Occurrence],
    *,
    historical: bool = False,
    with_tiers: bool = True,
    on_booked: Callable[[Sequence[Occurrence]], None] | None = None,
    on_locked: Callable[[], Awaitable[None]] | None = None,
) -> list[Awarded]:
    """Each event has earned what the rules say, and its why is kept.

    Events of one member are judged in the order in which they happened, each by the tier that the
    one before it brought and by the segments to which it belongs then; without tiers they neither
    multiply nor rise. Only called for events that were not judged before; the awards' unique key
    is the second wall. `on_booked` hears of events as they are booked: what it writes about them is
    there when the member's next event is judged. `on_locked` is awaited when everything is locked
    and nothing is judged yet: what moves points beside the rules has its place there.
    """
    if not occurrences:
        if on_locked is not None:
            await on_locked()
        return []
    if not await tenants.loyalty_enabled(work):
        if on_locked is not None:
            await on_locked()
        judged = [switched_off(trigger, occurrence) for occurrence in occurrences]
        _book_awards(work, trigger, occurrences, judged, {})
        if on_booked is not None:
            on_booked(occurrences)
        return [outcome.awarded for outcome in judged]
    judging = Judging(work, trigger, await current_plan(work), historical)
    await judging.begin(occurrences, with_tiers=with_tiers, on_locked=on_locked)
    while judging.waiting:
        booked = await judging.book_round()
        if on_booked is not None:
            on_booked(booked)
    awarded = [occurrence.judged.awarded for occurrence in occurrences if occurrence.judged]
    dry_runs.note(work, "awards", awarded)
    dry_runs.note(work, "judged", occurrences)
    return awarded


@dataclass(slots=True)
class Judging:
    """The events of a batch, member by member. What can be judged together is booked together.

    It goes by rounds. An event that can have brought a higher tier is its member's last in a round:
    the next one is judged when the tier is known. Where rules name segments that are asked live,
    every event is: it may have brought its member into one, or out of it. Most batches take one
    round.
    """

    work: Work
    trigger: str
    plan: Plan
    historical: bool
    waiting: dict[UUID, deque[Occurrence]] = field(default_factory=dict[UUID, deque[Occurrence]])
    progress_of: dict[UUID, tiers.Progress] = field(default_factory=dict[UUID, tiers.Progress])
    usage: Usage = field(default_factory=dict[UUID, dict[UsageKey, int]])
    named: segments.Named = field(default_factory=segments.Named)
    multiplied: bool = False
    wallets: Sequence[asyncpg.Record] = ()
    """Locked for the first round, in which nothing else moves points before."""
    movements_left: int = 0
    """How many movements of points this round may still book."""
    comparisons: int = 0
    """Comparisons that were made on the event loop since it last did something else."""

    async def begin(
        self,
        occurrences: Sequence[Occurrence],
        *,
        with_tiers: bool,
        on_locked: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Know who the members are, what they have used of caps, and where they stand."""
        in_order = sorted(occurrences, key=lambda occurrence: occurrence.occurred_at)
        for occurrence in in_order:
            self.waiting.setdefault(occurrence.member_id, deque()).append(occurrence)
        time_zone = zone((await tenants.current(self.work)).time_zone)
        wanted = self.plan.facts(self.trigger)
        for occurrence in in_order:
            _add_moment(occurrence, time_zone)
            if SEGMENTS in wanted:
                occurrence.facts[SEGMENTS] = []
        self.named = await segments.look_up(self.work, self.plan.segments(self.trigger))
        # With several rounds wallets are locked in one go: round by round is not the order of all.
        most = len(in_order) * self.plan.gives(self.trigger)
        at_once = bool(self.named.live) or on_locked is not None or most > MAX_ROUND
        calls = await self._calls_on_members(with_tiers=with_tiers)
        points = self._calls_on_points(in_order, with_wallets=not at_once)
        if not is_supplied(self.trigger, wanted):
            # Nothing is locked in between.
            calls, points = {**calls, **points}, {}
        rows = await self.work.fetch_each(calls)
        self.progress_of = await tiers.read_progress(self.work, rows.get("progress", []))
        if self.progress_of:
            settings = await tenants.read(self.work, tiers.TierSettings)
            self.multiplied = settings.multipliers_enabled
        _add_facts(self.trigger, in_order, members.read_facts(rows.get("facts", [])))
        await gather(self.work, self.trigger, wanted, in_order)
        rows |= await self.work.fetch_each(points)
        for rule_id, member_id, period, used in rows.get("usage", []):
            self.usage.setdefault(member_id, {})[rule_id, period] = used
        self.wallets = rows.get("wallets", [])
        if at_once:
            await ledger.lock_wallets_of(self.work, sorted(self.waiting))
        if on_locked is not None:
            await on_locked()

    async def _calls_on_members(self, *, with_tiers: bool) -> dict[str, Call]:
        """Return what locks members and tells where they stand, and what rules may know of them."""
        calls: dict[str, Call] = {}
        if with_tiers and (progress := await tiers.progress_call(self.work, self.waiting)):
            calls["progress"] = progress
        # Nobody else changes anything of members in live segments until all is judged.
        if self.named.live or not self.plan.facts(self.trigger).isdisjoint(_MEMBER_NAMES):
            calls["facts"] = members.facts_call(self.work, self.waiting)
        return calls

    def _calls_on_points(
        self, occurrences: Sequence[Occurrence], *, with_wallets: bool
    ) -> dict[str, Call]:
        """Return what locks the usage of caps, and the wallets into which the rules can give."""
        calls: dict[str, Call] = {}
        usage_keys = [
            (rule_id, occurrence.member_id, period)
            for occurrence in occurrences
            for rule_id, period in self.plan.usage_keys(self.trigger, occurrence.facts[LOCAL_DATE])
        ]
        if usage_keys:
            calls["usage"] = _usage_call(self.work, usage_keys)
        programs = self.plan.programs(self.trigger)
        if programs and with_wallets:
            pairs = [
                (member_id, program_id) for member_id in self.waiting for program_id in programs
            ]
            calls["wallets"] = ledger.wallets_call(self.work, pairs)
        return calls

    async def book_round(self) -> list[Occurrence]:
        """Judge and book one round: each member's next events, up to one that may change how the
        following are judged. Return them.
        """
        first = {
            member_id: events[0].occurred_at
            for member_id, events in self.waiting.items()
            if member_id in self.progress_of
        }
        await tiers.catch_up(
            self.work,
            first,
            self.progress_of,
            historical=self.historical,
            without=self._purchases(),
        )
        await self._add_segments()
        booked: list[Occurrence] = []
        self.movements_left = MAX_ROUND
        for member_id in list(self.waiting):
            booked += await self._judge_some(member_id)
            if self.movements_left <= 0:
                break
        judged = [occurrence.judged for occurrence in booked if occurrence.judged]
        await _book_points(self.work, judged, self.wallets, historical=self.historical)
        self.wallets = []
        _book_awards(self.work, self.trigger, booked, judged, self.usage)
        reached = [
            progress for progress in self.progress_of.values() if progress.reached_at is not None
        ]
        if reached:
            await tiers.review_reached(
                self.work, reached, historical=self.historical, without=self._purchases()
            )
        return booked

    async def _add_segments(self) -> None:
        """Add the segments in which their next events find the members; by name none would stay.

        As with tiers: what is being judged, and what waits behind it, has not happened yet.
        """
        if not self.named:
            return
        belonging = await self.named.of(
            self.work,
            {member_id: events[0].occurred_at for member_id, events in self.waiting.items()},
            without=[event.subject_id for events in self.waiting.values() for event in events],
        )
        assumed: dict[UUID, list[str]] = self.work.memo.get(ASSUMED, {})
        for member_id, events in self.waiting.items():
            ids = [encode("segment", segment_id) for segment_id in sorted(belonging[member_id])]
            ids = assumed.get(member_id, ids)
            for event in events:
                event.facts[SEGMENTS] = ids
        if not self.named.live:
            # As they stand, until the end of this transaction.
            self.named = segments.Named()

    def _purchases(self) -> list[UUID]:
        """Return purchases that are recorded, but not judged yet."""
        if self.trigger != PurchaseCompleted.name:
            return []
        return [event.subject_id for events in self.waiting.values() for event in events]

    async def _judge_some(self, member_id: UUID) -> list[Occurrence]:
        events, progress = self.waiting[member_id], self.progress_of.get(member_id)
        none: dict[UsageKey, int] = {}
        used = self.usage.get(member_id, none)
        judged: list[Occurrence] = []
        while events:
            event = events[0]
            # What had ended by the first of them was caught up with.
            if judged and progress is not None and progress.ends_before(event.occurred_at):
                break
            events.popleft()
            if progress is not None:
                _add_tier(event, progress, multiplied=self.multiplied)
            event.judged = await self._judge(event, used)
            if self.usage:
                add_usage(used, event.judged.outcome)
            judged.append(event)
            self.movements_left -= len(event.judged.movements)
            if progress is not None and self._counts(event, progress):
                break
            if self.named.live or self.movements_left <= 0:
                break
        if not events:
            del self.waiting[member_id]
        return judged

    async def _judge(self, event: Occurrence, used: dict[UsageKey, int]) -> Judged:
        """Judge an event; what takes long is done aside, for the event loop is for everybody."""
        self.comparisons += self.plan.cost(self.trigger).of(len(event.facts.get(LINES) or ()))
        if self.comparisons <= MAX_COST_ON_LOOP:
            return judge(self.trigger, event, self.plan, used)
        self.comparisons = 0
        return await offload(judge, self.trigger, event, self.plan, used)

    def _counts(self, event: Occurrence, progress: tiers.Progress) -> bool:
        assert event.judged is not None, "it was judged just now"
        if event.returned:
            return progress.give_back(event.occurred_at)
        bought = self.trigger == PurchaseCompleted.name
        spend = event.facts[AMOUNT] if bought else Decimal(0)
        points = event.judged.awarded.points
        return progress.add(event.occurred_at, points, spend, int(bought))


async def judge_at_most(work: Work, trigger: str, lines: Sequence[int]) -> list[bool]:
    """Tell of events with so many lines which of them can be judged in one transaction, in order.

    Whatever rules a tenant has, its requests keep the process busy for no longer than that.
    """
    plan = await current_plan(work)
    cost, booking = plan.cost(trigger), BOOKING_COST * plan.gives(trigger)
    budget, fitting = MAX_COST, list[bool]()
    for count in lines:
        needed = cost.of(count) + booking
        fitting.append(needed <= budget)
        budget -= needed if needed <= budget else 0
    return fitting


def _add_facts(
    trigger: str, occurrences: Sequence[Occurrence], profiles: Mapping[UUID, dict[str, Any]]
) -> None:
    """Add what the rules want to know of the member as each event left them."""
    for occurrence in occurrences:
        profile = profiles.get(occurrence.member_id)
        if profile is None:
            continue
        if occurrence.returned:
            profile["spend"] -= occurrence.facts[AMOUNT]
        elif trigger == PurchaseCompleted.name:
            profile["purchases"] += 1
            profile["spend"] += occurrence.facts[AMOUNT]
        occurrence.facts.update(member_facts(**profile))


def _add_moment(occurrence: Occurrence, time_zone: ZoneInfo) -> None:
    local = occurrence.occurred_at.astimezone(time_zone)
    occurrence.facts.update(moment_facts(occurrence.occurred_at, local))


def _add_tier(occurrence: Occurrence, progress: tiers.Progress, *, multiplied: bool) -> None:
    """Add the tier on which the event finds its member."""
    if progress.name is None:
        return
    known: dict[str, Any] = {
        "tier": progress.name,
        "tier_level": progress.level,
        "tier_birthday_bonus_points": progress.birthday_bonus_points,
    }
    if multiplied:
        known["tier_multiplier"] = progress.points_multiplier
    occurrence.facts.update(member_facts(**known))


def _usage_call(work: Work, wanted: Sequence[tuple[UUID, UUID, str]]) -> Call:
    return "laurels.lock_usage", (
        work.tenant_id,
        [w[0] for w in wanted],
        [w[1] for w in wanted],
        [w[2] for w in wanted],
    )


async def _book_points(
    work: Work,
    judged: Sequence[Judged],
    locked_wallets: Sequence[asyncpg.Record],
    *,
    historical: bool,
) -> None:
    """Book what was decided, and note with each what the ledger did not take."""
    movements = [
        (decision.awarded, movement) for decision in judged for movement in decision.movements
    ]
    posted = await ledger.post(
        work,
        [movement for _, movement in movements],
        keys_are_fresh=True,
        historical=historical,
        locked_wallets=locked_wallets,
    )
    for (awarded, movement), outcome in zip(movements, posted, strict=True):
        if isinstance(movement, ledger.Debit) and isinstance(outcome, ledger.Posted):
            taken = -outcome.transaction.points if outcome.transaction else 0
            if taken < movement.points:
                awarded.correct(movement, taken)
        elif isinstance(outcome, ledger.PointsOverLimit):
            awarded.refuse(movement, "over_limit", outcome.message)
        elif isinstance(outcome, ledger.ProgramArchived):
            awarded.refuse(movement, "program_archived", outcome.message)
        elif isinstance(outcome, AppError):
            raise outcome


def _book_awards(
    work: Work,
    trigger: str,
    occurrences: Sequence[Occurrence],
    judged: Sequence[Judged],
    usage: Usage,
) -> None:
    touched = {
        (occurrence.member_id, key)
        for occurrence, decision in zip(occurrences, judged, strict=True)
        for key in decision.outcome.consumed
    }
    used = sorted(touched, key=lambda item: (item[1][0], item[0], item[1][1]))
    kept = [keep(decision.awarded) for decision in judged]
    number = {body: place for place, body in enumerate(dict.fromkeys(body for body, _ in kept))}
    work.write(
        "laurels.book_awards",
        work.tenant_id,
        trigger,
        list(number),
        [occurrence.subject_id for occurrence in occurrences],
        [occurrence.member_id for occurrence in occurrences],
        [decision.awarded.points for decision in judged],
        [1 + number[body] for body, _ in kept],
        [figures for _, figures in kept],
        [occurrence.occurred_at for occurrence in occurrences],
        [key[0] for _, key in used],
        [member_id for member_id, _ in used],
        [key[1] for _, key in used],
        [usage[member_id][key] for member_id, key in used],
    )


async def find_award(work: Work, trigger: str, subject_id: UUID) -> dict[str, Any] | None:
    """Return what an event earned and why, None when it was never judged."""
    return (await find_awards(work, trigger, [subject_id])).get(subject_id)


async def find_awards(
    work: Work, trigger: str, subject_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Return what events earned and why, by subject."""
    sql = f"""
        select {WHY}, a.member_id, a.points, a.occurred_at {AWARDS}
        where a.tenant_id = $1 and e.trigger = $2 and a.subject_id = any($3)
    """
    rows = await work.fetch(sql, work.tenant_id, trigger, list(subject_ids))
    return {row["subject_id"]: dict(row) for row in rows}


async def lock_parts(work: Work, parts: Sequence[tuple[UUID, UUID, str, int]]) -> None:
    """Lock what these parts used of caps: rule, member, period and points of each."""
    if parts:
        await work.fetch(
            SQL.lock_usage_only,
            work.tenant_id,
            [p[0] for p in parts],
            [p[1] for p in parts],
            [p[2] for p in parts],
        )


async def give_back_usage(work: Work, parts: Sequence[tuple[UUID, UUID, str, int]]) -> None:
    """Caps have this much room again: rule, member, period and points of each part."""
    if not parts:
        return
    await lock_parts(work, parts)
    await work.fetch(
        SQL.reduce_usage,
        work.tenant_id,
        [p[0] for p in parts],
        [p[1] for p in parts],
        [p[2] for p in parts],
        [p[3] for p in parts],
    )
