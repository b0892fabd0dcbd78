"""Live streams: within a second, in order, going on where they broke off, ended with their key."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from laurels import auth, events
from laurels.api import create_app
from laurels.events import relaying, streaming
from laurels.events.catalogue.members import MemberChanged
from laurels.events.catalogue.purchases import PurchaseChanged
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode, new_id
from tests.support import cluster
from tests.support.server import answering
from tests.support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
async def served(house):
    """The API on a real port, the relay beside it, and a key."""
    async with house.work() as work:
        made = await auth.create_key(work, name="stream", test=False)
    app = create_app(house.database, close_database=False, max_streams=3)
    stop = asyncio.Event()
    relay = asyncio.create_task(relaying.run_relay(house.database, stop))
    async with answering(app) as address:
        yield address, made
        app.state.streams.end()
    stop.set()
    await relay


@asynccontextmanager
async def watching(served, **options):
    """Open a stream; lend an iterator of what it says, as dictionaries of its fields."""
    address, made = served
    headers = {"Authorization": f"Bearer {made.key}", **options.pop("headers", {})}
    async with (
        httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client,
        client.stream("GET", "/v1/events/stream", params=options) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield said(answer)


async def said(answer):
    """Yield the blocks of a stream."""
    block: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            block[name] = value
        elif block:
            yield block
            block = {}


async def tell(house, *words, member=None, historical=False):
    """Emit one event per word."""
    async with house.work() as work:
        told = [MemberChanged(member or new_id(), work.now, [word]) for word in words]
        events.emit(work, told, historical=historical)


async def take(stream, count):
    """Return the next so many events of a stream."""
    found = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for block in stream:
            if "data" in block:
                found.append({**block, "data": orjson.loads(block["data"])})
            if len(found) == count:
                return found
    return found


def words(found):
    return [each["data"]["data"]["fields"][0] for each in found]


async def all_relayed(house):
    async with house.work() as work:
        return not await work.fetch(
            "select 1 from laurels.outbox where tenant_id = $1 and relayed_at is null",
            work.tenant_id,
        )


async def test_a_watcher_is_woken_by_what_happens(house, served, monkeypatch):
    # Whoever looks by itself now and then would look too late.
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 3600)
    await tell(house, "before")
    await until(partial(all_relayed, house))
    async with watching(served) as stream:
        await anext(stream)
        await tell(house, "a", "b")
        found = await take(stream, 2)

    assert words(found) == ["a", "b"]
    assert found[0]["event"] == "member.changed"
    assert found[0]["id"] == found[0]["data"]["id"]


async def test_a_watcher_waits_while_all_connections_are_taken(house):
    busy = Database(house.database.url, pool_size=2, pool_timeout=0.1)
    async with house.work() as work:
        made = await auth.create_key(work, name="stream", test=False)
    stop = asyncio.Event()
    relay = asyncio.create_task(relaying.run_relay(house.database, stop))
    app = create_app(busy, close_database=True)
    async with answering(app) as address, watching((address, made)) as stream:
        await anext(stream)
        async with busy.connection(), busy.connection():
            await tell(house, "a")
            async with asyncio.timeout(PATIENCE_SECONDS):
                waits = [await anext(stream) for _ in range(2)]
        found = await take(stream, 1)
        app.state.streams.end()
    stop.set()
    await relay

    assert waits == [{"": "alive"}] * 2
    assert words(found) == ["a"]


async def test_a_watcher_that_comes_again_misses_nothing(house, served):
    async with watching(served) as stream:
        await anext(stream)
        await tell(house, "a")
        (first,) = await take(stream, 1)
    await tell(house, "past", historical=True)
    await tell(house, *[str(number) for number in range(250)])

    async with watching(served, headers={"Last-Event-ID": first["id"]}) as stream:
        found = await take(stream, 250)
    async with watching(served, after=first["id"]) as stream:
        again = await take(stream, 3)

    assert words(found) == [str(number) for number in range(250)]
    assert words(again) == ["0", "1", "2"]
    assert [each["data"]["position"] for each in found] == sorted(
        each["data"]["position"] for each in found
    )


async def test_a_stream_tells_only_the_types_it_was_asked_for(house, served):
    async with watching(served, types="purchase.changed") as stream:
        await anext(stream)
        await tell(house, "a")
        async with house.work() as work:
            events.emit(work, [PurchaseChanged(None, work.now, new_id(), "failed")])
        (found,) = await take(stream, 1)

    assert found["event"] == "purchase.changed"


async def test_a_place_that_is_too_old_is_answered_410(house, client):
    long_ago = encode("event", UUID(int=(1_600_000_000_000 << 80) | 7 << 76))

    old = await client.get("/v1/events/stream", headers={"Last-Event-ID": long_ago})
    unknown = await client.get("/v1/events/stream", params={"after": encode("event", new_id())})
    wrong = await client.get("/v1/events/stream", params={"types": "points.stolen"})

    assert (old.status_code, old.json()["code"]) == (410, "events_forgotten")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "event_not_found")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "types")


async def a_seat_is_free(served):
    try:
        async with watching(served) as stream:
            await anext(stream)
    except AssertionError:
        return False
    return True


async def test_a_key_has_so_many_streams_and_no_more(house, served):
    address, made = served
    headers = {"Authorization": f"Bearer {made.key}"}
    async with watching(served) as one, watching(served) as two, watching(served) as three:
        for stream in (one, two, three):
            await anext(stream)
        async with httpx.AsyncClient(base_url=address, headers=headers) as client:
            refused = await client.get("/v1/events/stream")
    await until(partial(a_seat_is_free, served))

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")


async def test_the_stream_of_a_withdrawn_key_ends(house, served, monkeypatch):
    monkeypatch.setattr(streaming, "KEY_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.1)
    async with watching(served) as stream:
        await anext(stream)
        async with house.work() as work:
            await auth.revoke_key(work, served[1].id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            rest = [block async for block in stream]

    assert "key" in rest[-1][""]


async def test_a_quiet_stream_shows_that_it_lives_and_moves_its_place_on(
    house, served, monkeypatch
):
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.1)
    async with watching(served, types="purchase.changed") as stream:
        await anext(stream)
        await tell(house, "not asked for")
        alive, place = False, None
        # Which of the two comes first is a matter of moments.
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for block in stream:
                assert "data" not in block
                alive, place = alive or "" in block, block.get("id", place)
                if alive and place is not None:
                    break

    async with watching(served, headers={"Last-Event-ID": place}) as stream:
        await tell(house, "next")
        assert words(await take(stream, 1)) == ["next"]


async def test_streams_hear_the_relay_again_after_their_connection_was_lost(
    house, served, database_name
):
    async with watching(served) as stream:
        await anext(stream)
        admin = await asyncpg.connect(cluster.server().url(database=database_name))
        await until(
            partial(
                admin.fetchval,
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where query ilike 'listen %' and datname = current_database()",
            )
        )
        await admin.close()
        await tell(house, "after")
        found = await take(stream, 1)

    assert words(found) == ["after"]


async def test_the_channel_names_nobody_and_rubbish_on_it_does_no_harm(
    house, served, app_url, caplog
):
    heard: list[str] = []
    other = await asyncpg.connect(app_url)
    try:
        await other.add_listener(relaying.CHANNEL, lambda *said: heard.append(str(said[-1])))
        async with watching(served) as stream:
            await anext(stream)
            for rubbish in ("", "x", "'; drop", "\u0130", "0" * 7000, str(house.tenant.id)):
                await other.execute("select pg_notify($1, $2)", relaying.CHANNEL, rubbish)
            await tell(house, "a")
            found = await take(stream, 1)
    finally:
        await other.close()

    assert words(found) == ["a"]
    assert relaying.tenant_digest(house.tenant.id) in heard
    told = [word for word in heard if word == relaying.tenant_digest(house.tenant.id)]
    assert not any(house.tenant.id.hex in word.replace("-", "") for word in told)
    assert "exception" not in caplog.text.lower()


async def test_a_waiting_stream_holds_no_connection(house, served):
    async with watching(served) as stream:
        await anext(stream)
        pool = house.database._pool

        async def all_are_idle():
            return pool.get_size() == pool.get_idle_size()

        # The relay takes one now and then, and brings it back.
        await until(all_are_idle)
