"""`laurels import`: members and purchases from CSV files."""

import typer

app = typer.Typer(help="Bring in members and purchases from CSV files.", no_args_is_help=True)


@app.command()
def purchases() -> None:
    """Book the purchases of a CSV file."""


@app.command()
def members() -> None:
    """Enrol the members of a CSV file."""
