"""The commands. Each file of this package has one group; none of them decides anything.

A command is imported when it is called, so that others do not wait for it: everything at once takes
seconds, most of them for the database and the API.
"""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from laurels import __version__

GROUPS = {
    "tenant": ("tenant", "Tenants and their keys."),
    "import": ("imports", "Import purchases, members, balances, rewards and codes from CSV files."),
    "export": ("exports", "Export to CSV files, which `import` can read back."),
    "ledger": ("ledger", "The books: check them, rebuild wallets, print statements."),
    "events": ("events", "Events: what is waiting, and what handlers failed to process."),
    "outbound": ("outbound", "Messages that leave Laurels: webhooks, mails, orders to providers."),
    "member": ("member", "One member: merge, unmerge, export, erase."),
    "reward": ("reward", "Rewards: list them, upload the codes of a pool."),
    "segment": ("segment", "Segments: list, preview, recompute."),
    "jobs": ("jobs", "Background jobs: list them and their runs, run one."),
    "tiers": ("tiers", "The ladder of tiers and its members."),
    "db": ("db", "The database: roles, logins, backup, state."),
    "operator": ("operator", "For operators of the platform: keys, settings, plans."),
    "staff": ("staff", "The people who run a tenant's programme."),
    "mail": ("mail", "Mails written to the local folder because no mail server is set."),
}
"""By name: the module that has the group as `app`, and what it is for."""
COMMANDS = {
    "audit": ("audit", "show"),
    "serve": ("serve", "serve"),
    "worker": ("serve", "work"),
    "migrate": ("db", "migrate"),
    "run": ("demo", "run"),
}
"""By name: the module and the function of commands that are in no group."""
HELP = {
    "audit": "Print who changed what, newest first.",
    "serve": "Serve the API and run background work until stopped.",
    "worker": "Run jobs and deliver events until stopped. Several workers can run at once.",
    "migrate": (
        "Migrate the schema to the newest revision; if there is data, take a verified dump first."
    ),
    "run": "Start everything in one process, with demo tenants, and show what to try.",
}


def load(name: str) -> Any:
    """Return a command or group as it is, imported."""
    if name in GROUPS:
        module = import_module(f".{GROUPS[name][0]}", __package__)
        if name == "tenant":
            _with_clock(module.app)
        found = typer.main.get_command(module.app)
    else:
        file, function = COMMANDS[name]
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(getattr(import_module(f".{file}", __package__), function))
        found = typer.main.get_command(alone)
    found.name = name
    return found


def load_all() -> Any:
    """Return the `laurels` command with everything that belongs to it, for whoever lists it."""
    root: Any = typer.main.get_command(app)
    root.commands.update({name: load(name) for name in (*COMMANDS, *GROUPS)})
    return root


def _with_clock(tenant: typer.Typer) -> None:
    if all(each.name != "clock" for each in tenant.registered_commands):
        tenant.command("clock")(import_module(".clock", __package__).clock)


class Lazy(TyperGroup):
    """All commands by name; only the one that is called is imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, in the order in which help lists them."""
        del ctx
        return [*COMMANDS, *self.commands.keys() - COMMANDS.keys() - GROUPS.keys(), *GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or what stands for it in a list."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        words = HELP.get(cmd_name) or GROUPS.get(cmd_name, ("", None))[1]
        return None if words is None else TyperCommand(cmd_name, help=words)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is called, imported."""
        name = args[0]
        if name not in self.commands and (name in GROUPS or name in COMMANDS):
            self.commands[name] = load(name)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Lazy,
    help="Laurels: loyalty points, exact and explained.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
    except ValueError as error:
        # Settings that cannot be raise an error of a library that commands without them never load.
        if getattr(error, "title", None) != "Settings":
            raise
        _say_wrong_settings(error)
        sys.exit(1)


def _say_wrong_settings(error: Any) -> None:
    from rich.markup import escape

    from .console import err

    for each in error.errors():
        name = "_".join(["LAURELS", *(str(part).upper() for part in each["loc"])])
        err.print(f"[bold red]error:[/] {name}: {escape(each['msg'])}", soft_wrap=True)
