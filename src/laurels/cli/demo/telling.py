"""A made-up tenant is there, with all of its half year: made once, and by one process at a time."""

import asyncio
import multiprocessing
import signal
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from laurels import auth, tenants
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.http.paging import ALL
from laurels.kit.process.program import command
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, open_work

from ..console import err, fail
from ..jobs import progress
from . import office
from .business import OWNER, Business
from .living import half_year, live


async def tell(database: roles.Urls, business: Business, *, until: datetime | None = None) -> UUID:
    """Return the tenant, with everything that happened; one that broke off is made anew."""
    alone = await asyncpg.connect(database.app)
    # Thousands of commits need not wait for the disk: the last one, which says that all is there,
    # is an ordinary one and takes the earlier ones along.
    hasty = f"{database.app}{'&' if '?' in database.app else '?'}synchronous_commit=off"
    pool = Database(database.app, pool_size=2, statement_timeout=None)
    hasty_pool = Database(hasty, pool_size=2, statement_timeout=None)
    try:
        # Another start may be at it. Whoever dies lets go.
        name = f"laurels demo {business.slug}"
        await alone.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
        tenant_id = await tenants.find(pool, business.slug)
        if tenant_id is not None:
            staff = await _staff(pool, tenant_id)
            if OWNER in staff:
                return tenant_id
            if office.address("manager", business) not in staff:
                return await _join(pool, tenant_id)
            await _purge(database, business, tenant_id)
        with progress(f"half a year of {business.name}") as on_progress:
            life = half_year(hasty_pool, business, until or utc_now())
            await office.open_the_house(life)
            await live(life, on_progress or (lambda _done, _total: None))
            await office.open_the_doors(life)
        return await _join(pool, life.tenant_id)
    finally:
        await hasty_pool.close()
        await pool.close()
        await alone.close()


async def _staff(pool: Database, tenant_id: UUID) -> set[str]:
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        return {each["email"] for each in await auth.list_staff(work, asked=ALL)}


async def _join(pool: Database, tenant_id: UUID) -> UUID:
    """The owner, who has no password, may sign in by links: all that is shown is there."""
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        owner = auth.Newcomer(OWNER, "Olivia Owner", auth.Role.OWNER, None)
        await auth.take_over(work, [owner])
    return tenant_id


async def _purge(database: roles.Urls, business: Business, tenant_id: UUID) -> None:
    if database.owner is None:
        again = command(f"tenant purge {business.slug}")
        fail(f"an earlier start broke off within `{business.slug}`; {again} and start anew")
    connection = await asyncpg.connect(database.owner)
    try:
        await connection.execute("select laurels.purge_tenant($1)", tenant_id)
    finally:
        await connection.close()


@contextmanager
def beside(database: roles.Urls, business: Business) -> Generator[None]:
    """Have a process of its own make this tenant while the block runs; it ends with the block."""
    process = multiprocessing.get_context("spawn").Process(
        target=_tell_alone, args=(database, business), daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _tell_alone(database: roles.Urls, business: Business) -> None:
    # Ctrl-C is for the server, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(tell(database, business))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        err.print(f"The tenant `{business.slug}` is made at the next start: {error}")
