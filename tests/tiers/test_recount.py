"""After a thousand purchases, refunds and redemptions every tier is what a recount says.

The recount knows nothing of the policy: it keeps, in plain Python, what each member could fall back
on, and adds up the ledger's rows itself.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from laurels import ledger, purchases, settlement, tiers
from laurels.purchases import NewPurchase, NewRefund

from .climbing import build, hear

LINES = (("Bronze", 0), ("Silver", 300), ("Gold", 900), ("Platinum", 2500))
DAWN = datetime(1970, 1, 1, tzinfo=UTC)
ROUNDS, IN_A_ROUND, MEMBERS = 125, 8, 12


@dataclass
class Recount:
    """What a member stands on and could fall back on: levels, each with when it was reached."""

    days: int
    zone: ZoneInfo
    reached: list[tuple[int, datetime]] = field(default_factory=lambda: [(0, DAWN)])

    def points(self, rows: list[Any], since: datetime | None) -> int:
        """Points earned since then, less what was ever taken back of them."""
        earned = {
            row["id"]: row["points"]
            for row in rows
            if row["type"] in {"earned", "bonus"} and (since is None or row["occurred_at"] >= since)
        }
        back = sum(row["points"] for row in rows if row["reverses_id"] in earned)
        return sum(earned.values()) + back

    def look(self, rows: list[Any], now: datetime) -> None:
        """Look at the member, who did something just now."""
        met = self.level_of(self.points(rows, self.since(now)))
        if met > self.reached[-1][0]:
            self.reached.append((met, now))
            return
        while self.reached[-1][0] > met and not self.holds(rows, *self.reached[-1]):
            self.reached.pop()
        if self.reached[-1][0] < met:
            self.reached.append((met, now))

    def holds(self, rows: list[Any], level: int, moment: datetime) -> bool:
        """Tell whether what brought a level, and came since, is still enough for it."""
        return self.points(rows, self.since(moment)) >= LINES[level][1]

    def since(self, moment: datetime) -> datetime | None:
        """The midnight that begins the day so many days before."""
        if not self.days:
            return None
        day = moment.astimezone(self.zone) - timedelta(days=self.days)
        return day.replace(hour=0, minute=0, second=0, microsecond=0)

    def level_of(self, points: int) -> int:
        """The highest level for so many points."""
        return max(level for level, (_, line) in enumerate(LINES) if points >= line)


async def rows_by_member(work) -> dict[UUID, list[Any]]:
    """The ledger's rows, by member."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in await work.fetch(
        "select w.member_id, t.id, t.type, t.points, t.reverses_id, t.occurred_at"
        " from laurels.point_transactions as t inner join laurels.wallets as w"
        "  on w.tenant_id = $1 and w.id = t.wallet_id where t.tenant_id = $1 order by t.id",
        work.tenant_id,
    ):
        found[row["member_id"]].append(row)
    return found


async def live(house, chance: random.Random, bought: list[UUID]) -> set[UUID]:
    """Do some of what members do, in one transaction; return who did something that counts."""
    did: set[UUID] = set()
    async with house.work() as work:
        items = [
            NewPurchase(
                amount=Decimal(chance.choice([5, 40, 120, 400, 1500])), currency="USD",
                member=f"m-{chance.randrange(MEMBERS)}",
                occurred_at=house.now - timedelta(days=chance.choice([0, 0, 0, 20])),
            )
            for _ in range(chance.randrange(1, IN_A_ROUND))
        ]  # fmt: skip
        for settled in await settlement.settle(work, items):
            assert isinstance(settled, settlement.Settled), settled
            assert settled.member_id is not None
            bought.append(settled.purchase_id)
            did.add(settled.member_id)
        chosen = {bought[chance.randrange(len(bought))] for _ in range(IN_A_ROUND - len(items))}
        known = await purchases.lock(work, list(chosen))
        wanted = [
            NewRefund(purchase_id=each, amount=left if chance.random() < 0.6 else left / 2)
            for each in sorted(chosen)
            if (left := known[each]["amount"] - known[each]["refunded"]) > 1
        ]
        for refunded in await settlement.refund(work, wanted):
            assert isinstance(refunded, settlement.Refunded), refunded
            if refunded.points:
                did.add(known[refunded.purchase_id]["member_id"])
        spends = [
            ledger.Debit(member_id=one, points=chance.randrange(1, 200), type="redeemed")
            for one in sorted(did)[:2]
        ]
        await ledger.post(work, spends)
    return did


@pytest.mark.slow
@pytest.mark.parametrize("days", [0, 90])
async def test_every_tier_is_what_a_recount_says(house, days):
    chance = random.Random(f"climbing {days}")
    await build(
        house,
        *(
            {"name": name, "min_points": line, "is_default": not line, "points_multiplier": factor}
            for (name, line), factor in zip(LINES, ("1", "1.25", "1.5", "2"), strict=True)
        ),
        qualification_period_days=days,
    )
    place = ZoneInfo(house.tenant.time_zone)
    recounts: dict[UUID, Recount] = defaultdict(lambda: Recount(days, place))
    bought: list[UUID] = []
    seen: set[str] = set()

    for _ in range(ROUNDS):
        house.later(days=chance.choice([0, 1, 3, 9]), minutes=1)
        did = await live(house, chance, bought)
        await hear(house)
        async with house.work() as work:
            rows = await rows_by_member(work)
            standings = await tiers.standings(work, list(rows))
        for member_id in sorted(did):
            recounts[member_id].look(rows[member_id], house.now)
        assert {one: standing.name for one, standing in standings.items()} == {
            one: LINES[recounts[one].reached[-1][0]][0] for one in standings
        }
        seen |= {standing.name for standing in standings.values()}

    async with house.work() as work:
        reasons = await work.fetch(
            "select reason, count(*) as n from laurels.tier_history where tenant_id = $1"
            " group by reason",
            work.tenant_id,
        )
    counted = {row["reason"]: row["n"] for row in reasons}
    assert seen == {name for name, _ in LINES}
    assert counted["refund"] >= 5
    assert counted["qualification"] >= 20
