"""What PostgreSQL knows of itself: sizes, dead rows, unused indexes, slow statements, waits.

Everything is read from its own statistics, as the owner; nothing is measured anew and nothing is
locked. Figures that the owner may not see are left out, with a word on how to allow it.
"""

from dataclasses import dataclass, field
from typing import Any

import asyncpg

from laurels.kit.db.pool import Raw
from laurels.kit.db.sql import statements

SQL = statements(__name__)

SLOW_STATEMENTS = 10
LARGEST_TABLES = 15
LONG_TRANSACTION_SECONDS = 300
MANY_DEAD_ROWS = 10_000
DEAD_SHARE = 0.2
FULL_SHARE = 0.8
COLD_CACHE = 0.95
MANY_BLOCKS = 100_000


@dataclass(slots=True)
class Finding:
    """One thing that is not as it should be, and what to do about it."""

    what: str
    remedy: str


@dataclass(slots=True)
class Health:
    """The state of one database."""

    figures: dict[str, Any]
    tables: list[dict[str, Any]]
    unused_indexes: list[dict[str, Any]]
    statements: list[dict[str, Any]] | None
    findings: list[Finding] = field(default_factory=list[Finding])


async def examine(url: str) -> Health:
    """Return the state of the database at this address, which is its owner's."""
    connection = await asyncpg.connect(url)
    try:
        figures = await connection.fetchrow(SQL.server_figures)
        assert figures is not None, "an aggregate always has a row"
        found = Health(
            dict(figures),
            _rows(await connection.fetch(SQL.table_sizes, LARGEST_TABLES)),
            _rows(await connection.fetch(SQL.unused_indexes)),
            await _statements(connection),
        )
    finally:
        await connection.close()
    found.findings = list(_findings(found))
    return found


def _rows(records: list[asyncpg.Record]) -> list[dict[str, Any]]:
    return [dict(record) for record in records]


async def _statements(connection: Raw) -> list[dict[str, Any]] | None:
    """Return what took most time, None where the server keeps no statistics of statements."""
    if not await connection.fetchval(SQL.has_statement_statistics):
        return None
    try:
        return _rows(await connection.fetch(SQL.slowest_statements, SLOW_STATEMENTS))
    except asyncpg.PostgresError:
        # The extension is there, but its library was not loaded when the server started.
        return None


def _findings(found: Health) -> list[Finding]:
    figures = found.figures
    said: list[Finding] = []
    if figures["connections"] > FULL_SHARE * figures["max_connections"]:
        said.append(
            Finding(
                f"{figures['connections']} of {figures['max_connections']} connections are in use",
                "lower LAURELS_POOL_SIZE or put a pooler in between",
            )
        )
    oldest = figures["oldest_transaction_seconds"] or 0
    if oldest > LONG_TRANSACTION_SECONDS:
        said.append(
            Finding(
                f"a transaction has been open for {oldest:,.0f} seconds",
                "find it in pg_stat_activity; while it lasts, dead rows cannot be cleared away",
            )
        )
    if figures["xid_age"] > figures["freeze_max_age"]:
        said.append(
            Finding(
                f"the oldest transaction number is {figures['xid_age']:,} transactions old",
                "let autovacuum finish, or run VACUUM FREEZE before it stops the server",
            )
        )
    reads, hits = figures["blocks_read"], figures["blocks_hit"]
    if reads + hits > MANY_BLOCKS and hits / (reads + hits) < COLD_CACHE:
        said.append(
            Finding(
                f"only {hits / (reads + hits):.0%} of the blocks were found in memory",
                "give the server more shared_buffers or a larger machine",
            )
        )
    said += [
        Finding(
            f"{table['name']}: {table['dead']:,} dead rows beside {table['rows']:,} living ones",
            f"vacuum analyze laurels.{table['name']}; if it comes back, vacuum it more often",
        )
        for table in found.tables
        if table["dead"] > MANY_DEAD_ROWS
        and table["dead"] > DEAD_SHARE * (table["rows"] + table["dead"])
    ]
    return said
