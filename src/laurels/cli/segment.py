"""`laurels segment`: list, preview, recompute."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from laurels import segments
from laurels.kit.http.paging import ALL
from laurels.kit.values.ids import decode, encode
from laurels.kit.values.strict_json import read_json
from laurels.kit.work import OPERATOR, Work, open_work

from .console import fail, out, run, say_json
from .database import database
from .jobs import progress
from .tenant import require

app = typer.Typer(help="Segments: list, preview, recompute.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option(help="The tenant's short name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_segments(
    tenant: Tenant,
    archived: Annotated[bool, typer.Option("--archived", help="The archived ones.")] = False,
    as_json: Json = False,
) -> None:
    """List a tenant's segments with their number of members."""

    async def work() -> list[dict[str, Any]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await segments.list_segments(w, archived=archived, asked=ALL)

    found = run(work())
    if as_json:
        say_json([{**row, "id": encode("segment", row["id"])} for row in found])
        return
    table = Table("id", "name", "kind", "members", "spend on average", "computed", box=None)
    for row in found:
        computed = f"{row['last_computed_at']:%Y-%m-%d %H:%M}" if row["last_computed_at"] else ""
        table.add_row(
            encode("segment", row["id"]),
            escape(row["name"]),
            row["kind"],
            f"{row['member_count']:,}",
            f"{row['avg_lifetime_value']:,.2f}",
            computed,
        )
    out.print(table)


@app.command()
def preview(
    criteria: Annotated[
        str, typer.Argument(help="The criteria as JSON, or `@file` to read them from a file.")
    ],
    tenant: Tenant,
    as_json: Json = False,
) -> None:
    """Count the members that match criteria, and show the newest. Nothing is stored."""
    raw = _read(criteria)

    async def work() -> segments.Preview:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await segments.preview(w, segments.read(raw))

    found = run(work())
    if as_json:
        sample = [
            {**each, "member_id": encode("member", each["member_id"])} for each in found.sample
        ]
        say_json({"members": found.members, "everybody": found.everybody, "sample": sample})
        return
    out.print(f"{found.members:,} of {found.everybody:,} members ({found.share:.1%})")
    table = Table("member", "external id", "found", box=None)
    for each in found.sample:
        told = ", ".join(f"{name} {value}" for name, value in each["found"].items())
        table.add_row(
            encode("member", each["member_id"]), escape(each["external_id"] or ""), escape(told)
        )
    out.print(table)


def _read(text: str) -> Any:
    """Return JSON from the argument or the file it names; decimals are written as texts."""
    try:
        return read_json(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except OSError as error:
        fail(f"{text[1:]} cannot be read: {error.strerror}")
    except ValueError as error:
        fail(f"the criteria are not JSON: {error}")


@app.command()
def recompute(
    tenant: Tenant,
    segment: Annotated[
        str | None, typer.Argument(help="Id (seg_…) or name. Default: all dynamic segments.")
    ] = None,
    notify: Annotated[
        bool | None,
        typer.Option(help="Emit events for members who join and leave. Default: as usual."),
    ] = None,
) -> None:
    """Compute the members of one segment or all, and wait until it is done.

    Each segment is computed in its own transaction, so an interruption keeps those already done.
    """
    done = run(_recompute(tenant, segment, notify))
    for name, each in done:
        out.print(
            f"{escape(name)}: {each.members:,} members, {each.joined:,} joined, {each.left:,} left"
        )


async def _recompute(
    slug: str, name: str | None, notify: bool | None
) -> list[tuple[str, segments.Recomputed]]:
    done: list[tuple[str, segments.Recomputed]] = []
    async with database() as pool:
        tenant_id = await require(pool, slug)
        async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
            chosen = await _chosen(w, name)
        with progress("segments") as show:
            for segment_id, title in chosen:
                async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                    done.append((title, await segments.recompute(w, segment_id, notify=notify)))
                if show is not None:
                    show(len(done), len(chosen))
    return done


async def _chosen(work: Work, name: str | None) -> list[tuple[UUID, str]]:
    """Return id and name of the segment that is meant, or of all by criteria."""
    if name is not None and name.startswith("seg_"):
        try:
            row = await segments.get_segment(work, decode("segment", name))
        except ValueError as error:
            raise segments.SegmentNotFound(str(error)) from None
        return [(row["id"], row["name"])]
    rows = await segments.list_segments(work, kind="dynamic", asked=ALL)
    found = [(row["id"], row["name"]) for row in rows if name in {None, row["name"]}]
    if name is not None and not found:
        msg = f"There is no dynamic segment `{name}`."
        raise segments.SegmentNotFound(msg)
    return found
