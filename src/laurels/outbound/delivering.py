"""The loop that empties the queue: a worker per destination, none in another's way.

A worker claims what is due, sends it side by side with no transaction open, and records the
outcomes. What nobody records is due again when its lease is over, so a worker may be killed at any
moment; what it sent is then sent twice, under the same reference.
"""

import asyncio
import logging
import time
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from prometheus_client import Gauge, Histogram

from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.process import loops
from laurels.kit.values.time import utc_now
from laurels.kit.work import open_work

from .protocol import Message, Outcome, Provider, Retry, checked, in_words, provider_of, registered
from .queue import Attempt, Destination, claim, prepare, record_outcomes

SQL = statements(__name__)

log = logging.getLogger("laurels.outbound")
SECONDS = Histogram(
    "laurels_outbound_seconds",
    "How long an attempt took.",
    ["channel"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)
OPEN = Gauge("laurels_outbound_destinations", "Destinations that are being sent to.", ["channel"])
MAX_OPEN = 200
"""To how many destinations one process sends side by side."""
MAX_OPEN_OF_TENANT = 20
SLICE_SECONDS = 10.0
"""How long a destination goes on while others may be waiting."""
GRACE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Finds the destinations that have something due, and shares a process out among them."""

    database: Database
    stop: asyncio.Event
    only: dict[str, Provider] | None = None
    """The providers whose messages are sent; None is everything that waits."""

    def provider(self, channel: str) -> Provider:
        """Return who sends the messages of a channel."""
        return provider_of(channel, registered() if self.only is None else self.only)

    async def due(self, busy: Sequence[Destination], limit: int) -> list[Destination]:
        """Return destinations with something due, of each tenant in turn, none beyond its share."""
        of_tenants = Tally(destination.tenant_id for destination in busy)
        of_providers = Tally(destination.provider for destination in busy)
        async with self.database.connection() as raw:
            rows = await raw.fetch(
                SQL.destinations_due,
                [destination.tenant_id for destination in busy],
                [destination.channel for destination in busy],
                [destination.destination_id for destination in busy],
                [
                    tenant_id
                    for tenant_id, count in of_tenants.items()
                    if count >= MAX_OPEN_OF_TENANT
                ],
                [
                    name
                    for name, count in of_providers.items()
                    if count >= self.provider(name).max_destinations
                ],
                None if self.only is None else list(self.only),
                MAX_OPEN_OF_TENANT,
                limit,
            )
        due: list[Destination] = []
        for destination in map(Destination._make, rows):
            of_tenants[destination.tenant_id] += 1
            of_providers[destination.provider] += 1
            if (
                of_tenants[destination.tenant_id] <= MAX_OPEN_OF_TENANT
                and of_providers[destination.provider]
                <= self.provider(destination.channel).max_destinations
            ):
                due.append(destination)
        return due

    def worker(self, destination: Destination) -> "DestinationWorker":
        """Return what sends the messages of a destination."""
        return DestinationWorker(self, destination, self.provider(destination.channel).opened())


async def run_outbound(
    database: Database, stop: asyncio.Event, only: dict[str, Provider] | None = None
) -> None:
    """Send what waits until `stop` is set. Any number of workers may do so at once."""
    dispatcher = Dispatcher(database, stop, only)
    workers: dict[Destination, asyncio.Task[None]] = {}

    def note_end(destination: Destination) -> None:
        del workers[destination]
        OPEN.labels(destination.provider).dec()

    async def look() -> bool:
        free = MAX_OPEN - len(workers)
        for destination in await dispatcher.due(list(workers), free) if free > 0 else []:
            workers[destination] = asyncio.create_task(dispatcher.worker(destination).run())
            OPEN.labels(destination.provider).inc()
            workers[destination].add_done_callback(
                lambda _, destination=destination: note_end(destination)
            )
        return False

    try:
        await loops.run([("outbound", look)], stop)
    finally:
        tasks = list(workers.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def deliver_due(database: Database, only: dict[str, Provider] | None = None) -> int:
    """Send here and now what is due, of each destination a few; return how many attempts."""
    dispatcher = Dispatcher(database, asyncio.Event(), only)
    destinations = await dispatcher.due([], MAX_OPEN)
    return sum(
        await asyncio.gather(
            *(dispatcher.worker(destination).once() for destination in destinations)
        )
    )


class DestinationWorker:
    """Sends to one destination, as much side by side as the provider says, none out of order."""

    def __init__(
        self, dispatcher: Dispatcher, destination: Destination, provider: Provider
    ) -> None:
        self._dispatcher = dispatcher
        self._destination = destination
        self._provider = provider

    async def run(self) -> None:
        """Send until nothing is due or the slice is over; others want their turn too."""
        sending: set[asyncio.Task[Attempt]] = set()
        finished: list[Attempt] = []
        ends = time.monotonic() + SLICE_SECONDS
        try:
            while True:
                free = self._provider.at_once - len(sending)
                if self._dispatcher.stop.is_set() or time.monotonic() > ends:
                    free = 0
                sending |= await self._record_and_send(finished, free)
                if not sending:
                    return
                ended, sending = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
                finished = [task.result() for task in ended]
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            # What was claimed is due again when its lease is over.
            log.exception("messages by %s to %s broke off", *self._destination[1:])
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            await self._provider.close()

    async def once(self) -> int:
        """Claim what is due, send it, and record what came of it; return how many there were."""
        try:
            sending = await self._record_and_send([], self._provider.at_once)
            attempts = [await task for task in sending]
            await self._record_and_send(attempts, 0)
            return len(attempts)
        finally:
            await self._provider.close()

    async def _record_and_send(
        self, finished: Sequence[Attempt], limit: int
    ) -> set[asyncio.Task[Attempt]]:
        """Record what was sent, then claim and send at most `limit`."""
        many = self._provider.recorded_together
        batches = [finished[at : at + many] for at in range(0, len(finished), many)] or [()]
        claimed: list[tuple[Message, Message | Outcome]] = []
        for number, batch in enumerate(batches, 1):
            try:
                claimed = await self._record_and_claim(
                    batch, limit if number == len(batches) else 0
                )
            except Exception:
                if not batch:
                    raise
                # Others go on beside it, whatever it is.
                log.exception(
                    "outcomes by %s could not be recorded; they are due again", self._destination
                )
        return {asyncio.create_task(self._send(*pair)) for pair in claimed}

    async def _record_and_claim(
        self, finished: Sequence[Attempt], limit: int
    ) -> list[tuple[Message, Message | Outcome]]:
        if not finished and limit <= 0:
            return []
        async with open_work(
            self._dispatcher.database, tenant_id=self._destination.tenant_id
        ) as work:
            if finished:
                states = await record_outcomes(work, self._destination, self._provider, finished)
                self._log_failures(finished, states)
            if limit <= 0:
                return []
            lease = self._provider.timeout_seconds + self._provider.slack_seconds
            messages = await claim(work, self._destination, self._provider, limit, lease)
            prepared = await prepare(work, self._provider, messages) if messages else []
            return list(zip(messages, prepared, strict=True))

    async def _send(self, message: Message, prepared: Message | Outcome) -> Attempt:
        """Send one message. Raises nothing: whatever happens is recorded."""
        if isinstance(prepared, Outcome):
            return Attempt(message, checked(prepared))
        sent_at, started = utc_now(), time.perf_counter()
        seconds = self._provider.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                outcome = await self._provider.send(self._dispatcher.database, prepared)
        except TimeoutError:
            outcome = Retry(error=f"no answer within {seconds:g} seconds")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed attempt
            outcome = Retry(error=in_words(error))
        took = time.perf_counter() - started
        SECONDS.labels(self._destination.provider).observe(took)
        return Attempt(prepared, checked(outcome), sent_at, int(took * 1000))

    def _log_failures(self, attempts: Sequence[Attempt], states: Sequence[str]) -> None:
        for attempt, state in zip(attempts, states, strict=True):
            if state != "sent":
                log.log(
                    logging.WARNING if state == "dead" else logging.INFO,
                    "message %s by %s failed: %s; now %s",
                    attempt.message.reference,
                    self._destination.channel,
                    attempt.outcome.error,
                    state,
                )
