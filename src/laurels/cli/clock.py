"""`laurels tenant clock`: where a test tenant's time stands, and moving it forward."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from laurels import jobs
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, open_work

from .console import fail, out, run, say_json
from .database import database
from .jobs import progress
from .tenant import Json, Slug, require


def clock(
    slug: Slug,
    advance: Annotated[
        str | None, typer.Option(help="Move it by a duration, such as P14D, P1Y6M or PT36H.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Move it to a time, such as 2027-01-01T00:00:00Z.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a test tenant's clock, or move it forward and run what falls due on the way.

    A clock whose move was interrupted continues to its target if you name no other.
    """
    if advance is not None and to is not None:
        fail("use either --advance or --to, not both")
    target = _moment(to) if to is not None else None

    async def work() -> jobs.ClockView | None:
        async with database() as pool:
            return await _move(pool, slug, advance, target)

    found = run(work())
    if as_json:
        say_json(_as_json(found))
    elif found is None:
        out.print(f"{slug} has the real time: {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    else:
        out.print(f"{slug}: it is {found.now:%Y-%m-%d %H:%M:%S} UTC, until the clock is moved")
        for job, counts in ((found.run.result if found.run else None) or {}).items():
            out.print(f"  {job}: {counts['runs']:,} runs, {counts['done']:,} done")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f"`{escape(text[:40])}` is not a time such as 2027-01-01T00:00:00Z")
    if found.tzinfo is None:
        fail("--to needs a time zone, for example 2027-01-01T00:00:00Z")
    return found.astimezone(UTC)


async def _move(
    pool: Database, slug: str, advance: str | None, target: datetime | None
) -> jobs.ClockView | None:
    tenant_id = await require(pool, slug)
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        if advance is not None:
            found = await jobs.advance(work, advance)
        elif target is not None:
            found = await jobs.set_to(work, target)
        else:
            found = await jobs.clock_of(work)
    if found is not None and found.target is not None and found.run is not None:
        with progress("on the way") as on_progress:
            await jobs.carry_out(pool, tenant_id, found.run.id, on_progress=on_progress)
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        return await jobs.clock_of(work)


def _as_json(found: jobs.ClockView | None) -> dict[str, Any]:
    if found is None:
        return {"now": datetime.now(UTC), "status": "real", "target": None, "ran": None}
    return {
        "now": found.now,
        "status": "ready" if found.target is None else "advancing",
        "target": found.target,
        "ran": found.run.result if found.run is not None else None,
    }
