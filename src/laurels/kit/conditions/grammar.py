"""Reading a condition from JSON, with an error that names the place, the reason and the remedy."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, cast

from ..values.text import check_prose
from .tree import (
    LISTED,
    OPS,
    ORDERING,
    TEXTUAL,
    AllOf,
    AnyOf,
    Condition,
    Each,
    Field,
    Fields,
    Kind,
    Leaf,
    Not,
    Op,
    Quantifier,
    Scalar,
    Value,
)

MAX_DEPTH: Final = 8
MAX_LEAVES: Final = 100
MAX_LIST: Final = 1000
MAX_TEXT: Final = 500
MAX_INTEGER: Final = 2**63 - 1

Path = tuple[str | int, ...]

_QUANTIFIERS: Final[tuple[Quantifier, ...]] = ("some", "every", "none")
_HEADS: Final = ("field", "all", "any", "not", *_QUANTIFIERS)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,8})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ConditionError(ValueError):
    """A condition that cannot be read: where (`pointer`), why (`reason`), and the `remedy`."""

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        """Remember the place as a path of keys and positions."""
        self.path = path
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{self.pointer or '/'}: {reason}. {remedy}")

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer (RFC 6901); the whole document is the empty string."""
        escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        return "".join(f"/{step}" for step in escaped)


def parse(raw: object, fields: Fields, collection: str | None = None) -> Condition:
    """Read a condition from JSON; with `collection` it speaks of one element of that collection.

    Raises ConditionError for anything the module's grammar, the fields or the limits refuse.
    Floats are refused, because most decimals cannot be written as one.
    """
    return _Parser(fields).node(raw, (), 1, collection)


class _Parser:
    """Walks raw JSON once and counts leaves, so that a huge document is refused early."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._leaves = 0

    def node(self, raw: object, path: Path, depth: int, collection: str | None) -> Condition:
        if depth > MAX_DEPTH:
            raise ConditionError(path, "It is nested too deeply", f"Use {MAX_DEPTH} levels.")
        if not isinstance(raw, dict):
            raise ConditionError(path, "A condition is an object", f"Open with one of {_HEADS}.")
        node = cast("dict[str, object]", raw)
        heads = [head for head in _HEADS if head in node]
        if len(heads) != 1:
            raise ConditionError(path, f"It opens {len(heads)} ways", f"Use one of {_HEADS}.")
        head = heads[0]
        if head == "field":
            return self._leaf(node, path, collection)
        if head in _QUANTIFIERS:
            return self._each(node, head, path, depth, collection)
        _members(node, path, (head,))
        if head == "not":
            return Not(self.node(node["not"], (*path, "not"), depth + 1, collection))
        parts = self._parts(node[head], (*path, head), depth, collection)
        return AllOf(parts) if head == "all" else AnyOf(parts)

    def _parts(
        self, raw: object, path: Path, depth: int, collection: str | None
    ) -> tuple[Condition, ...]:
        if not isinstance(raw, list) or not raw:
            raise ConditionError(path, "A group is a list", "Put at least one condition into it.")
        parts = enumerate(cast("list[object]", raw))
        return tuple(self.node(part, (*path, at), depth + 1, collection) for at, part in parts)

    def _each(
        self,
        node: dict[str, object],
        quantifier: Quantifier,
        path: Path,
        depth: int,
        collection: str | None,
    ) -> Each:
        _members(node, path, (quantifier, "where"))
        if collection is not None:
            raise ConditionError(path, "Quantifiers do not nest", f"Ask {collection} directly.")
        name = node[quantifier]
        known = self._fields.collections()
        if not isinstance(name, str) or name not in known:
            raise ConditionError((*path, quantifier), "Unknown collection", f"Use one of {known}.")
        return Each(quantifier, name, self.node(node["where"], (*path, "where"), depth + 1, name))

    def _leaf(self, node: dict[str, object], path: Path, collection: str | None) -> Leaf:
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise ConditionError(path, "Too many comparisons", f"Use at most {MAX_LEAVES}.")
        _members(node, path, ("field", "op", "value"))
        name = _text(node["field"], (*path, "field"))
        found = self._fields.find(name, collection)
        if found is None:
            raise self._unknown(name, (*path, "field"), collection)
        field, key = found
        op = _operator(node["op"], field, (*path, "op"))
        return Leaf(field, op, _value(node["value"], field, op, (*path, "value")), key)

    def _unknown(self, name: str, path: Path, collection: str | None) -> ConditionError:
        names = self._fields.names(collection)
        near = _like(name, names)
        remedy = f"Did you mean {near}?" if near else f"Known are {', '.join(names)}."
        return ConditionError(path, f"Unknown field {name[:100]}", remedy)


def _like(name: str, names: Sequence[str]) -> str | None:
    """Return the name that was probably meant; what two names share before the dot says little."""
    root, _, tail = name.rpartition(".")
    tails = {each.rpartition(".")[2]: each for each in names if each.rpartition(".")[0] == root}
    near = get_close_matches(tail, tails, n=1, cutoff=0.7)
    whole = near or get_close_matches(name, names, n=1, cutoff=0.85)
    return tails.get(whole[0], whole[0]) if whole else None


def _members(node: dict[str, object], path: Path, expected: tuple[str, ...]) -> None:
    for key in node:
        if key not in expected:
            raise ConditionError(
                (*path, str(key)[:100]), "Unknown member", f"Allowed are {expected}."
            )
    for key in expected:
        if key not in node:
            raise ConditionError(path, f"{key} is missing", f"Give all of {expected}.")


def _operator(raw: object, field: Field, path: Path) -> Op:
    allowed = OPS[field.kind]
    if isinstance(raw, str) and raw in allowed:
        return Op(raw)
    remedy = f"Use one of {', '.join(sorted(allowed))}."
    raise ConditionError(path, f"Not an operator for {field.name} ({field.kind})", remedy)


def _value(raw: object, field: Field, op: Op, path: Path) -> Value:
    if op is Op.EXISTS:
        return _boolean(raw, path)
    if op not in LISTED:
        return _scalar(raw, field, op, path)
    if not isinstance(raw, list) or not 0 < len(cast("list[object]", raw)) <= MAX_LIST:
        raise ConditionError(path, f"{op} takes a list", f"Give 1 to {MAX_LIST} values.")
    items = enumerate(cast("list[object]", raw))
    values = tuple(_scalar(item, field, op, (*path, at)) for at, item in items)
    if op is Op.BETWEEN:
        ends: tuple[Any, ...] = values
        if len(ends) != 2 or ends[0] > ends[1]:
            raise ConditionError(path, "between takes two ends", "Give the lower, then the upper.")
    return values


def _scalar(raw: object, field: Field, op: Op, path: Path) -> Scalar:
    if field.kind is Kind.ATTRIBUTES:
        return _attribute(raw, op, path)
    if field.kind is Kind.ENUM and raw not in field.choices:
        raise ConditionError(path, "Not a choice", f"Use one of {', '.join(field.choices)}.")
    return _SCALARS[field.kind](raw, path)


def _attribute(raw: object, op: Op, path: Path) -> Scalar:
    """Keys have no declared kind: the operator says how the value is meant."""
    if op in ORDERING:
        return _decimal(raw, path)
    if isinstance(raw, str) or op in TEXTUAL:
        return _text(raw, path)
    return raw if isinstance(raw, bool) else _integer(raw, path)


def _text(raw: object, path: Path) -> str:
    if not isinstance(raw, str):
        raise ConditionError(path, "It is not a text", "Write it in quotation marks.")
    if len(raw) > MAX_TEXT:
        raise ConditionError(path, "The text is too long", f"Use at most {MAX_TEXT} characters.")
    try:
        return check_prose(raw)
    except ValueError as error:
        raise ConditionError(path, f"The text {error}", "Remove the character.") from None


def _decimal(raw: object, path: Path) -> Decimal:
    if isinstance(raw, float):
        raise ConditionError(path, "A float is not exact", f'Write it as a text: "{raw}".')
    if isinstance(raw, Decimal) and raw.is_finite() and -9 < raw.adjusted() < 19:
        raw = format(raw, "f")
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw) if abs(raw) <= MAX_INTEGER else ""
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
        return Decimal(raw)
    remedy = 'Write it like "12.50": at most 18 digits, a point, 8 digits.'
    raise ConditionError(path, "It is not a decimal number", remedy)


def _integer(raw: object, path: Path) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) <= MAX_INTEGER:
        return raw
    raise ConditionError(path, "It is not a whole number", "Write it like 12, without quotes.")


def _boolean(raw: object, path: Path) -> bool:
    if isinstance(raw, bool):
        return raw
    raise ConditionError(path, "It is not a boolean", "Write true or false, without quotes.")


def _date(raw: object, path: Path) -> date:
    try:
        if isinstance(raw, str) and _DATE.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise ConditionError(path, "It is not a date", 'Write it like "2026-11-21".')


def _datetime(raw: object, path: Path) -> datetime:
    try:
        moment = datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ConditionError(path, "It is not a moment", 'Write it like "2026-11-21T18:00:00Z".')


_SCALARS: Final[Mapping[Kind, Callable[[object, Path], Scalar]]] = {
    Kind.MONEY: _decimal,
    Kind.NUMBER: _decimal,
    Kind.INTEGER: _integer,
    Kind.TEXT: _text,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.TEXTS: _text,
    Kind.ENUM: _text,
}
