"""Views in the words of other systems: made, compared, taken away and made again."""

import re

import pytest

from laurels.kit.db import roles
from laurels.migrations import runner, views
from tests.support import cluster

from .conftest import ask

COUNT = "select count(*) from pg_class where relnamespace = 'loyalty_app'::regnamespace"


@pytest.fixture
async def own_url(migrated_url):
    """The owner's address of a migrated database, in which the owner may make schemas."""
    name = roles.database_of(migrated_url)
    await ask(cluster.server().admin_url, f'grant create on database "{name}" to {roles.OWNER}')
    return migrated_url


async def test_migrate_makes_views_anew_when_their_text_changed_or_they_are_gone(
    own_url, monkeypatch
):
    (before,) = await ask(own_url, COUNT)
    assert await runner.apply_functions(own_url) == []

    text = views.files()["views/loyalty_app"]
    changed = text.replace("'The shop.'", "'Another one.'", 1)
    assert changed != text
    monkeypatch.setattr(views, "files", lambda: {"views/loyalty_app": changed})
    assert await runner.apply_functions(own_url) == ["views/loyalty_app"]
    monkeypatch.undo()
    assert await runner.apply_functions(own_url) == ["views/loyalty_app"]
    await ask(own_url, "drop schema loyalty_app cascade")
    assert "views of views/loyalty_app are not the ones in force" in await runner.drift(own_url)
    assert await runner.apply_functions(own_url) == ["views/loyalty_app"]

    assert await ask(own_url, COUNT) == [before]
    assert await runner.drift(own_url) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "alter view loyalty_app.shops set (security_invoker = false)",
            "view loyalty_app.shops is other than it should be",
        ),
        ("alter view loyalty_app.shops reset (security_invoker)", "acting as its owner"),
        ("drop view loyalty_app.shops", "view loyalty_app.shops is missing"),
        ("create view loyalty_app.odd as select 1 as one", "view loyalty_app.odd is too much"),
        (
            "grant select on loyalty_app.shops to laurels_integration",
            "grant of select on loyalty_app.shops to laurels_integration is too much",
        ),
        (
            "revoke usage on schema loyalty_app from laurels_bi",
            "grant of usage on the schema loyalty_app to laurels_bi is missing",
        ),
    ],
)
async def test_views_are_a_part_of_the_wall(own_url, change, said):
    await ask(own_url, change)

    found = await runner.drift(own_url)
    assert any(said in words for words in found), found


async def test_what_was_built_on_views_is_never_thrown_away(own_url):
    await ask(own_url, "create view laurels.mine as select id from loyalty_app.shops")

    with pytest.raises(views.ViewsInUse, match="mine"):
        await runner.downgrade(own_url, "-1")

    assert await ask(own_url, "select * from laurels.mine") == []
    assert await runner.current(own_url) == runner.head()


UNCOMMENTED = """
select c.relname || coalesce('.' || a.attname, '') from pg_class as c
cross join lateral (
  select null::name as attname, 0 as attnum union all
  select attname, attnum from pg_attribute
  where attrelid = c.oid and attnum > 0 and not attisdropped
) as a
where c.relnamespace = any($1::text[]::regnamespace[]) and c.relkind = 'v'
  and coalesce(case when a.attnum = 0 then obj_description(c.oid, 'pg_class')
    else col_description(c.oid, a.attnum) end, '') = ''
"""
TOLD = """
select c.relname as view, a.attname as column from pg_class as c
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = $1::text::regnamespace and c.relkind = 'v'
"""


async def test_every_view_and_column_says_what_it_is_and_stands_on_the_page(owner_url):
    assert [row[0] for row in await ask(owner_url, UNCOMMENTED, list(views.SCHEMAS))] == []
    for schema in views.SCHEMAS:
        rows = await ask(owner_url, TOLD, schema)
        said = views.described()[schema]
        written = {(view, column) for view, each in said.items() for column in each.parts}
        assert written == {(row["view"], row["column"]) for row in rows}
        assert all(each.comment for each in said.values())


def test_views_read_as_who_asks():
    for text in views.files().values():
        made = re.findall(r"create view (\S+) (.*?) as", text)
        assert made
        assert {options for _, options in made} == {"with (security_invoker = true)"}
