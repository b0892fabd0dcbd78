"""`laurels db init` and the logins: on servers of their own, with admins who are no superusers."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from laurels.cli.main import app
from laurels.config import settings
from laurels.kit import postgres, roles
from laurels.migrations import runner

BINDIR = Path(named) if (named := os.environ.get("LAURELS_PG_BIN")) else None


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Cluster]:
    """A server on which nobody was before; its admin may make roles and databases, no more."""
    with tempfile.TemporaryDirectory(prefix="laurels-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        place.chmod(0o711)
        found = postgres.ensure(place, bindir=BINDIR, settings={"fsync": "off"})
        found.run("psql", "-c", "create role boss login createrole createdb")
        found.run("psql", "-c", "create role helper login createrole")
        yield found
        postgres.stop(place)


@pytest.fixture
def laurels(server, tmp_path, monkeypatch):
    """Run a command against a database that `db init` made."""

    def run(*arguments: str, urls: dict[str, str] | None = None):
        for name, url in (urls or {}).items():
            monkeypatch.setenv(name, url)
        monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path))
        if BINDIR is not None:
            monkeypatch.setenv("LAURELS_PG_BIN", str(BINDIR))
        settings.cache_clear()
        try:
            return CliRunner().invoke(app, list(arguments))
        finally:
            settings.cache_clear()

    return run


def boss(server: postgres.Cluster) -> str:
    return server.url(user="boss", database="postgres")


def ask(url: str, question: str, *values: object) -> list[asyncpg.Record]:
    async def work() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(question, *values)
        finally:
            await connection.close()

    return asyncio.run(work())


def init(laurels, server, database: str) -> dict[str, str]:
    done = laurels("db", "init", "--admin-url", boss(server), "--database", database, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    # On this server nobody is asked for a password; the first run alone can tell them.
    return {
        name: url.replace(":<unchanged>", "") for name, url in found.items() if name != "revision"
    }


def test_an_admin_who_is_no_superuser_makes_everything_and_may_do_so_again(laurels, server):
    done = laurels("db", "init", "--admin-url", boss(server), "--database", "twice", "--json")
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout)

    again = laurels("db", "init", "--admin-url", boss(server), "--database", "twice", "--json")
    assert again.exit_code == 0, again.output
    second = json.loads(again.stdout)

    assert first["revision"] == second["revision"] == runner.head()
    for name, login in (
        ("LAURELS_DATABASE_URL", "laurels_app"),
        ("LAURELS_ADMIN_DATABASE_URL", "laurels_owner"),
    ):
        assert f"{login}:<unchanged>@" in second[name]
        shown, password = roles.without_password(first[name])
        assert f"{login}@" in shown
        assert password
    supers = "select rolname from pg_roles where rolsuper or rolbypassrls"
    assert [row[0] for row in ask(boss(server), supers)] == ["postgres"]
    assert asyncio.run(runner.drift(first["LAURELS_ADMIN_DATABASE_URL"])) == []


def test_the_tables_belong_to_the_owner_and_nothing_to_the_application(laurels, server):
    urls = init(laurels, server, "owned")

    owners = ask(
        urls["LAURELS_ADMIN_DATABASE_URL"],
        "select distinct relowner::regrole::text from pg_class"
        " where relnamespace = 'laurels'::regnamespace and relkind in ('r', 'p')",
    )

    assert [row[0] for row in owners] == [roles.OWNER]


def test_what_was_made_without_a_superuser_works(laurels, server):
    urls = init(laurels, server, "works")

    made = laurels("tenant", "create", "acme", "--json", urls=urls)
    assert made.exit_code == 0, made.output
    listed = laurels("tenant", "list", "--json", urls=urls)
    check = laurels("migrate", "--check", urls=urls)
    back = laurels("migrate", "--to", "base", urls=urls)
    forth = laurels("migrate", urls=urls)

    assert [row["slug"] for row in json.loads(listed.stdout)] == ["acme"]
    assert check.exit_code == 0, check.output
    assert "restored into a scratch database" in back.stdout, back.output
    assert forth.exit_code == 0, forth.output
    assert "done" in forth.stdout


def test_migrate_check_exits_1_and_names_what_drifted(laurels, server):
    urls = init(laurels, server, "drifted")
    ask(urls["LAURELS_ADMIN_DATABASE_URL"], "alter table laurels.holds add column odd text")

    check = laurels("migrate", "--check", urls=urls)

    assert check.exit_code == 1
    assert "odd" in check.stdout


def test_an_admin_who_may_not_is_told_what_is_missing(laurels, server):
    helper = server.url(user="helper", database="postgres")

    done = laurels("db", "init", "--admin-url", helper, "--database", "refused")

    assert done.exit_code == 1
    assert "CREATEDB" in done.stderr


def test_a_login_sees_its_tenant_and_no_setting_opens_the_wall(laurels, server):
    urls = init(laurels, server, "walled")
    for slug in ("mine", "theirs"):
        assert laurels("tenant", "create", slug, urls=urls).exit_code == 0
    made = laurels(
        "db", "login", "viewer", "--role", "bi", "--tenant", "mine", "--admin-url", boss(server),
        "--json", urls=urls,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    viewer = json.loads(made.stdout)["url"]
    theirs = ask(urls["LAURELS_ADMIN_DATABASE_URL"], "select id from laurels.tenants"
                 " where slug = 'theirs'")[0][0]  # fmt: skip

    pushy = f"{viewer}&options=-c%20app.tenant_id%3D{theirs}"
    seen = [row["slug"] for row in ask(pushy, "select slug from tenants")]
    listed = laurels("db", "logins", "--json", urls=urls)

    assert seen == ["mine"]
    assert json.loads(listed.stdout) == [{"login": "viewer", "role": "bi", "tenant": "mine"}]
    with pytest.raises(asyncpg.PostgresError):
        ask(viewer, "update laurels.tenants set name = 'x'")


@pytest.mark.parametrize("name", ["laurels_app", "pg_spy", "Big", "x; drop role boss", ""])
def test_a_login_with_an_impossible_name_is_refused(laurels, server, name):
    urls = init(laurels, server, "walled")

    made = laurels(
        "db", "login", name, "--role", "bi", "--tenant", "mine", "--admin-url", boss(server),
        urls=urls,
    )  # fmt: skip

    assert made.exit_code == 1
    assert "Traceback" not in made.output


def test_status_says_where_and_which(laurels, server):
    urls = init(laurels, server, "stated")

    done = laurels("db", "status", "--json", urls=urls)

    found = json.loads(done.stdout)
    assert found["version"].startswith(str(server.major))
    assert found["revision"] == found["newest"] == runner.head()
    assert found["functions_current"] is True
    assert found["size_bytes"] > 1_000_000
    assert "@/stated" in found["address"]
