"""Work: one tenant, one actor, one transaction, one clock reading.

It is the first argument of every deed. It is opened in four places only (request, batcher,
handler or job, CLI command); nobody commits by hand.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import asyncpg

from .clock import business_now
from .db import Database, Raw


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a kind (`api_key`, `staff`, `operator` …) and, where known, which one."""

    kind: str
    id: str | None = None


SYSTEM = Actor("system")
OPERATOR = Actor("operator")
PLATFORM = UUID(int=0)
"""Stands in the tenant's place when somebody works for the platform itself."""


@dataclass(frozen=True, slots=True)
class Along:
    """A question that goes along with a statement, and is asked only if that returns no row.

    `{}` stands in the place of each value. Its rows, without names, are noted under the key.
    """

    key: Any
    sql: str
    values: tuple[Any, ...]


@lru_cache(maxsize=256)
def _both(sql: str, along: str, count: int, more: int) -> str:
    """Return one statement for both, with so many values of the first and of the second."""
    marks = (f"${number}" for number in range(count + 1, count + more + 1))
    return (
        f"with asked as materialized ({sql}) select (select array_agg(a) from asked as a),"
        f" case when not exists (select from asked)"
        f" then array(select b from ({along.format(*marks)}) as b) end"
    )


async def _while_asking(
    asked: Coroutine[Any, Any, list[asyncpg.Record]], meanwhile: Callable[[], None]
) -> list[asyncpg.Record]:
    """Send a question, do something else, and return the answer."""
    sent = _Sent(asked)
    try:
        # The event loop sends at the end of its turn what the driver has written.
        await asyncio.sleep(0)
        meanwhile()
    except BaseException:
        # Whatever happens: nobody may use the connection before it has answered.
        with contextlib.suppress(Exception):
            await sent
        raise
    return await sent


class _Sent:
    """A coroutine that has gone as far as it gets without waiting."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._result: Any = None
        self._waits_for: Any = None
        try:
            self._waits_for = coroutine.send(None)
        except StopIteration as done:
            self._result = done.value

    def __await__(self) -> Generator[Any, Any, Any]:
        """Go on where it stopped, and return what it returns."""
        if self._waits_for is None:
            return self._result
        waits_for = self._waits_for
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - it is for the coroutine
                step = partial(self._coroutine.throw, error)
            else:
                step = partial(self._coroutine.send, sent)
            try:
                waits_for = step()
            except StopIteration as done:
                return done.value


BEGAN_AT = "when the transaction began"
"""Where `Work.began_at` looks first."""


class CommitFailed(Exception):
    """The database rolled back instead of committing; nothing of this transaction is booked."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A transaction under way for one tenant, with who, when and why."""

    tenant_id: UUID
    actor: Actor
    now: datetime
    raw: Raw
    cause: UUID | None = None
    depth: int = 0
    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    memo: dict[Any, Any] = field(default_factory=dict[Any, Any])
    last: list[Callable[["Work"], Awaitable[None]]] = field(
        default_factory=list[Callable[["Work"], Awaitable[None]]]
    )
    unsent: list[tuple[str, tuple[Any, ...]]] = field(
        default_factory=list[tuple[str, tuple[Any, ...]]]
    )

    async def fetch(
        self,
        sql: str,
        *arguments: Any,
        along: "Along | None" = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> list[asyncpg.Record]:
        """Run one statement with bind values `$1…` on the driver itself and return its rows.

        With `along` another one goes with it, in one round trip, and its rows are found in the
        memo. `meanwhile` is done while the server works: thinking that needs no database.
        """
        if self.unsent:
            await self.flush()
        if along is not None:
            sql = _both(sql, along.sql, len(arguments), len(along.values))
            arguments = (*arguments, *along.values)
        asked = self.raw.fetch(sql, *arguments)
        if meanwhile is not None:
            asked = _while_asking(asked, meanwhile)
        rows: list[asyncpg.Record] = await asked
        if along is not None:
            ((first, second),) = rows
            rows = first or []
            if second is not None:
                self.memo[along.key] = second
        return rows

    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """Run one statement and return its first row, if any."""
        if self.unsent:
            await self.flush()
        return await self.raw.fetchrow(sql, *arguments)

    async def began_at(self) -> datetime:
        """Return the database's `now()`: what columns hold that default to it."""
        known: datetime | None = self.memo.get(BEGAN_AT)
        if known is None:
            row = await self.fetchrow("select now()")
            assert row is not None, "a transaction has a beginning"
            self.memo[BEGAN_AT] = row[0]
        return self.memo[BEGAN_AT]

    def write(self, function: str, *arguments: Any) -> None:
        """Call an SQL function that returns nothing, before the next statement or at the end.

        What is written in a row goes to the server together, in one round trip. What the function
        refuses is raised where that happens: by the next statement, the end of a savepoint, or the
        end of the transaction.
        """
        self.unsent.append((function, arguments))

    async def flush(self) -> bool:
        """Send what `write` has gathered, in order. Return whether there was anything."""
        if not self.unsent:
            return False
        calls = tuple((function, len(arguments)) for function, arguments in self.unsent)
        values = [value for _, arguments in self.unsent for value in arguments]
        self.unsent.clear()
        await self.raw.fetch(_calling(calls), *values)
        return True

    async def close(self) -> bool:
        """Do what was put off to the end of the transaction, in order, and send what is unsent.

        Return whether the last thing that happened is a statement that succeeded.
        """
        while self.last:
            await self.last.pop(0)(self)
        return await self.flush()

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """Undo the block alone when it raises; the rest of the transaction goes on."""
        await self.flush()
        await self.raw.execute("savepoint item")
        put_off, memo = list(self.last), dict(self.memo)
        try:
            yield
            await self.flush()
        except BaseException:
            self.unsent.clear()
            await self.raw.execute("rollback to savepoint item; release savepoint item")
            self.last[:] = put_off
            self.memo.clear()
            self.memo.update(memo)
            raise
        await self.raw.execute("release savepoint item")


@lru_cache(maxsize=256)
def _calling(calls: tuple[tuple[str, int], ...]) -> str:
    """Return the statement that calls these functions with so many values each."""
    parts: list[str] = []
    first = 1
    for function, count in calls:
        marks = ", ".join(f"${number}" for number in range(first, first + count))
        parts.append(f"{function}({marks})")
        first += count
    return f"select {', '.join(parts)}"


def sparse(values: list[Any]) -> list[Any] | None:
    """Return the values, or null when each is null, zero or false.

    `unnest` fills a shorter array up with nulls, and null is the shortest: an empty array takes
    the driver 0.7 µs, and two dozen of them go with every batch.
    """
    return values if any(values) else None


def uniform(values: list[Any]) -> list[Any]:
    """Return the values, or only the first when all are the same; SQL repeats a single one."""
    return values[:1] if len(set(values)) == 1 else values


PLAIN = "begin"
SNAPSHOT = "begin isolation level repeatable read, read only"
"""Everything is read as it was at one moment, and nothing is written."""
HOT = "begin; set local plan_cache_mode = force_generic_plan"
"""The same few statements run over and over, and none is planned twice: with arrays as values the
server would plan the first one of every batch anew, for up to 200 µs."""


@lru_cache(maxsize=1024)
def beginning(tenant_id: UUID, kind: str = PLAIN) -> str:
    """Return what begins a transaction that sees this tenant's rows and no others: one round trip.

    `set local` with a literal, not `set_config()`: it reaches the nodes of a cluster too.
    """
    return f"{kind}; set local app.tenant_id = '{UUID(int=tenant_id.int)}'"


async def finish(work: Work, begin: str | None = None) -> None:
    """Commit. Raise CommitFailed when the database answers anything but COMMIT.

    With `begin` the next transaction is begun in the same message. That is done only when the last
    statement has just succeeded: the driver tells no more how the commit went, and the database
    commits quietly nothing where a statement failed before.
    """
    if await work.close() and begin is not None:
        await work.raw.execute(f"commit; {begin}")
        return
    outcome = await work.raw.execute("commit")
    if outcome != "COMMIT":
        raise CommitFailed


@asynccontextmanager
async def on_behalf(work: Work, tenant_id: UUID) -> AsyncGenerator[Work]:
    """Let the platform's own work see one tenant for the block, in the same transaction."""
    assert work.tenant_id == PLATFORM, "a tenant's work never sees another tenant"
    await work.flush()
    inside = replace(work, tenant_id=tenant_id, memo={}, last=[], unsent=[])
    await work.raw.execute(f"set local app.tenant_id = '{UUID(int=tenant_id.int)}'")
    yield inside
    await inside.close()
    await work.raw.execute(f"set local app.tenant_id = '{PLATFORM}'")


@asynccontextmanager
async def open_work(
    database: Database,
    *,
    tenant_id: UUID,
    actor: Actor = SYSTEM,
    now: datetime | None = None,
    cause: UUID | None = None,
    depth: int = 0,
    dry_run: bool = False,
    kind: str = PLAIN,
) -> AsyncGenerator[Work]:
    """Run the block in one transaction of one tenant; commit when it ends, roll back on an error.

    Without `now` it is the tenant's business time, which a test clock may have moved; only a door
    that learns the time with who is asking gives one. With `dry_run` everything is rolled back at
    the end, whatever happened. `kind` is how the transaction begins: PLAIN, SNAPSHOT or HOT.
    """
    begin = beginning(tenant_id, kind)
    async with database.connection(begin) as raw:
        try:
            work = Work(
                tenant_id=tenant_id,
                actor=actor,
                now=now or await business_now(raw, tenant_id),
                raw=raw,
                cause=cause,
                depth=depth,
            )
            yield work
            if dry_run:
                await work.close()
                await raw.execute("rollback")
            else:
                await finish(work, begin if kind is HOT else None)
        except BaseException:
            await abandon(raw)
            raise


async def abandon(raw: Raw) -> None:
    """Roll back, or close the connection when even that cannot be done."""
    try:
        if raw.is_in_transaction():
            await raw.execute("rollback")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        raw.terminate()
