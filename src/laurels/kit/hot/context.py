"""What every batch knows of its tenant, read with the statement that checks its credentials.

A room registers a scalar subquery of the tenant `$1` that returns JSON as text, and how to read
it. The text is read anew in every transaction, so it is never out of date; what was made of it is
kept as long as the text stays the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from ..work import Work

MAX_ENTRIES = 4096
"""Texts of tenants whose reading is kept; those that were not used for longest go first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the first statement: the key in `work.memo`, the subquery, and how to read it."""

    key: Any
    sql: str
    read: Callable[[str | None], Any]


_parts: list[Part] = []


def prefetch(key: Any, sql: str, read: Callable[[str | None], Any]) -> None:
    """Let the first statement of every batch read this too; it is put into `work.memo`."""
    _parts.append(Part(key, sql, read))


def columns() -> str:
    """Return the subqueries as columns of a statement whose `$1` is the tenant."""
    return "".join(f", ({part.sql})::text" for part in _parts)


def remember(work: Work, texts: Sequence[str | None]) -> None:
    """Put what the columns returned where operations look for it."""
    for number, (part, text) in enumerate(zip(_parts, texts, strict=True)):
        work.memo[part.key] = _read(work.tenant_id, number, text)


@lru_cache(maxsize=MAX_ENTRIES)
def _read(_: UUID, number: int, text: str | None) -> Any:
    return _parts[number].read(text)
