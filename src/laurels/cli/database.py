"""Where commands find the database: given by URL, or embedded and then always migrated first."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from laurels.config import Settings, settings
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.postgres import server as postgres
from laurels.migrations import dump, restoring, runner

from .console import err

DATABASE = "laurels"
LOOK_SECONDS = 2.0
"""How often the API looks whether its embedded server is still there."""


async def urls() -> roles.Urls:
    """Return the URLs of the application and the owner; an embedded database is brought up to date.

    The embedded server is started if need be. A server given by URL is never migrated unasked.
    """
    found = await locate()
    if settings().database_url is None:
        assert found.owner is not None, "the embedded server always has an owner"
        await bring_to(found.owner, say=_aside)
    return found


async def locate() -> roles.Urls:
    """Return the URLs of the application and the owner, without a look at the schema."""
    found = settings()
    if found.database_url is not None:
        return roles.Urls(found.database_url, found.admin_database_url)
    admin = await embedded_admin()
    await roles.initialise(admin, database=DATABASE, passwords=False)
    await roles.keep_statistics(roles.with_database(admin, DATABASE))
    return roles.Urls(
        roles.with_database(roles.with_login(admin, roles.APP, None), DATABASE),
        roles.with_database(roles.with_login(admin, roles.OWNER, None), DATABASE),
    )


async def embedded_admin() -> str:
    """Return the URL of the embedded server's superuser; the server runs."""
    cluster = await asyncio.to_thread(_start, settings())
    return cluster.url(user=postgres.SUPERUSER, database="postgres")


def _start(found: Settings) -> postgres.Cluster:
    return postgres.ensure(found.data_dir, bindir=found.pg_bin, account=found.pg_user)


@contextmanager
def kept_running() -> Generator[None]:
    """Let the block run while the embedded server is looked after: one that died starts again."""
    over = threading.Event()

    def look_after() -> None:
        while not over.wait(LOOK_SECONDS):
            try:
                _start(settings())
            except postgres.PostgresError as error:
                _aside(f"the embedded server is not running: {error}")

    if settings().database_url is None:
        threading.Thread(target=look_after, name="embedded-server", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _aside(words: str) -> None:
    # Other commands may print JSON: what is done before they begin goes to stderr.
    err.print(words, soft_wrap=True)


async def bring_to(
    owner_url: str, target: str = "head", *, with_dump: bool = True, say: dump.Say
) -> runner.Plan:
    """The schema is at the target, its functions in force, and a proved dump tells what was there.

    A dump is taken when there is a revision to apply and any tenant whose data it could touch.
    Raise DumpFailed, with nothing migrated, when it cannot be proved.
    """
    async with runner.alone(owner_url) as connection:
        way = runner.plan(await runner.current(owner_url), target)
        if way.steps and way.now is not None:
            say(f"schema: from {way.now} {'back ' if way.back else ''}to {way.target or 'nothing'}")
        if way.steps and with_dump and await restoring.has_tenants(connection):
            found = settings()
            taken = await dump.take(
                owner_url,
                folder=found.data_dir / "dumps",
                label=str(way.now),
                say=say,
                bindir=found.pg_bin,
            )
            say(f"the dump is {taken.path}")
        for name in await runner.follow(owner_url, way):
            if way.now is not None:
                say(f"functions of {name} are in force")
    return way


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
