"""The delivery loop: a lane per endpoint that has something to be sent, none in another's way.

The rows that wait are the queue. A lane claims heads of line, sends them side by side, and books
what came of them in the same transaction in which it claims the next. A claim that nobody books
runs out, so a killed worker loses nothing; what it sent may be sent twice.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from prometheus_client import Counter, Gauge, Histogram

from laurels.config import settings
from laurels.kit.crypto import SecretKeyMissing, SecretUnreadable, vault
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode, new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work, open_work

from . import loops
from .endpoints import disable_gone
from .happened import COLUMNS, Happened
from .judging import DELAYS_SECONDS, Verdict, judge
from .sending import Answer, Sender
from .signing import headers
from .telling import as_json

log = logging.getLogger("laurels.webhooks")

DELIVERIES = Counter(
    "laurels_webhook_deliveries", "Attempts to deliver, by what came of them.", ["outcome"]
)
TOOK = Histogram(
    "laurels_webhook_seconds",
    "How long endpoints took to answer.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)
LANES = Gauge("laurels_webhook_lanes", "Endpoints that are being sent to.")


@dataclass(frozen=True, slots=True)
class Manner:
    """How deliveries are made; the defaults are what an installation wants."""

    timeout_seconds: float = 15.0
    at_once: int = 20
    lanes: int = 200
    slice_seconds: float = 10.0
    delays: Sequence[float] = DELAYS_SECONDS
    allow_private: bool = False
    slack_seconds: float = 20.0

    @property
    def claim_seconds(self) -> float:
        """How long a claim holds: longer than a request can take, and to book what came of it."""
        return self.timeout_seconds + self.slack_seconds


def usual() -> Manner:
    """Return how the environment says that deliveries are made."""
    found = settings()
    return Manner(
        timeout_seconds=found.webhook_timeout_seconds, allow_private=found.webhook_allow_private
    )


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A delivery to be sent: where to, signed with what, and what it says."""

    id: UUID
    failed_before: int
    url: str
    secrets: tuple[str, ...]
    message_id: str
    body: bytes


Sent = tuple[_Claimed, Answer]


async def run_deliveries(
    database: Database, stop: asyncio.Event, *, manner: Manner | None = None
) -> None:
    """Deliver webhooks until `stop` is set. Any number of workers may do so at once."""
    office = _Office(database, stop, manner or usual())
    try:
        await loops.run([("webhooks", office.look)], stop)
    finally:
        await office.close()


class _Office:
    """Opens a lane for each endpoint that has something due."""

    def __init__(self, database: Database, stop: asyncio.Event, manner: Manner) -> None:
        self._database = database
        self._stop = stop
        self._manner = manner
        self._lanes: dict[UUID, asyncio.Task[None]] = {}

    async def look(self) -> bool:
        """Open lanes; say that there is nothing more to do before the next look."""
        free = self._manner.lanes - len(self._lanes)
        if free <= 0:
            return False
        async with self._database.connection() as raw:
            rows = await raw.fetch(
                "select tenant_id, endpoint_id from laurels.endpoints_due($1, $2)",
                list(self._lanes), free,
            )  # fmt: skip
        for row in rows:
            endpoint_id: UUID = row["endpoint_id"]
            lane = _Lane(self._database, self._stop, self._manner, row["tenant_id"], endpoint_id)
            task = asyncio.create_task(lane.run())
            self._lanes[endpoint_id] = task
            LANES.set(len(self._lanes))
            task.add_done_callback(lambda _, key=endpoint_id: self._leave(key))
        return False

    def _leave(self, endpoint_id: UUID) -> None:
        del self._lanes[endpoint_id]
        LANES.set(len(self._lanes))

    async def close(self) -> None:
        """End every lane; what is being sent is given a moment."""
        tasks = list(self._lanes.values())
        if tasks:
            await asyncio.wait(tasks, timeout=3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Lane:
    """One endpoint's deliveries: as many side by side as it may have, none out of order."""

    def __init__(
        self,
        database: Database,
        stop: asyncio.Event,
        manner: Manner,
        tenant_id: UUID,
        endpoint_id: UUID,
    ) -> None:
        self._database = database
        self._stop = stop
        self._manner = manner
        self._tenant_id = tenant_id
        self._endpoint_id = endpoint_id
        self._sender = Sender(
            timeout=manner.timeout_seconds,
            at_once=manner.at_once,
            allow_private=manner.allow_private,
        )

    async def run(self) -> None:
        """Send until nothing is due or the slice is over; others want their turn too."""
        sending: set[asyncio.Task[Sent]] = set()
        ends = time.monotonic() + self._manner.slice_seconds
        sent: list[Sent] = []
        try:
            while True:
                open_for = self._manner.at_once - len(sending)
                if self._stop.is_set() or time.monotonic() > ends:
                    open_for = 0
                claimed = await self._turn(sent, open_for)
                sending |= {asyncio.create_task(self._send(each)) for each in claimed}
                if not sending:
                    return
                done, sending = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
                sent = [task.result() for task in done]
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            # What was claimed is due again when the claim runs out.
            log.exception("deliveries to %s broke off", self._endpoint_id)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            await self._sender.close()

    async def _turn(self, sent: Sequence[Sent], limit: int) -> list[_Claimed]:
        """Book what was sent and claim what is next, in one transaction."""
        if not sent and limit <= 0:
            return []
        now = utc_now()
        async with open_work(self._database, tenant_id=self._tenant_id, now=now) as work:
            await self._book(work, sent)
            return await self._claim(work, limit) if limit > 0 else []

    async def _claim(self, work: Work, limit: int) -> list[_Claimed]:
        endpoint = await work.fetchrow(
            "select url, status, secret, previous_secret, previous_until > now() as overlap"
            " from laurels.webhook_endpoints where tenant_id = $1 and id = $2",
            work.tenant_id, self._endpoint_id,
        )  # fmt: skip
        if endpoint is None or endpoint["status"] != "enabled":
            # Written while the endpoint was being disabled.
            await work.fetch(
                "update laurels.webhook_deliveries set state = 'stopped', finished_at = now(),"
                " claimed_until = null"
                " where tenant_id = $1 and endpoint_id = $2 and state = 'waiting'",
                work.tenant_id, self._endpoint_id,
            )  # fmt: skip
            return []
        rows = await work.fetch(
            f"select d.id as delivery_id, d.attempts, {COLUMNS}"
            " from laurels.claim_deliveries($1, $2, $3, $4 * interval '1 second') as c (id)"
            " inner join laurels.webhook_deliveries as d on d.tenant_id = $1 and d.id = c.id"
            " inner join laurels.outbox as o on o.tenant_id = $1 and o.id = d.event_id"
            " order by d.position",
            work.tenant_id, self._endpoint_id, limit, self._manner.claim_seconds,
        )  # fmt: skip
        secrets = _secrets(endpoint) if rows else ()
        return [
            _Claimed(
                row["delivery_id"], row["attempts"], endpoint["url"], secrets,
                encode("event", row["id"]), as_json(Happened.of(row), work.tenant_id),
            )
            for row in rows
        ]  # fmt: skip

    async def _send(self, claimed: _Claimed) -> Sent:
        if not claimed.secrets:
            trouble = Answer(utc_now(), 0, error="the signing secret cannot be read")
            return claimed, trouble
        try:
            signed = headers(
                claimed.secrets,
                message_id=claimed.message_id,
                timestamp=int(utc_now().timestamp()),
                body=claimed.body,
            )
            return claimed, await self._sender.post(claimed.url, claimed.body, signed)
        except Exception as error:
            # One that is never booked would be sent again for ever, with its whole turn.
            log.exception("webhook %s could not be sent", claimed.message_id)
            return claimed, Answer(utc_now(), 0, error=f"not sent: {type(error).__name__}")

    async def _book(self, work: Work, sent: Sequence[Sent]) -> None:
        if not sent:
            return
        verdicts = [
            judge(
                answer,
                failed_before=claimed.failed_before,
                chance=random.random(),  # noqa: S311 - spreads load, hides nothing
                delays=self._manner.delays,
            )
            for claimed, answer in sent
        ]
        if any(verdict.gone for verdict in verdicts):
            # The endpoint before its deliveries, as everywhere.
            await disable_gone(work, self._endpoint_id)
        await work.fetch(
            "select laurels.book_deliveries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            work.tenant_id,
            self._endpoint_id,
            [claimed.id for claimed, _ in sent],
            [verdict.state for verdict in verdicts],
            [verdict.wait_seconds for verdict in verdicts],
            [new_id() for _ in sent],
            [answer.sent_at for _, answer in sent],
            [answer.duration_ms for _, answer in sent],
            [answer.status for _, answer in sent],
            [answer.error for _, answer in sent],
            [answer.response or None for _, answer in sent],
        )
        for (claimed, answer), verdict in zip(sent, verdicts, strict=True):
            self._tell(claimed, answer, verdict)

    def _tell(self, claimed: _Claimed, answer: Answer, verdict: Verdict) -> None:
        DELIVERIES.labels("retried" if verdict.state == "waiting" else verdict.state).inc()
        TOOK.observe(answer.duration_ms / 1000)
        if verdict.state == "delivered":
            return
        log.log(
            logging.WARNING if verdict.state in {"dead", "stopped"} else logging.INFO,
            "webhook %s to endpoint %s: %s; now %s",
            claimed.message_id, encode("webhook_endpoint", self._endpoint_id),
            f"status {answer.status}" if answer.status else answer.error, verdict.state,
        )  # fmt: skip


def _secrets(endpoint: asyncpg.Record) -> tuple[str, ...]:
    """Return what to sign with; nothing when it cannot be read, which is loud and tried again."""
    found = [endpoint["secret"]]
    if endpoint["overlap"] and endpoint["previous_secret"] is not None:
        found.append(endpoint["previous_secret"])
    try:
        return tuple(vault().decrypt(bytes(each)) for each in found)
    except (SecretUnreadable, SecretKeyMissing) as error:
        log.error("webhooks cannot be signed: %s", error)  # noqa: TRY400 - the sentence says all
        return ()
