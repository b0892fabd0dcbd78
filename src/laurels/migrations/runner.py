"""Running migrations: upgrade, downgrade, SQL functions, and the check that nothing drifted."""

import hashlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import laurels.domains
from laurels.kit.db import SCHEMA, Base, Database, driver

HERE = Path(__file__).parent
_LOCK = 0x6C61_756D  # "laum": one migration at a time


def config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("path_separator", "os")
    found.set_main_option(
        "file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    return found


def head() -> str | None:
    """Return the newest revision that this package has."""
    return ScriptDirectory.from_config(config()).get_current_head()


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
    """Bring the schema to the target and re-apply SQL functions whose text changed."""
    await _locked(url, lambda c: command.upgrade(_with(c), target))
    if target == "head":
        await apply_functions(url)


async def downgrade(url: str, target: str) -> None:
    """Take the schema back to the target."""
    await _locked(url, lambda c: command.downgrade(_with(c), target))


async def revision(url: str, message: str, rev_id: str) -> None:
    """Write a new migration from the difference between models and database."""
    await _locked(
        url,
        lambda c: command.revision(_with(c), message=message, autogenerate=True, rev_id=rev_id),
    )


def _with(connection: Connection) -> Config:
    found = config()
    found.attributes["connection"] = connection
    return found


async def _locked(url: str, run: Callable[[Connection], Any]) -> Any:
    # Alembic tells schemas apart by name only when ours is not the default one.
    database = Database(url, pool_size=2, statement_timeout=None, search_path="public")
    try:
        async with database.connection() as guard:
            lock = await driver(guard)
            await lock.execute("select pg_advisory_lock($1)", _LOCK)
            async with database.engine.execution_options(
                isolation_level="READ COMMITTED"
            ).connect() as connection:
                return await connection.run_sync(run)
    finally:
        await database.close()


def function_files() -> dict[str, str]:
    """Return the text of every file of SQL functions by its path, in the order of the stairs."""
    root = resources.files("laurels")
    names = ["migrations", *laurels.domains.ROOMS]
    found: dict[str, str] = {}
    for name in names:
        path = root / name / "functions.sql"
        if path.is_file():
            found[f"{name}/functions.sql"] = path.read_text(encoding="utf-8")
    return found


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def apply_functions(url: str) -> list[str]:
    """Apply the files of functions that are new or changed; return their names."""
    connection = await asyncpg.connect(url)
    applied: list[str] = []
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            rows = await connection.fetch("select name, checksum from laurels.schema_files")
            known = {row["name"]: row["checksum"] for row in rows}
            for name, text in function_files().items():
                if known.get(name) == _checksum(text):
                    continue
                await connection.execute(text)
                await connection.execute(
                    "insert into laurels.schema_files (name, checksum) values ($1, $2)"
                    " on conflict (name) do update set checksum = excluded.checksum",
                    name,
                    _checksum(text),
                )
                applied.append(name)
    finally:
        await connection.close()
    return applied


async def drift(url: str) -> list[str]:
    """Return in words how schema, functions and wall differ from the models; empty if not."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": SCHEMA,
                "include_name": lambda name, kind, _: name == SCHEMA if kind == "schema" else True,
            },
        )
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]

    found: list[str] = await _locked(url, compare)
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select name, checksum from laurels.schema_files")
        known = {row["name"]: row["checksum"] for row in rows}
        found += [
            f"functions of {name} are not the ones in force"
            for name, text in function_files().items()
            if known.get(name) != _checksum(text)
        ]
        found += [
            f"table {row['relname']} has no forced row-level security"
            for row in await connection.fetch(UNPROTECTED)
            if row["relname"] not in laurels.domains.TABLES_OF_NO_TENANT
        ]
    finally:
        await connection.close()
    return found


UNPROTECTED = """
select c.relname from pg_class c
where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p')
  and not (c.relrowsecurity and c.relforcerowsecurity
           and exists (select 1 from pg_policy p where p.polrelid = c.oid))
order by 1
"""
