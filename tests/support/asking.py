"""An application of a test's own, with limits of its own, and whoever asks it."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from laurels import auth
from laurels.api import create_app
from laurels.kit.http.middleware import Limits
from laurels.kit.process.logs import AccessLog

from .make import House
from .waiting import until


async def until_queued(client: httpx.AsyncClient, count: int) -> None:
    """Wait until so many requests wait for the next batches of the client's application."""
    queues = client._transport.app.state.queues._queues

    async def are_queued() -> bool:
        return sum(len(queue.waiting) for queue in queues.values()) >= count

    await until(are_queued)


@asynccontextmanager
async def asking(
    house: House,
    *,
    extend: Callable[[FastAPI], None] | None = None,
    log: io.StringIO | None = None,
    address: str = "192.0.2.7",
    **limits: Any,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a new key of full access, at an application with these limits."""
    async with house.work() as work:
        made = await auth.create_key(work, name="test", test=house.tenant.test)
    access = AccessLog(log, as_json=True) if log is not None else None
    app = create_app(house.database, limits=Limits(**limits), access=access, close_database=False)
    if extend is not None:
        extend(app)
    transport = httpx.ASGITransport(app=app, client=(address, 1234))
    headers = {"Authorization": f"Bearer {made.key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://laurels.test", headers=headers
    ) as client:
        yield client
