"""`laurels staff`: the people who run a tenant's programme. The first owner is made here."""

import csv
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from laurels import auth
from laurels.kit.process.program import command
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, PLATFORM, Work, open_work

from .console import fail, out, run, say_json
from .database import database
from .tenant import Json, require

app = typer.Typer(help="The people who run a tenant's programme.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]
Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
RoleName = Annotated[auth.Role, typer.Option("--role", help="Their role.")]
T = TypeVar("T")


def _at(tenant: str, operation: Callable[[Work], Awaitable[T]]) -> T:
    async def work() -> T:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await operation(w)

    return run(work())


async def _id_of(work: Work, email: str) -> UUID:
    return (await auth.find_staff(work, email))["id"]


@app.command()
def invite(
    email: Email,
    tenant: Tenant,
    role: RoleName = auth.Role.OWNER,
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    as_json: Json = False,
) -> None:
    """Invite a person by mail; the link is printed too. Repeat it to send a new link."""
    if "@" not in email[1:-1] or len(email) > 254 or any(each.isspace() for each in email):
        fail(f"`{escape(email[:100])}` is not an e-mail address such as anna@example.com")

    async def operation(work: Work) -> tuple[auth.Invited, str]:
        known = await auth.list_staff(work, status="invited")
        there = next((each["id"] for each in known if each["email"] == auth.normal(email)), None)
        if there is None:
            made = await auth.invite(work, email=email, role=role, name=name)
        else:
            await auth.change(work, there, role=role, name=name or None)
            made = await auth.invite_again(work, there)
        return made, auth.invitation_link(work.tenant_id, made.invitation_id)

    made, link = _at(tenant, operation)
    if as_json:
        say_json({"staff_id": encode("staff", made.staff_id), "role": role, "link": link})
        return
    out.print(f"{escape(email)} is invited as {role}. A running Laurels sends the mail.")
    out.print(f"The link, valid once, for seven days: {link}", soft_wrap=True)


@app.command("list")
def list_staff(tenant: Tenant, as_json: Json = False) -> None:
    """List the people of a tenant, newest first."""
    found = _at(tenant, auth.list_staff)
    for row in found:
        row["id"] = encode("staff", row["id"])
    if as_json:
        say_json(found)
        return
    if not found:
        out.print(
            "There is nobody on the staff yet:"
            f" {command('staff invite EMAIL --tenant SLUG')} invites an owner."
        )
        return
    table = Table("id", "e-mail", "name", "role", "status", "last seen", box=None)
    for row in found:
        seen = f"{row['last_seen_at']:%Y-%m-%d %H:%M}" if row["last_seen_at"] else "never"
        table.add_row(
            row["id"], escape(row["email"]), escape(row["name"]), row["role"], row["status"], seen
        )
    out.print(table)


@app.command()
def remove(email: Email, tenant: Tenant) -> None:
    """Remove a person: their tokens stop working from the next request on."""

    async def operation(work: Work) -> None:
        await auth.remove(work, await _id_of(work, email))

    _at(tenant, operation)
    out.print(f"{escape(email)} was removed; {command('staff restore')} restores them.")


@app.command()
def restore(email: Email, tenant: Tenant) -> None:
    """Restore a removed person, in their previous role."""

    async def operation(work: Work) -> str:
        staff_id = await _id_of(work, email)
        await auth.restore(work, staff_id)
        return (await auth.find_staff(work, email))["status"]

    out.print(f"{escape(email)} is {_at(tenant, operation)}.")


@app.command("set-role")
def set_role(
    email: Email, role: Annotated[auth.Role, typer.Argument(help="Their new role.")], tenant: Tenant
) -> None:
    """Change a person's role, from their next request on."""

    async def operation(work: Work) -> None:
        await auth.change(work, await _id_of(work, email), role=role)

    _at(tenant, operation)
    out.print(f"{escape(email)} is {role} now.")


@app.command("reset-password")
def reset_password(email: Email, tenant: Tenant) -> None:
    """Send a person a link for choosing a new password; it is printed too, valid for one hour."""

    async def work() -> str:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=PLATFORM, actor=OPERATOR, now=utc_now()) as opened:
                login = await auth.find_login(opened, email)
                places = [] if login is None else await auth.places_of(opened, login.id)
                place = next((each for each in places if each.tenant_id == tenant_id), None)
                if login is None or place is None:
                    fail(f"{escape(email)} does not work for {tenant}, or has not joined yet")
                by_hand = replace(opened, user_agent="laurels staff reset-password")
                return auth.reset_link(await auth.ask_reset(by_hand, login, place))

    out.print(f"The link, valid once, for one hour: {run(work())}", soft_wrap=True)


@app.command("import")
def take_over(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns email, name, role, password_hash.")
    ],
    tenant: Tenant,
) -> None:
    """Import people from another system, with bcrypt or argon2id hashes of their passwords."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            people = [_newcomer(row, line) for line, row in enumerate(csv.DictReader(source), 2)]
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}")

    async def operation(work: Work) -> int:
        return await auth.take_over(work, people)

    new = _at(tenant, operation)
    out.print(f"{new} of {len(people)} people are new on the staff of {tenant}.")


def _newcomer(row: dict[str, Any], line: int) -> auth.Newcomer:
    email, role = (row.get("email") or "").strip(), (row.get("role") or "").strip()
    if "@" not in email[1:-1] or len(email) > 254:
        fail(f"line {line}: `email` is not an e-mail address")
    if role not in set(auth.Role):
        fail(f"line {line}: `role` is one of {', '.join(auth.Role)}")
    return auth.Newcomer(
        email=email,
        name=(row.get("name") or "").strip()[:200],
        role=auth.Role(role),
        password_hash=(row.get("password_hash") or "").strip(),
    )
