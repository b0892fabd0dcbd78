"""Builders for tests of tiers: a ladder, and members who do something that counts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels import members, settlement, tenants, tiers
from laurels.events.handling import handlers
from laurels.events.stored_events import COLUMNS, StoredEvent
from laurels.purchases import NewPurchase, NewRefund
from laurels.tiers.handlers import on_restored
from laurels.tiers.jobs import apply_due_standings
from laurels.tiers.schemas import TierIn
from tests.support.make import House

SHOPIFY = (
    {"name": "Bronze", "min_points": 0, "is_default": True},
    {"name": "Silver", "min_points": 1000, "points_multiplier": "1.25"},
    {"name": "Gold", "min_points": 5000, "points_multiplier": "1.50"},
    {"name": "Platinum", "min_points": 15_000, "points_multiplier": "2.00"},
)


async def build(house: House, *steps: dict[str, Any], **common: Any) -> dict[str, UUID]:
    """Make a ladder, the lowest tier first; return the ids by name."""
    found: dict[str, UUID] = {}
    async with house.work() as work:
        for level, step in enumerate(steps or SHOPIFY, start=1):
            # The default tier is the floor; it keeps no maintenance.
            values = {**({} if step.get("is_default") else common), "level": level, **step}
            form = TierIn.model_validate(values)
            found[form.name] = await tiers.create_tier(work, form.model_dump(), review=False)
    return found


async def set_up(house: House, **values: Any) -> None:
    """Change the tenant's settings of tiers."""
    async with house.work() as work:
        await tenants.change_section(work, "tiers", values)


async def buy(house: House, member: str, amount: Any, **more: Any) -> settlement.Settled:
    """A purchase, whose buyer is enrolled if they are new."""
    async with house.work() as work:
        item = NewPurchase(amount=Decimal(amount), currency="USD", member=member, **more)
        (settled,) = await settlement.settle(work, [item])
    assert isinstance(settled, settlement.Settled), settled
    return settled


async def refund(house: House, purchase_id: UUID, amount: Any = None) -> None:
    """Money goes back: all that is left, or so much."""
    async with house.work() as work:
        wanted = NewRefund(
            purchase_id=purchase_id, amount=None if amount is None else Decimal(amount)
        )
        (done,) = await settlement.refund(work, [wanted])
    assert isinstance(done, settlement.Refunded), done


LISTENED = handlers()["tiers.on_restored"].types


async def hear(house: House) -> None:
    """The handler hears of everything that it has not heard of yet, at the house's time."""
    async with house.work() as work:
        rows = await work.fetch(
            f"select {COLUMNS} from laurels.outbox as o where o.tenant_id = $1"
            " and ($2::uuid is null or o.id > $2) order by o.id",
            work.tenant_id, house.extra.get("heard"),
        )  # fmt: skip
        if not rows:
            return
        house.extra["heard"] = rows[-1]["id"]
        await on_restored(work, [StoredEvent.of(row) for row in rows if row["type"] in LISTENED])


async def member_id(house: House, name: str) -> UUID:
    """The id of the member with this external id."""
    async with house.work() as work:
        return (await members.find(work, [name]))[name]


async def tier_of(house: House, name: str) -> str | None:
    """The name of the tier on which the member stands."""
    found = await member_id(house, name)
    async with house.work() as work:
        standing = (await tiers.standings(work, [found])).get(found)
    return None if standing is None else standing.name


async def history(house: House, name: str) -> list[Any]:
    """The member's standings, the first one first."""
    found = await member_id(house, name)
    async with house.work() as work:
        return await work.fetch(
            "select h.*, t.name as tier from laurels.tier_history as h"
            " inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id"
            " where h.tenant_id = $1 and h.member_id = $2 order by h.id",
            work.tenant_id, found,
        )  # fmt: skip


async def steps(house: House, name: str) -> list[tuple[str, str]]:
    """The tiers that a member has had and why, the first one first."""
    return [(row["tier"], row["reason"]) for row in await history(house, name)]


async def told(house: House) -> list[Any]:
    """Events of the house about tiers, the first one first."""
    async with house.work() as work:
        return await work.fetch(
            "select type, payload, member_id from laurels.outbox"
            " where tenant_id = $1 and type like 'tier.%' order by id",
            work.tenant_id,
        )


async def pass_time(house: House, **span: float) -> None:
    """Let time go by, and settle what has fallen due by then."""
    house.later(**span)
    while True:
        async with house.work() as work:
            if not await apply_due_standings(work, limit=500):
                break
