"""`laurels audit`: who changed what."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from laurels import audit
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, open_work

from .console import out, run, say_json
from .database import database
from .tenant import require


def show(
    tenant: Annotated[str, typer.Option(help="The tenant's short name.")],
    target: Annotated[
        str | None, typer.Option(help="Id of the changed object: mem_…, wal_…")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Id of the actor: key_…, or a login.")] = None,
    action: Annotated[
        str | None,
        typer.Option(help="Action; with a trailing dot, all actions that start with it."),
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="At or after this time, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before, UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Number of entries, at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print who changed what, newest first."""
    wanted = audit.Filter(target_id=target, actor_id=actor, action=action)
    asked = Asked(since=_utc(since), until=_utc(until), limit=limit)

    async def work() -> list[dict[str, Any]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await audit.list_entries(w, wanted, asked)

    rows = run(work())
    if as_json:
        say_json([{**row, "id": encode("audit_entry", row["id"])} for row in rows])
        return
    table = Table("when (UTC)", "what", "which", "who", "from", "fields", box=None)
    for row in rows:
        before: dict[str, Any] = row["before"] or {}
        after: dict[str, Any] = row["after"] or {}
        fields = sorted({*before, *after})
        who = " ".join(part for part in (row["actor_type"], row["actor_id"]) if part)
        table.add_row(
            f"{row['created_at']:%Y-%m-%d %H:%M:%S}",
            row["action"],
            row["target_id"],
            who,
            row["ip"] or "",
            ", ".join(fields),
        )
    out.print(table if rows else "There are no such entries.")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)
