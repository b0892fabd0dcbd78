"""Natural batching: while one transaction is under way, the requests that arrive wait together.

Each hot door has a lane per credentials. The first request of an idle lane starts at once, alone;
those that come while it is being booked wait, and the next transaction takes all of them as one
set-based batch. There is no timer, so an idle system is not slower for it
(docs/decisions/0016).
"""

import asyncio
import contextvars
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from prometheus_client import Histogram
from starlette.responses import Response

from laurels.permissions import Permission

from . import idempotency
from .access import Authenticator, LetIn
from .db import Database, PoolExhausted
from .errors import AppError, Forbidden, Unauthenticated
from .idempotency import Answer
from .preface import Ahead
from .time import utc_now
from .work import HOT, Work, open_work

log = logging.getLogger("laurels.batching")
D = TypeVar("D", bound=Callable[..., Any])

MAX_BATCH = 256
"""Requests that one transaction takes, at most."""
TURNS, TURNS_OF_FEW, TURNS_OF_SOME = 2, 6, 40
"""Turns of the event loop before a batch is taken: reading a request and coming in take a few.
More of them gather the callers who have just been answered, too. That is right where they are few;
where they are many nobody would be left for a second transaction, and all wait for each other."""
SOME = 4
"""So many who were answered together are waited for a little longer, until all are back."""
MAX_WAITING = 1024
"""Requests that may wait in one lane; more are answered 503."""
WIDTH = 2
"""Transactions of one lane at a time: one is thought out while the other is being committed."""
WORTH_ANOTHER = 16
"""Requests that must wait before a second one begins: smaller batches cost more than they gain."""
TRIES = 3
"""How often a batch that met another transaction begins anew before it is taken apart."""

BATCH_SIZE = Histogram(
    "laurels_batch_requests",
    "Requests that were booked in one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)

_let_others_run: Callable[[], None] = getattr(os, "sched_yield", lambda: None)
"""Whoever has something to do on this core does it first: those we wait for may be among them."""
MET_ANOTHER = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""The database undid everything because of another transaction; the same again may succeed."""
OUT_OF_REACH = (
    OSError, PoolExhausted, asyncpg.InterfaceError, asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)  # fmt: skip
"""The database went away. A commit may have arrived or not, so nothing is tried a second time."""


class QueueFull(Exception):
    """More requests wait for the same door than a lane holds, or the process is stopping."""


@dataclass(slots=True, eq=False)
class Asked:
    """One request of a batch: what it asks for, and what belongs to it alone."""

    content: Any
    request_id: str | None = None


@dataclass(slots=True, eq=False)
class Waiting:
    """Somebody who waits for what they asked."""

    asked: Asked
    key: idempotency.Key | None
    outcome: "asyncio.Future[Outcome]"


Outcome = Answer | Exception
LookAhead = Callable[[Sequence[Asked]], Ahead | None]
_ahead: dict[Any, LookAhead] = {}
"""What deeds ask first of all, by deed."""


def asks_first(look: LookAhead) -> Callable[[D], D]:
    """Let what this deed asks first be read with the statement that lets its batch in."""

    def note(deed: D) -> D:
        _ahead[deed] = look
        return deed

    return note


Deed = Callable[[Work, Sequence[Asked]], Awaitable[Sequence[Answer | AppError]]]
"""What a hot door does for many at once: an answer or a refusal for each, in order."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at a hot door: not known yet, and with no transaction open."""

    lanes: "Lanes"
    tenant_id: UUID
    token: str
    permission: Permission
    request_id: str
    key: idempotency.Key | None
    rehearse: "Callable[[Caller, Deed, Any], Awaitable[Response]] | None" = None
    """How it is done when nothing is to be kept of it; outside of every batch."""

    async def together(self, deed: Deed, content: Any) -> Response:
        """Have this done with what others ask at the same moment; answer after the commit.

        Raise the refusal of this request alone, or QueueFull.
        """
        if self.rehearse is not None:
            return await self.rehearse(self, deed, content)
        lane = self.lanes.lane(deed, self)
        outcome = await lane.hand_in(content, self)
        if isinstance(outcome, Answer):
            return respond(outcome)
        raise outcome


class Given(Response):
    """An answer on its way; its fields are known, so it is made in a third of the usual time."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.body, self.background = answer.status, answer.body, None
        self.raw_headers = [_JSON, (b"content-length", b"%d" % len(answer.body))]
        if answer.replayed:
            self.raw_headers.append(_REPLAYED)


_JSON = (b"content-type", b"application/json")
_REPLAYED = (b"idempotent-replayed", b"true")


def respond(answer: Answer) -> Response:
    """Return the response that gives this answer, and says so when it was given before."""
    return Given(answer)


class Lanes:
    """All lanes of a process. They run in tasks of their own: a caller who leaves stops nobody."""

    def __init__(self, database: Database, authenticator: Authenticator) -> None:
        self.database = database
        self.authenticator = authenticator
        self.open = True
        self._lanes: dict[tuple[Deed, str], Lane] = {}

    def lane(self, deed: Deed, caller: Caller) -> "Lane":
        """Return the lane of these credentials to this deed. Raise QueueFull when stopping."""
        if not self.open:
            raise QueueFull
        place = (deed, caller.token)
        found = self._lanes.get(place)
        if found is None:
            found = self._lanes[place] = Lane(
                self, deed, caller.tenant_id, caller.token, caller.permission
            )
        return found

    def forget(self, lane: "Lane") -> None:
        """Drop a lane in which nobody waits."""
        self._lanes.pop((lane.deed, lane.token), None)

    async def check(self, caller: Caller) -> None:
        """Raise Unauthenticated or Forbidden when this caller may not come in at all."""
        async with open_work(self.database, tenant_id=caller.tenant_id, now=utc_now()) as work:
            principal = await self.authenticator.identify(work, caller.token)
            require(principal, caller.permission)

    async def close(self) -> None:
        """Let nobody in any more, and finish what waits."""
        self.open = False
        while self._lanes:
            tasks = [task for lane in self._lanes.values() for task in lane.tasks]
            await asyncio.gather(*tasks, return_exceptions=True)


def require(principal: Any, permission: Permission) -> None:
    """Raise Unauthenticated for nobody, Forbidden for somebody without this permission."""
    if principal is None:
        raise Unauthenticated
    if permission not in principal.permissions:
        msg = f"This needs the permission `{permission}`, which these credentials lack."
        raise Forbidden(msg, permission=str(permission))


@dataclass(slots=True, eq=False)
class Lane:
    """Who waits for one deed with the same credentials, and what is under way for them."""

    lanes: Lanes
    deed: Deed
    tenant_id: UUID
    token: str
    permission: Permission
    waiting: deque[Waiting] = field(default_factory=deque[Waiting])
    busy_keys: set[str] = field(default_factory=set[str])
    tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    under_way: int = 0
    """Requests that are being booked."""

    async def hand_in(self, content: Any, caller: Caller) -> Outcome:
        """Wait for the next batch and return what came of this request. Raise QueueFull."""
        if len(self.waiting) >= MAX_WAITING:
            raise QueueFull
        one = Waiting(
            Asked(content, caller.request_id), caller.key,
            asyncio.get_running_loop().create_future(),
        )  # fmt: skip
        self.waiting.append(one)
        if len(self.tasks) < WIDTH and self._worth(beside=len(self.tasks)):
            self._start()
        return await one.outcome

    def _worth(self, *, beside: int) -> bool:
        """Tell whether those who wait are worth a transaction beside so many others."""
        return len(self.waiting) >= (WORTH_ANOTHER * beside or 1)

    def _start(self) -> None:
        # An empty context: what one request notes about itself is not every other's.
        task = asyncio.create_task(self._serve(), context=contextvars.Context())
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if self.waiting and not self.tasks:
            # Somebody came after the last look; the others' keys are free by now, too.
            self._start()
        elif not self.waiting and not self.tasks:
            self.lanes.forget(self)

    async def _serve(self) -> None:
        await self._gather()
        while batch := self._take():
            self.under_way += len(batch)
            keys = {one.key.text for one in batch if one.key is not None}
            self.busy_keys |= keys
            outcomes: list[Outcome] = [QueueFull()] * len(batch)
            try:
                outcomes = await self._book(batch)
            finally:
                self.busy_keys -= keys
                self.under_way -= len(batch)
                for one, outcome in zip(batch, outcomes, strict=True):
                    if not one.outcome.done():
                        one.outcome.set_result(outcome)
            await self._gather(answered=len(batch))
            if not self._worth(beside=len(self.tasks) - 1):
                # The other transaction takes them along when it comes back.
                break

    async def _gather(self, *, answered: int = 0) -> None:
        """Let those come in whose requests are on their way; wait for nobody longer than that.

        Who was answered just now often has the next request ready: it is here as soon as the
        answers are sent. That is waited for where callers are few.
        """
        few = answered + len(self.waiting) + self.under_way < 2 * WORTH_ANOTHER
        expected = answered + len(self.waiting)
        turns = (TURNS_OF_SOME if answered >= SOME else TURNS_OF_FEW) if few else TURNS
        for _ in range(turns):
            await asyncio.sleep(0)
            if few and answered and len(self.waiting) >= expected:
                break
            if few and answered >= SOME:
                _let_others_run()

    def _take(self) -> list[Waiting]:
        """Return the next batch. A key that is being booked, or means two things, waits."""
        batch: list[Waiting] = []
        later: list[Waiting] = []
        meant: dict[str, bytes] = {}
        while self.waiting and len(batch) < MAX_BATCH:
            one = self.waiting.popleft()
            if one.outcome.done():
                continue
            key = one.key
            if key is not None and (
                key.text in self.busy_keys
                or meant.setdefault(key.text, key.fingerprint) != key.fingerprint
            ):
                later.append(one)
                continue
            batch.append(one)
        self.waiting.extendleft(reversed(later))
        return batch

    async def _book(self, batch: Sequence[Waiting]) -> list[Outcome]:
        """Book a batch in one transaction; what breaks it is found by booking one by one."""
        BATCH_SIZE.observe(len(batch))
        for last_try in (*[False] * (TRIES - 1), True):
            try:
                return await self._transact(batch)
            except MET_ANOTHER as error:
                if last_try and len(batch) == 1:
                    return [error]
            except (Unauthenticated, Forbidden, *OUT_OF_REACH) as error:
                return [error] * len(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is that request's answer
                if len(batch) == 1:
                    return [error]
                log.warning("a batch of %d is taken apart: %r", len(batch), error)
                break
        outcomes: list[Outcome] = []
        for one in batch:
            # Who left in the meantime has not been booked, and is not now.
            gone = one.outcome.done()
            outcomes += [QueueFull()] if gone else await self._book([one])
        return outcomes

    async def _transact(self, batch: Sequence[Waiting]) -> list[Outcome]:
        keys = {one.key.text: one.key for one in batch if one.key is not None}
        async with open_work(
            self.lanes.database, tenant_id=self.tenant_id, now=utc_now(), kind=HOT
        ) as opened:
            look = _ahead.get(self.deed)
            ahead = None if look is None else look([one.asked for one in batch])
            entrance = await self.lanes.authenticator.let_in(opened, self.token, list(keys), ahead)
            require(entrance and entrance.principal, self.permission)
            assert entrance is not None, "somebody who is nobody was not let in"
            principal = entrance.principal
            work = replace(opened, actor=principal.actor, now=principal.clock or opened.now)
            if len(batch) == 1:
                work = replace(work, request_id=batch[0].asked.request_id)
            return await self._answer(work, batch, keys, entrance)

    async def _answer(
        self,
        work: Work,
        batch: Sequence[Waiting],
        keys: dict[str, idempotency.Key],
        entrance: LetIn,
    ) -> list[Outcome]:
        """Replay what was answered before, do the rest once, and keep the answers."""
        known: dict[str, Outcome] = {}
        if entrance.known_keys:
            known.update(await idempotency.find(work, [keys[text] for text in entrance.known_keys]))
        fresh: list[Waiting] = []
        claimed: set[str] = set()
        for one in batch:
            if one.key is None:
                fresh.append(one)
            elif one.key.text not in known and one.key.text not in claimed:
                claimed.add(one.key.text)
                fresh.append(one)
        done: Sequence[Answer | AppError] = []
        if fresh:
            done = await self.deed(work, [one.asked for one in fresh])
        given = dict(zip(map(id, fresh), done, strict=True))
        idempotency.keep_all(
            work,
            [
                (one.key, answer)
                for one, answer in zip(fresh, done, strict=True)
                if one.key is not None and isinstance(answer, Answer)
            ],
        )
        outcomes: list[Outcome] = []
        for one in batch:
            own = given.get(id(one))
            if own is None:
                assert one.key is not None, "only keys stand for each other"
                own = known[one.key.text]
                if isinstance(own, Answer) and not own.replayed:
                    own = known[one.key.text] = replace(own, replayed=True)
            elif one.key is not None:
                known[one.key.text] = own
            outcomes.append(own)
        return outcomes
