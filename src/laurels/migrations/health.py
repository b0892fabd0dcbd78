"""What PostgreSQL knows of itself: sizes, dead rows, unused indexes, slow statements, waits.

Everything is read from its own statistics, as the owner; nothing is measured anew and nothing is
locked. Figures that the owner may not see are left out, with a word on how to allow it.
"""

from dataclasses import dataclass, field
from typing import Any

import asyncpg

from laurels.kit.db.pool import Raw

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
        figures = await connection.fetchrow(FIGURES)
        assert figures is not None, "an aggregate always has a row"
        found = Health(
            dict(figures),
            _rows(await connection.fetch(TABLES, LARGEST_TABLES)),
            _rows(await connection.fetch(UNUSED_INDEXES)),
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
    if not await connection.fetchval(
        "select 1 from pg_extension where extname = 'pg_stat_statements'"
    ):
        return None
    try:
        return _rows(await connection.fetch(STATEMENTS, SLOW_STATEMENTS))
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


FIGURES = """
select
  current_setting('server_version') as version,
  pg_database_size(current_database()) as size_bytes,
  (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
  current_setting('max_connections')::int as max_connections,
  (select extract(epoch from max(now() - xact_start))::float8 from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid()) as oldest_transaction_seconds,
  (select count(*) from pg_stat_activity where datname = current_database()
   and state = 'idle in transaction') as idle_in_transaction,
  (select count(*) from pg_stat_activity where datname = current_database()
   and wait_event_type = 'Lock') as waiting_for_locks,
  (select age(datfrozenxid) from pg_database where datname = current_database()) as xid_age,
  current_setting('autovacuum_freeze_max_age')::int as freeze_max_age,
  d.blks_read as blocks_read, d.blks_hit as blocks_hit, d.deadlocks,
  d.xact_commit as commits, d.xact_rollback as rollbacks, d.stats_reset,
  pg_has_role('pg_read_all_stats', 'usage') as sees_all
from pg_stat_database as d where d.datname = current_database()
"""
TABLES = """
select
  s.relname as name, pg_table_size(s.relid) as table_bytes, pg_indexes_size(s.relid) as index_bytes,
  greatest(c.reltuples, s.n_live_tup)::bigint as rows, s.n_dead_tup as dead,
  s.n_tup_hot_upd as hot_updates, s.n_tup_upd as updates, s.seq_scan, s.idx_scan,
  greatest(s.last_vacuum, s.last_autovacuum) as vacuumed_at,
  greatest(s.last_analyze, s.last_autoanalyze) as analyzed_at
from pg_stat_user_tables as s inner join pg_class as c on c.oid = s.relid
where s.schemaname = 'laurels'
order by pg_total_relation_size(s.relid) desc, s.relname limit $1
"""
UNUSED_INDEXES = """
select s.indexrelname as name, s.relname as table, pg_relation_size(s.indexrelid) as bytes
from pg_stat_user_indexes as s inner join pg_index as i on i.indexrelid = s.indexrelid
where s.schemaname = 'laurels' and s.idx_scan = 0 and not i.indisunique and i.indisvalid
  and pg_relation_size(s.indexrelid) >= 1048576
order by 3 desc, 1 limit 50
"""
STATEMENTS = """
select
  regexp_replace(query, '\\s+', ' ', 'g') as query, calls, rows,
  total_exec_time as total_ms, mean_exec_time as mean_ms, max_exec_time as max_ms,
  100 * total_exec_time / nullif(sum(total_exec_time) over (), 0) as share
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and toplevel
order by total_exec_time desc limit $1
"""
