"""Members who bought, were refunded and spent, by chance; and the same facts counted in Python."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels import ledger, members, settlement
from laurels.kit.values.time import local_date
from laurels.purchases import Line, NewPurchase, NewRefund
from tests.support.make import House

ZONE = ZoneInfo("Europe/Vienna")
CHANNELS = ("online", "store", None)
SKUS = ("red", "white", "rosé")


def bought(chance: Random, house: House, member: str) -> NewPurchase:
    """A purchase of this member some time in the last 14 months, often of a round amount."""
    line = Line(
        sku=chance.choice(SKUS), quantity=Decimal(1), unit_price=Decimal(5), amount=Decimal(5)
    )
    return NewPurchase(
        amount=Decimal(chance.choice(["5", "10", "10", "20", "33.33"])),
        currency="USD",
        member=member,
        channel=chance.choice(CHANNELS),
        occurred_at=house.now - timedelta(hours=chance.randrange(1, 24 * 420)),
        lines=[line] if chance.random() < 0.5 else [],
    )


async def crowd(house: House, chance: Random, size: int) -> None:
    """So many members, with all that may have happened to them."""
    profiles = [_profile(chance, number) for number in range(size)]
    async with house.work() as work:
        for profile in profiles:
            made = await members.upsert(work, profile)
            await ledger.open_wallets(work, [made.id])
        names = [profile["external_id"] for profile in profiles]
        buyers = [name for name in names if chance.random() < 0.75]
        items = [bought(chance, house, chance.choice(buyers)) for _ in range(size * 3)]
        settled = await settlement.settle(work, items)
        refunds = [
            NewRefund(purchase_id=each.purchase_id, amount=chance.choice([None, Decimal(3)]))
            for each in settled
            if chance.random() < 0.15
        ]
        await settlement.refund(work, refunds)
        found = await members.find(work, names)
        archived = [found[name] for name in names if chance.random() < 0.1]
    for member_id in archived:
        async with house.work() as work:
            await members.archive(work, member_id)


def _profile(chance: Random, number: int) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "external_id": f"c-{number}",
        "is_vip": chance.random() < 0.3,
        "email_opt_in": chance.random() < 0.5,
        "attributes": chance.choice([{}, {"colour": "red"}, {"size": "12.5"}, {"size": 12}]),
    }
    if chance.random() < 0.5:
        profile["email"] = f"c{number}@example.com"
    return profile


async def buys(house: House, member_id: UUID, amount: str = "10", **more: Any) -> UUID:
    """The member buys something now."""
    item = NewPurchase(amount=Decimal(amount), currency="USD", member_id=member_id, **more)
    async with house.work() as work:
        (settled,) = await settlement.settle(work, [item])
    assert isinstance(settled, settlement.Settled)
    return settled.purchase_id


def scores(values: dict[UUID, Any], of: int) -> dict[UUID, int]:
    """The score of each: how many parts of so many lie below it, by counting."""
    everybody = list(values.values())
    return {
        member_id: of * sum(other < value for other in everybody) // len(everybody)
        for member_id, value in values.items()
    }


async def recount(house: House) -> dict[UUID, dict[str, Any]]:
    """Fields of all active members, from the rows of purchases and transactions alone."""
    async with house.work() as work:
        people = await work.fetch(
            "select id from laurels.members where tenant_id = $1 and status = 'active'",
            work.tenant_id,
        )
        purchases = await work.fetch(
            "select member_id, occurred_at, refund_state, amount - refunded as net"
            " from laurels.purchases where tenant_id = $1 and status = 'completed'",
            work.tenant_id,
        )
        moved = await work.fetch(
            "select w.member_id, t.type, t.amount, t.occurred_at from laurels.point_transactions"
            " as t join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id"
            " where t.tenant_id = $1",
            work.tenant_id,
        )
    by_member: dict[UUID, list[Any]] = defaultdict(list)
    for row in purchases:
        by_member[row["member_id"]].append(row)
    points: dict[UUID, list[Any]] = defaultdict(list)
    for row in moved:
        points[row["member_id"]].append(row)
    found = {row["id"]: _facts(house, by_member[row["id"]], points[row["id"]]) for row in people}
    _compare(found)
    return found


def _facts(house: House, purchases: Sequence[Any], moved: Sequence[Any]) -> dict[str, Any]:
    spend = sum((row["net"] for row in purchases), Decimal(0))
    times = sorted(row["occurred_at"] for row in purchases)
    kept = [row for row in purchases if row["refund_state"] != "full"]
    today = local_date(house.now, ZONE)
    earned = [row["occurred_at"] for row in moved if row["type"] in {"earned", "bonus"}]
    facts: dict[str, Any] = {
        "lifetime.spend": spend,
        "lifetime.purchases": len(kept),
        "lifetime.average_purchase": (
            (spend / len(kept)).quantize(Decimal("0.0001"), ROUND_HALF_UP) if kept else None
        ),
        "lifetime.first_purchase_at": times[0] if times else None,
        "lifetime.last_purchase_at": times[-1] if times else None,
        "lifetime.days_since_last_purchase": (
            (today - local_date(times[-1], ZONE)).days if times else None
        ),
        "points.balance": sum(row["amount"] for row in moved),
        "points.last_earned_at": max(earned, default=None),
    }
    for days in (30, 90, 365):
        recent = [p for p in purchases if (today - local_date(p["occurred_at"], ZONE)).days <= days]
        facts[f"purchases.last_{days}_days.count"] = len([p for p in recent if p in kept])
        facts[f"purchases.last_{days}_days.spend"] = sum((p["net"] for p in recent), Decimal(0))
    return facts


def _compare(found: dict[UUID, dict[str, Any]]) -> None:
    for name, field in (
        ("recency", "lifetime.last_purchase_at"),
        ("frequency", "lifetime.purchases"),
        ("monetary", "lifetime.spend"),
    ):
        buyers = {i: facts[field] for i, facts in found.items() if facts["lifetime.purchases"]}
        fifths = scores(buyers, 5)
        for member_id, facts in found.items():
            facts[f"rfm.{name}"] = 1 + fifths[member_id] if member_id in fifths else None
        if name == "monetary":
            parts = scores(buyers, 100)
            for member_id, facts in found.items():
                facts["value.percentile"] = parts.get(member_id)
    for facts in found.values():
        three = [facts[f"rfm.{name}"] for name in ("recency", "frequency", "monetary")]
        facts["rfm.score"] = None if None in three else "".join(map(str, three))
