"""Events are kept if and only if what they tell of is kept."""

import asyncpg
import pytest

from laurels.events import emit
from laurels.events.catalogue.members import MemberEnrolled


async def outbox(work):
    """Return what waits in the outbox: type, member's number, historical."""
    rows = await work.fetch(
        "select payload ->> 'external_id', member_seq, historical from laurels.outbox"
        " where tenant_id = $1 and type = 'member.enrolled' order by member_seq",
        work.tenant_id,
    )
    return [tuple(row) for row in rows]


async def test_events_of_an_undone_savepoint_are_not_told(house):
    member = await house.member(external_id="anna")
    async with house.work() as work:
        emit(work, [MemberEnrolled(member, work.now, "before")])
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with work.savepoint():
                emit(work, [MemberEnrolled(member, work.now, "undone")])
                await work.fetch("select 1 / 0")
        emit(work, [MemberEnrolled(member, work.now, "after")], historical=True)

    async with house.work() as work:
        assert await outbox(work) == [
            ("anna", 1, False),
            ("before", 2, False),
            ("after", 3, True),
        ]


async def test_events_of_a_failed_transaction_are_not_told(house):
    member = await house.member(external_id="anna")
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with house.work() as work:
            emit(work, [MemberEnrolled(member, work.now, "undone")])
            await work.fetch("select 1 / 0")

    async with house.work() as work:
        assert await outbox(work) == [("anna", 1, False)]


async def test_a_rehearsal_tells_nothing(house):
    member = await house.member(external_id="anna")
    async with house.work(dry_run=True) as work:
        emit(work, [MemberEnrolled(member, work.now, "rehearsed")])

    async with house.work() as work:
        assert await outbox(work) == [("anna", 1, False)]
