"""`laurels mail`: the mails that lie in the folder where no SMTP server is configured."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from laurels.config import settings
from laurels.kit import mail
from laurels.kit.process.program import command

from .console import fail, out, say_json
from .tenant import Json

app = typer.Typer(
    help="Mails written to the local folder because no mail server is set.", no_args_is_help=True
)


@app.command("list")
def list_mails(as_json: Json = False) -> None:
    """List the mails in the folder, newest first."""
    found = mail.lying(settings())
    if as_json:
        say_json(
            [
                {"name": name, "to": each["To"], "subject": each["Subject"], "date": each["Date"]}
                for name, each in found
            ]
        )
        return
    if not found:
        out.print(f"There are no mails in {mail.folder_of(settings())}.")
        return
    table = Table("name", "to", "subject", "date", box=None)
    for name, each in found:
        table.add_row(name, escape(each["To"]), escape(each["Subject"]), each["Date"])
    out.print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Its name in the list, or `last`.")] = "last",
) -> None:
    """Show the text of a mail."""
    for known, each in mail.lying(settings()):
        if name in {known, "last"}:
            body = each.get_body(("plain",))
            out.print(f"To: {escape(each['To'])}\nSubject: {escape(each['Subject'])}\n")
            out.print(escape(body.get_content() if body is not None else ""), soft_wrap=True)
            return
    fail(f"there is no such mail; {command('mail list')} shows them")
