"""Connections are lent, and nobody goes without because of it."""

import asyncio
import contextlib
from functools import partial
from uuid import uuid4

import pytest

from laurels.kit.db import pool
from laurels.kit.db.pool import Database, PoolExhausted
from tests.support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
async def lender(app_url):
    """A database of two connections."""
    found = Database(app_url, pool_size=2, pool_timeout=PATIENCE_SECONDS)
    yield found
    await found.close()


async def backend(database):
    """The server's process behind the next connection."""
    async with database.connection() as raw:
        return await raw.fetchval("select pg_backend_pid()")


async def test_the_same_connection_is_lent_again(lender):
    assert len({await backend(lender) for _ in range(5)}) == 1


async def test_who_waits_gets_the_connection_that_comes_back(lender):
    async with lender.connection(), lender.connection() as second:
        waiting = asyncio.create_task(backend(lender))
        await asyncio.sleep(0)
        expected = await second.fetchval("select pg_backend_pid()")

        assert not waiting.done()
    assert await waiting == expected or await backend(lender)


async def test_no_more_are_lent_than_there_are(lender, monkeypatch):
    async with lender.connection(), lender.connection():
        with monkeypatch.context() as impatient, pytest.raises(PoolExhausted):
            impatient.setattr(lender, "_timeout", 0.05)
            await backend(lender)
    assert await backend(lender)


async def test_a_connection_that_died_while_nobody_had_it_is_not_lent(lender):
    pid = await backend(lender)
    async with lender.connection() as first, lender.connection() as second:
        other = await second.fetchval("select pg_backend_pid()")
        dying = first._con
        await second.execute(f"select pg_terminate_backend({await _pid(first)})")
    await until(partial(_is_closed, dying))

    assert {await backend(lender) for _ in range(3)} == {other}
    assert other != pid


async def test_a_tenant_has_a_part_of_the_connections_and_others_the_rest(app_url, monkeypatch):
    lender, one, other = Database(app_url, pool_size=5), uuid4(), uuid4()
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(lender.per_tenant):
            await stack.enter_async_context(lender.connection(tenant_id=one))
        with monkeypatch.context() as impatient, pytest.raises(PoolExhausted):
            impatient.setattr(lender, "_timeout", 0.05)
            async with lender.connection(tenant_id=one):
                pass

        async with lender.connection(tenant_id=other) as raw:
            assert await raw.fetchval("select 1") == 1
    assert lender._shares == {}
    await lender.close()


async def test_so_many_of_a_tenant_wait_and_no_more(app_url, monkeypatch):
    monkeypatch.setattr(pool, "MAX_WAITING_PER_TENANT", 3)
    lender, one = Database(app_url, pool_size=2, pool_timeout=PATIENCE_SECONDS), uuid4()

    async def use():
        async with lender.connection(tenant_id=one):
            await asyncio.sleep(0.1)

    outcomes = await asyncio.gather(*(use() for _ in range(10)), return_exceptions=True)

    assert [type(each) for each in outcomes].count(PoolExhausted) == 10 - 3 - lender.per_tenant
    assert lender._shares == {}
    await lender.close()


async def test_who_gives_up_waiting_leaves_room_for_others(app_url):
    lender, one = Database(app_url, pool_size=2, pool_timeout=PATIENCE_SECONDS), uuid4()
    async with lender.connection(tenant_id=one):
        waiting = [asyncio.create_task(_use(lender, one)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
    assert await asyncio.gather(*waiting[1:]) == [1, 1]
    assert lender._shares == {}
    await lender.close()


async def _use(lender, tenant_id):
    async with lender.connection(tenant_id=tenant_id) as raw:
        return await raw.fetchval("select 1")


async def _is_closed(raw):
    return raw.is_closed()


async def _pid(raw):
    return await raw.fetchval("select pg_backend_pid()")


async def test_a_connection_left_in_a_transaction_goes_back_to_the_pool(lender):
    async with lender.connection() as raw:
        await raw.execute("begin; set local app.tenant_id = '00000000-0000-0000-0000-000000000001'")

    async with lender.connection() as raw:
        assert not raw.is_in_transaction()
        assert not await raw.fetchval("select current_setting('app.tenant_id', true)")
