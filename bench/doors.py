"""HTTP rows: the floor and our own doors, each in a process of its own, driven alike."""

import asyncio
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from laurels import auth
from laurels.kit.db.pool import Database
from laurels.kit.work import open_work

from .realistic import MEMBERS, Realistic
from .yard import TICK, Reading, Yard, children_of, ticks_of

ROOT = Path(__file__).parents[1]
CORES = os.cpu_count() or 1
SIBLING_SECONDS = 3.0
"""After which all processes of a server answer, where the first one does."""
FLOOR = [
    "-m", "granian", "bench.floor:app", "--interface", "asgi", "--http", "1", "--no-ws",
    "--loop", "uvloop", "--log-level", "warning",
]  # fmt: skip
"""The floor on the server that the API has."""


@dataclass
class Server:
    """A server that is measured: its processes, where it listens, and its memory and time."""

    process: asyncio.subprocess.Process
    port: int

    def _pids(self) -> list[int]:
        return [self.process.pid, *children_of(self.process.pid)]

    def cpu(self) -> float:
        """Return the processor seconds that it has used."""
        return sum(ticks_of(pid) for pid in self._pids()) / TICK

    def memory_mb(self) -> float:
        """Return the most memory that one of its processes has held, in MB."""
        return max(_high_water(pid) for pid in self._pids())

    async def stop(self) -> None:
        """End it in peace."""
        self.process.terminate()
        await self.process.wait()


def _high_water(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _start(arguments: list[str], port: int, **environment: str) -> Server:
    """Start a program and wait until all of it answers."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env={**os.environ, **environment}
    )
    for _ in range(600):
        if started.returncode is not None:
            break
        if await _answers(port):
            # Its other processes are as far by now; they have begun at the same moment.
            await asyncio.sleep(SIBLING_SECONDS)
            return Server(started, port)
        await asyncio.sleep(0.05)
    if started.returncode is None:
        started.kill()
    raise RuntimeError(f"{arguments} does not listen")


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Doors:
    """The floor and the API on the yard's database, and a key to the latter."""

    def __init__(self, yard: Yard, members: int, realistic: Realistic) -> None:
        self.yard = yard
        self.realistic = realistic
        self.members = members
        self.token = ""
        self.servers: dict[str, Server] = {}
        self.tenant_id = UUID(int=0)

    async def open(self, database: Database, tenant_id: UUID) -> None:
        """Start all servers and make a key of the tenant."""
        self.tenant_id = tenant_id
        async with open_work(database, tenant_id=tenant_id) as work:
            self.token = (await auth.create_key(work, name="bench", test=False)).key
        reading = {"LAURELS_BENCH_URL": self.yard.cluster.url(user="postgres", database="laurels")}
        serving = {
            "LAURELS_DATABASE_URL": self.yard.app_url,
            # Like the floor: no worker beside it, no line per request, no limit of requests.
            "LAURELS_WORKER": "0", "LAURELS_LOG_LEVEL": "warning",
            "LAURELS_REQUESTS_PER_SECOND": "0",
            "LAURELS_DATA_DIR": str(self.yard.cluster.data.parents[2]),
        }  # fmt: skip
        try:
            for name, processes in (("floor", 1), ("floor by many", CORES)):
                port = _free_port()
                self.servers[name] = await _start(
                    [*FLOOR, "--workers", str(processes), "--port", str(port)], port, **reading
                )
            for name, processes in (("api", 1), ("api by many", CORES)):
                port = _free_port()
                self.servers[name] = await _start(
                    ["-m", "laurels", "serve", "--port", str(port), "--processes", str(processes)],
                    port, **serving,
                )  # fmt: skip
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop all servers."""
        for server in self.servers.values():
            await server.stop()

    async def measure(
        self, what: str, by: str, connections: int, seconds: float, each: int = 1
    ) -> Reading:
        """Drive one of the servers and say what it took; `each` is how many a request holds."""
        if what == "lone":
            return await self._lone(seconds)
        server = self.servers[by]
        before, spent = self.yard.server_cpu(), server.cpu()
        tokens, members = [self.token], self.members
        if what == "realistic":
            tokens, members = self.realistic.tokens, MEMBERS
        found = await self._run(
            f"{' '.join(tokens)}\n", members, "bench.load", what, "--port", str(server.port),
            "--connections", str(connections), "--seconds", str(seconds),
        )  # fmt: skip
        return Reading(
            found["count"] * each, found["seconds"], self.yard.server_cpu() - before,
            server.cpu() - spent, found["p50"], found["p99"],
        )  # fmt: skip

    async def _lone(self, seconds: float) -> Reading:
        """Settle purchases one by one without HTTP; the API's column has that process's time."""
        before = self.yard.server_cpu()
        told = f"{self.tenant_id} {self.yard.app_url}\n"
        found = await self._run(told, self.members, "bench.lone", "--seconds", str(seconds))
        return Reading(
            found["count"], found["seconds"], self.yard.server_cpu() - before, found["client"],
            found["p50"], found["p99"],
        )  # fmt: skip

    async def _run(self, told: str, members: int, *arguments: str) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, "--members", str(members), cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate(told.encode())
        found = json.loads(out)
        if found["failed"]:
            raise RuntimeError(found["failed"])
        return found
