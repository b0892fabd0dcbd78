"""A batch belongs to a tenant: each item is checked, answered and noted for who sent it."""

import asyncio
import contextlib

import httpx
import pytest

from laurels import auth
from laurels.api import create_app
from laurels.kit.hot.batch import MAX_UNVERIFIED, Queue
from laurels.kit.values import ids
from tests.support import people
from tests.support.asking import asking, until_queued
from tests.support.waiting import until_somebody_waits_for


@pytest.fixture
async def tills(house):
    """A client without credentials, and a maker of keys."""
    app = create_app(house.database, close_database=False)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.44", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://laurels.test") as client:
        yield client


@pytest.fixture
def batches(monkeypatch):
    """The items of every batch that is booked, in the order of batches."""
    seen = []
    real = Queue._transact

    async def noted(self, batch, **how):
        done = await real(self, batch, **how)
        seen.append([one.item for one in batch])
        return done

    monkeypatch.setattr(Queue, "_transact", noted)
    return seen


async def new_key(house, name, scopes=("*",)):
    async with house.work() as work:
        return await auth.create_key(work, name=name, test=False, scopes=list(scopes))


def bearer(token, **more):
    return {"Authorization": f"Bearer {token}", **more}


def sale(number, **more):
    return {"member": f"m-{number}", "amount": "10.00", "currency": "USD", **more}


pytestmark = pytest.mark.usefixtures("patient")


@contextlib.asynccontextmanager
async def held_up(house, tills):
    """The first purchase of the tenant waits for a lock, so that all others become one batch."""
    key = (await new_key(house, "first")).key
    await tills.post("/v1/purchases", json=sale(999), headers=bearer(key))
    async with house.work() as work:
        await work.fetch(
            "select 1 from laurels.wallets where tenant_id = $1 for update", work.tenant_id
        )
        first = asyncio.create_task(
            tills.post("/v1/purchases", json=sale(999), headers=bearer(key))
        )
        await until_somebody_waits_for(work)
        yield
    assert (await first).status_code == 201


async def spoil(house, kind, made):
    """Make a key one that is not let in; return what it is answered and the token to send."""
    async with house.work() as work:
        match kind:
            case "revoked":
                await auth.revoke_key(work, made.id)
                return (401, "key_revoked"), made.key
            case "expired":
                await work.fetch(
                    "update laurels.api_keys set expires_at = now() - interval '1 hour'"
                    " where tenant_id = $1 and id = $2",
                    work.tenant_id, made.id,
                )  # fmt: skip
                return (401, "key_expired"), made.key
            case "guessed":
                return (401, "unauthenticated"), made.key[:-6] + "000000"
    return (201, None), made.key


KINDS = ("fine", "revoked", "expired", "guessed", "reader", "archived", "stranger's member")


async def test_fifty_keys_at_once_get_each_their_own_answer_from_one_batch(house, tills, batches):
    for number in range(50):
        await house.member(external_id=f"m-{number}")
    asked = []
    for number in range(50):
        kind = KINDS[number % len(KINDS)]
        scopes = ["members:read"] if kind == "reader" else ["*"]
        made = await new_key(house, f"till {number}", scopes)
        expected, token = await spoil(house, kind, made)
        body = sale(number)
        if kind == "reader":
            expected = (403, "forbidden")
        elif kind == "archived":
            owner = bearer(made.key)
            found = await tills.get(f"/v1/members?external_id=m-{number}", headers=owner)
            await tills.delete(f"/v1/members/{found.json()['data'][0]['id']}", headers=owner)
        elif kind == "stranger's member":
            body = {**sale(number), "member": None, "member_id": ids.encode("member", made.id)}
            expected = (404, "member_not_found")
        asked.append((kind, made, token, body, expected))

    async with held_up(house, tills):
        tasks = [
            asyncio.create_task(
                tills.post("/v1/purchases", json=body, headers=bearer(token, **{
                    "X-Request-Id": f"r-{number}"
                }))
            )
            for number, (_, _, token, body, _) in enumerate(asked)
        ]  # fmt: skip
        await until_queued(tills, len(tasks))
        assert not any(task.done() for task in tasks)
    answers = await asyncio.gather(*tasks)

    assert len(batches[-1]) == 50
    for answer, (kind, _, _, _, (status, code)) in zip(answers, asked, strict=True):
        assert answer.status_code == status, (kind, answer.text)
        if code is not None:
            assert answer.json()["code"] == code, kind
    points = {kind: a.json()["points"] for a, (kind, *_) in zip(answers, asked, strict=True)
              if a.status_code == 201}  # fmt: skip
    assert points == {"fine": 10, "archived": 0}
    async with house.work() as work:
        rows = await work.fetch(
            "select m.external_id, t.actor_type, t.actor_id, t.xmin::text"
            " from laurels.point_transactions as t"
            " inner join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id"
            " inner join laurels.members as m on m.tenant_id = w.tenant_id and m.id = w.member_id"
            " where t.tenant_id = $1 and m.external_id <> 'm-999'",
            work.tenant_id,
        )
    assert {(row[0], row[1], row[2]) for row in rows} == {
        (f"m-{number}", "api_key", ids.encode("api_key", made.id))
        for number, (kind, made, *_) in enumerate(asked)
        if kind == "fine"
    }
    assert len({row[3] for row in rows}) == 1


async def test_a_person_and_a_key_share_a_batch_and_each_is_noted_with_their_address(
    house, tills, batches
):
    anna = await people.joined(house)
    made = await new_key(house, "till")
    wallets = [
        ids.encode("wallet", await house.wallet_id(await house.member(balance=10)))
        for _ in range(6)
    ]

    answers = await asyncio.gather(
        *(
            tills.post(
                f"/v1/wallets/{wallet}/debit", json={"points": 1},
                headers=bearer(
                    anna.access_token if n % 2 else made.key,
                    **{"User-Agent": f"till/{n}", "X-Request-Id": f"r-{n}"},
                ),
            )
            for n, wallet in enumerate(wallets)
        )
    )  # fmt: skip

    assert {answer.status_code for answer in answers} == {201}
    assert len(batches) < 6
    async with house.work() as work:
        rows = await work.fetch(
            "select actor_type, actor_id, request_id, ip, user_agent from laurels.audit_log"
            " where tenant_id = $1 and action = 'ledger.debited' order by request_id",
            work.tenant_id,
        )
    who = {0: ("api_key", ids.encode("api_key", made.id)), 1: ("staff", anna.id)}
    assert [tuple(row) for row in rows] == [
        (*who[n % 2], f"r-{n}", "192.0.2.44", f"till/{n}") for n in range(6)
    ]
    for n, answer in enumerate(answers):
        told = answer.json()["transaction"]
        assert (told["actor_type"], told["actor_id"]) == who[n % 2]


async def test_redemptions_of_one_batch_belong_each_to_who_asked(house, tills, batches):
    first, second = await new_key(house, "one"), await new_key(house, "two")
    made = await tills.post(
        "/v1/rewards", headers=bearer(first.key),
        json={"name": "Tea", "type": "merchandise", "cost_points": 5, "fulfilment": "manual"},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    members = [await house.member(balance=10) for _ in range(4)]

    answers = await asyncio.gather(
        *(
            tills.post(
                "/v1/redemptions", headers=bearer((first, second)[n % 2].key),
                json={"reward_id": made.json()["id"], "member_id": ids.encode("member", member)},
            )
            for n, member in enumerate(members)
        )
    )  # fmt: skip

    assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers]
    assert len(batches) < 4
    async with house.work() as work:
        rows = await work.fetch(
            "select r.member_id, r.actor_id, t.actor_id from laurels.redemptions as r"
            " inner join laurels.point_transactions as t on t.tenant_id = r.tenant_id"
            "  and t.id = r.transaction_id where r.tenant_id = $1",
            work.tenant_id,
        )
    expected = {
        member: ids.encode("api_key", (first, second)[n % 2].id) for n, member in enumerate(members)
    }
    assert {row[0]: row[1] for row in rows} == expected
    assert {row[0]: row[2] for row in rows} == expected


async def test_a_permission_is_asked_of_each_item_whoever_came_first(house, tills):
    allowed = await new_key(house, "may")
    reader = await new_key(house, "may not", ["purchases:read"])

    answers = await asyncio.gather(
        *(
            tills.post("/v1/purchases", json=sale(n), headers=bearer(key.key))
            for n, key in enumerate([allowed, reader] * 8)
        )
    )

    assert [answer.status_code for answer in answers] == [201, 403] * 8


@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/members"])
async def test_the_same_key_of_two_holders_is_two_keys(house, tills, path):
    first, second = await new_key(house, "one"), await new_key(house, "two")
    body = sale(1) if path == "/v1/purchases" else {"external_id": "m-1"}
    headers = [bearer(key.key, **{"Idempotency-Key": "k"}) for key in (first, second)]

    once = await asyncio.gather(*(tills.post(path, json=body, headers=each) for each in headers))
    again = await asyncio.gather(*(tills.post(path, json=body, headers=each) for each in headers))

    assert not any("idempotent-replayed" in answer.headers for answer in once)
    assert all(answer.headers["idempotent-replayed"] == "true" for answer in again)
    assert [a.content for a in again] == [a.content for a in once]
    if path == "/v1/purchases":
        assert once[0].json()["id"] != once[1].json()["id"]


async def test_a_hot_and_a_cold_route_know_the_same_holder(house, tills):
    made = await new_key(house, "one")
    headers = bearer(made.key, **{"Idempotency-Key": "k"})

    hot = await tills.post("/v1/purchases", json=sale(1), headers=headers)
    cold = await tills.post("/v1/members", json={"external_id": "m-1"}, headers=headers)

    assert (hot.status_code, cold.status_code) == (201, 409)
    assert cold.json()["code"] == "idempotency_key_reused"


async def test_unverified_credentials_cannot_crowd_out_verified_ones(house, tills):
    made = await new_key(house, "till")
    await tills.post("/v1/purchases", json=sale(1), headers=bearer(made.key))
    async with held_up(house, tills):
        wrong = [
            asyncio.create_task(
                tills.post(
                    "/v1/purchases", json=sale(1),
                    headers=bearer(made.key[:-5] + f"{number:05d}"),
                )
            )
            for number in range(MAX_UNVERIFIED + 20)
        ]  # fmt: skip
        await until_queued(tills, MAX_UNVERIFIED)
        known = asyncio.create_task(
            tills.post("/v1/purchases", json=sale(1), headers=bearer(made.key))
        )
        await until_queued(tills, MAX_UNVERIFIED + 1)
    refused = [answer.status_code for answer in await asyncio.gather(*wrong)]

    assert (await known).status_code == 201
    assert refused.count(503) == 20
    assert refused.count(401) == MAX_UNVERIFIED


# -- one credential ------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/members"), ("POST", "/v1/purchases")])
async def test_two_authorization_headers_are_refused(house, tills, method, path):
    made = await new_key(house, "till")
    right, other = f"Bearer {made.key}", "Bearer lk_live_x"

    for pair in ((right, other), (other, right), (right, right)):
        headers = [("Authorization", value) for value in pair]
        answer = await tills.request(method, path, headers=headers, json=sale(1))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert "more than once" in answer.json()["detail"]


async def test_a_token_over_a_kilobyte_is_refused_before_it_is_remembered(house):
    async with asking(house, requests_per_second=5) as client:
        rates = client._transport.app.state.authenticator._rates
        before = len(rates._entries)
        for path in ("/v1/members", "/healthz"):
            answer = await client.get(path, headers=bearer("x" * 1025))
            assert answer.status_code == 401

        assert len(rates._entries) == before


@pytest.mark.parametrize("spelling", ["{}=", "{} ", "{}.", "{}0", "upper case"])
async def test_a_token_has_one_spelling(house, spelling):
    anna = await people.joined(house)
    token = spelling.format(anna.access_token)
    if spelling == "upper case":
        token = auth.tokens.ACCESS + anna.access_token.removeprefix(auth.tokens.ACCESS).upper()
    async with people.nobody(house) as client:
        right = await client.get("/v1/me", headers=anna.headers)
        answer = await client.get("/v1/me", headers=bearer(token))

    assert right.status_code == 200
    # Spaces around a header are no part of it.
    assert answer.status_code == (200 if spelling == "{} " else 401)
