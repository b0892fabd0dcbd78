"""Query parameters read strictly: what is not known, or comes twice, is refused by its name.

A filter with a typo that is passed over in silence gives the wrong list without a word.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant as Needs  # codespell:ignore
from pydantic import BaseModel, BeforeValidator

from ..errors import FieldError, Invalid
from ..values.faults import Fault

MAX_PARAMETERS = 100


def _spelled(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        msg = "must be `true` or `false`"
        raise ValueError(msg)
    return value


MAX_WORDS = 10


def words_of(search: str | None) -> list[str] | None:
    """Return the words that are looked for, in no order; None when nothing is."""
    return (search or "").split()[:MAX_WORDS] or None


Switch = Annotated[bool, BeforeValidator(_spelled)]
"""A parameter that is on or off, in one spelling each."""


def names_of(needs: Needs) -> frozenset[str]:
    """Return the query parameters that a route knows, its dependencies' own among them."""
    return frozenset(_names(needs))


def _names(needs: Needs) -> Iterator[str]:
    for field in needs.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (inner.alias or name for name, inner in kind.model_fields.items())
        else:
            yield field.alias
    for each in needs.dependencies:
        yield from _names(each)


def check(query: bytes, known: frozenset[str]) -> None:
    """Raise Invalid, which names each field, for parameters that are unknown or come twice."""
    try:
        sent = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        msg = f"There are more than {MAX_PARAMETERS} query parameters; send fewer."
        raise Invalid(msg) from None
    wrong = list(_faults((name for name, _ in sent), known))
    if wrong:
        trouble = Invalid("; ".join(f"{fault.field}: {fault.message}" for fault in wrong[:5]))
        trouble.fields = wrong
        raise trouble


def _faults(names: Iterable[str], known: frozenset[str]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for name in names:
        if name not in known:
            there = f"use {', '.join(sorted(known))}" if known else "it takes none"
            words = f"is not a query parameter of this route; {there}"
            yield FieldError(name[:100], words, Fault.UNKNOWN_PARAMETER, "query")
        elif name in seen:
            words = "was sent twice; send it once"
            yield FieldError(name, words, Fault.REPEATED_PARAMETER, "query")
        seen.add(name)
