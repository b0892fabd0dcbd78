"""Backups by programs of one version, of and into servers of another; and what a failure leaves."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import asyncpg
import pytest

from laurels.cli import database as commands
from laurels.config import Settings
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.postgres.server import PostgresError
from laurels.migrations import dump, restoring, runner
from tests.support import size
from tests.support.make import make_tenant
from tests.support.versions import SUPPORTED, Servers, folder, started

from .conftest import ask
from .test_dump import rows_of

pytestmark = pytest.mark.slow


TRAP = "SET transaction_timeout = 0;"
# Server and programs, then from and to: all pairs at full size, else one for each kind.
OURS = [(15, 15), (15, 18), (16, 18), (17, 18), (18, 15)]
WAYS = [(15, 18), (18, 15), (18, 16), (18, 17)]
if size.pick(0, 1):
    OURS = WAYS = list(product(SUPPORTED, SUPPORTED))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with started() as found:
        yield found


async def made(servers: Servers, major: int, *, full: bool) -> str:
    """The owner's address of a migrated database on a server, with points in it if asked."""
    server, name = servers(major), f"laurels_{uuid.uuid4().hex[:8]}"
    admin = server.url(user="postgres", database="postgres")
    await roles.initialise(admin, database=name, passwords=False)
    url = server.url(user=roles.OWNER, database=name)
    await runner.upgrade(url)
    if full:
        pool = Database(roles.with_login(url, roles.APP, None))
        house = await make_tenant(pool)
        await house.member(balance=100)
        await house.member(balance=50)
        await pool.close()
        await ask(url, "update laurels.members set first_name = $1", TRAP)
    return url


async def backed_up(url: str, tmp_path: Path, bindir: Path | None) -> Path:
    taken = await dump.take_to(url, tmp_path / "all.dump", say=print, bindir=bindir)
    assert taken.restored
    return taken.path


async def restored(url: str, path: Path, tmp_path: Path, bindir: Path | None, **options: bool):
    options = {"replace": False} | options
    await restoring.restore(
        url, path, folder=tmp_path / "dumps", say=print, bindir=bindir, **options
    )


@pytest.mark.parametrize(("server", "tools"), OURS)
async def test_programs_of_the_version_or_later_back_up_and_restore(
    servers, tmp_path, server, tools
):
    bindir = folder(tools, "pg_dump")
    url = await made(servers, server, full=True)
    before = await rows_of(url)

    if tools < server:
        with pytest.raises(dump.DumpFailed, match=rf"PostgreSQL {server} or later.*LAURELS_PG_BIN"):
            await backed_up(url, tmp_path, bindir)
        assert list(tmp_path.iterdir()) == []
        return
    path = await backed_up(url, tmp_path, bindir)
    await ask(url, "update laurels.members set first_name = 'changed'")
    await restored(url, path, tmp_path, bindir, replace=True)

    assert await rows_of(url) == before
    assert await runner.drift(url) == []


@pytest.mark.parametrize(("of", "to"), WAYS)
async def test_a_backup_of_any_version_goes_into_any_other(servers, tmp_path, of, to):
    folder(of, "postgres"), folder(to, "postgres")
    url = await made(servers, of, full=True)
    path = await backed_up(url, tmp_path, None)

    there = await made(servers, to, full=False)
    await restored(there, path, tmp_path, None)

    assert await rows_of(there) == await rows_of(url)
    assert await runner.drift(there) == []


async def test_older_programs_write_what_a_newer_server_reads_with_them(servers, tmp_path):
    path = await backed_up(await made(servers, 15, full=True), tmp_path, folder(15, "pg_dump"))

    newer = await made(servers, 18, full=False)
    await restored(newer, path, tmp_path, folder(15, "pg_dump"))

    assert len(await ask(newer, "select 1 from laurels.members")) == 2


async def test_programs_that_cannot_read_the_file_are_refused_by_name(servers, tmp_path):
    path = await backed_up(await made(servers, 18, full=True), tmp_path, None)
    there = await made(servers, 15, full=False)

    with pytest.raises(
        dump.DumpFailed, match=r"17 or later\. LAURELS_PG_BIN is .*holds version 15"
    ):
        await restored(there, path, tmp_path, folder(15, "pg_dump"))

    assert await runner.drift(there) == []


async def test_a_named_folder_without_the_programs_is_refused(servers, tmp_path):
    url = await made(servers, 18, full=False)

    with pytest.raises(dump.DumpFailed, match=r"LAURELS_PG_BIN is .*, which holds none of them"):
        await backed_up(url, tmp_path, tmp_path)


def cut(path: Path) -> None:
    """The list of contents stays whole; the data ends within its last compressed block."""
    os.truncate(path, path.read_bytes().rindex(b"\x78\x9c") + 8)


async def grow_a_trap(url: str, name: str) -> None:
    """Make the server refuse what the backup brings, somewhere in the middle."""
    server = roles.with_database(roles.with_login(url, "postgres", None), "postgres")
    await ask(server, f'create role "{name}"')
    await ask(url, f'grant select on laurels.wallets to "{name}"')


@pytest.mark.parametrize("server", [15, 18])
@pytest.mark.parametrize("broken", ["the file", "a role that is not there"])
async def test_a_restore_that_fails_into_an_empty_database_leaves_one_that_works(
    servers, tmp_path, server, broken
):
    url = await made(servers, server, full=True)
    role = f"someone_{uuid.uuid4().hex[:8]}"
    if broken != "the file":
        await grow_a_trap(url, role)
    path = await backed_up(url, tmp_path, None)
    if broken == "the file":
        cut(path)
    else:
        await ask(url, f'revoke all on laurels.wallets from "{role}"')
        await ask(roles.with_login(url, "postgres", None), f'drop role "{role}"')
    there = await made(servers, server, full=False)

    with pytest.raises(dump.DumpFailed, match="cannot be restored"):
        await restored(there, path, tmp_path, None)

    assert await runner.current(there) == runner.head()
    assert await runner.drift(there) == []
    await commands.bring_to(there, with_dump=False, say=print)


async def test_a_restore_that_is_killed_changes_nothing(servers, tmp_path, monkeypatch):
    url = await made(servers, 18, full=True)
    path = await backed_up(url, tmp_path, None)
    before = await rows_of(url)
    begun = asyncio.Event()
    real = dump.where_known

    def begin(line: bytes) -> bytes:
        begun.set()
        return real(line)

    monkeypatch.setattr(dump, "where_known", begin)
    task = asyncio.create_task(dump.restore(url, path))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await rows_of(url) == before


async def test_what_is_no_dump_is_refused_before_anything_changes(servers, tmp_path):
    url, words = await made(servers, 18, full=False), tmp_path / "words.sql"
    words.write_text("create table x ();")

    with pytest.raises(dump.DumpFailed, match=r"words\.sql is no dump of PostgreSQL"):
        await restored(url, words, tmp_path, None)

    assert await runner.drift(url) == []


async def test_migrate_makes_a_schema_that_is_missing(servers, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "settings", lambda: Settings(data_dir=tmp_path))
    url = await made(servers, 18, full=False)
    await ask(url, "drop schema laurels cascade")

    await commands.bring_to(url, say=print)

    assert await runner.drift(url) == []


async def test_migrate_says_what_to_do_where_it_may_not_make_the_schema(servers):
    url = await made(servers, 18, full=False)
    name = roles.database_of(url)
    await ask(url, "drop schema laurels cascade")
    admin = roles.with_login(url, "postgres", None)
    await ask(admin, f'revoke create on database "{name}" from {roles.OWNER}')

    with pytest.raises(PostgresError, match="laurels db init"):
        await commands.bring_to(url, say=print)


async def test_migrate_of_a_server_without_our_roles_says_what_to_do(servers):
    server, name = servers(18), f"bare_{uuid.uuid4().hex[:8]}"
    admin = server.url(user="postgres", database="postgres")
    await ask(admin, f'create role "{name}" login')
    await ask(admin, f'create database "{name}"')
    connection = await asyncpg.connect(server.url(user="postgres", database=name))
    await connection.close()

    with pytest.raises(PostgresError, match="laurels db init"):
        await commands.bring_to(server.url(user=name, database=name), say=print)


def test_settings_of_the_head_count_where_the_server_knows_them():
    assert dump.where_known(b"SET transaction_timeout = 0;\n") == (
        b"select pg_catalog.set_config(name, '0', false)"
        b" from pg_catalog.pg_settings where name = 'transaction_timeout';\n"
    )
    assert b"'UTF8'" in dump.where_known(b"SET client_encoding = 'UTF8';\n")
    for other in (b"\\restrict abc\n", b"-- a word\n", b"SET a = b; drop table c;\n"):
        assert dump.where_known(other) == other
