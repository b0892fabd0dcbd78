"""Lists are narrowed by what one knows: own ids, kinds, moments."""

from datetime import UTC, datetime, timedelta


async def buy(client, member: str, amount: str = "10.00", **more):
    answer = await client.post(
        "/v1/purchases", json={"member": member, "amount": amount, "currency": "USD", **more}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ids(client, path: str, **params) -> list[str]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def test_purchases_of_a_member_by_the_shops_own_id(client):
    mine = await buy(client, "anna")
    await buy(client, "ben")

    assert await ids(client, "/v1/purchases", member="anna") == [mine["id"]]
    assert await ids(client, "/v1/purchases", member="nobody") == []
    assert await ids(client, "/v1/purchases", member="ben", member_id=mine["member_id"]) == []


async def test_transactions_by_type_source_and_time(client):
    old = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    recent = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    first = await buy(client, "anna", occurred_at=old)
    await buy(client, "anna")
    await client.post(f"/v1/purchases/{first['id']}/refunds", json={"amount": "10.00"})
    path = f"/v1/members/{first['member_id']}/transactions"

    assert len(await ids(client, path)) == 3
    assert len(await ids(client, path, type="earned")) == 2
    assert len(await ids(client, path, source="refund")) == 1
    assert len(await ids(client, path, until=recent)) == 1
    assert len(await ids(client, path, since=recent, type="earned")) == 1
    assert (await client.get(path, params={"type": "lent"})).status_code == 422


async def test_members_whose_profile_changed_since_a_moment(client):
    for name in ("anna", "ben"):
        await client.post("/v1/members", json={"external_id": name})
    told = (await client.get("/v1/members", params={"external_id": "ben"})).json()["data"][0]
    anna = (await client.get("/v1/members", params={"external_id": "anna"})).json()["data"][0]
    await client.patch(f"/v1/members/{anna['id']}", json={"first_name": "Anna"})
    changed = (await client.get(f"/v1/members/{anna['id']}")).json()["updated_at"]

    assert await ids(client, "/v1/members", since=changed) == [anna["id"]]
    assert await ids(client, "/v1/members", until=changed) == [told["id"]]


async def test_a_nightly_sync_hears_of_whoever_left(client):
    found = {}
    for name in ("still", "archived", "restored", "merged", "survivor", "erased"):
        made = await client.post("/v1/members", json={"external_id": name})
        found[name] = made.json()["id"]
    await client.delete(f"/v1/members/{found['restored']}")
    since = (await client.get(f"/v1/members/{found['restored']}")).json()["updated_at"]
    since = (datetime.fromisoformat(since) + timedelta(microseconds=1)).isoformat()

    await client.delete(f"/v1/members/{found['archived']}")
    await client.post(f"/v1/members/{found['restored']}/restore")
    merged = await client.post(
        f"/v1/members/{found['survivor']}/merge", json={"from": found["merged"]}
    )
    erased = await client.post(f"/v1/members/{found['erased']}/erase")

    assert (merged.status_code, erased.status_code) == (200, 200), (merged.text, erased.text)
    told = set(await ids(client, "/v1/members", since=since))
    left = await ids(client, "/v1/members", since=since, status="archived")
    assert told == {found[name] for name in ("archived", "restored", "merged", "erased")}
    assert left == [found["archived"]]


async def test_events_of_a_span(client, house):
    old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    recent = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    await buy(client, "anna", occurred_at=old)
    await buy(client, "anna")
    async with house.work() as work:
        await work.fetch(
            "update laurels.outbox set position = member_seq, relayed_at = now()"
            " where tenant_id = $1",
            work.tenant_id,
        )
    params = {"types": "purchase.completed"}

    assert len(await ids(client, "/v1/events", **params)) == 2
    assert len(await ids(client, "/v1/events", since=recent, **params)) == 1
    assert len(await ids(client, "/v1/events", until=recent, **params)) == 1
