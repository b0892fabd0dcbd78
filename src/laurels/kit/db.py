"""The database: one declarative base, the tenant column, and a bounded pool of connections.

Row-level security keeps tenants apart (`migrations/wall.py` writes the policies); here are the
habits that go with it: `tenant_id` first in every key, composite foreign keys by table name.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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

if TYPE_CHECKING:
    Raw = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Raw = asyncpg.Connection
    Pool = asyncpg.Pool
"""The driver's connection and pool, which are generic for type checkers only."""

SCHEMA = "laurels"
MAX_WAITING_PER_TENANT = 200
"""Callers of one tenant who may wait for a connection; more are refused at once."""
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


def _text(kind: str, column: str, longest: int) -> CheckConstraint:
    return CheckConstraint(f"laurels.is_{kind}({column}, {longest})", name=f"{column}_is_{kind}")


def key(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds a key (`kit.values.check_key`), or NULL."""
    return _text("key", column, longest)


def line(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds words of one line, or NULL."""
    return _text("line", column, longest)


def prose(column: str, longest: int) -> CheckConstraint:
    """Return the constraint that a column holds words of one line or several, or NULL."""
    return _text("prose", column, longest)


def facts(column: str) -> CheckConstraint:
    """Return the constraint that a column holds free facts that readers of JSON can read."""
    # What is empty is asked nothing: nearly all rows are.
    return CheckConstraint(
        f"{column} = '{{}}' or laurels.are_facts({column})", name=f"{column}_are_facts"
    )


class PoolExhausted(Exception):
    """Every database connection stayed in use for longer than a request may wait."""


class Database:
    """A bounded pool of connections for one role. Nothing is opened before the first use.

    A tenant has at most a part of them at a time, so that no tenant can keep all others waiting.
    """

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
        self._shares: dict[UUID, _Share] = {}
        self.per_tenant = max(1, pool_size * 6 // 10)

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
                        reset=_leave_transaction,
                    )
        return self._pool

    @asynccontextmanager
    async def connection(self, *, tenant_id: UUID | None = None) -> AsyncGenerator[Raw]:
        """Lend a connection. Raise PoolExhausted when none comes free, or none for this tenant."""
        pool = await self._open()
        async with self._share_of(tenant_id):
            raw = await self._take(pool)
            POOL_IN_USE.inc()
            try:
                yield raw
            except asyncpg.InternalClientError as error:
                # The server died in mid-operation, and the driver only notices with the next one.
                cut(raw)
                msg = "the connection to the database was lost in the middle of an operation"
                raise asyncpg.InterfaceError(msg) from error
            finally:
                POOL_IN_USE.dec()
                await _give_back(pool, raw)

    async def _take(self, pool: Pool) -> Any:
        started = time.perf_counter()
        try:
            return await pool.acquire(timeout=self._timeout)
        except TimeoutError:
            raise PoolExhausted from None
        finally:
            POOL_WAIT.observe(time.perf_counter() - started)

    @asynccontextmanager
    async def _share_of(self, tenant_id: UUID | None) -> AsyncGenerator[None]:
        """Wait until the tenant has fewer connections than it may have. Raise PoolExhausted."""
        if tenant_id is None:
            yield
            return
        share = self._shares.get(tenant_id)
        if share is None:
            share = self._shares[tenant_id] = _Share(asyncio.Semaphore(self.per_tenant))
        if share.users >= self.per_tenant + MAX_WAITING_PER_TENANT:
            raise PoolExhausted
        share.users += 1
        try:
            try:
                async with asyncio.timeout(self._timeout):
                    await share.free.acquire()
            except TimeoutError:
                raise PoolExhausted from None
            try:
                yield
            finally:
                share.free.release()
        finally:
            share.users -= 1
            if not share.users:
                del self._shares[tenant_id]

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
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


@dataclass(slots=True, eq=False)
class _Share:
    """What one tenant may have of the pool, and how many use it or wait."""

    free: asyncio.Semaphore
    users: int = 0


def cut(raw: Raw) -> None:
    """Close a connection at once; the pool has taken it back already when it died by itself."""
    with contextlib.suppress(asyncpg.InterfaceError):
        raw.terminate()


async def _give_back(pool: Pool, raw: Any) -> None:
    """Return a connection to the pool, which has it already when it died at this very moment."""
    with contextlib.suppress(asyncpg.InternalClientError):
        await pool.release(raw)


async def _read_json(raw: Raw) -> None:
    """JSON arrives as Python values and is sent as text."""
    await raw.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _leave_transaction(raw: Raw) -> None:
    """Every transaction sets what it needs with `set local`; ending it is all there is to reset."""
    if raw.is_in_transaction():
        await raw.execute("rollback")


class SchemaFile(Base):
    """Which version of a file of SQL functions is in force; `migrate` re-applies changed ones."""

    __tablename__ = "schema_files"
    __table_args__ = ({"comment": "Files of SQL functions and the checksum that was applied."},)

    name: Mapped[str] = mapped_column(primary_key=True, comment="Path inside the package.")
    checksum: Mapped[str] = mapped_column(comment="SHA-256 of the applied text.")
