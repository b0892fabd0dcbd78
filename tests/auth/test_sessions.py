"""Sessions: tokens that follow each other, and what ends them."""

import asyncio
import logging
from datetime import timedelta

import asyncpg
import jwt
import pytest

from laurels.auth import sessions, tokens
from laurels.kit import crypto
from laurels.kit.ids import encode, new_id
from laurels.kit.time import utc_now
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


async def test_an_access_token_that_ended_says_so_and_is_no_guess(house, monkeypatch):
    anna = await joined(house)
    claims = tokens.read_access_token(anna.access_token)
    past = utc_now() - timedelta(minutes=11)
    anna.access_token = tokens.access_token(
        claims.tenant_id, claims.staff_id, claims.session_id, past
    )

    async with nobody(house) as client:
        answers = [await me(client, anna) for _ in range(30)]
        hot = await client.post(
            "/v1/purchases", headers=anna.headers,
            json={"external_id": "1", "member": "m", "amount": "1.00", "currency": "USD"},
        )  # fmt: skip

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(401, "token_expired")}
    assert hot.json()["code"] == "token_expired"


async def test_what_is_not_signed_by_us_opens_nothing(house):
    anna = await joined(house)
    said = jwt.decode(anna.access_token, options={"verify_signature": False})
    header = jwt.get_unverified_header(anna.access_token)
    other_key = jwt.encode(said, b"x" * 32, algorithm="HS256", headers={"kid": header["kid"]})
    unsigned = jwt.encode(said, None, algorithm="none", headers={"kid": header["kid"]})
    key = crypto.derived(tokens._ACCESS_KEY)[0]
    other_audience = jwt.encode({**said, "aud": "members"}, key, headers={"kid": header["kid"]})
    cut = anna.access_token[:-4]

    async with nobody(house) as client:
        for token in (other_key, unsigned, other_audience, cut, "eyJ", "eyJ.a.b"):
            anna.access_token = token
            assert (await me(client, anna)).status_code == 401


async def test_a_token_of_one_tenant_never_opens_another(house, database):
    other = await make_tenant(database)
    email = fresh_email()
    anna = await joined(house, "owner", email)
    _, token = await invited(other, "owner", email)
    async with nobody(other) as client:
        joining = {"token": token, "name": "A", "password": PASSWORD}
        there = (await client.post("/v1/auth/accept-invitation", json=joining)).json()
        mine = tokens.read_access_token(anna.access_token)
        theirs = tokens.read_access_token(there["access_token"])
        now = utc_now()
        mixed = [
            tokens.access_token(theirs.tenant_id, mine.staff_id, mine.session_id, now),
            tokens.access_token(mine.tenant_id, theirs.staff_id, mine.session_id, now),
            tokens.access_token(mine.tenant_id, mine.staff_id, theirs.session_id, now),
            tokens.access_token(mine.tenant_id, mine.staff_id, new_id(), now),
        ]

        answers = [
            await client.get("/v1/members", headers={"Authorization": f"Bearer {each}"})
            for each in mixed
        ]
        # The secret of one tenant's refresh token under the name of another.
        swapped = anna.refresh_token.replace(
            encode("tenant", house.tenant.id)[4:], encode("tenant", other.tenant.id)[4:]
        )
        refreshed = await refresh(client, swapped)

    assert [answer.status_code for answer in answers] == [401] * 4
    assert refreshed.status_code == 401


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
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
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
    import httpx

    from laurels.api import create_app
    from laurels.kit.envelope import Limits

    anna = await joined(house)
    app = create_app(house.database, close_database=False, limits=Limits(requests_per_second=2))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x", headers=anna.headers
    ) as client:
        answers = [await client.get("/v1/me") for _ in range(4)]

    assert [a.status_code for a in answers][-1] == 429
    assert "ratelimit-policy" in answers[0].headers
