"""Several processes answer on one port; one that dies comes back, and all end together."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from laurels.cli.server import GRACE_SECONDS
from tests.support.outside import (
    alive,
    children_of,
    free_port,
    kill,
    kill_all,
    outside,
    wait_until_ready,
)
from tests.support.waiting import PATIENCE_SECONDS, until_true

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes in /proc"),
]
UNTOLD = "select count(*) from laurels.outbox where relayed_at is null"


def told(port, path="/metrics"):
    """What the monitoring port of a process says, "" when there is none."""
    with contextlib.suppress(httpx.HTTPError):
        answer = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5)
        return answer.text if answer.status_code == 200 else ""
    return ""


def answered(port):
    """How many requests a process has answered, by its own metrics."""
    counted = (
        line for line in told(port).splitlines() if line.startswith("laurels_http_requests_t")
    )
    return sum(float(line.rpartition(" ")[2]) for line in counted)


@pytest.fixture
def serving():
    """Two processes that answer, one of them with a worker."""
    with outside("serving") as shop:
        port, monitoring = free_port(), free_port(2)
        parent = shop.serve(
            "serving", "serve", "--port", str(port), "--processes", "2",
            LAURELS_METRICS_PORT=str(monitoring),
        )  # fmt: skip
        try:
            wait_until_ready(port)
            until_true(lambda: told(monitoring) and told(monitoring + 1))
            yield shop, shop.key, parent, port, monitoring
        finally:
            kill_all(parent)


def test_processes_live_and_end_together(serving):
    shop, key, parent, port, monitoring = serving

    def ask():
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10)

    def both_answer():
        for _ in range(20):
            ask()
        return answered(monitoring) and answered(monitoring + 1)

    until_true(both_answer)
    assert told(monitoring, "/healthz") == told(monitoring + 1, "/healthz") == '{"status":"ok"}'
    assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404

    second = subprocess.run(
        [sys.executable, "-m", "laurels", "serve", "--port", str(port), "--processes", "2"],
        env=os.environ | {"LAURELS_DATA_DIR": str(shop.data_dir)}, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"port {port}" in second.stderr

    # Events are told by the one worker, also after all processes were killed.
    address = f"http://127.0.0.1:{port}"
    for killed in (False, True):
        if killed:
            before = set(children_of(parent.pid))
            kill(*before)
            until_true(lambda gone=before: len(set(children_of(parent.pid)) - gone) == 2)
            until_true(both_answer)
        content = {"member": f"m-{killed}", "amount": "1.00", "currency": "USD"}
        headers = {"Authorization": f"Bearer {key}"}
        made = httpx.post(
            f"{address}/v1/purchases", json=content, headers=headers, timeout=PATIENCE_SECONDS
        )
        assert made.status_code == 201
        until_true(lambda: shop.ask(UNTOLD) == "0")

    mine = children_of(parent.pid)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(timeout=PATIENCE_SECONDS) == 0
    assert not any(alive(pid) for pid in mine)


def test_nobody_is_left_behind_by_a_parent_that_was_killed(serving):
    shop, _, parent, port, _ = serving
    mine = children_of(parent.pid)

    kill(parent.pid)

    again = shop.serve("again", "serve", "--port", str(port), "--no-worker")
    try:
        until_true(lambda: not any(alive(pid) for pid in mine))
        # As long as they lived, they may have been the ones who answered.
        wait_until_ready(port)
    finally:
        again.terminate()
        assert again.wait(timeout=PATIENCE_SECONDS) == 0


def test_a_stream_that_never_ends_does_not_keep_the_server_from_ending(serving):
    _, key, parent, port, _ = serving
    address, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}

    with httpx.stream(
        "GET", f"{address}/v1/events/stream", headers=headers, timeout=PATIENCE_SECONDS
    ) as stream:
        assert stream.status_code == 200
        began = time.monotonic()
        parent.send_signal(signal.SIGTERM)
        with contextlib.suppress(httpx.HTTPError):
            stream.read()
        assert parent.wait(timeout=PATIENCE_SECONDS) == 0

    # Sooner than what does not end by itself is killed.
    assert time.monotonic() - began < GRACE_SECONDS
