"""The pure engine: an event's facts and compiled rules in, an award with its reasons out.

Points-per-money rules make `earned` rows: `floor(money x rate x tier multiplier x campaign
multipliers)`, one exact product floored once, for every rule that fires. Fixed and per-unit rules
make `bonus` rows that nothing multiplies. Then every row is cut by the caps of its rule.

A rule is out of the running, in this order: nobody supplies its facts, outside its window,
condition false, worth nothing, cap used up, shut out by an exclusive rule, beaten in its group (see
`rules` for the last two).
"""

from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from laurels.kit.conditions import Facts

from .award import Award, Cut, Effect, Fired, Skipped, Why
from .contest import Candidate, resolve_contest
from .facts import LOCAL_DATE, OCCURRED_AT, TIER_MULTIPLIER
from .plan import EXACT, EffectKind, Plan, Step, TriggerPlan
from .rules import MAX_POINTS, UsageKey, period_keys

Usage = Mapping[UsageKey, int]
"""Points that one member has had from capped rules, by rule and period."""

NO_USAGE: Final[Usage] = MappingProxyType({})


def evaluate(trigger: str, facts: Facts, plan: Plan, usage: Usage = NO_USAGE) -> Award:
    """What the event earns. Nothing is changed; the caller adds `consumed` to the usage.

    Raises KeyError when rules have windows or caps and the facts lack the moment or local date.
    """
    award = Award(trigger, facts)
    trigger_plan = plan.by_trigger.get(trigger)
    if trigger_plan is None:
        return award
    candidates = _candidates(trigger_plan, award, usage)
    if trigger_plan.contested:
        candidates = resolve_contest(candidates, award)
    tier: Decimal | None = facts.get(TIER_MULTIPLIER)
    factors = _multiply(candidates, award, tier)
    for step, value in candidates:
        if step.kind is EffectKind.BONUS:
            _pay(award, step, int(value), None, usage)
        elif step.kind is EffectKind.BASE:
            factor = factors.get(step.program_id, tier) if factors else tier
            exact = value if factor is None else EXACT.multiply(value, factor)
            _pay(award, step, int(exact), factor, usage)
    return award


def add_usage(usage: MutableMapping[UsageKey, int], award: Award) -> None:
    """Count what the award consumed, before the member's next event is evaluated."""
    for key, points in award.consumed.items():
        usage[key] = usage.get(key, 0) + points


def _candidates(trigger_plan: TriggerPlan, award: Award, usage: Usage) -> list[Candidate]:
    facts, skipped = award.facts, award.skipped
    candidates: list[Candidate] = []
    for step in trigger_plan.steps:
        if step.rule.missing:
            skipped.append(Skipped(step, Why.FACT_MISSING))
            continue
        if step.windowed and not _within_window(step, facts):
            skipped.append(Skipped(step, Why.WINDOW))
            continue
        if step.test is not None and not step.test(facts):
            skipped.append(Skipped(step, Why.CONDITION))
            continue
        value = step.value(facts)
        if value <= 0:
            skipped.append(Skipped(step, Why.ZERO))
            continue
        cut = _tightest(step, facts, usage) if step.rule.caps else None
        if cut is not None and cut.allowed <= 0:
            skipped.append(Skipped(step, Why.CAP_REACHED, cut))
            continue
        candidates.append((step, value))
    return candidates


def _within_window(step: Step, facts: Facts) -> bool:
    starts_at, ends_at = step.rule.starts_at, step.rule.ends_at
    occurred_at = facts[OCCURRED_AT]
    if starts_at is not None and occurred_at < starts_at:
        return False
    return ends_at is None or occurred_at < ends_at


def _tightest(step: Step, facts: Facts, usage: Usage) -> Cut:
    """The cap that has the least left; of equals the one named first."""
    rule = step.rule
    keys = period_keys(facts[LOCAL_DATE])
    cuts: list[Cut] = []
    for cap in rule.caps:
        key = keys[cap.period]
        used = 0 if cap.period == "event" else usage.get((rule.id, key), 0)
        cuts.append(Cut(cap.period, key, cap.points, max(cap.points - used, 0)))
    return min(cuts, key=lambda cut: cut.allowed)


def _multiply(
    candidates: list[Candidate], award: Award, tier: Decimal | None
) -> dict[UUID | None, Decimal]:
    """The product of all multipliers of a program, the tier's included."""
    factors: dict[UUID | None, Decimal] = {}
    earning = None
    for step, value in candidates:
        if step.kind is not EffectKind.MULTIPLIER:
            continue
        if earning is None:
            earning = {base.program_id for base, _ in candidates if base.kind is EffectKind.BASE}
        if step.program_id not in earning:
            award.skipped.append(Skipped(step, Why.ZERO))
            continue
        award.multipliers.append(step)
        before = factors.get(step.program_id, tier)
        factors[step.program_id] = EXACT.multiply(value, 1 if before is None else before)
    return factors


def _pay(award: Award, step: Step, raw: int, factor: Decimal | None, usage: Usage) -> None:
    """Add the row, as far as caps and the engine's limit let it."""
    if raw < 1:
        award.skipped.append(Skipped(step, Why.ZERO))
        return
    rule, points, cut = step.rule, raw, None
    if rule.caps:
        cap = _tightest(step, award.facts, usage)
        if cap.allowed < points:
            points, cut = cap.allowed, cap
    room = MAX_POINTS - award.points
    if points > room:
        points, cut = room, Cut("limit", "limit", MAX_POINTS, room)
        if not room:
            award.skipped.append(Skipped(step, Why.CAP_REACHED, cut))
            return
    award.points += points
    award.fired.append(Fired(step, raw, points, factor, cut))
    kind = "earned" if step.kind is EffectKind.BASE else "bonus"
    lines = None if step.lines is None else step.lines(award.facts)
    base = step.label.get("base")
    award.effects.append(Effect(rule.id, rule.version, kind, points, step.program_id, lines, base))
    if rule.caps:
        _consume(award, step, points)


def _consume(award: Award, step: Step, points: int) -> None:
    keys = period_keys(award.facts[LOCAL_DATE])
    for cap in step.rule.caps:
        if cap.period != "event":
            award.consumed[step.rule.id, keys[cap.period]] = points
