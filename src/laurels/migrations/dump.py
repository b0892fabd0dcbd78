"""Dumps that are known to restore: taken before a migration wherever there is data.

A dump is what goes back in production (a downgrade may lose what a later version wrote), so it
counts only when a scratch database was made from it and holds the same number of rows, table by
table, as the database did at the moment of the dump.
"""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg

from laurels.kit.db import roles
from laurels.kit.db.pool import SCHEMA, Raw
from laurels.kit.db.sql import statements
from laurels.kit.postgres.binaries import OS_FOLDERS, PostgresError, PostgresNotFound, find_binaries
from laurels.kit.values.time import utc_now

from . import runner

SQL = statements(__name__)

Say = Callable[[str], None]
Watch = Callable[[str], None]
"""Is told the name of each table that is being written or brought back."""
MAX_NAME = 63
RETENTION = timedelta(days=30)
MIN_KEPT_DUMPS = 3
_CHUNK = 1 << 20
_SETTING = re.compile(rb"SET (\w+) = ([\w']+);")
_END_OF_SETTINGS = b"SELECT pg_catalog.set_config('search_path'"
_AT_WORK_ON = re.compile(r'(?:dumping contents of|processing data for) table "(?:\w+\.)?(\w+)"')


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of pg_dump, pg_restore and psql, and their version."""

    bindir: Path
    major: int


class DumpFailed(PostgresError):
    """No dump could be taken, or what was taken does not restore; nothing was migrated."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that was proved. `restored` is False when only its contents could be listed."""

    path: Path
    rows: int
    restored: bool


async def take(
    url: str,
    *,
    folder: Path,
    label: str,
    say: Say,
    bindir: Path | None = None,
    watch: Watch | None = None,
) -> Dump:
    """A proved dump of the schema is in the folder, readable by its owner alone.

    Raise DumpFailed, leaving no file behind, when it cannot be taken or does not restore.
    """
    path = _place(folder) / f"{SCHEMA}-{label}-{utc_now():%Y%m%dT%H%M%S}-{os.getpid()}.dump"
    return await take_to(url, path, say=say, bindir=bindir, watch=watch)


async def take_to(
    url: str, path: Path, *, say: Say, bindir: Path | None = None, watch: Watch | None = None
) -> Dump:
    """A proved dump of the schema is this file, which was not there before.

    Raise DumpFailed, leaving no file behind, when it cannot be taken or does not restore.
    """
    unproved = path.with_name(path.name + ".unproved")
    try:
        programs, counts = await _dump(url, unproved, bindir, watch)
        size = unproved.stat().st_size
        rows = sum(counts.values())
        say(f"dumped {rows:,} rows of {len(counts)} tables ({size / 1e6:,.1f} MB); restoring it")
        restored = await _prove(url, unproved, programs, counts, watch)
        _name(unproved, path)
    finally:
        unproved.unlink(missing_ok=True)
    if restored:
        say("restored into a scratch database: every table has the same number of rows")
    else:
        say("the owner may make no database: its list of contents was read, it was not restored")
    return Dump(path, rows, restored)


def _name(unproved: Path, path: Path) -> None:
    """Give a proved dump its name; what has that name by now is never overwritten."""
    try:
        os.link(unproved, path)
    except FileExistsError:
        msg = f"{path} is there already; it was left as it is."
        raise DumpFailed(msg) from None
    except OSError:
        # Some file systems know no second names.
        unproved.rename(path)


def _place(folder: Path) -> Path:
    # The data folder itself may be shared with the server's account; dumps are ours alone.
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def forget_old(folder: Path) -> int:
    """Dumps of more than thirty days are gone, but for the newest three; return how many went.

    Only what was taken by itself, before a migration or a restore, lies in this folder; backups
    that somebody took are left alone.
    """
    if not folder.is_dir():
        return 0
    dumps = sorted(
        folder.glob(f"{SCHEMA}-*.dump"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    oldest = (utc_now() - RETENTION).timestamp()
    gone = [path for path in dumps[MIN_KEPT_DUMPS:] if path.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


async def restore(
    url: str, path: Path, *, bindir: Path | None = None, watch: Watch | None = None
) -> None:
    """The database holds what the dump holds, in the place of what was there.

    Raise DumpFailed, with nothing changed, when it cannot be brought back.
    """
    connection = await asyncpg.connect(url)
    try:
        server = connection.get_server_version().major
    finally:
        await connection.close()
    await _restore(url, path, _readers(path, server, bindir), watch)
    # A dump holds no views.
    await runner.make_views(url)


async def revision_of(path: Path, *, bindir: Path | None = None) -> str | None:
    """Return the schema's revision in a dump. Raise DumpFailed when it is none, or none of ours."""
    programs = _readers(path, 0, bindir)
    lines: list[str] = []
    await _run(
        programs,
        "pg_restore",
        None,
        f"--schema={SCHEMA}",
        "--table=alembic_version",
        "--data-only",
        "--file=-",
        str(path),
        watch=lines.append,
    )
    head = next((n for n, line in enumerate(lines) if line.startswith(f"COPY {SCHEMA}.")), None)
    if head is None:
        msg = f"{path} is a dump, but not one of Laurels: it holds no schema `{SCHEMA}`."
        raise DumpFailed(msg)
    row = lines[head + 1]
    return None if row == "\\." else row


async def counted(connection: Raw) -> dict[str, int]:
    """Return the number of rows of every table of ours, as the owner sees them."""
    names = await connection.fetch(SQL.count_rows_of, SCHEMA)
    count = 'select count(*) from {}."{}"'
    return {name: await connection.fetchval(count.format(SCHEMA, name)) for (name,) in names}


async def _dump(
    url: str, path: Path, bindir: Path | None, watch: Watch | None
) -> tuple[Programs, dict[str, int]]:
    connection = await asyncpg.connect(url)
    try:
        programs = _programs(connection.get_server_version().major, bindir)
        # The dump and the count look at the same moment, whoever writes meanwhile.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
                await _run(
                    programs,
                    "pg_dump",
                    url,
                    "--format=custom",
                    "--enable-row-security",
                    f"--schema={SCHEMA}",
                    f"--snapshot={snapshot}",
                    "--verbose",
                    out=to.fileno(),
                    watch=_tables(watch),
                )
            counts = await counted(connection)
    finally:
        await connection.close()
    return programs, counts


async def _prove(
    url: str, path: Path, programs: Programs, counts: dict[str, int], watch: Watch | None
) -> bool:
    """Restore into a scratch database and compare; answer False when none may be made."""
    scratch = f"{roles.database_of(url)[: MAX_NAME - 11]}_dump_check"
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval(SQL.may_create_databases):
            await _run(programs, "pg_restore", None, "--list", str(path), watch=_tables(None))
            return False
        # One that a killed run left behind would be in the way.
        await connection.execute(f'drop database if exists "{scratch}" with (force)')
        await connection.execute(f'create database "{scratch}" template template0')
        try:
            await _compare(roles.with_database(url, scratch), path, programs, counts, watch)
        finally:
            await connection.execute(f'drop database if exists "{scratch}" with (force)')
    finally:
        await connection.close()
    return True


async def _compare(
    url: str, path: Path, programs: Programs, counts: dict[str, int], watch: Watch | None
) -> None:
    await _restore(url, path, programs, watch)
    connection = await asyncpg.connect(url)
    try:
        found = await counted(connection)
    finally:
        await connection.close()
    different = sorted(name for name in counts | found if counts.get(name) != found.get(name))
    if different:
        name = different[0]
        msg = (
            f"The dump does not hold what the database holds: {found.get(name)} rows of `{name}`"
            f" came back, not {counts.get(name)}. Nothing was migrated."
        )
        raise DumpFailed(msg)


async def _restore(url: str, path: Path, programs: Programs, watch: Watch | None) -> None:
    """Put what the dump holds in the place of our schema, in one transaction: all or nothing.

    pg_restore writes a script that psql runs. By itself it would set what an older server does
    not know, and could not drop what is there in the same transaction.
    """
    # `--schema` leaves out the schema itself, which has the grants that the owners of its
    # functions need before the dump comes to them.
    first = f"begin; drop schema if exists {SCHEMA} cascade; create schema {SCHEMA};"
    first += roles.OPEN
    # A dump of one schema holds no extensions.
    first += "".join(f"create extension if not exists {name};" for name in roles.EXTENSIONS)
    # The dump says who may run which function; what new ones get counts only from then on.
    last = f"\n{roles.CLOSE_FUNCTIONS} commit;\n"
    environment, address = _address(url)
    reader = await asyncio.create_subprocess_exec(
        str(programs.bindir / "pg_restore"),
        f"--schema={SCHEMA}",
        "--verbose",
        "--file=-",
        str(path),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_CHUNK,
    )
    writer = await asyncio.create_subprocess_exec(
        str(programs.bindir / "psql"),
        *address,
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        read, wrote, _ = await asyncio.gather(
            _hear(reader.stderr, _tables(watch)),
            _hear(writer.stderr, _tables(None)),
            _hand_over(reader, writer, first, last),
        )
        codes = await reader.wait(), await writer.wait()
    finally:
        for process in (reader, writer):
            if process.returncode is None:
                process.kill()
                await process.wait()
    # What the server refuses is the reason, though pg_restore was then stopped as well.
    for name, code, said in (("psql", codes[1], wrote), ("pg_restore", codes[0], read)):
        if code != 0:
            msg = f"{path} cannot be restored, {name} failed: {' '.join(said)}"
            raise DumpFailed(msg)


async def _hand_over(
    reader: asyncio.subprocess.Process, writer: asyncio.subprocess.Process, first: str, last: str
) -> None:
    """Hand the script over, and end its transaction only when all of it has come."""
    script, into = reader.stdout, writer.stdin
    assert script is not None, "it is a pipe"
    assert into is not None, "it is a pipe"
    try:
        into.write(first.encode())
        while line := await script.readline():
            into.write(where_known(line))
            if line.startswith(_END_OF_SETTINGS):
                break
        while chunk := await script.read(_CHUNK):
            into.write(chunk)
            await into.drain()
        if await reader.wait() == 0:
            into.write(last.encode())
            await into.drain()
            into.close()
        else:
            # What came may end anywhere; a server that loses its client undoes it.
            writer.kill()
    except (BrokenPipeError, ConnectionResetError):
        # psql has ended: the server refused something.
        reader.kill()


def where_known(line: bytes) -> bytes:
    """Return a line of the script's head that sets only what the server knows."""
    found = _SETTING.fullmatch(line.strip())
    if found is None:
        return line
    name, value = found[1], found[2].strip(b"'")
    return (
        b"select pg_catalog.set_config(name, '%s', false)"
        b" from pg_catalog.pg_settings where name = '%s';\n"
    ) % (value, name)


def _tables(watch: Watch | None) -> Watch:
    """Return what picks the names of tables out of the lines that the programs print."""

    def pick(line: str) -> None:
        if watch is not None and (found := _AT_WORK_ON.search(line)):
            watch(found[1])

    return pick


async def _run(
    programs: Programs,
    name: str,
    url: str | None,
    *arguments: str,
    watch: Watch,
    out: int | None = None,
) -> None:
    """Run a program on a database and hand over its lines: those of the list, else its reports."""
    environment, address = _address(url)
    process = await asyncio.create_subprocess_exec(
        str(programs.bindir / name),
        *address,
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=out if out is not None else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await asyncio.gather(_hear(process.stderr, watch), _hear(process.stdout, watch))
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        msg = f"{name} failed: {' '.join(said)}"
        raise DumpFailed(msg)


def _address(url: str | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the environment and the option that lead a program to a database.

    The password goes by the environment, where ps cannot see.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if url is None:
        return environment, ()
    shown, password = roles.without_password(url)
    return environment | ({"PGPASSWORD": password} if password else {}), (f"--dbname={shown}",)


async def _hear(stream: asyncio.StreamReader | None, watch: Watch) -> list[str]:
    """Hand each line over as it comes; return the last ones, which say why a program failed."""
    last: deque[str] = deque(maxlen=5)
    while stream is not None and (line := await stream.readline()):
        text = line.decode(errors="replace").strip()
        watch(text)
        last.append(text)
    return list(last)


def _programs(server: int, bindir: Path | None) -> Programs:
    """Return the programs that dump this server: of its own version, else the next newer ones."""
    return _chosen(bindir, server, server, f"A dump of PostgreSQL {server}")


def _readers(path: Path, server: int, bindir: Path | None) -> Programs:
    """Return the programs that read this dump, of the server's version where there are such.

    Raise DumpFailed when the file is no dump, or when no program that is here can read it.
    """
    with path.open("rb") as file:
        head = file.read(7)
    if len(head) < 7 or not head.startswith(b"PGDMP"):
        msg = f"{path} is no dump of PostgreSQL."
        raise DumpFailed(msg)
    # The file says in which format it is. These came with PostgreSQL 16 and 17.
    oldest = {15: 16}.get(head[6], 17) if head[6] > 14 else 0
    return _chosen(bindir, oldest, server, f"{path}")


def _chosen(bindir: Path | None, oldest: int, server: int, what: str) -> Programs:
    """Return the programs nearest to the server's version; a folder that was named, or none."""
    found = list(_candidates(bindir))
    usable = [each for each in found if each.major >= oldest]
    if usable:
        return min(usable, key=lambda each: (each.major < server, abs(each.major - server)))
    msg = f"{what} needs pg_dump, pg_restore and psql of PostgreSQL {oldest} or later."
    if bindir is not None:
        held = f"version {found[0].major}" if found else "none of them"
        msg += (
            f" LAURELS_PG_BIN is {bindir}, which holds {held}: set it to a folder that has them,"
            " or leave it unset to use what is found."
        )
    else:
        msg += (
            " None are here: install laurels[local], or the client programs of your system, or"
            " set LAURELS_PG_BIN to their folder. With a dump of your own, migrate with --no-dump."
        )
    raise DumpFailed(msg)


def _candidates(bindir: Path | None) -> Iterator[Programs]:
    """Return the named folder, if it is complete; without one, every folder that is found."""
    places = [bindir] if bindir is not None else list(_places())
    for place in places:
        complete = all((place / name).is_file() for name in ("pg_restore", "psql"))
        if complete and (major := _major(place / "pg_dump")):
            yield Programs(place, major)


def _places() -> Iterator[Path]:
    with contextlib.suppress(PostgresNotFound):
        yield find_binaries().bindir
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).resolve().parent
    for pattern in OS_FOLDERS:
        yield from sorted(Path("/").glob(pattern[1:]))


def _major(program: Path) -> int | None:
    """Return the version of a program, None when it is not there or does not run."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    version = re.search(r"\d+", asked.stdout)
    return int(version[0]) if version else None
