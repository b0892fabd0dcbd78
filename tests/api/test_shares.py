"""One tenant that holds things up does not hold up the others."""

import asyncio

import httpx
import pytest

from laurels import auth
from laurels.api import create_app
from laurels.kit.db.pool import Database
from laurels.kit.hot import batch
from laurels.kit.http import route
from laurels.kit.values import ids
from laurels.kit.work import BATCH, REQUEST
from tests.support.make import make_tenant
from tests.support.waiting import PATIENCE_SECONDS, until_somebody_waits_for


@pytest.fixture
async def two(app_url, database):
    """An application with four connections, and clients of two tenants; the first one's house."""
    pool = Database(app_url, pool_size=4, pool_timeout=PATIENCE_SECONDS)
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


async def lock(work, table):
    """Have the rows of the tenant until the transaction ends."""
    await work.fetch(
        f"select 1 from laurels.{table} where tenant_id = $1 for update", work.tenant_id
    )


async def pending(client):
    """The address at which a purchase that is not completed yet can be completed."""
    bought = await client.post("/v1/purchases", json=SALE | {"status": "pending"})
    return f"/v1/purchases/{bought.json()['id']}/complete"


async def test_requests_that_wait_for_a_locked_row_leave_connections_to_other_tenants(two, patient):
    _, house, client, other = two
    completing = await pending(client)
    async with house.work() as work:
        await lock(work, "purchases")
        stuck = [asyncio.create_task(client.post(completing)) for _ in range(14)]
        await until_somebody_waits_for(work)

        seen = [await other.get("/v1/members"), await other.post("/v1/purchases", json=SALE)]

        assert not any(task.done() for task in stuck)
    assert [answer.status_code for answer in seen] == [200, 201]
    assert {answer.status_code for answer in await asyncio.gather(*stuck)} == {200}


async def test_a_request_that_waits_too_long_for_a_locked_row_is_told_to_come_again(
    two, monkeypatch
):
    _, house, client, _ = two
    completing = await pending(client)
    monkeypatch.setattr(route, "REQUEST", REQUEST.replace("5s", "200ms"))
    async with house.work() as work:
        await lock(work, "purchases")

        answer = await client.post(completing)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_repeat_of_a_key_waits_without_a_connection(two, patient):
    pool, house, client, _ = two
    completing, headers = await pending(client), {"Idempotency-Key": "k"}
    async with house.work() as work:
        await lock(work, "purchases")
        same = [asyncio.create_task(client.post(completing, headers=headers)) for _ in range(16)]
        await until_somebody_waits_for(work)
        assert pool._shares[house.tenant.id].users == 1
    answers = await asyncio.gather(*same)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 15


async def test_who_leaves_while_waiting_for_a_key_lets_the_next_one_in(two, patient):
    _, house, client, _ = two
    completing, headers = await pending(client), {"Idempotency-Key": "k"}
    async with house.work() as work:
        await lock(work, "purchases")
        same = [asyncio.create_task(client.post(completing, headers=headers)) for _ in range(5)]
        await until_somebody_waits_for(work)
        left = [same[0], same[2], same[3]]
        for task in left:
            task.cancel()
        await asyncio.wait(left)
    stayed = [same[1], same[4]]

    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*stayed)
    assert {answer.status_code for answer in answers} == {200}


async def test_one_locked_wallet_delays_a_batch_and_fails_alone(two, monkeypatch):
    _, house, client, _ = two
    for name in ("anna", "bob"):
        await client.post("/v1/purchases", json=SALE | {"member": name})
    member = (await client.get("/v1/members?external_id=anna")).json()["data"][0]["id"]
    monkeypatch.setattr(batch, "BATCH", BATCH.replace("2s", "200ms"))
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.wallets where tenant_id = $1 and member_id = $2 for update",
            work.tenant_id, ids.decode("member", member),
        )  # fmt: skip
        answers = await asyncio.gather(
            *(
                client.post("/v1/purchases", json=SALE | {"member": name})
                for name in ["bob"] * 4 + ["anna"] + ["bob"] * 4
            )
        )

    assert [answer.status_code for answer in answers] == [201] * 4 + [503] + [201] * 4
    assert answers[4].json()["code"] == "unavailable"
