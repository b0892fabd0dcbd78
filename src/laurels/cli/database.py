"""Where commands find the database: given by URL, or embedded and then always migrated first."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from laurels.config import Settings, settings
from laurels.kit import postgres, roles
from laurels.kit.db import Database
from laurels.migrations import runner

DATABASE = "laurels"


async def urls() -> roles.Urls:
    """Return the URLs of the application and the owner; start the embedded server if need be."""
    found = settings()
    if found.database_url is not None:
        return roles.Urls(found.database_url, found.admin_database_url)
    cluster = await asyncio.to_thread(_start, found)
    admin = cluster.url(user="postgres", database="postgres")
    embedded = roles.Urls(
        cluster.url(user=roles.APP, database=DATABASE),
        cluster.url(user=roles.OWNER, database=DATABASE),
    )
    await roles.initialise(admin, database=DATABASE, passwords=False)
    assert embedded.owner is not None, "the embedded server always has an owner"
    if await runner.current(embedded.owner) != runner.head():
        await runner.upgrade(embedded.owner)
    else:
        await runner.apply_functions(embedded.owner)
    return embedded


def _start(found: Settings) -> postgres.Cluster:
    return postgres.ensure(found.data_dir, bindir=found.pg_bin, account=found.pg_user)


@asynccontextmanager
async def database(*, pool_size: int | None = None) -> AsyncGenerator[Database]:
    """Lend a pool for the application role, closed when the block ends."""
    found = settings()
    pool = Database(
        (await urls()).app,
        pool_size=pool_size or found.pool_size,
        pool_timeout=found.pool_timeout_seconds,
        statement_timeout=None,
    )
    try:
        yield pool
    finally:
        await pool.close()
