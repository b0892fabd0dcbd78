"""What would come of the events of a dry run: handlers run at once, in the same transaction.

Outside of a dry run the relay numbers events after the commit and each handler has a transaction of
its own. Here every one of them has a savepoint instead, so one that fails spoils nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import asyncpg

from laurels.kit import dry_runs
from laurels.kit.work import Work

from .handling import MAX_RUN_SECONDS, Handler, handlers, in_words
from .stored_events import COLUMNS, MAX_DEPTH, StoredEvent, because
from .telling import told

MAX_ITEMS = 5000
"""How many events of a dry run are followed; a chain that is longer is cut off there."""

_WHO_IS_TOLD = """
(
  select count(*)
  from laurels.webhook_endpoints as e
  where e.tenant_id = $1 and e.status = 'enabled' and not o.historical
    and laurels.is_told(e.id, e.event_types, o.type, o.payload)
) as endpoints
"""


@dataclass(frozen=True, slots=True)
class Reacted:
    """What came of one event with one handler. `parked`: too many events led to it."""

    name: str
    outcome: Literal["done", "failed", "parked"]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DryRunEffect:
    """One event that would have happened, who would have heard of it, and what they would do."""

    type: str
    data: dict[str, Any]
    depth: int
    handlers: list[Reacted]
    webhook_endpoints: int


async def what_follows(work: Work) -> tuple[list[DryRunEffect], int]:
    """Let handlers hear of everything that a dry run has written, and of what they write.

    Return the events in order, and how many of them were left out because there were too many.
    """
    found: list[DryRunEffect] = []
    while True:
        await work.close()
        written: tuple[UUID, ...] = dry_runs.noted(work, "events")
        fresh = written[len(found) : MAX_ITEMS]
        if not fresh:
            return found, len(written) - len(found)
        for event, endpoints in await _read(work, fresh):
            reactions = [
                await _react(work, handler, event)
                for handler in handlers().values()
                if event.type in handler.types
            ]
            data = told(event, work.tenant_id)["data"]
            found.append(DryRunEffect(event.type, data, event.depth, reactions, endpoints))


async def _read(work: Work, ids: Sequence[UUID]) -> list[tuple[StoredEvent, int]]:
    sql = f"""
        select {COLUMNS}, {_WHO_IS_TOLD}
        from laurels.outbox as o
        where o.tenant_id = $1 and o.id = any($2)
        order by array_position($2, o.id)
    """
    rows = await work.fetch(sql, work.tenant_id, list(ids))
    return [(StoredEvent.of(row), row["endpoints"]) for row in rows]


async def _react(work: Work, handler: Handler, event: StoredEvent) -> Reacted:
    """Let one handler have its effect; when it fails, only that is undone."""
    if event.depth > MAX_DEPTH:
        return Reacted(handler.name, "parked", "the chain of causes is too deep")
    try:
        async with work.savepoint(), asyncio.timeout(MAX_RUN_SECONDS):
            await handler.react(because(work, event), [event])
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is its outcome
        return Reacted(handler.name, "failed", in_words(error))
    return Reacted(handler.name, "done")
