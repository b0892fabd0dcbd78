"""The same key gives the same answer, whoever asks and however often at once."""

import asyncio
import re

from laurels import auth
from laurels.kit.http import idempotency
from laurels.kit.values import ids
from laurels.kit.work import OPERATOR, PLATFORM, open_work


def purchase(**more):
    """A purchase's JSON."""
    return {"member": "anna", "amount": "12.50", "currency": "USD", **more}


async def test_one_key_from_sixteen_connections_has_one_effect_and_one_answer(client):
    async def send():
        return await client.post(
            "/v1/purchases", json=purchase(), headers={"Idempotency-Key": "k-1"}
        )

    answers = await asyncio.gather(*(send() for _ in range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [a for a in answers if a.headers.get("idempotent-replayed") == "true"]
    assert len(replayed) == 15
    listed = (await client.get("/v1/purchases")).json()
    assert len(listed["data"]) == 1


async def test_a_key_with_another_body_is_refused(client):
    headers = {"Idempotency-Key": "k-1"}
    await client.post("/v1/purchases", json=purchase(), headers=headers)

    answer = await client.post("/v1/purchases", json=purchase(amount="13.00"), headers=headers)

    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"


async def test_a_refusal_leaves_no_key_behind(client):
    await client.post("/v1/purchases", json=purchase())
    found = (await client.get("/v1/members", params={"external_id": "anna"})).json()["data"][0]
    wallet = (await client.get(f"/v1/members/{found['id']}/wallets")).json()["data"][0]
    headers = {"Idempotency-Key": "spend"}
    refused = await client.post(
        f"/v1/wallets/{wallet['id']}/debit", json={"points": 20}, headers=headers
    )
    assert refused.status_code == 409
    assert refused.json()["code"] == "insufficient_points"
    await client.post("/v1/purchases", json=purchase(amount="100.00"))

    again = await client.post(
        f"/v1/wallets/{wallet['id']}/debit", json={"points": 20}, headers=headers
    )

    assert again.status_code == 201
    assert again.json()["wallet"]["available"] == 92


async def test_a_natural_key_with_equal_content_gives_the_purchase_that_is_there(client):
    first = await client.post("/v1/purchases", json=purchase(external_id="o-1"))
    again = await client.post("/v1/purchases", json=purchase(external_id="o-1"))
    changed = await client.post("/v1/purchases", json=purchase(external_id="o-1", amount="1"))

    assert (first.status_code, again.status_code, changed.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert changed.json()["code"] == "purchase_altered"
    assert changed.json()["errors"][0]["field"] == "amount"


async def test_the_same_natural_key_from_sixteen_connections_is_one_purchase(client):
    answers = await asyncio.gather(
        *(client.post("/v1/purchases", json=purchase(external_id="o-1")) for _ in range(16))
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_sixteen_connections_spend_what_is_there_and_not_one_point_more(client, house):
    members = [await house.member(balance=20) for _ in range(10)]
    wallets = [ids.encode("wallet", await house.wallet_id(member)) for member in members]
    turn = asyncio.Semaphore(16)

    async def spend(number):
        async with turn:
            return await client.post(
                f"/v1/wallets/{wallets[number % 10]}/debit",
                json={"points": 1},
                headers={"Idempotency-Key": f"d-{number}"},
            )

    answers = await asyncio.gather(*(spend(number) for number in range(400)))

    booked = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(booked), len(refused)) == (200, 200)
    assert {answer.json()["code"] for answer in refused} == {"insufficient_points"}
    for member in members:
        assert (await house.balance(member))["available"] == 0


async def test_keys_are_seven_days_old_at_most(client, house):
    await client.post("/v1/purchases", json=purchase(), headers={"Idempotency-Key": "k-1"})
    async with house.work() as work:
        await work.fetch(
            "update laurels.idempotency_keys set created_at = created_at - interval '8 days'"
            " where tenant_id = $1",
            work.tenant_id,
        )

    answer = await client.post(
        "/v1/purchases", json=purchase(amount="13.00"), headers={"Idempotency-Key": "k-1"}
    )

    assert answer.status_code == 201


KEY = {"$ref": "#/components/parameters/IdempotencyKey"}


async def test_every_write_minds_its_key(client, database):
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        made = await auth.create_operator_key(work, name="test")
    described = (await client.get("/openapi.json")).json()["paths"]
    # Where passwords are said no fingerprint of a body is kept (docs/decisions/0021), and the
    # document offers no key there.
    writes = [
        (method, path)
        for path, of in described.items()
        for method, told in of.items()
        if method != "get" and KEY in told.get("parameters", [])
    ]
    keyless = {p for p, of in described.items() for m in of if m != "get" and (m, p) not in writes}
    # Nor are views of lists anything that a repeat could double.
    assert all(path.startswith(("/v1/auth/", "/v1/saved-views")) for path in keyless)
    silent = []
    for method, path in writes:
        headers = {"Idempotency-Key": "k" * 256}
        if path.startswith("/v1/platform"):
            headers["Authorization"] = f"Bearer {made.key}"
        place = re.sub(r"\{\w+\}", "x", path)
        answer = await client.request(method.upper(), place, json={}, headers=headers)
        named = [error["field"] for error in answer.json().get("errors", [])]
        if (answer.status_code, named) != (422, ["Idempotency-Key"]):
            silent.append(f"{method} {path}: {answer.status_code} {named}")

    assert len(writes) > 20
    assert silent == []


async def test_the_keys_of_a_batch_are_looked_up_one_by_one_however_many_a_tenant_has(house):
    """Joined, the planner read all keys of the tenant for every batch: 3 ms with 20,000."""
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.idempotency_keys (tenant_id, holder, key, fingerprint, created_at)"
            " select $1, 'key_' || n % 50, 'k-' || n, '\\x00', now()"
            " from generate_series(1, 5000) as n",
            work.tenant_id,
        )
        await work.raw.execute(
            "set local plan_cache_mode = force_generic_plan;"
            "prepare known (uuid, text, text, text[], text[]) as"
            f" select {idempotency.KNOWN}, $2, $3"
        )
        lines = await work.fetch(
            f"explain (analyze, costs off) execute known ('{work.tenant_id}', '', '',"
            " array['key_7', 'key_8'], array['k-7', 'k-9'])"
        )
        await work.raw.execute("deallocate known")

    plan = "\n".join(line[0] for line in lines)
    assert "pk_idempotency_keys" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "ix_idempotency_keys_tenant_id_created_at" not in plan, plan
    assert re.search(r"holder = \S*n.*key = ", plan), plan
