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
from laurels.kit.db import roles
from laurels.kit.db.advisory_locks import LockedByAnother, wait_alone
from laurels.kit.postgres import server as postgres
from laurels.migrations import runner
from tests.support.waiting import PATIENCE_SECONDS

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


@pytest.fixture
def second(server) -> Iterator[str]:
    """Another admin, who did not make the roles."""
    server.run("psql", "-c", "create role second login createrole createdb")
    yield server.url(user="second", database="postgres")
    server.run("psql", "-c", "drop database if exists seconds")
    server.run("psql", "-c", "reassign owned by second to postgres")
    server.run("psql", "-c", "drop owned by second")
    server.run("psql", "-c", "drop role second")


def test_a_second_admin_is_told_who_may_let_them_in_and_then_gets_in(laurels, server, second):
    init(laurels, server, "firsts")

    refused = laurels("db", "init", "--admin-url", second, "--database", "seconds")
    if server.major < 16:
        assert refused.exit_code == 0, refused.output
        return
    there = ask(boss(server), "select 1 from pg_database where datname = 'seconds'")
    server.run("psql", "-c", "grant laurels_maintenance, laurels_owner to second")
    done = laurels("db", "init", "--admin-url", second, "--database", "seconds")

    assert refused.exit_code == 1
    assert "grant laurels_maintenance, laurels_owner to" in refused.stderr
    assert "boss" in refused.stderr
    assert there == []
    assert done.exit_code == 0, done.output


def test_a_failure_after_the_logins_were_made_loses_no_password(laurels, tmp_path, monkeypatch):
    place = tmp_path / "fresh"
    with tempfile.TemporaryDirectory(prefix="laurels-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        place.chmod(0o711)
        server = postgres.ensure(place, bindir=BINDIR, settings={"fsync": "off"})
        try:
            server.run("psql", "-c", "create role boss login createrole createdb")
            # The schema is somebody else's, so the owner cannot put tables into it.
            server.run("psql", "-c", "create database taken owner boss")
            server.run("psql", "-d", "taken", "-c", "create schema laurels")
            done = laurels("db", "init", "--admin-url", boss(server), "--database", "taken")
        finally:
            postgres.stop(place)

    assert done.exit_code == 1
    assert "postgresql://laurels_app:" in done.stderr
    assert "postgresql://laurels_owner:" in done.stderr


def test_a_login_can_be_dropped_and_goes_with_its_tenant(laurels, server):
    urls = init(laurels, server, "dropped")
    for slug in ("stays", "goes"):
        assert laurels("tenant", "create", slug, urls=urls).exit_code == 0
    for name, slug in (("reader_a", "stays"), ("reader_b", "goes"), ("reader_c", "stays")):
        made = laurels(
            "db", "login", name, "--role", "bi", "--tenant", slug, "--admin-url", boss(server),
            urls=urls,
        )  # fmt: skip
        assert made.exit_code == 0, made.output

    dropped = laurels("db", "drop-login", "reader_a", "--admin-url", boss(server), urls=urls)
    again = laurels("db", "drop-login", "reader_a", "--admin-url", boss(server), urls=urls)
    other = laurels("db", "drop-login", "helper", "--admin-url", boss(server), urls=urls)
    purged = laurels("tenant", "purge", "goes", "--yes", "--admin-url", boss(server), urls=urls)

    roles_there = [row[0] for row in ask(boss(server), "select rolname from pg_roles")]
    assert (dropped.exit_code, again.exit_code, other.exit_code) == (0, 1, 1), dropped.output
    assert purged.exit_code == 0, purged.output
    assert "reader_c" in roles_there
    assert "helper" in roles_there
    assert not {"reader_a", "reader_b"} & set(roles_there)


def test_a_login_leaves_connections_to_others(laurels, server):
    urls = init(laurels, server, "crowded")
    assert laurels("tenant", "create", "shop", urls=urls).exit_code == 0
    made = laurels("db", "login", "crowd", "--role", "bi", "--tenant", "shop", "--admin-url",
                   boss(server), "--json", urls=urls)  # fmt: skip
    own = json.loads(made.stdout)["url"]

    async def crowd() -> int:
        opened: list[asyncpg.Connection] = []
        try:
            while len(opened) < 60:
                opened.append(await asyncpg.connect(own))
        except asyncpg.TooManyConnectionsError:
            pass
        for connection in opened:
            await connection.close()
        return len(opened)

    assert asyncio.run(crowd()) == roles.LOGIN_CONNECTIONS


def test_what_starts_at_the_same_time_does_not_meet(laurels, server):
    urls = init(laurels, server, "together")

    async def start() -> None:
        owner = await asyncpg.connect(urls["LAURELS_ADMIN_DATABASE_URL"])
        try:
            for _ in range(30):
                await roles.close_functions(owner)
        finally:
            await owner.close()

    async def together() -> None:
        await asyncio.gather(*(start() for _ in range(4)))

    asyncio.run(together())


def test_a_login_that_left_something_behind_can_be_dropped(laurels, server):
    urls = init(laurels, server, "left_behind")
    assert laurels("tenant", "create", "shop", urls=urls).exit_code == 0
    made = laurels("db", "login", "writer", "--role", "bi", "--tenant", "shop", "--admin-url",
                   boss(server), "--json", urls=urls)  # fmt: skip
    own = json.loads(made.stdout)["url"]
    # A login that reads can make these all the same, by a setting of its own.
    writing = f"{own}&options=-c%20default_transaction_read_only%3Doff"
    ask(writing, "select lo_from_bytea(0, 'kept')")
    ask(writing, "alter default privileges grant all on tables to public")

    dropped = laurels("db", "drop-login", "writer", "--admin-url", boss(server), urls=urls)

    assert dropped.exit_code == 0, dropped.output
    assert ask(urls["LAURELS_DATABASE_URL"], "select 1 from pg_largeobject_metadata") == []
    assert ask(boss(server), "select 1 from pg_roles where rolname = 'writer'") == []


@pytest.mark.parametrize("key", [0x6C61_7572, runner.ONE_AT_A_TIME])
def test_a_login_that_holds_a_lock_of_ours_is_ended_or_named(laurels, server, key):
    init(laurels, server, "locked")
    looker = f"looker_{key}"
    ask(server.url(user="postgres", database="locked"), f"create role {looker} login")

    async def meet(user: str) -> tuple[bool, LockedByAnother | None]:
        """Whether the login that held the lock is gone, and what its waiting user was told."""
        holder = await asyncpg.connect(server.url(user=looker, database="locked"))
        await holder.execute("select pg_advisory_lock($1)", key)
        asking = await asyncpg.connect(server.url(user=user, database="locked"))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await wait_alone(asking, key)
        except LockedByAnother as error:
            return holder.is_closed(), error
        finally:
            await asking.close()
            await holder.close()
        return True, None

    assert asyncio.run(meet("postgres")) == (True, None)
    gone, said = asyncio.run(meet("laurels_owner"))
    assert not gone
    assert f"`{looker}`" in str(said)
    assert "pg_terminate_backend" in str(said)


def test_a_purge_that_may_not_drop_logins_names_them(laurels, server):
    urls = init(laurels, server, "kept")
    assert laurels("tenant", "create", "goes", urls=urls).exit_code == 0
    laurels("db", "login", "reader_d", "--role", "bi", "--tenant", "goes", "--admin-url",
            boss(server), urls=urls)  # fmt: skip

    purged = laurels("tenant", "purge", "goes", "--yes", urls=urls)

    assert purged.exit_code == 0, purged.output
    assert "laurels db drop-login reader_d" in purged.stderr
    dropped = laurels("db", "drop-login", "reader_d", "--admin-url", boss(server), urls=urls)
    assert dropped.exit_code == 0, dropped.output
