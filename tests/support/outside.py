"""A Laurels of its own, worked from outside like a stranger's: commands, processes, kills."""

import contextlib
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import httpx

from laurels.kit.postgres import server as postgres

from . import cluster
from .waiting import PATIENCE_SECONDS, until_true


class Outside:
    """A data folder, and the commands that work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.key = ""
        """The API key of the tenant `outside`, which is there from the beginning."""

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command."""
        env = {name: value for name, value in os.environ.items() if "LAURELS" not in name}
        return subprocess.Popen(
            [sys.executable, "-m", "laurels", *words],
            env=env | {"LAURELS_DATA_DIR": str(self.data_dir)} | environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def serve(self, name: str, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command that goes on; what it says is kept in the folder."""
        env = {key: value for key, value in os.environ.items() if "LAURELS" not in key}
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "laurels", *words],
                env=env | {"LAURELS_DATA_DIR": str(self.data_dir)} | environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True,
            )  # fmt: skip

    def run(self, *words: str) -> dict:
        """Run a command to its end and return the JSON that it prints."""
        command = self.start(*words, "--json")
        said, complained = command.communicate(timeout=PATIENCE_SECONDS)
        assert command.returncode == 0, complained
        return json.loads(said)

    def ask(self, question: str) -> str:
        """Return what the database answers to a question, as the superuser."""
        cluster = postgres.ensure(self.data_dir)
        return cluster.run("psql", "-Atc", question, database="laurels").stdout.strip()

    def kill_database(self) -> None:
        """Kill every process of the database, as a power cut would."""
        (found,) = [s for s in postgres.status(self.data_dir) if s.pid is not None]
        children = Path(f"/proc/{found.pid}/task/{found.pid}/children").read_text().split()
        # The head first: it would otherwise notice a dead child and tidy up.
        kill(found.pid, *map(int, children))


Kind = TypeVar("Kind", bound=Outside)


@contextlib.contextmanager
def outside(name: str, kind: type[Kind] = Outside) -> Iterator[Kind]:
    """Lend a Laurels in a folder that the database's own account may enter."""
    folder = Path(tempfile.mkdtemp(prefix=f"laurels-{name}-", dir=cluster.roomy()))
    folder.chmod(0o711)
    made = kind(folder)
    ready = _made_once()
    subprocess.run(["cp", "-a", ready.data_dir, made.data_dir], check=True)
    made.key = ready.key
    try:
        yield made
    finally:
        postgres.stop(made.data_dir)
        shutil.rmtree(folder, ignore_errors=True)


def _made_once() -> Outside:
    """Return a Laurels whose database is made, up to date and stopped; all of a run copy it."""
    made = Outside(cluster.run_folder() / "outside")
    key = made.folder / "key"
    made.folder.mkdir(mode=0o711, exist_ok=True)
    with (made.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not key.exists():
            # What a run that was killed here has left is as good as nothing.
            shutil.rmtree(made.data_dir, ignore_errors=True)
            tenant = made.run("tenant", "create", "outside", "--test")
            postgres.stop(made.data_dir)
            key.write_text(tenant["api_key"])
    made.key = key.read_text()
    return made


def children_of(pid: int) -> list[int]:
    """Return the processes that this one has started and that live."""
    with contextlib.suppress(FileNotFoundError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid: int) -> bool:
    """Tell whether this process runs."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def kill(*pids: int) -> None:
    """Kill processes in this order, without a word, and see them dead."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until_true(lambda: not any(alive(pid) for pid in pids))


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a command and the processes that it keeps, without a word."""
    victims = children_of(process.pid)
    process.kill()
    process.wait()
    kill(*victims)


def free_port(count: int = 1) -> int:
    """Return a port that nobody listens on, the first of so many neighbours.

    None that the system gives to whoever connects, and none that a test beside this one was told.
    """
    while True:
        first = random.randrange(10_000, 32_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                _claim(port)
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


def _claim(port: int) -> None:
    """Have a port until this process ends. Raise OSError when another one has it."""
    claims = Path(tempfile.gettempdir()) / f"laurels-test-ports-{os.geteuid()}"
    claims.mkdir(exist_ok=True)
    fcntl.flock(os.open(claims / str(port), os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX | fcntl.LOCK_NB)


def wait_until_ready(port: int) -> None:
    """Wait until the API on this port and its database answer."""

    def ready() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200
        return False

    until_true(ready)
