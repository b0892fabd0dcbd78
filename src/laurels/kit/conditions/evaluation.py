"""Asking a condition: compiled once into a closure, asked often; and in words when it says no."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final, cast

from .tree import ORDERING, AllOf, AnyOf, Condition, Each, Facts, Leaf, Not, Op, Test

MAX_WORDS: Final = 300
MAX_REASONS: Final = 5
NUMERAL: Final = "[+-]?[0-9]{1,100}([.][0-9]{1,100})?"
"""What a text in an open map looks like that counts as a number; in SQL it means the same."""
_SHOWN: Final = 5

_NUMERAL: Final = re.compile(NUMERAL)

_Compare = Callable[[Any, Any], bool]
"""Takes what was found (never null) and what the condition says."""


def _between(found: Any, ends: Any) -> bool:
    return ends[0] <= found <= ends[1]


def _within(found: Any, values: Any) -> bool:
    return found in values


def _outside(found: Any, values: Any) -> bool:
    return found not in values


_COMPARE: Final[Mapping[Op, _Compare]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.IN: _within,
    Op.NOT_IN: _outside,
    Op.CONTAINS: operator.contains,
    Op.STARTS_WITH: str.startswith,
    Op.BETWEEN: _between,
}

_WORDS: Final[Mapping[Op, tuple[str, str]]] = {
    Op.EQ: ("is", "is not"),
    Op.NE: ("is not", "is"),
    Op.LT: ("is less than", "is not less than"),
    Op.LTE: ("is at most", "is not at most"),
    Op.GT: ("is more than", "is not more than"),
    Op.GTE: ("is at least", "is not at least"),
    Op.IN: ("is one of", "is not one of"),
    Op.NOT_IN: ("is none of", "is one of"),
    Op.CONTAINS: ("contains", "does not contain"),
    Op.STARTS_WITH: ("starts with", "does not start with"),
    Op.BETWEEN: ("is between", "is not between"),
}


def compile_condition(condition: Condition) -> Test:
    """A function that answers the condition for facts. Compile once, ask for every event."""
    match condition:
        case Leaf():
            return _compile_leaf(condition)
        case AllOf(parts):
            return _compile_all([compile_condition(part) for part in parts])
        case AnyOf(parts):
            return _compile_any([compile_condition(part) for part in parts])
        case Not(part):
            inner = compile_condition(part)
            return lambda facts: not inner(facts)
        case Each():
            return _compile_each(condition)


def _compile_all(tests: Sequence[Test]) -> Test:
    def every_part(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as all() over a generator
            if not test(facts):
                return False
        return True

    return tests[0] if len(tests) == 1 else every_part


def _compile_any(tests: Sequence[Test]) -> Test:
    def some_part(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as any() over a generator
            if test(facts):
                return True
        return False

    return tests[0] if len(tests) == 1 else some_part


def _compile_each(each: Each) -> Test:
    name, test = each.collection, compile_condition(each.where)

    def some(facts: Facts) -> bool:
        return any(map(test, facts.get(name) or ()))

    def every(facts: Facts) -> bool:
        elements = facts.get(name) or ()
        return bool(elements) and all(map(test, elements))

    if each.quantifier == "every":
        return every
    return some if each.quantifier == "some" else lambda facts: not some(facts)


def _compile_leaf(leaf: Leaf) -> Test:
    if leaf.key is not None:
        return _compile_attribute(leaf, leaf.key)
    name = leaf.field.name
    if leaf.op is Op.EXISTS:
        wanted = bool(leaf.value)
        return lambda facts: (facts.get(name) is not None) is wanted
    compare, value = _COMPARE[leaf.op], _operand(leaf)

    def test(facts: Facts) -> bool:
        found = facts.get(name)
        return found is not None and compare(found, value)

    return test


def _compile_attribute(leaf: Leaf, key: str) -> Test:
    name = leaf.field.name
    if leaf.op is Op.EXISTS:
        wanted = bool(leaf.value)
        return lambda facts: (_attribute(facts, name, key) is not None) is wanted
    compare, value, fit = _COMPARE[leaf.op], _operand(leaf), _fitting(leaf)

    def test(facts: Facts) -> bool:
        found = fit(_attribute(facts, name, key))
        return found is not None and compare(found, value)

    return test


def _attribute(facts: Facts, name: str, key: str) -> Any:
    held: Facts | None = facts.get(name)
    return None if held is None else held.get(key)


def _operand(leaf: Leaf) -> Any:
    """A set answers `in` at once however long the list is."""
    if leaf.op in (Op.IN, Op.NOT_IN) and isinstance(leaf.value, tuple):
        return frozenset(leaf.value)
    return leaf.value


def _fitting(leaf: Leaf) -> Callable[[Any], Any]:
    """An attribute may hold anything: what cannot be compared with the value counts as missing."""
    if leaf.op in ORDERING:
        return _as_number
    if leaf.op is Op.CONTAINS:
        return _as_container
    first = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
    family = _family(first)
    return lambda found: found if _family(found) is family else None


def _as_container(found: Any) -> Any:
    return cast("object", found) if isinstance(found, str | list | tuple) else None


def _family(value: object) -> type | None:
    if isinstance(value, bool):
        return bool
    return str if isinstance(value, str) else Decimal if _as_number(value) is not None else None


def _as_number(found: object) -> Decimal | int | None:
    """Plain decimal texts are numbers here, and a float means the digits it was written with."""
    if isinstance(found, bool):
        return None
    if isinstance(found, int | Decimal):
        return found
    if isinstance(found, str):
        return Decimal(found) if _NUMERAL.fullmatch(found) else None
    number = Decimal(str(found)) if isinstance(found, float) else None
    return number if number is not None and number.is_finite() else None


def explain(condition: Condition, facts: Facts, limit: int = MAX_REASONS) -> list[str]:
    """Why the condition is false for these facts: at most `limit` reasons, none when it is true.

    Of an `all` the failing parts are named, of an `any` every part, for none of them held.
    """
    return [_short(reason) for reason in islice(_reasons(condition, facts), limit)]


def _reasons(condition: Condition, facts: Facts) -> Iterator[str]:
    if compile_condition(condition)(facts):
        return
    match condition:
        case Leaf():
            yield _failure(condition, facts)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _reasons(part, facts)
        case Not(part):
            yield f"it must not be that {describe(part)}"
        case Each(quantifier, collection, where):
            yield _each_failure(quantifier, collection, describe(where), facts)


def _failure(leaf: Leaf, facts: Facts) -> str:
    if leaf.op is Op.EXISTS:
        return f"{leaf.name} is {'missing' if leaf.value else 'present'}"
    name, key = leaf.field.name, leaf.key
    found = facts.get(name) if key is None else _attribute(facts, name, key)
    if found is None:
        return f"{leaf.name} is missing"
    subject = leaf.name if leaf.field.private else f"{leaf.name} {_spell(found)}"
    return f"{subject} {_WORDS[leaf.op][1]} {_spell_value(leaf)}"


def _each_failure(quantifier: str, collection: str, where: str, facts: Facts) -> str:
    if quantifier == "none":
        return f"{collection} has an element where {where}"
    if not facts.get(collection):
        return f"{collection} is empty"
    part = "no element" if quantifier == "some" else "an element not"
    return f"{collection} has {part} where {where}"


@dataclass(frozen=True, slots=True)
class Check:
    """How one comparison of a condition went: what it asked, what was found, whether it held."""

    path: str
    field: str
    op: str
    value: str
    found: str | None
    held: bool


def checks(condition: Condition, facts: Facts, limit: int) -> list[Check]:
    """Return how each comparison goes for these facts, in order, whether it decides or not.

    What is found is told, private facts too: for whoever may know them.
    """
    return list(islice(_checks(condition, facts, ""), limit))


def _checks(condition: Condition, facts: Facts, path: str) -> Iterator[Check]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            word = "all" if isinstance(condition, AllOf) else "any"
            for place, part in enumerate(parts):
                yield from _checks(part, facts, f"{path}.{word}.{place}".lstrip("."))
        case Not(part):
            yield from _checks(part, facts, f"{path}.not".lstrip("."))
        case Each(quantifier, collection, where):
            count = len(facts.get(collection) or ())
            held = compile_condition(condition)(facts)
            yield Check(path, collection, quantifier, describe(where), str(count), held)
        case Leaf(op=op):
            name, key = condition.field.name, condition.key
            found = facts.get(name) if key is None else _attribute(facts, name, key)
            spelled = None if found is None else _short(_spell(found))
            value = _short(_spell_value(condition))
            held = compile_condition(condition)(facts)
            yield Check(path, condition.name, op.value, value, spelled, held)


def describe(condition: Condition) -> str:
    """The condition as a phrase for people, shortened when it is long."""
    return _short(_phrase(condition))


def _phrase(condition: Condition) -> str:
    match condition:
        case Leaf(op=Op.EXISTS, value=value):
            return f"{condition.name} is {'present' if value else 'missing'}"
        case Leaf(op=op):
            return f"{condition.name} {_WORDS[op][0]} {_spell_value(condition)}"
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts)
        case Not(part):
            return f"not ({_phrase(part)})"
        case Each(quantifier, collection, where):
            return f"{quantifier} of {collection} has ({_phrase(where)})"


def _inner(part: Condition) -> str:
    phrase = _phrase(part)
    return f"({phrase})" if isinstance(part, AllOf | AnyOf) else phrase


def _spell_value(leaf: Leaf) -> str:
    value = leaf.value
    if leaf.op is Op.BETWEEN and isinstance(value, tuple):
        return f"{_spell(value[0])} and {_spell(value[1])}"
    return _spell(value)


def _spell(value: object) -> str:
    if isinstance(value, tuple | list):
        items = cast("Sequence[object]", value)
        shown = ", ".join(_spell(item) for item in items[:_SHOWN])
        more = len(items) - _SHOWN
        return f"{shown} and {more} more" if more > 0 else shown
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _short(words: str) -> str:
    return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"
