"""`laurels outbound`: what waits to leave, what never arrived, sending it again or giving it up."""

from typing import Annotated, Any, Literal
from uuid import UUID

import typer
from rich.table import Table

from laurels import domains, outbound
from laurels.kit.http.paging import Asked
from laurels.kit.process.program import command
from laurels.kit.values.ids import decode, encode
from laurels.kit.work import Work

from .console import err, fail, out, say_json
from .events import MAX_SHOWN, Tenant, in_tenant
from .tenant import Json

assert domains.ROOMS, "the providers of all rooms are known"
app = typer.Typer(
    help="Messages that leave Laurels: webhooks, mails, orders to providers.", no_args_is_help=True
)
Message = Annotated[str, typer.Argument(help="Id of the message, `out_…`.")]


@app.command()
def status(tenant: Tenant, as_json: Json = False) -> None:
    """Show how many messages are waiting and how many are dead letters, by channel."""
    found = in_tenant(tenant, outbound.count_messages)
    if as_json:
        say_json(found)
        return
    table = Table("channel", "waiting", "dead")
    for row in found:
        table.add_row(row["channel"], f"{row['waiting']:,}", f"{row['dead']:,}")
    out.print(table if found else "Nothing is waiting, and there are no dead letters.")


@app.command("list")
def list_messages(
    tenant: Tenant,
    state: Annotated[
        Literal["waiting", "sent", "dead", "stopped"], typer.Option(help="State of the messages.")
    ] = "dead",
    channel: Annotated[str | None, typer.Option(help="Only this channel, such as `mail`.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_SHOWN, help="Number of rows, at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List messages, by default dead letters, newest first."""

    async def look(work: Work) -> list[dict[str, Any]]:
        asked = Asked(limit=limit)
        return await outbound.list_messages(work, state=state, channel=channel, asked=asked)

    found = [
        {**row, "id": encode("outbound_message", row["id"])}
        | {"member_id": encode("member", row["member_id"]) if row["member_id"] else None}
        for row in in_tenant(tenant, look)
    ]
    if as_json:
        say_json(found)
        return
    if not found:
        out.print("There are no such messages.")
        return
    table = Table("id", "channel", "type", "about", "attempts", "queued at", "error")
    for row in found:
        table.add_row(
            row["id"],
            row["channel"],
            row["type"],
            row["subject_id"],
            f"{row['attempts']}",
            f"{row['created_at']:%Y-%m-%d %H:%M}",
            row["last_error"] or "",
        )
    out.print(table)
    err.print(f"{command('outbound replay ID')} sends one again; `discard ID` gives it up.")


@app.command()
def replay(tenant: Tenant, message: Message) -> None:
    """Send a message again."""
    message_id = _message(message)
    in_tenant(tenant, lambda work: outbound.replay_message(work, message_id))
    out.print("It is queued for the worker, with all its attempts.")


@app.command()
def discard(tenant: Tenant, message: Message) -> None:
    """Give up a message that is waiting or dead; it is not sent any more."""
    message_id = _message(message)
    in_tenant(tenant, lambda work: outbound.discard_message(work, message_id))
    out.print("It was given up; its row is kept for 30 days.")


def _message(text: str) -> UUID:
    try:
        return decode("outbound_message", text)
    except ValueError as error:
        fail(str(error))
