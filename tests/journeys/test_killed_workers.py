"""Purchases come in, endpoints misbehave, and workers are killed again and again.

Three kills among 300 purchases; with `--size full`, ten among 10,000.
"""

import asyncio
import random
import signal
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from decimal import Decimal
from functools import partial

import pytest

from laurels import settlement
from laurels.config import settings
from laurels.events import endpoints
from laurels.purchases import NewPurchase
from tests.support import cluster
from tests.support.sinks import HANG, Sink, sink, verifies
from tests.support.size import pick
from tests.support.waiting import PATIENCE_SECONDS, until

PURCHASES = pick(300, 10_000)
KILLS = pick(3, 10)
MEMBERS = max(PURCHASES // 10, 50)
WORKERS = 2
SENDERS = 4


def flaky(message, times):
    """Fail now and then, the same events each time, and get better."""
    return (500 if message["position"] % 7 == 0 and times < 3 else 200), {}


def dozing(message, times):
    """Hang at first, for some."""
    return (HANG if message["position"] % 50 == 0 and times == 1 else 200), {}


def busy(message, times):
    """Ask to come again later."""
    return (
        (429, {"retry-after": "1"}) if message["position"] % 90 == 0 and times == 1 else (200, {})
    )


@pytest.fixture(autouse=True)
def private_allowed(monkeypatch):
    """Sinks live on this machine."""
    monkeypatch.setenv("LAURELS_WEBHOOK_ALLOW_PRIVATE", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def start_worker(url):
    """Start a worker in a process of its own, and see it at work."""
    found = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.worker", url, cwd=cluster.ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert found.stdout is not None
    assert await found.stdout.readline() == b"working\n"
    return found


async def buy(house, numbers):
    """Post these purchases, a few at a time, as a busy API does."""
    while numbers:
        batch = [numbers.pop() for _ in range(min(5, len(numbers)))]
        async with house.work() as work:
            outcomes = await settlement.settle(
                work,
                [
                    NewPurchase(
                        amount=Decimal(10), currency="USD", source="test",
                        external_id=f"o-{number}", member=f"m-{number % MEMBERS}",
                    )
                    for number in batch
                ],
            )  # fmt: skip
        assert all(isinstance(outcome, settlement.Settled) for outcome in outcomes)
        await asyncio.sleep(0.005)


async def live_through(house, url):
    """Buy while workers are killed at random moments; then let the last ones finish."""
    numbers = list(range(PURCHASES))
    buying = [asyncio.create_task(buy(house, numbers)) for _ in range(SENDERS)]
    workers = list(await asyncio.gather(*(start_worker(url) for _ in range(WORKERS))))
    for _ in range(KILLS):
        # Something has come of their work, and then a moment passes that nobody chose.
        await until(partial(more_is_told, house, await told(house)))
        await asyncio.sleep(random.uniform(0.0, 0.5))
        victim = workers.pop(0)
        assert victim.returncode is None
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
        workers.append(await start_worker(url))
    try:
        await asyncio.gather(*buying)
        async with asyncio.timeout(PATIENCE_SECONDS + PURCHASES * 0.1):
            while await waits(house):  # noqa: ASYNC110 - it is in the database
                await asyncio.sleep(0.1)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [await worker.wait() for worker in workers] == [0] * WORKERS


async def told(house):
    """How many deliveries have come to an end."""
    rows = await query(
        house,
        "select count(*) from laurels.outbound_messages where tenant_id = $1"
        " and state <> 'waiting'",
    )
    return rows[0][0]


async def more_is_told(house, before):
    """Whether some deliveries more have come to an end."""
    return await told(house) >= before + PURCHASES // 30


async def waits(house):
    """Whether anything is still to be told."""
    async with house.work() as work:
        rows = await work.fetch(
            "select exists (select from laurels.outbox where tenant_id = $1"
            " and relayed_at is null) or exists (select from laurels.event_handlings"
            " where tenant_id = $1 and state = 'waiting') or exists (select"
            " from laurels.outbound_messages where tenant_id = $1 and state = 'waiting')",
            work.tenant_id,
        )
    return rows[0][0]


async def query(house, sql, *values):
    """Return the rows of a statement about the house's tenant."""
    async with house.work() as work:
        return await work.fetch(sql, work.tenant_id, *values)


async def check_told(house, found: Sink, secret, types):
    """Every event arrived, in the order of its member, signed."""
    wanted = await query(
        house,
        "select id, position from laurels.outbox where tenant_id = $1"
        " and (cardinality($2::text[]) = 0 or type = any($2)) and type not like 'webhook%'",
        types,
    )
    arrived = {message["position"] for message in found.accepted}
    places = defaultdict(list)
    for message in found.accepted:
        # News of an endpoint, such as its being stopped, is of no member and has no such order.
        if message["member_position"] is not None:
            places[message["data"]["member_id"]].append(message["member_position"])

    assert {row["position"] for row in wanted} - arrived == set()
    assert all(place == sorted(place) for place in places.values())
    assert all(verifies(each, secret) for each in found.received)


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_happens_twice(house, app_url):
    living = {"works": 200, "flaky": flaky, "dozing": dozing, "busy": busy}
    types = {"works": [], "broken": ["member.enrolled"]}
    async with AsyncExitStack() as stack:
        sinks = {name: await stack.enter_async_context(sink(how)) for name, how in living.items()}
        sinks["slow"] = await stack.enter_async_context(sink(200, delay=0.05))
        sinks["broken"] = await stack.enter_async_context(sink(500))
        sinks["gone"] = await stack.enter_async_context(sink(410))
        made = {}
        for name, found in sinks.items():
            async with house.work() as work:
                row, secret = await endpoints.create_endpoint(
                    work, url=found.url, description=name,
                    event_types=types.get(name, ["purchase.completed"]),
                )  # fmt: skip
            made[name] = (row["id"], secret)

        await live_through(house, app_url)

        for name in [*living, "slow"]:
            await check_told(
                house, sinks[name], made[name][1], types.get(name, ["purchase.completed"])
            )
    await check_rest(house, made)


async def check_rest(house, made):
    """Positions have no gaps, handlers had each effect once, deliveries ended as they had to."""
    positions = await query(
        house,
        "select count(*), min(position), max(position), count(distinct position)"
        " from laurels.outbox where tenant_id = $1",
    )
    order = await query(
        house,
        "select count(*) from (select member_seq, row_number() over (partition by member_id"
        " order by position) as place from laurels.outbox where tenant_id = $1"
        " and member_id is not null) as o where member_seq <> place",
    )
    traces = await query(
        house,
        "select count(*), min(value), max(value) from laurels.counters where tenant_id = $1"
        " and name like 'trace:%'",
    )
    states = await query(
        house,
        "select destination_id, array_agg(distinct state) from laurels.outbound_messages"
        " where tenant_id = $1 and channel = 'webhook' group by 1",
    )
    by_name = {name: set(dict(states)[endpoint_id]) for name, (endpoint_id, _) in made.items()}

    count, first, last, distinct = positions[0]
    assert (first, last, distinct) == (1, count, count)
    assert order[0][0] == 0
    assert tuple(traces[0]) == (PURCHASES, 1, 1)
    assert by_name.pop("broken") == {"dead"}
    assert by_name.pop("gone") == {"stopped"}
    assert all(found == {"sent"} for found in by_name.values())
