"""`laurels migrate` and `laurels db`: the schema, the roles, the logins of people and programs."""

import typer

app = typer.Typer(help="The database: roles, logins, state.", no_args_is_help=True)


def migrate() -> None:
    """Bring the schema to the newest revision."""
