"""Bringing a backup back: into an empty database, or over what is there.

What is there is never lost: it goes into a proved dump of its own, and it is replaced in one
transaction, so that a backup that cannot be brought back changes nothing.
"""

import asyncio
from pathlib import Path

import asyncpg

from laurels.kit.db.pool import Raw
from laurels.kit.db.sql import statements
from laurels.kit.postgres.server import PostgresError
from laurels.kit.process.program import command

from . import dump, runner

SQL = statements(__name__)


class RestoreRefused(PostgresError):
    """Nothing was restored and nothing was changed; the message says what is in the way."""


async def restore(
    url: str,
    path: Path,
    *,
    replace: bool,
    folder: Path,
    say: dump.Say,
    bindir: Path | None = None,
    watch: dump.Watch | None = None,
) -> Path | None:
    """The database holds what the backup holds; return the dump of what it held before, if any.

    The address is the owner's. Raise RestoreRefused when there is data and `replace` is not said,
    or while others use the database, and DumpFailed when the file is no backup of ours.
    """
    if not await asyncio.to_thread(path.is_file):
        msg = f"There is no file {path}."
        raise RestoreRefused(msg)
    _require_known(await dump.revision_of(path, bindir=bindir))
    connection = await asyncpg.connect(url)
    try:
        await _require_alone(connection)
        await _require_rights(connection)
        full = await has_tenants(connection)
    finally:
        await connection.close()
    if full and not replace:
        msg = "The database holds tenants. Say --replace to put the backup in their place."
        raise RestoreRefused(msg)
    before = None
    if full:
        say("what is there goes into a dump first")
        taken = await dump.take(
            url, folder=folder, label="before-restore", say=say, bindir=bindir, watch=watch
        )
        before = taken.path
        say(f"the dump is {before}")
    await dump.restore(url, path, bindir=bindir, watch=watch)
    return before


def _require_known(revision: str | None) -> None:
    try:
        runner.plan(revision)
    except runner.SchemaUnknown:
        msg = (
            f"The backup is of the schema's revision `{revision}`, which this version of Laurels"
            f" does not have; its newest is `{runner.head()}`. Install the version that made it."
        )
        raise RestoreRefused(msg) from None


async def has_tenants(connection: Raw) -> bool:
    """Say whether there is any tenant whose data could be lost."""
    if await connection.fetchval("select to_regclass('laurels.tenants')") is None:
        return False
    return await connection.fetchval("select exists (select from laurels.tenants)")


async def _require_alone(connection: Raw) -> None:
    others = await connection.fetchval(SQL.count_other_sessions)
    if others:
        msg = (
            f"{others} other connections use the database. Stop `laurels serve` and every worker"
            " first, then restore."
        )
        raise RestoreRefused(msg)


async def _require_rights(connection: Raw) -> None:
    """Refuse before anything is dropped when the schema could not be made again."""
    may = "select has_database_privilege(current_user, current_database(), 'create')"
    if not await connection.fetchval(may):
        msg = (
            f"The owner may not make schemas here: run {command('db init')} on this database first."
        )
        raise RestoreRefused(msg)
