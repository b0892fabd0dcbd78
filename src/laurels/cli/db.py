"""`laurels migrate` and `laurels db`: the schema, the roles, the logins of people and programs."""

import shlex
from collections.abc import Coroutine
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote
from uuid import UUID

import asyncpg
import typer
from rich.markup import escape
from rich.table import Table

from laurels import tenants
from laurels.config import settings
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.postgres import server as postgres
from laurels.kit.process.program import command
from laurels.migrations import runner

from . import backup, health
from .console import err, fail, out, run, say_json
from .database import DATABASE, bring_to, embedded_admin, locate
from .tenant import Json, require

app = typer.Typer(help="The database: roles, logins, backup, state.", no_args_is_help=True)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("health")(health.health)
Admin = Annotated[
    str | None,
    typer.Option(
        "--admin-url", help="URL of a role with CREATEROLE. Not needed for the embedded server."
    ),
]
T = TypeVar("T")


class Group(StrEnum):
    """What a login is for."""

    BI = "bi"
    INTEGRATION = "integration"


def _say(words: str) -> None:
    out.print(escape(words), soft_wrap=True)


def _say_aside(words: str) -> None:
    err.print(escape(words), soft_wrap=True)


async def _owner() -> str:
    found = (await locate()).owner
    if found is None:
        fail("this needs the owner's URL: set LAURELS_ADMIN_DATABASE_URL")
    return found


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing. Exit code 1: schema and models differ.")
    ] = False,
    no_dump: Annotated[bool, typer.Option("--no-dump", help="Do not take a dump first.")] = False,
    to: Annotated[
        str, typer.Option("--to", metavar="REV", help="Target revision, or `base`.")
    ] = "head",
) -> None:
    """Migrate the schema to the newest revision; if there is data, take a verified dump first."""
    if check:
        _check()
        return

    async def work() -> runner.Plan:
        return await bring_to(await _owner(), to, with_dump=not no_dump, say=_say)

    way = run(work())
    if way.steps:
        out.print(f"[green]done[/]: the schema is at {way.target or 'nothing'}")
    else:
        out.print(f"The schema is at {way.target or 'nothing'} already.")


def _check() -> None:
    async def work() -> list[str]:
        return await runner.drift(await _owner())

    found = run(work())
    for difference in found:
        _say(difference)
    if found:
        raise typer.Exit(1)
    out.print("Schema, functions and wall are what the models say.")


@app.command()
def init(
    admin_url: Annotated[
        str, typer.Option(help="URL of a role with CREATEROLE and CREATEDB; superuser or not.")
    ],
    database: Annotated[str, typer.Option(help="Name of the database.")] = DATABASE,
    as_json: Json = False,
) -> None:
    """Create roles, database and schema on a server, and show what to set. Safe to repeat.

    Passwords of newly created logins are shown once.
    """
    say = _say_aside if as_json else _say
    made: dict[str, str | None] = {}
    inside = roles.with_database(admin_url, database)

    async def work() -> runner.Plan:
        await roles.initialise(admin_url, database=database, made=made)
        # The owner's password may be known to nobody here; who made the role may act as it.
        return await bring_to(roles.as_owner(inside), say=say)

    try:
        way = run(_in_words(work()))
    except typer.Exit:
        _save_passwords(inside, made)
        raise
    found = {
        "LAURELS_DATABASE_URL": _url(inside, roles.APP, made),
        "LAURELS_ADMIN_DATABASE_URL": _url(inside, roles.OWNER, made),
    }
    if as_json:
        say_json({**found, "revision": way.target})
        return
    out.print(f"The database `{database}` is ready, at revision {way.target}. Set:")
    for name, url in found.items():
        # As a shell and an environment file read it.
        _say(f"{name}={shlex.quote(url)}")
    if all(made.values()):
        out.print("The passwords are shown only once.")


def _save_passwords(inside: str, made: dict[str, str | None]) -> None:
    """Show the passwords of logins that were made before something failed: nobody can later."""
    for login, password in made.items():
        if password:
            _say_aside(f"the login {login} was created; its password is shown only once:")
            _say_aside(roles.with_login(inside, login, password))


def _url(inside: str, login: str, made: dict[str, str | None]) -> str:
    # The marker is for people to read, so it is not percent-encoded.
    return roles.with_login(inside, login, made[login] or "<unchanged>").replace(
        "%3Cunchanged%3E", "<unchanged>"
    )


async def _in_words(work: Coroutine[Any, Any, T]) -> T:
    """Run what an admin does; say what the server refuses in words."""
    try:
        return await work
    except asyncpg.InsufficientPrivilegeError as error:
        fail(
            f"the server refused: {error}. The admin role needs CREATEROLE and CREATEDB, and must"
            " be a superuser or the role that created the roles of Laurels."
        )
    except ValueError as error:
        fail(str(error))


@app.command()
def login(
    name: Annotated[str, typer.Argument(help="Name of the login: small letters, digits and _.")],
    role: Annotated[Group, typer.Option(help="bi reads; integration completes purchases.")],
    tenant: Annotated[str, typer.Option(help="The only tenant that it can see.")],
    admin_url: Admin = None,
    as_json: Json = False,
) -> None:
    """Create a database login for one tenant. Its password is shown once."""

    async def work() -> str:
        found = await locate()
        tenant_id = await _tenant(found.app, tenant)
        inside = roles.with_database(await _admin(admin_url), roles.database_of(found.app))
        password = await roles.add_login(inside, name=name, role=role.value, tenant_id=tenant_id)
        return roles.with_login(inside, name, password)

    url = run(_in_words(work()))
    if as_json:
        say_json({"login": name, "role": role.value, "tenant": tenant, "url": url})
        return
    out.print(f"[bold]{name}[/] can see only the tenant {tenant}. Shown only once:")
    _say(url)


@app.command("drop-login")
def drop_login(
    name: Annotated[str, typer.Argument(help="Name of the login.")], admin_url: Admin = None
) -> None:
    """Drop a database login of one tenant; it can no longer connect."""

    async def work() -> bool:
        found = await locate()
        inside = roles.with_database(await _admin(admin_url), roles.database_of(found.app))
        return await roles.drop_login(inside, name)

    if not run(_in_words(work())):
        fail(f"there is no login `{name}`; {command('db logins')} shows them")
    _say(f"{name} was dropped.")


async def _admin(given: str | None) -> str:
    if given is not None:
        return given
    if settings().database_url is not None:
        fail("this needs a role with CREATEROLE; give its URL with --admin-url")
    return await embedded_admin()


async def _tenant(app_url: str, slug: str) -> UUID:
    pool = Database(app_url, pool_size=1)
    try:
        return await require(pool, slug)
    finally:
        await pool.close()


@app.command()
def logins(as_json: Json = False) -> None:
    """List the database logins of tenants."""

    async def work() -> tuple[list[roles.Login], dict[UUID, str]]:
        found = await roles.list_logins(await _owner())
        pool = Database((await locate()).app, pool_size=1)
        try:
            return found, {tenant.id: tenant.slug for tenant in await tenants.list_all(pool)}
        finally:
            await pool.close()

    found, slugs = run(work())
    rows = [(each.name, each.role, slugs.get(each.tenant_id, "?")) for each in found]
    if as_json:
        say_json([dict(zip(("login", "role", "tenant"), row, strict=True)) for row in rows])
        return
    if not rows:
        out.print(f"No logins yet: {command('db login NAME --role bi --tenant SLUG')} makes one.")
        return
    table = Table("login", "role", "tenant", box=None)
    for row in rows:
        table.add_row(*row)
    out.print(table)


@app.command()
def stop() -> None:
    """Stop the embedded server. Stop `laurels serve` and all workers first, as they restart it.

    The next command that needs the database starts it again, with all its data.
    """
    found = settings()
    if found.database_url is not None:
        fail("LAURELS_DATABASE_URL names your own server; stop it the way you started it")
    try:
        stopped = postgres.stop(found.data_dir)
    except postgres.PostgresError as error:
        fail(escape(str(error)))
    out.print("The embedded server has stopped." if stopped else "No embedded server is running.")


@app.command()
def status(as_json: Json = False) -> None:
    """Show the database's address, version and size, and whether its schema is current."""
    found = run(_status())
    if as_json:
        say_json(found)
        return
    current = "newest" if found["revision"] == found["newest"] else f"newest is {found['newest']}"
    out.print(f"server     PostgreSQL {found['version']}")
    _say(f"address    {found['address']}")
    out.print(f"size       {found['size_bytes'] / 1e6:,.1f} MB")
    out.print(f"revision   {found['revision'] or 'never migrated'} ({current})")
    out.print(
        f"functions  {'as they should be' if found['functions_current'] else 'to be applied'}"
    )


async def _status() -> dict[str, Any]:
    found = await locate()
    url = found.owner or found.app
    revision = await runner.current(url)
    connection = await asyncpg.connect(url)
    try:
        return {
            "address": unquote(roles.without_password(url)[0]),
            "embedded": settings().database_url is None,
            "version": await connection.fetchval("show server_version"),
            "size_bytes": await connection.fetchval("select pg_database_size(current_database())"),
            "revision": revision,
            "newest": runner.head(),
            "functions_current": revision is not None and not await runner.stale(connection),
        }
    finally:
        await connection.close()
