"""Handlers hear each event once in effect, in order per member, and failures are seen."""

import asyncio

import asyncpg
import pytest

from laurels import events
from laurels.events import handling
from laurels.events.catalogue.members import MemberChanged, MemberEnrolled
from laurels.kit.values.ids import new_id
from tests.support.waiting import PATIENCE_SECONDS


async def tell(house, member, *words):
    """Emit one event per word, about this member."""
    async with house.work() as work:
        events.emit(work, [MemberChanged(member, work.now, [word]) for word in words])


async def leave_trace(work, word):
    """Count what a handler did, so that doing it twice is seen."""
    await work.fetch(
        "insert into laurels.counters as c (tenant_id, name, value) values ($1, $2, 1)"
        " on conflict (tenant_id, name) do update set value = c.value + 1",
        work.tenant_id, f"trace:{word}",
    )  # fmt: skip


async def traces(house):
    """Return what handlers did, and how often."""
    async with house.work() as work:
        rows = await work.fetch(
            "select name, value from laurels.counters where tenant_id = $1"
            " and name like 'trace:%' order by name",
            work.tenant_id,
        )
    return {row["name"].removeprefix("trace:"): row["value"] for row in rows}


async def handlings(house):
    """Return state and attempts of every handling, in order."""
    async with house.work() as work:
        rows = await work.fetch(
            "select state, attempts from laurels.event_handlings where tenant_id = $1"
            " order by position, handler",
            work.tenant_id,
        )
    return [tuple(row) for row in rows]


async def test_a_batch_is_heard_in_order_and_once(house, listen, handle_now):
    heard = []

    async def react(work, happened):
        heard.append([event.payload["fields"][0] for event in happened])
        for event in happened:
            await leave_trace(work, event.payload["fields"][0])

    listen("test.all", react, MemberChanged)
    await tell(house, new_id(), "a", "b", "c")

    await handle_now()
    await handle_now()

    assert heard == [["a", "b", "c"]]
    assert await traces(house) == {"a": 1, "b": 1, "c": 1}
    assert await handlings(house) == [("done", 0)] * 3


async def test_one_bad_event_fails_alone_and_its_member_waits(house, listen, handle_now, hurry):
    bad = {"b"}

    async def react(work, happened):
        for event in happened:
            word = event.payload["fields"][0]
            await leave_trace(work, word)
            if word in bad:
                msg = f"{word} is bad"
                raise ValueError(msg)

    listen("test.all", react, MemberChanged)
    anna, ben = new_id(), new_id()
    await tell(house, anna, "a", "b", "c")
    await tell(house, ben, "x")

    await handle_now()
    waiting = await handlings(house)
    seen = await traces(house)
    bad.clear()
    await hurry()
    await handle_now()

    assert seen == {"a": 1, "x": 1}
    assert waiting == [("done", 0), ("waiting", 1), ("waiting", 0), ("done", 0)]
    assert await traces(house) == {"a": 1, "b": 1, "c": 1, "x": 1}


async def test_after_its_last_attempt_an_event_is_dead_and_its_member_goes_on(
    house, listen, handle_now, hurry
):
    async def react(work, happened):
        for event in happened:
            if event.payload["fields"] == ["a"]:
                await work.fetch("select 1 / 0")
            await leave_trace(work, event.payload["fields"][0])

    listen("test.all", react, MemberChanged)
    await tell(house, new_id(), "a", "b")

    for _ in range(len(handling.DELAYS_SECONDS) + 1):
        await handle_now()
        await hurry()
    await handle_now()

    assert await handlings(house) == [("dead", len(handling.DELAYS_SECONDS) + 1), ("done", 0)]
    assert await traces(house) == {"b": 1}


async def test_what_a_handler_emits_names_its_cause_and_depth(house, listen, handle_now):
    async def react(work, happened):
        for event in happened:
            caused = events.because(work, event)
            events.emit(caused, [MemberEnrolled(event.member_id, work.now, "caused")])

    listen("test.all", react, MemberChanged)
    await tell(house, new_id(), "a", "b")

    await handle_now()

    async with house.work() as work:
        rows = await work.fetch(
            "select c.payload ->> 'fields', o.depth from laurels.outbox as o"
            " inner join laurels.outbox as c on c.tenant_id = o.tenant_id and c.id = o.cause"
            " where o.tenant_id = $1 and o.type = 'member.enrolled' order by o.position",
            work.tenant_id,
        )
    assert [tuple(row) for row in rows] == [('["a"]', 1), ('["b"]', 1)]


async def test_a_circle_is_parked_as_a_dead_letter(house, listen, handle_now, caplog):
    async def react(work, happened):
        for event in happened:
            await leave_trace(work, "round")
            again = MemberChanged(event.member_id, work.now, ["again"])
            events.emit(events.because(work, event), [again])

    listen("test.circle", react, MemberChanged)
    await tell(house, new_id(), "first")

    await handle_now()

    assert await traces(house) == {"round": 6}
    assert await handlings(house) == [("done", 0)] * 6 + [("dead", 0)]
    assert "parked" in caplog.text


async def test_several_workers_at_once_have_each_effect_once(house, listen, relay_now):
    async def react(work, happened):
        await asyncio.sleep(0.01)
        for event in happened:
            await leave_trace(work, event.payload["fields"][0])

    listen("test.all", react, MemberChanged, batch=3)
    for number in range(10):
        await tell(house, new_id(), f"{number}a", f"{number}b")
    await relay_now()

    async def work_off():
        while ("waiting", 0) in await handlings(house):
            await handling.handle_due(house.database)
            await asyncio.sleep(0.02)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(work_off() for _ in range(4)))

    found = await traces(house)
    assert len(found) == 20
    assert set(found.values()) == {1}


async def test_a_suspended_tenants_events_wait(house, listen, handle_now):
    async def react(work, happened):
        await leave_trace(work, "heard")

    listen("test.all", react, MemberChanged)
    await tell(house, new_id(), "a")
    async with house.work() as work:
        await work.fetch("update laurels.tenants set status = 'suspended' where id = $1",
                         work.tenant_id)  # fmt: skip

    await handle_now()
    suspended = await traces(house)
    async with house.work() as work:
        await work.fetch("update laurels.tenants set status = 'active' where id = $1",
                         work.tenant_id)  # fmt: skip
    await handle_now()

    assert suspended == {}
    assert await traces(house) == {"heard": 1}


async def test_an_event_is_written_once_per_handler(house, listen, handle_now):
    async def react(work, happened):
        await leave_trace(work, "heard")

    listen("test.all", react, MemberChanged)
    await tell(house, new_id(), "a")
    await handle_now()

    with pytest.raises(asyncpg.UniqueViolationError):
        async with house.work() as work:
            await work.fetch(
                "insert into laurels.event_handlings (tenant_id, event_id, handler, event_type,"
                " position, state, next_attempt_at, created_at) select tenant_id, event_id,"
                " handler, event_type, position, 'waiting', now(), now()"
                " from laurels.event_handlings where tenant_id = $1",
                work.tenant_id,
            )
