"""The schema as the models have it: Alembic's steps, its comments, and how a database differs."""

from collections.abc import Callable
from typing import Any

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from laurels import domains
from laurels.kit.db.advisory_locks import wait_alone
from laurels.kit.db.pool import SCHEMA, Raw
from laurels.kit.db.sql import statements

from .runner import HERE, ONE_AT_A_TIME

SQL = statements(__name__)


def config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("path_separator", "os")
    return found


async def upgrade(url: str, target: str) -> None:
    """Bring the tables to the target."""
    await _locked(url, lambda c: command.upgrade(_with(c), target))


async def downgrade(url: str, target: str) -> None:
    """Take the tables back to the target."""
    await _locked(url, lambda c: command.downgrade(_with(c), target))


def _with(connection: Connection) -> Config:
    found = config()
    found.attributes["connection"] = connection
    return found


async def _locked(url: str, run: Callable[[Connection], Any]) -> Any:
    """Run a step of Alembic on a connection of its own while nobody else migrates."""
    guard = await asyncpg.connect(url)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    try:
        await wait_alone(guard, ONE_AT_A_TIME)
        async with engine.connect() as connection:
            return await connection.run_sync(run)
    finally:
        await engine.dispose()
        await guard.close()


def comments() -> str:
    """Return the statements that say in the database what its tables and columns are.

    The models hold the words, so that no migration has to repeat them.
    """
    found = [
        "comment on table laurels.alembic_version is 'Which migration the schema is at.';",
        "comment on column laurels.alembic_version.version_num is 'The revision.';",
    ]
    for table in domains.load_models().sorted_tables:
        found.append(f"comment on table {table.fullname} is {_quoted(table.comment)};")
        found += [
            f'comment on column {table.fullname}."{column.name}" is {_quoted(column.comment)};'
            for column in table.columns
        ]
    return "\n".join(found)


def _quoted(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


async def differences(url: str) -> list[str]:
    """Say how the tables differ from the models."""
    return await _locked(url, _compared)


def _compared(connection: Connection) -> list[str]:
    partitions = set(connection.scalars(text(SQL.partitions)))

    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        return name == SCHEMA if kind == "schema" else kind != "table" or name not in partitions

    context = MigrationContext.configure(
        connection,
        opts={"include_schemas": True, "version_table_schema": SCHEMA, "include_name": is_ours},
    )
    return [str(difference) for difference in compare_metadata(context, domains.load_models())]


async def checks_that_differ(connection: Raw) -> list[str]:
    """Say which CHECK constraints are missing or too many: Alembic compares none of them."""
    rows = await connection.fetch(SQL.named_checks)
    there = {(row["relname"], row["conname"]) for row in rows}
    wanted = {
        (table.name, str(constraint.name))
        for table in domains.load_models().tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    return [f"table {table} lacks the check {name}" for table, name in sorted(wanted - there)] + [
        f"table {table} has a check {name} of no model" for table, name in sorted(there - wanted)
    ]
