"""The server that is measured, its processor time, and the two limits."""

import asyncio
import os
import random
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg

from laurels.kit.db import roles
from laurels.kit.postgres import server as postgres
from laurels.migrations import runner

HERE = Path(__file__).parent
TICK = os.sysconf("SC_CLK_TCK")
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "min_wal_size": "4GB"}
"""A server that has run for a while uses the files of its log again; see `settle_down`."""


@dataclass
class Yard:
    """A durable server of our own with the product's schema and the yardstick's."""

    cluster: postgres.Cluster
    app_url: str
    owner_url: str
    postmaster: int

    def server_cpu(self) -> float:
        """Return the processor seconds that the server has used, with processes that ended."""
        living = sum(ticks_of(child) for child in children_of(self.postmaster))
        return (_ticks(self.postmaster, children=True) + living) / TICK


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _ticks(pid: int, *, children: bool) -> int:
    fields = _stat(pid)
    if not fields:
        return 0
    wanted = fields[11:15] if children else fields[11:13]
    return sum(int(field) for field in wanted)


def children_of(parent: int) -> list[int]:
    """Return the processes that this one has started and that live."""
    found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in found if _parent(pid) == parent]


def ticks_of(pid: int) -> int:
    """Return the processor time of a process itself, in ticks."""
    return _ticks(pid, children=False)


async def open_yard() -> Yard:
    """Start a fresh durable server and build both schemas."""
    folder = Path(tempfile.mkdtemp(prefix="laurels-bench-"))
    cluster = await asyncio.to_thread(postgres.ensure, folder, settings=SETTINGS)
    admin = cluster.url(user="postgres", database="postgres")
    await roles.initialise(admin, database="laurels", passwords=False)
    owner = cluster.url(user=roles.OWNER, database="laurels")
    await runner.upgrade(owner)
    connection = await asyncpg.connect(cluster.url(user="postgres", database="laurels"))
    await connection.execute((HERE / "limit.sql").read_text())
    await connection.close()
    pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    return Yard(cluster, cluster.url(user=roles.APP, database="laurels"), owner, pid)


async def settle_down(yard: Yard) -> None:
    """Let the server be as it is after a while: a new file of its log costs 10 ms, an old one none.

    At the end of a checkpoint the files that were filled so far become the next ones.
    """
    connection = await asyncpg.connect(yard.cluster.url(user="postgres", database="laurels"))
    await connection.execute("checkpoint")
    await connection.close()


def close_yard(yard: Yard) -> None:
    """Stop the server and delete it."""
    import shutil

    folder = yard.cluster.data.parents[2]
    postgres.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Reading:
    """One measurement: how many in how long, and processor seconds of server and client.

    `p50`, `p95` and `p99` are what half of the requests, all but five in a hundred and all but one
    in a hundred stayed under.
    """

    count: int
    seconds: float
    server: float
    client: float
    p50: float = 0.0
    p99: float = 0.0
    p95: float = 0.0


SCRIPT = """\\set w random(1, 100000)
select yard.post(:w, 1, gen_random_uuid());
"""


async def limit(yard: Yard, *, clients: int, seconds: float) -> Reading:
    """The limit, driven by pgbench: a C client that costs next to nothing."""
    script = yard.cluster.data.parents[2] / "limit.pgbench"
    script.write_text(SCRIPT)
    before, started = yard.server_cpu(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        str(yard.cluster.bindir / "pgbench"), "-n", "-M", "prepared", "-c", str(clients),
        "-j", "1", "-T", str(max(1, round(seconds))), "-f", str(script),
        "-h", str(yard.cluster.socket_dir), "-p", str(yard.cluster.port), "-U", "postgres",
        "laurels", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    spent = time.perf_counter() - started
    await asyncio.sleep(0.3)  # until the server has reaped the sessions and counts their time
    found = re.search(rb"transactions actually processed: (\d+)", out)
    if found is None:
        raise RuntimeError(err.decode())
    return Reading(int(found[1]), spent, yard.server_cpu() - before, 0.0)


async def set_limit(yard: Yard, *, seconds: float, size: int = 1000) -> Reading:
    """The set-based limit: a thousand movements in one call, one client."""
    connection = await asyncpg.connect(
        yard.cluster.url(user="postgres", database="laurels"),
        server_settings={"search_path": "yard"},
    )
    chance = random.Random(7)
    batches = [
        (
            [chance.randint(1, 100_000) for _ in range(size)],
            [1] * size,
            [uuid4() for _ in range(size)],
        )
        for _ in range(round(seconds * 60) + 20)
    ]
    count = 0
    before, client, started = yard.server_cpu(), time.process_time(), time.perf_counter()
    for batch in batches:
        await connection.fetchval("select yard.post_batch($1, $2, $3)", *batch)
        count += size
        if time.perf_counter() - started > seconds:
            break
    reading = Reading(
        count, time.perf_counter() - started, yard.server_cpu() - before,
        time.process_time() - client,
    )  # fmt: skip
    await connection.close()
    return reading
