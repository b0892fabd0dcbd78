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

app = typer.Typer(
    help="Take everything out, into CSV files that `import` reads back.",
    no_args_is_help=True,
)

Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]
To = Annotated[Path, typer.Option("--to", help="The file to write; it must not be there yet.")]


@app.command()
def members(tenant: Tenant, to: To) -> None:
    """Write the active members, with consents and free facts, as they are at this moment."""
    _export("members", tenant, to)


@app.command()
def balances(tenant: Tenant, to: To) -> None:
    """Write what is in the wallets of active members, lot by lot, and what is gone of it.

    What holds have set aside is written as points that are free. Import the members first, then
    this file, into a tenant that has programs of the same names.
    """
    _export("balances", tenant, to)


@app.command()
def purchases(tenant: Tenant, to: To) -> None:
    """Write every purchase, each followed by its refunds, with lines and numbers as they came."""
    _export("purchases", tenant, to)


@app.command()
def points(tenant: Tenant, to: To) -> None:
    """Write every movement of points of active members. There is no import of it: see balances."""
    _export("points", tenant, to)


@app.command()
def tiers(tenant: Tenant, to: To) -> None:
    """Write every tier that active members have had, when and why. There is no import of it."""
    _export("tiers", tenant, to)


@app.command()
def rewards(tenant: Tenant, to: To) -> None:
    """Write the catalogue: rewards that are not archived, with their limits and what is left."""
    _export("rewards", tenant, to)


@app.command()
def vouchers(tenant: Tenant, to: To) -> None:
    """Write the codes that nobody has yet, each with the name of its reward."""
    _export("vouchers", tenant, to)


@app.command()
def redemptions(tenant: Tenant, to: To) -> None:
    """Write what members redeemed, with whom and what became of it. There is no import of it."""
    _export("redemptions", tenant, to)


def _export(kind: str, tenant: str, to: Path) -> None:
    to = to.absolute()
    if to.exists():
        fail(f"{escape(str(to))} is there already; it was left as it is")
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
        TextColumn("exporting"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rows]:,} rows"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None, rows=0)

        def show(seen: int, total: int, rows: int) -> None:
            bar.update(task, completed=seen, total=total, rows=rows)

        yield show
