"""A worker is killed between the call and the booking: what it sent comes again under its id."""

import asyncio
import signal
import sys

from laurels.kit.values.ids import encode, new_id
from tests.support import cluster
from tests.support.waiting import PATIENCE_SECONDS, until

from .conftest import until_over


async def start(url, file, how):
    """Start a worker in a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outbound.worker", url, str(file), how, cwd=cluster.ROOT
    )


async def test_a_killed_worker_loses_nothing(house, app_url, enqueue, tmp_path):
    file, anna = tmp_path / "sent", new_id()
    await enqueue(house, "a", "b", member=anna)
    await enqueue(house, "x", member=new_id())

    first = await start(app_url, file, "hang")

    async def called():
        return file.exists() and len(file.read_text().splitlines()) == 2

    await until(called)
    first.send_signal(signal.SIGKILL)
    await first.wait()
    others = [await start(app_url, file, "go") for _ in range(2)]
    rows = await until_over(house)
    for other in others:
        other.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(other.wait(), PATIENCE_SECONDS) == 0

    sent = [line.split() for line in file.read_text().splitlines()]
    a, b, x = (encode("outbound_message", row["id"]) for row in rows)
    assert [row["state"] for row in rows] == ["sent"] * 3
    assert sorted(sent) == sorted([[a, "a"], [a, "a"], [b, "b"], [x, "x"], [x, "x"]])
    assert [word for _, word in sent if word in "ab"] == ["a", "a", "b"]
    assert [row["attempts"] for row in rows] == [2, 1, 2]
