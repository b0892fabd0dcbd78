"""The five roles of the database and the database itself (model decision 24).

    owner        owns every table; migrations and backup
    app          the application: owns nothing, sees one tenant per transaction
    integration  group of logins that may insert and complete purchases by SQL, one tenant each
    bi           group of logins that may read, one tenant each
    maintenance  owns the few functions that may really delete; nobody logs in as it
"""

import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from .db import SCHEMA, Raw

OWNER = "laurels_owner"
APP = "laurels_app"
INTEGRATION = "laurels_integration"
BI = "laurels_bi"
MAINTENANCE = "laurels_maintenance"
LOGINS = (OWNER, APP)
GROUPS = (INTEGRATION, BI, MAINTENANCE)
_LOCK = 0x6C61_7572  # "laur": one initialisation at a time


@dataclass(frozen=True, slots=True)
class Urls:
    """How to reach the database as the application and as the owner."""

    app: str
    owner: str | None


async def initialise(
    admin_url: str, *, database: str = "laurels", passwords: bool = True
) -> dict[str, str | None]:
    """Create the roles, the database and its schema where they are missing; safe to repeat.

    Return the password of each login that was made now, None for those that were there before.
    Needs CREATEROLE and CREATEDB, not superuser.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("select pg_advisory_lock($1)", _LOCK)
        made = await _roles(admin, passwords=passwords)
        if not await admin.fetchval("select 1 from pg_database where datname = $1", database):
            await admin.execute(f"create database {_quoted(database)}")
        await admin.execute(f"grant create, connect on database {_quoted(database)} to {OWNER}")
    finally:
        await admin.close()
    inside = await asyncpg.connect(with_database(admin_url, database))
    try:
        await _schema(inside)
    finally:
        await inside.close()
    return made


async def _roles(admin: Raw, *, passwords: bool) -> dict[str, str | None]:
    made: dict[str, str | None] = {}
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
            made[role] = word
            await admin.execute(f"create role {role} login password '{word}'")
        else:
            await admin.execute(f"create role {role} login")
    me = await admin.fetchval("select current_user")
    for role in (OWNER, MAINTENANCE):
        await _grant(admin, role, str(me))
    await _grant(admin, MAINTENANCE, OWNER)
    return made


async def _grant(admin: Raw, role: str, to: str) -> None:
    member = await admin.fetchval("select pg_has_role($1::name, $2::name, 'member')", to, role)
    if not member:
        await admin.execute(f"grant {role} to {_quoted(to)}")


async def _schema(inside: Raw) -> None:
    await inside.execute("select pg_advisory_lock($1)", _LOCK)
    await inside.execute(f"create schema if not exists {SCHEMA} authorization {OWNER}")
    await inside.execute(
        f"grant usage on schema {SCHEMA} to {APP}, {INTEGRATION}, {BI}, {MAINTENANCE};"
        f"grant create on schema {SCHEMA} to {MAINTENANCE}"
    )


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
