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
from laurels.kit.db import Database
from laurels.kit.work import open_work

from .yard import TICK, Reading, Yard, ticks_of

ROOT = Path(__file__).parents[1]


@dataclass
class Server:
    """A server process that is measured: where it listens, and its memory and time."""

    process: asyncio.subprocess.Process
    port: int

    def cpu(self) -> float:
        """Return the processor seconds that it has used."""
        return ticks_of(self.process.pid) / TICK

    def memory_mb(self) -> float:
        """Return the most memory that it has held, in MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0

    async def stop(self) -> None:
        """End it in peace."""
        self.process.terminate()
        await self.process.wait()


async def _start(arguments: list[str], port: int, **environment: str) -> Server:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env={**os.environ, **environment}
    )
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if process.returncode is not None:
                break
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return Server(process, port)
    if process.returncode is None:
        process.kill()
    raise RuntimeError(f"{arguments} does not listen")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Doors:
    """The floor and the API on the yard's database, and a key to the latter."""

    def __init__(self, yard: Yard, members: int) -> None:
        self.yard = yard
        self.members = members
        self.token = ""
        self.tenant_id = UUID(int=0)

    async def open(self, database: Database, tenant_id: UUID) -> None:
        """Start both servers and make a key of the tenant."""
        self.tenant_id = tenant_id
        async with open_work(database, tenant_id=tenant_id) as work:
            self.token = (await auth.create_key(work, name="bench", test=False)).key
        port = _free_port()
        self.floor = await _start(
            ["-m", "uvicorn", "bench.floor:app", "--port", str(port), "--log-level", "warning",
             "--no-access-log"],
            port,
            LAURELS_BENCH_URL=self.yard.cluster.url(user="postgres", database="laurels"),
        )  # fmt: skip
        port = _free_port()
        try:
            self.api = await _start(
                ["-m", "laurels", "serve", "--port", str(port)], port,
                LAURELS_DATABASE_URL=self.yard.app_url,
                # Like the floor: no worker beside it, no line per request, no limit of requests.
                LAURELS_WORKER="0", LAURELS_LOG_LEVEL="warning", LAURELS_REQUESTS_PER_SECOND="0",
                LAURELS_DATA_DIR=str(self.yard.cluster.data.parents[2]),
            )  # fmt: skip
        except BaseException:
            await self.floor.stop()
            raise

    async def close(self) -> None:
        """Stop both servers."""
        await self.floor.stop()
        await self.api.stop()

    async def measure(self, what: str, connections: int, seconds: float, each: int = 1) -> Reading:
        """Drive one of the servers and say what it took; `each` is how many a request holds."""
        if what == "lone":
            return await self._lone(seconds)
        server = self.floor if what == "floor" else self.api
        before, spent = self.yard.server_cpu(), server.cpu()
        found = await self._run(
            f"{self.token}\n", "bench.load", what, "--port", str(server.port),
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
        found = await self._run(told, "bench.lone", "--seconds", str(seconds))
        return Reading(
            found["count"], found["seconds"], self.yard.server_cpu() - before, found["client"],
            found["p50"], found["p99"],
        )  # fmt: skip

    async def _run(self, told: str, *arguments: str) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, "--members", str(self.members), cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate(told.encode())
        found = json.loads(out)
        if found["failed"]:
            raise RuntimeError(found["failed"])
        return found
