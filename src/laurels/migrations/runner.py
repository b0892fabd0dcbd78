"""Running migrations: upgrade, downgrade, SQL functions, and the check that nothing drifted.

Every command looks whether its database is up to date, so the look is cheap: models and Alembic
(`modelled.py`) are loaded only when there is something to do.
"""

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import asyncpg

import laurels.domains
from laurels.kit.db import roles
from laurels.kit.db.advisory_locks import wait_alone
from laurels.kit.db.pool import Raw
from laurels.kit.db.sql import statements
from laurels.kit.postgres.server import PostgresError
from laurels.kit.process.program import command

from . import comparing, views

SQL = statements(__name__)

HERE = Path(__file__).parent
THE_COMMENTS = "the comments"
_REVISION = re.compile(r"""^revision = ["'](\w+)["']""", re.MULTILINE)
ONE_AT_A_TIME = 0x6C61_756D  # "laum": one migration at a time
_WHOLE = 0x6C61_7577  # "lauw": one at a time from the first look to the last step

_SCRATCH = 0x6C61_7573  # "laus": one scratch database to compare the wall with


class SchemaUnknown(PostgresError):
    """The database is at a revision that this version of Laurels does not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The way from where a database is to where it is to be; None is a schema without tables."""

    now: str | None
    target: str | None
    steps: int
    back: bool = False


@asynccontextmanager
async def alone(url: str) -> AsyncGenerator[Raw]:
    """Let the block look, dump and migrate while no other process does; lend a connection."""
    connection = await asyncpg.connect(url)
    try:
        await wait_alone(connection, _WHOLE)
        yield connection
    finally:
        await connection.close()


def plan(now: str | None, target: str = "head") -> Plan:
    """Return the way from this revision to the target: `head`, `base` or a revision.

    Raise SchemaUnknown when either is none of ours.
    """
    known: list[str | None] = [None, *revisions()]
    wanted = {"head": known[-1], "base": None}.get(target, target)
    for revision_id, where in ((now, "The database is at"), (wanted, "There is no")):
        if revision_id not in known:
            msg = (
                f"{where} revision `{revision_id}`, which this version of Laurels does not have;"
                f" its newest is `{known[-1]}`."
            )
            raise SchemaUnknown(msg)
    steps = known.index(wanted) - known.index(now)
    return Plan(now, wanted, abs(steps), back=steps < 0)


async def follow(url: str, way: Plan) -> list[str]:
    """The database is where the plan leads; return the files of functions applied anew."""
    if way.back:
        await downgrade(url, way.target or "base")
        return []
    if way.steps:
        await _have_schema(url)
        await upgrade(url, way.target or "base")
    return await apply_functions(url) if way.target == head() else []


async def _have_schema(url: str) -> None:
    """The schema is there, also where somebody dropped it. Raise PostgresError if it cannot be."""
    try:
        await roles.prepare_database(url)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedObjectError) as error:
        msg = (
            f"This database is not ready for Laurels ({error}). Run {command('db init')} with it:"
            " that makes the roles and the schema, and may be repeated."
        )
        raise PostgresError(msg) from error


def revisions() -> list[str]:
    """Return every revision that this package has, the oldest first: files are named by their day.

    A test holds that this is the order that Alembic follows.
    """
    files = sorted((HERE / "versions").glob("[0-9]*.py"))
    return [found[1] for file in files if (found := _REVISION.search(file.read_text("utf-8")))]


def head() -> str | None:
    """Return the newest revision that this package has."""
    return next(reversed(revisions()), None)


async def current(url: str) -> str | None:
    """Return the revision that the database is at, None when it was never migrated."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("select to_regclass('laurels.alembic_version')") is None:
            return None
        return await connection.fetchval("select version_num from laurels.alembic_version")
    finally:
        await connection.close()


async def upgrade(url: str, target: str = "head") -> None:
    """Bring the schema to the target and re-apply functions and views whose text changed.

    Views are away while migrations run, which may change what they stand on. Raise ViewsInUse.
    """
    from . import modelled

    await _prepare(url)
    await modelled.upgrade(url, target)
    if target == "head":
        await apply_functions(url)


async def downgrade(url: str, target: str) -> None:
    """Take the schema back to the target, without views. Raise ViewsInUse."""
    from . import modelled

    await _drop_views(url, whole=target == "base")
    await modelled.downgrade(url, target)


async def _prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await views.drop(connection, *views.SCHEMAS)
        await roles.close_functions(connection)
    finally:
        await connection.close()


async def _drop_views(url: str, *, whole: bool = False) -> None:
    connection = await asyncpg.connect(url)
    try:
        await views.drop(connection, *views.SCHEMAS, whole=whole)
    finally:
        await connection.close()


def function_files() -> dict[str, str]:
    """Return the text of every file of SQL functions by its path, in the order of the layers."""
    root = resources.files("laurels")
    names = ["migrations", "kit", *laurels.domains.ROOMS]
    found: dict[str, str] = {}
    for name in names:
        path = root / name / "functions.sql"
        if path.is_file():
            found[f"{name}/functions.sql"] = path.read_text(encoding="utf-8")
    return found


def _texts() -> dict[str, str]:
    """Return everything that is applied by its checksum, by its name.

    Comments stand in the models, whose text tells whether they may have changed.
    """
    root = resources.files("laurels")
    models = [root / room / "models.py" for room in ("kit", *laurels.domains.ROOMS)]
    written = "".join(path.read_text(encoding="utf-8") for path in models if path.is_file())
    return {THE_COMMENTS: written, **function_files(), **views.files()}


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def apply_functions(url: str) -> list[str]:
    """Apply the files of functions and views that are new or changed; return their names.

    Raise ViewsInUse.
    """
    connection = await asyncpg.connect(url)
    applied: list[str] = []
    try:
        async with connection.transaction():
            await wait_alone(connection, ONE_AT_A_TIME, transaction=True)
            await roles.close_functions(connection)
            files = _texts()
            for name in await stale(connection):
                if schema := views.schema_of(name):
                    await views.make(connection, schema, files[name])
                elif name == THE_COMMENTS:
                    from . import modelled

                    await connection.execute(modelled.comments())
                else:
                    await _drop_functions(connection, files[name])
                    await connection.execute(files[name])
                await connection.execute(SQL.note_applied, name, _checksum(files[name]))
                applied.append(name)
    finally:
        await connection.close()
    return applied


async def make_views(url: str) -> None:
    """The views are there, in a database that was just restored; on an older schema none fit."""
    if await current(url) != head():
        return
    connection = await asyncpg.connect(url)
    try:
        for name in await views.missing(connection):
            async with connection.transaction():
                await views.make(connection, views.schema_of(name) or "", views.files()[name])
    finally:
        await connection.close()


async def _drop_functions(connection: Raw, text: str) -> None:
    """Drop what a file is about to define, so that changed arguments leave no second one behind.

    A function that a policy or trigger stands on stays: it has no arguments to change.
    """
    names = re.findall(r"create or replace function laurels\.(\w+)", text)
    rows = await connection.fetch(SQL.list_functions, names)
    for row in rows:
        try:
            async with connection.transaction():
                await connection.execute(f"drop function {row['signature']}")
        except asyncpg.DependentObjectsStillExistError:
            continue


async def drift(url: str) -> list[str]:
    """Return in words how schema, functions and wall differ from the models; empty if not.

    The wall is compared with one that is built in a scratch database. Where the owner may make
    none, only the models and the security of each table are looked at, and a sentence says so.
    """
    if await current(url) is None:
        return [f"the schema was never migrated: {command('migrate')} makes it"]
    from . import modelled

    found = await modelled.differences(url)
    connection = await asyncpg.connect(url)
    try:
        found += [
            f"{'views' if views.schema_of(name) else 'functions'} of {name} are not the ones in"
            " force"
            for name in await stale(connection)
        ]
        found += [
            f"table {row['relname']} has no forced row-level security"
            for row in await connection.fetch(SQL.unprotected_tables)
            if row["relname"] not in laurels.domains.TABLES_OF_NO_TENANT
        ]
        found += await modelled.checks_that_differ(connection)
        found += await comparing.roles_too_mighty(connection)
        if await connection.fetchval(SQL.may_create_databases):
            wanted = await _wall(url, connection)
            found += comparing.differences(await comparing.describe(connection), wanted)
        else:
            found.append(NOT_COMPARED)
    finally:
        await connection.close()
    return found


_walls: dict[tuple[str, str], comparing.Described] = {}
"""Walls that were built to be looked at, by server and by what they were built from."""


async def _wall(url: str, connection: Raw) -> comparing.Described:
    """Return the wall that the migrations and functions of this version build."""
    made_of = _checksum("".join([str(head()), *function_files().values(), *views.files().values()]))
    version = str(await connection.fetchval("show server_version"))
    known = _walls.get((version, made_of))
    if known is not None:
        return known
    scratch = f"{roles.database_of(url)[:50]}_wall_check"
    await wait_alone(connection, _SCRATCH)
    await connection.execute(f'drop database if exists "{scratch}" with (force)')
    await connection.execute(f'create database "{scratch}" template template0')
    try:
        inside = roles.with_database(url, scratch)
        await roles.prepare_database(inside)
        await upgrade(inside)
        raw = await asyncpg.connect(inside)
        try:
            found = await comparing.describe(raw)
        finally:
            await raw.close()
    finally:
        await connection.execute(f'drop database if exists "{scratch}" with (force)')
        await connection.execute("select pg_advisory_unlock($1)", _SCRATCH)
    _walls[version, made_of] = found
    return found


async def stale(connection: Raw) -> list[str]:
    """Return the files of functions and views whose text is not what was applied last."""
    rows = await connection.fetch("select name, checksum from laurels.schema_files")
    known = {row["name"]: row["checksum"] for row in rows}
    for name in await views.missing(connection):
        known.pop(name, None)
    return [name for name, text in _texts().items() if known.get(name) != _checksum(text)]


NOT_COMPARED = (
    "the wall was not compared: the owner may make no scratch database to build another one in;"
    " `alter role laurels_owner createdb` lets it"
)
