"""Sessions: tokens that follow each other, and what ends them."""

import asyncio
import hashlib
import itertools
import logging
from datetime import timedelta

import asyncpg
import httpx
import pytest

from laurels.api import create_app
from laurels.auth import service, sessions, tokens
from laurels.kit.http.middleware import Limits
from laurels.kit.values.ids import encode
from tests.support.make import make_tenant
from tests.support.people import PASSWORD, fresh_email, hold, invited, joined, nobody


async def refresh(client, token):
    return await client.post("/v1/auth/refresh", json={"refresh_token": token})


async def me(client, person):
    return await client.get("/v1/me", headers=person.headers)


async def actions(house):
    async with house.work() as work:
        rows = await work.fetch(
            "select action from laurels.audit_log where tenant_id = $1 order by id", work.tenant_id
        )
    return [row["action"] for row in rows]


@pytest.fixture
def not_honest(monkeypatch):
    """A token that comes again was never sent twice by mistake."""
    monkeypatch.setattr(sessions, "HONEST_REPEAT", timedelta(0))


async def test_tokens_follow_each_other(house):
    anna = await joined(house)

    async with nobody(house) as client:
        first = await refresh(client, anna.refresh_token)
        second = await refresh(client, first.json()["refresh_token"])
        hold(anna, second.json())
        seen = await me(client, anna)

    assert (first.status_code, second.status_code, seen.status_code) == (200, 200, 200)
    assert first.json()["session_id"] == second.json()["session_id"]
    assert first.json()["expires_in"] == 600


async def test_reuse_of_a_spent_token_ends_the_session_for_both(house, not_honest, caplog):
    anna = await joined(house)

    async with nobody(house) as client:
        honest = await refresh(client, anna.refresh_token)
        with caplog.at_level(logging.WARNING, "laurels.auth"):
            stolen = await refresh(client, anna.refresh_token)
        after = await refresh(client, honest.json()["refresh_token"])
        hold(anna, honest.json())
        access = await me(client, anna)

    assert honest.status_code == 200
    assert (stolen.status_code, stolen.json()["code"]) == (401, "refresh_failed")
    assert after.status_code == 401
    assert access.status_code == 401
    assert "auth.refresh_token_reused" in await actions(house)
    assert "a spent refresh token came again" in caplog.text
    assert anna.refresh_token not in caplog.text


async def test_the_same_page_asking_twice_ends_nothing_and_gets_nothing(house):
    anna = await joined(house)

    async with nobody(house) as client:
        both = await asyncio.gather(*(refresh(client, anna.refresh_token) for _ in range(8)))
        won = [answer for answer in both if answer.status_code == 200]
        lost = [answer for answer in both if answer.status_code != 200]
        goes_on = await refresh(client, won[0].json()["refresh_token"])

    assert len(won) == 1
    assert {(a.status_code, a.json()["code"]) for a in lost} == {(409, "refresh_raced")}
    assert goes_on.status_code == 200


async def test_a_session_that_nobody_refreshes_ends(house, owner_url):
    anna = await joined(house)
    owner = await asyncpg.connect(owner_url)
    for table in ("staff_sessions", "refresh_tokens"):
        await owner.execute(
            f"update laurels.{table} set expires_at = now() where tenant_id = $1", house.tenant.id
        )
    await owner.close()

    async with nobody(house) as client:
        codes = [(await refresh(client, anna.refresh_token)).status_code,
                 (await me(client, anna)).status_code]  # fmt: skip

    assert codes == [401, 401]


async def test_an_access_token_that_ended_says_so_and_is_no_guess(house, owner_url):
    anna = await joined(house)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.refresh_tokens set access_expires_at = now() where tenant_id = $1",
        house.tenant.id,
    )
    await owner.close()

    assert await codes_of_many(house, anna) == {(401, "token_expired")}
    async with nobody(house) as client:
        hot = await client.post(
            "/v1/purchases", headers=anna.headers,
            json={"external_id": "1", "member": "m", "amount": "1.00", "currency": "USD"},
        )  # fmt: skip
        refreshed = await refresh(client, anna.refresh_token)
    assert hot.json()["code"] == "token_expired"
    assert refreshed.status_code == 200


async def test_a_page_that_was_left_open_after_signing_out_is_not_guessing(house):
    anna = await joined(house)
    async with nobody(house) as client:
        await client.post("/v1/auth/sign-out", headers=anna.headers)

    assert await codes_of_many(house, anna) == {(401, "token_expired")}


async def test_what_was_never_given_counts_as_a_guess(house):
    anna = await joined(house)
    anna.access_token = other_end(anna.access_token)

    assert await codes_of_many(house, anna) == {
        (401, "unauthenticated"), (429, "too_many_failures"),
    }  # fmt: skip


async def codes_of_many(house, person):
    """What thirty requests are answered where ten wrong credentials a minute are too many."""
    app = create_app(house.database, close_database=False, limits=Limits(failures_per_minute=10))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x", headers=person.headers
    ) as client:
        answers = [await client.get("/v1/me") for _ in range(30)]
    return {(answer.status_code, answer.json()["code"]) for answer in answers}


def other_end(token):
    """The same token with other chance."""
    return token[: -service.SECRET_LENGTH] + service.chance()


async def test_an_access_token_lasts_its_ten_minutes_beside_the_next_one(house):
    """Requests that are on their way while a page refreshes are answered."""
    anna = await joined(house)

    async with nobody(house) as client:
        next_one = (await refresh(client, anna.refresh_token)).json()
        old = await me(client, anna)
        hold(anna, next_one)
        new = await me(client, anna)

    assert (old.status_code, new.status_code) == (200, 200)


async def test_what_we_did_not_give_opens_nothing(house):
    anna = await joined(house)
    right = anna.access_token
    wrong = [
        other_end(right), right[:-1], right + "0", right.upper(), right[len(tokens.ACCESS) :],
        anna.refresh_token, right.replace(tokens.ACCESS, tokens.REFRESH), tokens.ACCESS, "eyJ.a.b",
        right[:-1] + "é", right.replace(tokens.ACCESS, "lk_live_"),
    ]  # fmt: skip

    async with nobody(house) as client:
        answers = [
            await client.get("/v1/me", headers=[(b"authorization", b"Bearer " + each.encode())])
            for each in wrong
        ]
        still = await me(client, anna)

    assert [answer.status_code for answer in answers] == [401] * len(wrong)
    assert still.status_code == 200


async def test_a_token_of_one_tenant_never_opens_another(house, database):
    other = await make_tenant(database)
    email = fresh_email()
    anna = await joined(house, "owner", email)
    there, token = await invited(other, "owner", email)
    async with nobody(other) as client:
        joining = {"token": token, "name": "A", "password": PASSWORD}
        hold(there, (await client.post("/v1/auth/accept-invitation", json=joining)).json())
        mine, theirs = (parts_of(each.access_token) for each in (anna, there))
        # Each part of one's own token with each part of the other's, but for the two whole ones.
        mixed = ["".join(parts) for parts in itertools.product(*zip(mine, theirs, strict=True))]

        answers = [
            await client.get("/v1/members", headers={"Authorization": f"Bearer {each}"})
            for each in mixed
        ]
        # The secret of one tenant's refresh token under the name of another.
        swapped = anna.refresh_token.replace(
            encode("tenant", house.tenant.id)[4:], encode("tenant", other.tenant.id)[4:]
        )
        refreshed = await refresh(client, swapped)

    assert [answer.status_code for answer in answers] == [200, *[401] * 14, 200]
    assert refreshed.status_code == 401


def parts_of(token):
    """Prefix with tenant, person, pair and secret of an access token."""
    ends = [len(tokens.ACCESS) + count * service.ID_LENGTH for count in (0, 1, 2, 3)]
    tenant, person, pair = (token[at : at + service.ID_LENGTH] for at in ends[:3])
    return tokens.ACCESS + tenant, person, pair, token[ends[3] :]


async def test_of_tokens_only_hashes_are_stored(house, owner_url):
    anna = await joined(house)

    owner = await asyncpg.connect(owner_url)
    row = await owner.fetchrow(
        "select hash, access_hash, access_expires_at - created_at as lasts"
        " from laurels.refresh_tokens where tenant_id = $1", house.tenant.id,
    )  # fmt: skip
    await owner.close()

    assert row["hash"] == hashlib.sha256(anna.refresh_token.encode()).digest()
    assert row["access_hash"] == hashlib.sha256(anna.access_token.encode()).digest()
    assert row["lasts"] == timedelta(minutes=10)


async def test_an_idempotency_key_is_the_persons_whichever_token_they_hold(house):
    anna = await joined(house)
    async with nobody(house) as client:
        said = {"email": anna.email, "password": PASSWORD}
        other = (await client.post("/v1/auth/sign-in", json=said)).json()
        order = {"external_id": "p1", "amount": "9.00", "currency": "USD"}
        doors = (("purchases", order), ("members", {"external_id": "m1"}))

        async def ask_both():
            return [
                await client.post(
                    f"/v1/{door}", json=body, headers={**anna.headers, "Idempotency-Key": door}
                )
                for door, body in doors
            ]

        first = await ask_both()
        hold(anna, other)
        again = await ask_both()

    assert [answer.status_code for answer in first] == [201, 201]
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert {answer.headers["idempotent-replayed"] for answer in again} == {"true"}


async def test_signing_out_ends_this_session_at_once(house):
    anna = await joined(house)
    async with nobody(house) as client:
        said = {"email": anna.email, "password": PASSWORD}
        other = (await client.post("/v1/auth/sign-in", json=said)).json()
        listed = (await client.get("/v1/auth/sessions", headers=anna.headers)).json()["data"]

        out = await client.post("/v1/auth/sign-out", headers=anna.headers)
        after = await me(client, anna)
        refreshed = await refresh(client, anna.refresh_token)
        hold(anna, other)
        still = await me(client, anna)

    assert [session["current"] for session in listed] == [False, True]
    assert out.json() == {"sessions_ended": 1}
    assert (after.status_code, refreshed.status_code, still.status_code) == (401, 401, 200)
    assert "auth.signed_out" in await actions(house)


async def test_one_ends_ones_own_sessions_and_no_other_persons(house):
    anna, ben = await joined(house), await joined(house, "cashier")
    async with nobody(house) as client:
        bens = (await client.get("/v1/auth/sessions", headers=ben.headers)).json()["data"]
        address = f"/v1/auth/sessions/{bens[0]['id']}"

        by_anna = await client.delete(address, headers=anna.headers)
        by_ben = await client.delete(address, headers=ben.headers)
        again = await me(client, ben)

    assert (by_anna.status_code, by_anna.json()["code"]) == (404, "session_not_found")
    assert (by_ben.status_code, again.status_code) == (200, 401)


async def test_signing_out_everywhere_reaches_every_tenant(house, database):
    other = await make_tenant(database)
    email = fresh_email()
    anna = await joined(house, "owner", email)
    there, token = await invited(other, "cashier", email)
    async with nobody(other) as client:
        joining = {"token": token, "name": "A", "password": PASSWORD}
        hold(there, (await client.post("/v1/auth/accept-invitation", json=joining)).json())

        out = await client.post("/v1/auth/sign-out-everywhere", headers=anna.headers)
        codes = [(await me(client, each)).status_code for each in (anna, there)]

    assert out.json() == {"sessions_ended": 2}
    assert codes == [401, 401]
    assert "auth.signed_out_everywhere" in await actions(other)


async def test_sessions_have_a_number(house, monkeypatch):
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 3)
    anna = await joined(house)
    async with nobody(house) as client:
        said = {"email": anna.email, "password": PASSWORD}
        for _ in range(3):
            last = await client.post("/v1/auth/sign-in", json=said)
        first = await me(client, anna)
        hold(anna, last.json())
        listed = await client.get("/v1/auth/sessions", headers=anna.headers)

    assert first.status_code == 401
    assert len(listed.json()["data"]) == 3


async def test_a_machine_has_no_sessions(client):
    own = await client.get("/v1/me")
    listed = await client.get("/v1/auth/sessions")
    out = await client.post("/v1/auth/sign-out")
    changed = await client.post(
        "/v1/auth/password", json={"current_password": "x", "new_password": "y"}
    )

    assert (own.json()["actor_type"], own.json()["role"]) == ("api_key", None)
    assert own.json()["name"] == "test"
    assert listed.json()["data"] == []
    assert (out.status_code, changed.status_code) == (404, 404)


async def test_who_signed_in_is_named_by_what_they_do(house):
    anna = await joined(house)
    async with nobody(house) as client:
        made = await client.post(
            "/v1/members", json={"external_id": "by-anna"}, headers=anna.headers
        )
        bought = await client.post(
            "/v1/purchases", headers={**anna.headers, "Idempotency-Key": "till-1"},
            json={"external_id": "p1", "member": "by-anna", "amount": "9.00", "currency": "USD"},
        )  # fmt: skip
        again = await client.post(
            "/v1/purchases", headers={**anna.headers, "Idempotency-Key": "till-1"},
            json={"external_id": "p1", "member": "by-anna", "amount": "9.00", "currency": "USD"},
        )  # fmt: skip
        log = await client.get(
            "/v1/audit-log", params={"target_type": "member"}, headers=anna.headers
        )

    assert (made.status_code, bought.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    entry = log.json()["data"][0]
    assert (entry["actor_type"], entry["actor_id"]) == ("staff", anna.id)


async def test_the_rate_limit_knows_people(house):
    anna = await joined(house)
    app = create_app(house.database, close_database=False, limits=Limits(requests_per_second=2))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x", headers=anna.headers
    ) as client:
        answers = [await client.get("/v1/me") for _ in range(4)]

    assert [a.status_code for a in answers][-1] == 429
    assert "ratelimit-policy" in answers[0].headers
