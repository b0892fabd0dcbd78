"""The schema: up from nothing, down to nothing, up again; and what is said when it drifted."""

import pytest
from alembic.script import ScriptDirectory

from laurels.migrations import modelled, runner

from .conftest import ask

OBJECTS = """
select 'table ' || relname from pg_class
where relnamespace = 'laurels'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
union all
select 'function ' || proname from pg_proc where pronamespace = 'laurels'::regnamespace
union all
select 'type ' || typname from pg_type
where typnamespace = 'laurels'::regnamespace and typtype in ('e', 'd')
order by 1
"""


async def test_a_new_schema_is_what_the_models_say(empty_url):
    await runner.upgrade(empty_url)

    assert await runner.current(empty_url) == runner.head()
    assert await runner.drift(empty_url) == []


async def test_down_to_nothing_leaves_nothing_and_up_again_is_the_same(empty_url):
    await runner.upgrade(empty_url)
    before = await ask(empty_url, OBJECTS)

    await runner.downgrade(empty_url, "base")
    left = [row[0] for row in await ask(empty_url, OBJECTS)]
    await runner.upgrade(empty_url)

    assert left == ["table alembic_version"]
    assert await ask(empty_url, OBJECTS) == before
    assert await runner.drift(empty_url) == []


async def test_every_revision_can_be_taken_back_one_by_one(empty_url):
    await runner.upgrade(empty_url)

    while await runner.current(empty_url) is not None:
        await runner.downgrade(empty_url, "-1")
        await runner.upgrade(empty_url, "+1")
        await runner.downgrade(empty_url, "-1")

    await runner.upgrade(empty_url)
    assert await runner.drift(empty_url) == []


async def test_functions_whose_text_changed_are_applied_again(migrated_url):
    name = "tenants/functions.sql"
    broken = (
        "create or replace function laurels.find_tenant(p_slug text) returns uuid"
        " language sql stable as $$ select null::uuid $$"
    )
    outdate = "update laurels.schema_files set checksum = 'old' where name = $1"
    await ask(migrated_url, outdate, name)
    await ask(migrated_url, broken)

    found = await runner.drift(migrated_url)
    assert f"functions of {name} are not the ones in force" in found
    assert any("laurels.find_tenant(text) is other" in words for words in found)
    assert await runner.apply_functions(migrated_url) == [name]
    assert await runner.apply_functions(migrated_url) == []

    body = await ask(migrated_url, "select prosrc from pg_proc where proname = 'find_tenant'")
    assert "laurels.tenants" in body[0][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alter table laurels.holds add column extra text", "extra"),
        ("alter table laurels.members drop column email cascade", "email"),
        ("comment on table laurels.lots is 'something else'", "something else"),
        ("alter table laurels.wallets no force row level security", "wallets has no forced"),
        ("create table laurels.strange (id int primary key)", "strange"),
        ("alter table laurels.purchases drop constraint ck_purchases_status_known", "lacks the"),
        ("alter table laurels.lots add constraint ck_odd check (true)", "check ck_odd of no model"),
        ("update laurels.schema_files set checksum = 'x'", "are not the ones in force"),
    ],
)
async def test_drift_is_told_in_words(migrated_url, change, said):
    await ask(migrated_url, change)

    found = await runner.drift(migrated_url)
    assert any(said in words for words in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "create policy odd on laurels.wallets to laurels_app using (true)",
            "policy odd on wallets is too much",
        ),
        ("drop policy app_own on laurels.wallets", "policy app_own on wallets is missing"),
        (
            "alter policy app_own on laurels.lots using (true)",
            "policy app_own on lots is other than it should be",
        ),
        ("grant delete on laurels.lots to laurels_app", "grant of delete on lots to laurels_app"),
        (
            "grant update (amount) on laurels.purchases to laurels_integration",
            "grant of update on purchases.amount to laurels_integration is too much",
        ),
        ("revoke select on laurels.members from laurels_bi", "to laurels_bi is missing"),
        ("drop trigger append_only on laurels.audit_log", "append_only on audit_log is missing"),
        (
            "alter table laurels.point_transactions disable trigger append_only",
            "switched off: CREATE TRIGGER",
        ),
        ("alter table laurels.wallets no force row level security", "not forced; not owned"),
        (
            "alter function laurels.purge_tenant(uuid) owner to laurels_owner",
            "function laurels.purge_tenant(uuid) is other than it should be: owned by laurels_own",
        ),
        ("grant execute on function laurels.purge_tenant(uuid) to public", "to public is too much"),
        (
            "alter table laurels.refunds drop constraint ck_refunds_amount_bounded,"
            " add constraint ck_refunds_amount_bounded check (amount > 0)",
            "check ck_refunds_amount_bounded on refunds is other",
        ),
    ],
)
async def test_a_wall_that_was_changed_is_told_stone_by_stone(migrated_url, change, said):
    await ask(migrated_url, change)

    found = await runner.drift(migrated_url)
    assert any(said in words for words in found), found


async def test_a_schema_that_was_never_migrated_is_drift_too(empty_url):
    assert await runner.drift(empty_url) != []


def test_the_way_is_up_down_or_nowhere():
    newest = runner.head()

    assert runner.plan(None).steps >= 1
    assert not runner.plan(None).back
    assert runner.plan(newest).steps == 0
    assert runner.plan(newest, "base").back


def test_revisions_are_in_the_order_that_alembic_follows():
    script = ScriptDirectory.from_config(modelled.config())

    assert runner.revisions() == [
        found.revision for found in reversed(list(script.walk_revisions()))
    ]


def test_a_revision_from_the_future_is_refused_in_words():
    with pytest.raises(runner.SchemaUnknown, match="does not have"):
        runner.plan("9999")
    with pytest.raises(runner.SchemaUnknown, match="does not have"):
        runner.plan(None, "9999")
