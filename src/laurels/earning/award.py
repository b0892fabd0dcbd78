"""What an event earns, and why: rows for the ledger, usage for the caps, reasons for people."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

import orjson

from laurels.kit.conditions import Facts, explain

from .facts import LINES, OCCURRED_AT, TIER, TIER_MULTIPLIER
from .figures import PLACE, as_json, put_in, take_out
from .plan import PAID, EffectKind, Step
from .rules import MAX_POINTS, Period, PerUnit, PointsPerMoney, UsageKey


class Why(StrEnum):
    """Why a rule gave nothing."""

    FACT_MISSING = "fact_missing"
    WINDOW = "window"
    CONDITION = "condition"
    ZERO = "zero"
    CAP_REACHED = "cap_reached"
    EXCLUSIVE = "exclusive"
    EXCLUSION_GROUP = "exclusion_group"


class Effect(NamedTuple):
    """One row that the ledger shall write: always more than 0 points."""

    rule_id: UUID
    version: int
    kind: Literal["earned", "bonus"]
    points: int
    program_id: UUID | None
    lines: tuple[int, ...] | None = None
    """Places of the lines that it counted; None where it counted the purchase as a whole."""
    base: str | None = None
    """What it counted of the money, where that was not all that was paid."""


class Cut(NamedTuple):
    """What kept a row below its raw points: `cap` points in all, of which `allowed` were left.

    The period `limit` is the engine's own: no event earns more than 2^53 points.
    """

    period: Period | Literal["limit"]
    key: str
    cap: int
    allowed: int


class Fired(NamedTuple):
    """A rule that made a row."""

    step: Step
    raw: int
    points: int
    factor: Decimal | int | None
    cut: Cut | None


class Skipped(NamedTuple):
    """A rule that gave nothing, with the cap or the winning rule where that is the reason."""

    step: Step
    why: Why
    by: Step | Cut | None = None


@dataclass(slots=True, eq=False)
class Award:
    """The outcome of one event. It keeps the facts: change them only after `explanation()`."""

    trigger: str
    facts: Facts
    effects: list[Effect] = field(default_factory=list[Effect])
    points: int = 0
    consumed: dict[UsageKey, int] = field(default_factory=dict[UsageKey, int])
    """Points to add to the usage of every capped rule that fired."""
    fired: list[Fired] = field(default_factory=list[Fired])
    multipliers: list[Step] = field(default_factory=list[Step])
    skipped: list[Skipped] = field(default_factory=list[Skipped])

    def explanation(self) -> dict[str, Any]:
        """Why the event earned this, ready for JSON: decimals are texts, points whole numbers."""
        return orjson.loads(put_in(*self.template_and_figures()))

    def template_and_figures(self) -> tuple[str, list[str]]:
        """Return the same as JSON without its figures, and these."""
        facts, figures = self.facts, [str(self.points)]
        fired = ",".join([_fired(row, facts, figures) for row in self.fired])
        text = f'{{"trigger":"{self.trigger}","points":{PLACE},"fired":[{fired}]'
        multipliers = [f"{step.label_json[0]}{step.label_json[1]}}}" for step in self.multipliers]
        tier = facts.get(TIER_MULTIPLIER)
        if tier is not None and any(row.step.kind is EffectKind.BASE for row in self.fired):
            name = facts.get(TIER)
            named = "" if name is None else f',"tier":{as_json(name)}'
            multipliers.append(f'{{"fact":"{TIER_MULTIPLIER}"{named},"factor":"{PLACE}"}}')
            figures.append(_digits(tier))
        if multipliers:
            text += f',"multipliers":[{",".join(multipliers)}]'
        if self.skipped:
            skipped = ",".join([_skipped(row, facts, figures) for row in self.skipped])
            text += f',"skipped":[{skipped}]'
        return text + "}", figures


def _digits(number: Decimal | int) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def _fired(row: Fired, facts: Facts, figures: list[str]) -> str:
    step = row.step
    raw = min(row.raw, MAX_POINTS)
    text = f'{step.label_json[0]}{step.label_json[1]},"raw":{PLACE},"points":{PLACE}'
    figures += [str(raw), str(row.points)]
    count = step.measure(facts)
    if count is not None:
        text += f',"{"amount" if step.kind is EffectKind.BASE else "quantity"}":"{PLACE}"'
        figures.append(_digits(count))
    if row.factor is not None:
        text += f',"multiplier":"{PLACE}"'
        figures.append(_digits(row.factor))
    if row.cut is not None:
        text += f',"capped":{{"period":"{PLACE}","cap":{PLACE},"allowed":{PLACE},"cut":{PLACE}}}'
        cut = row.cut
        figures += [cut.key, str(cut.cap), str(cut.allowed), str(raw - row.points)]
    return text + "}"


def _skipped(row: Skipped, facts: Facts, figures: list[str]) -> str:
    words = take_out(_words(row, facts), figures)
    return f'{row.step.label_json[0]},"why":"{row.why.value}","words":{words}}}'


def _words(row: Skipped, facts: Facts) -> list[str]:
    rule, by = row.step.rule, row.by
    match row.why:
        case Why.FACT_MISSING:
            return [f"nothing supplies {', '.join(rule.missing)} any more"]
        case Why.CONDITION:
            return explain(rule.condition, facts) if rule.condition is not None else []
        case Why.WINDOW:
            return [_window_words(row.step, facts)]
        case Why.ZERO:
            return [_zero_words(row.step, facts)]
        case Why.CAP_REACHED if isinstance(by, Cut):
            return [f"nothing is left of the {by.cap} points for {by.key}"]
        case Why.EXCLUSIVE if isinstance(by, Step):
            return [f"{by.rule.name} is exclusive"]
        case Why.EXCLUSION_GROUP if isinstance(by, Step):
            return [f"{by.rule.name} is the best of {rule.exclusion_group}"]
        case _:
            raise AssertionError(f"{row.why} without its cause")


def _window_words(step: Step, facts: Facts) -> str:
    starts_at, ends_at = step.rule.starts_at, step.rule.ends_at
    if starts_at is not None and facts[OCCURRED_AT] < starts_at:
        return f"it starts at {starts_at.isoformat()}"
    return f"it ended at {ends_at.isoformat()}" if ends_at is not None else "it is over"


def _zero_words(step: Step, facts: Facts) -> str:
    if step.kind is EffectKind.MULTIPLIER:
        return "there are no points to multiply"
    count = step.measure(facts)
    what = _counted(step)
    if count is None:
        return f"{what} is missing"
    return f"{what} {_digits(count)} gives less than one point"


def _counted(step: Step) -> str:
    match step.rule.award:
        case PointsPerMoney(lines=lines, base=base):
            return PAID[base] if lines is None else f"{LINES}.{base}"
        case PerUnit(of=of):
            return of
        case _:
            return "the rule"
