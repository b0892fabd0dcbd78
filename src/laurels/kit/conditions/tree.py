"""What a condition is made of: kinds, operators, fields, and the tree itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

Facts = Mapping[str, Any]
"""Facts by dotted name; a collection is a sequence of the facts of its elements."""
Test = Callable[[Facts], bool]
Scalar = str | int | Decimal | date
"""To Python a `bool` is an `int` and a `datetime` is a `date`, so these four are all."""
Value = Scalar | tuple[Scalar, ...]
Quantifier = Literal["some", "every", "none"]


class Kind(StrEnum):
    """What a field holds, which decides its operators and the form of a value."""

    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "texts"
    ENUM = "enum"
    ATTRIBUTES = "attributes"
    """An open map; a condition names one key of it (`member.attributes.colour`)."""


class Op(StrEnum):
    """The comparisons there are."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"
    BETWEEN = "between"


_EQUAL: Final = frozenset({Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.EXISTS})
ORDERING: Final = frozenset({Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN})
TEXTUAL: Final = frozenset({Op.CONTAINS, Op.STARTS_WITH})
LISTED: Final = frozenset({Op.IN, Op.NOT_IN, Op.BETWEEN})
_ORDERED: Final = _EQUAL | ORDERING

OPS: Final[Mapping[Kind, frozenset[Op]]] = {
    Kind.MONEY: _ORDERED,
    Kind.NUMBER: _ORDERED,
    Kind.INTEGER: _ORDERED,
    Kind.DATE: _ORDERED,
    Kind.DATETIME: _ORDERED,
    Kind.TEXT: _EQUAL | TEXTUAL,
    Kind.ENUM: _EQUAL,
    Kind.BOOLEAN: frozenset({Op.EQ, Op.NE, Op.EXISTS}),
    Kind.TEXTS: frozenset({Op.CONTAINS, Op.EXISTS}),
    Kind.ATTRIBUTES: _ORDERED | TEXTUAL,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that conditions may name.

    A field of a collection's element carries that `collection` and its name inside the element.
    The found value of a `private` field is never put into words.
    """

    name: str
    kind: Kind
    description: str
    collection: str | None = None
    choices: tuple[str, ...] = ()
    private: bool = False


class Fields:
    """The fields that one place in the system understands; rooms above may add theirs."""

    def __init__(self, *fields: Field) -> None:
        """Start with these fields."""
        self._fields: dict[tuple[str | None, str], Field] = {}
        for field in fields:
            self.add(field)

    def __iter__(self) -> Iterator[Field]:
        """Every field in the order of its registration."""
        return iter(self._fields.values())

    def add(self, field: Field) -> None:
        """Make a field known; a name can be taken only once."""
        key = (field.collection, field.name)
        if key in self._fields:
            raise ValueError(f"The field {field.name} of {field.collection} is already there.")
        self._fields[key] = field

    def find(self, name: str, collection: str | None = None) -> tuple[Field, str | None] | None:
        """The field of that name, with the key where the name reaches into attributes."""
        field = self._fields.get((collection, name))
        if field is not None:
            return None if field.kind is Kind.ATTRIBUTES else (field, None)
        for field in self._fields.values():
            key = name.removeprefix(f"{field.name}.")
            if field.collection == collection and field.kind is Kind.ATTRIBUTES and key != name:
                return (field, key) if key else None
        return None

    def names(self, collection: str | None = None) -> list[str]:
        """The names a condition may use at the top or inside one collection."""
        mine = (field for field in self if field.collection == collection)
        return [f"{f.name}.<key>" if f.kind is Kind.ATTRIBUTES else f.name for f in mine]

    def collections(self) -> list[str]:
        """The collections a quantifier may name."""
        return sorted({field.collection for field in self if field.collection})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `key` is set for a field that is an open map."""

    field: Field
    op: Op
    value: Value
    key: str | None = None

    @property
    def name(self) -> str:
        """The field as the condition spells it."""
        return self.field.name if self.key is None else f"{self.field.name}.{self.key}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the part is false, also when it is false for want of a fact."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Each:
    """Some, every or none of a collection's elements fulfil `where`."""

    quantifier: Quantifier
    collection: str
    where: "Condition"


Condition = Leaf | AllOf | AnyOf | Not | Each


def to_json(condition: Condition) -> dict[str, Any]:
    """The condition in the form `parse` reads; decimals and moments become texts."""
    match condition:
        case Leaf(op=op, value=value):
            plain = [_plain(item) for item in value] if isinstance(value, tuple) else _plain(value)
            return {"field": condition.name, "op": op.value, "value": plain}
        case AllOf(parts):
            return {"all": [to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Each(quantifier, collection, where):
            return {quantifier: collection, "where": to_json(where)}


def _plain(value: Scalar) -> str | int:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def fields_of(condition: Condition) -> frozenset[str]:
    """The facts the condition reads: what a caller must load, collections and open maps whole."""
    match condition:
        case Leaf(field=field):
            return frozenset({field.name})
        case AllOf(parts) | AnyOf(parts):
            return frozenset[str]().union(*(fields_of(part) for part in parts))
        case Not(part):
            return fields_of(part)
        case Each(collection=collection):
            return frozenset({collection})


def values_of(condition: Condition, name: str) -> Iterator[Value]:
    """Yield what the condition compares this fact with."""
    match condition:
        case Leaf():
            if condition.name == name:
                yield condition.value
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from values_of(part, name)
        case Not(part):
            yield from values_of(part, name)
        case Each():
            pass
