"""Webhooks arrive: signed, in order per member, whatever the endpoints do."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from laurels import events, outbound
from laurels.config import settings
from laurels.events import endpoints
from laurels.events.catalogue.members import MemberChanged
from laurels.events.catalogue.purchases import PurchaseChanged
from laurels.events.providers import WebhookProvider
from laurels.kit.values.ids import encode, new_id
from tests.support.sinks import HANG, sink, verifies
from tests.support.waiting import PATIENCE_SECONDS, until

DELAYS = (0.02, 0.02, 0.02)
CLAIM = "select laurels.claim_messages($1, 'webhook', $2, true, 10, interval '1 hour')"


def webhooks(delays=DELAYS, timeout_seconds=60, *, allow_private=True):
    """A provider of webhooks that does not wait for long."""
    found = WebhookProvider(timeout_seconds=timeout_seconds, allow_private=allow_private)
    found.delays, found.at_once = delays, 5
    return found


@pytest.fixture(autouse=True)
def private_allowed(monkeypatch):
    """Sinks live on this machine."""
    monkeypatch.setenv("LAURELS_WEBHOOK_ALLOW_PRIVATE", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def endpoint(house, url, *event_types):
    """Make an endpoint; return its id and secret."""
    async with house.work() as work:
        row, secret = await endpoints.create_endpoint(
            work, url=url, description=None, event_types=event_types
        )
    return row["id"], secret


async def tell(house, member, *words, historical=False):
    """Emit one event per word, about this member."""
    async with house.work() as work:
        told = [MemberChanged(member, work.now, [word]) for word in words]
        events.emit(work, told, historical=historical)


@asynccontextmanager
async def delivering_now(house, provider=None):
    """Deliveries run while the block does."""
    stop = asyncio.Event()
    only = {"webhook": provider or webhooks()}
    running = asyncio.create_task(outbound.run_outbound(house.database, stop, only))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)


async def states(house, endpoint_id=None):
    """Return the states of deliveries, in order."""
    async with house.work() as work:
        rows = await work.fetch(
            "select state from laurels.outbound_messages where tenant_id = $1"
            " and channel = 'webhook'"
            " and ($2::uuid is null or destination_id = $2) order by position",
            work.tenant_id, endpoint_id,
        )  # fmt: skip
    return [row["state"] for row in rows]


def settled(house, endpoint_id=None):
    """Return the condition that nothing waits."""

    async def condition():
        return "waiting" not in await states(house, endpoint_id)

    return condition


def words(found):
    """The words of what a sink accepted."""
    return [message["data"]["fields"][0] for message in found.accepted]


async def test_an_event_arrives_signed_and_says_what_happened(house, relay_now):
    member = await house.member(external_id="anna")
    async with sink() as found, delivering_now(house):
        _, secret = await endpoint(house, found.url, "member.changed")
        await tell(house, member, "note")
        await relay_now()
        await until(settled(house))

    (received,) = found.received
    assert verifies(received, secret)
    assert received.headers["content-type"] == "application/json"
    assert received.headers["webhook-id"] == received.message["id"]
    assert received.message["type"] == "member.changed"
    assert received.message["tenant_id"] == encode("tenant", house.tenant.id)
    assert received.message["timestamp"] == "2026-03-02T12:00:00Z"
    assert received.message["data"] == {
        "member_id": encode("member", member), "fields": ["note"],
    }  # fmt: skip


async def test_historical_events_and_other_types_are_not_told(house, relay_now):
    async with sink() as found, delivering_now(house):
        await endpoint(house, found.url, "member.changed")
        await tell(house, new_id(), "past", historical=True)
        async with house.work() as work:
            events.emit(work, [PurchaseChanged(None, work.now, new_id(), "failed")])
        await tell(house, new_id(), "now")
        await relay_now()
        await until(settled(house))

    assert words(found) == ["now"]


async def test_a_member_waits_behind_a_failure_and_others_do_not(house, relay_now):
    def fail_twice(message, times):
        return (500 if message["data"]["fields"] == ["a"] and times < 3 else 200), {}

    anna, ben = new_id(), new_id()
    async with sink(fail_twice) as found, delivering_now(house):
        await endpoint(house, found.url)
        await tell(house, anna, "a", "b", "c")
        await tell(house, ben, "x")
        await relay_now()
        await until(settled(house))

    assert [word for word in words(found) if word != "x"] == ["a", "b", "c"]
    assert words(found)[0] == "x"
    assert await states(house) == ["sent"] * 4


async def test_after_the_last_attempt_a_delivery_is_dead_and_its_member_goes_on(house, relay_now):
    def never_a(message, times):
        return (503 if message["data"]["fields"] == ["a"] else 200), {}

    async with sink(never_a) as found, delivering_now(house):
        await endpoint(house, found.url)
        await tell(house, new_id(), "a", "b")
        await relay_now()
        await until(settled(house))

    assert await states(house) == ["dead", "sent"]
    assert len(found.received) == len(DELAYS) + 2


async def test_410_stops_the_endpoint_and_says_so(house, relay_now):
    async with sink(410) as found, delivering_now(house):
        endpoint_id, _ = await endpoint(house, found.url)
        await tell(house, new_id(), "a", "b")
        await tell(house, new_id(), "c")
        await relay_now()
        await until(settled(house))
        await tell(house, new_id(), "later")
        await relay_now()

    async with house.work() as work:
        row = await endpoints.get_endpoint(work, endpoint_id)
        told = await work.fetch(
            "select payload ->> 'reason' as reason from laurels.outbox where tenant_id = $1"
            " and type = 'webhook_endpoint.disabled'",
            work.tenant_id,
        )
        noted = await work.fetch(
            "select 1 from laurels.audit_log where tenant_id = $1"
            " and action = 'events.webhook_endpoint_disabled'",
            work.tenant_id,
        )
    assert await states(house) == ["stopped"] * 3
    assert (row["status"], row["disabled_reason"]) == ("disabled", "answered 410 Gone")
    assert [each["reason"] for each in told] == ["answered 410 Gone"]
    assert len(noted) == 1


async def test_a_hanging_endpoint_is_in_nobodys_way(house, relay_now):
    async with sink(HANG) as stuck, sink() as fine, delivering_now(house):
        await endpoint(house, stuck.url)
        good, _ = await endpoint(house, fine.url)
        for number in range(20):
            await tell(house, new_id(), str(number))
        await relay_now()
        await until(settled(house, good))
        most, left = stuck.most_open, await states(house)
        stuck.over.set()

    assert len(fine.accepted) == 20
    assert 0 < most <= 5
    assert left.count("waiting") == 20


async def test_redirects_are_not_followed_and_little_is_read(house, relay_now):
    async with sink() as elsewhere:

        def away(message, times):
            return 302, {"location": elsewhere.url}

        async with sink(away, body=b"x" * 100_000) as found, delivering_now(house):
            await endpoint(house, found.url)
            await tell(house, new_id(), "a")
            await relay_now()
            await until(settled(house))

    async with house.work() as work:
        rows = await work.fetch(
            "select status, error, response from laurels.outbound_attempts where tenant_id = $1",
            work.tenant_id,
        )
    assert elsewhere.received == []
    assert {row["status"] for row in rows} == {302}
    assert all("not followed" in row["error"] for row in rows)
    assert {len(row["response"]) for row in rows} == {1000}


async def test_a_private_address_is_refused_when_it_is_sent(house, relay_now):
    careful = webhooks((), 1, allow_private=False)
    async with sink() as found, delivering_now(house, careful):
        await endpoint(house, found.url)
        await tell(house, new_id(), "a")
        await relay_now()
        await until(settled(house))

    assert found.received == []
    assert await states(house) == ["dead"]


async def test_a_rotated_secret_signs_beside_the_old_one(house, relay_now):
    async with sink() as found, delivering_now(house):
        endpoint_id, old = await endpoint(house, found.url)
        async with house.work() as work:
            _, new = await endpoints.rotate_secret(work, endpoint_id)
        await tell(house, new_id(), "a")
        await relay_now()
        await until(settled(house))
        async with house.work() as work:
            await work.fetch(
                "update laurels.webhook_endpoints set previous_until = now()"
                " where tenant_id = $1", work.tenant_id,
            )  # fmt: skip
        await tell(house, new_id(), "b")
        await relay_now()
        await until(settled(house))

    first, second = found.received
    assert verifies(first, old)
    assert verifies(first, new)
    assert verifies(second, new)
    assert not verifies(second, old)


async def test_two_workers_keep_the_order_and_share_the_work(house, relay_now):
    members = [new_id() for _ in range(15)]
    async with sink(delay=0.005) as found:
        await endpoint(house, found.url)
        for number in range(6):
            async with house.work() as work:
                events.emit(
                    work, [MemberChanged(member, work.now, [str(number)]) for member in members]
                )
        await relay_now()
        async with delivering_now(house), delivering_now(house):
            await until(settled(house))

    assert len(found.accepted) == 90
    for member in members:
        mine = [
            message["data"]["fields"][0]
            for message in found.accepted
            if message["data"]["member_id"] == encode("member", member)
        ]
        assert mine == ["0", "1", "2", "3", "4", "5"]


async def test_a_claim_that_nobody_books_runs_out(house, relay_now, hurry):
    async with sink() as found:
        endpoint_id, _ = await endpoint(house, found.url)
        await tell(house, new_id(), "a")
        await relay_now()
        async with house.work() as work:
            claimed = await work.fetch(
                CLAIM,
                work.tenant_id, endpoint_id,
            )  # fmt: skip
        async with house.work() as work:
            again = await work.fetch(
                CLAIM,
                work.tenant_id, endpoint_id,
            )  # fmt: skip
        await hurry()
        async with delivering_now(house):
            await until(settled(house))

    assert len(claimed) == 1
    assert again == []
    assert words(found) == ["a"]
