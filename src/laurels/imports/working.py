"""The worker's part of imports: carry out those that wait, one after the other for each tenant.

Each batch shows life in its own transaction, so a worker that was taken for dead cannot go on; the
next one passes over what is counted, and goes on there.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import orjson

from laurels import jobs, tiers
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.work import Work, open_work

from . import runs
from .carrying import GONE, Control, ImportStopped
from .report import Report
from .service import import_file
from .uploads import options_of

SQL = statements(__name__)
log = logging.getLogger("laurels.imports")


async def carry_out(attempt: jobs.Attempt) -> dict[str, Any]:
    """Carry out the imports of the tenant that wait, the oldest first."""
    carried = 0
    while (run := await _next(attempt)) is not None:
        await _carry_out(attempt, run)
        carried += 1
    return {"imports": carried}


async def _next(attempt: jobs.Attempt) -> dict[str, Any] | None:
    async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
        await attempt.beat(work)
        row = await work.fetchrow(SQL.begin_waiting, work.tenant_id, work.now)
        return None if row is None else dict(row)


async def _carry_out(attempt: jobs.Attempt, run: dict[str, Any]) -> None:
    ladder: list[Mapping[UUID, dict[str, Any]]] = []

    async def guard(work: Work, rows: int) -> None:
        await attempt.beat(work, done=rows)

    async def watch(read: int) -> None:
        if attempt.stopping():
            raise jobs.Stopped
        async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
            await attempt.beat(work)
            row = await work.fetchrow(SQL.note_place, work.tenant_id, run["id"], read)
        if row is not None and row["status"] == "stopping":
            raise ImportStopped

    async def measure(work: Work) -> None:
        steps, _ = await tiers.distribution(work)
        ladder.append({step["id"]: step for step in steps})

    control = Control(
        run_id=run["id"], before=_so_far(run), guard=guard, watch=watch, measure=measure
    )
    report, status, error = Report(None, run["source"], dry_run=run["dry_run"]), "finished", None
    try:
        if run["status"] == "stopping":
            raise ImportStopped
        with TemporaryDirectory(prefix="laurels-import-") as folder:
            file = Path(folder) / "file.csv"
            await _fetch_file(attempt, run, file)
            options = options_of(run, file=file, control=control)
            report = await import_file(attempt.database, attempt.tenant_id, run["kind"], options)
    except (jobs.Stopped, jobs.RunOvertaken, *GONE):
        raise
    except ImportStopped:
        status = "stopped"
    except AppError as refused:
        status, error = "failed", refused.message
    except Exception as trouble:
        log.exception("an import broke off")
        status, error = "failed", f"It broke off unexpectedly ({type(trouble).__name__})."
    await _end(attempt, run, report, status, error, control, _moves(ladder))


def _so_far(run: Mapping[str, Any]) -> Report:
    """Return what the run has come to before."""
    report = Report(run["id"], run["source"], dry_run=run["dry_run"])
    if run["dry_run"]:
        return report
    report.read, report.booked = run["read"], run["booked"]
    report.skipped, report.rejected = run["skipped"], run["rejected"]
    if (facts := run["result"]) is not None:
        report.points, report.new_members = facts["points"], facts["new_members"]
        report.revenue = {name: Decimal(value) for name, value in facts["amounts"].items()}
        report.reasons = Counter(facts["reasons"])
    return report


async def _fetch_file(attempt: jobs.Attempt, run: Mapping[str, Any], file: Path) -> None:
    """Write the chunks of a file into one, chunk by chunk."""
    with file.open("wb") as target:
        place = 0
        while place < run["size_bytes"]:
            async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
                row = await work.fetchrow(SQL.get_chunk, work.tenant_id, run["id"], place)
            if row is None:
                raise AppError("The file was deleted before it was read; upload it again.")
            target.write(row["content"])
            place += len(row["content"])


async def _end(
    attempt: jobs.Attempt,
    run: Mapping[str, Any],
    report: Report,
    status: str,
    error: str | None,
    control: Control,
    moves: Sequence[dict[str, Any]],
) -> None:
    """The import is over, or after a dry run a draft again."""
    async with open_work(attempt.database, tenant_id=attempt.tenant_id) as work:
        await attempt.beat(work)
        if not run["dry_run"]:
            await work.fetch(SQL.end_run, work.tenant_id, run["id"], status, work.now, error)
            return
        number = run["dry_runs"] + 1
        await runs.reject(work, run["id"], run["columns"] or [], control.rejections, dry_run=number)
        result = {
            "status": status,
            "error": error,
            "counts": {
                name: getattr(report, name) for name in ("read", "booked", "skipped", "rejected")
            },
            "difference": report.facts(),
            "tiers": moves,
            "rejected_kept": sum(len(each.each()) for each in control.rejections),
            "version": run["version"],
            "finished_at": work.now,
        }
        await work.fetch(
            SQL.end_dry_run, work.tenant_id, run["id"], orjson.dumps(result).decode(), number
        )


def _moves(ladder: Sequence[Mapping[UUID, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the tiers on which the number of members is another one after a dry run."""
    if len(ladder) < 2:
        return []
    before, after = ladder
    return [
        {
            "id": str(tier),
            "name": step["name"],
            "before": before[tier]["members"] if tier in before else 0,
            "after": step["members"],
        }
        for tier, step in after.items()
        if tier not in before or before[tier]["members"] != step["members"]
    ]
