"""`laurels reward`: the catalogue, and codes from a file."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from laurels import rewards
from laurels.kit.http.paging import ALL
from laurels.kit.values.ids import decode, encode
from laurels.kit.values.text import check_key
from laurels.kit.work import OPERATOR, open_work

from .console import err, fail, out, run, say_json
from .database import database
from .tenant import Json, require

app = typer.Typer(help="Rewards: list them, upload the codes of a pool.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]

MAX_CODE = 128
MAX_REFUSED_SHOWN = 3
"""Exit code of an upload in which some codes were there before."""


@app.command("list")
def list_rewards(
    tenant: Tenant,
    archived: Annotated[
        bool, typer.Option("--archived", help="Archived ones instead of active ones.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the rewards of a tenant with what is left of each, newest first, at most 1,000."""

    async def work() -> list[dict[str, Any]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                status = "archived" if archived else None
                return await rewards.list_rewards(w, status=status, asked=ALL)

    found = run(work())
    if as_json:
        say_json([{**each, "id": encode("reward", each["id"])} for each in found])
        return
    table = Table("id", "name", "type", "points", "left", "redeemed", "", box=None)
    for each in found:
        left = each["codes_left"] if each["fulfilment"] == "pool" else each["stock"]
        table.add_row(
            encode("reward", each["id"]),
            escape(each["name"]),
            each["type"],
            f"{each['cost_points']:,}",
            "" if left is None else f"{left:,}",
            f"{each['redemptions']:,}",
            "" if each["active"] else "paused",
        )
    out.print(table)


@app.command("upload")
def upload(
    reward: Annotated[str, typer.Argument(help="Id of the reward, `rwd_…`.")],
    file: Annotated[Path, typer.Argument(help="A text file with one code per line (UTF-8).")],
    tenant: Tenant,
    as_json: Json = False,
) -> None:
    """Upload codes to a pool from a file, each once. If interrupted, run it again.

    Blank lines are skipped. Exit code 3: some codes already existed; they are listed.
    """
    try:
        reward_id = decode("reward", reward)
    except ValueError as error:
        fail(escape(str(error)))
    codes = _read(file)

    async def work() -> tuple[list[rewards.Handled], int]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            handled: list[rewards.Handled] = []
            with progress(len(codes), quiet=as_json) as show:
                for start in range(0, len(codes), rewards.MAX_CODES):
                    chunk = codes[start : start + rewards.MAX_CODES]
                    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                        handled += await rewards.upload_vouchers(w, reward_id, chunk)
                    show(len(handled))
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return handled, (await rewards.get_reward(w, reward_id))["codes_left"]

    _say(*run(work()), reward_id, as_json=as_json)


def _read(file: Path) -> list[str]:
    """Return the codes of a file, or end the command with the line that cannot be one."""
    if not file.is_file():
        fail(f"there is no file {escape(str(file))}")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        fail(f"{escape(str(file))} is not UTF-8; save it as UTF-8")
    codes = [line.strip() for line in lines if line.strip()]
    for number, line in enumerate(lines, 1):
        if len(line.strip()) > MAX_CODE:
            fail(f"line {number} is not a code: a code has at most {MAX_CODE} characters")
        try:
            check_key(line.strip())
        except ValueError as error:
            fail(f"line {number} is not a code: it {escape(str(error))}")
    if not codes:
        fail(f"{escape(str(file))} has no codes")
    return codes


def _say(handled: list[rewards.Handled], left: int, reward_id: UUID, *, as_json: bool) -> None:
    counts = Counter(each.outcome for each in handled)
    twice = [each.code for each in handled if each.outcome == "duplicate"]
    if as_json:
        say_json(
            {
                "reward_id": encode("reward", reward_id),
                "added": counts["added"],
                "duplicates": twice,
                "codes_left": left,
            }
        )
    else:
        out.print(
            f"{counts['added']:,} codes added, {len(twice):,} already existed; {left:,} are"
            " available"
        )
        for code in twice[:10]:
            err.print(f"[yellow]already existed:[/] {escape(code)}", soft_wrap=True)
        if len(twice) > 10:
            err.print(f"… and {len(twice) - 10:,} more")
    if twice:
        raise typer.Exit(MAX_REFUSED_SHOWN)


@contextmanager
def progress(total: int, *, quiet: bool) -> Generator[Callable[[int], None]]:
    """Show on stderr how far an upload has come, unless nobody would see it."""
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("uploading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("uploading", total=total)
        yield lambda done: bar.update(task, completed=done)
