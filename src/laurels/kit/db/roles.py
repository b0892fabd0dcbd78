"""The five roles of the database and the database itself.

owner        owns every table; migrations and backup
app          the application: owns nothing, sees one tenant per transaction
integration  group of logins that may insert and complete purchases by SQL, one tenant each
bi           group of logins that may read, one tenant each
maintenance  owns the few functions that may really delete; nobody logs in as it
"""

import contextlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from ..postgres.binaries import PostgresError
from ..process.program import command
from .advisory_locks import wait_alone
from .pool import SCHEMA, Raw
from .sql import statements

SQL = statements(__name__)

OWNER = "laurels_owner"
APP = "laurels_app"
INTEGRATION = "laurels_integration"
BI = "laurels_bi"
MAINTENANCE = "laurels_maintenance"
LOGINS = (OWNER, APP)
GROUPS = (INTEGRATION, BI, MAINTENANCE)
LOGIN_CONNECTIONS = 10
"""How many sessions a login of one tenant may have; a server has a hundred or so for everybody."""
_LOCK = 0x6C61_7572  # "laur": one initialisation at a time


@dataclass(frozen=True, slots=True)
class Urls:
    """How to reach the database as the application and as the owner."""

    app: str
    owner: str | None


class RolesOfAnother(PostgresError):
    """The roles are there already and belong to an admin who did not let this one use them."""


async def initialise(
    admin_url: str,
    *,
    database: str = "laurels",
    passwords: bool = True,
    made: dict[str, str | None] | None = None,
) -> dict[str, str | None]:
    """Create the roles, the database and its schema where they are missing; safe to repeat.

    Return the password of each login that was made now, None for those that were there before;
    `made` is filled as they are made, so that a failure later on loses no password.
    Needs CREATEROLE and CREATEDB, not superuser. Raise RolesOfAnother before anything is made.
    """
    made = {} if made is None else made
    admin = await asyncpg.connect(admin_url)
    try:
        await wait_alone(admin, _LOCK)
        await _refuse_roles_of_another(admin)
        # The database first: an admin who may not make one is refused before any role is left.
        if not await admin.fetchval("select 1 from pg_database where datname = $1", database):
            await admin.execute(f"create database {_quoted(database)}")
        await _roles(admin, made, passwords=passwords)
        may = "select has_database_privilege($1::name, $2, 'create')"
        if not await admin.fetchval(may, OWNER, database):
            await admin.execute(f"grant create, connect on database {_quoted(database)} to {OWNER}")
        await refuse_temporary_tables(admin, database)
    finally:
        await admin.close()
    await prepare_database(as_owner(with_database(admin_url, database)))
    return made


OPEN = f"""
grant usage on schema {SCHEMA} to {APP}, {INTEGRATION}, {BI}, {MAINTENANCE};
grant create on schema {SCHEMA} to {MAINTENANCE};
"""
"""What the roles may do with the schema itself."""


EXTENSIONS = ("pg_trgm", "btree_gin")
"""What comes with PostgreSQL and is needed: indexes of parts of texts, with the tenant in them."""


async def prepare_database(owner_url: str) -> None:
    """Create the schema and open it to the roles that use it; safe to repeat.

    Raise PostgresError when an extension is missing.
    """
    inside = await asyncpg.connect(owner_url)
    try:
        await wait_alone(inside, _LOCK)
        if not await inside.fetchval("select 1 from pg_namespace where nspname = $1", SCHEMA):
            await inside.execute(f"create schema {SCHEMA}")
        await inside.execute(OPEN)
        await close_functions(inside)
        for name in EXTENSIONS:
            await _extend(inside, name)
    finally:
        await inside.close()


async def _extend(owner: Raw, name: str) -> None:
    """The database has this extension. Raise PostgresError, with the remedy, if it cannot."""
    if await owner.fetchval("select 1 from pg_extension where extname = $1", name):
        return
    try:
        await owner.execute(f"create extension {name}")
    except (
        asyncpg.FeatureNotSupportedError,
        asyncpg.UndefinedFileError,
        asyncpg.InsufficientPrivilegeError,
    ) as error:
        msg = (
            f"The extension `{name}`, with which members are searched, is missing ({error}). It"
            " comes with PostgreSQL: install the package of its additional modules (usually"
            " postgresql-contrib) on the server, or let an administrator of the database run"
            f" `create extension {name}`; then run this again."
        )
        raise PostgresError(msg) from error


CLOSE_FUNCTIONS = f"""
alter default privileges for role {OWNER} revoke execute on functions from public;
alter default privileges for role {OWNER} in schema {SCHEMA}
grant execute on functions to {APP}, {MAINTENANCE};
"""


async def close_functions(owner: Raw) -> None:
    """Functions that the owner makes from now on are the application's, and nobody else's.

    PostgreSQL lets everybody run what is made. A login that may run or attach a function that
    acts as its owner writes past the wall. Said again before functions are made: a dump of one
    schema does not carry it.
    """
    # PostgreSQL refuses what two say at once, and an API and its worker may start together.
    async with owner.transaction():
        await wait_alone(owner, _LOCK, transaction=True)
        await owner.execute(CLOSE_FUNCTIONS)


async def refuse_temporary_tables(admin: Raw, database: str) -> None:
    """Nobody makes temporary tables here: a trigger on one's own table can be any function."""
    # On somebody else's database this changes nothing; `migrate --check` then says so.
    await admin.execute(f"revoke temporary on database {_quoted(database)} from public")


async def _refuse_roles_of_another(admin: Raw) -> None:
    acting = _acting(admin)
    row = await admin.fetchrow(SQL.may_make_roles)
    assert row is not None, "whoever is connected is a role"
    # Until PostgreSQL 15 whoever may make roles may hand on every one that is no superuser's.
    if row["rolsuper"] or acting == "member":
        return
    closed = [
        found[0] for found in await admin.fetch(SQL.roles_of_another, [MAINTENANCE, OWNER], acting)
    ]
    if not closed:
        return
    owners = await admin.fetch(SQL.strange_members_of_roles, closed)
    who = ", ".join([*(owner[0] for owner in owners), "a superuser"])
    msg = (
        f"The roles of Laurels are on this server already, and {row['me']} may not act as"
        f" {' and '.join(closed)}. Nothing was made. One of these may allow it: {who}. Let them run"
        f" `grant {', '.join(closed)} to {_quoted(row['me'])}`, then run this again."
    )
    if not row["able"]:
        msg += f" {row['me']} needs CREATEROLE and CREATEDB besides."
    raise RolesOfAnother(msg)


def _acting(admin: Raw) -> str:
    # Since PostgreSQL 16 whoever makes a role is its member, but may not act as it before the
    # grant says so; until then being a member was enough.
    return "set" if admin.get_server_version().major >= 16 else "member"


async def _roles(admin: Raw, made: dict[str, str | None], *, passwords: bool) -> None:
    for role in (*LOGINS, *GROUPS):
        there = await admin.fetchval("select 1 from pg_roles where rolname = $1", role)
        if role in LOGINS:
            made[role] = None
        if there:
            continue
        if role in GROUPS:
            await admin.execute(f"create role {role} nologin")
        elif passwords:
            word = secrets.token_urlsafe(24)
            await admin.execute(f"create role {role} login password '{word}'")
            made[role] = word
        else:
            await admin.execute(f"create role {role} login")
    await _let_own_a_scratch(admin)
    me = str(await admin.fetchval("select current_user"))
    for role in (OWNER, MAINTENANCE):
        await _grant(admin, role, me)
    await _grant(admin, MAINTENANCE, OWNER)
    await _let_read_statistics(admin)


async def _let_read_statistics(admin: Raw) -> None:
    """Let the owner see every session and statement, for `db health`, where we may allow it."""
    # A managed server's admin may lack the right; `db health` then says what it cannot see.
    with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
        await _grant(admin, "pg_read_all_stats", OWNER)


async def keep_statistics(superuser_url: str) -> None:
    """Statements are counted in this database, if the server has loaded what counts them."""
    connection = await asyncpg.connect(superuser_url)
    try:
        loaded = await connection.fetchval("show shared_preload_libraries")
        if "pg_stat_statements" in loaded:
            await connection.execute("create extension if not exists pg_stat_statements")
    finally:
        await connection.close()


async def _let_own_a_scratch(admin: Raw) -> None:
    """Let the owner make databases where we may allow it: dumps are proved in a scratch one."""
    allowed = await admin.fetchval(SQL.may_make_databases, OWNER) or not await admin.fetchval(
        SQL.may_change_roles
    )
    if allowed:
        return
    # Somebody else's owner role is not ours to change; a dump is then proved by its contents.
    with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
        await admin.execute(f"alter role {OWNER} createdb")


async def _grant(admin: Raw, role: str, to: str) -> None:
    may = "select pg_has_role($1::name, $2::name, $3)"
    if not await admin.fetchval(may, to, role, _acting(admin)):
        await admin.execute(f"grant {_quoted(role)} to {_quoted(to)}")


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a person or a program, which sees one tenant."""

    name: str
    role: str
    tenant_id: UUID


async def add_login(admin_url: str, *, name: str, role: str, tenant_id: UUID) -> str:
    """A login exists that sees this tenant and no other; return its password.

    The address is that of the database itself, for somebody with CREATEROLE. Raise ValueError
    when the name cannot be, or is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) or name.startswith(("pg_", "laurels_")):
        msg = "a login has up to 63 small letters, digits and _, and no prefix pg_ or laurels_"
        raise ValueError(msg)
    group = {"bi": BI, "integration": INTEGRATION}[role]
    password = secrets.token_urlsafe(24)
    admin = await asyncpg.connect(admin_url)
    try:
        async with admin.transaction():
            if await admin.fetchval("select 1 from pg_roles where rolname = $1", name):
                msg = f"there is a role `{name}` already; choose another name"
                raise ValueError(msg)
            await admin.execute(
                f"create role {name} login password '{password}'"
                f" connection limit {LOGIN_CONNECTIONS}"
            )
            await admin.execute(f"grant {group} to {name}")
            await admin.execute(f"alter role {name} set search_path = {SCHEMA}")
            if group == BI:
                await admin.execute(f"alter role {name} set default_transaction_read_only = on")
            await admin.execute(f"set local role {OWNER}")
            await admin.execute(SQL.bind_login, name, tenant_id)
    finally:
        await admin.close()
    return password


async def drop_login(admin_url: str, name: str) -> bool:
    """A login that was bound to a tenant is gone, with its sessions; say whether it was there.

    The address is that of the database itself, for whoever made the login or a superuser. Only
    members of our groups are dropped: raise ValueError for any other role.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        async with admin.transaction():
            ours = await admin.fetchval(SQL.is_login, name, [BI, INTEGRATION])
            if ours is False:
                msg = f"`{name}` is no login that {command('db login')} made; it stays"
                raise ValueError(msg)
            if ours:
                await admin.execute(f"alter role {_quoted(name)} nologin")
                # Large objects and default privileges are anybody's to make; they would keep it.
                await _grant(admin, name, str(await admin.fetchval("select current_user")))
                await admin.execute(f"drop owned by {_quoted(name)}")
                await admin.execute(f"drop role {_quoted(name)}")
            await admin.execute(f"set local role {OWNER}")
            bound = await admin.execute("delete from laurels.login_tenants where login = $1", name)
    finally:
        await admin.close()
    return bool(ours) or bound != "DELETE 0"


async def list_logins(owner_url: str) -> list[Login]:
    """Return every login that is bound to a tenant, by name."""
    owner = await asyncpg.connect(owner_url)
    try:
        rows = await owner.fetch(SQL.list_logins, [BI, INTEGRATION])
    finally:
        await owner.close()
    return [
        Login(row["login"], row["role"].removeprefix("laurels_"), row["tenant_id"]) for row in rows
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def with_database(url: str, database: str) -> str:
    """Return the URL with another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/" + quote(database)))


def with_login(url: str, login: str, password: str | None) -> str:
    """Return the URL with another login."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    who = quote(login) + (f":{quote(password)}" if password else "")
    return urlunsplit(parts._replace(netloc=f"{who}@{host}"))


def as_owner(url: str) -> str:
    """Return the URL of an admin who acts as the owner from the first statement on."""
    parts = urlsplit(url)
    option = "options=" + quote(f"-c role={OWNER}")
    return urlunsplit(parts._replace(query=f"{parts.query}&{option}" if parts.query else option))


def without_password(url: str) -> tuple[str, str | None]:
    """Return the URL as it may be shown or handed to a program, and the password apart."""
    parts = urlsplit(url)
    who, _, host = parts.netloc.rpartition("@")
    login, _, password = who.partition(":")
    shown = urlunsplit(parts._replace(netloc=f"{login}@{host}" if who else host))
    return shown, unquote(password) if password else None


def database_of(url: str) -> str:
    """Return the name of the database that a URL leads to."""
    parts = urlsplit(url)
    return unquote(parts.path.removeprefix("/")) or unquote(parts.username or "")
