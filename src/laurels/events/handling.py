"""Handlers inside Laurels: who listens to what, and running them once per event.

A row of `event_handlings` per event and handler says what came of it. It is changed in the
transaction of the handler itself, so an effect happens exactly once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from prometheus_client import Counter

from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.work import Work, open_work

from .catalogue import Event
from .stored_events import COLUMNS, MAX_DEPTH, StoredEvent, because

SQL = statements(__name__)

log = logging.getLogger("laurels.events")
Reaction = Callable[[Work, Sequence[StoredEvent]], Awaitable[None]]
Wanted = Callable[[Work], Awaitable[bool]]
"""Tells whether a tenant has any use for a handler; if not, the relay writes no rows for it."""

DELAYS_SECONDS = (1, 5, 30, 120, 600, 1800, 3600)
"""How long an event waits after each failure; when they are used up it is a dead letter."""
MAX_RUN_SECONDS = 60.0
_PAIRS = 100
_AT_ONCE = 4

HANDLED = Counter("laurels_events_handled", "Events that handlers heard.", ["handler", "outcome"])


@dataclass(frozen=True, slots=True)
class Handler:
    """What is done about some types of events, under a name that never changes again."""

    name: str
    types: tuple[str, ...]
    react: Reaction
    batch: int
    wanted: Wanted | None = None


_handlers: dict[str, Handler] = {}


def handler(
    name: str, *types: type[Event], batch: int = 100, wanted: Wanted | None = None
) -> Callable[[Reaction], Reaction]:
    """Register a reaction to these events, as `room.on_event`; used as a decorator.

    It is called with up to `batch` events in the order of their members, in one transaction. When
    it raises, they are tried one by one. `wanted` spares tenants that have no use for it.
    """

    def register(react: Reaction) -> Reaction:
        assert name not in _handlers, f"two handlers are called {name}"
        _handlers[name] = Handler(
            name, tuple(event_type.name for event_type in types), react, batch, wanted
        )
        return react

    return register


def handlers() -> dict[str, Handler]:
    """Return all handlers by name."""
    return dict(_handlers)


async def handle_due(database: Database) -> int:
    """Handlers have heard what is due, a batch per tenant and handler; return how many events."""
    async with database.connection() as raw:
        rows = await raw.fetch(SQL.handlings_due, list(_handlers), _PAIRS)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(tenant_id: UUID, name: str) -> int:
        async with gate:
            return await _Run(database, tenant_id, _handlers[name]).batch()

    outcomes = await asyncio.gather(
        *(one(row["tenant_id"], row["handler"]) for row in rows), return_exceptions=True
    )
    # All have come to their end before one that failed is told: nobody runs on unobserved.
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return sum(outcome for outcome in outcomes if isinstance(outcome, int))


@dataclass(frozen=True, slots=True)
class _Run:
    """One handler at work for one tenant."""

    database: Database
    tenant_id: UUID
    handler: Handler

    async def batch(self) -> int:
        """Hear what is due as one batch; when that fails, event by event."""
        events: list[StoredEvent] = []
        try:
            async with open_work(self.database, tenant_id=self.tenant_id) as work:
                events = await self._take(work, None, self.handler.batch)
                await self._hear(work, events)
        except Exception as error:
            if not events:
                raise
            if len(events) == 1:
                return await self._failed(events[0], error)
            log.warning(
                "handler %s failed on a batch (%s); one by one now",
                self.handler.name,
                in_words(error),
            )
        else:
            return len(events)
        return sum([await self._alone(event) for event in events])

    async def _alone(self, event: StoredEvent) -> int:
        """Hear one event in a transaction of its own."""
        try:
            async with open_work(self.database, tenant_id=self.tenant_id) as work:
                claimed = await self._take(work, event.id, 1)
                await self._hear(work, claimed)
                return len(claimed)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, others go on
            return await self._failed(event, error)

    async def _take(self, work: Work, event_id: UUID | None, limit: int) -> list[StoredEvent]:
        """Lock what may be heard now, in order."""
        ids = await work.fetch(
            SQL.take_handlings, work.tenant_id, self.handler.name, event_id, limit
        )
        sql = f"""
            select {COLUMNS}
            from laurels.event_handlings as h
            inner join laurels.outbox as o on o.tenant_id = h.tenant_id and o.id = h.event_id
            where h.tenant_id = $1 and h.id = any($2)
            order by h.position
        """
        rows = await work.fetch(sql, work.tenant_id, [row["id"] for row in ids])
        return [StoredEvent.of(row) for row in rows]

    async def _hear(self, work: Work, events: Sequence[StoredEvent]) -> None:
        """The handler has had its effect, and that is written beside it."""
        if not events:
            return
        caused = because(work, events[0])
        if len(events) > 1:
            # What is not said to be because of one event is because of none.
            deepest = max(event.depth for event in events)
            caused = replace(work, depth=min(deepest, MAX_DEPTH) + 1)
        async with asyncio.timeout(MAX_RUN_SECONDS):
            await self.handler.react(caused, events)
        await work.fetch(
            SQL.finish_handling, work.tenant_id, self.handler.name, [event.id for event in events]
        )
        HANDLED.labels(self.handler.name, "done").inc(len(events))

    async def _failed(self, event: StoredEvent, error: Exception) -> int:
        """Write down the failure: the event waits for its next attempt, or is a dead letter."""
        async with open_work(self.database, tenant_id=self.tenant_id) as work:
            row = await work.fetchrow(
                SQL.fail_handling,
                work.tenant_id,
                self.handler.name,
                event.id,
                in_words(error),
                [float(delay) for delay in DELAYS_SECONDS],
                len(DELAYS_SECONDS),
            )
        outcome = row["state"] if row else "elsewhere"
        HANDLED.labels(self.handler.name, "dead" if outcome == "dead" else "failed").inc()
        level = logging.ERROR if outcome == "dead" else logging.WARNING
        log.log(
            level,
            "handler %s failed on event %s of tenant %s (%s)",
            self.handler.name,
            event.id,
            self.tenant_id,
            outcome,
            exc_info=error,
        )
        return 1


def in_words(error: Exception) -> str:
    """Return an error in words, without the values that the database puts into its details."""
    cause = error.args[0] if isinstance(error, asyncpg.PostgresError) and error.args else error
    return f"{type(error).__name__}: {cause}"[:1000].replace("\x00", "")
