"""Handlers that tests register, and relays that tests run by hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from laurels.events import handling, relaying
from laurels.kit.work import open_work
from tests import conftest

# Workers do the work of all tenants that are there: here are no others than those of this folder.
app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url


@pytest.fixture
def listen(monkeypatch) -> Callable[..., None]:
    """Register a handler for this test alone: `listen(name, reaction, *types)`."""
    monkeypatch.setattr(handling, "_handlers", {})

    def register(name, reaction, *types, batch=100):
        handling.handler(name, *types, batch=batch)(reaction)

    return register


@pytest.fixture
def relay_now(house):
    """Relay what the house's tenant has to tell."""

    async def relay():
        async with open_work(house.database, tenant_id=house.tenant.id) as work:
            return await relaying.relay(work)

    return relay


@pytest.fixture
def handle_now(house, relay_now):
    """Relay, then run handlers until nothing is due."""

    async def handle():
        await relay_now()
        while await handling.handle_due(house.database):
            await relay_now()

    return handle


@pytest.fixture
def hurry(house):
    """What waits for its next attempt is due now."""

    async def hurry():
        async with house.work() as work:
            for table in ("event_handlings", "outbound_messages"):
                await work.fetch(
                    f"update laurels.{table} set next_attempt_at = now() - $2::interval"
                    " where tenant_id = $1 and state = 'waiting'",
                    work.tenant_id, timedelta(seconds=1),
                )  # fmt: skip

    return hurry
