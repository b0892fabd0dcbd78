"""Awarding: gather the facts, let the engine decide, let the ledger book, keep the why.

Set-based: the number of statements does not depend on how many events are judged at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from laurels import ledger, members, segments, tenants, tiers
from laurels.events.catalogue import (
    DeedRecorded,
    MemberBirthday,
    MemberEnrolled,
    PurchaseCompleted,
)
from laurels.kit import preface, rehearsing
from laurels.kit.errors import AppError
from laurels.kit.ids import encode
from laurels.kit.time import zone
from laurels.kit.work import Work

from .award import Award
from .engine import add_usage, evaluate
from .facts import AMOUNT, DEED_KIND, LOCAL_DATE, SEGMENTS, member_facts, moment_facts
from .plan import Plan, compile_plan
from .rules import UsageKey
from .schemas import from_json
from .service import MAX_ACTIVE_RULES, list_rules

SOURCES = {
    PurchaseCompleted.name: ("purchase", "purchase"),
    MemberEnrolled.name: ("signup", "member"),
    MemberBirthday.name: ("birthday", "deed"),
    DeedRecorded.name: ("activity", "deed"),
}
"""By the event that earned: the ledger's source of the points, and the kind of its subject."""
OF_DEEDS = frozenset({"review", "social_share"})
"""Kinds of deeds that the ledger knows by name; the points of all others come of `activity`."""

_MEMBER_FACTS = (
    "external_id", "status", "birthday", "enrolled_at", "attributes", "purchases", "spend",
)  # fmt: skip
_MEMBER_NAMES = frozenset(f"member.{name}" for name in _MEMBER_FACTS)
_TIER_NAMES = frozenset(
    f"member.{name}"
    for name in ("tier", "tier_level", "tier_multiplier", "tier_birthday_bonus_points")
)
_plans: dict[UUID, tuple[str | None, Plan]] = {}
_PLANS_KEPT = 1000
_NOTHING = Plan({})
"""The plan of whoever earns nothing."""


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """Something that happened to a member and may earn; `facts` are the event's own.

    `barred`: the member earns nothing at present, because they are archived.
    """

    subject_id: UUID
    member_id: UUID
    occurred_at: datetime
    facts: dict[str, Any]
    barred: bool = False


@dataclass(slots=True)
class Awarded:
    """What an event earned and why; `told` is the explanation as JSON, as it was kept."""

    points: int
    effects: list[dict[str, Any]]
    explanation: dict[str, Any]
    told: bytes = b""


Usage = dict[UUID, dict[UsageKey, int]]


_ACTIVE = (
    "select jsonb_agg(jsonb_build_array(id, version) order by id) from laurels.earning_rules"
    " where tenant_id = $1 and current and status = 'active'"
)
preface.register("active rules", _ACTIVE, lambda text: text)


async def current_plan(work: Work) -> Plan:
    """Return the tenant's active rules, compiled; kept as long as no rule changes."""
    key: str | None
    if "active rules" in work.memo:
        key = work.memo["active rules"]
    else:
        row = await work.fetchrow(f"select ({_ACTIVE})::text", work.tenant_id)
        key = row[0] if row else None
    known = _plans.get(work.tenant_id)
    if known is not None and known[0] == key:
        return known[1]
    rules = [
        from_json(
            {"conditions": row["conditions"], "award": row["award"], "caps": row["caps"]},
            **{
                name: row[name]
                for name in (
                    "id", "version", "name", "trigger", "priority", "starts_at", "ends_at",
                    "stacking", "exclusion_group", "program_id",
                )
            },
        )
        for row in await list_rules(work, status="active", limit=MAX_ACTIVE_RULES)
    ]  # fmt: skip
    plan = compile_plan(rules)
    if len(_plans) >= _PLANS_KEPT:
        _plans.clear()
    _plans[work.tenant_id] = (key, plan)
    return plan


async def award(
    work: Work,
    trigger: str,
    occurrences: Sequence[Occurrence],
    *,
    historical: bool = False,
) -> list[Awarded]:
    """Each event has earned what the rules say, in the order given, and its why is kept.

    Only called for events that were not judged before; the awards' unique key is the second wall.
    """
    if not occurrences:
        return []
    if not await tenants.loyalty_enabled(work):
        decided = [evaluate(trigger, occurrence.facts, _NOTHING) for occurrence in occurrences]
        off = {"disabled": "the loyalty programme was switched off"}
        awarded = [Awarded(0, [], dict(off)) for _ in decided]
        _book_awards(work, trigger, occurrences, awarded, decided, {})
        return awarded
    plan = await current_plan(work)
    await _add_facts(work, trigger, plan, occurrences)
    usage = await _lock_usage(work, trigger, plan, occurrences)
    none: dict[UsageKey, int] = {}
    decided: list[Award] = []
    for occurrence in occurrences:
        had = usage.get(occurrence.member_id, none)
        rules = _NOTHING if occurrence.barred else plan
        outcome = evaluate(trigger, occurrence.facts, rules, had)
        if usage:
            add_usage(had, outcome)
        decided.append(outcome)
    awarded = await _book_points(work, trigger, occurrences, decided, historical=historical)
    _book_awards(work, trigger, occurrences, awarded, decided, usage)
    rehearsing.note(work, "awards", awarded)
    return awarded


async def _add_facts(
    work: Work, trigger: str, plan: Plan, occurrences: Sequence[Occurrence]
) -> None:
    """Add the moment, and what the rules want to know of the member as this event left them."""
    time_zone = zone((await tenants.current(work)).time_zone)
    wanted = plan.facts(trigger)
    if SEGMENTS in wanted:
        await _add_segments(work, occurrences)
    profiles: dict[UUID, dict[str, Any]] = {}
    if not wanted.isdisjoint(_MEMBER_NAMES):
        ids = sorted({occurrence.member_id for occurrence in occurrences})
        profiles = await members.get_facts(work, ids, lock=True)
    if not wanted.isdisjoint(_TIER_NAMES):
        await _add_tiers(work, occurrences)
    for occurrence in occurrences:
        local = occurrence.occurred_at.astimezone(time_zone)
        occurrence.facts.update(moment_facts(occurrence.occurred_at, local))
        profile = profiles.get(occurrence.member_id)
        if profile is None:
            continue
        if trigger == PurchaseCompleted.name:
            profile["purchases"] += 1
            profile["spend"] += occurrence.facts[AMOUNT]
        occurrence.facts.update(member_facts(**{name: profile[name] for name in _MEMBER_FACTS}))


async def _add_tiers(work: Work, occurrences: Sequence[Occurrence]) -> None:
    """Add the tier on which the event finds its member. Tenants without tiers are not asked."""
    ids = sorted({occurrence.member_id for occurrence in occurrences})
    standings = await tiers.standings(work, ids)
    if not standings:
        return
    multiplied = (await tenants.read(work, tiers.TierSettings)).multipliers_enabled
    for occurrence in occurrences:
        standing = standings.get(occurrence.member_id)
        if standing is None:
            continue
        known: dict[str, Any] = {
            "tier": standing.name,
            "tier_level": standing.level,
            "tier_birthday_bonus_points": standing.birthday_bonus_points,
        }
        if multiplied:
            known["tier_multiplier"] = standing.points_multiplier
        occurrence.facts.update(member_facts(**known))


async def _add_segments(work: Work, occurrences: Sequence[Occurrence]) -> None:
    """Add the ids of the segments that each member belongs to; by name they would not stay."""
    belonging = await segments.segments_of(work, sorted({each.member_id for each in occurrences}))
    for occurrence in occurrences:
        ids = sorted(belonging.get(occurrence.member_id, ()))
        occurrence.facts[SEGMENTS] = [encode("segment", segment_id) for segment_id in ids]


async def _lock_usage(
    work: Work, trigger: str, plan: Plan, occurrences: Sequence[Occurrence]
) -> Usage:
    wanted = [
        (rule_id, occurrence.member_id, period)
        for occurrence in occurrences
        for rule_id, period in plan.usage_keys(trigger, occurrence.facts[LOCAL_DATE])
    ]
    if not wanted:
        return {}
    rows = await work.fetch(
        "select * from laurels.lock_usage($1, $2, $3, $4)",
        work.tenant_id, [w[0] for w in wanted], [w[1] for w in wanted], [w[2] for w in wanted],
    )  # fmt: skip
    usage: Usage = {}
    for rule_id, member_id, period, points in rows:
        usage.setdefault(member_id, {})[rule_id, period] = points
    return usage


async def _book_points(
    work: Work,
    trigger: str,
    occurrences: Sequence[Occurrence],
    decided: list[Award],
    *,
    historical: bool,
) -> list[Awarded]:
    kind = SOURCES[trigger][1]
    entries: list[ledger.Credit] = []
    places: list[tuple[int, int]] = []
    awarded: list[Awarded] = []
    for number, (occurrence, outcome) in enumerate(zip(occurrences, decided, strict=True)):
        awarded.append(Awarded(outcome.points, [], outcome.explanation()))
        if occurrence.barred:
            awarded[number].explanation["barred"] = "the member was archived"
        if not outcome.effects:
            continue
        source_id = encode(kind, occurrence.subject_id)
        source = source_of(trigger, occurrence.facts.get(DEED_KIND))
        for place, effect in enumerate(outcome.effects):
            places.append((number, place))
            entries.append(
                ledger.Credit(
                    member_id=occurrence.member_id,
                    program_id=effect.program_id,
                    points=effect.points,
                    type=effect.kind,
                    source=source,
                    source_id=source_id,
                    key=f"{source_id}:{effect.rule_id}",
                    occurred_at=occurrence.occurred_at,
                )
            )
    posted = await ledger.post(work, entries, keys_are_fresh=True, historical=historical)
    for (number, place), outcome in zip(places, posted, strict=True):
        if isinstance(outcome, ledger.PointsOverLimit):
            # The wallet is full: the event stands and earns less, and says why.
            awarded[number].points -= decided[number].effects[place].points
            awarded[number].explanation["over_limit"] = outcome.message
            continue
        if isinstance(outcome, ledger.ProgramArchived):
            awarded[number].points -= decided[number].effects[place].points
            awarded[number].explanation["program_archived"] = outcome.message
            continue
        if isinstance(outcome, AppError):
            raise outcome
        effect = decided[number].effects[place]
        assert outcome.transaction is not None, "a credit always has a transaction"
        awarded[number].effects.append(
            {
                "rule_id": effect.rule_id,
                "version": effect.version,
                "type": effect.kind,
                "points": effect.points,
                "transaction_id": outcome.transaction.id,
                "usage": [
                    period
                    for (rule_id, period) in decided[number].consumed
                    if rule_id == effect.rule_id
                ],
            }
        )
    return awarded


def source_of(trigger: str, deed_kind: str | None = None) -> str:
    """Return the ledger's source of points that such an event earns."""
    if deed_kind is not None and deed_kind in OF_DEEDS:
        return deed_kind
    return SOURCES[trigger][0]


def _book_awards(
    work: Work,
    trigger: str,
    occurrences: Sequence[Occurrence],
    awarded: list[Awarded],
    decided: list[Award],
    usage: Usage,
) -> None:
    touched = {
        (occurrence.member_id, key)
        for occurrence, outcome in zip(occurrences, decided, strict=True)
        for key in outcome.consumed
    }
    used = sorted(touched, key=lambda item: (item[1][0], item[0], item[1][1]))
    for outcome in awarded:
        outcome.told = orjson.dumps(outcome.explanation, default=_plain)
    work.write(
        "laurels.book_awards",
        work.tenant_id,
        trigger,
        [occurrence.subject_id for occurrence in occurrences],
        [occurrence.member_id for occurrence in occurrences],
        [outcome.points for outcome in awarded],
        [orjson.dumps(outcome.effects, default=_plain).decode() for outcome in awarded],
        [outcome.told.decode() for outcome in awarded],
        [occurrence.occurred_at for occurrence in occurrences],
        [key[0] for _, key in used],
        [member_id for member_id, _ in used],
        [key[1] for _, key in used],
        [usage[member_id][key] for member_id, key in used],
    )


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


async def find_award(work: Work, trigger: str, subject_id: UUID) -> dict[str, Any] | None:
    """Return what an event earned and why, None when it was never judged."""
    return (await find_awards(work, trigger, [subject_id])).get(subject_id)


async def find_awards(
    work: Work, trigger: str, subject_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Return what events earned and why, by subject."""
    rows = await work.fetch(
        "select subject_id, member_id, points, effects, explanation, occurred_at"
        " from laurels.awards where tenant_id = $1 and trigger = $2 and subject_id = any($3)",
        work.tenant_id, trigger, list(subject_ids),
    )  # fmt: skip
    return {row["subject_id"]: dict(row) for row in rows}


async def give_back_usage(work: Work, parts: Sequence[tuple[UUID, UUID, str, int]]) -> None:
    """Caps have this much room again: rule, member, period and points of each part."""
    if not parts:
        return
    await work.fetch(
        "select 1 from laurels.lock_usage($1, $2, $3, $4)",
        work.tenant_id, [p[0] for p in parts], [p[1] for p in parts], [p[2] for p in parts],
    )  # fmt: skip
    await work.fetch(
        "update laurels.rule_usage as u set points = greatest(u.points - n.points, 0)"
        " from (select x.rule_id, x.member_id, x.period, sum(x.points)::bigint as points"
        "  from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[])"
        "   as x (rule_id, member_id, period, points) group by 1, 2, 3) as n"
        " where u.tenant_id = $1 and u.rule_id = n.rule_id and u.member_id = n.member_id"
        " and u.period = n.period",
        work.tenant_id, [p[0] for p in parts], [p[1] for p in parts], [p[2] for p in parts],
        [p[3] for p in parts],
    )  # fmt: skip
