"""A real server on a port of its own: the one that the product uses, within this process."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import httpx
from fastapi import FastAPI

from laurels import worker
from laurels.api import create_app
from laurels.cli import server
from laurels.kit.db.pool import Database

from .outside import free_port


@asynccontextmanager
async def answering(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application in this loop for the block; give its address."""
    port = free_port()
    async with app.router.lifespan_context(app), server.beside(app, "127.0.0.1", port):
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(20), httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"{address}/healthz")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.02)
        yield address


async def _work(database: Database, stop: asyncio.Event) -> None:
    await worker.run(database, stop=stop)


@contextmanager
def served(url: str, *, working: bool = False, **options: Any) -> Iterator[str]:
    """Serve the API on this database, from a thread with its own loop and pool; give its address.

    `working` lets a worker run beside it. What starts it up is over when the block ends.
    """
    found: list[str] = []
    over = threading.Event()

    async def serve() -> None:
        database = Database(url, pool_size=5 + 5 * working)
        beside = partial(_work, database) if working else None
        app = create_app(database, beside=beside, **options)
        async with answering(app) as address:
            found.append(address)
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not found:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.02)
    try:
        yield found[0]
    finally:
        over.set()
        thread.join(timeout=20)
