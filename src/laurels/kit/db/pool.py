"""The database: a bounded pool of connections, and the largest numbers that it keeps."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import orjson
from prometheus_client import Gauge, Histogram

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
