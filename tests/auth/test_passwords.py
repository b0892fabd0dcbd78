"""New passwords: by who knows the old one, by mail, and what that ends."""

import asyncpg
import pytest

from laurels.auth import changing, passwords
from tests.support.people import PASSWORD, fresh_email, joined, link_of, mails_to, nobody, told

NEW = "a lantern under seven bridges"


async def sign_in(client, email, password):
    return await client.post("/v1/auth/sign-in", json={"email": email, "password": password})


async def change(client, person, current, new):
    return await client.post(
        "/v1/auth/password", headers=person.headers,
        json={"current_password": current, "new_password": new},
    )  # fmt: skip


async def test_another_password_ends_all_other_sessions(house):
    anna = await joined(house)
    async with nobody(house) as client:
        other = await sign_in(client, anna.email, PASSWORD)

        wrong = await change(client, anna, "not hers at all", NEW)
        weak = await change(client, anna, PASSWORD, "password1234")
        same = await change(client, anna, PASSWORD, PASSWORD)
        done = await change(client, anna, PASSWORD, NEW)
        here = await client.get("/v1/me", headers=anna.headers)
        there = await client.post(
            "/v1/auth/refresh", json={"refresh_token": other.json()["refresh_token"]}
        )
        old = await sign_in(client, anna.email, PASSWORD)
        new = await sign_in(client, anna.email, NEW)

    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    assert [a.json()["errors"][0]["field"] for a in (weak, same)] == ["new_password"] * 2
    assert done.json() == {"sessions_ended": 1}
    assert (here.status_code, there.status_code) == (200, 401)
    assert (old.status_code, new.status_code) == (401, 200)


async def test_guessing_the_present_password_is_slowed_too(house):
    anna = await joined(house)
    async with nobody(house, "192.0.2.200") as client:
        codes = [(await change(client, anna, f"guess {n}", NEW)).status_code for n in range(10)]

    assert codes[:5] == [403] * 5
    assert 429 in codes[5:]


async def test_a_link_in_a_mail_gives_a_new_password_once(house, folder, owner_url):
    anna = await joined(house)
    async with nobody(house) as client:
        asked = await client.post("/v1/auth/forgot-password", json={"email": anna.email.upper()})
        await told(house)
        (mail,) = [m for m in mails_to(folder, anna.email) if m["Subject"].startswith("Choose")]
        token = link_of(mail)

        weak = await client.post(
            "/v1/auth/reset-password", json={"token": token, "new_password": "short"}
        )
        done = await client.post(
            "/v1/auth/reset-password", json={"token": token, "new_password": NEW}
        )
        twice = await client.post(
            "/v1/auth/reset-password", json={"token": token, "new_password": NEW + "!"}
        )
        out = await client.get("/v1/me", headers=anna.headers)
        new = await sign_in(client, anna.email, NEW)

    assert asked.status_code == 202
    text = mail.get_body(("plain",)).get_content()
    assert "https://shop.example/laurels/console/reset-password#token=lk_reset_" in text
    assert (weak.status_code, done.status_code) == (422, 200)
    assert (twice.status_code, twice.json()["code"]) == (422, "link_invalid")
    assert (out.status_code, new.status_code) == (401, 200)


async def test_a_link_ends_after_an_hour_and_by_a_newer_one(house, folder, owner_url):
    anna = await joined(house)
    async with nobody(house) as client:
        found = []
        for _ in range(2):
            await client.post("/v1/auth/forgot-password", json={"email": anna.email})
            await told(house)
            found.append(link_of(mails_to(folder, anna.email)[-1]))
        older = await client.post(
            "/v1/auth/reset-password", json={"token": found[0], "new_password": NEW}
        )
        owner = await asyncpg.connect(owner_url)
        await owner.execute(
            "update laurels.password_resets set expires_at = now() where user_id ="
            " (select id from laurels.users where email = $1)", anna.email,
        )  # fmt: skip
        await owner.close()
        late = await client.post(
            "/v1/auth/reset-password", json={"token": found[1], "new_password": NEW}
        )

    assert (older.status_code, late.status_code) == (422, 422)


async def test_a_mail_is_the_way_in_while_others_guess(house, folder):
    anna = await joined(house)
    async with nobody(house, "192.0.2.201") as away:
        for number in range(3):
            async with nobody(house, f"192.0.2.{210 + number}") as attacker:
                for _ in range(6):
                    await sign_in(attacker, anna.email, "guess")
        shut = await sign_in(away, anna.email, PASSWORD)
        await away.post("/v1/auth/forgot-password", json={"email": anna.email})
        await told(house)
        token = link_of(mails_to(folder, anna.email)[-1])
        await away.post("/v1/auth/reset-password", json={"token": token, "new_password": NEW})
        authenticate_batch = await sign_in(away, anna.email, NEW)

    assert (shut.status_code, authenticate_batch.status_code) == (429, 200)


async def test_nobody_is_flooded_with_mails(house, folder, monkeypatch):
    monkeypatch.setattr(changing, "ALWAYS_TAKES", 0)
    anna = await joined(house)
    async with nobody(house) as client:
        for email in (anna.email, fresh_email()):
            codes = [
                (await client.post("/v1/auth/forgot-password", json={"email": email})).status_code
                for _ in range(8)
            ]
            # Her invitation was a mail to this address, too.
            assert codes[:2] == [202] * 2
            assert 429 in codes[2:]


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "harbour violet teaspoon", "Ünïcödé-Wörter sind gut",
     "x7#kQ9!mZ2pL", "12 apostles, 3 kings and me"],
)  # fmt: skip
def test_a_good_password_is_taken(password):
    passwords.check(password, email="anna@example.com", name="Anna")


@pytest.mark.parametrize(
    "password",
    ["eleven char", "password1234", "P@ssw0rd1234", "letmeinletmein", "welcome12345",
     "iloveyou2024", "anna@example.com", "annaexample1234", "zxcvbnmasdfgh",
     "abcdefghijkl", "111111111111",
     "98765432109876", "qwertyuiopas", "adminadminadmin1", "laurels-2026!!"],
)  # fmt: skip
def test_what_others_try_first_is_refused(password):
    with pytest.raises(passwords.WeakPassword):
        passwords.check(password, email="anna@example.com", name="Anna")


async def test_only_so_many_wait_for_a_hash(monkeypatch):
    monkeypatch.setattr(passwords._Crowd, "there", passwords.MAX_WAITING)

    with pytest.raises(passwords.HashingBusy):
        await passwords.hash_of("whatever it may be")


@pytest.mark.parametrize(
    ("kept", "may"),
    [
        ("$2b$12$" + "a" * 53, True),
        ("$2y$10$" + "a" * 53, True),
        ("$2b$17$" + "a" * 53, False),
        ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" + "a" * 43, True),
        ("$argon2id$v=19$m=999999,t=3,p=4$c29tZXNhbHQ$" + "a" * 43, False),
        ("$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" + "a" * 43, False),
        ("5f4dcc3b5aa765d61d8327deb882cf99", False),
    ],
)
def test_which_hashes_are_taken_over(kept, may):
    assert passwords.is_hash(kept) is may
