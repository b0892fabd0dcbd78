"""Who changed what, from where: by the doors, and by SQL past them."""

import contextlib
import uuid

import asyncpg
import httpx
import pytest

from laurels import auth
from laurels.api import create_app
from laurels.kit.db import roles
from laurels.kit.http.origin import networks
from laurels.kit.values.ids import encode
from tests.support import cluster
from tests.support.make import make_tenant


async def entries(client, **query):
    answer = await client.get("/v1/audit-log", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_a_change_says_who_what_and_from_where(client):
    made = await client.post("/v1/members", json={"external_id": "a", "first_name": "Ann"})
    answer = await client.patch(
        f"/v1/members/{made.json()['id']}", json={"first_name": "Anna"},
        headers={"User-Agent": "till/7", "X-Forwarded-For": "203.0.113.9"},
    )  # fmt: skip

    entry, enrolled = await entries(client, target_id=made.json()["id"])

    assert entry["action"] == "member.changed"
    assert (entry["before"], entry["after"]) == ({"first_name": "Ann"}, {"first_name": "Anna"})
    assert entry["actor_type"] == "api_key"
    assert entry["actor_id"].startswith("key_")
    assert entry["request_id"] == answer.headers["x-request-id"]
    # Nobody said that the caller is a proxy, so what it says of others is not believed.
    assert (entry["ip"], entry["user_agent"]) == ("127.0.0.1", "till/7")
    assert enrolled["action"] == "member.enrolled"


@pytest.mark.parametrize(
    ("trusted", "told", "address"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8, 10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "rubbish", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, rubbish", "127.0.0.1"),
        ("127.0.0.1", "2001:DB8::1", "2001:db8::1"),
        ("127.0.0.1, 10.0.0.0/8", "203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9"),
    ],
)
async def test_a_proxy_is_believed_where_it_is_trusted(house, trusted, told, address):
    async with house.work() as work:
        made = await auth.create_key(work, name="proxy", test=False)
    app = create_app(house.database, close_database=False, trusted_proxies=trusted)
    headers = {"Authorization": f"Bearer {made.key}", "X-Forwarded-For": told}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://laurels.test", headers=headers
    ) as client:
        await client.post("/v1/members", json={"external_id": "a"})
        (entry,) = await entries(client, action="member.")

    assert entry["ip"] == address


def test_trusted_proxies_are_addresses():
    assert len(networks(" 10.0.0.0/8, ::1 ,")) == 2
    with pytest.raises(ValueError, match="does not appear to be"):
        networks("proxy.example.org")


async def test_the_log_is_read_in_pages_and_by_filter(client):
    for number in range(5):
        await client.post("/v1/members", json={"external_id": f"m-{number}"})
    await client.post("/v1/programs", json={"name": "Stamps"})

    first = (await client.get("/v1/audit-log", params={"limit": 4})).json()
    rest = (await client.get("/v1/audit-log", params={"cursor": first["next_cursor"]})).json()
    times = [row["created_at"] for row in first["data"] + rest["data"]]

    assert times == sorted(times, reverse=True)
    assert len(await entries(client, action="member.enrolled")) == 5
    assert len(await entries(client, action="member.")) == 5
    assert len(await entries(client, target_type="program", action="ledger.")) == 2
    assert await entries(client, since="2999-01-01T00:00:00Z") == []
    assert await entries(client, until="2001-01-01T00:00:00Z") == []
    key = first["data"][0]["actor_id"]
    assert {row["actor_id"] for row in await entries(client, actor_id=key)} == {key}
    wrong = await client.get("/v1/audit-log", params={"since": "yesterday"})
    assert wrong.json()["errors"][0]["field"] == "since"


async def test_the_log_is_never_changed_not_even_by_the_owner(house, owner_url):
    connection = await asyncpg.connect(owner_url)
    try:
        for statement in (
            "update laurels.audit_log set action = 'x' where tenant_id = $1",
            "delete from laurels.audit_log where tenant_id = $1",
        ):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement, house.tenant.id)
    finally:
        await connection.close()


# -- SQL past the doors --------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def integration(house, database_name):
    """A connection of a login of the integration role, bound to the tenant."""
    server = cluster.server()
    admin_url = server.url(database=database_name)
    name = f"audit_{uuid.uuid4().hex[:8]}"
    password = await roles.add_login(
        admin_url, name=name, role="integration", tenant_id=house.tenant.id
    )
    connection = await asyncpg.connect(
        server.url(database=database_name, user=name, password=password)
    )
    try:
        yield name, connection
    finally:
        await connection.close()
        admin = await asyncpg.connect(admin_url)
        await admin.execute("delete from laurels.login_tenants where login = $1", name)
        await admin.execute(f"drop owned by {name}")
        await admin.execute(f"drop role {name}")
        await admin.close()


async def test_a_purchase_by_sql_is_noted_with_its_login(client, house, database_name):
    async with integration(house, database_name) as (login, connection):
        purchase = await connection.fetchval(
            "insert into laurels.purchases (tenant_id, source, external_id, status, amount,"
            " currency, occurred_at) values ($1, 'sql', 'x-1', 'pending', 7, 'USD', now())"
            " returning id", house.tenant.id,
        )  # fmt: skip
        await connection.execute(
            "update laurels.purchases set status = 'completed', completed_at = now()"
            " where tenant_id = $1 and id = $2", house.tenant.id, purchase,
        )  # fmt: skip

        changed, inserted = await entries(client, target_id=encode("purchase", purchase))

        assert inserted["action"] == "purchase.inserted_by_sql"
        assert inserted["after"]["external_id"] == "x-1"
        assert changed["action"] == "purchase.changed_by_sql"
        assert changed["before"]["status"] == "pending"
        assert changed["after"]["status"] == "completed"
        assert (changed["actor_type"], changed["actor_id"]) == ("sql", login)


CHANGES = {
    "member": "update laurels.members set first_name = 'By hand' where tenant_id = $1",
    "program": "update laurels.programs set unit_name = 'stars' where tenant_id = $1",
    "earning_rule": "update laurels.earning_rules set name = 'Other' where tenant_id = $1",
    "api_key": "update laurels.api_keys set name = 'Other' where tenant_id = $1",
    "tenant": "update laurels.tenants set name = 'Other' where id = $1",
    "settings": "insert into laurels.tenant_settings (tenant_id, section, values, version,"
    " updated_at) values ($1, 'earning', '{}', 1, now())",
}


@pytest.mark.parametrize("target", CHANGES)
async def test_what_the_owner_changes_by_sql_is_noted(client, house, owner_url, target):
    await house.member()
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(CHANGES[target], house.tenant.id)
    finally:
        await connection.close()

    entry = (await entries(client, target_type=target))[0]

    assert (entry["actor_type"], entry["actor_id"]) == ("sql", "laurels_owner")
    assert entry["action"].endswith("_by_sql")
    assert "hash" not in (entry["after"] or {})


async def test_an_update_that_changes_nothing_leaves_no_entry(client, house, owner_url):
    await house.member()
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(
            "update laurels.members set first_name = first_name where tenant_id = $1",
            house.tenant.id,
        )
    finally:
        await connection.close()

    assert await entries(client, action="member.changed_by_sql") == []


async def test_the_owner_can_be_silent_and_an_integration_cannot(
    client, house, owner_url, database_name
):
    await house.member()
    owner = await asyncpg.connect(owner_url)
    async with owner.transaction():
        await owner.execute("set local laurels.audit = 'off'")
        await owner.execute(CHANGES["member"], house.tenant.id)
    await owner.close()
    async with integration(house, database_name) as (_, connection):
        await connection.execute("set laurels.audit = 'off'")
        await connection.execute(
            "insert into laurels.purchases (tenant_id, source, status, amount, currency,"
            " occurred_at) values ($1, 'sql', 'pending', 7, 'USD', now())", house.tenant.id,
        )  # fmt: skip

    assert await entries(client, action="member.changed_by_sql") == []
    assert len(await entries(client, action="purchase.inserted_by_sql")) == 1


async def test_the_application_notes_nothing_twice(client):
    made = await client.post("/v1/members", json={"external_id": "a"})
    await client.post("/v1/purchases", json={"member": "a", "amount": "1.00", "currency": "USD"})

    assert [row["action"] for row in await entries(client, target_id=made.json()["id"])] == [
        "member.enrolled"
    ]
    assert await entries(client, actor_type="sql") == []


async def test_type_ids_are_the_same_in_sql(house):
    ids = [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), house.tenant.id, uuid.uuid4()]
    async with house.work() as work:
        rows = await work.fetch(
            "select laurels.type_id('mem', x) from unnest($1::uuid[]) as x", ids
        )

    assert [row[0] for row in rows] == [encode("member", each) for each in ids]


async def test_an_entry_of_another_tenant_is_not_listed(client, database):
    other = await make_tenant(database)
    await other.member()

    assert other.tenant.slug not in (await client.get("/v1/audit-log")).text
