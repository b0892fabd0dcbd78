"""Rules compiled once into steps, so that an event costs a few closures and no interpretation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from laurels.kit.conditions import (
    Condition,
    Cost,
    Facts,
    Test,
    compile_condition,
    cost_of,
    fields_of,
    values_of,
)
from laurels.kit.values.ids import decode, encode

from .facts import (
    AMOUNT,
    COUNTED,
    LINE_QUANTITY,
    LINES,
    LOCAL_DATE,
    NET_AMOUNT,
    OCCURRED_AT,
    QUANTITY,
    SEGMENTS,
    TIER_MULTIPLIER,
)
from .figures import as_json
from .rules import Base, Fixed, Multiplier, PerUnit, PointsPerMoney, Rule, UsageKey, period_keys

EXACT: Final = Context(prec=5000, traps=[Inexact, InvalidOperation, DivisionByZero])
"""Arithmetic without rounding: digits enough for every product, and a trap should they not be."""

_DOWN: Final = Context(prec=60, rounding=ROUND_DOWN)
_PLACES: Final = Decimal("0.0001")
Amount = Decimal | int
_ZERO: Final = Decimal(0)
PAID: Final[Mapping[Base, str]] = MappingProxyType({"amount": AMOUNT, "net_amount": NET_AMOUNT})
"""What was paid for a purchase, by the base; of a line the fact is called like the base."""


class EffectKind(IntEnum):
    """What a rule does to the award; also the order of the rows."""

    BASE = 0
    """Points per money: a row of its own, multiplied."""
    MULTIPLIER = 1
    BONUS = 2
    """A row of its own, never multiplied."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One rule ready to run.

    `measure` gives what is counted (money or units, None when the fact is missing), `value` what
    that is worth: exact points before multipliers, whole points of a bonus, or the factor.
    """

    rule: Rule
    kind: EffectKind
    program_id: UUID | None
    windowed: bool
    test: Test | None
    measure: Callable[[Facts], Amount | None]
    value: Callable[[Facts], Amount]
    label: Mapping[str, Any]
    label_json: tuple[str, str]
    """The beginning of the label as JSON, which names the rule, and the rest of it."""
    lines: Callable[[Facts], tuple[int, ...]] | None = None
    """Places of the lines that are counted, from 1; None where the purchase counts as a whole."""


@dataclass(frozen=True, slots=True)
class TriggerPlan:
    """The steps of one trigger in the order of their rows, and what they need to be known."""

    steps: tuple[Step, ...]
    contested: bool
    facts: frozenset[str]
    cost: Cost
    segments: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of a tenant, compiled; keep it as long as the rules stay the same."""

    by_trigger: Mapping[str, TriggerPlan]

    def facts(self, trigger: str) -> frozenset[str]:
        """The names of the facts that the rules of this trigger read."""
        trigger_plan = self.by_trigger.get(trigger)
        return frozenset() if trigger_plan is None else trigger_plan.facts

    def for_returns(self) -> "Plan":
        """The rules by which goods that come back are judged: fixed points are nobody's goods."""
        return Plan(
            {
                trigger: _trigger_plan(
                    [s for s in trigger_plan.steps if not isinstance(s.rule.award, Fixed)]
                )
                for trigger, trigger_plan in self.by_trigger.items()
            }
        )

    def segments(self, trigger: str) -> frozenset[UUID]:
        """The segments that the conditions of this trigger name."""
        trigger_plan = self.by_trigger.get(trigger)
        return frozenset() if trigger_plan is None else trigger_plan.segments

    def programs(self, trigger: str) -> frozenset[UUID]:
        """The programs in which rules of this trigger can give points."""
        trigger_plan = self.by_trigger.get(trigger)
        steps = trigger_plan.steps if trigger_plan else ()
        return frozenset(step.program_id for step in steps if step.program_id is not None)

    def gives(self, trigger: str) -> int:
        """How many rules of this trigger can give points to one event."""
        trigger_plan = self.by_trigger.get(trigger)
        steps = trigger_plan.steps if trigger_plan else ()
        return sum(step.kind is not EffectKind.MULTIPLIER for step in steps)

    def cost(self, trigger: str) -> Cost:
        """What judging an event of this trigger costs, per event and per line."""
        trigger_plan = self.by_trigger.get(trigger)
        return Cost() if trigger_plan is None else trigger_plan.cost

    def counts(self, trigger: str) -> bool:
        """Whether a rule of this trigger has caps over more than one event."""
        trigger_plan = self.by_trigger.get(trigger)
        steps = trigger_plan.steps if trigger_plan else ()
        return any(cap.period != "event" for step in steps for cap in step.rule.caps)

    def usage_keys(self, trigger: str, local_date: date) -> list[UsageKey]:
        """The usage that has to be loaded before an event of that local day is evaluated."""
        trigger_plan = self.by_trigger.get(trigger)
        keys = period_keys(local_date)
        return [
            (step.rule.id, keys[cap.period])
            for step in (trigger_plan.steps if trigger_plan else ())
            for cap in step.rule.caps
            if cap.period != "event"
        ]


def _typeid(rule_id: UUID) -> str:
    return encode("earning_rule", rule_id)


def compile_plan(
    rules: Iterable[Rule],
    *,
    default_program_id: UUID | None = None,
    spell_id: Callable[[UUID], str] = _typeid,
) -> Plan:
    """Rules by trigger, ready to run; those without a program get the default one.

    The order of the rules does not matter. `spell_id` writes rule ids into explanations.
    """
    steps_by_trigger: dict[str, list[Step]] = {}
    for rule in rules:
        step = _compile(rule, rule.program_id or default_program_id, spell_id(rule.id))
        steps_by_trigger.setdefault(rule.trigger, []).append(step)
    return Plan({trigger: _trigger_plan(steps) for trigger, steps in steps_by_trigger.items()})


def _trigger_plan(steps: list[Step]) -> TriggerPlan:
    ordered = sorted(steps, key=lambda step: (step.kind, -step.rule.priority, step.rule.id.int))
    contested = any(s.rule.stacking == "exclusive" or s.rule.exclusion_group for s in steps)
    facts = frozenset[str]().union(*(_facts_of(step) for step in steps))
    cost = sum((cost_of_rule(step.rule) for step in ordered), Cost())
    segments = frozenset(_segments_of(step.rule.condition for step in steps))
    return TriggerPlan(tuple(ordered), contested, facts, cost, segments)


def _segments_of(conditions: Iterable[Condition | None]) -> Iterator[UUID]:
    for condition in conditions:
        for named in () if condition is None else values_of(condition, SEGMENTS):
            # What is no id of a segment is contained in nothing, and nobody has to look for it.
            with suppress(ValueError):
                yield decode("segment", str(named))


def cost_of_rule(rule: Rule) -> Cost:
    """Return what asking a rule may cost: its conditions, and those of the lines it counts."""
    cost = Cost(1) + cost_of(rule.condition)
    match rule.award:
        case PointsPerMoney(lines=None) | PerUnit(lines=None) | Fixed() | Multiplier():
            return cost
        case PointsPerMoney(lines=lines) | PerUnit(lines=lines):
            return cost + Cost(0, 1 + cost_of(lines).once)


def _facts_of(step: Step) -> frozenset[str]:
    rule = step.rule
    needed = fields_of(rule.condition) if rule.condition is not None else frozenset[str]()
    if step.windowed:
        needed |= {OCCURRED_AT}
    if rule.caps:
        needed |= {LOCAL_DATE}
    match rule.award:
        case PointsPerMoney(lines=lines, base=base):
            counted = {PAID[base]} if lines is None else {PAID[base], LINES}
            return needed | {TIER_MULTIPLIER} | counted
        case PerUnit(of=of):
            return needed | {LINES if of == LINE_QUANTITY else of}
        case Fixed() | Multiplier():
            return needed


def _compile(rule: Rule, program_id: UUID | None, spelled: str) -> Step:
    kind, measure, value, terms = _compile_award(rule)
    named: dict[str, Any] = {"rule": spelled, "version": rule.version, "name": rule.name}
    return Step(
        rule=rule,
        kind=kind,
        program_id=program_id,
        windowed=rule.starts_at is not None or rule.ends_at is not None,
        test=None if rule.condition is None else compile_condition(rule.condition),
        measure=measure,
        value=value,
        label={**named, **terms},
        label_json=(as_json(named)[:-1], "," + as_json(terms)[1:-1]),
        lines=_lines_counted(rule),
    )


_Compiled = tuple[
    EffectKind, Callable[[Facts], Amount | None], Callable[[Facts], Amount], dict[str, Any]
]


def _compile_award(rule: Rule) -> _Compiled:
    match rule.award:
        case PointsPerMoney(rate, lines, base):
            measure = _fact(PAID[base]) if lines is None else _paid_for_lines(lines, base)
            terms = {"kind": "earned", "rate": format(rate, "f")}
            if base != "amount":
                terms["base"] = base
            return EffectKind.BASE, measure, _per_money(measure, rate), terms
        case PerUnit(points, unit, of, lines):
            counted = of == LINE_QUANTITY
            measure = _sum_of_lines("quantity", lines) if counted else _fact(of)
            terms = {"kind": "bonus", "per_unit": points, "unit": format(unit, "f")}
            return EffectKind.BONUS, measure, _per_unit(measure, points, unit), terms
        case Fixed(points):
            return EffectKind.BONUS, _nothing, lambda _: points, {"kind": "bonus", "fixed": points}
        case Multiplier(factor):
            return (
                EffectKind.MULTIPLIER,
                _nothing,
                lambda _: factor,
                {"factor": format(factor, "f")},
            )


def _lines_counted(rule: Rule) -> Callable[[Facts], tuple[int, ...]] | None:
    """Return what finds the lines that a rule counts, so that a refund of lines knows its share."""
    match rule.award:
        case PointsPerMoney(lines=condition) if condition is not None:
            pass
        case PerUnit(of=of, lines=condition) if of in {LINE_QUANTITY, QUANTITY}:
            pass
        case _:
            return None
    test = None if condition is None else compile_condition(condition)

    def lines(facts: Facts) -> tuple[int, ...]:
        lines = enumerate(facts.get(LINES) or (), start=1)
        return tuple(place for place, line in lines if test is None or test(line))

    return lines


def _nothing(_: Facts) -> Amount | None:
    return None


def _fact(name: str) -> Callable[[Facts], Amount | None]:
    if (counted := COUNTED.get(name)) is not None:
        return lambda facts: facts.get(counted, facts.get(name))
    return lambda facts: facts.get(name)


def _sum_of_lines(name: str, lines: Condition | None) -> Callable[[Facts], Amount | None]:
    test = None if lines is None else compile_condition(lines)

    def measure(facts: Facts) -> Amount | None:
        total = _ZERO
        for line in facts.get(LINES) or ():
            if test is None or test(line):
                total = EXACT.add(total, line.get(name) or 0)
        return total

    return measure


def _paid_for_lines(lines: Condition, base: Base) -> Callable[[Facts], Amount | None]:
    """Return what measures the money that was paid for lines: never more than for the purchase.

    Where all lines together are worth more than what was paid, each was paid for in proportion.
    What was paid with points was paid for each in proportion, too.
    """
    matching, everything = _sum_of_lines(base, lines), _sum_of_lines(base, None)
    counted = COUNTED[PAID[base]]

    def measure(facts: Facts) -> Amount | None:
        total, worth, paid = matching(facts), everything(facts), facts.get(PAID[base])
        if total is None or worth is None or paid is None:
            return total
        if worth > paid:
            share = _DOWN.divide(EXACT.multiply(total, paid), worth)
            total = _DOWN.quantize(share, _PLACES)
        total = max(min(total, paid), _ZERO)
        if paid and (left := facts.get(counted)) is not None:
            total = _DOWN.quantize(_DOWN.divide(EXACT.multiply(total, left), paid), _PLACES)
        return total

    return measure


def _per_money(measure: Callable[[Facts], Amount | None], rate: Decimal) -> Callable[..., Amount]:
    multiply = EXACT.multiply

    def value(facts: Facts) -> Amount:
        money = measure(facts)
        return 0 if money is None else multiply(money, rate)

    return value


def _per_unit(
    measure: Callable[[Facts], Amount | None], points: int, unit: Decimal
) -> Callable[..., Amount]:
    def value(facts: Facts) -> Amount:
        count = measure(facts)
        if count is None or count <= 0:
            return 0
        return int(EXACT.divide_int(EXACT.multiply(count, points), unit))

    return value
