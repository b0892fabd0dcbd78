"""Batches: while one transaction is under way, the requests that arrive wait for the next.

There is a queue per tenant and operation. The first request of an idle queue starts at once; those
that come while the transaction begins go with it, and those that come later wait for the next one,
whoever sent them. There is no timer, so an idle system is not slower for it.
"""

import asyncio
import contextvars
import copy
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from prometheus_client import Histogram
from starlette.responses import Response

from laurels.permissions import Permission

from ..db.pool import Database, PoolExhausted
from ..errors import AppError
from ..http import idempotency
from ..http.access import Authenticator, BatchAuthentication, require
from ..http.idempotency import Answer
from ..http.route import respond
from ..values.time import utc_now
from ..work import BATCH, SYSTEM, Actor, OutcomeUnknown, Work, open_work

log = logging.getLogger("laurels.batches")

MAX_BATCH = 256
"""Requests that one transaction takes, at most."""
MAX_WAITING = 1024
"""Requests that may wait in one queue; more are answered 503."""
MAX_UNVERIFIED = 256
"""Of these, requests whose credentials this process has not verified before."""
MAX_VERIFIED = 10_000
"""Verified credentials that are remembered, so that unverified ones cannot crowd them out."""
MAX_TRIES = 3
"""How often a batch that met another transaction begins anew before it is taken apart."""
MAX_SECONDS_ONE_BY_ONE = 10.0
"""How long a batch that failed may take to be booked one by one; the rest is answered 503."""

BATCH_SIZE = Histogram(
    "laurels_batch_requests",
    "Requests that were booked in one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)

CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""The database undid everything because of another transaction; the same again may succeed."""
UNREACHABLE = (
    OSError,
    PoolExhausted,
    OutcomeUnknown,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
"""The database went away, or did not say how the commit went. Nothing is tried a second time."""


class QueueFull(Exception):
    """More requests wait for the same thing than a queue holds, or the process is stopping."""


@dataclass(slots=True, eq=False)
class Item:
    """One request of a batch: what is to be done, who asked for it, and from where."""

    content: Any
    actor: Actor = SYSTEM
    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None

    @classmethod
    def of(cls, work: Work, content: Any) -> "Item":
        """Return an item that is done for whom the whole work is done."""
        return cls(content, work.actor, work.request_id, work.ip, work.user_agent)


Operation = Callable[[Work, Sequence[Item]], Awaitable[Sequence[Answer | AppError]]]
"""What a hot route does for many at once: an answer or a refusal for each, in order."""
Outcome = Answer | Exception
E = TypeVar("E", bound=Exception)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks at a hot route: not verified yet, and with no transaction open."""

    queues: "Queues"
    tenant_id: UUID
    token: str
    permission: Permission
    key: idempotency.Key | None
    request_id: str
    ip: str | None
    user_agent: str | None
    dry_run: "Callable[[Operation, Any], Awaitable[Response]] | None" = None
    """How it is done when nothing is to be kept of it; outside of every batch."""

    async def submit(self, operation: Operation, content: Any) -> Response:
        """Have this done with what others ask at the same moment; answer after the commit.

        Raise the refusal of this request alone, or QueueFull.
        """
        if self.dry_run is not None:
            return await self.dry_run(operation, content)
        outcome = await self.queues.submit(self, operation, content)
        if isinstance(outcome, Answer):
            return respond(outcome)
        raise outcome


@dataclass(slots=True, eq=False)
class WaitingRequest:
    """Somebody who waits for what they asked."""

    caller: Caller
    item: Item
    outcome: "asyncio.Future[Outcome]"

    @property
    def key(self) -> idempotency.Key | None:
        """The request's Idempotency-Key."""
        return self.caller.key


class Queues:
    """All queues of a process. They run in tasks of their own: a caller who leaves stops nobody."""

    def __init__(self, database: Database, authenticator: Authenticator) -> None:
        self.database = database
        self.authenticator = authenticator
        self.open = True
        self._queues: dict[tuple[UUID, Operation], Queue] = {}
        self._verified: OrderedDict[str, None] = OrderedDict()

    async def submit(self, caller: Caller, operation: Operation, content: Any) -> Outcome:
        """Wait for the tenant's next batch of this operation. Raise QueueFull."""
        if not self.open:
            raise QueueFull
        place = (caller.tenant_id, operation)
        queue = self._queues.get(place)
        if queue is None:
            queue = self._queues[place] = Queue(self, *place)
        return await queue.submit(caller, content)

    def forget(self, queue: "Queue") -> None:
        """Drop a queue in which nobody waits."""
        self._queues.pop((queue.tenant_id, queue.operation), None)

    def is_verified(self, token: str) -> bool:
        """Tell whether these credentials were right the last time that they came."""
        return token in self._verified

    def note_verification(self, token: str, *, right: bool) -> None:
        """Note whether credentials were right."""
        self._verified.pop(token, None)
        if right:
            self._verified[token] = None
            if len(self._verified) > MAX_VERIFIED:
                self._verified.popitem(last=False)

    async def check(self, caller: Caller) -> None:
        """Raise Unauthenticated or Forbidden when this caller has no right to ask at all."""
        async with open_work(self.database, tenant_id=caller.tenant_id, now=utc_now()) as work:
            principal = await self.authenticator.identify(work, caller.token)
            require(principal, caller.permission)

    async def close(self) -> None:
        """Let nobody in any more, and finish what waits."""
        self.open = False
        while self._queues:
            tasks = [queue.task for queue in self._queues.values() if queue.task is not None]
            await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(slots=True, eq=False)
class Queue:
    """Who waits for one operation of one tenant, and the batch that is under way for them."""

    queues: Queues
    tenant_id: UUID
    operation: Operation
    waiting: deque[WaitingRequest] = field(default_factory=deque[WaitingRequest])
    unverified: int = 0
    """How many of those who wait have credentials that were not verified before."""
    task: "asyncio.Task[None] | None" = None

    async def submit(self, caller: Caller, content: Any) -> Outcome:
        """Wait for the next batch and return what came of this request. Raise QueueFull."""
        unverified = not self.queues.is_verified(caller.token)
        too_many = unverified and self.unverified >= MAX_UNVERIFIED
        if too_many or len(self.waiting) >= MAX_WAITING:
            raise QueueFull
        item = Item(
            content, request_id=caller.request_id, ip=caller.ip, user_agent=caller.user_agent
        )
        request = WaitingRequest(caller, item, asyncio.get_running_loop().create_future())
        self.waiting.append(request)
        if self.task is None:
            # An empty context: what one request notes about itself is not every other's.
            self.task = asyncio.create_task(self._serve(), context=contextvars.Context())
        self.unverified += unverified
        try:
            return await request.outcome
        finally:
            self.unverified -= unverified

    async def _serve(self) -> None:
        """Book batch after batch, one at a time, until nobody waits."""
        try:
            while self.waiting:
                batch = self._take([])
                outcomes: list[Outcome] | None = None
                try:
                    outcomes = await self._run(batch, others_may_join=True)
                finally:
                    outcomes = outcomes or [QueueFull() for _ in batch]
                    for request, outcome in zip(batch, outcomes, strict=True):
                        if not request.outcome.done():
                            request.outcome.set_result(outcome)
        finally:
            self.queues.forget(self)
            for request in self.waiting:
                # Only who ends the process ends this task before its time.
                request.outcome.cancel()

    def _take(self, batch: list[WaitingRequest]) -> list[WaitingRequest]:
        """Add to a batch who waits. A key that means two things waits with the second."""
        later: list[WaitingRequest] = []
        meant = {
            request.key.place: request.key.fingerprint
            for request in batch
            if request.key is not None
        }
        while self.waiting and len(batch) < MAX_BATCH:
            request = self.waiting.popleft()
            if request.outcome.done():
                continue
            key = request.key
            if key is not None and meant.setdefault(key.place, key.fingerprint) != key.fingerprint:
                later.append(request)
            else:
                batch.append(request)
        self.waiting.extendleft(reversed(later))
        return batch

    async def _run(self, batch: list[WaitingRequest], *, others_may_join: bool) -> list[Outcome]:
        """Book a batch in one transaction; what breaks it is found by booking one by one."""
        for last_try in (*[False] * (MAX_TRIES - 1), True):
            try:
                return await self._transact(batch, others_may_join=others_may_join)
            except CONFLICTS as error:
                if last_try and len(batch) == 1:
                    return [error]
            except UNREACHABLE as error:
                # An exception of their own for each: whoever raises it adds to its traceback.
                return [_copy_of(error) for _ in batch]
            except Exception as error:  # noqa: BLE001 - whatever it is, it is that request's answer
                if len(batch) == 1:
                    return [error]
                log.warning("a batch of %d is taken apart: %r", len(batch), error)
                break
        return await self._run_one_by_one(batch)

    async def _run_one_by_one(self, batch: Sequence[WaitingRequest]) -> list[Outcome]:
        until = time.monotonic() + MAX_SECONDS_ONE_BY_ONE
        outcomes: list[Outcome] = []
        for request in batch:
            # Who left in the meantime has not been booked, and is not now.
            gone = request.outcome.done() or time.monotonic() > until
            outcomes += [QueueFull()] if gone else await self._run([request], others_may_join=False)
        return outcomes

    async def _transact(
        self, batch: list[WaitingRequest], *, others_may_join: bool
    ) -> list[Outcome]:
        async with open_work(
            self.queues.database, tenant_id=self.tenant_id, now=utc_now(), kind=BATCH
        ) as work:
            if others_may_join:
                self._take(batch)
            BATCH_SIZE.observe(len(batch))
            keys = {request.key.place for request in batch if request.key is not None}
            tokens = list(dict.fromkeys(request.caller.token for request in batch))
            authentication = await self.queues.authenticator.authenticate_batch(
                work, tokens, list(keys)
            )
            work.now = authentication.clock or work.now
            outcomes: dict[int, Outcome] = {}
            allowed: list[WaitingRequest] = []
            for number, request in enumerate(batch):
                try:
                    self._authenticate(request, authentication)
                except AppError as error:
                    outcomes[number] = error
                else:
                    allowed.append(request)
            if allowed:
                done = iter(await self._answer(work, allowed, authentication))
                for number in range(len(batch)):
                    if number not in outcomes:
                        outcomes[number] = next(done)
            return [outcomes[number] for number in range(len(batch))]

    def _authenticate(self, request: WaitingRequest, authentication: BatchAuthentication) -> None:
        """Note who asks for an item. Raise Unauthenticated or Forbidden."""
        holder = authentication.holders.get(request.caller.token)
        refused = holder is None or isinstance(holder, AppError)
        self.queues.note_verification(request.caller.token, right=not refused)
        if isinstance(holder, AppError):
            raise _copy_of(holder)
        request.item.actor = require(holder, request.caller.permission).actor

    async def _answer(
        self, work: Work, batch: Sequence[WaitingRequest], authentication: BatchAuthentication
    ) -> list[Outcome]:
        """Replay what was answered before, do the rest once, and keep the answers."""
        again = [
            request.key
            for request in batch
            if request.key is not None and request.key.place in authentication.known_keys
        ]
        known: dict[tuple[str, str], Outcome] = {}
        if again:
            known.update(await idempotency.find(work, again))
        fresh: list[WaitingRequest] = []
        claimed: set[tuple[str, str]] = set()
        for request in batch:
            if request.key is None:
                fresh.append(request)
            elif request.key.place not in known and request.key.place not in claimed:
                claimed.add(request.key.place)
                fresh.append(request)
        done: Sequence[Answer | AppError] = []
        if fresh:
            done = await self.operation(work, [request.item for request in fresh])
        own_outcomes = dict(zip(map(id, fresh), done, strict=True))
        idempotency.keep_all(
            work,
            [
                (request.key, answer)
                for request, answer in zip(fresh, done, strict=True)
                if request.key is not None and isinstance(answer, Answer)
            ],
        )
        return [_outcome_of(request, own_outcomes.get(id(request)), known) for request in batch]


def _outcome_of(
    request: WaitingRequest, own: Outcome | None, known: dict[tuple[str, str], Outcome]
) -> Outcome:
    """Return what one request is answered: its own outcome, or that of the first with its key."""
    if request.key is None:
        assert own is not None, "what has no key is done"
        return own
    if own is not None:
        known[request.key.place] = own
        return own
    first = known[request.key.place]
    if isinstance(first, Answer):
        return first if first.replayed else replace(first, replayed=True)
    return _copy_of(first)


def _copy_of(error: E) -> E:
    """Return an error like this one, with the same cause and a traceback of its own."""
    own = copy.copy(error)
    own.__cause__ = error.__cause__
    return own
