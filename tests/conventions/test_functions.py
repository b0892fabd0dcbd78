"""Who may run which function of the schema: each role has a list, with reasons, and no more.

A function that acts as its owner passes the wall. Whoever may run it writes past the wall, and
whoever may attach it to a table of their own runs it too.
"""

import uuid

import asyncpg
import pytest

from laurels.kit.db import roles
from tests.support import cluster
from tests.support.make import make_tenant

from .source import nothing

BY_LOGINS = {
    "login_tenant": "the policies of the logins ask it for their tenant, and it tells no other",
    "id_of": "reads a TypeID for the views; it looks at no table",
}
BY_INTEGRATION = BY_LOGINS | {
    "new_id": "the database makes the ids of rows that come by SQL; it looks at no table",
    **dict.fromkeys(
        ("is_key", "is_line", "is_prose", "are_facts"),
        "the checks of the tables ask it of whoever writes; it looks at no table",
    ),
}
BY_NOBODY = {
    "purge_tenant": "deletes a tenant; the owner alone runs it",
    "take_throttles": "a step of other functions, which run it as their owner",
}
"""Functions, beside those of triggers, that not even the application runs."""

FUNCTIONS = """
select f.proname as name, f.prosecdef as definer, f.prorettype = 'trigger'::regtype as trigger,
  array(select a.grantee::regrole::text from aclexplode(
    coalesce(f.proacl, acldefault('f', f.proowner))) as a
    where a.grantee <> 0 and a.grantee <> f.proowner) as given,
  exists (select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
    where a.grantee = 0) as everybody,
  f.prosrc as text, coalesce(array_to_string(f.proconfig, ' '), '') as settings
from pg_proc as f where f.pronamespace = 'laurels'::regnamespace order by 1
"""


@pytest.fixture
async def functions(owner_url):
    """Every function of the schema."""
    owner = await asyncpg.connect(owner_url)
    try:
        return await owner.fetch(FUNCTIONS)
    finally:
        await owner.close()


async def test_everybody_runs_nothing_and_each_login_what_is_on_its_list(functions):
    nothing([f["name"] for f in functions if f["everybody"]], "functions that everybody may run")
    for role, listed in ((roles.BI, BY_LOGINS), (roles.INTEGRATION, BY_INTEGRATION)):
        assert {f["name"] for f in functions if role in f["given"]} == set(listed), role


async def test_the_application_runs_all_but_what_is_on_a_list(functions):
    closed = {f["name"] for f in functions if roles.APP not in f["given"] and not f["trigger"]}

    assert closed == set(BY_NOBODY)


async def test_functions_of_triggers_are_attached_by_nobody_and_know_their_tables(functions):
    of_triggers = [f for f in functions if f["trigger"]]

    assert len(of_triggers) >= 8
    nothing([f["name"] for f in of_triggers if f["given"]], "functions of triggers that are given")
    nothing(
        [f["name"] for f in of_triggers if f["definer"] and "require_our_table" not in f["text"]],
        "functions of triggers that act for any table",
    )


async def test_functions_that_act_as_their_owner_look_nowhere_else(functions):
    odd = [
        f["name"]
        for f in functions
        if f["definer"] and f["settings"] != "search_path=laurels, pg_temp"
    ]

    nothing(odd, "functions that a caller's search_path leads astray")


@pytest.mark.parametrize("group", [roles.BI, roles.INTEGRATION])
async def test_a_login_gets_past_the_wall_by_no_function(house, database_name, owner_url, group):
    theirs = await make_tenant(house.database)
    login = f"spy_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    await admin.execute(f"create role {login} login in role {group}")
    await admin.execute(
        "insert into laurels.login_tenants (login, tenant_id) values ($1, $2)",
        login, house.tenant.id,
    )  # fmt: skip
    spy = await asyncpg.connect(cluster.server().url(database=database_name, user=login))
    counts = f"""
        select (select count(*) from laurels.audit_log where tenant_id = '{theirs.tenant.id}')
          + (select count(*) from laurels.outbox where tenant_id = '{theirs.tenant.id}')
    """
    try:
        before = await admin.fetchval(counts)
        for statement in ATTACKS:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await spy.execute(statement.replace("<tenant>", str(theirs.tenant.id)))

        assert await admin.fetchval(counts) == before
    finally:
        await spy.close()
        await admin.execute("delete from laurels.login_tenants where login = $1", login)
        await admin.execute(f"drop role {login}")
        await admin.close()


ATTACKS = (
    "create temporary table e (tenant_id uuid, id uuid)",
    "create table laurels.e (tenant_id uuid)",
    "create table public.e (tenant_id uuid)",
    "create function laurels.e() returns int language sql as 'select 1'",
    "create trigger a after insert on laurels.purchases for each row"
    " execute function laurels.audit_outside('staff', 'stf', 'id')",
    "select laurels.tenants_to_relay(100)",
    "select laurels.list_tenants()",
    "select laurels.find_tenant('platform')",
    "select laurels.find_login('somebody@example.org')",
    "select laurels.purge_tenant('<tenant>')",
    "select laurels.require_tenant('<tenant>')",
    "select laurels.scrub_audit('<tenant>', '{}', '{}')",
    "select laurels.forget_events('<tenant>', now(), 1)",
    "select laurels.book_outbox('<tenant>', array[gen_random_uuid()], array['member.enrolled'],"
    " array['{}'], array[null]::uuid[], array[0], array[now()], '{}', '{}', false, null, 0)",
    "do $$ begin perform laurels.list_time_zones(); end $$",
)


async def test_a_function_of_a_trigger_serves_no_table_of_others(database_name):
    owner = await asyncpg.connect(cluster.server().url(database=database_name))
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute("create schema attic")
        await owner.execute("create table attic.e (tenant_id uuid, id uuid)")
        for name, arguments in (("audit_outside", "'x', '', 'id'"), ("announce_purchase", "")):
            await owner.execute(
                f"create or replace trigger a after insert on attic.e for each row"
                f" execute function laurels.{name}({arguments})"
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="tables of others"):
                async with owner.transaction():
                    await owner.execute("insert into attic.e values (gen_random_uuid(), null)")
    finally:
        await transaction.rollback()
        await owner.close()


async def test_functions_that_are_made_later_are_closed_too(owner_url):
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            await owner.execute(
                "create function laurels.later() returns int language sql as 'select 1'"
            )
            may = await owner.fetchrow(
                "select has_function_privilege($1, 'laurels.later()', 'execute'),"
                " has_function_privilege($2, 'laurels.later()', 'execute'),"
                " has_function_privilege($3, 'laurels.later()', 'execute')",
                roles.BI, roles.INTEGRATION, roles.APP,
            )  # fmt: skip
            await owner.execute("drop function laurels.later()")
    finally:
        await owner.close()

    assert list(may) == [False, False, True]
