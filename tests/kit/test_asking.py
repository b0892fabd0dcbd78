"""One statement takes another one along, and time that the server needs is used."""

import asyncio
import time

import asyncpg
import pytest

from laurels.kit.work import Along

ONE_MORE = Along("more", "select n, n + {} as next from generate_series(1, {}) as n", (10, 2))


async def test_the_second_is_asked_when_the_first_returns_nothing(house):
    async with house.work() as work:
        rows = await work.fetch("select 1 where $1::bigint > 1", 1, along=ONE_MORE)

        assert rows == []
        assert [tuple(row) for row in work.memo["more"]] == [(1, 11), (2, 12)]


async def test_it_is_not_asked_when_the_first_returns_something(house):
    async with house.work() as work:
        rows = await work.fetch("select $1::bigint, 'a'::text", 7, along=ONE_MORE)

        assert [tuple(row) for row in rows] == [(7, "a")]
        assert "more" not in work.memo


async def test_something_else_is_done_while_the_server_works(house):
    done = []
    async with house.work() as work:
        began = time.perf_counter()
        rows = await work.fetch(
            "select clock_timestamp() from pg_sleep(0.2)",
            meanwhile=lambda: done.append(time.perf_counter() - began),
        )

    assert len(rows) == 1
    assert done[0] < 0.1 < time.perf_counter() - began


async def test_what_fails_meanwhile_leaves_the_connection_usable(house):
    def fail():
        raise RuntimeError("meanwhile")

    async with house.work() as work:
        with pytest.raises(RuntimeError, match="meanwhile"):
            await work.fetch("select pg_sleep(0.05)", meanwhile=fail)
        assert (await work.fetchrow("select 2"))[0] == 2


async def test_what_the_server_refuses_is_raised(house):
    done = []
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with house.work() as work:
            await work.fetch("select 1 / 0", meanwhile=lambda: done.append(1))

    assert done == [1]


async def test_whoever_is_cancelled_meanwhile_rolls_back(house):
    async def ask():
        async with house.work() as work:
            await work.fetch("select pg_sleep(5)", meanwhile=lambda: None)

    task = asyncio.create_task(ask())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with house.work() as work:
        assert (await work.fetchrow("select 3"))[0] == 3
