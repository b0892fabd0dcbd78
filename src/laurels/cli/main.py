"""The commands. Each file of this package has one group; none of them decides anything."""

import typer

from laurels import __version__

from . import db, demo, docs, imports, ledger, operator, serve, tenant

app = typer.Typer(
    help="Laurels: loyalty points, exact and explained.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(tenant.app, name="tenant")
app.add_typer(imports.app, name="import")
app.add_typer(ledger.app, name="ledger")
app.add_typer(db.app, name="db")
app.add_typer(operator.app, name="operator")
app.command("serve")(serve.serve)
app.command("migrate")(db.migrate)
app.command("run")(demo.run)
app.command("docs")(docs.docs)


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command."""
    app()
