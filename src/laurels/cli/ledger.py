"""`laurels ledger`: verify, rebuild, statement."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from laurels import ledger, members, settlement
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, Work, open_work

from .console import err, fail, out, run, say_json
from .database import database
from .tenant import Json, require

app = typer.Typer(
    help="The books: check them, rebuild wallets, print statements.", no_args_is_help=True
)
DUE: dict[str, Callable[[Work], Awaitable[int]]] = {
    "purchases completed by SQL were settled": settlement.settle_waiting,
    "wallets had lots that matured or expired": ledger.apply_due_lots,
    "holds let go": ledger.release_due_holds,
}
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]


@app.command()
def verify(tenant: Tenant, as_json: Json = False) -> None:
    """Check all rules of the books. Exit code 1: a fault was found; the first one is shown."""

    async def work() -> tuple[ledger.Figures, list[ledger.Fault]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await ledger.figures(w), await ledger.find_faults(w)

    figures, faults = run(work())
    if as_json:
        say_json({**asdict(figures), "clean": not faults, "faults": [str(f) for f in faults]})
    elif not faults:
        out.print(
            f"[green]clean[/]: {figures.members:,} members, {figures.wallets:,} wallets,"
            f" {figures.transactions:,} transactions, {figures.points_outstanding:,} points"
            " outstanding"
        )
    if faults:
        err.print(f"[bold red]fault:[/] {faults[0]}", soft_wrap=True)
        raise typer.Exit(1)


@app.command()
def rebuild(tenant: Tenant) -> None:
    """Rebuild every wallet from its transactions, lots and holds."""

    async def work() -> int:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await ledger.rebuild(w)

    changed = run(work())
    out.print(f"{changed:,} wallets were corrected." if changed else "All wallets were correct.")


@app.command()
def due(tenant: Tenant) -> None:
    """Book what is due: maturing and expiring lots, expired holds, purchases completed by SQL.

    Exit code 1: a purchase completed by SQL cannot be settled; the output says why.

    A movement settles what is due in its own wallet; this settles all wallets. Run it every day.
    """

    async def work() -> tuple[dict[str, int], dict[UUID, str]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            counts: dict[str, int] = {}
            for words, step in DUE.items():
                counts[words] = 0
                more = True
                while more:
                    async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                        more = await step(w)
                    counts[words] += more
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR, dry_run=True) as w:
                return counts, await settlement.find_stuck(w)

    counts, stuck = run(work())
    for words, count in counts.items():
        out.print(f"{count:,} {words}")
    for purchase_id, words in stuck.items():
        err.print(
            f"[bold red]stuck:[/] {encode('purchase', purchase_id)} was completed by SQL and cannot"
            f" be settled: {escape(words)}",
            soft_wrap=True,
        )
    if stuck:
        raise typer.Exit(1)


@app.command()
def statement(
    tenant: Tenant,
    member: Annotated[str, typer.Option(help="The member's external id.")],
    as_json: Json = False,
) -> None:
    """Print all movements of a member."""

    async def work() -> tuple[list[dict[str, Any]], dict[str, int]]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                found = await members.list_members(w, external_id=member, asked=Asked(limit=1))
                if not found:
                    fail(f"there is no member `{member}`")
                member_id = found[0]["id"]
                rows = await ledger.statement(w, member_id=member_id, since=None, until=None)
                return rows, await ledger.balance(w, member_id)

    rows, balance = run(work())
    if as_json:
        for row in rows:
            row["id"] = encode("transaction", row["id"])
            row["wallet_id"] = encode("wallet", row["wallet_id"])
            if row["reverses_id"] is not None:
                row["reverses_id"] = encode("transaction", row["reverses_id"])
        say_json({"member": member, "balance": balance, "transactions": rows})
        return
    table = Table("when", "what", "why", box=None)
    table.add_column("points", justify="right")
    table.add_column("balance", justify="right")
    for row in rows:
        why = row["reason"] or row["source"]
        table.add_row(
            f"{row['occurred_at']:%Y-%m-%d %H:%M}",
            row["type"],
            why,
            f"{row['points']:+,}",
            f"{row['balance_after']:,}",
        )
    out.print(table)
    words = ", ".join(f"{name} {points:,}" for name, points in balance.items() if points)
    out.print(f"{member}: {words or 'no points'}")
