"""The database: one declarative base, the tenant column, and a bounded pool of connections.

Row-level security keeps tenants apart (`migrations/wall.py` writes the policies); here are the
habits that go with it: `tenant_id` first in every key, composite foreign keys by table name.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import asyncpg
import orjson
from prometheus_client import Gauge, Histogram
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .spare import Spare, is_gone, undo

if TYPE_CHECKING:
    Raw = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Raw = asyncpg.Connection
    Pool = asyncpg.Pool
"""The driver's connection and pool, which are generic for type checkers only."""

SCHEMA = "laurels"
QUEUE = "laurels_jobs"
"""The schema in which the job queue has its own tables (docs/decisions/0010)."""
LOOKED_AFTER = 1000
"""How often a connection is lent before the pool has to see it."""
MAX_POINTS = 2**53 - 1
"""Largest number of points anywhere: what JSON readers hold exactly."""
MAX_MONEY = 999_999_999_999_999
"""Largest amount of money or quantity anywhere; `numeric(19,4)` holds it in every currency."""
MAX_SUM = 10**33
"""Largest sum of money that is kept; `numeric(38,4)` holds it, and nobody ever spends it."""

POOL_WAIT = Histogram(
    "laurels_pool_wait_seconds",
    "Time a caller waited for a database connection.",
    buckets=(0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10),
)
POOL_IN_USE = Gauge("laurels_pool_in_use", "Database connections in use.")


class Base(DeclarativeBase):
    """Every table of Laurels. Types follow the annotations; names follow one convention."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        UUID: Uuid(),
        Decimal: Numeric(19, 4),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


class TenantOwned:
    """A table whose rows belong to one tenant: `tenant_id` comes first in its primary key."""

    tenant_id: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-2, comment="The tenant that owns the row."
    )


Id = Annotated[
    UUID,
    mapped_column(
        primary_key=True,
        sort_order=-1,
        server_default=text("laurels.new_id()"),
        comment="UUIDv7, made by the application (by the database for rows written by SQL).",
    ),
]


def tenant_fk(column: str, target: str, **options: Any) -> ForeignKeyConstraint:
    """Return the composite foreign key `(tenant_id, column)` to `(tenant_id, id)` of a table.

    Rooms refer to each other by table name only; there is no `relationship()` across them.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{SCHEMA}.{target}.tenant_id", f"{SCHEMA}.{target}.id"], **options
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return the constraint that a text column holds one of these values, or NULL."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=f"{column}_known")


def within(column: str, low: str, high: str) -> CheckConstraint:
    """Return the constraint that a column of money, a quantity or a moment lies in these bounds.

    A lower bound alone is none: `NaN >= 0` and `'infinity' >= '1970-01-01'` are true.
    """
    return CheckConstraint(f"{column} >= {low} and {column} <= {high}", name=f"{column}_bounded")


def money(column: str, low: str = "0") -> CheckConstraint:
    """Return the constraint that a column holds an amount that can be: no NaN, no infinity."""
    return within(column, low, str(MAX_MONEY))


def moment(column: str) -> CheckConstraint:
    """Return the constraint that a column holds a moment of the calendar, not infinity."""
    return within(column, "'1970-01-01'", "'9999-01-01'")


class PoolExhausted(Exception):
    """Every database connection stayed in use for longer than a request may wait."""


class Database:
    """A bounded pool of connections for one role. Nothing is opened before the first use."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        pool_timeout: float = 10.0,
        statement_timeout: float | None = 30.0,
    ) -> None:
        self.url = url
        self._size = pool_size
        self._timeout = pool_timeout
        self._settings = {"search_path": SCHEMA, "application_name": "laurels"}
        if statement_timeout is not None:
            self._settings["statement_timeout"] = str(int(statement_timeout * 1000))
        self._pool: Pool | None = None
        self._opening = asyncio.Lock()
        self._spare = Spare()
        self._lent = 0
        self._waiting = 0

    async def _open(self) -> Pool:
        """Return the pool. It connects when somebody asks, never before."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self.url,
                        min_size=0,
                        max_size=self._size,
                        server_settings=self._settings,
                        init=_read_json,
                        reset=_leave_as_is,
                    )
        return self._pool

    @asynccontextmanager
    async def connection(self, begin: str | None = None) -> AsyncGenerator[Raw]:
        """Lend a connection. Raise PoolExhausted when none comes free.

        With `begin`, that statement has been run on it, which begins a transaction. Whoever gives
        it back in a transaction has begun the next one alike, for the next user.
        """
        pool = await self._open()
        raw, begun = await self._take(pool, begin)
        keep = False
        POOL_IN_USE.inc()
        try:
            if begin is not None and not begun:
                await _begin(raw, begin)
            yield raw
            keep = self._may_stay_out(raw, begin)
            if not (keep or begin is None or is_gone(raw)) and raw.is_in_transaction():
                await undo(raw)
        except asyncpg.InternalClientError as error:
            # The server died in mid-operation, and the driver only notices with the next one.
            raw.terminate()
            msg = "the connection to the database was lost in the middle of an operation"
            raise asyncpg.InterfaceError(msg) from error
        finally:
            POOL_IN_USE.dec()
            if keep:
                self._spare.put(raw, begin if raw.is_in_transaction() else None)
            else:
                await _give_back(pool, raw)

    async def _take(self, pool: Pool, begin: str | None) -> tuple[Any, bool]:
        """Return the connection that stayed out of the pool last time, else one from the pool.

        And whether `begin` was run on it already.
        """
        if self._spare.there:
            raw, begun, busy = self._spare.take(begin)
            if busy is not None:
                try:
                    await asyncio.shield(busy)
                except asyncio.CancelledError:
                    raw.terminate()
                    await _give_back(pool, raw)
                    raise
            if not is_gone(raw):
                return raw, begun
            await _give_back(pool, raw)
        started = time.perf_counter()
        self._waiting += 1
        try:
            return await pool.acquire(timeout=self._timeout), False
        except TimeoutError:
            raise PoolExhausted from None
        finally:
            self._waiting -= 1
            POOL_WAIT.observe(time.perf_counter() - started)

    def _may_stay_out(self, raw: Any, begin: str | None) -> bool:
        """Say whether a connection that went well may wait for the next user without the pool.

        The pool's giving and taking back make a task and a timer, for 15 µs and a turn of the
        event loop. One connection stays out at most, nobody may be waiting for it, and the pool
        sees it now and then: it ends connections by their age.
        """
        self._lent += 1
        return (
            not self._spare.there
            and not self._waiting
            and self._lent % LOOKED_AFTER != 0
            and not is_gone(raw)
            and (begin is not None or not raw.is_in_transaction())
        )

    async def refresh_statistics(self) -> None:
        """The planner knows how large the hot tables are by now; for the end of bulk loads."""
        async with self.connection() as raw:
            await raw.execute("select laurels.refresh_statistics()")

    async def close(self) -> None:
        """Close every connection; one that is still in use is cut after a moment."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(5):
                if self._spare.there:
                    raw, _, busy = self._spare.take()
                    if busy is not None:
                        await busy
                    await _give_back(self._pool, raw)
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


async def _begin(raw: Raw, begin: str) -> None:
    try:
        await raw.execute(begin)
    except BaseException:
        raw.terminate()
        raise


async def _give_back(pool: Pool, raw: Any) -> None:
    """Return a connection to the pool, which has it already when it died at this very moment."""
    with contextlib.suppress(asyncpg.InternalClientError):
        await pool.release(raw)


async def _read_json(raw: Raw) -> None:
    """JSON arrives as Python values and is sent as text."""
    await raw.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _leave_as_is(_: Raw) -> None:
    """Every transaction sets what it needs with `set local`; there is nothing to reset."""


class SchemaFile(Base):
    """Which version of a file of SQL functions is in force; `migrate` re-applies changed ones."""

    __tablename__ = "schema_files"
    __table_args__ = ({"comment": "Files of SQL functions and the checksum that was applied."},)

    name: Mapped[str] = mapped_column(primary_key=True, comment="Path inside the package.")
    checksum: Mapped[str] = mapped_column(comment="SHA-256 of the applied text.")
