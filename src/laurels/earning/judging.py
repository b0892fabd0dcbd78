"""Pure: an event and the rules in; what it will earn, and the movements for it, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from laurels import ledger
from laurels.events.catalogue.activities import ActivityRecorded, MemberBirthday
from laurels.events.catalogue.members import MemberEnrolled
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.values.fields import trim_money
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Actor

from .award import Award
from .engine import evaluate
from .facts import ACTIVITY_KIND, AMOUNT, COUNTED, PAID_WITH_POINTS
from .figures import put_in, take_out
from .plan import Plan
from .rules import UsageKey

SOURCES = {
    PurchaseCompleted.name: ("purchase", "purchase"),
    MemberEnrolled.name: ("signup", "member"),
    MemberBirthday.name: ("birthday", "activity"),
    ActivityRecorded.name: ("activity", "activity"),
}
"""By the event that earned: the ledger's source of the points, and the kind of its subject."""
OF_ACTIVITIES = frozenset({"review", "social_share"})
"""Kinds of activities that the ledger knows by name; points of all others come of `activity`."""
NOTHING = Plan({})
"""The plan of whoever earns nothing."""


@dataclass(slots=True)
class Awarded:
    """What an event earned, by which transactions, and why: a text, its figures, and `more` of it.

    `refused`: the ledger took less than the rules gave.
    """

    points: int
    effects: list[dict[str, Any]]
    reasons: tuple[str, list[str]]
    more: dict[str, Any] = field(default_factory=dict[str, Any])
    refused: bool = False

    @property
    def explanation(self) -> dict[str, Any]:
        """Why it earned that, ready for JSON."""
        return orjson.loads(self.explanation_json)

    @property
    def explanation_json(self) -> bytes:
        """The same as JSON."""
        return put_in(*self.why()).encode()

    def why(self) -> tuple[str, list[str]]:
        """Return the whole text without its figures, and these."""
        text, figures = self.reasons
        if not self.more:
            return text, figures
        figures = figures.copy()
        more = take_out(self.more, figures)
        return f"{text[:-1]},{more[1:]}" if len(text) > len("{}") else more, figures

    @property
    def by_program(self) -> list[tuple[UUID, int]]:
        """The program and the points of each effect."""
        return [(effect["program_id"], effect["points"]) for effect in self.effects]

    def correct(self, movement: ledger.Debit, taken: int) -> None:
        """Fewer points were there to be taken than the rules say."""
        self.points += movement.points - taken
        self.more["short"] = movement.points - taken + self.more.get("short", 0)
        for effect in self.effects:
            if effect["transaction_id"] == movement.transaction_id:
                effect["points"] = -taken
        self.effects = [effect for effect in self.effects if effect["points"]]
        self.refused = True

    def refuse(self, movement: ledger.Credit | ledger.Debit, name: str, words: str) -> None:
        """The ledger did not take one of its credits: the event stands, earns less and says why."""
        refused = [e for e in self.effects if e["transaction_id"] == movement.transaction_id]
        self.points -= sum(effect["points"] for effect in refused)
        self.effects = [effect for effect in self.effects if effect not in refused]
        self.more[name] = words
        self.refused = True


@dataclass(slots=True)
class Judged:
    """What the rules decided of one event, and the movements that shall come of it."""

    outcome: Award
    awarded: Awarded
    movements: Sequence[ledger.Credit | ledger.Debit]


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """Something that happened to a member and may earn; `facts` are the event's own.

    `inactive_status`: `archived` or `blocked`, of a member who earns nothing at present. `by`: who
    reported it, where that is not whose work it is. `returned`: goods came back without their
    purchase; the facts are theirs as if they were bought, and what that earns is taken. `may_owe`:
    what of it is not there is owed, not forgiven. `judged`: what the rules say of it, once that is
    known.
    """

    subject_id: UUID
    member_id: UUID
    occurred_at: datetime
    facts: dict[str, Any]
    inactive_status: str | None = None
    by: Actor | None = None
    returned: bool = False
    may_owe: bool = False
    judged: Judged | None = None


def judge(
    trigger: str, occurrence: Occurrence, plan: Plan, usage: Mapping[UsageKey, int]
) -> Judged:
    """Return what an event earns by these rules, its facts being complete."""
    if occurrence.returned:
        return _judge_return(trigger, occurrence, plan)
    facts = occurrence.facts
    # What was paid with points alone earns nothing, fixed points neither.
    nothing = occurrence.inactive_status or not facts.get(COUNTED[AMOUNT], True)
    outcome = evaluate(trigger, facts, NOTHING if nothing else plan, usage)
    more: dict[str, Any] = {}
    if PAID_WITH_POINTS in facts:
        more["paid_with_points"] = trim_money(facts[PAID_WITH_POINTS])
    if occurrence.inactive_status:
        more["member_status"] = occurrence.inactive_status
    movements = _credits(trigger, occurrence, outcome) if outcome.effects else []
    effects = [
        {
            "rule_id": effect.rule_id,
            "version": effect.version,
            "type": effect.kind,
            "program_id": effect.program_id,
            "points": effect.points,
            "transaction_id": movement.transaction_id,
            "usage": [
                period for (rule_id, period) in outcome.consumed if rule_id == effect.rule_id
            ],
            **({"lines": effect.lines} if effect.lines is not None else {}),
            **({"base": effect.base} if effect.base is not None else {}),
        }
        for effect, movement in zip(outcome.effects, movements, strict=True)
    ]
    return Judged(
        outcome, Awarded(outcome.points, effects, outcome.template_and_figures(), more), movements
    )


def _judge_return(trigger: str, occurrence: Occurrence, plan: Plan) -> Judged:
    """Return what goods that come back take: what buying them would earn, caps being unused."""
    judged_by = NOTHING if occurrence.inactive_status else plan.for_returns()
    outcome = evaluate(trigger, occurrence.facts, judged_by)
    more = {
        "returned": True,
        **({"member_status": occurrence.inactive_status} if occurrence.inactive_status else {}),
    }
    source_id = encode(SOURCES[trigger][1], occurrence.subject_id)
    movements = [
        ledger.Debit(
            member_id=occurrence.member_id,
            program_id=effect.program_id,
            points=effect.points,
            type="refunded",
            shortfall="owe" if occurrence.may_owe else "forgive",
            source=source_of(trigger),
            source_id=source_id,
            occurred_at=occurrence.occurred_at,
            transaction_id=new_id(),
            by=occurrence.by,
        )
        for effect in outcome.effects
    ]
    effects: list[dict[str, Any]] = [
        {
            "rule_id": effect.rule_id,
            "version": effect.version,
            "type": "refunded",
            "program_id": effect.program_id,
            "points": -effect.points,
            "transaction_id": movement.transaction_id,
            "usage": [],
        }
        for effect, movement in zip(outcome.effects, movements, strict=True)
    ]
    outcome.consumed.clear()
    return Judged(
        outcome, Awarded(-outcome.points, effects, outcome.template_and_figures(), more), movements
    )


def switched_off(trigger: str, occurrence: Occurrence) -> Judged:
    """Return what an event earns while the whole programme is off."""
    more = {"disabled": "the loyalty programme was switched off"}
    outcome = evaluate(trigger, occurrence.facts, NOTHING)
    return Judged(outcome, Awarded(0, [], ("{}", []), more), [])


def _credits(trigger: str, occurrence: Occurrence, outcome: Award) -> list[ledger.Credit]:
    source = source_of(trigger, occurrence.facts.get(ACTIVITY_KIND))
    source_id = encode(SOURCES[trigger][1], occurrence.subject_id)
    return [
        ledger.Credit(
            member_id=occurrence.member_id,
            program_id=effect.program_id,
            points=effect.points,
            type=effect.kind,
            source=source,
            source_id=source_id,
            occurred_at=occurrence.occurred_at,
            transaction_id=new_id(),
            by=occurrence.by,
        )
        for effect in outcome.effects
    ]


def source_of(trigger: str, activity_kind: str | None = None) -> str:
    """Return the ledger's source of points that such an event earns."""
    if activity_kind is not None and activity_kind in OF_ACTIVITIES:
        return activity_kind
    return SOURCES[trigger][0]
