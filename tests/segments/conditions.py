"""Random conditions over any fields, in the form that the grammar reads."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from laurels.kit.conditions import OPS, Field, Fields, Kind, Op

TEXTS = [
    "",
    "a",
    "red",
    "Red",
    "reddish",
    "12",
    "12.5",
    "-3",
    "+3",
    "1_000",
    "1e3",
    " 12",
    "é",
    "%",
]
DECIMALS = ["0", "1", "12", "12.5", "-3", "100.01"]
DAYS = [date(1990, 2, 28), date(2000, 2, 29), date(2026, 3, 2)]
MOMENTS = [
    datetime(2026, 3, 1, 22, 59, 59, 999999, UTC),
    datetime(2026, 3, 1, 23, tzinfo=UTC),
    datetime(2025, 10, 26, 1, tzinfo=UTC),
]


def scalar(field: Field, op: Op) -> st.SearchStrategy[Any]:
    """A value that the grammar takes for this field and operator."""
    texts, integers = st.sampled_from(TEXTS), st.integers(-3, 40)
    match field.kind:
        case Kind.MONEY | Kind.NUMBER:
            return st.sampled_from(DECIMALS)
        case Kind.INTEGER:
            return st.one_of(integers, st.sampled_from([12, -(2**63) + 1, 2**63 - 1]))
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.DATE:
            return st.sampled_from([day.isoformat() for day in DAYS])
        case Kind.DATETIME:
            return st.sampled_from([moment.isoformat() for moment in MOMENTS])
        case Kind.ENUM:
            return st.sampled_from(field.choices)
        case Kind.ATTRIBUTES:
            if op in {Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN}:
                return st.sampled_from(DECIMALS)
            if op in {Op.CONTAINS, Op.STARTS_WITH}:
                return texts
            return st.one_of(texts, st.booleans(), st.integers(-3, 12))
        case _:
            return texts


@st.composite
def leaves(draw: st.DrawFn, fields: Fields, collection: str | None = None) -> dict[str, Any]:
    """A comparison of one of these fields."""
    field = draw(st.sampled_from([f for f in fields if f.collection == collection]))
    op = draw(st.sampled_from(sorted(OPS[field.kind])))
    values = scalar(field, op)
    value: Any = draw(values)
    if op is Op.EXISTS:
        value = draw(st.booleans())
    elif op in {Op.IN, Op.NOT_IN}:
        value = draw(st.lists(values, min_size=1, max_size=4))
    elif op is Op.BETWEEN:
        value = sorted([value, draw(values)], key=lambda v: float(v) if _decimal(field) else v)
    name = field.name
    if field.kind is Kind.ATTRIBUTES:
        name = f"{name}.{draw(st.sampled_from(['colour', 'size', 'absent']))}"
    return {"field": name, "op": op.value, "value": value}


def _decimal(field: Field) -> bool:
    return field.kind in {Kind.MONEY, Kind.NUMBER, Kind.ATTRIBUTES}


def conditions(fields: Fields) -> st.SearchStrategy[dict[str, Any]]:
    """A condition of any shape over these fields."""

    def grow(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            parts.map(lambda p: {"all": p}),
            parts.map(lambda p: {"any": p}),
            inner.map(lambda p: {"not": p}),
        )

    choices = [leaves(fields)]
    for collection in fields.collections():
        inside = st.recursive(leaves(fields, collection), grow, max_leaves=3)
        quantifier = st.sampled_from(["some", "every", "none"])
        choices.append(st.builds(lambda q, w, c=collection: {q: c, "where": w}, quantifier, inside))
    return st.recursive(st.one_of(choices), grow, max_leaves=6)
