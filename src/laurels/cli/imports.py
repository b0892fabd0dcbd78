"""`laurels import`: purchases, members, balances, rewards and codes from CSV files."""

import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from laurels import imports
from laurels.config import settings
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode

from .console import err, fail, out, run, say_json
from .database import database
from .memory import expect_batches
from .tenant import Json, require

app = typer.Typer(
    help="Import purchases, members, balances, rewards and codes from CSV files.",
    no_args_is_help=True,
)

MAX_REJECTED_SHOWN = 3
"""Exit code of an import that ran, but had to refuse rows."""

File = Annotated[Path, typer.Argument(help="A CSV file (UTF-8, with a header).")]
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]
Source = Annotated[
    str | None,
    typer.Option(
        "--source", help="Name of the system that the rows come from. Default: the file's name."
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=NAME", help="Name of a column in this file."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="COLUMN=VALUE", help="Set a column to the same value in all rows."
    ),
]
DecimalComma = Annotated[
    bool, typer.Option("--decimal-comma", help="Amounts use a decimal comma, such as 1.234,50.")
]
Dates = Annotated[
    Literal["iso", "day-first", "month-first"],
    typer.Option("--dates", help="Format of dates: 2025-12-31, 31.12.2025 or 12/31/2025."),
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="NAME",
        help="The file has one row per order line; this column has the order's number.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, without changing anything.")
]
Welcome = Annotated[
    bool, typer.Option("--welcome", help="New members earn what sign-up rules give.")
]
KnownOnly = Annotated[
    bool, typer.Option("--known-only", help="Reject rows of people who are not members yet.")
]
IgnoreTiers = Annotated[
    bool,
    typer.Option(
        "--ignore-tiers", help="Ignore tiers while importing; they are reviewed at night."
    ),
]
Operation = Callable[
    [Database, UUID, imports.Options, Callable[[imports.Report, int], None] | None],
    Awaitable[imports.Report],
]


@app.command()
def purchases(
    file: File,
    tenant: Tenant,
    source: Source = None,
    mapping: Map = None,
    constants: Set = None,
    decimal_comma: DecimalComma = False,
    dates: Dates = "iso",
    group_by: GroupBy = None,
    ignore_tiers: IgnoreTiers = False,
    dry_run: DryRun = False,
    welcome: Welcome = False,
    as_json: Json = False,
) -> None:
    """Import the purchases and refunds of a CSV file, each once; unknown members are enrolled.

    Columns: external_id, member, occurred_at, amount, currency; optional: tax_amount,
    points_paid, status, refund_of, channel, payment_method, note, lines (JSON). With --group-by
    also sku, name, category, quantity, unit_price, line_amount, line_tax_amount, and no amount is
    needed. If interrupted, run it again: existing rows are skipped. Exit code 3: some rows were
    rejected; correct them in the file they are written to and import it under the same --source.
    """
    options = _options(
        file,
        source,
        mapping,
        constants,
        imports.Dialect(decimal_comma, dates),
        dry_run=dry_run,
        welcome=welcome,
        group_by=group_by,
        with_tiers=not ignore_tiers,
    )
    _import(imports.import_purchases, tenant, options, as_json=as_json)


@app.command()
def members(
    file: File,
    tenant: Tenant,
    source: Source = None,
    mapping: Map = None,
    constants: Set = None,
    decimal_comma: DecimalComma = False,
    dates: Dates = "iso",
    dry_run: DryRun = False,
    welcome: Welcome = False,
    known_only: KnownOnly = False,
    as_json: Json = False,
) -> None:
    """Enrol or update the members of a CSV file; empty cells change nothing.

    Columns: external_id, email or identities (JSON); optional: first_name, last_name, phone,
    birthday, email_opt_in, sms_opt_in (and `…_at`, `…_source` of both), is_vip, last_login_at,
    enrolled_at, attributes (JSON). Exit code 3: some rows were rejected and written to a file.
    """
    options = _options(
        file,
        source,
        mapping,
        constants,
        imports.Dialect(decimal_comma, dates),
        dry_run=dry_run,
        welcome=welcome,
        known_only=known_only,
    )
    _import(imports.import_members, tenant, options, as_json=as_json)


@app.command()
def balances(
    file: File,
    tenant: Tenant,
    source: Source = None,
    mapping: Map = None,
    constants: Set = None,
    decimal_comma: DecimalComma = False,
    dates: Dates = "iso",
    dry_run: DryRun = False,
    welcome: Welcome = False,
    known_only: KnownOnly = False,
    as_json: Json = False,
) -> None:
    """Import the points that members have elsewhere, lot by lot; unknown members are enrolled.

    Columns: external_id, points, and member or email (or both); optional: program, earned_at,
    matures_at (or `now`), expires_at (or `never`), lifetime_redeemed, lifetime_expired, reason.
    Several rows of a member are several lots. If interrupted, run it again: existing rows are
    skipped.
    """
    options = _options(
        file,
        source,
        mapping,
        constants,
        imports.Dialect(decimal_comma, dates),
        dry_run=dry_run,
        welcome=welcome,
        known_only=known_only,
    )
    _import(imports.import_balances, tenant, options, as_json=as_json)


@app.command()
def rewards(
    file: File,
    tenant: Tenant,
    source: Source = None,
    mapping: Map = None,
    constants: Set = None,
    decimal_comma: DecimalComma = False,
    dates: Dates = "iso",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Create or update the rewards of a CSV file, by name.

    Columns: name, type, cost_points; optional: description, value (JSON), program, and the other
    fields of a reward in the API. Empty cells change nothing. Exit code 3: some rows were rejected.
    """
    options = _options(
        file,
        source,
        mapping,
        constants,
        imports.Dialect(decimal_comma, dates),
        dry_run=dry_run,
        welcome=False,
    )
    _import(imports.import_rewards, tenant, options, as_json=as_json)


@app.command()
def vouchers(
    file: File,
    tenant: Tenant,
    source: Source = None,
    mapping: Map = None,
    constants: Set = None,
    decimal_comma: DecimalComma = False,
    dates: Dates = "iso",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import codes into the pools of rewards: each row names a reward and a code.

    Existing codes are skipped. Exit code 3: some rows were rejected and written to a file.
    """
    options = _options(
        file,
        source,
        mapping,
        constants,
        imports.Dialect(decimal_comma, dates),
        dry_run=dry_run,
        welcome=False,
    )
    _import(imports.import_vouchers, tenant, options, as_json=as_json)


def _options(
    file: Path,
    source: str | None,
    mapping: list[str] | None,
    constants: list[str] | None,
    dialect: imports.Dialect,
    **others: Any,
) -> imports.Options:
    return imports.Options(
        file=file,
        rejects_dir=settings().data_dir.expanduser().resolve() / "imports",
        source=source,
        mapping=_pairs("--map", "COLUMN=NAME, for example --map amount=Total", mapping),
        constants=_pairs("--set", "COLUMN=VALUE, for example --set currency=GBP", constants),
        dialect=dialect,
        **others,
    )


def _pairs(option: str, form: str, items: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in items or []:
        column, mark, value = item.partition("=")
        if not (column and mark and value):
            fail(f"{option} reads {form}; got `{escape(item)}`")
        pairs[column.strip()] = value.strip()
    return pairs


def _import(operation: Operation, tenant: str, options: imports.Options, *, as_json: bool) -> None:
    # Before a database is started for it; the import itself looks again.
    if not options.file.is_file():
        if options.file.is_dir():
            fail(f"{escape(str(options.file))} is a folder; give a CSV file")
        fail(f"there is no file {escape(str(options.file))}")

    async def work() -> imports.Report:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            with progress(options.file.stat().st_size, quiet=as_json) as on_progress:
                return await operation(pool, tenant_id, options, on_progress)

    expect_batches()
    report = run(work())
    if as_json:
        say_json(_as_json(report))
    else:
        out.print(_as_table(report))
        _remark(report)
    if report.rejected:
        raise typer.Exit(MAX_REJECTED_SHOWN)


@contextmanager
def progress(
    size: int, *, quiet: bool, title: str = "importing"
) -> Generator[Callable[[imports.Report, int], None] | None]:
    """Show on stderr how far an import has come, unless nobody would see it."""
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=size, rows="")

        def show(report: imports.Report, read: int) -> None:
            speed = report.read / (bar.tasks[0].elapsed or 1)
            rows = f"{report.read:,} rows, {speed:,.0f}/s"
            bar.update(task, completed=read, rows=rows)

        yield show


def _revenue(report: imports.Report) -> Decimal:
    return report.revenue.get("completed", Decimal(0))


def _as_json(report: imports.Report) -> dict[str, Any]:
    return {
        "run_id": encode("import_run", report.run_id) if report.run_id else None,
        "source": report.source,
        "dry_run": report.dry_run,
        "read": report.read,
        "booked": report.booked,
        "skipped": report.skipped,
        "rejected": report.rejected,
        "new_members": report.new_members,
        "points": report.points,
        "revenue": format(_revenue(report), "f"),
        "amounts": {status: format(amount, "f") for status, amount in report.revenue.items()},
        "reasons": dict(report.reasons),
        "rejected_file": str(report.rejected_file) if report.rejected_file else None,
        "ignored_columns": report.ignored_columns,
    }


def _as_table(report: imports.Report) -> Table:
    would = "would be " if report.dry_run else ""
    table = Table(box=None, show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    rows: list[tuple[str, Any]] = [
        ("orders read" if report.grouped else "rows read", report.read),
        (f"{would}booked", report.booked),
        (f"{would}skipped (there already)", report.skipped),
        (f"{would}rejected", report.rejected),
        (f"{would}new members", report.new_members),
        ("points", report.points),
    ]
    rows += [(f"amount {status}", amount) for status, amount in sorted(report.revenue.items())]
    for name, value in rows:
        table.add_row(name, f"{value:,}")
    return table


def _remark(report: imports.Report) -> None:
    """Say what a person should know beyond the numbers."""
    if report.ignored_columns:
        names = escape(", ".join(report.ignored_columns))
        err.print(f"columns that were ignored: {names}", soft_wrap=True)
    if report.dry_run:
        err.print("This was a dry run: nothing was changed.")
    if not report.rejected:
        return
    for rejection in report.first_rejections:
        place = f"line {rejection.line}" + (f", {rejection.field}" if rejection.field else "")
        err.print(f"[yellow]{escape(place)}[/]: {escape(rejection.message)}", soft_wrap=True)
    more = report.rejected - len(report.first_rejections)
    if more:
        err.print(f"… and {more:,} more")
    if report.suspicious:
        share = report.rejected / report.read
        err.print(
            f"[bold yellow]warning:[/] {share:.0%} of the rows were rejected; check the"
            " mapping of columns (--map)",
            soft_wrap=True,
        )
    if report.rejected_file is not None:
        err.print(
            f"All rejected rows, with reasons: {escape(str(report.rejected_file))}\nCorrect them"
            f" there and import that file with --source {escape(json.dumps(report.source))}",
            soft_wrap=True,
        )
