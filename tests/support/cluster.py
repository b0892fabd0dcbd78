"""One throw-away PostgreSQL for a whole test run.

    from tests.support import cluster

    server = cluster.server()                      # started on first use, then remembered
    await cluster.template("laurels_t", build)     # built once per run: build(url) migrates it
    await cluster.clone("laurels_t", "laurels_gw0")    # a copy, 10-40 ms
    url = server.url(database="laurels_gw0")       # as the superuser; user="laurels_app" for a role
    await cluster.drop("laurels_gw0")              # even when connections are still open

All xdist workers of one run share the server; its files are in memory where there is room. A
small process watches, by a lock the kernel frees, and takes everything away when the last user
is gone, even by SIGKILL. `LAURELS_PG_BIN` chooses the programs. With `LAURELS_TEST_DATABASE_URL`
(a superuser's address) nothing is started and that server is used.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from laurels.kit.postgres import server as postgres

ROOT = Path(__file__).resolve().parents[2]
PREFIX = f"laurels-test-{os.geteuid()}-"
ROOM_NEEDED_BYTES = 1_500_000_000
# Durability is what a test run does not need; everything else is as in production.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
}


@dataclass(frozen=True)
class Server:
    """Where the tests' databases are; `cluster` is None when somebody else's server is used."""

    admin_url: str
    cluster: postgres.Cluster | None = None

    def url(self, *, database: str, user: str | None = None, password: str | None = None) -> str:
        """Answer the address of a database, as the superuser unless another role is named."""
        parts = urlsplit(self.admin_url)
        netloc = parts.netloc
        if user is not None:
            secret = f":{quote(password, safe='')}" if password else ""
            netloc = f"{quote(user, safe='')}{secret}@{netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database, safe='')}"))


@functools.cache
def server() -> Server:
    """Answer the run's server, started by whichever worker asks first."""
    if given := os.environ.get("LAURELS_TEST_DATABASE_URL"):
        return Server(given)
    named = os.environ.get("LAURELS_PG_BIN")
    running = postgres.ensure(
        run_folder(), bindir=Path(named) if named else None, settings=SETTINGS
    )
    return Server(running.url(user="postgres", database="postgres"), running)


@functools.cache
def run_folder() -> Path:
    """Answer the run's folder, which is there until the last of its processes has ended."""
    _sweep()
    found = roomy() / f"{PREFIX}{os.environ.get('PYTEST_XDIST_TESTRUNUID') or uuid.uuid4().hex}"
    _use(found)
    _watch(found)
    return found


def roomy() -> Path:
    """Answer where large files of a run are to be: in memory where there is room."""
    memory = Path("/dev/shm")
    enough = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_NEEDED_BYTES
    return memory if enough else Path(tempfile.gettempdir())


async def template(name: str, build: Callable[[str], Awaitable[None]]) -> None:
    """Make this database exist and be built, by one worker while the others wait."""
    admin = await asyncpg.connect(server().admin_url)
    try:
        await admin.execute("select pg_advisory_lock(hashtext($1))", name)
        if not await admin.fetchval("select true from pg_database where datname = $1", name):
            # Under another name until it is whole, so that a failed build is not taken for one.
            unfinished = f"{name}_unfinished"
            await admin.execute(f'drop database if exists "{unfinished}" with (force)')
            await admin.execute(f'create database "{unfinished}"')
            await build(server().url(database=unfinished))
            await admin.execute(f'alter database "{unfinished}" rename to "{name}"')
    finally:
        await admin.close()


async def clone(source: str, name: str) -> None:
    """Make a database that is a copy of another one nobody is connected to."""
    await _admin(f'create database "{name}" template "{source}" strategy file_copy')
    # What may be done in a database is not copied with it.
    await _admin(f'revoke temporary on database "{name}" from public')


async def drop(name: str) -> None:
    """Make a database not exist, closing what is still connected to it."""
    await _admin(f'drop database if exists "{name}" with (force)')


async def _admin(statement: str) -> None:
    admin = await asyncpg.connect(server().admin_url)
    try:
        await admin.execute(statement)
    finally:
        await admin.close()


# -- the folder, its users and its watchman -----------------------------------------------------


def _use(folder: Path) -> None:
    """Make the folder, and hold a lock on it that only the end of this process gives up."""
    while True:
        # Root hands the server to another account, which must be able to walk through.
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        with contextlib.suppress(FileNotFoundError):
            users = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
            if (folder / "users").stat().st_ino == os.fstat(users).st_ino:
                return
            os.close(users)  # The watchman took the folder away while we waited at its door.


def _watch(folder: Path) -> None:
    subprocess.Popen(
        [sys.executable, "-m", "tests.support.cluster", str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ).returncode = 0  # It outlives us on purpose; without this Python warns of a lost child.


def _clear_away(folder: Path, *, wait: bool) -> None:
    """Stop the server and delete the folder once nobody uses it."""
    with contextlib.suppress(FileNotFoundError), (folder / "users").open("r+") as users:
        fcntl.flock(users, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        if (folder / "users").stat().st_ino != os.fstat(users.fileno()).st_ino:
            return
        with contextlib.suppress(postgres.PostgresError):
            postgres.stop(folder)
        # At once out of the way of a worker that starts anew under the same name.
        gone = folder.with_name(f"{folder.name}-gone")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _sweep() -> None:
    """Clear away what an earlier run left whose watchman was killed as well."""
    for folder in roomy().glob(f"{PREFIX}*"):
        with contextlib.suppress(BlockingIOError):
            _clear_away(folder, wait=False)


if __name__ == "__main__":
    _clear_away(Path(sys.argv[1]), wait=True)
