"""`laurels db backup` and `laurels db restore`: everything in one file, and back."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from laurels import domains, ledger, tenants
from laurels.config import settings
from laurels.kit.db.pool import Database
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, open_work
from laurels.migrations import dump, restoring

from .console import err, fail, out, run, say_json
from .database import bring_to, locate
from .tenant import Json

File = Annotated[Path, typer.Argument(help="The file that `laurels db backup` wrote.")]


def backup(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to write. Default: a new one in the data folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write everything to one file, and verify that it can be restored.

    You can take it while Laurels is running: the file is a consistent snapshot.
    """

    async def work() -> dump.Dump:
        found = settings()
        name = f"laurels-{utc_now():%Y%m%dT%H%M%S}.dump"
        path = (to or found.data_dir / "backups" / name).absolute()
        if path.exists():
            fail(f"{escape(str(path))} already exists and was not changed")
        path.parent.mkdir(parents=True, exist_ok=True)
        with _bar("backing up") as watch:
            return await dump.take_to(
                await _owner(), path, say=_aside, bindir=found.pg_bin, watch=watch
            )

    taken = run(work())
    if as_json:
        say_json({"path": str(taken.path), "rows": taken.rows, "restored": taken.restored})
        return
    size = taken.path.stat().st_size / 1e6
    out.print(f"[green]backed up[/]: {taken.rows:,} rows in {size:,.1f} MB", soft_wrap=True)
    out.print(escape(str(taken.path)), soft_wrap=True)


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the existing data, which is kept in a dump.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup, migrate its schema, and verify every ledger."""
    if replace and not yes:
        typer.confirm("This replaces everything in the database. Continue?", abort=True)

    async def work() -> dict[str, Any]:
        found, owner = settings(), await _owner()
        with _bar("restoring") as watch:
            before = await restoring.restore(
                owner,
                file.absolute(),
                replace=replace,
                folder=found.data_dir / "dumps",
                say=_aside,
                bindir=found.pg_bin,
                watch=watch,
            )
        await bring_to(owner, with_dump=False, say=_aside)
        pool = Database((await locate()).app, pool_size=1, statement_timeout=None)
        try:
            return {"replaced": before and str(before), "tenants": await _verified(pool)}
        finally:
            await pool.close()

    done = run(work())
    faults = [fault for tenant in done["tenants"] for fault in tenant["faults"]]
    if as_json:
        say_json(done)
    else:
        points = sum(tenant["points_outstanding"] for tenant in done["tenants"])
        out.print(f"[green]restored[/]: {len(done['tenants']):,} tenants, {points:,} points")
        if done["replaced"]:
            out.print(f"the replaced data is in {escape(done['replaced'])}", soft_wrap=True)
    if faults:
        fail(f"the books of the backup have {len(faults)} faults; the first: {escape(faults[0])}")


async def _verified(pool: Database) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    columns = (TextColumn("verifying {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        everybody = await tenants.list_all(pool)
        task = bar.add_task("", total=len(everybody))
        for tenant in everybody:
            bar.update(task, description=escape(tenant.slug))
            async with open_work(pool, tenant_id=tenant.id, actor=OPERATOR) as work:
                figures, faults = await ledger.figures(work), await ledger.find_faults(work)
            found.append(
                {
                    "slug": tenant.slug,
                    "points_outstanding": figures.points_outstanding,
                    "faults": [str(fault) for fault in faults],
                }
            )
            bar.advance(task)
    return found


async def _owner() -> str:
    found = (await locate()).owner
    if found is None:
        fail("this needs the owner's URL: set LAURELS_ADMIN_DATABASE_URL")
    return found


@contextmanager
def _bar(words: str) -> Generator[dump.Watch]:
    """Show how many tables are done: a backup is written and then read back for proof."""
    columns = (
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        seen: list[str] = []
        task = bar.add_task("", total=len(domains.load_models().tables))

        def watch(table: str) -> None:
            if table in seen:
                # The same tables again: what was written is being read back, or the other way.
                seen.clear()
            seen.append(table)
            bar.update(task, completed=len(seen), description=table)

        yield watch


def _aside(words: str) -> None:
    err.print(escape(words), soft_wrap=True)
