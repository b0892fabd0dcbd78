"""The wall between tenants: on every table, for every role, behind every route."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import Column, MetaData, Table, Text
from tools.reference.pages import entrances

from laurels import auth, domains, events, imports
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import PREFIXES, encode
from tests.support import cluster
from tests.support.application import application, described
from tests.support.make import House, make_tenant

from .rows_by_hand import ROWS_BY_HAND
from .source import nothing

NO_TENANT = {*domains.TABLES_OF_NO_TENANT, "tenants"}
WALLED = sorted(
    {table.name for table in domains.load_models().tables.values()} - NO_TENANT | {"tenants"}
)
"""Every table behind the wall; `tenants` is its own tenant."""


def owner_column(table: str) -> str:
    """The column that says whose a row is."""
    return "id" if table == "tenants" else "tenant_id"


def keyless(metadata: MetaData) -> list[str]:
    """Tables that no tenant owns and that are on no list, or whose key begins otherwise."""
    return [
        table.name
        for table in metadata.tables.values()
        if table.name not in NO_TENANT
        and (
            not table.primary_key.columns
            or next(iter(table.primary_key.columns)).name != "tenant_id"
        )
    ]


POLICIES = """
select t.relname as name, t.relrowsecurity and t.relforcerowsecurity as forced,
  coalesce((select jsonb_object_agg(r, pg_get_expr(p.polqual, p.polrelid))
   from pg_policy p, unnest(p.polroles::regrole[]::text[]) r where p.polrelid = t.oid), '{}')::text
   as visible,
  coalesce((select jsonb_object_agg(r, pg_get_expr(p.polwithcheck, p.polrelid))
   from pg_policy p, unnest(p.polroles::regrole[]::text[]) r where p.polrelid = t.oid), '{}')::text
   as writable
from pg_class t
where t.relnamespace = 'laurels'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
"""
PARTITIONS = """
select c.relname as name, c.relowner::regrole::text as owner,
  array(select distinct a.grantee::regrole::text from aclexplode(c.relacl) as a
    where a.grantee <> c.relowner) as given
from pg_class as c where c.relnamespace = 'laurels'::regnamespace and c.relispartition
  and c.relkind in ('r', 'p')
"""


async def unwalled(connection: asyncpg.Connection) -> list[str]:
    """What is missing in the wall, table by table, in words."""
    found: list[str] = []
    for row in await connection.fetch(POLICIES):
        name = row["name"]
        if name in domains.TABLES_OF_NO_TENANT:
            continue
        if not row["forced"]:
            found.append(f"{name}: row-level security is not forced")
        column = owner_column(name)
        for rights in (json.loads(row["visible"]), json.loads(row["writable"])):
            own, bound = rights.get(roles.APP, ""), rights.get(roles.BI, "")
            if not (f"{column} =" in own and "app.tenant_id" in own):
                found.append(f"{name}: no policy holds the application to its tenant")
            for group in (roles.BI, roles.INTEGRATION):
                bound = rights.get(group, "")
                if not (f"{column} =" in bound and "login_tenant()" in bound):
                    found.append(f"{name}: no policy binds {group} to its login's tenant")
            # Without it an owner's dump or data migration silently leaves rows out.
            if rights.get(roles.OWNER) != "true":
                found.append(f"{name}: the owner does not see every row")
    # A partition has no policies of its own: whoever may open it, sees every tenant.
    found += [
        f"{row['name']}: a partition that {row['owner']} {row['given']} may open"
        for row in await connection.fetch(PARTITIONS)
        if row["owner"] != roles.OWNER or row["given"]
    ]
    return sorted(set(found))


# -- two tenants, one with a row in every table --------------------------------------------------


@dataclass
class Walled:
    """A tenant with a row in every table, another one with nothing, and how to reach each."""

    mine: House
    theirs: House
    owner_url: str
    ids: dict[str, list[str]]
    """TypeIDs of the rows of `mine`, by the name of the path parameter that takes them."""
    words: list[str]
    """What only `mine` has, and no answer to `theirs` may hold."""


RULE = {
    "name": "Wall rule",
    "trigger": "purchase.completed",
    "award": {"type": "fixed", "points": 5},
    "caps": [{"period": "day", "points": 100}],
}
SEGMENT = {
    "name": "wall-segment",
    "criteria": {"field": "member.enrolled_at", "op": "exists", "value": True},
}
REWARD = {"name": "wall-reward", "type": "custom", "cost_points": 1, "fulfilment": "pool"}
LINE = {"sku": "wall-sku", "quantity": "1", "unit_price": "20.00"}


@contextlib.asynccontextmanager
async def client_of(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client with a key of full access to this tenant."""
    async with house.work() as work:
        made = await auth.create_key(work, name="wall", test=False)
    transport = httpx.ASGITransport(app=application(house.database), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {made.key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://laurels.test", headers=headers
    ) as found:
        yield found


async def live_a_little(client: httpx.AsyncClient) -> None:
    """Do through the doors what fills the tables."""
    answers = [
        await client.post("/v1/webhook-endpoints", json={"url": "https://example.com/wall-hook"}),
        await client.post("/v1/segments", json=SEGMENT),
        await client.post("/v1/earning-rules", json=RULE),
        await client.patch("/v1/settings/tiers", json={"notice_days": 9}),
        await client.post("/v1/tiers", json={"name": "wall-tier", "level": 1, "is_default": True}),
        await client.post(
            "/v1/staff", json={"email": f"wall-{uuid.uuid4().hex}@example.org", "role": "owner"}
        ),
        await client.post(
            "/v1/members",
            json={
                "external_id": "wall-member",
                "email": "wall@example.org",
                "identities": {"card": "wall-card"},
            },
        ),
    ]
    bought = await client.post(
        "/v1/purchases",
        json={
            "external_id": "wall-purchase", "member": "wall-member", "amount": "20.00",
            "currency": "USD", "lines": [LINE],
        },
        headers={"Idempotency-Key": "wall-key"},
    )  # fmt: skip
    refund = {"amount": "1.00", "external_id": "wall-refund"}
    answers += [
        bought,
        await client.post(f"/v1/purchases/{bought.json()['id']}/refunds", json=refund),
    ]
    member = (await client.get("/v1/members", params={"external_id": "wall-member"})).json()
    path = f"/v1/members/{member['data'][0]['id']}/wallets"
    wallets = (await client.get(path)).json()["data"]
    wallet = max(wallets, key=lambda each: each["available"])["id"]
    answers += [
        await client.post(
            "/v1/purchases",
            json={
                "external_id": "wall-paid",
                "member": "wall-member",
                "amount": "20.00",
                "currency": "USD",
                "payments": [{"points": 1}],
            },
        ),
        await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 5}),
        await client.post(
            f"/v1/wallets/{wallet}/credit",
            json={"points": 7, "reason": "wall", "external_id": "wall-credit"},
        ),
    ]
    answers += [
        await client.post(
            "/v1/activities",
            json={"member": "wall-member", "kind": "review", "external_id": "wall-activity"},
        ),
        await client.post(f"/v1/segments/{await a_segment(client)}/recompute"),
        await client.post("/v1/members", json={"external_id": "wall-twin"}),
        await client.post(
            f"/v1/members/{member['data'][0]['id']}/merge",
            json={"from": (await twin(client))},
        ),
    ]
    answers += await redeem_something(client, member["data"][0]["id"])
    assert [a.status_code for a in answers if a.status_code not in {200, 201}] == []


async def redeem_something(client: httpx.AsyncClient, member: str) -> list[httpx.Response]:
    """Make a reward with codes, and redeem it."""
    reward = await client.post("/v1/rewards", json=REWARD)
    path = f"/v1/rewards/{reward.json()['id']}/vouchers"
    codes = await client.post(path, json={"codes": ["wall-code-1", "wall-code-2"]})
    asked = {"member_id": member, "reward_id": reward.json()["id"]}
    return [reward, codes, await client.post("/v1/redemptions", json=asked)]


async def twin(client: httpx.AsyncClient) -> str:
    """The id of the member that is merged."""
    found = await client.get("/v1/members", params={"external_id": "wall-twin"})
    return found.json()["data"][0]["id"]


async def a_segment(client: httpx.AsyncClient) -> str:
    """The id of the segment that everybody belongs to."""
    return (await client.get("/v1/segments")).json()["data"][0]["id"]


@pytest.fixture(scope="module")
async def walled(database: Database, owner_url: str) -> Walled:
    """Two tenants: one with a row in every table, one with nothing but itself."""
    mine, theirs = await make_tenant(database), await make_tenant(database)
    # Points that lapse are kept in lots; others are not.
    await mine.program(expiry_days=365)
    async with client_of(mine) as client:
        await live_a_little(client)
    while await events.relay_all(database):
        pass
    owner = await asyncpg.connect(owner_url)
    try:
        for statement in ROWS_BY_HAND.values():
            await owner.execute(statement, mine.tenant.id)
        ids = {
            f"{kind}_id": [encode(kind, row["id"]) for row in rows]
            for kind, table in KINDS.items()
            if (rows := await owner.fetch(
                f"select id from laurels.{table} where tenant_id = $1{ONLY.get(kind, '')}",
                mine.tenant.id,
            ))
        }  # fmt: skip
    finally:
        await owner.close()
    ids["rule_id"], ids["import_id"] = ids.pop("earning_rule_id"), ids.pop("import_run_id")
    words = [value for values in ids.values() for value in values]
    return Walled(mine, theirs, owner_url, ids, [*words, "wall-", "Wall rule", mine.tenant.slug])


KINDS = {
    "api_key": "api_keys",
    "dead_letter": "event_handlings as h inner join (values ('dead')) as v (state) using (state)",
    "activity": "activities",
    "bulk_action": "bulk_actions",
    "earning_rule": "earning_rules",
    "event": "outbox",
    "hold": "holds",
    "import_run": "import_runs",
    "job_run": "job_runs",
    "lot": "lots",
    "member": "members",
    "program": "programs",
    "purchase": "purchases",
    "redemption": "redemptions",
    "staff": "staff",
    "refund": "refunds",
    "tier": "tiers",
    "segment": "segments",
    "reward": "rewards",
    "transaction": "point_transactions",
    "wallet": "wallets",
    "outbound_message": "outbound_messages",
    "webhook_endpoint": "webhook_endpoints",
}
assert KINDS.keys() <= PREFIXES.keys()
ONLY = {"dead_letter": " and state = 'dead'"}
"""Kinds that are only some rows of their table."""


@contextlib.asynccontextmanager
async def as_role(url: str, tenant: uuid.UUID | None) -> AsyncIterator[asyncpg.Connection]:
    """A transaction as this login, for a tenant or for none, that is rolled back."""
    connection = await asyncpg.connect(url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        if tenant is not None:
            await connection.execute(f"set local app.tenant_id = '{tenant}'")
        yield connection
        await transaction.rollback()
    finally:
        await connection.close()


async def tried(connection: asyncpg.Connection, statement: str, *values: Any) -> str:
    """Run a statement in a savepoint; return its tag, or the SQLSTATE of the refusal."""
    try:
        async with connection.transaction():
            return await connection.execute(statement, *values)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)


# -- the metadata and the catalog ----------------------------------------------------------------


def test_every_table_begins_with_its_tenant_or_has_a_reason():
    nothing(keyless(domains.load_models()))


def test_the_list_of_tables_of_no_tenant_names_tables_that_exist():
    there = {table.name for table in domains.load_models().tables.values()} | {"alembic_version"}

    assert domains.TABLES_OF_NO_TENANT.keys() <= there
    assert len(domains.TABLES_OF_NO_TENANT) <= 11
    assert all(domains.TABLES_OF_NO_TENANT.values())


async def test_the_application_has_no_right_to_what_is_about_logins(owner_url):
    rights = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
    connection = await asyncpg.connect(owner_url)
    try:
        wrong = [
            f"{role} may {right} {table}"
            for role in (roles.APP, roles.BI, roles.INTEGRATION)
            for table in ("users", "password_resets", "sign_in_throttles")
            for right in rights
            if await connection.fetchval(
                "select has_table_privilege($1, 'laurels.' || $2, $3)", role, table, right
            )
            or (
                right in {"select", "insert", "update", "references"}
                and await connection.fetchval(
                    "select has_any_column_privilege($1, 'laurels.' || $2, $3)",
                    role, table, right,
                )
            )
        ]  # fmt: skip
    finally:
        await connection.close()

    nothing(wrong)


async def test_every_table_has_its_policies(owner_url):
    connection = await asyncpg.connect(owner_url)
    try:
        nothing(await unwalled(connection))
    finally:
        await connection.close()


async def test_a_table_without_a_policy_is_found(owner_url):
    connection = await asyncpg.connect(owner_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("create table laurels.bare (tenant_id uuid, id uuid)")
        await connection.execute("create table laurels.half (tenant_id uuid, id uuid)")
        await connection.execute("alter table laurels.half enable row level security")
        found = await unwalled(connection)
        await transaction.rollback()
    finally:
        await connection.close()

    assert "bare: row-level security is not forced" in found
    assert "bare: no policy holds the application to its tenant" in found
    assert "half: row-level security is not forced" in found


def test_a_table_without_a_tenant_is_found():
    metadata = MetaData()
    Table("things", metadata, Column("id", Text, primary_key=True))

    assert keyless(metadata) == ["things"]


async def test_the_application_owns_nothing_and_may_not_rewrite_history(owner_url):
    history = "point_transactions", "lot_entries", "audit_log", "tenant_settings_history"
    rights = "select has_table_privilege($1, 'laurels.' || $2, $3)"
    connection = await asyncpg.connect(owner_url)
    try:
        owned = await connection.fetchval(
            "select count(*) from pg_class where relowner = $1::regrole", roles.APP
        )
        wrong = [
            f"{role} may {right} {table}"
            for role in (roles.APP, roles.BI, roles.INTEGRATION)
            for table in history
            for right in ("update", "delete", "truncate")
            if await connection.fetchval(rights, role, table, right)
        ]
    finally:
        await connection.close()

    assert owned == 0
    nothing(wrong)


# -- the application -----------------------------------------------------------------------------


async def with_rows_of(tenant: uuid.UUID, connection: asyncpg.Connection) -> list[str]:
    """The tables that have a row of this tenant."""
    return [
        table
        for table in WALLED
        if await connection.fetchval(
            f"select exists (select from laurels.{table} where {owner_column(table)} = $1)", tenant
        )
    ]


async def test_the_tenant_has_a_row_in_every_table(walled):
    async with as_role(walled.owner_url, None) as connection:
        full = await with_rows_of(walled.mine.tenant.id, connection)

    empty = sorted(set(WALLED) - set(full))
    nothing(empty, "give these a row in live_a_little or ROWS_BY_HAND")


async def test_purging_a_tenant_forgets_no_table(walled):
    async with as_role(walled.owner_url, None) as connection:
        await connection.execute("select laurels.purge_tenant($1)", walled.mine.tenant.id)
        full = await with_rows_of(walled.mine.tenant.id, connection)
        stub = await connection.fetch(
            "select action from laurels.audit_log where tenant_id = $1", walled.mine.tenant.id
        )
        others = await with_rows_of(walled.theirs.tenant.id, connection)

    assert full == ["audit_log"]
    assert [row["action"] for row in stub] == ["tenant.purged"]
    assert "tenants" in others


@pytest.mark.parametrize("whose", ["another's", "nobody's"])
async def test_another_tenants_rows_are_invisible_to_the_application(walled, app_url, whose):
    tenant = walled.theirs.tenant.id if whose == "another's" else None
    seen: list[str] = []

    async with as_role(app_url, tenant) as connection:
        for table in WALLED:
            column = owner_column(table)
            question = f"select 1 from laurels.{table} where {column} is distinct from $1 limit 1"
            if await connection.fetch(question, tenant):
                seen.append(table)

    nothing(seen)


@pytest.mark.parametrize("whose", ["another's", "nobody's"])
async def test_another_tenants_rows_are_unwritable_by_the_application(walled, app_url, whose):
    tenant = walled.theirs.tenant.id if whose == "another's" else None
    mine = walled.mine.tenant.id
    wrong: list[str] = []

    async with as_role(app_url, tenant) as connection:
        for table in WALLED:
            column = owner_column(table)
            row = await row_of(walled, table)
            names = ", ".join(f'"{name}"' for name in row["columns"])
            attempts = {
                "update": (f"update laurels.{table} set {column} = {column} where {column} = $1",
                           mine, {"UPDATE 0", "42501"}),
                "delete": (f"delete from laurels.{table} where {column} = $1", mine,
                           {"DELETE 0", "42501"}),
                "insert": (f"insert into laurels.{table} ({names}) select {names} from"
                           f" jsonb_populate_record(null::laurels.{table}, $1::text::jsonb)",
                           row["json"], {"42501"}),
            }  # fmt: skip
            for verb, (statement, value, refused) in attempts.items():
                outcome = await tried(connection, statement, value)
                if outcome not in refused:
                    wrong.append(f"{verb} {table}: {outcome}")

    nothing(wrong)


async def test_a_row_cannot_be_handed_over_to_another_tenant(walled, app_url):
    wrong: list[str] = []

    async with as_role(app_url, walled.mine.tenant.id) as connection:
        for table in WALLED:
            column = owner_column(table)
            statement = f"update laurels.{table} set {column} = $1 where {column} = $2"
            outcome = await tried(
                connection, statement, walled.theirs.tenant.id, walled.mine.tenant.id
            )
            if outcome != "42501":
                wrong.append(f"{table}: {outcome}")

    nothing(wrong)


async def row_of(walled: Walled, table: str) -> asyncpg.Record:
    """A row of `mine` as JSON, with the columns that may be written."""
    connection = await asyncpg.connect(walled.owner_url)
    try:
        return await connection.fetchrow(
            "select to_jsonb(t)::text as json, array(select attname::text from pg_attribute"
            f" where attrelid = 'laurels.{table}'::regclass and attnum > 0 and not attisdropped"
            f" and attgenerated = '') as columns from laurels.{table} t"
            f" where {owner_column(table)} = $1 limit 1",
            walled.mine.tenant.id,
        )
    finally:
        await connection.close()


# -- logins of people and programs ---------------------------------------------------------------


@pytest.fixture(scope="module")
async def logins(walled: Walled, database_name: str) -> AsyncIterator[dict[str, str]]:
    """A login of each kind, bound to the tenant that has nothing."""
    server = cluster.server()
    admin_url = server.url(database=database_name)
    made: dict[str, str] = {}
    names = {role: f"wall_{role}_{uuid.uuid4().hex[:8]}" for role in ("bi", "integration")}
    for role, name in names.items():
        password = await roles.add_login(
            admin_url, name=name, role=role, tenant_id=walled.theirs.tenant.id
        )
        made[role] = server.url(database=database_name, user=name, password=password)
    yield made
    admin = await asyncpg.connect(admin_url)
    for name in names.values():
        await admin.execute("delete from laurels.login_tenants where login = $1", name)
        await admin.execute(f"drop owned by {name}")
        await admin.execute(f"drop role {name}")
    await admin.close()


@pytest.mark.parametrize("role", ["bi", "integration"])
@pytest.mark.parametrize("setting", ["none", "theirs"])
async def test_a_login_sees_its_tenant_whatever_it_sets(walled, logins, role, setting):
    asked_for = None if setting == "none" else walled.mine.tenant.id
    seen: list[str] = []
    readable = 0

    async with as_role(logins[role], asked_for) as connection:
        own = await connection.fetchval("select laurels.login_tenant()")
        for table in WALLED:
            if not await connection.fetchval(
                "select has_any_column_privilege($1, 'select')", f"laurels.{table}"
            ):
                continue
            readable += 1
            column = owner_column(table)
            question = f"select 1 from laurels.{table} where {column} <> $1 limit 1"
            if await connection.fetch(question, own):
                seen.append(table)

    assert own == walled.theirs.tenant.id
    assert readable >= (15 if role == "bi" else 2)
    nothing(seen)


async def test_a_bi_login_writes_nothing(walled, logins):
    wrong: list[str] = []

    async with as_role(logins["bi"], None) as connection:
        for table in WALLED:
            for right in ("insert", "update", "delete", "truncate"):
                question = "select has_table_privilege($1, $2)"
                if await connection.fetchval(question, f"laurels.{table}", right):
                    wrong.append(f"{right} {table}")

    nothing(wrong)


async def test_a_login_may_not_become_somebody_else(logins):
    for url in logins.values():
        async with as_role(url, None) as connection:
            for role in (roles.OWNER, roles.APP, roles.MAINTENANCE):
                assert await tried(connection, f"set role {role}") == "42501"
            assert await tried(connection, "select * from laurels.login_tenants") == "42501"
            purge = "select laurels.purge_tenant($1)"
            assert await tried(connection, purge, uuid.uuid4()) == "42501"


async def test_an_integration_writes_into_its_own_tenant_only(walled, logins):
    insert = (
        "insert into laurels.purchases (tenant_id, source, external_id, status, amount, currency,"
        " occurred_at) values ($1, 'sql', 'wall', 'pending', 1, 'USD', now())"
    )

    async with as_role(logins["integration"], walled.mine.tenant.id) as connection:
        own = await tried(connection, insert, walled.theirs.tenant.id)
        other = await tried(connection, insert, walled.mine.tenant.id)

    assert own == "INSERT 0 1"
    assert other == "42501"


# -- the doors -----------------------------------------------------------------------------------


PLATFORM = "/v1/platform/"
"""The operator's doors, which open to no key of a tenant."""


def reading_paths() -> list[str]:
    """The path of every route that reads."""
    app = described()
    return [
        door.path
        for door in entrances(app)
        if door.method == "GET" and "/v1/" in door.path and not door.path.startswith(PLATFORM)
    ]


OWN_PATHS = {"/v1/me", "/v1/auth/sessions/{session_id}", "/v1/saved-views/{saved_view_id}"}
"""What is about the one who asks; tests/auth looks at what it tells whom."""
SETTINGS_PATHS = {"/v1/settings/{section}", "/v1/settings/{section}/history"}
EXPORT = "/v1/exports/{kind}"
NOT_ONE = SETTINGS_PATHS | {EXPORT, "/v1/exports/lists/{name}"}


# A stream never ends by itself; tests/events watches what it tells whom.
STREAMS = {"/v1/events/stream"}
VIEWS = {"/v1/saved-views"}  # Machines have none; tests/auth looks at what people see.
NEEDS_A_SPAN = {"/v1/test-clock/preview"}  # It counts what is due; tests/jobs looks at whose.


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in reading_paths()
        if "{" not in path and path not in STREAMS | VIEWS | NEEDS_A_SPAN
    ],
)
async def test_a_stranger_sees_nothing_on_any_list(walled, path):
    filters: list[dict[str, Any]] = [{}, {"external_id": "wall-member"}, {"search": "wall"},
               {"email": "wall@example.org"}, {"member_id": walled.ids["member_id"][0]},
               {"external_id": "wall-purchase"}, {"identity": "card:wall-card"}]  # fmt: skip
    async with client_of(walled.theirs) as client:
        for parameters in filters:
            answer = await client.get(path, params=parameters)
            unknown = answer.status_code == 422 and "is not a query parameter" in answer.text
            assert answer.status_code in {200, 404} or (parameters and unknown), answer.text
            nothing([word for word in walled.words if word in answer.text], path)


@pytest.mark.parametrize(
    "path", [path for path in reading_paths() if "{" in path and path not in NOT_ONE]
)
async def test_what_belongs_to_another_is_not_found(walled, path):
    name = path.partition("{")[2].partition("}")[0]
    async with client_of(walled.theirs) as stranger, client_of(walled.mine) as owner:
        for value in walled.ids[name]:
            address = path.replace(f"{{{name}}}", value)
            assert (await owner.get(address)).status_code == 200, address
            answer = await stranger.get(address)
            assert answer.status_code == 404, f"{address}: {answer.text}"
            words = [word for word in walled.words if word in answer.text and word not in address]
            nothing(words, address)


@pytest.mark.parametrize("path", sorted(SETTINGS_PATHS))
async def test_a_stranger_reads_settings_of_its_own(walled, path):
    async with client_of(walled.theirs) as client:
        answer = await client.get(path.replace("{section}", "loyalty"))

    assert answer.status_code == 200
    assert answer.json().get("data", []) == []


@pytest.mark.parametrize("kind", sorted(imports.EXPORTS))
async def test_a_stranger_takes_nothing_out_but_its_own(walled, kind):
    async with client_of(walled.theirs) as stranger, client_of(walled.mine) as owner:
        answer = await stranger.get(EXPORT.replace("{kind}", kind))
        whole = await owner.get(EXPORT.replace("{kind}", kind))

    assert answer.status_code == 200
    nothing([word for word in walled.words if word in answer.text], kind)
    assert [word for word in walled.words if word in whole.text]


def writing_routes() -> list[tuple[str, str]]:
    """Method and path of every route that changes one thing."""
    app = described()
    return [
        (door.method, door.path)
        for door in entrances(app)
        if door.method in {"POST", "PUT", "PATCH", "DELETE"}
        and "{" in door.path
        # Settings and jobs go by names of ours, which every tenant has.
        and "{section}" not in door.path
        and "{job}" not in door.path
        and door.path not in OWN_PATHS
        and not door.path.startswith(PLATFORM)
    ]


BODIES: dict[str, Any] = {
    "merge": {"from": encode("member", uuid.UUID(int=7))},
    **{kind: {"points": 1, "reason": "x"} for kind in ("credit", "debit", "penalty")},
    "holds": {"points": 1},
    "reverse": {"reason": "x"},
    "refunds": {},
    "claim": {"member": "x"},
    "{rule_id}": RULE,
    "{member_id}": {"first_name": "x"},
    "{purchase_id}": {"note": "x"},
    "preview": {"kind": "members", "settings": {}},
    "{import_id}": {"source": "x"},
    **{
        f"{{{kind}_id}}": {"name": "x"}
        for kind in ("program", "tier", "segment", "reward", "staff")
    },
    "tier": {"tier_id": encode("tier", uuid.UUID(int=7))},
    "duplicate": {"name": "x"},
    "members": {"external_ids": ["x"]},
    "remove": {"external_ids": ["x"]},
    "{redemption_id}": {"notes": "x"},
    "vouchers": {"codes": ["x"]},
    "withdraw": {"codes": ["x"]},
    "fail": {"reason": "x"},
    "give": {"member": "x", "reason": "x"},
    "block": {"reason": "x"},
    "use": {"order_ref": "x"},
    "{webhook_endpoint_id}": {"description": "x"},
    "replay": {"since": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize(("method", "path"), writing_routes())
async def test_what_belongs_to_another_cannot_be_changed(walled, method, path):
    name = path.partition("{")[2].partition("}")[0]
    address = path.replace(f"{{{name}}}", walled.ids[name][0])
    async with client_of(walled.theirs) as client:
        answer = await client.request(method, address, json=BODIES.get(path.split("/")[-1]))

    assert answer.status_code == 404, f"{method} {address}: {answer.text}"


def platform_routes() -> list[tuple[str, str]]:
    """Method and path of every door of the operator."""
    app = described()
    return [(door.method, door.path) for door in entrances(app) if door.path.startswith(PLATFORM)]


@pytest.mark.parametrize(("method", "path"), platform_routes())
async def test_no_key_of_a_tenant_opens_a_door_of_the_platform(walled, method, path):
    address = path.replace("{tenant_id}", encode("tenant", walled.mine.tenant.id))
    async with client_of(walled.mine) as client:
        answer = await client.request(method, address, json={})

    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == "forbidden"
