"""`laurels run`: everything in one process, with demo tenants to look at."""

import errno
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from laurels import auth, ledger, members, purchases
from laurels.config import settings
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, PLATFORM, open_work

from ..console import err, fail, out
from ..console import run as run_work
from ..database import urls
from ..serve import listen, say_where_mail_goes
from .business import FEATURED, OWNER
from .cafe import CAFE
from .shop import SHOP
from .telling import beside, tell

SLUG = CAFE.slug
KEY_FILE = "demo-key"


@dataclass(frozen=True, slots=True)
class _Demo:
    """What a visitor is shown."""

    key: str
    link: str
    figures: ledger.Figures
    purchase: str


def run(
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    """Start everything in one process, with demo tenants, and show what to try."""
    found = settings()
    host = host or found.host
    port = _free_port(host, found.port if port is None else port)
    database = run_work(urls())
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    # Each half year is a process's work, so that two cores make both in the time of one.
    with beside(database, SHOP):
        demo = run_work(_prepare(database, address))
        _welcome(demo, address)
        say_where_mail_goes(found)
        listen(database.app, host, port)
    out.print("Stopped. The database keeps everything; the next start takes a second.")


def _free_port(host: str, port: int) -> int:
    """Return the port when nobody listens there; any free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as line:
            return line.getsockname()[1]
    except socket.gaierror:
        fail(
            f"`{escape(host)}` is not an address of this machine; leave out --host to use 127.0.0.1"
        )
    except (OSError, OverflowError) as error:
        other = port + 1 if port < 65535 else 8080
        number = error.errno if isinstance(error, OSError) else None
        why = "is taken" if number == errno.EADDRINUSE else f"cannot be used ({error})"
        fail(f"port {port} of {host} {why}; choose another one: --port {other}")


async def _prepare(database: roles.Urls, address: str) -> _Demo:
    tenant_id = await tell(database, CAFE)
    pool = Database(database.app, pool_size=2, statement_timeout=None)
    try:
        key = await _key(pool, tenant_id)
        async with open_work(pool, tenant_id=PLATFORM, actor=OPERATOR) as work:
            link = await auth.make_staff_link(work, email=OWNER, tenant=SLUG, address=address)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
            figures = await ledger.figures(work)
            (member,) = await members.list_members(work, external_id=FEATURED)
            (bought,) = await purchases.list_purchases(
                work, member_id=member["id"], status="completed", asked=Asked(limit=1)
            )
        return _Demo(key, link, figures, encode("purchase", bought["id"]))
    finally:
        await pool.close()


async def _key(pool: Database, tenant_id: UUID) -> str:
    """Return the key that earlier starts showed; a new one when it is lost or withdrawn."""
    file = _data_dir() / KEY_FILE
    authenticator = auth.KeyAuthenticator()
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        try:
            key = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            key = ""
        if (authenticator.holder_of(key) or (None,))[
            0
        ] == tenant_id and await authenticator.identify(work, key):
            return key
        key = (await auth.create_key(work, name="demo", test=False)).key
    _keep(file, key)
    return key


def _keep(file: Path, key: str) -> None:
    """The key lies in a file that only this account can read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        target.write(key + "\n")


def _data_dir() -> Path:
    return settings().data_dir.expanduser().resolve()


def _welcome(demo: _Demo, address: str) -> None:
    ask = 'curl -s -H "Authorization: Bearer $KEY"'
    body = f'{{"member": "{FEATURED}", "amount": "12.50", "currency": "USD"}}'
    lines = [
        f"[bold green]Laurels is running:[/] [bold]{address}[/]   (Ctrl-C stops it)",
        f"Tenant `{SLUG}`: {demo.figures.members:,} members,"
        f" {demo.figures.transactions:,} point transactions,"
        f" {demo.figures.points_outstanding:,} points outstanding.",
        "",
        "[dim]The console, signed in as its owner (works once, within ten minutes):[/]",
        f"[bold]{demo.link}[/]",
        "",
        "[dim]# Your API key; keep it in a variable of your shell:[/]",
        f"KEY={demo.key}",
        "[dim]# 1. Find a member by your own id:[/]",
        f"{ask} '{address}/v1/members?external_id={FEATURED}'",
        "[dim]# 2. Post a purchase:[/]",
        f"{ask} -H 'Content-Type: application/json' -d '{escape(body)}' {address}/v1/purchases",
        "[dim]# 3. Read why a purchase earned what it earned:[/]",
        f"{ask} {address}/v1/purchases/{demo.purchase}",
        "",
        f"All routes: {address}/docs    Your data: {escape(str(_data_dir()))}",
    ]
    # No frame and no wrapping: what is shown is there to be copied.
    for line in lines:
        out.print(line, soft_wrap=True)
    err.print()
