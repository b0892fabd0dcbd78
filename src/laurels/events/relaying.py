"""The relay: numbers what happened, tenant by tenant, and writes down who is to hear of it."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter, Histogram

from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.process import loops
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work, open_work

from .handling import handle_due, handlers
from .stored_events import MAX_DEPTH

SQL = statements(__name__)

log = logging.getLogger("laurels.events")
CHANNEL = "laurels_events"
"""Where PostgreSQL's NOTIFY says which tenant has new events. Every login may listen and speak."""
BATCH = 1000
_TENANTS = 100
_AT_ONCE = 4

LAG = Histogram(
    "laurels_relay_lag_seconds",
    "Age of the oldest event of a batch when the relay numbered it.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)
RELAYED = Counter("laurels_events_relayed", "Events that the relay numbered.")
PARKED = Counter("laurels_events_parked", "Events whose chain of causes was too deep.")


def tenant_digest(tenant_id: UUID) -> str:
    """Return what notifications call this tenant: only who knows its id recognises it."""
    return hashlib.sha256(tenant_id.bytes).hexdigest()


@dataclass(frozen=True, slots=True)
class Relayed:
    """What the relay did for a tenant. `busy`: another worker was at it, nothing was done."""

    events: int
    parked: int
    busy: bool = False


async def relay(work: Work, *, limit: int = BATCH) -> Relayed:
    """The tenant's new events have positions, and waiting rows for all who are to hear of them.

    The lock of the tenant's row in `outbox_leases` is the lease: whoever holds it is alone, and
    the database frees it when the process dies. Streams are told when the transaction commits.
    """
    listening = [
        (name, kind)
        for name, handler in handlers().items()
        if handler.wanted is None or await handler.wanted(work)
        for kind in handler.types
    ]
    # A process that freezes here must not keep the others waiting.
    await work.raw.execute("set local idle_in_transaction_session_timeout = '10s'")
    row = await work.fetchrow(
        SQL.relay_events,
        work.tenant_id,
        limit,
        [name for name, _ in listening],
        [kind for _, kind in listening],
        MAX_DEPTH,
    )
    assert row is not None, "the function always answers"
    if row["relayed"] < 0:
        return Relayed(0, 0, busy=True)
    if row["relayed"]:
        await work.fetch("select pg_notify($1, $2)", CHANNEL, tenant_digest(work.tenant_id))
        LAG.observe(row["lag_seconds"])
        RELAYED.inc(row["relayed"])
    if row["parked"]:
        PARKED.inc(row["parked"])
        log.error(
            "%d events of tenant %s were parked: more than %d events led to each of them",
            row["parked"],
            work.tenant_id,
            MAX_DEPTH,
        )
    return Relayed(row["relayed"], row["parked"])


async def relay_all(database: Database) -> int:
    """Every tenant's new events are relayed, a batch each; return how many were."""
    async with database.connection() as raw:
        rows = await raw.fetch("select laurels.tenants_to_relay($1) as id", _TENANTS)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(tenant_id: UUID) -> int:
        async with gate, open_work(database, tenant_id=tenant_id, now=utc_now()) as work:
            return (await relay(work)).events

    outcomes = await asyncio.gather(*(one(row["id"]) for row in rows), return_exceptions=True)
    return sum(_counted(outcomes))


def _counted(outcomes: list[int | BaseException]) -> list[int]:
    """Return the counts; one tenant's trouble is logged and does not stop the others."""
    troubles = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for trouble in troubles:
        log.error("a tenant's events could not be relayed", exc_info=trouble)
    if troubles and len(troubles) == len(outcomes):
        raise troubles[0]
    return [outcome for outcome in outcomes if isinstance(outcome, int)]


async def run_relay(database: Database, stop: asyncio.Event) -> None:
    """Relay events and run handlers until `stop` is set; any number of workers may at once."""

    async def number() -> bool:
        return await relay_all(database) > 0

    async def handle() -> bool:
        return await handle_due(database) > 0

    await loops.run([("relay", number), ("handlers", handle)], stop)
