"""One tenant that holds things up does not hold up the others."""

import asyncio
import time

import httpx
import pytest

from laurels import auth
from laurels.api import create_app
from laurels.kit import ids
from laurels.kit.db import Database
from tests.support.make import make_tenant


@pytest.fixture
async def two(app_url, database):
    """An application with four connections, and clients of two tenants; the first one's house."""
    pool = Database(app_url, pool_size=4, pool_timeout=8)
    transport = httpx.ASGITransport(app=create_app(pool, close_database=False))
    clients = []
    houses = [await make_tenant(database), await make_tenant(database)]
    for house in houses:
        async with house.work() as work:
            made = await auth.create_key(work, name="till", test=False)
        headers = {"Authorization": f"Bearer {made.key}"}
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://laurels.test", headers=headers)
        )
    yield pool, houses[0], *clients
    for client in clients:
        await client.aclose()
    await pool.close()


SALE = {"member": "anna", "amount": "10.00", "currency": "USD"}


async def test_requests_that_wait_for_a_locked_row_leave_connections_to_other_tenants(two):
    _, house, client, other = two
    pending = (await client.post("/v1/purchases", json=SALE | {"status": "pending"})).json()
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.purchases where tenant_id = $1 for update", work.tenant_id
        )
        stuck = [
            asyncio.create_task(client.post(f"/v1/purchases/{pending['id']}/complete"))
            for _ in range(14)
        ]
        await asyncio.sleep(0.5)

        began = time.monotonic()
        seen = [await other.get("/v1/members"), await other.post("/v1/purchases", json=SALE)]
        took = time.monotonic() - began

        assert not all(task.done() for task in stuck)
        first = await stuck[0]
    assert [answer.status_code for answer in seen] == [200, 201]
    assert took < 3
    assert (first.status_code, first.json()["code"]) == (503, "unavailable")
    assert first.headers["retry-after"] == "1"
    assert {answer.status_code for answer in await asyncio.gather(*stuck)} <= {200, 503}


async def test_a_repeat_of_a_key_waits_without_a_connection(two):
    pool, house, client, _ = two
    bought = (await client.post("/v1/purchases", json=SALE | {"status": "pending"})).json()
    headers = {"Idempotency-Key": "k"}
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.purchases where tenant_id = $1 for update", work.tenant_id
        )
        same = [
            asyncio.create_task(
                client.post(f"/v1/purchases/{bought['id']}/complete", headers=headers)
            )
            for _ in range(16)
        ]
        await asyncio.sleep(0.5)
        assert pool._shares[house.tenant.id].users == 1
    answers = await asyncio.gather(*same)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 15


async def test_who_leaves_while_waiting_for_a_key_lets_the_next_one_in(two):
    _, house, client, _ = two
    bought = (await client.post("/v1/purchases", json=SALE | {"status": "pending"})).json()
    headers = {"Idempotency-Key": "k"}
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.purchases where tenant_id = $1 for update", work.tenant_id
        )
        same = [
            asyncio.create_task(
                client.post(f"/v1/purchases/{bought['id']}/complete", headers=headers)
            )
            for _ in range(5)
        ]
        await asyncio.sleep(0.3)
        for number in (0, 2, 3):
            same[number].cancel()
        await asyncio.sleep(0.1)
    stayed = [same[1], same[4]]

    async with asyncio.timeout(10):
        answers = await asyncio.gather(*stayed)
    assert {answer.status_code for answer in answers} == {200}


async def test_one_locked_wallet_delays_a_batch_and_fails_alone(two):
    _, house, client, _ = two
    for name in ("anna", "bob"):
        await client.post("/v1/purchases", json=SALE | {"member": name})
    member = (await client.get("/v1/members?external_id=anna")).json()["data"][0]["id"]
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.wallets where tenant_id = $1 and member_id = $2 for update",
            work.tenant_id, ids.decode("member", member),
        )  # fmt: skip
        began = time.monotonic()
        answers = await asyncio.gather(
            *(
                client.post("/v1/purchases", json=SALE | {"member": name})
                for name in ["bob"] * 4 + ["anna"] + ["bob"] * 4
            )
        )
        took = time.monotonic() - began

    assert [answer.status_code for answer in answers] == [201] * 4 + [503] + [201] * 4
    assert answers[4].json()["code"] == "unavailable"
    assert took < 12
