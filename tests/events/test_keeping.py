"""Events are kept for 30 days, and longer while somebody waits for them."""

import asyncpg
import pytest

from laurels import events, outbound
from laurels.events import endpoints
from laurels.events.catalogue.members import MemberChanged
from laurels.kit.values.ids import new_id
from tests.support.make import make_tenant


async def age(owner_url, house, days=31):
    """Everything of the house was relayed so many days ago."""
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.outbox set relayed_at = now() - $2 * interval '1 day'"
        " where tenant_id = $1 and relayed_at is not null",
        house.tenant.id, days,
    )  # fmt: skip
    await owner.execute(
        "update laurels.outbound_messages set finished_at = now() - $2 * interval '1 day'"
        " where tenant_id = $1 and finished_at is not null",
        house.tenant.id, days,
    )  # fmt: skip
    await owner.close()


async def tell(house, *words):
    """Emit one event per word."""
    async with house.work() as work:
        events.emit(work, [MemberChanged(new_id(), work.now, [word]) for word in words])


async def left(house):
    """Return how many rows each table still has."""
    tables = "outbox", "outbound_messages", "outbound_attempts", "event_handlings"
    async with house.work() as work:
        return [
            (await work.fetch(
                f"select count(*) from laurels.{table} where tenant_id = $1", work.tenant_id
            ))[0][0]
            for table in tables
        ]  # fmt: skip


async def test_what_is_old_and_done_is_forgotten_with_its_log(house, listen, handle_now, owner_url):
    async def react(work, happened):
        pass

    listen("test.all", react, MemberChanged)
    async with house.work() as work:
        await endpoints.create_endpoint(
            work, url="https://example.com/", description=None, event_types=[]
        )
    await tell(house, "a", "b", "c")
    await handle_now()
    async with house.work() as work:
        await work.fetch(
            "update laurels.outbound_messages set state = 'dead', finished_at = now()"
            " where tenant_id = $1", work.tenant_id,
        )  # fmt: skip
        await work.fetch(
            "insert into laurels.outbound_attempts (tenant_id, message_id, attempt, sent_at,"
            " duration_ms)"
            " select tenant_id, id, 1, now(), 1 from laurels.outbound_messages"
            " where tenant_id = $1",
            work.tenant_id,
        )
    async with house.work() as work:
        assert await events.forget_old(work) == await outbound.forget_old(work) == 0
    await age(owner_url, house)

    async with house.work() as work:
        first = await events.forget_old(work, limit=2)
        rest = await events.forget_old(work, limit=2)
        messages = await outbound.forget_old(work, limit=2), await outbound.forget_old(work)

    assert (first, rest) == messages == (2, 1)
    assert await left(house) == [0, 0, 0, 0]


async def test_what_waits_or_is_dead_inside_is_kept(house, listen, handle_now, owner_url):
    async def react(work, happened):
        msg = "no"
        raise ValueError(msg)

    listen("test.all", react, MemberChanged)
    await tell(house, "a")
    await handle_now()
    await tell(house, "not relayed")
    await age(owner_url, house)

    async with house.work() as work:
        waiting = await events.forget_old(work)
        await work.fetch(
            "update laurels.event_handlings set state = 'dead', finished_at = now()"
            " where tenant_id = $1", work.tenant_id,
        )  # fmt: skip
        dead = await events.forget_old(work)
        (letter,) = await events.list_dead_letters(work)
        await events.discard_dead_letter(work, letter["id"])
        discarded = await events.forget_old(work)

    assert (waiting, dead, discarded) == (0, 0, 1)
    assert (await left(house))[0] == 1


async def test_nobody_forgets_for_another_tenant(house, database):
    other = await make_tenant(database)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.work() as work:
            await work.fetch("select laurels.forget_events($1, now(), 10)", other.tenant.id)
