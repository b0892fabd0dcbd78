"""`laurels events`: what waits, dead letters, replaying and discarding them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from laurels import events
from laurels.kit.http.paging import Asked
from laurels.kit.process.program import command
from laurels.kit.values.ids import decode, encode
from laurels.kit.work import OPERATOR, Work, open_work

from .console import err, fail, out, run, say_json
from .database import database
from .tenant import Json, require

app = typer.Typer(
    help="Events: what is waiting, and what handlers failed to process.", no_args_is_help=True
)
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]
Letter = Annotated[str, typer.Argument(help="Id of the dead letter, `dlt_…`.")]
MAX_SHOWN = 1000


@app.command()
def status(tenant: Tenant, as_json: Json = False) -> None:
    """Show how many events are waiting for the relay and for handlers."""
    found = in_tenant(tenant, events.count_waiting)
    if as_json:
        say_json(found)
        return
    table = Table("what", "how many")
    for name, count in found.items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    out.print(table)


@app.command()
def dead(
    tenant: Tenant,
    limit: Annotated[int, typer.Option(min=1, max=MAX_SHOWN, help="Number of rows, at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List dead letters: events that a handler failed to process, newest first."""

    async def look(work: Work) -> list[dict[str, Any]]:
        return [dict(row) for row in await events.list_dead_letters(work, asked=Asked(limit=limit))]

    found = [
        {
            "id": encode("dead_letter", row["id"]),
            "handler": row["handler"],
            "event": row["event_type"],
            "event_id": encode("event", row["event_id"]),
            "occurred_at": row["occurred_at"],
            "error": row["error"],
        }
        for row in in_tenant(tenant, look)
    ]
    if as_json:
        say_json(found)
        return
    if not found:
        out.print("There are no dead letters.")
        return
    table = Table("id", "handler", "event", "occurred at", "error")
    for row in found:
        moment = f"{row['occurred_at']:%Y-%m-%d %H:%M}"
        table.add_row(row["id"], row["handler"], row["event"], moment, row["error"])
    out.print(table)
    err.print(f"{command('events replay ID')} tries one again; `discard ID` drops it.")


@app.command()
def replay(tenant: Tenant, letter: Letter) -> None:
    """Give the event of a dead letter to its handler again."""
    letter_id = _letter(letter)
    in_tenant(tenant, lambda work: events.replay_dead_letter(work, letter_id))
    out.print("It is queued for the worker, with all its attempts.")


@app.command()
def discard(tenant: Tenant, letter: Letter) -> None:
    """Discard a dead letter; it is not tried again."""
    letter_id = _letter(letter)
    in_tenant(tenant, lambda work: events.discard_dead_letter(work, letter_id))
    out.print("It was discarded; its row is kept for 30 days.")


def _letter(text: str) -> UUID:
    try:
        return decode("dead_letter", text)
    except ValueError as error:
        fail(str(error))


def in_tenant(slug: str, operation: Callable[[Work], Awaitable[Any]]) -> Any:
    """Do an operation in a tenant, in one transaction."""

    async def work() -> Any:
        async with database(pool_size=1) as pool:
            tenant_id = await require(pool, slug)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await operation(w)

    return run(work())
