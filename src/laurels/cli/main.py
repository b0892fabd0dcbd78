"""The commands. Each file of this package has one group; none of them decides anything."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from laurels import __version__
from laurels.config import Settings

from . import (
    audit,
    clock,
    db,
    demo,
    docs,
    events,
    exports,
    imports,
    jobs,
    ledger,
    mail,
    member,
    operator,
    reward,
    segment,
    serve,
    staff,
    tenant,
    tiers,
)  # fmt: skip
from .console import err

app = typer.Typer(
    help="Laurels: loyalty points, exact and explained.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
tenant.app.command("clock")(clock.clock)
app.add_typer(tenant.app, name="tenant")
app.add_typer(imports.app, name="import")
app.add_typer(exports.app, name="export")
app.add_typer(ledger.app, name="ledger")
app.add_typer(events.app, name="events")
app.add_typer(member.app, name="member")
app.add_typer(reward.app, name="reward")
app.add_typer(segment.app, name="segment")
app.add_typer(jobs.app, name="jobs")
app.add_typer(tiers.app, name="tiers")
app.add_typer(db.app, name="db")
app.add_typer(operator.app, name="operator")
app.add_typer(staff.app, name="staff")
app.add_typer(mail.app, name="mail")
app.command("audit")(audit.show)
app.command("serve")(serve.serve)
app.command("worker")(serve.work)
app.command("migrate")(db.migrate)
app.command("run")(demo.run)
app.command("docs")(docs.docs)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def laurels(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Loyalty points, exact and explained."""
    del version


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command; say in words which environment variable cannot be."""
    try:
        app(prog_name="laurels")
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        for each in error.errors():
            name = "_".join(["LAURELS", *(str(part).upper() for part in each["loc"])])
            err.print(f"[bold red]error:[/] {name}: {escape(each['msg'])}", soft_wrap=True)
        sys.exit(1)
