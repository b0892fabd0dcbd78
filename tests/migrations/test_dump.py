"""The dump before a migration: taken where there is data, proved, private, and it brings back."""

import stat

import asyncpg
import pytest

from laurels.cli import database as commands
from laurels.config import Settings
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.migrations import dump, runner
from tests.support import cluster
from tests.support.make import make_tenant

from .conftest import ask

OWNERS = """
select proname, proowner::regrole::text from pg_proc
where pronamespace = 'laurels'::regnamespace order by 1
"""


def bindir():
    found = cluster.server().cluster
    return found.bindir if found is not None else None


@pytest.fixture
async def full_url(migrated_url):
    """A database with a tenant, two members and their points."""
    pool = Database(roles.with_login(migrated_url, roles.APP, None))
    house = await make_tenant(pool)
    await house.member(balance=100)
    await house.member(balance=50)
    await pool.close()
    return migrated_url


@pytest.fixture
def said(monkeypatch, tmp_path):
    """What is said while commands use a data folder of the test's own."""
    found = Settings(data_dir=tmp_path / "data", pg_bin=bindir())
    monkeypatch.setattr(commands, "settings", lambda: found)
    return []


async def rows_of(url):
    connection = await asyncpg.connect(url)
    try:
        counts = await dump.counted(connection)
        return {
            name: await connection.fetchval(
                f'select md5(string_agg(t::text, chr(10) order by t::text)) from laurels."{name}" t'
            )
            for name in counts
        }
    finally:
        await connection.close()


async def test_a_dump_brings_back_every_row_and_function(full_url, make_database, tmp_path):
    before = await rows_of(full_url)
    fresh = await make_database()

    taken = await dump.take(
        full_url, folder=tmp_path / "dumps", label="x", bindir=bindir(), say=print
    )
    await dump.restore(fresh, taken.path, bindir=bindir())

    assert taken.restored
    assert await rows_of(fresh) == before
    assert await runner.drift(fresh) == []
    assert await ask(fresh, OWNERS) == await ask(full_url, OWNERS)


async def test_a_dump_is_readable_by_its_owner_alone_and_leaves_no_scratch(full_url, tmp_path):
    folder = tmp_path / "data" / "dumps"

    taken = await dump.take(full_url, folder=folder, label="x", bindir=bindir(), say=print)

    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [taken.path.name]
    assert not await ask(
        full_url, "select 1 from pg_database where datname = current_database() || '_dump_check'"
    )


async def test_a_dump_that_lacks_rows_is_refused(full_url, tmp_path, monkeypatch):
    real = dump.counted

    async def one_more(connection):
        counts = await real(connection)
        name = await connection.fetchval("select current_database()")
        return counts if name.endswith("_dump_check") else counts | {"members": 99}

    monkeypatch.setattr(dump, "counted", one_more)

    with pytest.raises(dump.DumpFailed, match="2 rows of `members` came back, not 99"):
        await dump.take(full_url, folder=tmp_path, label="x", bindir=bindir(), say=print)

    assert list(tmp_path.iterdir()) == []
    assert not await ask(
        full_url, "select 1 from pg_database where datname = current_database() || '_dump_check'"
    )


async def test_an_owner_without_createdb_gets_a_dump_that_was_listed(full_url, tmp_path):
    admin = cluster.server().admin_url
    lone = f"lone_{full_url[-8:]}" if full_url[-8:].isalnum() else "lone_dumper"
    await ask(admin, f"create role {lone} login in role {roles.OWNER}")
    try:
        # The role option makes no difference to what the login itself may make.
        said: list[str] = []
        taken = await dump.take(
            roles.with_login(full_url, lone, None), folder=tmp_path, label="x", bindir=bindir(),
            say=said.append,
        )  # fmt: skip
    finally:
        await ask(admin, f"drop role {lone}")

    assert not taken.restored
    assert "not restored" in said[-1]


async def test_an_empty_database_migrates_without_a_dump(empty_url, said, tmp_path):
    way = await commands.bring_to(empty_url, say=said.append)

    assert way.target == runner.head()
    assert not (tmp_path / "data" / "dumps").exists()


async def test_going_back_with_data_takes_a_dump_from_which_all_comes_back(
    full_url, make_database, said, tmp_path
):
    before = await rows_of(full_url)
    fresh = await make_database()

    way = await commands.bring_to(full_url, "base", say=said.append)
    (taken,) = (tmp_path / "data" / "dumps").iterdir()
    await dump.restore(fresh, taken, bindir=bindir())

    assert way.back
    assert await runner.current(full_url) is None
    assert await rows_of(fresh) == before
    assert any("same number of rows" in words for words in said)


async def test_a_migration_forward_with_data_takes_a_dump_and_keeps_every_row(
    full_url, said, tmp_path, monkeypatch
):
    # There is one revision yet, so the database is told that it stands before it.
    before = await rows_of(full_url)
    done: list[runner.Plan] = []

    async def follow(_url, way):
        done.append(way)
        return []

    async def current(_url):
        return None

    monkeypatch.setattr(runner, "follow", follow)
    monkeypatch.setattr(runner, "current", current)
    await commands.bring_to(full_url, say=said.append)

    assert [way.target for way in done] == [runner.head()]
    assert len(list((tmp_path / "data" / "dumps").iterdir())) == 1
    assert await rows_of(full_url) == before


async def test_no_dump_means_no_dump(full_url, said, tmp_path):
    await commands.bring_to(full_url, "base", with_dump=False, say=said.append)

    assert not (tmp_path / "data" / "dumps").exists()


async def test_a_dump_that_cannot_be_taken_stops_the_migration(full_url, said, monkeypatch):
    async def fail(*_args, **_more):
        raise dump.DumpFailed("no room")

    monkeypatch.setattr(dump, "take", fail)

    with pytest.raises(dump.DumpFailed):
        await commands.bring_to(full_url, "base", say=said.append)

    assert await runner.current(full_url) == runner.head()


def test_old_dumps_go_but_for_the_newest(tmp_path):
    import os
    import time

    now = time.time()
    for number, days in enumerate((1, 40, 41, 42, 43)):
        path = tmp_path / f"laurels-x-{number}.dump"
        path.write_text("")
        os.utime(path, (now - days * 86_400, now - days * 86_400))
    (tmp_path / "mine.dump").write_text("")
    os.utime(tmp_path / "mine.dump", (0, 0))

    gone = dump.forget_old(tmp_path)

    assert gone == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "laurels-x-0.dump", "laurels-x-1.dump", "laurels-x-2.dump", "mine.dump",
    ]  # fmt: skip
    assert dump.forget_old(tmp_path / "none") == 0
