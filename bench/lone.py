"""A lone transaction: what a purchase takes where nobody waits and nothing lies between.

One purchase at a time is settled by `settlement.settle` in a transaction of its own, on one
connection of the application's role, from `begin` to the answer to `commit`. There is no HTTP, no
credentials and no stored answer. It runs in a process of its own, as the API does, and prints its
findings as JSON. How long a request over one connection may take is measured against this.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from laurels import domains, settlement
from laurels.cli.memory import expect_batches
from laurels.kit.db.pool import Database
from laurels.kit.values.time import utc_now
from laurels.kit.work import BATCH, open_work
from laurels.purchases import NewPurchase

from .load import quantiles

assert domains, "all tables are known"


def purchase(run: str, number: int, members: int) -> NewPurchase:
    """Return the purchase that `bench.load` would send."""
    return NewPurchase(
        amount=Decimal(random.randint(100, 20_000)) / 100,
        currency="USD",
        source="bench",
        external_id=f"{run}-{number}",
        member=f"c{random.randrange(members)}",
    )


async def drive(url: str, tenant_id: UUID, seconds: float, members: int) -> dict[str, Any]:
    """Settle one purchase after the other for so long and say what each took."""
    database = Database(url, pool_size=1)
    run, number = uuid4().hex[:12], 0
    took: list[float] = []
    expect_batches()
    started, spent = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        number += 1
        item = purchase(run, number, members)
        began = time.perf_counter()
        async with open_work(database, tenant_id=tenant_id, now=utc_now(), kind=BATCH) as work:
            await settlement.settle(work, [item])
        took.append(time.perf_counter() - began)
    whole, cpu = time.perf_counter() - started, time.process_time() - spent
    await database.close()
    return {"count": len(took), "seconds": whole, "client": cpu, "failed": [], **quantiles(took)}


def main() -> None:
    """Read what to do from the command line; tenant and address come from the standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--members", type=int, default=20_000)
    asked = parser.parse_args()
    tenant_id, url = sys.stdin.readline().split()
    print(json.dumps(run(drive(url, UUID(tenant_id), asked.seconds, asked.members))))


def run(found: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run it on the event loop that the API has, too."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(found)
    return uvloop.run(found)


if __name__ == "__main__":
    main()
