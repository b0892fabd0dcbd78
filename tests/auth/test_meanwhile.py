"""What changes while a password is hashed: no transaction is open then, so it counts afterwards."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from laurels.auth import passwords
from tests.support.make import make_tenant
from tests.support.people import PASSWORD, fresh_email, invited, joined, nobody

OTHER = "seventeen green umbrellas"


class Obstacle:
    """A transaction that holds rows until what waits for them waits, and then changes them."""

    def __init__(self, connection):
        self.connection = connection

    async def before(self, request):
        """Start a request; return it once it waits for this transaction."""
        task = asyncio.create_task(request)
        while not await self.connection.fetchval(
            "select exists (select from pg_stat_activity"
            " where pg_backend_pid() = any(pg_blocking_pids(pid)))"
        ):
            assert not task.done(), task.result().text
            await asyncio.sleep(0.005)
        return task


@pytest.fixture
async def obstacle(owner_url):
    @asynccontextmanager
    async def begin():
        connection = await asyncpg.connect(owner_url)
        try:
            async with connection.transaction():
                yield Obstacle(connection)
        finally:
            await connection.close()

    return begin


async def sign_in(client, email, password=PASSWORD):
    return await client.post("/v1/auth/sign-in", json={"email": email, "password": password})


async def change(client, person, new):
    return await client.post(
        "/v1/auth/password", json={"current_password": PASSWORD, "new_password": new},
        headers=person.headers,
    )  # fmt: skip


async def set_password(connection, email):
    await connection.execute(
        "update laurels.users set password_hash = $2 where email = $1",
        email, await passwords.hash_of(OTHER),
    )  # fmt: skip


async def test_a_password_that_was_changed_meanwhile_signs_nobody_in(house, obstacle):
    anna = await joined(house)

    async with nobody(house) as client:
        async with obstacle() as found:
            await set_password(found.connection, anna.email)
            waiting = await found.before(sign_in(client, anna.email))
        late = await waiting
        now = await sign_in(client, anna.email, OTHER)

    assert (late.status_code, late.json()["code"]) == (401, "sign_in_failed")
    assert now.status_code == 200


async def test_a_login_that_was_disabled_meanwhile_signs_nobody_in(house, obstacle):
    anna = await joined(house)

    async with nobody(house) as client:
        async with obstacle() as found:
            await found.connection.execute(
                "update laurels.users set status = 'disabled' where email = $1", anna.email
            )
            waiting = await found.before(sign_in(client, anna.email))
        late = await waiting

    assert late.status_code == 401


async def test_of_two_changes_with_one_old_password_the_first_holds(house, obstacle):
    anna = await joined(house)

    async with nobody(house) as client:
        async with obstacle() as found:
            await set_password(found.connection, anna.email)
            waiting = await found.before(change(client, anna, "stolen words of a thief"))
        late = await waiting
        owner = await sign_in(client, anna.email, OTHER)

    assert (late.status_code, late.json()["code"]) == (403, "password_wrong")
    assert owner.status_code == 200


async def test_a_session_that_was_ended_meanwhile_changes_no_password(house, obstacle):
    anna = await joined(house)

    async with nobody(house) as client:
        async with obstacle() as found:
            await found.connection.execute(
                "select from laurels.users where email = $1 for update", anna.email
            )
            waiting = await found.before(change(client, anna, "stolen words of a thief"))
            await found.connection.execute(
                "update laurels.staff_sessions set ended_at = now(), end_reason = 'signed_out'"
                " where tenant_id = $1",
                house.tenant.id,
            )
        late = await waiting
        owner = await sign_in(client, anna.email)

    assert late.status_code == 401
    assert owner.status_code == 200


async def test_who_was_removed_meanwhile_is_not_signed_in(house, obstacle):
    """Such a session would open everything again once the person is restored."""
    bert = await joined(house, "support")

    async with nobody(house) as client:
        async with obstacle() as found:
            await found.connection.execute(
                "select from laurels.staff where id = $1 for update", bert.staff_id
            )
            waiting = await found.before(sign_in(client, bert.email))
            await found.connection.execute(
                "update laurels.staff set status = 'removed', removed_at = now() where id = $1",
                bert.staff_id,
            )
        late = await waiting

    assert late.status_code == 401


async def test_of_two_invitations_accepted_at_once_each_is_told_the_truth(
    house, database, obstacle
):
    email = fresh_email()
    _, first = await invited(house, "support", email)
    _, second = await invited(await make_tenant(database), "support", email)

    async def accept(client, token, password):
        return await client.post(
            "/v1/auth/accept-invitation",
            json={"token": token, "name": "Anna", "password": password},
        )

    async with nobody(house) as client:
        async with obstacle() as found:
            await found.connection.execute(
                "insert into laurels.users (id, email, name, password_hash, created_at)"
                " values (gen_random_uuid(), $1, 'Anna', $2, now())",
                email, await passwords.hash_of(PASSWORD),
            )  # fmt: skip
            waiting = await found.before(accept(client, first, OTHER))
        late = await waiting
        joins = await accept(client, first, PASSWORD)
        elsewhere = await accept(client, second, PASSWORD)

    assert (late.status_code, late.json()["code"]) == (403, "password_wrong")
    assert (joins.status_code, elsewhere.status_code) == (201, 201)
