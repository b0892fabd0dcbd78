"""Requests end when their time is over, and nobody else does."""

import asyncio
import time

import pytest

from laurels.kit.deadlines import Deadline, Deadlines, Late


async def test_who_is_in_time_is_left_alone():
    deadlines = Deadlines(0.2)
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(deadlines.hold(Deadline(), asyncio.sleep(0.05)))

    assert not deadlines._running


async def test_who_is_late_is_ended_and_told():
    deadlines = Deadlines(0.1)
    ended = []

    async def dawdle():
        try:
            await asyncio.sleep(5)
        finally:
            ended.append(1)

    began = time.monotonic()
    with pytest.raises(Late):
        await deadlines.hold(Deadline(), dawdle())

    assert ended == [1]
    assert 0.1 <= time.monotonic() - began < 1
    # The task itself goes on: it can still answer.
    await asyncio.sleep(0)


async def test_one_that_began_later_has_its_whole_time():
    deadlines = Deadlines(0.4)

    async def hold(seconds):
        try:
            await deadlines.hold(Deadline(), asyncio.sleep(seconds))
        except Late:
            return "late"
        return "done"

    first = asyncio.create_task(hold(5))
    await asyncio.sleep(0.3)
    second = asyncio.create_task(hold(0.25))

    assert await asyncio.gather(first, second) == ["late", "done"]


async def test_whose_time_is_lifted_may_go_on():
    deadlines, deadline = Deadlines(0.1), Deadline()

    async def stream():
        deadlines.lift(deadline)
        await asyncio.sleep(0.3)

    await deadlines.hold(deadline, stream())


async def test_a_cancellation_from_outside_is_one():
    deadlines = Deadlines(5)
    task = asyncio.create_task(deadlines.hold(Deadline(), asyncio.sleep(5)))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadlines._running
