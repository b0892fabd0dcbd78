"""`laurels export`: CSV files that `laurels import` reads back."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from laurels import imports
from laurels.kit.work import OPERATOR, open_work

from .console import err, fail, out, run
from .database import database
from .tenant import require

app = typer.Typer(help="Export to CSV files, which `import` can read back.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]
To = Annotated[Path, typer.Option("--to", help="The file to write; it must not exist yet.")]


@app.command()
def members(tenant: Tenant, to: To) -> None:
    """Export the active members, with consents and free facts."""
    _export("members", tenant, to)


@app.command()
def balances(tenant: Tenant, to: To) -> None:
    """Export the wallets of active members, lot by lot, with what was spent and expired.

    Points on hold are exported as available. Import the members first, then this file, into a
    tenant with programs of the same names.
    """
    _export("balances", tenant, to)


@app.command()
def purchases(tenant: Tenant, to: To) -> None:
    """Export all purchases, each followed by its refunds, with their lines and external ids."""
    _export("purchases", tenant, to)


@app.command()
def points(tenant: Tenant, to: To) -> None:
    """Export all point movements of active members. They cannot be imported; see balances."""
    _export("points", tenant, to)


@app.command()
def tiers(tenant: Tenant, to: To) -> None:
    """Export all tiers that active members have had, when and why. They cannot be imported."""
    _export("tiers", tenant, to)


@app.command()
def rewards(tenant: Tenant, to: To) -> None:
    """Export the catalogue: rewards that are not archived, with limits and stock."""
    _export("rewards", tenant, to)


@app.command()
def vouchers(tenant: Tenant, to: To) -> None:
    """Export the codes that are not assigned yet, each with the name of its reward."""
    _export("vouchers", tenant, to)


@app.command()
def redemptions(tenant: Tenant, to: To) -> None:
    """Export all redemptions, with member and state. They cannot be imported."""
    _export("redemptions", tenant, to)


def _export(kind: str, tenant: str, to: Path) -> None:
    to = to.absolute()
    if to.exists():
        fail(f"{escape(str(to))} already exists and was not changed")
    if not to.parent.is_dir():
        fail(f"there is no folder {escape(str(to.parent))}")
    rows = run(_write(kind, tenant, to))
    out.print(f"{rows:,} rows are in {escape(str(to))}.", soft_wrap=True)


async def _write(kind: str, tenant: str, to: Path) -> int:
    rows = 0

    def count(seen: int, total: int, written: int) -> None:
        nonlocal rows
        rows = written
        show(seen, total, written)

    async with database() as pool:
        tenant_id = await require(pool, tenant)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
            await imports.note_export(work, kind)
        with _bar() as show, _whole(to) as file:
            async with imports.export(
                pool, tenant_id, kind, actor=OPERATOR, on_progress=count
            ) as pages:
                async for page in pages:
                    file.write(page)
    return rows


@contextmanager
def _whole(to: Path) -> Generator[BinaryIO]:
    """Lend a file that has its name only when it is whole, and that nobody else may read."""
    part = to.with_name(f"{to.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(to)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _bar() -> Generator[Callable[[int, int, int], None]]:
    """Show on stderr how far an export has come, unless nobody would see it."""
    columns = (
        TextColumn("exporting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None, rows=0)

        def show(seen: int, total: int, rows: int) -> None:
            bar.update(task, completed=seen, total=total, rows=rows)

        yield show
