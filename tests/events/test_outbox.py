"""Events are kept if and only if what they tell of is kept."""

import asyncpg
import pytest

from laurels.events import emit
from laurels.events.catalogue.members import MemberChanged, MemberEnrolled


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
        emit(work, [MemberEnrolled(member, work.now, "after")])

    async with house.work() as work:
        assert await outbox(work) == [("anna", 1, False), ("before", 2, False), ("after", 3, False)]


async def test_history_is_one_event_that_counts_kinds_and_names_members(house, monkeypatch):
    monkeypatch.setattr("laurels.events.outbox.AT_ONCE", 2)
    anna, bert, carl = sorted([await house.member() for _ in range(3)])
    async with house.work() as work:
        emit(work, [MemberEnrolled(each, work.now, None) for each in (carl, anna)], historical=True)
        emit(work, [MemberChanged(each, work.now, []) for each in (bert, anna)], historical=True)

    async with house.work() as work:
        rows = await work.fetch(
            "select payload -> 'events' as events, payload -> 'member_ids' as members, member_id,"
            " historical from laurels.outbox where tenant_id = $1 and type = 'history.imported'"
            " order by id",
            work.tenant_id,
        )
        sequences = await work.fetch(
            "select last_seq from laurels.member_sequences where tenant_id = $1", work.tenant_id
        )
    assert [tuple(row) for row in rows] == [
        ({"member.enrolled": 2, "member.changed": 2}, [str(anna), str(bert)], None, True),
        ({}, [str(carl)], None, True),
    ]
    assert [row[0] for row in sequences] == [1, 1, 1]


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
