"""`laurels run`: everything in one process, with a demo tenant to look at."""

import errno
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from laurels import auth, domains, imports, ledger, members, purchases, tenants
from laurels.config import settings
from laurels.kit.db.pool import Database
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, PLATFORM, open_work

from . import demo_story as story
from .console import err, fail, out
from .console import run as run_work
from .database import urls
from .imports import progress
from .serve import listen, say_where_mail_goes

SLUG = "demo"
SOURCE = "demo"
KEY_FILE = "demo-key"
OWNER = "owner@demo.example"


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
    """Start everything in one process, with a demo tenant, and show what to try."""
    found = settings()
    host = host or found.host
    port = _free_port(host, found.port if port is None else port)
    url = run_work(urls()).app
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    demo = run_work(_prepare(url, address))
    _welcome(demo, address)
    say_where_mail_goes(found)
    listen(url, host, port)
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


async def _prepare(url: str, address: str) -> _Demo:
    pool = Database(url, pool_size=2, statement_timeout=None)
    try:
        tenant_id = await tenants.find(pool, SLUG)
        if tenant_id is None:
            tenant = await tenants.create(
                pool,
                slug=SLUG,
                name="Demo Café",
                preset="plain",
                apply_preset=domains.PRESET_INSTALLERS,
                actor=OPERATOR,
            )
            tenant_id = tenant.id
        await _tell_story(pool, tenant_id)
        key = await _key(pool, tenant_id)
        link = await _sign_in_link(pool, tenant_id, address)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
            figures = await ledger.figures(work)
            (member,) = await members.list_members(work, external_id=story.FEATURED)
            (bought,) = await purchases.list_purchases(
                work,
                member_id=member["id"],
                status="completed",
                key=(SOURCE, None),
                asked=Asked(limit=1),
            )
        return _Demo(key, link, figures, encode("purchase", bought["id"]))
    finally:
        await pool.close()


async def _tell_story(pool: Database, tenant_id: UUID) -> None:
    """The demo tenant has its months of business; a start that broke off is gone on with."""
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        if await imports.has_imported(work, kind="members", source=SOURCE):
            return
        first_day = (await tenants.current(work)).created_at.date()
    with tempfile.TemporaryDirectory() as folder:
        bought, people = Path(folder) / "purchases.csv", Path(folder) / "members.csv"
        story.write_purchases(bought, first_day)
        story.write_members(people)
        # Purchases first: whoever buys is enrolled on the day of the first purchase.
        for operation, file in (
            (imports.import_purchases, bought),
            (imports.import_members, people),
        ):
            options = imports.Options(file=file, rejects_dir=_data_dir() / "imports", source=SOURCE)
            title = f"demo {file.stem}"
            with progress(file.stat().st_size, quiet=False, title=title) as on_progress:
                report = await operation(pool, tenant_id, options, on_progress)
            assert not report.rejected, "the demo's own rows are sound"


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


async def _sign_in_link(pool: Database, tenant_id: UUID, address: str) -> str:
    """Return a link that signs the demo's owner in, once; the owner has no password."""
    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
        if await auth.find_login(work, OWNER) is None:
            owner = auth.Newcomer(OWNER, "Olivia Owner", auth.Role.OWNER, None)
            await auth.take_over(work, [owner])
    async with open_work(pool, tenant_id=PLATFORM, actor=OPERATOR) as work:
        return await auth.make_staff_link(work, email=OWNER, tenant=SLUG, address=address)


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
    body = f'{{"member": "{story.FEATURED}", "amount": "12.50", "currency": "USD"}}'
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
        f"{ask} '{address}/v1/members?external_id={story.FEATURED}'",
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
