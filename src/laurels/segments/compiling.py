"""Conditions in SQL: a predicate with bind values, which answers as `compile_condition` does.

SQL has three truth values and the condition form has two. A comparison with null is null, and `and`
and `or` carry that through so that a row is kept exactly where two values would keep it, as long as
null counts as false at the end. Only `not` and `every` look at falseness; they ask `is not true`.
So what is written here is what a person would have written by hand, and as fast.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels.kit.conditions import (
    NUMERAL,
    AllOf,
    AnyOf,
    Condition,
    Each,
    Field,
    Kind,
    Leaf,
    Not,
    Op,
)
from laurels.kit.values.time import local_date, since_days

TYPES: Final[Mapping[Kind, str]] = {
    Kind.MONEY: "numeric",
    Kind.NUMBER: "numeric",
    Kind.INTEGER: "bigint",
    Kind.TEXT: "text",
    Kind.ENUM: "text",
    Kind.TEXTS: "text",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz",
}
"""What SQL calls each kind; open maps have a type per comparison."""

_SIGNS: Final[Mapping[Op, str]] = {
    Op.EQ: "=",
    Op.NE: "<>",
    Op.LT: "<",
    Op.LTE: "<=",
    Op.GT: ">",
    Op.GTE: ">=",
}
_FIRST_DAY: Final = date(1, 1, 2)
_LAST_DAY: Final = date(9999, 12, 30)
_DAYS_AGO: Final = "start_of_day_"
_JUDGED: Final = "judged_"


@dataclass(frozen=True, slots=True)
class Column:
    """How SQL says a field: an expression that is null where the fact is missing.

    `needs` names the sources that it reads beside the member. A field that counts days since a
    moment names that moment, so that comparisons become bounds of the moment. In expressions
    `{tenant}`, `{now}`, `{today}`, `{zone}` and `{start_of_day_30}` (30 local days ago) stand for
    values; `{present}` is when they are asked, also where the question is about an earlier moment.
    `{judged_p}` leaves out the purchases `p` that are not judged yet, `{judged_a}` the activities
    `a`.
    """

    sql: str
    needs: tuple[str, ...] = ()
    since: str | None = None


@dataclass(slots=True)
class Values:
    """Bind values in their order, and what the words in braces stand for.

    `without`: purchases and activities that are recorded, but are not to count yet.
    """

    now: datetime
    zone: ZoneInfo
    given: list[Any]
    without: Sequence[UUID] = ()
    timed: bool = False
    """Whether something was asked that depends on what the present is."""
    _known: dict[str, str] = field(default_factory=dict[str, str])

    def mark(self, value: Any, kind: str) -> str:
        """Return the place of a value of this type, `$7::numeric`."""
        self.given.append(value)
        return f"${len(self.given)}::{kind}"

    def write(self, text: str) -> str:
        """Return SQL text with the places of values for its words in braces."""
        return text.format_map(self)

    def __getitem__(self, word: str) -> str:
        if word not in self._known:
            self._known[word] = self._place(word)
        return self._known[word]

    def _place(self, word: str) -> str:
        if word == "tenant":
            return "$1"
        if word == "zone":
            return self.mark(self.zone.key, "text")
        if word.startswith(_JUDGED):
            row = word.removeprefix(_JUDGED)
            return f" and {row}.id <> all({self['without']})" if self.without else ""
        if word == "without":
            return self.mark(list(self.without), "uuid[]")
        if word == "present":
            return self.mark(self.now, "timestamptz")
        if word == "now":
            return self.moment("timestamptz", lambda now: now)
        if word == "today":
            return self.moment("date", lambda now: local_date(now, self.zone))
        days_ago = int(word.removeprefix(_DAYS_AGO))
        return self.moment("timestamptz", lambda now: self._start_of_day(now, days_ago))

    def moment(self, kind: str, find: Callable[[datetime], Any]) -> str:
        """Return the place of a value that depends on what the present is."""
        self.timed = True
        return self.mark(find(self.now), kind)

    def days_ago(self, days: int) -> str:
        """Return the place of the first moment of the day so many days ago."""
        return self[f"{_DAYS_AGO}{days}"]

    def start_of_day(self, days_ago: int) -> datetime:
        """Return when the tenant's day so many days ago began, as far as there are days."""
        return self._start_of_day(self.now, days_ago)

    def _start_of_day(self, now: datetime, days_ago: int) -> datetime:
        today = local_date(now, self.zone)
        most, least = (today - _FIRST_DAY).days, (today - _LAST_DAY).days
        return since_days(now, max(least, min(most, days_ago)), self.zone)


@dataclass(slots=True)
class OwnMoments(Values):
    """Values of a statement about members each of whom has a present of their own.

    What depends on it are columns of `w`, which has a row for each of these moments.
    """

    moments: Sequence[datetime] = ()
    columns: list[str] = field(default_factory=list[str])

    def moment(self, kind: str, find: Callable[[datetime], Any]) -> str:
        """Return the column in which each member has their own value."""
        name = f"c{len(self.columns)}"
        place = self.mark([find(moment) for moment in self.moments], f"{kind}[]")
        self.columns.append(f"unnest({place}) as {name}")
        return f"w.{name}"


@dataclass(slots=True)
class Compiler:
    """Turns conditions into predicates, and notes which sources they read.

    With `one_by_one` each member's collections are looked up by themselves: else the planner may
    read the rows of all members once and hash them.
    """

    values: Values
    columns: Callable[[Field], Column]
    collections: Mapping[str, str]
    one_by_one: bool = False
    needs: set[str] = field(default_factory=set[str])

    def predicate(self, condition: Condition) -> str:
        """Return the condition as SQL that is true for exactly those for whom it holds."""
        match condition:
            case Leaf():
                return self._leaf(condition)
            case AllOf(parts):
                return "(" + " and ".join(self.predicate(part) for part in parts) + ")"
            case AnyOf(parts):
                return "(" + " or ".join(self.predicate(part) for part in parts) + ")"
            case Not(part):
                return f"({self.predicate(part)} is not true)"
            case Each():
                return self._each(condition)

    def expression(self, leaf_or_field: Leaf | Field) -> str:
        """Return what is found for a field, or for the key that a leaf names of it."""
        if isinstance(leaf_or_field, Field):
            column = self.columns(leaf_or_field)
            self.needs.update(column.needs)
            return self.values.write(column.sql)
        held = self.expression(leaf_or_field.field)
        if leaf_or_field.key is None:
            return held
        return f"({held} -> {self.values.mark(leaf_or_field.key, 'text')})"

    def _each(self, each: Each) -> str:
        rows = self.values.write(self.collections[each.collection])
        where = self.predicate(each.where)
        end = " offset 0)" if self.one_by_one else ")"
        if each.quantifier == "every":
            return (
                f"(exists (select from {rows}{end}"
                f" and not exists (select from {rows} and {where} is not true{end})"
            )
        word = "exists" if each.quantifier == "some" else "not exists"
        return f"{word} (select from {rows} and {where}{end}"

    def _leaf(self, leaf: Leaf) -> str:
        if leaf.key is not None:
            return self._attribute(leaf)
        if leaf.op is Op.EXISTS:
            return f"({self.expression(leaf.field)} is {'not null' if leaf.value else 'null'})"
        since = self.columns(leaf.field).since
        if since is not None and leaf.op not in (Op.IN, Op.NOT_IN):
            self.needs.update(self.columns(leaf.field).needs)
            return self._days(leaf, self.values.write(since))
        found, kind = self.expression(leaf.field), TYPES[leaf.field.kind]
        if leaf.field.kind is Kind.TEXTS:
            return f"({self.values.mark(leaf.value, kind)} = any({found}))"
        return self._compare(found, leaf.op, leaf.value, kind)

    def _compare(self, found: str, op: Op, value: Any, kind: str) -> str:
        mark = self.values.mark
        if op in _SIGNS:
            return f"({found} {_SIGNS[op]} {mark(value, kind)})"
        if op is Op.IN:
            return f"({found} = any({mark(list(value), kind + '[]')}))"
        if op is Op.NOT_IN:
            return f"({found} <> all({mark(list(value), kind + '[]')}))"
        if op is Op.BETWEEN:
            return f"({found} between {mark(value[0], kind)} and {mark(value[1], kind)})"
        if op is Op.CONTAINS:
            return f"(strpos({found}, {mark(value, kind)}) > 0)"
        assert op is Op.STARTS_WITH, "the grammar knows no other"
        return f"starts_with({found}, {mark(value, kind)})"

    def _days(self, leaf: Leaf, moment: str) -> str:
        """Compare days since a moment by bounds of the moment, which costs no calendar per row."""
        first, last = cast("Any", leaf.value if leaf.op is Op.BETWEEN else (leaf.value, leaf.value))

        bound = self.values.days_ago
        match leaf.op:
            case Op.LT:
                return f"({moment} >= {bound(first - 1)})"
            case Op.LTE:
                return f"({moment} >= {bound(first)})"
            case Op.GT:
                return f"({moment} < {bound(first)})"
            case Op.GTE:
                return f"({moment} < {bound(first - 1)})"
            case Op.NE:
                return f"({moment} < {bound(first)} or {moment} >= {bound(first - 1)})"
            case _:
                return f"({moment} >= {bound(last)} and {moment} < {bound(first - 1)})"

    def _attribute(self, leaf: Leaf) -> str:
        """An open map may hold anything: what cannot be compared with the value is missing."""
        found = self.expression(leaf)
        if leaf.op is Op.EXISTS:
            held = f"nullif({found}, 'null'::jsonb)"
            return f"({held} is {'not null' if leaf.value else 'null'})"
        kind = f"jsonb_typeof({found})"
        plain = f"({found} #>> '{{}}')"
        if leaf.op is Op.CONTAINS:
            part = self.values.mark(leaf.value, "text")
            return (
                f"(case {kind} when 'string' then strpos({plain}, {part}) > 0"
                f" when 'array' then {found} ? {part} end)"
            )
        if leaf.op in (Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN):
            numeral = self.values.mark(f"^{NUMERAL}$", "text")
            number = (
                f"(case {kind} when 'number' then {plain}::numeric when 'string'"
                f" then case when {plain} ~ {numeral} then {plain}::numeric end end)"
            )
            return self._compare(number, leaf.op, leaf.value, "numeric")
        family, value = _family(leaf.value)
        words = {"text": "string", "boolean": "boolean", "numeric": "number"}
        fitting = f"(case {kind} when '{words[family]}' then {plain}::{family} end)"
        return self._compare(fitting, leaf.op, value, family)


def _family(value: Any) -> tuple[str, Any]:
    """Return the type that a value of an open map is compared in, and the value in that type.

    The first of a list says how the list is meant; to Python, true among numbers is 1.
    """
    items = cast("Sequence[Any]", value if isinstance(value, tuple) else (value,))
    if isinstance(items[0], str):
        fitting: list[Any] = [item for item in items if isinstance(item, str)]
        family = "text"
    elif isinstance(items[0], bool):
        fitting = [truth for truth in (True, False) if truth in items]
        family = "boolean"
    else:
        fitting = [Decimal(int(item)) for item in items if not isinstance(item, str)]
        family = "numeric"
    return family, fitting if isinstance(value, tuple) else fitting[0]


def certain(condition: Condition) -> frozenset[str]:
    """Return the names of fields of which a comparison holds whenever the condition does."""
    match condition:
        case Leaf():
            return frozenset({condition.name})
        case AllOf(parts):
            return frozenset[str]().union(*(certain(part) for part in parts))
        case _:
            return frozenset()


def leaves_of(condition: Condition) -> list[Leaf]:
    """Return the comparisons of the member's own fields, in reading order."""
    match condition:
        case Leaf():
            return [condition]
        case AllOf(parts) | AnyOf(parts):
            return [leaf for part in parts for leaf in leaves_of(part)]
        case Not(part):
            return leaves_of(part)
        case Each():
            return []
