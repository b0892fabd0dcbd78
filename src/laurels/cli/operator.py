"""`laurels operator`: keys of those who run the platform, its settings and plans."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from laurels import auth, platform, tenants
from laurels.kit.values.ids import decode, encode
from laurels.kit.work import OPERATOR, PLATFORM, Work, open_work
from laurels.permissions import PLATFORM_PERMISSIONS

from .console import fail, out, run, say_json
from .database import database
from .tenant import Json

app = typer.Typer(
    help="For operators of the platform: keys, settings, plans.", no_args_is_help=True
)
SettingName = Annotated[str, typer.Argument(help="Name of the setting, such as tenants.max.")]


async def _with_work(operation: Any) -> Any:
    async with database() as pool, open_work(pool, tenant_id=PLATFORM, actor=OPERATOR) as work:
        return await operation(work)


@app.command()
def key(
    name: Annotated[str, typer.Option(help="Owner or purpose of the key.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="The key can only read.")] = False,
    as_json: Json = False,
) -> None:
    """Create an operator's key for /v1/platform of the API; it is shown once."""
    scopes = sorted(p for p in PLATFORM_PERMISSIONS if not read_only or p.endswith(":read"))

    async def operation(work: Work) -> auth.NewKey:
        return await auth.create_operator_key(work, name=name, scopes=scopes)

    made: auth.NewKey = run(_with_work(operation))
    if as_json:
        say_json({"api_key_id": encode("operator_key", made.id), "api_key": made.key})
    else:
        out.print(f"Operator's key (shown once): [bold green]{made.key}[/]", soft_wrap=True)


@app.command("sign-in")
def sign_in(
    name: Annotated[str, typer.Option(help="Who signs in; the audit log and `keys` show it.")],
) -> None:
    """Print a link that opens the console's platform side once, for eight hours."""

    async def operation(work: Work) -> str:
        return await auth.make_operator_link(work, name=name)

    link: str = run(_with_work(operation))
    out.print(f"Open this within ten minutes; it works once: [bold green]{link}[/]", soft_wrap=True)


@app.command()
def keys(as_json: Json = False) -> None:
    """List the operators' keys, without the keys themselves."""
    found: list[dict[str, Any]] = run(_with_work(auth.list_operator_keys))
    for row in found:
        row["id"] = encode("operator_key", row["id"])
    if as_json:
        say_json(found)
        return
    table = Table(box=None)
    for column in ("id", "name", "ends in", "scopes", "last used", ""):
        table.add_column(column, no_wrap=column == "id")
    for row in found:
        used = f"{row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never"
        state = "revoked" if row["revoked_at"] else ""
        table.add_row(
            row["id"], escape(row["name"]), row["hint"], " ".join(row["scopes"]), used, state
        )
    out.print(table)


@app.command("revoke-key")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id of the key: opk_…")]) -> None:
    """Revoke an operator's key, from its next request on."""
    try:
        found = decode("operator_key", key_id)
    except ValueError as error:
        fail(str(error))

    async def operation(work: Work) -> None:
        await auth.revoke_operator_key(work, found)

    run(_with_work(operation))
    out.print(f"{key_id} was revoked.")


@app.command()
def settings(as_json: Json = False) -> None:
    """Show the settings of the platform, feature flags among them."""
    found: list[dict[str, Any]] = run(_with_work(tenants.list_settings))
    if as_json:
        say_json(found)
        return
    table = Table("setting", "value", "", "what it does", box=None)
    for row in found:
        mark = "" if row["version"] == 0 else f"changed {row['updated_at']:%Y-%m-%d}"
        value = escape(json.dumps(row["value"]))
        table.add_row(row["name"], value, mark, escape(row["description"]))
    out.print(table)


@app.command("set")
def set_setting(
    name: SettingName,
    value: Annotated[str, typer.Argument(help="The value as JSON; a bare word is a string.")],
) -> None:
    """Give a setting of the platform another value."""
    try:
        parsed: Any = json.loads(value)
    except ValueError:
        parsed = value

    async def operation(work: Work) -> dict[str, Any]:
        return await tenants.change_setting(work, name, parsed)

    changed: dict[str, Any] = run(_with_work(operation))
    out.print(f"{name} is {escape(json.dumps(changed['value']))}.")


@app.command("plans")
def list_plans(as_json: Json = False) -> None:
    """Show the plans with their limits and number of tenants."""
    found: list[dict[str, Any]] = run(_with_work(platform.list_plans))
    if as_json:
        say_json(found)
        return
    table = Table("plan", "name", "limits", box=None)
    table.add_column("tenants", justify="right")
    for row in found:
        limits = ", ".join(f"{name} {most:,}" for name, most in row["limits"].items()) or "none"
        table.add_row(row["code"], escape(row["name"]), limits, f"{row['tenants']:,}")
    out.print(table)
