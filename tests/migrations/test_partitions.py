"""A table in partitions: tools take it for what it is, and no partition is a way round the wall."""

import asyncpg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from laurels import activities, domains, members
from laurels.kit.db import roles
from laurels.kit.db.pool import SCHEMA, Database
from laurels.migrations import dump, runner
from laurels.migrations.wall import protect
from tests.conventions import test_bounds, test_scale, test_tenancy
from tests.support import cluster
from tests.support.make import make_tenant

from .conftest import ask

PARTED = "activities"
PARTS = 3


def _in_partitions(connection: Connection) -> None:
    """Put the table of the models in the place of itself, partitioned by tenants."""
    table = domains.load_models().tables[f"{SCHEMA}.{PARTED}"]
    copies = MetaData()
    for each in domains.load_models().sorted_tables:
        each.to_metadata(copies)
    copy = copies.tables[table.fullname]
    copy.dialect_options["postgresql"]["partition_by"] = "hash (tenant_id)"
    connection.execute(text(f"drop table {table.fullname}"))
    connection.execute(CreateTable(copy))
    for index in copy.indexes:
        connection.execute(CreateIndex(index))
    with Operations.context(MigrationContext.configure(connection)):
        protect(PARTED)
    for part in range(PARTS):
        for statement in (
            f"create table {table.fullname}_{part} partition of {table.fullname}"
            f" for values with (modulus {PARTS}, remainder {part})",
            # As of every table, or the planner counts tenants there.
            f"alter table {table.fullname}_{part} alter tenant_id set (n_distinct = 100)",
        ):
            connection.execute(text(statement))
    # Comments, and the triggers that stand beside functions.
    connection.execute(text("delete from laurels.schema_files"))


@pytest.fixture
async def parted_url(migrated_url):
    """The owner's address of a migrated database with a table in partitions."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(migrated_url),
        poolclass=NullPool,
    )
    async with engine.begin() as connection:
        await connection.run_sync(_in_partitions)
    await engine.dispose()
    await runner.apply_functions(migrated_url)
    return migrated_url


@pytest.fixture
async def houses(parted_url):
    """Three tenants with a member and an activity each."""
    pool = Database(roles.with_login(parted_url, roles.APP, None))
    made = []
    for number in range(3):
        house = await make_tenant(pool)
        member_id = await house.member(balance=10)
        async with house.work() as work:
            await activities.record(
                work, [activities.NewActivity(source="api", external_id=str(number),
                                              doer_id=member_id, kind="visit")],
            )  # fmt: skip
        made.append(house)
    yield made
    await pool.close()


async def test_nothing_has_drifted(parted_url):
    assert await runner.drift(parted_url) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"alter table laurels.{PARTED} no force row level security", "has no forced row-level"),
        (f"grant select on laurels.{PARTED}_0 to laurels_bi", f"on {PARTED}_0 to laurels_bi"),
        (f"drop trigger audit_outside on laurels.{PARTED}", "audit_outside on activities is miss"),
        ("alter table laurels.activities drop constraint ck_activities_kind_shape", "lacks the"),
    ],
)
async def test_what_drifted_is_told(parted_url, change, said):
    await ask(parted_url, change)

    found = await runner.drift(parted_url)

    assert any(said in words for words in found), found


async def test_conventions_that_look_into_the_catalog_accept_it(parted_url):
    connection = await asyncpg.connect(parted_url)
    try:
        assert await test_tenancy.unwalled(connection) == []
        assert await connection.fetch(test_scale.UNCOMMENTED) == []
        columns = {row["table"] for row in await connection.fetch(test_bounds.COLUMNS, SCHEMA)}
        await connection.execute(f"grant select on laurels.{PARTED}_1 to laurels_app")
        opened = await test_tenancy.unwalled(connection)
    finally:
        await connection.close()

    assert PARTED in columns
    assert f"{PARTED}_0" not in columns
    assert [f"{PARTED}_1" in words for words in opened] == [True]


async def test_the_application_sees_its_own_through_the_table_alone(parted_url, houses):
    app = await asyncpg.connect(roles.with_login(parted_url, roles.APP, None))
    try:
        for house in houses:
            async with app.transaction():
                await app.execute(f"set local app.tenant_id = '{house.tenant.id}'")
                rows = await app.fetch(f"select tenant_id from laurels.{PARTED}")
                assert [row[0] for row in rows] == [house.tenant.id]
        for part in range(PARTS):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.fetch(f"select from laurels.{PARTED}_{part}")
    finally:
        await app.close()


async def test_a_dump_of_it_is_proved_and_comes_back(parted_url, houses, make_database, tmp_path):
    found = cluster.server().cluster
    taken = await dump.take_to(
        parted_url, tmp_path / "it.dump", say=lambda _: None,
        bindir=found.bindir if found is not None else None,
    )  # fmt: skip
    other = await make_database()

    await dump.restore(other, taken.path, bindir=found.bindir if found is not None else None)

    parts = f"select count(*) from laurels.{PARTED} group by tableoid order by 1"
    assert taken.restored
    assert await ask(other, parts) == await ask(parted_url, parts)
    assert (await ask(other, f"select count(*) from laurels.{PARTED}"))[0][0] == len(houses)
    assert await runner.drift(other) == []


async def test_a_purge_takes_the_tenants_rows_and_no_others(parted_url, houses):
    gone, *left = [house.tenant.id for house in houses]

    await ask(parted_url, "select laurels.purge_tenant($1)", gone)

    rows = await ask(parted_url, f"select tenant_id from laurels.{PARTED}")
    assert sorted(row[0] for row in rows) == sorted(left)


async def test_a_person_is_erased_merged_and_exported_as_ever(parted_url, houses):
    house = houses[0]
    other = await house.member()
    async with house.work() as work:
        rows = await work.fetch(
            f"select member_id from laurels.{PARTED} where tenant_id = $1", work.tenant_id
        )
        first = rows[0][0]
        await members.merge(work, survivor_id=other, merged_id=first)
        moved = await work.fetch(
            f"select member_id from laurels.{PARTED} where tenant_id = $1", work.tenant_id
        )
        await members.erase(work, other)

    assert [row[0] for row in moved] == [other]
