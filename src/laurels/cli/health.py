"""`laurels db health`: what a person looks at when the database seems slow."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer
from rich.bar import Bar
from rich.markup import escape
from rich.table import Table

from laurels.kit.values.time import utc_now
from laurels.migrations import health as state

from .console import fail, out, run, say_json
from .database import locate
from .tenant import Json

QUERY_WIDTH = 76


def health(as_json: Json = False) -> None:
    """Show sizes, dead rows, unused indexes, slow statements and the oldest transaction.

    Exit code 1: something needs attention.
    """

    async def work() -> state.Health:
        found = (await locate()).owner
        if found is None:
            fail("this needs the owner's URL: set LAURELS_ADMIN_DATABASE_URL")
        return await state.examine(found)

    found = run(work())
    if as_json:
        say_json(asdict(found))
    else:
        _show(found)
    if found.findings:
        raise typer.Exit(1)


def _show(found: state.Health) -> None:
    _show_figures(found.figures)
    out.print("\n[bold]Largest tables[/]")
    out.print(_tables(found.tables))
    out.print("\n[bold]Indexes of 1 MB and more that no query has used yet[/]")
    if found.unused_indexes:
        table = Table("index", "table", box=None)
        table.add_column("size", justify="right")
        for each in found.unused_indexes:
            table.add_row(each["name"], each["table"], _size(each["bytes"]))
        out.print(table)
    else:
        out.print("none")
    out.print("\n[bold]Statements that took most time[/]")
    _show_statements(found)
    out.print()
    for finding in found.findings:
        out.print(
            f"[bold yellow]look:[/] {escape(finding.what)}. {escape(finding.remedy)}.",
            soft_wrap=True,
        )
    if not found.findings:
        out.print("[green]Nothing needs attention.[/]")


def _show_figures(figures: dict[str, Any]) -> None:
    blocks = figures["blocks_read"] + figures["blocks_hit"]
    oldest = figures["oldest_transaction_seconds"]
    table = Table(box=None, show_header=False)
    table.add_row("server", f"PostgreSQL {figures['version']}")
    table.add_row("size", _size(figures["size_bytes"]))
    table.add_row("connections", f"{figures['connections']} of {figures['max_connections']}")
    table.add_row(
        "oldest transaction",
        f"{oldest:,.1f} s"
        if oldest is not None
        else "none is open"
        if figures["sees_all"]
        else "not visible: grant pg_read_all_stats to laurels_owner",
    )
    table.add_row("waiting for locks", f"{figures['waiting_for_locks']}")
    table.add_row("found in memory", f"{figures['blocks_hit'] / blocks:.1%}" if blocks else "-")
    table.add_row("commits, rollbacks", f"{figures['commits']:,}, {figures['rollbacks']:,}")
    table.add_row("deadlocks", f"{figures['deadlocks']:,}")
    out.print(table)


def _tables(rows: list[dict[str, Any]]) -> Table:
    table = Table("table", "", box=None)
    for name in ("data", "indexes", "rows (about)", "dead", "hot updates"):
        table.add_column(name, justify="right")
    table.add_column("vacuumed")
    most = max((row["table_bytes"] + row["index_bytes"] for row in rows), default=1)
    for row in rows:
        size = row["table_bytes"] + row["index_bytes"]
        hot = f"{row['hot_updates'] / row['updates']:.0%}" if row["updates"] else ""
        table.add_row(
            row["name"],
            Bar(most, 0, size, width=16, color="cyan"),
            _size(row["table_bytes"]),
            _size(row["index_bytes"]),
            f"{row['rows']:,}",
            f"{row['dead']:,}",
            hot,
            _ago(row["vacuumed_at"]),
        )
    return table


def _show_statements(found: state.Health) -> None:
    if found.statements is None:
        out.print("not known: load pg_stat_statements (shared_preload_libraries), then as a")
        out.print("superuser in this database: create extension pg_stat_statements")
        return
    table = Table("statement", box=None)
    for name in ("share", "calls", "mean", "longest"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.statements:
        query = row["query"]
        short = query if len(query) <= QUERY_WIDTH else query[: QUERY_WIDTH - 1] + "…"
        table.add_row(
            escape(short),
            f"{row['share'] or 0:.0f}%",
            f"{row['calls']:,}",
            f"{row['mean_ms']:,.2f} ms",
            f"{row['max_ms']:,.0f} ms",
        )
    out.print(table)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return "never"
    hours = (utc_now() - moment).total_seconds() / 3600
    return f"{hours:,.0f} h ago" if hours < 48 else f"{hours / 24:,.0f} days ago"
