"""Our own rows: the ledger one by one and in batches, the whole pipeline, the import."""

import asyncio
import csv
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from laurels import domains, imports, ledger, rewards, settlement, tenants
from laurels.kit.db.pool import Database
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, Work, open_work
from laurels.purchases import NewPurchase

from .yard import Reading, Yard

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
_number = itertools.count(1)


def _begin(database: Database, tenant_id: UUID) -> AbstractAsyncContextManager[Work]:
    # With the time given, as at a door, which learns it with who is asking.
    return open_work(database, tenant_id=tenant_id, now=utc_now())


class Bench:
    """Tenants with wallets to post to, and a clock on the work done."""

    def __init__(self, yard: Yard, members: int = 20_000) -> None:
        self.yard = yard
        self.members = members
        self.database = Database(yard.app_url, pool_size=20, statement_timeout=None)
        self.chance = random.Random(42)
        self.plain: list[UUID] = []
        self.lotted: list[UUID] = []
        self.reward = UUID(int=0)
        self.buyers: list[UUID] = []
        self.plain_tenant = self.lotted_tenant = self.pipe_tenant = UUID(int=0)

    async def prepare(self) -> None:
        """Make a tenant without lots, one whose points expire, and one for the pipeline."""
        self.plain_tenant, self.plain = await self._tenant("plain", None)
        self.lotted_tenant, self.lotted = await self._tenant("lotted", 365)
        self.pipe_tenant, _ = await self._tenant("pipeline", None)
        await self._catalogue()
        await self.database.refresh_statistics()

    async def _catalogue(self) -> None:
        """Make a reward and some members who can have it as often as they like."""
        async with _begin(self.database, self.plain_tenant) as work:
            rows = await work.fetch(
                "select member_id from laurels.wallets where tenant_id = $1 limit 1000",
                self.plain_tenant,
            )
            self.buyers = [row[0] for row in rows]
            given = [
                ledger.Credit(member_id=member_id, points=10**9, type="adjusted")
                for member_id in self.buyers
            ]
            await ledger.post(work, given)
            values = {
                "name": "Cup", "type": "custom", "value": {}, "cost_points": 1,
                "fulfilment": "manual", "stock": 10**9,
            }  # fmt: skip
            self.reward = await rewards.create_reward(work, values)
            section = {"max_pending_per_member": 10_000}
            await tenants.change_section(work, "rewards", section)

    async def _tenant(self, slug: str, expiry_days: int | None) -> tuple[UUID, list[UUID]]:
        tenant = await tenants.create(
            self.database,
            slug=slug,
            preset="plain",
            apply_preset=domains.PRESET_INSTALLERS,
            actor=OPERATOR,
        )
        if expiry_days:
            async with open_work(self.database, tenant_id=tenant.id) as work:
                await work.fetch(
                    "update laurels.programs set expiry_days = $2 where tenant_id = $1",
                    tenant.id, expiry_days,
                )  # fmt: skip
        for start in range(0, self.members, 1000):
            async with open_work(self.database, tenant_id=tenant.id) as work:
                items = [self.purchase(f"c{n}") for n in range(start, start + 1000)]
                await settlement.settle(work, items, historical=True)
        async with open_work(self.database, tenant_id=tenant.id) as work:
            rows = await work.fetch(
                "select id from laurels.wallets where tenant_id = $1", tenant.id
            )
        return tenant.id, [row[0] for row in rows]

    def purchase(self, member: str | None = None) -> NewPurchase:
        """Return a purchase that nobody has made before."""
        number = next(_number)
        return NewPurchase(
            amount=Decimal(self.chance.randint(100, 20_000)) / 100,
            currency="USD",
            source="bench",
            external_id=str(number),
            member=member or f"c{self.chance.randrange(self.members)}",
            occurred_at=START + timedelta(seconds=number),
        )

    async def timed(
        self, step: Callable[[], Awaitable[int]], *, seconds: float, workers: int = 1
    ) -> Reading:
        """Repeat a step for so long with so many at once and say what it took."""
        count = 0
        before, client = self.yard.server_cpu(), time.process_time()
        started = time.perf_counter()

        async def keep_on() -> None:
            nonlocal count
            while time.perf_counter() - started < seconds:
                done = await step()
                count += done

        await asyncio.gather(*(keep_on() for _ in range(workers)))
        return Reading(
            count, time.perf_counter() - started, self.yard.server_cpu() - before,
            time.process_time() - client,
        )  # fmt: skip

    async def redemptions(self, seconds: float, *, together: int = 1) -> Reading:
        """One reward that sixteen members want at once, each in a transaction of their own.

        Or so many in one transaction, as a batch of the API books them.
        """

        async def step() -> int:
            chosen = self.chance.sample(self.buyers, together)
            items = [
                rewards.NewRedemption(member_id=member_id, reward_id=self.reward)
                for member_id in chosen
            ]
            async with _begin(self.database, self.plain_tenant) as work:
                await rewards.redeem_many(work, items)
            return together

        return await self.timed(step, seconds=seconds, workers=16 // together)

    async def batches(self, seconds: float, *, lots: bool) -> Reading:
        """`ledger.post` of a thousand movements per transaction."""
        tenant, wallets = (
            (self.lotted_tenant, self.lotted) if lots else (self.plain_tenant, self.plain)
        )

        async def step() -> int:
            movements = [self._credit(wallets) for _ in range(1000)]
            async with _begin(self.database, tenant) as work:
                await ledger.post(work, movements, keys_are_fresh=True)
            return 1000

        return await self.timed(step, seconds=seconds)

    def _credit(self, wallets: list[UUID]) -> ledger.Credit:
        return ledger.Credit(
            wallet_id=self.chance.choice(wallets),
            points=1,
            source="import",
            key=str(next(_number)),
        )

    async def pipeline(self, seconds: float) -> Reading:
        """Purchases, rules, ledger, totals, outbox: a thousand per transaction."""

        async def step() -> int:
            items = [self.purchase() for _ in range(1000)]
            async with _begin(self.database, self.pipe_tenant) as work:
                await settlement.settle(work, items)
            return 1000

        return await self.timed(step, seconds=seconds)

    async def file(self, folder: Path, rows: int = 20_000) -> Reading:
        """The import of a CSV file, reading and checking included."""
        path = folder / f"purchases-{next(_number)}.csv"
        with path.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["external_id", "member", "occurred_at", "amount", "currency"])
            for _ in range(rows):
                item = self.purchase()
                writer.writerow(
                    [item.external_id, item.member, item.occurred_at, item.amount, "USD"]
                )
        before, client = self.yard.server_cpu(), time.process_time()
        started = time.perf_counter()
        report = await imports.import_purchases(
            self.database, self.pipe_tenant, imports.Options(file=path, rejects_dir=folder)
        )
        assert report.booked == rows, "a file that was never seen is booked whole"
        reading = Reading(
            rows, time.perf_counter() - started, self.yard.server_cpu() - before,
            time.process_time() - client,
        )  # fmt: skip
        path.unlink()
        return reading
