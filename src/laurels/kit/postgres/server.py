"""A real, durable PostgreSQL server from nothing: made, started and found again by one call.

The server listens on a Unix socket in a folder only its owner can enter, never on the network,
so it needs no password. Its files are in `<data_dir>/pg/<major>/`. It outlives the process that
started it; the next `ensure` attaches. A lock file keeps any number of processes apart, and
nothing here trusts a file that a killed server left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from .account import Servant, programs_for, refuse_nameless, servant_for, settled_in
from .binaries import Binaries, PostgresError, PostgresNotFound, find_binaries

__all__ = [
    "Binaries",
    "Cluster",
    "PostgresError",
    "PostgresNotFound",
    "Status",
    "ensure",
    "find_binaries",
    "status",
    "stop",
]

SUPERUSER = "postgres"
PORT = 5432  # Part of the socket's name; nothing listens on the network.
START_LIMIT_SECONDS = 300  # Recovery after a crash replays all the log since the last checkpoint.
LEFTOVER_LIMIT_SECONDS = 10  # Processes of a killed server take a moment to notice.
ANSWER_LIMIT_SECONDS = 10
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"  # The shortest question that every server answers.
MAX_SOCKET_DIR_BYTES = 90
LARGEST_LOG_BYTES = 10_000_000

State = Literal["running", "starting", "stopping", "stopped"]


@dataclass(frozen=True)
class Cluster:
    """A running server: how to reach it, and the programs that belong to it."""

    bindir: Path
    major: int
    data: Path
    socket_dir: Path
    port: int

    def url(self, *, user: str, database: str) -> str:
        """Answer the address of one database for one role."""
        host = quote(str(self.socket_dir))
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={self.port}"

    def run(
        self,
        program: str,
        *args: str,
        user: str = SUPERUSER,
        database: str = "postgres",
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run psql, pg_dump or another program of this server; PostgresError when it fails."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        env |= {"PGHOST": str(self.socket_dir), "PGPORT": str(self.port)}
        env |= {"PGUSER": user, "PGDATABASE": database}
        command = [str(self.bindir / program), *args]
        try:
            done = subprocess.run(
                command, env=env, input=stdin or "", capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise PostgresError(f"{command[0]} could not be run: {error.strerror}.") from error
        if done.returncode != 0:
            raise PostgresError(f"{program} failed: {done.stderr.strip()}")
        return done


@dataclass(frozen=True)
class Status:
    """What is known of one cluster folder; `pid` is None when no process of ours serves it."""

    major: int
    data: Path
    state: State
    pid: int | None = None
    socket_dir: Path | None = None
    port: int = PORT


def ensure(
    data_dir: Path,
    *,
    bindir: Path | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
    account: str | None = None,
) -> Cluster:
    """Make a server run on this folder, creating the cluster first where there is none.

    `settings` count when this call starts the server, not when it finds one running. `account`
    is the system account that root hands the server to; else `postgres`, else `nobody`. Raise
    PostgresError for a folder whose data is of another version of PostgreSQL only.
    """
    _refuse_windows()
    binaries = find_binaries(bindir)
    home = _home(data_dir, binaries.major)
    with _plain_words(home):
        now, answers = _asked(home)
        if now.state != "running" or not answers:
            with _only_one(home):
                now, answers = _settled(home)
                if now.state == "running" and not answers:
                    # Somebody took its socket away, such as an older server that was on this
                    # folder before it was deleted and made anew. Nobody can reach it any more.
                    _stopped(now, signal.SIGINT)
                    now = _look(home)
                if now.state != "running":
                    _refuse_another_version(data_dir, binaries)
                    chosen = {**_statistics(binaries), **settings}
                    now = _started(home, binaries, chosen, servant_for(home, account))
    if now.socket_dir is None:
        raise PostgresError(f"The server on {home} listens on no socket; stop it and start again.")
    return Cluster(binaries.bindir, binaries.major, now.data, now.socket_dir, now.port)


def stop(data_dir: Path, *, bindir: Path | None = None, fast: bool = True) -> bool:
    """Make no server run on this folder; True when one did. `fast` ends open connections.

    With `bindir` only the cluster of that version is meant.
    """
    _refuse_windows()
    only = find_binaries(bindir).major if bindir is not None else None
    stopped = False
    for found in status(data_dir):
        if found.state != "stopped" and only in (None, found.major):
            home = _home(data_dir, found.major)
            with _plain_words(home), _only_one(home):
                stopped |= _stopped(_look(home), signal.SIGINT if fast else signal.SIGTERM)
        elif only in (None, found.major):
            _forget_socket(found)
    return stopped


def status(data_dir: Path) -> list[Status]:
    """Answer the state of every cluster under this folder, newest version first."""
    root = _home(data_dir, 0).parent
    with _plain_words(root):
        majors = (int(p.name) for p in root.glob("*") if p.name.isdigit() and p.is_dir())
        return [_look(root / str(major)) for major in sorted(majors, reverse=True)]


def _home(data_dir: Path, major: int) -> Path:
    return data_dir.expanduser().resolve() / "pg" / str(major)


def _refuse_another_version(data_dir: Path, binaries: Binaries) -> None:
    """Raise PostgresError where the data is of another version: nobody meant to begin anew."""
    there = [each for each in status(data_dir) if (each.data / "PG_VERSION").is_file()]
    if there and binaries.major not in {each.major for each in there}:
        raise PostgresError(
            f"The data in {data_dir} is of PostgreSQL {there[0].major}, and the programs in"
            f" {binaries.bindir} are of {binaries.major}. Set LAURELS_PG_BIN to programs of"
            f" {there[0].major}. To change the version, back up with these and restore into another"
            " LAURELS_DATA_DIR."
        )


def _refuse_windows() -> None:
    if sys.platform == "win32":
        raise PostgresError(
            "On Windows Laurels does not start a database by itself; set LAURELS_DATABASE_URL."
        )


@contextlib.contextmanager
def _plain_words(home: Path) -> Generator[None]:
    """Turn what the operating system refuses into a sentence that names the folder."""
    try:
        yield
    except PermissionError as error:
        raise PostgresError(
            f"This account may not use {error.filename or home}. Run as the account that made it, "
            "or set LAURELS_DATA_DIR to a folder of your own."
        ) from error
    except OSError as error:
        raise PostgresError(f"{error.filename or home}: {error.strerror or error}.") from error


@contextlib.contextmanager
def _only_one(home: Path) -> Generator[None]:
    """Hold the only right to make, start or stop this cluster; the kernel frees it on death."""
    import fcntl  # Windows has none, and must still be able to import this module.

    home.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(home.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


# -- looking ------------------------------------------------------------------------------------


def _look(home: Path) -> Status:
    """Answer what is true now, believing postmaster.pid only as far as it can be verified."""
    data = home / "data"
    nothing = Status(int(home.name), data, "stopped")
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return nothing
    if len(lines) < 5 or not (lines[0].isdigit() and lines[3].isdigit()):
        return nothing
    pid, port, sockets = int(lines[0]), int(lines[3]), lines[4].strip()
    found = replace(nothing, port=port, socket_dir=Path(sockets) if sockets else None)
    word = lines[7].strip() if len(lines) > 7 else "starting"
    if _serves(pid, data):
        state: State = word if word in ("starting", "stopping") else "running"
        return replace(found, state=state, pid=pid)
    # Another container may run it: its process is invisible from here, its socket is not.
    return replace(found, state="running" if _answers(found) else "stopped")


def _serves(pid: int, data: Path) -> bool:
    """Tell whether this process is a live server of this folder; a zombie is not alive."""
    if not Path("/proc/self/stat").exists():
        asked = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
        seen = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        return len(seen) > 1 and seen[0][0] not in "ZX" and Path(seen[1]).name == "postgres"
    process = Path("/proc") / str(pid)
    try:
        name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return False
    if rest.split()[0] in "ZX":
        return False
    try:
        # A server's working folder is its data folder; the number may be another's by now.
        return (process / "cwd").readlink() == data
    except PermissionError:
        # Better to wait for a stranger than to start a second server on the same files.
        return name == "postgres"
    except OSError:
        return False


def _answers(found: Status) -> bool:
    """Tell whether the server itself answers; the kernel also connects to one that is dying."""
    if found.socket_dir is None:
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_LIMIT_SECONDS)
        try:
            line.connect(str(found.socket_dir / f".s.PGSQL.{found.port}"))
            line.sendall(SSL_REQUEST)
            return bool(line.recv(1))
        except (TimeoutError, BlockingIOError):
            return True  # It has much to do, which is no reason to start it anew.
    return False


def _asked(home: Path) -> tuple[Status, bool]:
    """Answer what is true now and whether the server answers, both of the same moment.

    One that was told to stop writes so before it answers anybody, one that was killed never does.
    """
    while True:
        now = _look(home)
        answers = now.state == "running" and _answers(now)
        if _look(home) == now:
            return now, answers


def _settled(home: Path) -> tuple[Status, bool]:
    """Wait until the server is neither starting nor stopping, and answer as `_asked` does."""
    until = time.monotonic() + START_LIMIT_SECONDS
    while (asked := _asked(home))[0].state in ("starting", "stopping"):
        if time.monotonic() > until:
            raise PostgresError(f"The server on {home} has been {asked[0].state} for too long.")
        time.sleep(0.02)
    return asked


# -- making, starting, stopping -----------------------------------------------------------------


def _started(
    home: Path, binaries: Binaries, settings: Mapping[str, str], servant: Servant
) -> Status:
    servant = settled_in(servant, home)
    programs = programs_for(binaries, servant, home)
    data = home / "data"
    if not (data / "PG_VERSION").exists():
        _create(data, programs, binaries.major, servant, settings)
    _forget_the_dead(_look(home))
    log = home / "server.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(home / "server.log.old")
    read_before = log.stat().st_size if log.exists() else 0
    options = _options(settings, _socket_dir(home, servant))
    start = [programs / "pg_ctl", "-D", data, "-l", log, "-w", "-t", str(START_LIMIT_SECONDS)]
    until = time.monotonic() + LEFTOVER_LIMIT_SECONDS
    while not (tried := servant.run(*start, "-s", "-o", options, "start"))[0]:
        last_words = f"{tried[1]}\n{_tail(log, read_before)}".strip()
        if "still in use" not in last_words or time.monotonic() > until:
            raise PostgresError(f"PostgreSQL did not start on {data}:\n{last_words}")
        time.sleep(0.1)
    return _look(home)


def _create(
    data: Path, programs: Path, major: int, servant: Servant, settings: Mapping[str, str]
) -> None:
    """Make a new cluster appear as a whole, or not at all."""
    if data.exists() and any(data.iterdir()):
        raise PostgresError(f"{data} is not empty and is not a PostgreSQL cluster; move it away.")
    refuse_nameless(servant.uid)
    unfinished = data.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [programs / "initdb", "-D", unfinished, "-U", SUPERUSER, "-A", "trust"]
    command += ["-E", "UTF8", "--data-checksums", *_locale(major)]
    if settings.get("fsync") == "off":
        command.append("--no-sync")
    made, said = servant.run(*command)
    if not made:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise PostgresError(f"PostgreSQL could not make a cluster in {data}:\n{said}")
    unfinished.rename(data)


def _locale(major: int) -> list[str]:
    """Answer a sort order that no update of the operating system can change."""
    if major < 17:
        return ["--locale=C.UTF-8"]
    if sys.platform == "darwin":
        return ["--locale-provider=builtin", "--locale=en_US.UTF-8", "--builtin-locale=C.UTF-8"]
    return ["--locale-provider=builtin", "--locale=C.UTF-8"]


def _statistics(binaries: Binaries) -> dict[str, str]:
    """Answer what makes the server count its statements, where its library is there."""
    # Debian and the wheel have it in the first place, Red Hat in the second, Homebrew elsewhere.
    there = any(
        next((binaries.bindir.parent / folder).glob("pg_stat_statements.*"), None)
        for folder in ("lib", "lib/postgresql", "lib/pgsql", "lib64/pgsql")
    )
    return {"shared_preload_libraries": "pg_stat_statements"} if there else {}


def _options(settings: Mapping[str, str], socket_dir: Path) -> str:
    chosen = {
        **settings,
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
    }
    # pg_ctl hands these to a shell.
    return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in chosen.items())


def _socket_dir(home: Path, servant: Servant) -> Path:
    """Make the private folder of the socket: in the cluster's, or where its name is short."""
    place = home / "socket"
    awkward = re.search(r"[^\w./+-]", str(place))
    if awkward or len(os.fsencode(place)) > MAX_SOCKET_DIR_BYTES:
        short = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        base = "/tmp" if servant.root_hands_over else tempfile.gettempdir()  # noqa: S108
        place = Path(base) / f"laurels-{servant.uid}-{short}"
    with contextlib.suppress(FileExistsError):
        place.mkdir(mode=0o700)
        os.chown(place, servant.uid, servant.gid)
    # Where everybody may write, somebody else may have made it first.
    seen = place.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != servant.uid or seen.st_mode & 0o077:
        raise PostgresError(f"{place} belongs to somebody else or is open to others; remove it.")
    return place


def _forget_the_dead(found: Status) -> None:
    """Remove the marks of a server that is gone; PostgreSQL would take a zombie for alive."""
    if found.state == "stopped":
        (found.data / "postmaster.pid").unlink(missing_ok=True)
        if found.socket_dir is not None:
            (found.socket_dir / f".s.PGSQL.{found.port}.lock").unlink(missing_ok=True)


def _forget_socket(found: Status) -> None:
    """Remove the folder of the socket of a server that died; it may lie in the temp folder."""
    if found.socket_dir is not None:
        with contextlib.suppress(OSError):
            for name in (f".s.PGSQL.{found.port}", f".s.PGSQL.{found.port}.lock"):
                (found.socket_dir / name).unlink(missing_ok=True)
            found.socket_dir.rmdir()


def _stopped(found: Status, how: signal.Signals) -> bool:
    if found.state == "stopped":
        return False
    if found.pid is None:
        raise PostgresError(f"The server on {found.data} runs outside this system; stop it there.")
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, how)
    until = time.monotonic() + START_LIMIT_SECONDS
    while _serves(found.pid, found.data):
        if time.monotonic() > until:
            raise PostgresError(f"The server on {found.data} (pid {found.pid}) does not stop.")
        time.sleep(0.01)
    with contextlib.suppress(OSError):
        (found.socket_dir or found.data).rmdir()  # A short one would stay in the temp folder.
    return True


def _tail(log: Path, start: int) -> str:
    """Answer the last few lines the log gained since it was this long."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_bytes()[start:].decode(errors="replace").splitlines()[-8:])
    return ""
