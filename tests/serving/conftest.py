"""Servers for raw bytes: a bare application, and a whole shop."""

import contextlib
import socket
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.support.outside import children_of, free_port, outside, wait_until_ready
from tests.support.waiting import PATIENCE_SECONDS, until_true


@dataclass
class Bare:
    """The bare application behind our server."""

    port: int
    process: subprocess.Popen

    @property
    def pids(self) -> list[int]:
        """The parent and who answers."""
        return [self.process.pid, *children_of(self.process.pid)]


@contextlib.contextmanager
def bare(*, processes=1, connections=500, head_seconds=1, unread_seconds=2):
    """Serve the bare application for the block."""
    port = free_port()
    words = [port, processes, connections, head_seconds, unread_seconds]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serving.ours", *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:

        def listens():
            assert process.poll() is None, process.stdout.read()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
            return False

        until_true(listens)
        yield Bare(port, process)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def echo():
    """The bare application, shared by the tests of a module."""
    with bare() as found:
        yield found


@dataclass
class Shop:
    """A whole Laurels, and a key to it."""

    port: int
    key: str
    process: subprocess.Popen


@pytest.fixture(scope="module")
def shop():
    """A whole Laurels with a tenant, on an address of its own."""
    with outside("raw") as found:
        port = free_port()
        process = found.serve("raw", "serve", "--port", str(port), "--no-worker")
        try:
            wait_until_ready(port)
            yield Shop(port, found.key, process)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)
