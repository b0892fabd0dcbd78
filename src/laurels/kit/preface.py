"""What a hot request wants to know before anything else, read with the statement that lets it in.

A room registers a scalar subquery of the tenant `$1` that returns JSON as text, and how to read
it. The text is read anew in every transaction, so it is never out of date; what was made of it is
kept as long as the text stays the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .work import Work

_KEPT = 4000


@dataclass(frozen=True, slots=True)
class Preface:
    """A part of the first statement: the key in `work.memo`, the subquery, and how to read it."""

    key: Any
    sql: str
    read: Callable[[str | None], Any]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a batch will ask first, asked with the statement that lets it in.

    A scalar subquery with `{}` in the place of each value. What it is about and what it returned
    are found in `work.memo` under the key. Whoever looks there takes both away: they are true for
    one look, not for longer.
    """

    key: Any
    about: Any
    sql: str
    values: tuple[Any, ...]


def question(ahead: Ahead | None, first: int) -> str:
    """Return what is asked ahead as a column whose values are bound from `$first` on."""
    if ahead is None:
        return ""
    marks = (f"${number}" for number in range(first, first + len(ahead.values)))
    return f", ({ahead.sql.format(*marks)})"


_prefaces: list[Preface] = []
_known: dict[tuple[UUID, int], tuple[str | None, Any]] = {}


def register(key: Any, sql: str, read: Callable[[str | None], Any]) -> None:
    """Let every first statement bring what this subquery says; deeds find it under the key."""
    _prefaces.append(Preface(key, sql, read))


def columns() -> str:
    """Return the subqueries as columns of a statement whose `$1` is the tenant."""
    return "".join(f", ({preface.sql})::text" for preface in _prefaces)


def remember(work: Work, texts: Sequence[str | None]) -> None:
    """Put what the columns said where deeds look for it."""
    for number, (preface, text) in enumerate(zip(_prefaces, texts, strict=True)):
        place = (work.tenant_id, number)
        known = _known.get(place)
        if known is None or known[0] != text:
            if len(_known) >= _KEPT:
                _known.clear()
            known = _known[place] = (text, preface.read(text))
        work.memo[preface.key] = known[1]
