"""A worker to be killed: relay, handlers and deliveries in a process of their own.

    python -m tests.support.worker URL

It retries fast, and its one handler leaves a trace of every completed purchase that it heard of.
"""

import asyncio
import signal
import sys

from laurels import events, outbound
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.events.providers import WebhookProvider
from laurels.kit.db.pool import Database

FAST = WebhookProvider(timeout_seconds=3.0, allow_private=True)
FAST.delays = (0.1, 0.2, 0.4, 0.4, 0.5, 0.5, 1, 1)
FAST.slack_seconds = 1.0


@events.handler("test.trace", PurchaseCompleted)
async def trace(work, happened):
    """Count every purchase; one that is counted twice had its effect twice."""
    await work.fetch(
        "insert into laurels.counters as c (tenant_id, name, value)"
        " select $1, 'trace:' || name, 1 from unnest($2::text[]) as name"
        " on conflict (tenant_id, name) do update set value = c.value + 1",
        work.tenant_id, [event.payload["purchase_id"] for event in happened],
    )  # fmt: skip


async def main(url: str) -> None:
    """Work until SIGTERM."""
    database, stop = Database(url, pool_size=8), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("working", flush=True)  # noqa: T201 - whoever started it waits for that
    await asyncio.gather(
        events.run_relay(database, stop),
        outbound.run_outbound(database, stop, {"webhook": FAST}),
    )
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
