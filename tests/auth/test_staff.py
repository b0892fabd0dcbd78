"""Staff: roles, invitations, and access that ends at once."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from tools.reference.pages import entrances

from laurels import auth
from laurels.auth import changing
from laurels.auth.errors import LastOwner
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Actor
from laurels.permissions import ALL_PERMISSIONS
from tests.support.application import described
from tests.support.make import make_tenant
from tests.support.people import PASSWORD, fresh_email, invited, joined, nobody

ROLES = list(auth.Role)


async def own(client, person):
    return await client.get("/v1/me", headers=person.headers)


# -- roles ---------------------------------------------------------------------------------------


def doors():
    """A door for each permission: method, path, and what it asks."""
    found = {}
    for door in entrances(described()):
        if door.asks in ALL_PERMISSIONS:
            found.setdefault((door.asks, door.method == "GET"), (door.method, door.path))
    return sorted((asks, method, path) for (asks, _), (method, path) in found.items())


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_opens_the_doors_of_its_permissions_and_no_others(house, role):
    person = await joined(house, role)
    wrong = []
    async with nobody(house) as client:
        for asks, method, path in doors():
            if path.endswith("/stream"):
                continue
            address = path
            for kind in ("{section}", "{job}", "{kind}"):
                address = address.replace(kind, "nothing")
            while "{" in address:
                name = address.partition("{")[2].partition("}")[0]
                kind = {"rule_id": "earning_rule", "import_id": "import_run"}.get(
                    name, name.removesuffix("_id")
                )
                address = address.replace(f"{{{name}}}", encode(kind, new_id()))
            answer = await client.request(method, address, headers=person.headers, json={})
            may = asks in auth.ROLES[role]
            if (answer.status_code != 403) != may:
                wrong.append(f"{method} {path} ({asks}): {answer.status_code}")
            elif not may and answer.json()["permission"] != asks:
                wrong.append(f"{method} {path}: {answer.text}")

    assert wrong == []


def test_every_role_but_the_owners_holds_less_than_the_one_before():
    held = [auth.ROLES[role] for role in (auth.Role.OWNER, auth.Role.ADMIN, auth.Role.MANAGER)]

    assert held[0] >= held[1] > held[2]
    for role in (auth.Role.SUPPORT, auth.Role.ANALYST, auth.Role.CASHIER):
        assert auth.ROLES[role] < auth.ROLES[auth.Role.MANAGER]
    assert not any(
        permission.endswith((":write", ":adjust", ":configure", ":erase", ":invite", ":run"))
        for permission in auth.ROLES[auth.Role.ANALYST]
    )


async def test_nobody_gives_more_than_they_have(house):
    people = {role: await joined(house, role) for role in ("owner", "admin", "manager", "cashier")}
    allowed = {
        "owner": set(ROLES),
        "admin": set(ROLES) - {"owner"},
        "manager": {"manager", "support", "analyst", "cashier"},
        "cashier": set(),
    }
    async with nobody(house) as client:
        for who, person in people.items():
            for role in ROLES:
                answer = await client.post(
                    "/v1/staff", headers=person.headers,
                    json={"email": fresh_email(), "role": role},
                )  # fmt: skip
                expected = 201 if role in allowed[who] else 403
                assert answer.status_code == expected, f"{who} invites {role}: {answer.text}"


async def test_nobody_touches_who_may_do_more(house):
    owner, admin = await joined(house, "owner"), await joined(house, "admin")
    async with nobody(house) as client:
        demoted = await client.patch(
            f"/v1/staff/{owner.id}", json={"role": "cashier"}, headers=admin.headers
        )
        removed = await client.delete(f"/v1/staff/{owner.id}", headers=admin.headers)
        renamed = await client.patch(
            f"/v1/staff/{owner.id}", json={"name": "X"}, headers=admin.headers
        )
        raised = await client.patch(
            f"/v1/staff/{admin.id}", json={"role": "owner"}, headers=admin.headers
        )

    assert [a.json()["code"] for a in (demoted, removed, renamed, raised)] == ["role_not_held"] * 4


async def test_a_key_that_a_person_makes_has_no_more_than_they_have(house):
    owner, admin = await joined(house, "owner"), await joined(house, "admin")
    async with nobody(house) as client:

        async def ask(person, *scopes):
            return await client.post(
                "/v1/api-keys", json={"name": "k", "scopes": scopes}, headers=person.headers
            )

        all_of_it = await ask(owner, "*")
        too_much = await ask(admin, "*")
        fair = await ask(admin, "members:read")
        key = {"Authorization": f"Bearer {fair.json()['api_key']}"}
        by_key = await client.post(
            "/v1/staff", json={"email": fresh_email(), "role": "cashier"}, headers=key
        )

    assert (all_of_it.status_code, fair.status_code) == (201, 201)
    assert (too_much.status_code, too_much.json()["code"]) == (403, "scope_not_held")
    assert by_key.status_code == 403


async def test_a_key_invites_within_its_scopes(house):
    async with house.work() as work:
        made = await auth.create_key(
            work, name="hr", test=False,
            scopes=["auth:invite", "auth:read", *auth.ROLES[auth.Role.CASHIER]],
        )  # fmt: skip
    async with nobody(house) as client:
        headers = {"Authorization": f"Bearer {made.key}"}

        cashier = await client.post(
            "/v1/staff", json={"email": fresh_email(), "role": "cashier"}, headers=headers
        )
        owner = await client.post(
            "/v1/staff", json={"email": fresh_email(), "role": "owner"}, headers=headers
        )

    assert cashier.status_code == 201
    assert cashier.json()["invited_by"].startswith("key_")
    assert (owner.status_code, owner.json()["code"]) == (403, "role_not_held")


# -- access ends ---------------------------------------------------------------------------------


async def test_who_is_removed_is_out_at_once_and_back_when_restored(house):
    owner, ben = await joined(house, "owner"), await joined(house, "cashier")
    async with nobody(house) as client:
        before = await own(client, ben)
        removed = await client.delete(f"/v1/staff/{ben.id}", headers=owner.headers)
        after = await own(client, ben)
        hot = await client.post(
            "/v1/purchases", headers=ben.headers,
            json={"external_id": "1", "member": "m", "amount": "1.00", "currency": "USD"},
        )  # fmt: skip
        refreshed = await client.post("/v1/auth/refresh", json={"refresh_token": ben.refresh_token})
        said = {"email": ben.email, "password": PASSWORD}
        refused = await client.post("/v1/auth/sign-in", json=said)
        restored = await client.post(f"/v1/staff/{ben.id}/restore", headers=owner.headers)
        old = await own(client, ben)
        again = await client.post("/v1/auth/sign-in", json=said)

    assert before.status_code == 200
    assert removed.json()["status"] == "removed"
    assert [a.status_code for a in (after, hot, refreshed, refused)] == [401] * 4
    assert restored.json()["status"] == "active"
    # What ended stays ended; they sign in anew.
    assert (old.status_code, again.status_code) == (401, 200)


async def test_a_role_holds_from_the_next_request_on(house):
    owner, ben = await joined(house, "owner"), await joined(house, "manager")
    async with nobody(house) as client:
        before = await client.get("/v1/audit-log", headers=ben.headers)
        changed = await client.patch(
            f"/v1/staff/{ben.id}", json={"role": "cashier"}, headers=owner.headers
        )
        after = await client.get("/v1/audit-log", headers=ben.headers)
        seen = await own(client, ben)

    assert (before.status_code, changed.status_code, after.status_code) == (200, 200, 403)
    assert seen.json()["role"] == "cashier"
    assert seen.json()["permissions"] == sorted(auth.ROLES[auth.Role.CASHIER])


async def test_the_last_owner_stays(house):
    owner = await joined(house, "owner")
    await invited(house, "owner")
    async with nobody(house) as client:
        removed = await client.delete(f"/v1/staff/{owner.id}", headers=owner.headers)
        demoted = await client.patch(
            f"/v1/staff/{owner.id}", json={"role": "admin"}, headers=owner.headers
        )
        second = await joined(house, "owner")
        handed_over = await client.patch(
            f"/v1/staff/{owner.id}", json={"role": "admin"}, headers=second.headers
        )

    assert [a.json()["code"] for a in (removed, demoted)] == ["last_owner", "last_owner"]
    assert handed_over.json()["role"] == "admin"


async def test_two_owners_who_remove_each_other_leave_one(house):
    one, two = await joined(house, "owner"), await joined(house, "owner")

    async def take_away(whom):
        async with house.work(actor=Actor("operator")) as work:
            await auth.remove(work, whom.staff_id)

    outcomes = await asyncio.gather(take_away(one), take_away(two), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["LastOwner", "NoneType"]
    async with house.work() as work:
        left = await auth.list_staff(work, status="active")
    assert len(left) == 1
    assert any(isinstance(each, LastOwner) for each in outcomes)


# -- invitations ---------------------------------------------------------------------------------


async def accept(client, token, password=PASSWORD):
    return await client.post(
        "/v1/auth/accept-invitation", json={"token": token, "name": "Anna", "password": password}
    )


async def test_an_invitation_is_good_once(house):
    _, token = await invited(house)
    async with nobody(house) as client:
        both = await asyncio.gather(accept(client, token), accept(client, token))
        late = await accept(client, token)
        look = await client.post("/v1/auth/invitation", json={"token": token})

    assert sorted(answer.status_code for answer in both) == [201, 422]
    assert (late.status_code, late.json()["code"]) == (422, "link_invalid")
    assert look.status_code == 422


async def test_an_invitation_ends_after_a_week_and_by_a_newer_one(house, owner_url):
    person, token = await invited(house)
    other, second = await invited(house, "cashier")
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.staff_invitations set expires_at = now() - interval '1 s'"
        " where tenant_id = $1 and staff_id = $2", house.tenant.id, person.staff_id,
    )  # fmt: skip
    await owner.close()
    async with house.work() as work:
        newer = await auth.invite_again(work, other.staff_id)
        third = auth.invitation_link(work.tenant_id, newer.invitation_id).partition("#token=")[2]
    async with nobody(house) as client:
        codes = [(await accept(client, each)).status_code for each in (token, second, third)]

    assert codes == [422, 422, 201]


async def test_an_invitation_that_was_made_up_or_taken_back_opens_nothing(house, database):
    other = await make_tenant(database)
    person, token = await invited(house)
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    elsewhere = token.replace(
        encode("tenant", house.tenant.id)[4:], encode("tenant", other.tenant.id)[4:]
    )
    async with house.work() as work:
        await auth.remove(work, person.staff_id)
    async with nobody(house) as client:
        codes = [
            (await accept(client, each)).status_code
            for each in (forged, elsewhere, token, "lk_invite_x", "x" * 200)
        ]

    assert codes == [422] * 5


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaa", "123456789012", "password1234", "Passw0rd!2024", "qwertyuiop123",
     "abcabcabcabcabc", "anna-anna-2024!", "x" * 257],
)  # fmt: skip
async def test_a_password_that_others_guess_is_refused(house, password):
    _, token = await invited(house, email=fresh_email("anna"))
    async with nobody(house) as client:
        answer = await accept(client, token, password)
        good = await accept(client, token, "a harbour, seven teaspoons")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "password"
    assert password not in answer.text
    assert good.status_code == 201


async def test_an_address_is_invited_once(house):
    owner = await joined(house)
    email = fresh_email()
    async with nobody(house) as client:
        said = {"email": email, "role": "support"}
        first = await client.post("/v1/staff", json=said, headers=owner.headers)
        twice = await client.post("/v1/staff", json=said, headers=owner.headers)
        again = await client.post(f"/v1/staff/{first.json()['id']}/invite", headers=owner.headers)
        joined_already = await client.post(f"/v1/staff/{owner.id}/invite", headers=owner.headers)
        listed = await client.get("/v1/staff", params={"status": "invited"}, headers=owner.headers)

    assert (twice.status_code, twice.json()["code"]) == (409, "staff_exists")
    assert again.status_code == 200
    assert joined_already.json()["code"] == "staff_not_invited"
    assert [each["email"] for each in listed.json()["data"]] == [email]


async def test_nobody_is_flooded_with_invitations(house):
    owner = await joined(house)
    async with nobody(house) as client:
        made = await client.post(
            "/v1/staff", json={"email": fresh_email(), "role": "support"}, headers=owner.headers
        )
        address = f"/v1/staff/{made.json()['id']}/invite"
        codes = [(await client.post(address, headers=owner.headers)).status_code for _ in range(8)]

    assert codes[:2] == [200, 200]
    assert 429 in codes[2:]


async def test_mails_that_a_stranger_asks_for_hold_up_no_invitation(house, monkeypatch):
    monkeypatch.setattr(changing, "ALWAYS_TAKES", 0)
    owner, email = await joined(house), fresh_email()
    async with nobody(house, "203.0.113.80") as stranger:
        codes = [
            (await stranger.post("/v1/auth/forgot-password", json={"email": email})).status_code
            for _ in range(5)
        ]
    async with nobody(house) as client:
        made = await client.post(
            "/v1/staff", json={"email": email, "role": "support"}, headers=owner.headers
        )

    assert 429 in codes
    assert made.status_code == 201


async def test_a_key_ends_nothing_of_what_follows_a_test_clock(house, owner_url):
    """Credentials keep to the real time, whatever a test clock says."""
    house.later(days=400)
    person, token = await invited(house)
    async with nobody(house) as client:
        answer = await accept(client, token)

    assert answer.status_code == 201
    async with house.work() as work:
        row = await auth.find_staff(work, person.email)
    assert abs(row["joined_at"] - row["created_at"]) < timedelta(minutes=5)
