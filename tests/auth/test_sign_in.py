"""Signing in, and what a wrong password costs."""

import asyncio
import logging
import time

import asyncpg
import bcrypt
import pytest

from laurels import auth
from laurels.auth import passwords
from laurels.auth import sign_in as signing
from laurels.auth.errors import StaffExists
from laurels.auth.jobs import forget_old_sign_ins
from laurels.kit.errors import Invalid
from laurels.kit.work import open_work
from tests.support.make import make_tenant
from tests.support.people import PASSWORD, fresh_email, home, invited, joined, nobody

SIGN_IN = "/v1/auth/sign-in"


async def sign_in(client, email, password=PASSWORD, **more):
    return await client.post(SIGN_IN, json={"email": email, "password": password, **more})


async def owner_fetch(owner_url, statement, *values):
    connection = await asyncpg.connect(owner_url)
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


async def entries(house, action):
    async with house.work() as work:
        return await work.fetch(
            "select * from laurels.audit_log where tenant_id = $1 and action = $2 order by id",
            work.tenant_id, action,
        )  # fmt: skip


async def test_who_was_invited_joins_and_signs_in(house):
    anna = await joined(house, "owner")

    async with nobody(house) as client:
        me = await client.get("/v1/me", headers=anna.headers)
        again = await sign_in(client, anna.email.upper())
        wrong = await sign_in(client, anna.email, "not her password")

    assert me.status_code == 200
    assert (me.json()["role"], me.json()["actor_id"]) == ("owner", anna.id)
    assert me.json()["tenant"]["slug"] == house.tenant.slug
    assert again.status_code == 200
    assert [place["slug"] for place in again.json()["tenants"]] == [house.tenant.slug]
    assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_failed")
    assert len(await entries(house, "auth.signed_in")) == 2
    (failed,) = await entries(house, "auth.sign_in_failed")
    assert (failed["actor_type"], failed["target_id"]) == ("nobody", anna.id)
    assert failed["ip"] == home(house)


async def test_who_works_for_several_names_one(house, database):
    other = await make_tenant(database)
    email = fresh_email()
    await joined(house, "owner", email)
    second, token = await invited(other, "cashier", email)
    async with nobody(house) as client:
        look = await client.post("/v1/auth/invitation", json={"token": token})
        foreign = await client.post(
            "/v1/auth/accept-invitation",
            json={"token": token, "name": "Anna", "password": "another password"},
        )
        own = await client.post(
            "/v1/auth/accept-invitation",
            json={"token": token, "name": "Anna", "password": PASSWORD},
        )

        both = await sign_in(client, email)
        one = await sign_in(client, email, tenant=other.tenant.slug)
        nowhere = await sign_in(client, email, tenant="no-such-shop")
        me = await client.get(
            "/v1/me", headers={"Authorization": f"Bearer {one.json()['access_token']}"}
        )

    assert look.json()["has_login"] is True
    assert (foreign.status_code, foreign.json()["code"]) == (403, "password_wrong")
    assert own.status_code == 201
    assert both.json()["access_token"] is None
    assert {place["slug"] for place in both.json()["tenants"]} == {
        house.tenant.slug, other.tenant.slug,
    }  # fmt: skip
    assert (me.json()["role"], me.json()["actor_id"]) == ("cashier", second.id)
    assert nowhere.status_code == 401


async def test_nobody_learns_which_addresses_there_are(house):
    anna = await joined(house)

    async with nobody(house) as client:
        wrong = await sign_in(client, anna.email, "not her password")
        unknown = await sign_in(client, fresh_email(), "not her password")
        mailed = await client.post("/v1/auth/forgot-password", json={"email": anna.email})
        nothing = await client.post("/v1/auth/forgot-password", json={"email": fresh_email()})

    for one, other in ((wrong, unknown), (mailed, nothing)):
        assert one.status_code == other.status_code
        known, strange = one.json(), other.json()
        known.pop("request_id", None), strange.pop("request_id", None)
        assert known == strange


async def test_an_unknown_address_costs_a_hash_too(house, monkeypatch):
    verified = []
    real = passwords._verify
    monkeypatch.setattr(
        passwords, "_verify", lambda given, kept: verified.append(kept) or real(given, kept)
    )

    async with nobody(house) as client:
        await sign_in(client, fresh_email())

    assert verified == [None]


async def test_a_refusal_tells_nobody_how_a_hash_was_made(house, monkeypatch):
    monkeypatch.setattr(signing, "REFUSED_EVERY", 0.5)
    anna, bert = await joined(house), fresh_email("bert")
    old = bcrypt.hashpw(b"what bert had before", bcrypt.gensalt(4)).decode()
    async with house.work() as work:
        await auth.take_over(work, [auth.Newcomer(bert, "Bert", auth.Role.SUPPORT, old)])

    async def refusal(client, email):
        began = time.monotonic()
        answer = await sign_in(client, email, "not their password")
        return answer.status_code, time.monotonic() - began

    async with nobody(house) as client:
        found = [await refusal(client, each) for each in (anna.email, bert, fresh_email())]

    assert [code for code, _ in found] == [401] * 3
    assert all(took >= 0.5 for _, took in found)


async def test_a_thousand_wrong_passwords_are_slowed_and_logged(house, caplog, monkeypatch):
    anna = await joined(house)
    looked_at = []
    real = passwords._verify
    monkeypatch.setattr(
        passwords, "_verify", lambda given, kept: looked_at.append(1) or real(given, kept)
    )
    began = time.perf_counter()

    with caplog.at_level(logging.WARNING, "laurels.auth"):
        async with nobody(house, "198.51.100.9") as client:
            answers = []
            for start in range(0, 1000, 20):
                answers += await asyncio.gather(
                    *(
                        sign_in(client, anna.email, f"guess number {n}")
                        for n in range(start, start + 20)
                    )
                )

    seconds = time.perf_counter() - began
    codes = [answer.status_code for answer in answers]
    # Five are free for this address and account; later ones wait one, two, four ... seconds.
    assert 5 <= codes.count(401) <= 5 + 1 + seconds
    assert codes.count(401) + codes.count(429) == 1000
    assert len(looked_at) == codes.count(401)
    slowed = next(answer for answer in answers if answer.status_code == 429)
    assert slowed.json()["code"] == "sign_in_slowed"
    assert int(slowed.headers["retry-after"]) >= 1
    assert sum("slowed down" in record.message for record in caplog.records) == codes.count(429)
    assert anna.email not in caplog.text
    noted = len(await entries(house, "auth.sign_in_failed")) + len(
        await entries(house, "auth.sign_in_slowed")
    )
    assert noted == codes.count(401)
    assert await entries(house, "auth.sign_in_slowed")


async def test_an_attack_from_elsewhere_keeps_nobody_out_of_their_own_place(house):
    anna = await joined(house)

    for number in range(3):
        async with nobody(house, f"192.0.2.{number + 1}") as attacker:
            for _ in range(6):
                await sign_in(attacker, anna.email, "guess")
    async with nobody(house, "192.0.2.99") as stranger:
        elsewhere = await sign_in(stranger, anna.email)
    async with nobody(house) as client:
        at_home = await sign_in(client, anna.email)

    assert elsewhere.status_code == 429
    assert at_home.status_code == 200


async def test_one_address_that_tries_many_accounts_is_slowed(house):
    async with nobody(house, "2001:db8::1") as client:
        codes = [(await sign_in(client, fresh_email(), "guess")).status_code for _ in range(32)]
    async with nobody(house, "2001:db8::2") as neighbour:
        same_network = await sign_in(neighbour, fresh_email(), "guess")

    assert codes[:30] == [401] * 30
    assert 429 in codes[30:]
    assert same_network.status_code == 429


async def test_good_ones_count_as_no_failure(house):
    anna = await joined(house)

    async with nobody(house) as client:
        codes = [(await sign_in(client, anna.email)).status_code for _ in range(40)]

    assert codes == [200] * 40


async def test_a_hash_of_bcrypt_is_taken_over_and_hashed_anew(house, owner_url):
    email = fresh_email("old")
    kept = bcrypt.hashpw(b"a bcrypt password", bcrypt.gensalt(4)).decode()
    people = [
        auth.Newcomer(email, "Old hand", auth.Role.MANAGER, kept),
        auth.Newcomer(
            fresh_email("php"), "From PHP", auth.Role.CASHIER, kept.replace("$2b$", "$2y$")
        ),
    ]
    async with house.work() as work:
        new = await auth.take_over(work, people)
        again = await auth.take_over(work, people)

    async with nobody(house) as client:
        first = await sign_in(client, email, "a bcrypt password")
        second = await sign_in(client, email, "a bcrypt password")
        php = await sign_in(client, people[1].email, "a bcrypt password")

    assert (new, again) == (2, 0)
    assert [a.status_code for a in (first, second, php)] == [200, 200, 200]
    ((now,),) = await owner_fetch(
        owner_url, "select password_hash from laurels.users where email = $1", email
    )
    assert now.startswith("$argon2id$")


async def test_a_hash_of_other_parameters_is_made_anew(house, owner_url, monkeypatch):
    anna = await joined(house)
    monkeypatch.setattr(passwords, "_own", lambda: passwords._hasher(128, 2))

    async with nobody(house) as client:
        answer = await sign_in(client, anna.email)

    assert answer.status_code == 200
    ((kept,),) = await owner_fetch(
        owner_url, "select password_hash from laurels.users where email = $1", anna.email
    )
    assert "$m=128,t=2,p=1$" in kept


@pytest.mark.parametrize("kept", ["$1$abc$def", "plain", "$2b$31$" + "a" * 53, ""])
async def test_other_hashes_are_not_taken_over(house, kept):
    async with house.work() as work:
        with pytest.raises(Invalid):
            await auth.take_over(work, [auth.Newcomer(fresh_email(), "X", auth.Role.CASHIER, kept)])


async def test_a_disabled_login_signs_in_nowhere(house, owner_url):
    anna = await joined(house)
    await owner_fetch(
        owner_url, "update laurels.users set status = 'disabled' where email = $1", anna.email
    )

    async with nobody(house) as client:
        answer = await sign_in(client, anna.email)
        refreshed = await client.post(
            "/v1/auth/refresh", json={"refresh_token": anna.refresh_token}
        )

    assert (answer.status_code, refreshed.status_code) == (401, 401)


async def test_two_addresses_that_differ_in_case_are_one(house):
    email = fresh_email("Éva").replace("anna", "")
    first, _ = await invited(house, "owner", email)

    async with house.work() as work:
        with pytest.raises(StaffExists):
            await auth.invite(work, email=email.upper(), role=auth.Role.ADMIN)

    assert first.staff_id is not None


async def test_a_tenant_that_is_purged_takes_its_logins_along(database, owner_url):
    mine, other = await make_tenant(database), await make_tenant(database)
    only_here = await joined(mine)
    both = fresh_email()
    await joined(mine, "owner", both)
    _, token = await invited(other, "owner", both)
    async with nobody(other) as client:
        answer = await client.post(
            "/v1/auth/accept-invitation", json={"token": token, "name": "B", "password": PASSWORD}
        )
        assert answer.status_code == 201

        await owner_fetch(owner_url, "select laurels.purge_tenant($1)", mine.tenant.id)
        stays = await sign_in(client, both)
        gone = await sign_in(client, only_here.email)

    assert (stays.status_code, gone.status_code) == (200, 401)
    rows = await owner_fetch(
        owner_url, "select email, tenants from laurels.users where email = any($1)",
        [both, only_here.email],
    )  # fmt: skip
    assert [(row["email"], row["tenants"]) for row in rows] == [(both, [other.tenant.id])]


async def test_failures_and_links_are_forgotten_in_time(house, database, owner_url):
    anna = await joined(house)
    async with nobody(house, "192.0.2.77") as client:
        await sign_in(client, anna.email, "guess")
        await client.post("/v1/auth/forgot-password", json={"email": anna.email})
    await owner_fetch(
        owner_url, "update laurels.sign_in_throttles set last_at = now() - interval '2 days',"
        " next_at = null",
    )  # fmt: skip
    for table in ("staff_sessions", "refresh_tokens", "staff_invitations"):
        await owner_fetch(
            owner_url, f"update laurels.{table} set expires_at = now() - interval '31 days'"
            " where tenant_id = $1", house.tenant.id,
        )  # fmt: skip
    await owner_fetch(
        owner_url, "update laurels.password_resets set expires_at = now() - interval '2 days'"
    )
    for _ in range(3):
        async with open_work(database, tenant_id=house.tenant.id) as work:
            await forget_old_sign_ins(work, limit=1000)

    for table in ("staff_sessions", "refresh_tokens", "staff_invitations"):
        assert (
            await owner_fetch(
                owner_url, f"select 1 from laurels.{table} where tenant_id = $1", house.tenant.id
            )
            == []
        )
    left = await owner_fetch(
        owner_url, "select 1 from laurels.sign_in_throttles"
        " where last_at < now() - interval '1 day' and succeeded_at is null",
    )  # fmt: skip
    assert left == []
    assert await owner_fetch(owner_url, "select 1 from laurels.password_resets") == []
