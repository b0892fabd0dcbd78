"""API keys over HTTP: made by a key, never with more than it has, shown once, with an end."""

from datetime import UTC, datetime, timedelta

import asyncpg

KEYS = "/v1/api-keys"


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


async def made(client, **values):
    answer = await client.post(KEYS, json={"name": "k", "scopes": ["*"]} | values)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_opens_what_its_scopes_say_until_it_is_withdrawn(client):
    key = await made(client, scopes=["purchases:read"])
    headers = bearer(key["api_key"])

    may = await client.get("/v1/purchases", headers=headers)
    may_not = await client.get("/v1/members", headers=headers)
    withdrawn = await client.delete(f"{KEYS}/{key['id']}")
    after = await client.get("/v1/purchases", headers=headers)

    assert (may.status_code, may_not.status_code) == (200, 403)
    assert withdrawn.json()["revoked_at"] is not None
    assert after.status_code == 401
    listed = (await client.get(KEYS, params={"limit": 1})).json()
    assert listed["data"][0]["id"] == key["id"]
    assert listed["has_more"]
    assert "api_key" not in listed["data"][0]


async def test_a_key_gives_no_more_than_it_has(client):
    end = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    maker = await made(client, scopes=["auth:write", "members:read"], expires_at=end)
    headers = bearer(maker["api_key"])

    async def ask(**values):
        return await client.post(KEYS, json={"name": "k"} | values, headers=headers)

    less = await ask(scopes=["members:read"], expires_at=end)
    more = await ask(scopes=["members:read", "members:write"], expires_at=end)
    everything = await ask(scopes=["*"], expires_at=end)
    longer = await ask(scopes=["members:read"])

    assert less.status_code == 201
    assert [a.status_code for a in (more, everything, longer)] == [403, 403, 403]
    assert more.json()["code"] == "scope_not_held"
    assert more.json()["errors"][0]["field"] == "scopes.1"
    assert longer.json()["errors"][0]["field"] == "expires_at"


async def test_nobody_withdraws_a_key_that_can_do_more(client):
    everything = await made(client)
    less = await made(client, scopes=["auth:write", "members:read"])
    other = await made(client, scopes=["members:read", "members:write"])
    part = await made(client, scopes=["members:read"])
    headers = bearer(less["api_key"])

    async def withdraw(key):
        return await client.delete(f"{KEYS}/{key['id']}", headers=headers)

    stronger = [await withdraw(everything), await withdraw(other)]
    weaker = [await withdraw(part), await withdraw(part)]
    itself = await withdraw(less)
    by_all = await client.delete(f"{KEYS}/{everything['id']}")

    assert [a.status_code for a in stronger] == [403, 403]
    assert {a.json()["code"] for a in stronger} == {"scope_not_held"}
    assert [a.status_code for a in (*weaker, itself, by_all)] == [200] * 4
    works = await client.get("/v1/members", headers=bearer(other["api_key"]))
    assert works.status_code == 200


async def test_an_expired_key_is_refused_and_told_so(client, owner_url):
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    key = await made(client, expires_at=soon)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.api_keys set expires_at = now() - interval '1 s' where hint = $1"
        " and expires_at is not null", key["api_key"][-4:],
    )  # fmt: skip
    await owner.close()

    refused = await client.get("/v1/purchases", headers=bearer(key["api_key"]))
    last = "1" if key["api_key"].endswith("0") else "0"
    forged = await client.get("/v1/purchases", headers=bearer(key["api_key"][:-1] + last))

    assert (refused.status_code, refused.json()["code"]) == (401, "key_expired")
    assert forged.json()["code"] == "unauthenticated"


async def test_what_cannot_be_is_refused(client):
    past = await client.post(
        KEYS, json={"name": "k", "scopes": ["*"], "expires_at": "2020-01-01T00:00:00Z"}
    )
    unknown = await client.post(KEYS, json={"name": "k", "scopes": ["fly"]})
    none = await client.post(KEYS, json={"name": "k", "scopes": []})

    assert [a.status_code for a in (past, unknown, none)] == [422, 422, 422]
    assert past.json()["errors"][0]["field"] == "expires_at"


async def test_the_secret_of_an_answer_is_never_stored(client, house, owner_url):
    headers = {"Idempotency-Key": "make-a-key"}
    said = {"name": "once", "scopes": ["*"]}
    first = await client.post(KEYS, json=said, headers=headers)

    again = await client.post(KEYS, json=said, headers=headers)

    assert first.status_code == 201
    assert (again.status_code, again.json()) == (201, {**first.json(), "api_key": None})
    listed = (await client.get(KEYS)).json()["data"]
    assert [key["name"] for key in listed].count("once") == 1
    owner = await asyncpg.connect(owner_url)
    stored = await owner.fetch(
        "select body from laurels.idempotency_keys where tenant_id = $1", house.tenant.id
    )
    await owner.close()
    assert len(stored) == 1
    assert first.json()["api_key"].encode() not in stored[0]["body"]


async def test_the_id_of_another_kind_is_refused_in_good_english(client):
    answer = await client.delete(f"{KEYS}/mem_01jd3ssssssssssssssssssss5")

    assert answer.status_code == 422
    assert "the id of an API key" in answer.text
