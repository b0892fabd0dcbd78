"""The rules of scale that metadata and SQL text can show: one schema for one server and many."""

import ast
import re
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import ForeignKeyConstraint, MetaData, Table, UniqueConstraint

from laurels import domains

from .source import (
    name_of,
    nothing,
    source_files,
    sql_files,
    sql_strings,
    statement_files,
    text_of,
    tree_of,
)

# Reference and local tables: globally unique things live there (rule 4).
SHARED = {*domains.TABLES_OF_NO_TENANT, "tenants"}
TABLES = [table for table in domains.load_models().tables.values() if table.name not in SHARED]


# -- keys ----------------------------------------------------------------------------------------


def keys_without_tenant(table: Table) -> list[str]:
    """Keys of a tenant's table that do not begin with, or do not hold, the tenant."""
    found: list[str] = []
    primary = [column.name for column in table.primary_key.columns]
    if primary[:1] != ["tenant_id"]:
        found.append(f"{table.name}: its primary key begins otherwise")
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = constraint.columns.keys()
            found += [f"{table.name}: unique {columns}"] if columns[:1] != ["tenant_id"] else []
        elif isinstance(constraint, ForeignKeyConstraint):
            found += wrong_reference(table, constraint)
    for index in table.indexes:
        first = str(next(iter(index.expressions))).split(".")[-1]
        if first != "tenant_id":
            found.append(f"{table.name}: index {index.name} begins with {first}")
    return found


def wrong_reference(table: Table, key: ForeignKeyConstraint) -> list[str]:
    """What a foreign key does that cannot be sharded."""
    found: list[str] = []
    to = key.elements[0].column.table.name
    there = [element.column.name for element in key.elements]
    if to == "tenants":
        pairs = list(zip(key.column_keys, there, strict=True)) == [("tenant_id", "id")]
    else:
        pairs = key.column_keys[0] == "tenant_id" == there[0]
    if not pairs or to in domains.TABLES_OF_NO_TENANT:
        found.append(f"{table.name}: references {to} without the tenant")
    return found + [
        f"{table.name}: {action} towards {to}"
        for action in (key.ondelete, key.onupdate)
        if (action or "").upper() in {"SET NULL", "SET DEFAULT"}
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_key_holds_the_tenant(table):
    nothing(keys_without_tenant(table))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_tenant_is_a_uuid_and_never_null(table):
    column = table.columns["tenant_id"]

    assert str(column.type).lower() in {"uuid", "char(32)"}
    assert not column.nullable
    assert column.server_default is None


def test_ids_are_uuids_made_by_us():
    wrong = [
        f"{table.name}.id"
        for table in TABLES
        if "id" in table.columns
        and "new_id()" not in str(getattr(table.columns["id"].server_default, "arg", ""))
    ]

    nothing(wrong)


CATALOG_KEYS = """
select t.relname as name, c.conname, c.contype, c.confdeltype, c.confupdtype,
  (select attname from pg_attribute where attrelid = t.oid and attnum = c.conkey[1]) as first
from pg_constraint c join pg_class t on t.oid = c.conrelid
where t.relnamespace = 'laurels'::regnamespace and c.contype in ('p', 'u', 'f', 'x')
"""


async def test_the_databases_keys_hold_the_tenant_too(owner_url):
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch(CATALOG_KEYS)
    finally:
        await connection.close()
    wrong = [
        f"{row['name']}.{row['conname']}"
        for row in rows
        if row["name"] not in SHARED
        and (row["first"] != "tenant_id" or {row["confdeltype"], row["confupdtype"]} & {b"n", b"d"})
    ]

    assert rows
    nothing(wrong)


# -- comments ------------------------------------------------------------------------------------


async def test_the_planner_believes_in_a_hundred_tenants(owner_url):
    owner = await asyncpg.connect(owner_url)
    try:
        rows = await owner.fetch(
            "select c.relname, a.attoptions, c.relispartition as part from pg_attribute as a"
            " inner join pg_class as c on c.oid = a.attrelid"
            " where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p')"
            " and a.attname = 'tenant_id'"
        )
    finally:
        await owner.close()
    told = {row["relname"]: row["attoptions"] for row in rows}
    wanted = {table.name for table in TABLES} | {row["relname"] for row in rows if row["part"]}

    nothing([name for name in sorted(wanted) if "n_distinct=100" not in (told[name] or [])])


def test_every_table_and_column_of_the_models_says_what_it_is():
    wrong = [table.name for table in domains.load_models().tables.values() if not table.comment]
    wrong += [
        f"{table.name}.{column.name}"
        for table in domains.load_models().tables.values()
        for column in table.columns
        if not column.comment
    ]

    nothing(wrong)


UNCOMMENTED = """
select t.relname || coalesce('.' || a.attname, '') from pg_class t
cross join lateral (
  select null::name as attname, 0 as attnum
  union all
  select attname, attnum from pg_attribute
  where attrelid = t.oid and attnum > 0 and not attisdropped
) a
where t.relnamespace = 'laurels'::regnamespace and t.relkind in ('r', 'p', 'v', 'm')
  and not t.relispartition
  and (
    coalesce(col_description(t.oid, a.attnum), obj_description(t.oid, 'pg_class')) is null
    or a.attnum > 0 and col_description(t.oid, a.attnum) is null
  )
order by 1
"""


async def test_every_table_and_column_of_the_database_says_what_it_is(owner_url):
    connection = await asyncpg.connect(owner_url)
    try:
        nothing([row[0] for row in await connection.fetch(UNCOMMENTED)])
    finally:
        await connection.close()


# -- SQL text ------------------------------------------------------------------------------------

VOLATILE = r"(clock_timestamp\(\)|random\(\)|gen_random_uuid\(\)|new_id\(\))"
CLOCK = rf"(now\(\)|current_timestamp|{VOLATILE})"
END = r"(?:(?!;|\breturning\b|\bwhere\b).)*?"
UPDATE = r"\bupdate\s+laurels\.\w+(?:\s+as\s+\w+)?\s+set\b"
REFUSED = {
    "MERGE": r"\bmerge\s+into\b",
    "a clock or chance in DO UPDATE SET": rf"\bdo\s+update\s+set\b{END}{CLOCK}",
    # now() is the same for the whole transaction and may stand here.
    "a volatile function in UPDATE SET": rf"{UPDATE}{END}{VOLATILE}",
    "a clock or chance in RETURNING": rf"\breturning\b[^;]*?{CLOCK}",
    "a data-modifying CTE": r"\bas\s+(?:(?:not\s+)?materialized\s+)?\((?:insert|update|delete) ",
    "GROUPING SETS": r"\bgrouping\s+sets\b",
    "a changed tenant_id": r"\bset\s+(?:[^;]*?,\s*)?tenant_id\s*=",
    "set_config()": r"\bset_config\s*\(",
    "ON DELETE SET NULL": r"\bon\s+delete\s+set\s+(?:null|default)\b",
}
# Inside functions of a tenant these are refused as well (rule 16).
REFUSED_IN_FUNCTIONS = {
    "NOTIFY": r"\b(?:notify\s+\w|pg_notify\s*\()",
    "an advisory lock": r"\bpg_(?:try_)?advisory",
    "TG_TABLE_NAME": r"\btg_table_name\b",
}


def bare(sql: str) -> str:
    """The text of SQL in one line, in small letters, without comments."""
    return " ".join(re.sub(r"--[^\n]*", " ", sql).replace("( ", "(").split()).lower()


def refused(sql: str, rules: dict[str, str]) -> list[str]:
    """The refused constructs that a text holds."""
    return [name for name, pattern in rules.items() if re.search(pattern, bare(sql), re.DOTALL)]


def test_functions_use_nothing_that_cannot_be_sharded():
    found = [
        f"{name_of(path)}: {what}"
        for path in sorted(set(sql_files()) - set(statement_files()))
        for statement in text_of(path).split(";")
        for what in refused(statement, REFUSED | REFUSED_IN_FUNCTIONS)
    ]

    nothing(sorted(set(found)))


def test_statements_use_nothing_that_cannot_be_sharded():
    found = [
        f"{name_of(path)}:{line} {what}"
        for path in [*source_files(), *statement_files()]
        for line, sql in sql_strings(path)
        for what in refused(sql, REFUSED)
    ]

    nothing(found)


def tenantless(path: Path) -> list[str]:
    """Statements on tenants' tables that name no tenant, nor does the function that builds them."""
    names = "|".join(table.name for table in TABLES)
    pattern = re.compile(rf"\blaurels\.(?:{names})\b")
    tree = tree_of(path) if path.suffix == ".py" else ast.Module([], [])
    functions = [
        (node.lineno, node.end_lineno or 0, ast.unparse(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    constants = {
        node.value.lineno: ast.unparse(node.targets[0])
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    found: list[str] = []
    for line, sql in sql_strings(path):
        if not pattern.search(sql) or "tenant_id" in sql:
            continue
        builders = [text for first, last, text in functions if first <= line <= last]
        if not builders and line in constants:
            # The beginning of a statement, which others end.
            builders = [text for _, _, text in functions if constants[line] in text]
        if not builders or not all("tenant_id" in text for text in builders):
            found.append(f"{name_of(path)}:{line} {sql[:60]}")
    return found


def test_every_statement_names_the_tenant():
    found = [
        each
        for path in [*source_files(), *statement_files()]
        if "migrations" not in path.parts
        for each in tenantless(path)
    ]

    nothing(found, "row-level security is the wall; the habit is `tenant_id = $1`")


def test_rows_are_locked_for_one_tenant_only():
    texts = [(name_of(path), each) for path in sql_files() for each in text_of(path).split(";")]
    texts += [(f"{name_of(p)}:{line}", sql) for p in source_files() for line, sql in sql_strings(p)]
    found = [
        f"{where}: {bare(sql)[:80]}"
        for where, sql in texts
        if re.search(r"\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+share\b", bare(sql))
        and not re.search(
            # A login (`p_user`) belongs to no tenant.
            r"tenant_id\s*=\s*(?:\$\d|p_tenant|v_tenant)|\bid\s*=\s*(?:\$1|p_user\b)",
            bare(sql),
        )
    ]

    nothing(found)


def test_errors_are_told_apart_by_sqlstate():
    found = [
        f"{name_of(path)}:{node.lineno} .{node.attr}"
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"constraint_name", "table_name", "column_name"}
    ]

    nothing(found, "a cluster does not tell these; use the SQLSTATE")


def test_triggers_are_few_and_known():
    triggers = {
        match
        for path in [*sql_files(), *source_files()]
        for match in re.findall(r"create (?:or replace )?trigger\s+(\w+)", text_of(path))
    }

    # See docs/decisions/0010-a-door-for-sql.md for those that look at what was written by SQL.
    door = {"admit_purchase", "keep_ended_purchase", "admit_line", "admit_payment",
            "admit_refund"}  # fmt: skip
    assert triggers <= door | {
        "announce_ended_purchase", "announce_purchase", "append_only", "append_only_truncate",
        "audit_outside",
    }  # fmt: skip


# -- the tests of these tests --------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "merge into laurels.lots as l using x on true when matched then delete",
        "insert into laurels.counters values (1) on conflict (a) do update set at = now()",
        "update laurels.lots set at = clock_timestamp() where tenant_id = $1",
        "insert into laurels.lots values ($1) returning id, now()",
        "with gone as (delete from laurels.lots returning id) select * from gone",
        "select a from b group by grouping sets ((a), ())",
        "update laurels.lots set points = 1, tenant_id = $2",
        "select set_config('app.tenant_id', $1, true)",
    ],
)
def test_a_refused_construct_is_found(sql):
    assert refused(sql, REFUSED)


def test_a_statement_without_a_tenant_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.name_of", str)
    module = tmp_path / "m.py"
    module.write_text(
        "async def f(work):\n    return await work.fetch('select id from laurels.lots')\n"
    )

    assert len(tenantless(module)) == 1


def test_what_is_allowed_is_not_found():
    sql = (
        "insert into laurels.counters as c values ($1, now()) on conflict (tenant_id, name)"
        " do update set value = c.value + 1, at = excluded.at returning value"
    )

    assert refused(sql, REFUSED) == []


def test_a_key_without_the_tenant_is_found():
    from sqlalchemy import Column, Text, Uuid

    table = Table(
        "things", MetaData(), Column("id", Uuid, primary_key=True), Column("code", Text),
        UniqueConstraint("code"),
    )  # fmt: skip

    assert len(keys_without_tenant(table)) == 2
