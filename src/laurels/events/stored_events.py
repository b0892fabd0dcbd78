"""An event as it is read back from the outbox, and work that is done because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels.kit.work import Work

MAX_DEPTH = 5
"""How many events may lead to an event that handlers still hear of; one more is parked."""

COLUMNS = (
    "o.id, o.type, o.payload, o.member_id, o.member_seq, o.position, o.occurred_at, o.created_at,"
    " o.historical, o.depth, o.cause"
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of the outbox, with its place in the stream and in its member's order."""

    id: UUID
    type: str
    payload: dict[str, Any]
    member_id: UUID | None
    member_seq: int | None
    position: int
    occurred_at: datetime
    created_at: datetime
    historical: bool
    depth: int
    cause: UUID | None = None

    @classmethod
    def of(cls, row: asyncpg.Record | Mapping[str, Any]) -> "StoredEvent":
        """Return the event that a row with these columns holds."""
        return cls(*(row[name.removeprefix("o.")] for name in COLUMNS.split(", ")))


def because(work: Work, event: StoredEvent) -> Work:
    """Return the same work for what is done because of this event; what it emits names the cause.

    A handler that gets several events does the consequences of each with a Work of its own.
    """
    return replace(work, cause=event.id, depth=min(event.depth, MAX_DEPTH) + 1)
