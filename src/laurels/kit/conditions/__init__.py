"""The one condition form: what must be true of an event, a member or a purchase line.

    {"all": [..]}  {"any": [..]}  {"not": {..}}
    {"field": "purchase.amount", "op": "gte", "value": "50.00"}
    {"some" | "every" | "none": "purchase.lines", "where": {..}}

Operators are words: eq ne lt lte gt gte in not_in contains starts_with exists between (both ends
belong). Texts compare exactly, capitals included. Inside `where` a field is named as the element
knows it (`sku`) and quantifiers do not nest.

Logic has two values. A missing or null fact makes every comparison false, also `ne` and `not_in`;
only `exists` sees it, and `not` turns such a false into true. A missing collection is an empty
one: `some` is false, `none` is true, and `every` is false, because it wants at least one element.
The compiler into SQL (the room `segments`) keeps exactly this.
"""

from .costs import Cost, cost_of
from .evaluation import NUMERAL, Check, checks, compile_condition, describe, explain
from .grammar import ConditionError, parse
from .tree import (
    OPS,
    AllOf,
    AnyOf,
    Condition,
    Each,
    Facts,
    Field,
    Fields,
    Kind,
    Leaf,
    Not,
    Op,
    Test,
    fields_of,
    to_json,
    values_of,
)

__all__ = [
    "NUMERAL",
    "OPS",
    "AllOf",
    "AnyOf",
    "Check",
    "Condition",
    "ConditionError",
    "Cost",
    "Each",
    "Facts",
    "Field",
    "Fields",
    "Kind",
    "Leaf",
    "Not",
    "Op",
    "Test",
    "checks",
    "compile_condition",
    "cost_of",
    "describe",
    "explain",
    "fields_of",
    "parse",
    "to_json",
    "values_of",
]
