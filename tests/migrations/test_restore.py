"""A backup taken under load comes back clean, and nothing that was there is ever lost."""

import asyncio
import os
import uuid
from decimal import Decimal
from functools import partial

import asyncpg
import pytest

from laurels import ledger, settlement
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.work import open_work
from laurels.migrations import dump, health, restoring, runner
from laurels.purchases import NewPurchase
from tests.support import cluster
from tests.support.make import make_tenant
from tests.support.waiting import until

from .conftest import ask
from .test_dump import bindir, rows_of

pytestmark = pytest.mark.slow


@pytest.fixture
async def shop(migrated_url):
    """A tenant at work in a database of the test's own; closed before anything is restored."""
    # A clone has no grants on itself; `db init` gives this one.
    name = roles.database_of(migrated_url)
    await ask(cluster.server().admin_url, f'grant create on database "{name}" to {roles.OWNER}')
    pool = Database(roles.with_login(migrated_url, roles.APP, None))
    house = await make_tenant(pool)
    yield house
    await pool.close()


async def _sell(house, stop):
    sold = 0
    while not stop.is_set():
        async with house.work() as work:
            item = NewPurchase(
                amount=Decimal(10), currency="USD", member=f"m{sold % 7}", source="load",
                external_id=str(uuid.uuid4()),
            )  # fmt: skip
            await settlement.settle(work, [item])
        sold += 1
    return sold


async def _has_sold(house):
    async with house.work() as work:
        return await work.fetch("select 1 from laurels.purchases where tenant_id = $1 limit 1",
                                work.tenant_id)  # fmt: skip


async def _faults(url, tenant_id):
    pool = Database(roles.with_login(url, roles.APP, None), pool_size=1)
    async with open_work(pool, tenant_id=tenant_id) as work:
        found = [str(fault) for fault in await ledger.find_faults(work)]
        figures = await ledger.figures(work)
    await pool.close()
    return found, figures


async def _restore(url, path, tmp_path, **options):
    options = {"replace": False} | options
    return await restoring.restore(
        url, path, folder=tmp_path / "dumps", say=print, bindir=bindir(), **options
    )


async def test_a_backup_taken_under_load_restores_and_verifies_clean(
    migrated_url, shop, make_database, tmp_path
):
    stop, path = asyncio.Event(), tmp_path / "busy.dump"
    sellers = [asyncio.create_task(_sell(shop, stop)) for _ in range(3)]
    await until(partial(_has_sold, shop))

    taken = await dump.take_to(migrated_url, path, say=print, bindir=bindir())
    stop.set()
    sold = sum(await asyncio.gather(*sellers))
    fresh = await make_database()
    await _restore(fresh, path, tmp_path)
    faults, figures = await _faults(fresh, shop.tenant.id)

    assert taken.restored
    assert faults == []
    assert await runner.drift(fresh) == []
    assert 0 < figures.points_outstanding <= 10 * sold
    assert figures.points_outstanding % 10 == 0


async def test_data_is_replaced_only_when_that_is_said_and_is_kept_in_a_dump(
    migrated_url, shop, make_database, tmp_path
):
    path = tmp_path / "one.dump"
    await shop.member(balance=100)
    before = await rows_of(migrated_url)
    await dump.take_to(migrated_url, path, say=print, bindir=bindir())
    await shop.member(balance=50)
    after = await rows_of(migrated_url)
    await shop.database.close()

    with pytest.raises(restoring.RestoreRefused, match="--replace"):
        await _restore(migrated_url, path, tmp_path)
    kept = await _restore(migrated_url, path, tmp_path, replace=True)
    assert await rows_of(migrated_url) == before
    fresh = await make_database()
    await _restore(fresh, kept, tmp_path)

    assert await rows_of(fresh) == after


async def test_a_backup_that_breaks_on_the_way_leaves_what_was_there(
    migrated_url, shop, tmp_path, monkeypatch
):
    path = tmp_path / "one.dump"
    await shop.member(balance=100)
    await dump.take_to(migrated_url, path, say=print, bindir=bindir())
    await shop.member(balance=50)
    before = await rows_of(migrated_url)
    await shop.database.close()
    # Its list of contents is whole, but it ends within the first compressed block of data.
    os.truncate(path, path.read_bytes().index(b"\x78\x9c") + 8)

    with pytest.raises(dump.DumpFailed):
        await _restore(migrated_url, path, tmp_path, replace=True)

    assert await rows_of(migrated_url) == before


async def test_nothing_is_restored_while_others_are_connected_or_from_something_else(
    migrated_url, shop, tmp_path
):
    path, text = tmp_path / "one.dump", tmp_path / "words.txt"
    await shop.member(balance=100)
    await dump.take_to(migrated_url, path, say=print, bindir=bindir())
    text.write_text("not a dump")

    with pytest.raises(restoring.RestoreRefused, match="other connections"):
        await _restore(migrated_url, path, tmp_path, replace=True)
    await shop.database.close()
    with pytest.raises(dump.DumpFailed):
        await _restore(migrated_url, text, tmp_path, replace=True)
    with pytest.raises(restoring.RestoreRefused, match="no file"):
        await _restore(migrated_url, tmp_path / "none", tmp_path, replace=True)

    assert len(await ask(migrated_url, "select 1 from laurels.members")) == 1


async def test_a_backup_of_a_newer_version_is_refused_before_anything_changes(
    migrated_url, make_database, tmp_path
):
    path, fresh = tmp_path / "newer.dump", await make_database()
    await ask(migrated_url, "update laurels.alembic_version set version_num = '9999'")
    await dump.take_to(migrated_url, path, say=print, bindir=bindir())

    with pytest.raises(restoring.RestoreRefused, match="9999"):
        await _restore(fresh, path, tmp_path)

    assert await runner.current(fresh) is None


async def test_a_backup_never_overwrites_a_file(migrated_url, tmp_path):
    path = tmp_path / "mine.dump"
    path.write_text("mine")

    with pytest.raises(dump.DumpFailed, match="there already"):
        await dump.take_to(migrated_url, path, say=print, bindir=bindir())

    assert path.read_text() == "mine"
    assert [found.name for found in tmp_path.iterdir()] == ["mine.dump"]


async def test_health_tells_sizes_and_an_old_transaction(migrated_url, shop, monkeypatch):
    await shop.member(balance=100)
    monkeypatch.setattr(health, "LONG_TRANSACTION_SECONDS", 0)
    idle = await asyncpg.connect(migrated_url)
    await idle.execute("begin; select 1")

    found = await health.examine(migrated_url)
    await idle.close()

    assert {"purchases", "wallets", "outbox"} <= {row["name"] for row in found.tables}
    assert found.figures["oldest_transaction_seconds"] > 0
    assert [finding.what for finding in found.findings if "transaction has been" in finding.what]
