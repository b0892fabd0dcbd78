"""`laurels member`: merge, unmerge, export, erase."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TextIO
from uuid import UUID

import orjson
import typer

from laurels import members
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import decode, encode
from laurels.kit.work import OPERATOR, Work, open_work

from .console import fail, out, run, say_json
from .database import database
from .tenant import require

app = typer.Typer(help="One member: merge, unmerge, export, erase.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option(help="The tenant's short name.")]
Member = Annotated[str, typer.Argument(help="The member's id (mem_…) or external id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


async def _in_tenant(slug: str, operation: Callable[[Work], Awaitable[Any]]) -> Any:
    async with database() as pool:
        tenant_id = await require(pool, slug)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
            return await operation(work)


async def _find(work: Work, name: str) -> UUID:
    """Return whom a name means: our id, or the tenant's own. Raise MemberNotFound, in words."""
    if name.startswith("mem_"):
        try:
            return decode("member", name)
        except ValueError:
            pass
    row = await members.list_members(work, external_id=name, asked=Asked(limit=1))
    if not row:
        msg = f"There is no member `{name}`."
        raise members.MemberNotFound(msg)
    return row[0]["id"]


def _ask(words: str, yes: bool) -> None:
    if not yes and not typer.confirm(words):
        fail("nothing was changed")


@app.command()
def merge(
    survivor: Member,
    merged: Annotated[str, typer.Argument(help="The member that is merged into the first one.")],
    tenant: Tenant,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Merge the second member into the first, which goes on for both."""
    _ask(f"Merge `{merged}` into `{survivor}`?", yes)

    async def operation(work: Work) -> members.Merge:
        # By our id where one was given: the tenant's own id of a merged member means the survivor.
        first, second = await _find(work, survivor), await _find(work, merged)
        return await members.merge(work, survivor_id=first, merged_id=second)

    _tell(run(_in_tenant(tenant, operation)), as_json, "was merged into")


@app.command()
def unmerge(member: Member, tenant: Tenant, yes: Yes = False, as_json: Json = False) -> None:
    """Undo the merge of this member into another, or the latest merge of another into it."""
    _ask(f"Undo the latest merge of `{member}`?", yes)

    async def operation(work: Work) -> members.Merge:
        return await members.unmerge(work, await _find(work, member))

    _tell(run(_in_tenant(tenant, operation)), as_json, "is separate again from")


def _tell(found: members.Merge, as_json: bool, words: str) -> None:
    merged, survivor = encode("member", found.merged_id), encode("member", found.survivor_id)
    if as_json:
        say_json(
            {
                "merged": merged,
                "survivor": survivor,
                "merged_at": found.merged_at,
                "unmerged_at": found.unmerged_at,
            }
        )
    else:
        out.print(f"{merged} {words} {survivor}.")


@app.command()
def export(
    member: Member,
    tenant: Tenant,
    file: Annotated[
        Path | None, typer.Option(help="File to write. Default: standard output.")
    ] = None,
) -> None:
    """Export everything stored about one person as JSON lines, each with a section and a row.

    It is read page by page, so memory use does not depend on the amount of data.
    """
    target: TextIO = typer.get_text_stream("stdout") if file is None else file.open("w")
    try:
        rows = run(_export(tenant, member, target))
    finally:
        if file is not None:
            target.close()
    if file is not None:
        out.print(f"{rows:,} rows of {member} are in {file}.")


async def _export(slug: str, name: str, target: TextIO) -> int:
    rows, cursor = 0, None
    async with database() as pool:
        tenant_id = await require(pool, slug)
        while True:
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as work:
                page = await members.export(work, await _find(work, name), cursor=cursor)
            for section, row in page.rows:
                line = orjson.dumps({"section": section, **row}, default=str)
                target.write(line.decode() + "\n")
            rows, cursor = rows + len(page.rows), page.next_cursor
            if cursor is None:
                return rows


@app.command()
def erase(member: Member, tenant: Tenant, yes: Yes = False) -> None:
    """Erase a person for good. The totals in the books stay, but cannot be traced to them."""
    if not yes:
        typed = typer.prompt(f"This erases `{member}` for good. Type the same id to continue")
        if typed != member:
            fail("the ids differ; nothing was erased")

    async def operation(work: Work) -> UUID:
        member_id = await _find(work, member)
        await members.erase(work, member_id)
        return member_id

    erased = run(_in_tenant(tenant, operation))
    out.print(f"{encode('member', erased)} was erased.")
