"""`laurels staff` and `laurels mail`: the first owner, and what lies in the folder."""

import asyncio
import json

import bcrypt
import pytest

from laurels.auth.passwords import is_hash
from tests.cli.test_manners import laurels
from tests.support.people import PASSWORD, fresh_email, nobody, told

pytestmark = pytest.mark.slow


async def test_the_first_owner_is_invited_by_command(house, app_url, tmp_path, monkeypatch):
    found = {"LAURELS_DATABASE_URL": app_url, "LAURELS_DATA_DIR": str(tmp_path)}
    there = ("--tenant", house.tenant.slug)
    email = fresh_email("owner")

    async def run(*words):
        return await asyncio.to_thread(laurels, *words, **found)

    invited = await run("staff", "invite", email, *there, "--json")
    again = await run("staff", "invite", email, *there)
    listed = json.loads((await run("staff", "list", *there, "--json")).stdout)
    odd = await run("staff", "invite", "nobody", *there)
    first = json.loads(invited.stdout)["link"].partition("#token=")[2]
    second = again.stdout.strip().partition("#token=")[2]
    async with nobody(house) as client:
        body = {"name": "Ada", "password": PASSWORD}
        old, new = [
            (await client.post("/v1/auth/accept-invitation", json=body | {"token": token}))
            for token in (first, second)
        ]
    last = await run("staff", "remove", email, *there)
    reset = await run("staff", "reset-password", email, *there)

    assert [(each["email"], each["role"]) for each in listed] == [(email, "owner")]
    assert (old.status_code, new.status_code) == (422, 201)
    assert (odd.returncode, "e-mail address" in odd.stderr) == (1, True)
    assert (last.returncode, "last owner" in last.stderr) == (1, True)
    assert "/console/reset-password#token=lk_reset_" in reset.stdout


async def test_people_come_with_their_passwords_and_mails_are_shown(house, app_url, tmp_path):
    found = {"LAURELS_DATABASE_URL": app_url, "LAURELS_DATA_DIR": str(tmp_path)}
    there = ("--tenant", house.tenant.slug)
    email = fresh_email("import")
    kept = bcrypt.hashpw(b"a bcrypt password", bcrypt.gensalt(4)).decode()
    assert is_hash(kept)
    file, wrong = tmp_path / "people.csv", tmp_path / "wrong.csv"
    file.write_text(f"email,name,role,password_hash\n{email},Ida,cashier,{kept}\n")
    wrong.write_text(f"email,name,role,password_hash\n{email},Ida,king,{kept}\n")

    async def run(*words):
        return await asyncio.to_thread(laurels, *words, **found)

    refused = await run("staff", "import", str(wrong), *there)
    taken = await run("staff", "import", str(file), *there)
    raised = await run("staff", "set-role", email, "support", *there)
    async with nobody(house) as client:
        said = {"email": email, "password": "a bcrypt password"}
        signed = await client.post("/v1/auth/sign-in", json=said)
    none = await run("mail", "list")

    assert (refused.returncode, "line 2" in refused.stderr) == (1, True)
    assert "1 of 1" in taken.stdout
    assert "support" in raised.stdout
    assert signed.json()["tenants"][0]["role"] == "support"
    assert "no mails" in none.stdout


async def test_the_mail_of_an_invitation_is_read_by_command(house, app_url, tmp_path, monkeypatch):
    from laurels.config import settings

    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    found = {"LAURELS_DATABASE_URL": app_url, "LAURELS_DATA_DIR": str(tmp_path)}
    email = fresh_email("post")
    there = ("--tenant", house.tenant.slug)
    await asyncio.to_thread(laurels, "staff", "invite", email, *there, **found)

    await told(house)
    settings.cache_clear()
    listed = await asyncio.to_thread(laurels, "mail", "list", "--json", **found)
    # Mails of other tests' tenants may have waited for a handler, too.
    (ours,) = [each for each in json.loads(listed.stdout) if each["to"] == email]
    shown = await asyncio.to_thread(laurels, "mail", "show", ours["name"], **found)

    assert email in shown.stdout
    assert "#token=lk_invite_" in shown.stdout
