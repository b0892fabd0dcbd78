"""What opens doors leaves no trace: not in any table, not in a log, not in an event."""

import logging

import asyncpg
import pytest

from laurels.kit.process import logs
from tests.support.people import (
    PASSWORD,
    fresh_email,
    hold,
    joined,
    link_of,
    mails_to,
    nobody,
    told,
)

NEW = "a lantern under seven bridges"
TABLES = """
select c.relname from pg_class as c where c.relnamespace = 'laurels'::regnamespace
and c.relkind in ('r', 'p')
"""


async def test_a_life_of_a_person_leaves_no_secret_behind(house, folder, owner_url, caplog):
    """Invited, joined, refreshed, forgotten, reset, changed; then every table is read as text."""
    caplog.set_level(logging.DEBUG)
    owner, email = await joined(house), fresh_email("ben")
    secrets = [owner.access_token, owner.refresh_token, PASSWORD]
    async with nobody(house) as client:
        key = {"Idempotency-Key": "traces-1"}
        said = {"email": email, "role": "cashier"}
        ben = (await client.post("/v1/staff", json=said, headers={**owner.headers, **key})).json()
        await told(house)
        invitation = link_of(mails_to(folder, email)[0])
        joining = {"token": invitation, "name": "Ben", "password": PASSWORD}
        first = await client.post("/v1/auth/accept-invitation", json=joining, headers=key)
        again = await client.post(
            "/v1/auth/refresh", json={"refresh_token": first.json()["refresh_token"]}, headers=key
        )
        await client.post("/v1/auth/forgot-password", json={"email": email})
        await told(house)
        reset = link_of(mails_to(folder, email)[-1])
        await client.post("/v1/auth/sign-in", json={"email": email, "password": "wrong but long"})
        await client.post("/v1/auth/reset-password", json={"token": reset, "new_password": NEW})
        signed = await client.post("/v1/auth/sign-in", json={"email": email, "password": NEW})
        hold(owner, signed.json())
        await client.post(
            "/v1/auth/password", headers={**owner.headers, **key},
            json={"current_password": NEW, "new_password": PASSWORD + "!"},
        )  # fmt: skip
    for answer in (first, again, signed):
        secrets += [answer.json()["access_token"], answer.json()["refresh_token"]]
    secrets += [invitation, reset, NEW, "wrong but long"]
    tails = [secret[-32:] for secret in secrets]

    assert await found_in_tables(owner_url, tails) == []
    assert [tail for tail in tails if tail in caplog.text] == []
    assert ben["status"] == "invited"
    # Addresses belong into no event and no log either.
    assert email not in caplog.text
    async with house.work() as work:
        rows = await work.fetch(
            "select payload::text from laurels.outbox where tenant_id = $1", work.tenant_id
        )
    assert rows
    assert [row[0] for row in rows if "@" in row[0]] == []


async def found_in_tables(owner_url, words):
    """Where one of these words stands, in all tables, read as text."""
    found = []
    connection = await asyncpg.connect(owner_url)
    try:
        for (table,) in await connection.fetch(TABLES):
            for word in words:
                hit = await connection.fetchval(
                    f"select exists (select from laurels.{table} as t"
                    " where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0)",
                    word, word.encode().hex(),
                )  # fmt: skip
                found += [f"{table}: {word}"] if hit else []
    finally:
        await connection.close()
    return found


async def test_the_search_for_secrets_finds_what_lies_there(house, owner_url):
    await joined(house, email=f"needle-{house.tenant.slug}@example.com")

    found = await found_in_tables(owner_url, [f"needle-{house.tenant.slug}"])

    assert {each.partition(":")[0] for each in found} >= {"users", "staff"}


@pytest.mark.parametrize(
    "text",
    ["lk_refresh_01abc", "lk_invite_01abc", "lk_reset_01abc", "lk_session_01abc"],
)
def test_logs_are_cleaned_of_tokens(text):
    assert text not in logs.clean(f"before {text} after")


async def test_answers_to_wrong_input_do_not_say_the_password_again(house):
    async with nobody(house) as client:
        answers = [
            await client.post("/v1/auth/sign-in", json=body)
            for body in (
                {"email": "no address", "password": "my dear secret"},
                {"email": "a@example.com", "password": "my dear secret" * 30},
                {"email": "a@example.com", "password": ["my dear secret"]},
                {"email": "a@example.com", "password": "my dear secret", "extra": "x"},
            )
        ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert [answer for answer in answers if "dear" in answer.text] == []
