"""Every column of money, quantity or measure refuses what is no number: NaN and the infinities."""

import json

import asyncpg
import pytest
from sqlalchemy import CheckConstraint, Column, Float, MetaData, Numeric, Table

from laurels import domains
from laurels.kit.values import money
from tests.support import cluster

from .source import nothing

COLUMNS = """
select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid
where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
  and not c.relispartition
  and not a.attisdropped
  and a.atttypid in ('numeric'::regtype, 'real'::regtype, 'double precision'::regtype)
order by 1, 2
"""
CHECKS = """
select pg_get_expr(conbin, conrelid) from pg_constraint
where conrelid = ($1::text)::regclass and contype = 'c' and convalidated
"""
NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


async def unbounded(connection: asyncpg.Connection, schema: str) -> list[str]:
    """Say which numeric column lets a value in that is no number, for all that its checks say.

    Each check is asked about a row that has nothing but this value.
    """
    found: list[str] = []
    for row in await connection.fetch(COLUMNS, schema):
        table, column = f"{schema}.{row['table']}", row["column"]
        checks = [check[0] for check in await connection.fetch(CHECKS, table)]
        for value in NO_NUMBERS:
            given = f"(select (jsonb_populate_record(null::{table}, $1)).{column} as {column})"
            try:
                async with connection.transaction():
                    await connection.fetch(
                        f"select * from {given} as t", json.dumps({column: value})
                    )
            except asyncpg.NumericValueOutOfRangeError:
                continue  # The type itself refuses it, as numeric(19, 4) does with infinity.
            refused = False
            for check in checks:
                row_of_it = f"(select (jsonb_populate_record(null::{table}, $1)).*) as t"
                answer = await connection.fetchval(
                    f"select {check} from {row_of_it}", json.dumps({column: value})
                )
                refused = refused or answer is False
            if not refused:
                found.append(f"{table}.{column} takes {value}")
    return found


async def test_no_numeric_column_takes_what_is_no_number(owner_url):
    owner = await asyncpg.connect(owner_url)
    try:
        assert len(await owner.fetch(COLUMNS, "laurels")) >= 9
        nothing(await unbounded(owner, "laurels"))
    finally:
        await owner.close()


def test_every_numeric_column_of_the_models_has_a_check_of_its_own():
    nothing(unnamed(domains.load_models()))


def unnamed(metadata: MetaData) -> list[str]:
    """Numeric columns whose table has no check called `<column>_bounded`."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Numeric | Float)
        and f"ck_{table.name}_{column.name}_bounded"
        not in {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        and f"{column.name}_bounded"
        not in {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
    ]


async def test_the_database_knows_how_many_places_each_currency_has(owner_url):
    owner = await asyncpg.connect(owner_url)
    try:
        there = {
            code: await owner.fetchval("select laurels.currency_scale($1)", code)
            for code in money.CURRENCIES
        }
    finally:
        await owner.close()

    assert there == {code: money.scale(code) for code in money.CURRENCIES}


# -- the tests of these tests --------------------------------------------------------------------


def test_a_model_without_a_bound_is_seen():
    metadata = MetaData()
    Table("loose", metadata, Column("price", Numeric(19, 4)))

    assert unnamed(metadata) == ["loose.price"]


@pytest.mark.parametrize("kind", ["numeric(19, 4)", "numeric", "double precision"])
@pytest.mark.parametrize("check", ["price >= 0", "price >= 0 and price <= 100"])
async def test_a_lower_bound_alone_is_seen(database_name, kind, check):
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    transaction = admin.transaction()
    await transaction.start()
    try:
        await admin.execute("create schema loose")
        await admin.execute(f"create table loose.goods (price {kind} check ({check}))")
        found = await unbounded(admin, "loose")
    finally:
        await transaction.rollback()
        await admin.close()

    assert bool(found) is ("<=" not in check)


INSERTABLE = """
select c.relname as table, a.attname as column, a.atttypid::regtype::text as type
from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
  and not a.attisdropped and a.atttypid in ('text'::regtype, 'jsonb'::regtype)
  and has_column_privilege('laurels_integration', c.oid, a.attnum, 'insert')
order by 1, 2
"""
NOBODY_READS = {
    "text": ["a\x1bb", "a\u202eb", "x" * 10_001],
    "jsonb": [
        '{"a": "\\u001b"}', '{"a": 1e400}', "[]", '{"a": ' + "[" * 2000 + "]" * 2000 + "}",
        json.dumps({"a": "\u202e"}), json.dumps({f"n{n}": n for n in range(51)}),
        json.dumps({"a": "x" * 1_000_000}),
    ],
}  # fmt: skip


async def test_what_comes_by_sql_obeys_the_limits_of_the_api(owner_url):
    connection = await asyncpg.connect(owner_url)
    found: list[str] = []
    rows = await connection.fetch(INSERTABLE)
    for row in rows:
        table, column = f"laurels.{row['table']}", row["column"]
        checks = [check[0] for check in await connection.fetch(CHECKS, table)]
        for value in NOBODY_READS[row["type"]]:
            given = f'(select ($1::{row["type"]}) as "{column}") as t'
            about = [check for check in checks if column in check]
            answers = []
            for check in about:
                try:
                    answers.append(await connection.fetchval(f"select {check} from {given}", value))
                except asyncpg.UndefinedColumnError:
                    continue
            if False not in answers:
                found.append(f"{table}.{column} takes {value[:40]!r}")
    await connection.close()

    assert len(rows) >= 10
    nothing(found)
