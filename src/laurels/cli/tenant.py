"""`laurels tenant`: create, list, suspend, resume, purge; keys."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer
from rich.table import Table

from laurels import auth, domains, tenants
from laurels.config import settings
from laurels.kit import media
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.http.paging import ALL
from laurels.kit.process.program import called, command
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, open_work

from .console import err, fail, out, run, say_json
from .database import database, embedded_admin, urls

app = typer.Typer(help="Tenants and their keys.", no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help="The tenant's short name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


async def require(pool: Database, slug: str) -> UUID:
    """Return the tenant of this slug. Raise TenantNotFound, in words."""
    found = await tenants.find(pool, slug)
    if found is None:
        msg = f"There is no tenant `{slug}`; {command('tenant list')} shows them."
        raise tenants.TenantNotFound(msg)
    return found


@app.command()
def create(
    slug: Slug,
    preset: Annotated[str, typer.Option(help="Preset: plain or shopify.")] = "plain",
    name: Annotated[str | None, typer.Option(help="Display name.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
    test: Annotated[bool, typer.Option("--test", help="A test tenant with a test key.")] = False,
    as_json: Json = False,
) -> None:
    """Create a tenant and a key with full access, which is shown once."""

    async def work() -> dict[str, Any]:
        async with database() as pool:
            return await create_tenant(
                pool,
                slug,
                preset=preset,
                name=name,
                currency=currency,
                time_zone=time_zone,
                test=test,
            )

    made = run(work())
    if as_json:
        say_json(made)
        return
    out.print(f"Tenant [bold]{slug}[/] is there: {made['tenant_id']}")
    out.print(f"API key (shown once): [bold green]{made['api_key']}[/]", soft_wrap=True)
    out.print(
        f"Invite its owner: [bold]{called()} staff invite anna@example.com --tenant {slug}[/]",
        soft_wrap=True,
    )


async def create_tenant(pool: Database, slug: str, **values: Any) -> dict[str, Any]:
    """Create a tenant with a key of full access and return both."""
    tenant = await tenants.create(
        pool, slug=slug, apply_preset=domains.PRESET_INSTALLERS, actor=OPERATOR, **values
    )
    async with open_work(pool, tenant_id=tenant.id, actor=OPERATOR) as work:
        key = await auth.create_key(work, name="first key", test=tenant.test)
    return {
        "tenant_id": encode("tenant", tenant.id),
        "slug": tenant.slug,
        "preset": tenant.preset,
        "test": tenant.test,
        "currency": tenant.currency,
        "time_zone": tenant.time_zone,
        "api_key": key.key,
        "api_key_id": encode("api_key", key.id),
    }


@app.command("list")
def list_tenants(as_json: Json = False) -> None:
    """List all tenants."""

    async def work() -> list[tenants.TenantView]:
        async with database() as pool:
            return await tenants.list_all(pool)

    found = run(work())
    if as_json:
        say_json(
            [
                {
                    "tenant_id": encode("tenant", tenant.id),
                    "slug": tenant.slug,
                    "name": tenant.name,
                    "preset": tenant.preset,
                    "status": tenant.status,
                    "test": tenant.test,
                    "currency": tenant.currency,
                    "time_zone": tenant.time_zone,
                }
                for tenant in found
            ]
        )
        return
    if not found:
        out.print(f"No tenants yet: {command('tenant create SLUG')} makes one.")
        return
    table = Table("slug", "name", "preset", "status", "currency", "time zone", "test", box=None)
    for tenant in found:
        table.add_row(
            tenant.slug,
            tenant.name,
            tenant.preset,
            tenant.status,
            tenant.currency,
            tenant.time_zone,
            "test" if tenant.test else "",
        )
    out.print(table)


@app.command()
def suspend(slug: Slug) -> None:
    """Suspend a tenant: it cannot earn or spend until it is resumed."""
    run(_set_status(slug, "suspended"))
    out.print(f"{slug} is suspended: nothing is earned or spent.")


@app.command()
def resume(slug: Slug) -> None:
    """Resume a suspended tenant."""
    run(_set_status(slug, "active"))
    out.print(f"{slug} is active.")


async def _set_status(slug: str, status: str) -> None:
    async with database() as pool:
        tenant_id = await require(pool, slug)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
            await tenants.set_status(work, status)


@app.command()
def key(
    slug: Slug,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "another key",
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission; repeat for more. Default: all.")
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="When it expires: 2027-01-01 (UTC) or 90d. Default: never."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Create another API key; it is shown once."""
    end = _end(expires)

    async def work() -> auth.NewKey:
        async with database() as pool:
            tenant_id = await require(pool, slug)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                tenant = await tenants.current(w)
                return await auth.create_key(
                    w,
                    name=name,
                    test=tenant.test,
                    scopes=scope or [auth.EVERYTHING],
                    expires_at=end,
                )

    made = run(work())
    if as_json:
        say_json(
            {
                "api_key_id": encode("api_key", made.id),
                "api_key": made.key,
                "expires_at": end and end.isoformat(),
            }
        )
    else:
        out.print(f"API key (shown once): [bold green]{made.key}[/]", soft_wrap=True)


def _end(text: str | None) -> datetime | None:
    """Return the moment that `2027-01-01` (its first, in UTC) or `90d` from now means."""
    if text is None:
        return None
    if found := re.fullmatch(r"(\d{1,5})d", text):
        return utc_now() + timedelta(days=int(found[1]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--expires: `{text}` is neither a date such as 2027-01-01 nor days such as 90d")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@app.command()
def keys(slug: Slug, as_json: Json = False) -> None:
    """List the API keys of a tenant, without the keys themselves."""

    async def work() -> list[dict[str, Any]]:
        async with database() as pool:
            tenant_id = await require(pool, slug)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await auth.list_keys(w, ALL)

    found = run(work())
    for row in found:
        row["id"] = encode("api_key", row["id"])
    if as_json:
        say_json(found)
        return
    table = Table(box=None)
    table.add_column("id", no_wrap=True)
    for title in ("name", "ends in", "scopes", "last used", "until", ""):
        table.add_column(title)
    for row in found:
        used = f"{row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never"
        until = f"{row['expires_at']:%Y-%m-%d %H:%M}" if row["expires_at"] else "no end"
        state = "revoked" if row["revoked_at"] else _past(row["expires_at"])
        table.add_row(
            row["id"], row["name"], row["hint"], " ".join(row["scopes"]), used, until, state
        )
    out.print(table)


def _past(end: datetime | None) -> str:
    return "expired" if end is not None and end <= utc_now() else ""


@app.command("revoke-key")
def revoke_key(
    slug: Slug, api_key_id: Annotated[str, typer.Argument(help="Id of the key: key_…")]
) -> None:
    """Revoke an API key, from its next request on."""
    from laurels.kit.values.ids import decode

    async def work() -> None:
        async with database() as pool:
            tenant_id = await require(pool, slug)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                await auth.revoke_key(w, decode("api_key", api_key_id))

    try:
        run(work())
    except ValueError as error:
        fail(str(error))
    out.print(f"{api_key_id} is not valid any more.")


@app.command()
def purge(
    slug: Slug,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    admin_url: Annotated[
        str | None,
        typer.Option(
            "--admin-url",
            help="URL of the role that created its database logins, to drop them too.",
        ),
    ] = None,
) -> None:
    """Delete a tenant and all its data for good. An audit stub stays."""
    if not yes:
        typed = typer.prompt(f"This deletes `{slug}` for good. Type its slug to go on")
        if typed != slug:
            fail("that is not its slug; nothing was deleted")

    async def work() -> tuple[int, list[str]]:
        found = await urls()
        if found.owner is None:
            fail("purge needs the owner's URL: set LAURELS_ADMIN_DATABASE_URL")
        async with database() as pool:
            tenant_id = await require(pool, slug)
        logins = [
            each.name
            for each in await roles.list_logins(found.owner)
            if each.tenant_id == tenant_id
        ]
        left = await _drop_logins(found.owner, admin_url, logins)
        connection = await asyncpg.connect(found.owner)
        try:
            rows = await connection.fetchval("select laurels.purge_tenant($1)", tenant_id)
        finally:
            await connection.close()
        await media.remove_all(tenant_id)
        return rows, left

    rows, left = run(work())
    out.print(f"{slug} is gone: {rows:,} rows were deleted.")
    for name in left:
        err.print(
            f"The database login {name} is bound to nothing now, but it is still there:"
            f" {command(f'db drop-login {name} --admin-url ...')} drops it.",
            soft_wrap=True,
        )


async def _drop_logins(owner_url: str, admin_url: str | None, logins: list[str]) -> list[str]:
    """The logins of a tenant are gone; return those that nobody here may drop."""
    if admin_url is None and settings().database_url is None:
        admin_url = await embedded_admin()
    if admin_url is None:
        return logins
    inside = roles.with_database(admin_url, roles.database_of(owner_url))
    left: list[str] = []
    for name in logins:
        try:
            await roles.drop_login(inside, name)
        except asyncpg.InsufficientPrivilegeError:
            left.append(name)
    return left
