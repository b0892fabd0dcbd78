"""Being alone: what only one process does at a time, whatever logins with less rights try.

An advisory lock is anybody's to take, a reader of reports' too. So nobody waits for such a login
without a word: its session is ended where that is allowed, else the error says which one it is.
"""

import asyncio

import asyncpg

from ..postgres.binaries import PostgresError
from .pool import SCHEMA, Raw

FIRST_WAIT, LONGEST_WAIT = 0.02, 0.5
_STRANGERS = f"""
select a.pid, a.usename
from pg_locks as l
inner join pg_stat_activity as a on a.pid = l.pid
inner join pg_roles as r on r.oid = a.usesysid
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
  and l.database = (select oid from pg_database where datname = current_database())
  and (l.classid::bigint << 32) | l.objid::bigint = $1
  and not r.rolsuper and not r.rolcreaterole and r.rolname not in (current_user, session_user)
  and r.oid not in (select n.nspowner from pg_namespace as n where n.nspname = '{SCHEMA}')
"""


class LockedByAnother(PostgresError):
    """A login that has no business with it holds a lock of ours; end its session."""


async def wait_alone(connection: Raw, key: int, *, transaction: bool = False) -> None:
    """Hold this advisory lock until the session or the transaction ends.

    Others of our own who hold it are waited for. Raise LockedByAnother.
    """
    kind = "xact_lock" if transaction else "lock"
    wait = FIRST_WAIT
    while not await connection.fetchval(f"select pg_try_advisory_{kind}($1)", key):
        await _end_strangers(connection, key)
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)


async def _end_strangers(connection: Raw, key: int) -> None:
    for pid, login in await connection.fetch(_STRANGERS, key):
        try:
            await connection.execute("select pg_terminate_backend($1)", pid)
        except asyncpg.InsufficientPrivilegeError:
            msg = (
                f"The login `{login}` (process {pid}) holds an advisory lock of Laurels, with which"
                " it has no business. End its session as an administrator:"
                f" select pg_terminate_backend({pid});"
            )
            raise LockedByAnother(msg) from None
