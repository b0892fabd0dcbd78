"""Segments against the same question written by hand: preview, and computing who belongs."""

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels import domains, segments, settlement, tenants
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, Work, open_work
from laurels.purchases import NewPurchase

from .yard import Reading, Yard

MEMBERS = 23_570
"""As many as in the CDNOW data, who buy as those did: half once, a few often."""
NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)
FIRST = datetime(1997, 1, 1, 12, tzinfo=UTC)

RFM = {
    "all": [
        {"field": "rfm.recency", "op": "gte", "value": 4},
        {"field": "rfm.frequency", "op": "gte", "value": 3},
        {"field": "rfm.monetary", "op": "gte", "value": 4},
    ]
}
RFM_BY_HAND = """
select count(*) from (
  select 1 + 5 * (rank() over (order by t.last_purchase_at) - 1) / count(*) over () as recency,
    1 + 5 * (rank() over (order by t.purchases) - 1) / count(*) over () as frequency,
    1 + 5 * (rank() over (order by t.spend - t.refunded) - 1) / count(*) over () as monetary
  from laurels.members as m
  inner join laurels.member_totals as t on t.tenant_id = $1 and t.member_id = m.id
  where m.tenant_id = $1 and m.status = 'active' and t.purchases > 0
) as scored
where recency >= 4 and frequency >= 3 and monetary >= 4
"""
TEN = {
    "all": [
        {"field": "lifetime.spend", "op": "gte", "value": "40"},
        {"field": "lifetime.purchases", "op": "gte", "value": 2},
        {"field": "lifetime.average_purchase", "op": "between", "value": ["10", "90"]},
        {"field": "lifetime.days_since_last_purchase", "op": "lte", "value": 400},
        {"field": "member.days_since_enrolment", "op": "gte", "value": 30},
        {"field": "member.email_opt_in", "op": "eq", "value": True},
        {"not": {"field": "member.is_vip", "op": "eq", "value": True}},
        {"field": "member.external_id", "op": "starts_with", "value": "c"},
        {"field": "points.balance", "op": "gte", "value": 50},
        {"field": "purchases.last_365_days.count", "op": "gte", "value": 1},
    ]
}
TEN_BY_HAND = """
select count(*)
from laurels.members as m
inner join laurels.member_totals as t on t.tenant_id = $1 and t.member_id = m.id
inner join laurels.wallets as w on w.tenant_id = $1 and w.member_id = m.id
inner join laurels.programs as p on p.tenant_id = $1 and p.id = w.program_id and p.is_default
inner join (
  select member_id, count(*) as purchases from laurels.purchases
  where tenant_id = $1 and status = 'completed' and occurred_at >= '1997-07-01' group by member_id
) as y on y.member_id = m.id
where m.tenant_id = $1 and m.status = 'active'
  and t.spend - t.refunded >= 40 and t.purchases >= 2
  and round((t.spend - t.refunded) / t.purchases, 4) between 10 and 90
  and t.last_purchase_at >= '1997-05-27' and m.enrolled_at < '1998-06-02'
  and m.email_opt_in and not m.is_vip and m.external_id like 'c%'
  and w.available + w.pending + w.held >= 50 and y.purchases >= 1
"""
QUESTIONS = {"RFM": (RFM, RFM_BY_HAND), "ten conditions": (TEN, TEN_BY_HAND)}
STEPS = ("count(*) by hand", "preview", "recompute, nothing new", "recompute, everybody new")
HEAD = ["segment", "what", "ms", "server ms", "ratio", "goal", ""]
GOALS = {"preview": 1.5, "recompute, nothing new": 3.0}


class Segments:
    """A tenant of buyers, and the clock on what is asked of them."""

    def __init__(self, yard: Yard, database: Database) -> None:
        self.yard = yard
        self.database = database
        self.chance = random.Random(1998)
        self.tenant = UUID(int=0)
        self.ids: dict[str, UUID] = {}

    async def prepare(self) -> None:
        """Make the tenant, its buyers, and the segments."""
        made = await tenants.create(
            self.database,
            slug="buyers",
            preset="plain",
            apply_preset=domains.PRESET_INSTALLERS,
            actor=OPERATOR,
        )
        self.tenant = made.id
        bought = [self._purchase(f"c{n}", n) for n in range(MEMBERS) for _ in range(self._often())]
        bought.sort(key=lambda item: item.occurred_at or NOW)
        for start in range(0, len(bought), 1000):
            async with open_work(self.database, tenant_id=self.tenant, now=NOW) as work:
                await settlement.settle(work, bought[start : start + 1000], historical=True)
        async with open_work(self.database, tenant_id=self.tenant, now=NOW) as work:
            for name, (criteria, _) in QUESTIONS.items():
                made_segment = await segments.create(
                    work, {"name": name, "kind": "dynamic", "criteria": criteria}
                )
                self.ids[name] = made_segment["id"]
        await self.database.refresh_statistics()

    def _often(self) -> int:
        if self.chance.random() < 0.5:
            return 1
        return 1 + min(int(self.chance.expovariate(1 / 3.0)), 60)

    def _purchase(self, member: str, number: int) -> NewPurchase:
        # Everybody comes in the first quarter and may come back in the year and a half after it.
        day = number % 90 if self.chance.random() < 0.5 else self.chance.randrange(540)
        return NewPurchase(
            amount=Decimal(self.chance.randint(500, 9000)) / 100,
            currency="USD",
            member=member,
            occurred_at=FIRST + timedelta(days=day),
        )

    async def measure(self, name: str, what: str, seconds: float) -> Reading:
        """Do one thing again and again for so long; `seconds` of the reading are for one."""
        criteria, by_hand = QUESTIONS[name]
        condition = segments.read(criteria)

        async def count(work: Work) -> Any:
            # As computations do it: with nested loops the same filter can take thirty times as
            # long, and a yardstick that the planner misjudged would flatter us.
            await work.fetch("set local enable_nestloop = off")
            return await work.fetch(by_hand, self.tenant)

        async def preview(work: Work) -> Any:
            return await segments.preview(work, condition)

        async def recompute(work: Work) -> Any:
            return await segments.recompute(work, self.ids[name])

        operations: dict[str, Callable[[Work], Awaitable[Any]]] = dict(
            zip(STEPS, (count, preview, recompute, recompute), strict=True)
        )
        return await self._timed(
            operations[what], self.ids[name] if what == STEPS[3] else None, seconds
        )

    async def _timed(
        self, operation: Callable[[Work], Awaitable[Any]], emptied: UUID | None, seconds: float
    ) -> Reading:
        done, spent, server = 0, 0.0, 0.0
        while spent < seconds or done < 3:
            async with open_work(self.database, tenant_id=self.tenant, now=NOW) as work:
                if emptied is not None:
                    await _empty(work, emptied)
            before = self.yard.server_cpu()
            started = time.perf_counter()
            async with open_work(self.database, tenant_id=self.tenant, now=NOW) as work:
                await operation(work)
            spent += time.perf_counter() - started
            server += self.yard.server_cpu() - before
            done += 1
        return Reading(done, spent, server, 0.0)


async def _empty(work: Work, segment_id: UUID) -> None:
    """Let everybody have left, so that everybody is new again."""
    await work.fetch(
        "update laurels.segment_memberships set left_at = joined_at, left_reason = 'hand'"
        " where tenant_id = $1 and segment_id = $2 and left_at is null",
        work.tenant_id, segment_id,
    )  # fmt: skip
