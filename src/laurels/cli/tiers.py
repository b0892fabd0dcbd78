"""`laurels tiers`: the ladder, who stands where, and a review of everybody."""

from typing import Annotated, Any

import typer
from rich.table import Table

from laurels import jobs, tiers
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, open_work

from .console import out, run, say_json
from .database import database
from .jobs import progress
from .tenant import Json, require

app = typer.Typer(help="The ladder of tiers and its members.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's short name.")]


@app.command("list")
def list_tiers(tenant: Tenant, as_json: Json = False) -> None:
    """List the ladder with the members on each tier, the lowest first."""

    async def work() -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            async with open_work(pool, tenant_id=tenant_id, actor=OPERATOR) as w:
                return await tiers.list_tiers(w), *await tiers.distribution(w)

    ladder, shares, without = run(work())
    there = {share["id"]: share["members"] for share in shares}
    if as_json:
        say_json(
            {
                "tiers": [
                    {**tier, "id": encode("tier", tier["id"]), "members": there.get(tier["id"], 0)}
                    for tier in ladder
                ],
                "without_tier": without,
            }
        )
        return
    table = Table("level", "tier", "takes", "multiplies by", "members", box=None)
    for tier in ladder:
        name = f"{tier['name']} (default)" if tier["is_default"] else tier["name"]
        table.add_row(
            str(tier["level"]),
            name,
            _takes(tier),
            f"{tier['points_multiplier']:f}",
            f"{there.get(tier['id'], 0):,}",
        )
    out.print(table)
    if without:
        out.print(f"{without:,} members stand on no tier.")


def _takes(tier: dict[str, Any]) -> str:
    words: list[str] = []
    if tier["criteria"] in {"points", "hybrid"} and tier["min_points"]:
        words.append(f"{tier['min_points']:,} points")
    if tier["criteria"] in {"spend", "hybrid"} and tier["min_spend"]:
        words.append(f"{tier['min_spend']:,.2f} spent")
    if tier["min_orders"]:
        words.append(f"{tier['min_orders']:,} purchases")
    days = tier["qualification_period_days"]
    within = f" in {days} days" if days else " ever"
    return " and ".join(words) + within if words else "nothing"


@app.command()
def review(tenant: Tenant) -> None:
    """Review all members now, and wait until it is done."""

    async def work() -> int:
        async with database() as pool:
            tenant_id = await require(pool, tenant)
            with progress("tiers.review") as on_progress:
                ended = await jobs.run_now(
                    pool, tenant_id, "tiers.review", actor=OPERATOR, on_progress=on_progress
                )
        return 0 if ended is None else ended.done

    out.print(f"{run(work()):,} members reviewed")
