"""The next transaction begins with the commit of the last one, for who wants the same."""

import asyncio

import asyncpg
import pytest

from laurels.kit.db import Database
from laurels.kit.spare import BEGUN_SECONDS
from laurels.kit.time import utc_now
from laurels.kit.work import HOT, CommitFailed, open_work
from tests.support.make import make_tenant

KEEP = "laurels.keep_answers"


@pytest.fixture
async def lender(app_url):
    """A database of two connections that is closed afterwards."""
    found = Database(app_url, pool_size=2, pool_timeout=0.5)
    yield found
    await found.close()


def hot(lender, tenant_id):
    """Work as a lane has it, with the time given."""
    return open_work(lender, tenant_id=tenant_id, now=utc_now(), kind=HOT)


def keep(work, key):
    """Write one row at the end of the transaction."""
    work.write(KEEP, work.tenant_id, [key], [b"f"], [200], [b"{}"])


async def said(work):
    """The transaction's tenant, its number, and when it began."""
    return await work.fetchrow(
        "select current_setting('app.tenant_id'), pg_backend_pid(), now(), clock_timestamp()"
    )


async def test_the_next_one_finds_its_transaction_begun(lender, house):
    async with hot(lender, house.tenant.id) as work:
        keep(work, "begun-1")
    (waiting,) = [lender._spare]
    assert waiting.there
    assert waiting._raw.is_in_transaction()

    async with hot(lender, house.tenant.id) as work:
        told = await said(work)
        assert await work.fetch("select from laurels.idempotency_keys where key = 'begun-1'")

    assert told[0] == str(house.tenant.id)
    assert (told[3] - told[2]).total_seconds() < 1


async def test_who_wants_another_tenant_gets_a_transaction_of_their_own(lender, house, database):
    other = await make_tenant(database)
    async with hot(lender, house.tenant.id) as work:
        keep(work, "other-1")
        _, pid, _, _ = await said(work)

    async with hot(lender, other.tenant.id) as work:
        told = await said(work)
        rows = await work.fetch("select key from laurels.idempotency_keys")

    assert (told[0], told[1]) == (str(other.tenant.id), pid)
    assert rows == []


async def test_nobody_comes_and_it_is_over(lender, house):
    async with hot(lender, house.tenant.id) as work:
        keep(work, "alone")

    await asyncio.sleep(BEGUN_SECONDS * 20)

    assert lender._spare.there
    assert not lender._spare._raw.is_in_transaction()
    async with lender.connection() as raw:
        assert await raw.fetchval("select 1") == 1


async def test_a_connection_that_died_with_a_beginning_is_not_lent(lender, house):
    async with hot(lender, house.tenant.id) as work:
        keep(work, "dead")
        _, pid, _, _ = await said(work)
    # The same role may end its own sessions; another connection does it.
    killer = await asyncpg.connect(lender.url)
    await killer.execute(f"select pg_terminate_backend({pid})")
    await killer.close()
    await asyncio.sleep(0.05)

    async with hot(lender, house.tenant.id) as work:
        assert (await said(work))[1] != pid


async def test_plain_work_begins_nothing_ahead(lender, house):
    async with open_work(lender, tenant_id=house.tenant.id) as work:
        keep(work, "plain")

    assert not lender._spare._raw.is_in_transaction()


async def test_a_failure_that_was_swallowed_is_no_success(lender, house):
    with pytest.raises(CommitFailed):
        async with hot(lender, house.tenant.id) as work:
            with pytest.raises(asyncpg.PostgresError):
                await work.fetch("select 1 / 0")

    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        async with hot(lender, house.tenant.id) as work:
            with pytest.raises(asyncpg.PostgresError):
                await work.fetch("select 1 / 0")
            keep(work, "never")
    async with hot(lender, house.tenant.id) as work:
        assert not await work.fetch("select from laurels.idempotency_keys where key = 'never'")


async def test_closing_waits_for_what_is_begun(app_url, house):
    lender = Database(app_url, pool_size=1)
    async with hot(lender, house.tenant.id) as work:
        keep(work, "closing")

    await asyncio.wait_for(lender.close(), 3)
