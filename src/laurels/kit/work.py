"""Work: one tenant, one actor, one transaction, one clock reading.

It is the first argument of every operation. It is opened in four places only (request, batch,
handler or job, CLI command); nobody commits by hand.
"""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from laurels.permissions import Permission

from .clock import business_now
from .db.pool import Database, Raw, cut


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a kind (`api_key`, `staff`, `operator` …) and, where known, which one."""

    kind: str
    id: str | None = None


SYSTEM = Actor("system")
OPERATOR = Actor("operator")
PLATFORM = UUID(int=0)
"""Stands in the tenant's place when somebody works for the platform itself."""


K = TypeVar("K")
Call = tuple[str, tuple[Any, ...]]
"""An SQL function and its values."""


class CommitFailed(Exception):
    """The database rolled back instead of committing; nothing of this transaction is booked."""


class OutcomeUnknown(Exception):
    """The commit was sent and never answered: all of this transaction is booked, or nothing."""


@dataclass(slots=True, eq=False)
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
    began: datetime | None = None
    memo: dict[Any, Any] = field(default_factory=dict[Any, Any])
    before_commit: list[Callable[["Work"], Awaitable[None]]] = field(
        default_factory=list[Callable[["Work"], Awaitable[None]]]
    )
    """What is put off until just before the commit, in order."""
    pending_calls: list[Call] = field(default_factory=list[Call])
    """What `write` has gathered and nothing has sent yet."""
    permissions: frozenset[Permission] | None = None
    """What whoever asks may do; None where nobody asks from outside."""

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Run one statement with bind values `$1…` on the driver itself and return its rows."""
        if self.pending_calls:
            await self.flush()
        return await self.raw.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """Run one statement and return its first row, if any."""
        if self.pending_calls:
            await self.flush()
        return await self.raw.fetchrow(sql, *arguments)

    async def fetch_each(self, calls: Mapping[K, Call]) -> dict[K, list[asyncpg.Record]]:
        """Call SQL functions that return rows in one statement, in order; return the rows of each.

        So locks that are taken one after the other cost one round trip. Rows have no names here.
        """
        if not calls:
            return {}
        values = [value for _, arguments in calls.values() for value in arguments]
        marks = _calls(tuple((name, len(arguments)) for name, arguments in calls.values()))
        if len(calls) == 1:
            # Half as long for the driver as rows in an array.
            (name,) = calls
            return {name: await self.fetch(f"select * from {marks[0]}", *values)}
        (row,) = await self.fetch(
            f"select {', '.join(f'array(select f from {mark} as f)' for mark in marks)}", *values
        )
        return dict(zip(calls, row, strict=True))

    async def began_at(self) -> datetime:
        """Return the database's `now()`: what columns hold that default to it."""
        if self.began is None:
            row = await self.fetchrow("select now()")
            assert row is not None, "a transaction has a beginning"
            self.began = row[0]
        assert self.began is not None, "it was read just now"
        return self.began

    def write(self, function: str, *arguments: Any) -> None:
        """Call an SQL function that returns nothing, before the next statement or at the end.

        What is written in a row goes to the server together, in one round trip. What the function
        refuses is raised where that happens: by the next statement, the end of a savepoint, or the
        end of the transaction.
        """
        self.pending_calls.append((function, arguments))

    async def flush(self) -> None:
        """Send what `write` has gathered, in order."""
        if not self.pending_calls:
            return
        calls = tuple((function, len(arguments)) for function, arguments in self.pending_calls)
        values = [value for _, arguments in self.pending_calls for value in arguments]
        self.pending_calls.clear()
        await self.raw.fetch(f"select {', '.join(_calls(calls))}", *values)

    async def close(self) -> None:
        """Do what was put off until just before the commit, in order; send what is pending."""
        while self.before_commit:
            await self.before_commit.pop(0)(self)
        await self.flush()

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """Undo the block alone when it raises; the rest of the transaction goes on."""
        await self.flush()
        await self.raw.execute("savepoint item")
        before_commit, memo = list(self.before_commit), dict(self.memo)
        try:
            yield
            await self.flush()
        except BaseException:
            self.pending_calls.clear()
            await self.raw.execute("rollback to savepoint item; release savepoint item")
            self.before_commit[:] = before_commit
            self.memo.clear()
            self.memo.update(memo)
            raise
        await self.raw.execute("release savepoint item")


@lru_cache(maxsize=256)
def _calls(calls: tuple[tuple[str, int], ...]) -> list[str]:
    """Return the text of each call of these functions with so many values, one after the other."""
    parts: list[str] = []
    first = 1
    for function, count in calls:
        marks = ", ".join(f"${number}" for number in range(first, first + count))
        parts.append(f"{function}({marks})")
        first += count
    return parts


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
REQUEST = "begin; set local lock_timeout = '5s'"
"""Nobody waits longer for what others have locked: the connection is wanted elsewhere."""
BATCH = "begin; set local lock_timeout = '2s'; set local plan_cache_mode = force_generic_plan"
"""The same few statements run over and over, and none is planned twice: with arrays as values the
server would plan the first one of every batch anew, for up to 200 µs."""


@lru_cache(maxsize=1024)
def beginning(tenant_id: UUID, kind: str = PLAIN) -> str:
    """Return what begins a transaction that sees this tenant's rows and no others: one round trip.

    `set local` with a literal, not `set_config()`: it reaches the nodes of a cluster too.
    """
    return f"{kind}; set local app.tenant_id = '{UUID(int=tenant_id.int)}'"


async def finish(work: Work) -> None:
    """Commit. Raise CommitFailed, the database's own refusal, or OutcomeUnknown.

    Once the commit was sent, only an answer of the database says how it went. Being cancelled, or
    losing the connection, is none: either may come after all is booked.
    """
    await work.close()
    try:
        outcome = await work.raw.execute("commit")
    except asyncpg.PostgresError as error:
        if error.sqlstate[:2] in _NO_VERDICT:
            raise OutcomeUnknown from error
        raise
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise OutcomeUnknown from error
    if outcome != "COMMIT":
        raise CommitFailed


_NO_VERDICT = frozenset({"57", "08", "58", "XX"})
"""Classes of errors that interrupt a commit at any point: an operator's intervention, a lost
connection, trouble of the system, and what cannot be. Whatever else a commit raises refuses it."""


@asynccontextmanager
async def on_behalf(work: Work, tenant_id: UUID) -> AsyncGenerator[Work]:
    """Let the platform's own work see one tenant for the block, in the same transaction."""
    assert work.tenant_id == PLATFORM, "a tenant's work never sees another tenant"
    await work.flush()
    inside = Work(
        tenant_id,
        work.actor,
        work.now,
        work.raw,
        work.cause,
        work.depth,
        work.request_id,
        work.ip,
        work.user_agent,
        work.began,
    )
    await work.raw.execute(f"set local app.tenant_id = '{UUID(int=tenant_id.int)}'")
    try:
        yield inside
        await inside.close()
    finally:
        # In a transaction that is lost nobody sees anything any more.
        with contextlib.suppress(asyncpg.InFailedSQLTransactionError):
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

    Without `now` it is the tenant's business time, which a test clock may have moved; only a
    request, which learns the time together with who is asking, gives one. With `dry_run` everything
    is rolled back at the end, whatever happened. `kind` is how the transaction begins: PLAIN,
    SNAPSHOT, REQUEST or BATCH.
    """
    owner = None if tenant_id == PLATFORM else tenant_id
    async with database.connection(tenant_id=owner) as raw:
        try:
            await raw.execute(beginning(tenant_id, kind))
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
                await finish(work)
        except BaseException:
            await abandon(raw)
            raise


async def abandon(raw: Raw) -> None:
    """Roll back, or close the connection when even that cannot be done."""
    try:
        if raw.is_in_transaction():
            await raw.execute("rollback")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        cut(raw)
