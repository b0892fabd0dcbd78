"""Several processes answer on one port; one that dies comes back, and all go together."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.outside import free_port, outside, wait_until_ready

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes in /proc"),
]


def children(pid):
    """Who was started by this process and lives."""
    with contextlib.suppress(FileNotFoundError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid):
    """Whether this process runs."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(true, seconds=30):
    """Wait for something to become true."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it never came true")


def answered(port):
    """How many requests a process has answered, by its own metrics."""
    with contextlib.suppress(httpx.HTTPError):
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        counted = (line for line in text.splitlines() if line.startswith("laurels_http_requests_t"))
        return sum(float(line.rpartition(" ")[2]) for line in counted)
    return 0


def free_pair():
    """The first of two neighbouring ports that nobody has, and that the system gives nobody."""
    for _ in range(100):
        first = random.randrange(20_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", first))
            other.bind(("127.0.0.1", first + 1))
            return first
    raise AssertionError("all ports are taken")


@pytest.fixture
def family():
    """Two processes that answer, and a worker."""
    with outside("family") as shop:
        shop.run("tenant", "create", "demo", "--test")
        port, metrics = free_port(), free_pair()
        parent = shop.serve(
            "family", "serve", "--port", str(port), "--processes", "2",
            LAURELS_METRICS_PORT=str(metrics),
        )  # fmt: skip
        try:
            until(lambda: len(children(parent.pid)) == 3)
            wait_until_ready(port)
            yield shop, parent, port, metrics
        finally:
            parent.kill()
            parent.wait(timeout=30)


def test_a_family_lives_and_dies_together(family):
    shop, parent, port, metrics = family

    def both_answer():
        for _ in range(20):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10)
        return answered(metrics) and answered(metrics + 1)

    until(both_answer)
    counted = [answered(metrics), answered(metrics + 1)]
    for _ in range(10):
        httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10)
    # Each connection went to the next in turn; a look at the metrics goes by itself.
    assert [answered(metrics) - counted[0], answered(metrics + 1) - counted[1]] == [5, 5]

    second = subprocess.run(
        [sys.executable, "-m", "laurels", "serve", "--port", str(port), "--processes", "2"],
        env=os.environ | {"LAURELS_DATA_DIR": str(shop.data_dir)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"port {port}" in second.stderr

    before = children(parent.pid)
    os.kill(before[1], signal.SIGKILL)
    until(lambda: len(set(children(parent.pid)) - {before[1]}) == 3)
    until(both_answer)

    mine = children(parent.pid)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(timeout=40) == 0
    assert not any(alive(pid) for pid in mine)


def test_nobody_is_left_behind_by_a_parent_that_was_killed(family):
    _, parent, _, _ = family
    mine = children(parent.pid)

    parent.kill()

    until(lambda: not any(alive(pid) for pid in mine))
