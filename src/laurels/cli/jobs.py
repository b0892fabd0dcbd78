"""`laurels jobs`: what runs by itself, how it went, and one of them by hand."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from laurels import domains, jobs, tenants
from laurels.kit.db.pool import Database
from laurels.kit.http.paging import Asked
from laurels.kit.jobs import all_jobs
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, open_work

from .console import err, fail, out, run, say_json
from .database import database
from .tenant import Json, require

app = typer.Typer(help="Background jobs: list them and their runs, run one.", no_args_is_help=True)
assert domains.ROOMS, "importing the list of rooms registers their jobs"


@app.command("list")
def list_jobs(as_json: Json = False) -> None:
    """List every job with its schedule, and how it last went for each tenant."""

    async def work() -> list[dict[str, Any]]:
        async with database() as pool:
            return await jobs.tenants_last_runs(pool)

    last: dict[str, list[dict[str, Any]]] = {}
    for row in run(work()):
        last.setdefault(row["job"], []).append(row)
    if as_json:
        say_json(
            [
                {
                    "name": job.name,
                    "description": job.words,
                    "schedule": str(job.schedule),
                    "last_runs": last.get(job.name, []),
                }
                for job in all_jobs().values()
            ]
        )
        return
    table = Table("job", "when", "tenant", "last run", "ended", box=None)
    for job in all_jobs().values():
        rows = last.get(job.name) or [None]
        for number, row in enumerate(rows):
            name, when = (job.name, str(job.schedule)) if number == 0 else ("", "")
            table.add_row(name, when, *_outcome(row))
    out.print(table)


def _outcome(row: dict[str, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return "", "never", ""
    ended = f"{row['finished_at']:%Y-%m-%d %H:%M}" if row["finished_at"] else ""
    words = f"{row['state']}: {row['done']:,} done"
    if row["error"]:
        words += f" ({escape(row['error'][:60])})"
    return row["slug"], words, ended


@app.command("run")
def run_job(
    job: Annotated[str, typer.Argument(help="Name of the job; `jobs list` shows them.")],
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="For this tenant only. Default: all active ones.")
    ] = None,
) -> None:
    """Run a job now in this process, and wait until it is done."""

    async def work() -> int:
        async with database() as pool:
            chosen = await _chosen(pool, tenant)
            done = 0
            with progress(job) as on_progress:
                for one in chosen:
                    ended = await jobs.run_now(
                        pool, one, job, actor=OPERATOR, on_progress=on_progress
                    )
                    done += ended.done if ended is not None else 0
            return done

    out.print(f"{job}: {run(work()):,} done")


async def _chosen(pool: Database, slug: str | None) -> list[Any]:
    if slug is not None:
        return [await require(pool, slug)]
    return [each.id for each in await tenants.list_all(pool) if each.status == "active"]


@contextmanager
def progress(title: str) -> Generator[Callable[[int, int | None], None] | None]:
    """Show on stderr how far a run has come, unless nobody would see it."""
    if not err.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield show


@app.command()
def runs(
    tenant: Annotated[str, typer.Option("--tenant", help="The tenant's short name.")],
    job: Annotated[str | None, typer.Option(help="Only runs of this job.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only runs in this state: waiting, running, done or failed.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Number of runs, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the runs of a tenant's jobs, newest first."""
    if state not in {None, "waiting", "running", "done", "failed"}:
        fail("--state must be waiting, running, done or failed")

    async def work() -> list[jobs.RunView]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await jobs.list_runs(w, job=job, state=state, asked=Asked(limit=limit))

    found = run(work())
    if as_json:
        say_json([{**asdict(each), "id": encode("job_run", each.id)} for each in found])
        return
    table = Table("job", "period", "state", "done", "attempts", "ended", "", box=None)
    for each in found:
        ended = f"{each.finished_at:%Y-%m-%d %H:%M:%S}" if each.finished_at else ""
        table.add_row(
            each.job,
            each.period,
            each.state,
            f"{each.done:,}",
            str(each.attempts),
            ended,
            escape(each.error or ""),
        )
    out.print(table)
