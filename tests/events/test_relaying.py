"""The relay numbers each tenant's events without gaps, in the order of their members."""

import asyncio
from functools import partial

from laurels import events
from laurels.events import relaying
from laurels.events.catalogue.members import MemberChanged, MemberEnrolled
from laurels.kit.values.ids import new_id
from laurels.kit.work import open_work
from tests.support.waiting import PATIENCE_SECONDS, until


async def relay(house, **options):
    """One batch of the relay for the house's tenant."""
    async with open_work(house.database, tenant_id=house.tenant.id) as work:
        return await relaying.relay(work, **options)


async def relayed(house):
    """Return what is relayed, in order: position, member, its number."""
    async with house.work() as work:
        rows = await work.fetch(
            "select position, member_id, member_seq from laurels.outbox where tenant_id = $1"
            " and position is not null order by position",
            work.tenant_id,
        )
    return [tuple(row) for row in rows]


async def tell(house, *members, **options):
    """Emit one event of each of these members, in one transaction."""
    async with house.work() as work:
        told = [MemberChanged(member, work.now, ["note"]) for member in members]
        events.emit(work, told, **options)


async def test_positions_have_no_gaps_whatever_the_size_of_the_batch(house):
    members = [new_id() for _ in range(7)]
    for _ in range(5):
        await tell(house, *members, None)

    done = [await relay(house, limit=3) for _ in range(20)]

    rows = await relayed(house)
    assert [row[0] for row in rows] == list(range(1, 41))
    assert sum(each.events for each in done) == 40
    for member in members:
        assert [row[2] for row in rows if row[1] == member] == [1, 2, 3, 4, 5]


async def test_a_smaller_number_comes_first_even_where_its_id_is_later(house):
    member, other = new_id(), new_id()
    await tell(house, member, member, other)
    async with house.work() as work:
        # As two processes write whose clocks differ: the second's id sorts before the first's.
        await work.fetch(
            "update laurels.outbox set id = '00000000-0000-7000-8000-000000000001'"
            " where tenant_id = $1 and member_id = $2 and member_seq = 2",
            work.tenant_id, member,
        )  # fmt: skip

    await relay(house, limit=1)
    first = await relayed(house)
    await relay(house)

    assert [row[1:] for row in first] == [(member, 1), (member, 2)]
    assert [row[1] for row in await relayed(house)] == [member, member, other]


async def test_two_relays_at_once_number_every_event_once(house):
    for _ in range(30):
        await tell(house, new_id(), new_id())

    await asyncio.gather(*(relay(house, limit=10) for _ in range(12)))
    while (await relay(house)).events:
        pass

    assert [row[0] for row in await relayed(house)] == list(range(1, 61))


async def test_a_relay_does_not_wait_for_another_one(house):
    await relay(house)
    await tell(house, new_id())
    async with open_work(house.database, tenant_id=house.tenant.id) as work:
        assert (await relaying.relay(work)).events == 1

        assert (await relay(house)).busy


async def test_members_who_emit_at_once_keep_their_order(house):
    member = new_id()

    async def one():
        async with house.work() as work:
            events.emit(work, [MemberEnrolled(member, work.now, "x")])

    async def look():
        for _ in range(10):
            await relay(house, limit=2)
            await asyncio.sleep(0.005)

    await asyncio.gather(*(one() for _ in range(15)), look())
    while (await relay(house)).events:
        pass

    assert [row[2] for row in await relayed(house)] == list(range(1, 16))


async def test_the_relay_of_all_tenants_runs_until_it_is_stopped(house):
    stop = asyncio.Event()
    running = asyncio.create_task(relaying.run_relay(house.database, stop))
    await tell(house, new_id())
    await until(partial(relayed, house))

    stop.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)

    assert len(await relayed(house)) == 1
