"""A condition in SQL answers as the condition itself does, whatever it asks and of whom."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels.kit.conditions import Field, Fields, Kind, compile_condition, parse
from laurels.kit.values.time import local_date
from laurels.segments.compiling import Column, Compiler, Values

from .conditions import DAYS, DECIMALS, MOMENTS, TEXTS, conditions

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")
FIELDS = Fields(
    Field("spend", Kind.MONEY, "x"),
    Field("weight", Kind.NUMBER, "x"),
    Field("count", Kind.INTEGER, "x"),
    Field("name", Kind.TEXT, "x"),
    Field("state", Kind.ENUM, "x", choices=("red", "a")),
    Field("vip", Kind.BOOLEAN, "x"),
    Field("born", Kind.DATE, "x"),
    Field("seen_at", Kind.DATETIME, "x"),
    Field("days_since_seen", Kind.INTEGER, "x"),
    Field("tags", Kind.TEXTS, "x"),
    Field("attributes", Kind.ATTRIBUTES, "x"),
    Field("sku", Kind.TEXT, "x", collection="lines"),
    Field("amount", Kind.MONEY, "x", collection="lines"),
    Field("extra", Kind.ATTRIBUTES, "x", collection="lines"),
)
COLUMNS = {
    **{name: Column(f"m.{name}") for name in (
        "spend", "weight", "count", "name", "state", "vip", "born", "seen_at", "tags", "attributes",
    )},
    "days_since_seen": Column(
        "({today} - (m.seen_at at time zone {zone})::date)", since="m.seen_at"
    ),
    **{name: Column(f"l.{name}") for name in ("sku", "amount", "extra")},
}  # fmt: skip
ROWS = (
    "jsonb_to_recordset($1::text::jsonb) as m (id int, spend numeric, weight numeric, count bigint,"
    " name text, state text, vip boolean, born date, seen_at timestamptz, tags text[],"
    " attributes jsonb, lines jsonb)"
)
LINES = (
    "jsonb_to_recordset(m.lines) as l (sku text, amount numeric, extra jsonb)"
    " where m.id is not null"
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


texts = st.sampled_from(TEXTS)
decimals = st.sampled_from([Decimal(text) for text in DECIMALS])
anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), texts,
        st.sampled_from([0.5, 12.0, 12.5, -3.0, 1e30]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "red"]), inner)
    ),
    max_leaves=3,
)  # fmt: skip
maps = st.dictionaries(st.sampled_from(["colour", "size"]), anything)
people = st.fixed_dictionaries(
    {
        "spend": maybe(decimals),
        "weight": maybe(decimals),
        "count": maybe(st.integers(-3, 12)),
        "name": maybe(texts),
        "state": maybe(st.sampled_from(["red", "a"])),
        "vip": maybe(st.booleans()),
        "born": maybe(st.sampled_from(DAYS)),
        "seen_at": maybe(st.sampled_from([*MOMENTS, NOW])),
        "tags": maybe(st.lists(texts, max_size=3)),
        "attributes": maps,
        "lines": st.lists(
            st.fixed_dictionaries({"sku": maybe(texts), "amount": maybe(decimals), "extra": maps}),
            max_size=3,
        ),
    }
)


def facts(person: dict[str, Any]) -> dict[str, Any]:
    seen = person["seen_at"]
    today = local_date(NOW, VIENNA)
    days = None if seen is None else (today - local_date(seen, VIENNA)).days
    return {**person, "days_since_seen": days}


def plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


async def asked(database, raw: dict[str, Any], crowd: list[dict[str, Any]]) -> list[int]:
    """The places of those whom SQL says the condition holds for."""
    rows = json.dumps([{"id": at, **one} for at, one in enumerate(crowd)], default=plain)
    compiler = Compiler(
        Values(NOW, VIENNA, [rows]), lambda field: COLUMNS[field.name], {"lines": LINES}
    )
    where = compiler.predicate(parse(raw, FIELDS))
    async with database.connection() as connection:
        found = await connection.fetch(
            f"select m.id from {ROWS} where {where} order by m.id", *compiler.values.given
        )
    return [row[0] for row in found]


@settings(max_examples=300)
@given(raw=conditions(FIELDS), crowd=st.lists(people, min_size=1, max_size=20))
async def test_sql_and_the_condition_itself_agree(database, raw, crowd):
    test = compile_condition(parse(raw, FIELDS))
    wanted = [at for at, one in enumerate(crowd) if test(facts(one))]

    assert await asked(database, raw, crowd) == wanted


NOBODY = dict.fromkeys(("spend", "name", "vip", "seen_at", "tags")) | {"attributes": {}}
CASES = [
    ({"field": "spend", "op": "ne", "value": "1"}, False),
    ({"field": "spend", "op": "not_in", "value": ["1"]}, False),
    ({"not": {"field": "spend", "op": "eq", "value": "1"}}, True),
    ({"not": {"not": {"field": "spend", "op": "eq", "value": "1"}}}, False),
    ({"field": "spend", "op": "exists", "value": False}, True),
    ({"not": {"all": [{"field": "spend", "op": "gt", "value": "1"}]}}, True),
    ({"some": "lines", "where": {"field": "sku", "op": "exists", "value": False}}, False),
    ({"every": "lines", "where": {"field": "sku", "op": "exists", "value": False}}, False),
    ({"none": "lines", "where": {"field": "sku", "op": "exists", "value": True}}, True),
    ({"field": "attributes.absent", "op": "ne", "value": 1}, False),
]


@pytest.mark.parametrize(("raw", "holds"), CASES)
async def test_what_is_missing_is_false_and_not_makes_it_true(database, raw, holds):
    assert await asked(database, raw, [NOBODY | {"lines": []}]) == ([0] if holds else [])


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"])
async def test_days_ago_are_the_tenants_own_also_where_clocks_change(database, zone):
    place = ZoneInfo(zone)
    # Every hour around changes of clocks: Vienna in March and October, São Paulo in 2018.
    now = datetime(2018, 11, 6, 1, 30, tzinfo=UTC)
    moments = [
        datetime(2018, 11, day, hour, tzinfo=UTC) for day in range(1, 6) for hour in range(24)
    ]
    moments += [datetime(2018, 10, 28, hour, tzinfo=UTC) for hour in range(24)]
    today = local_date(now, place)
    values = Values(now, place, [])

    for days_ago in range(12):
        start = values.start_of_day(days_ago)
        for moment in moments:
            assert (moment >= start) is ((today - local_date(moment, place)).days <= days_ago)


MIXED = [
    ([2, True], 1, True),
    ([2, True], True, False),
    ([True, 0], False, True),
    (["red", 1], 1, False),
    ([1, "red"], "red", False),
]


@pytest.mark.parametrize(("listed", "found", "holds"), MIXED)
async def test_the_first_of_a_mixed_list_says_how_it_is_meant(database, listed, found, holds):
    raw = {"field": "attributes.colour", "op": "in", "value": listed}
    one = NOBODY | {"lines": [], "attributes": {"colour": found}}

    assert compile_condition(parse(raw, FIELDS))(one) is holds
    assert await asked(database, raw, [one]) == ([0] if holds else [])


async def test_values_are_bound_and_never_part_of_the_statement():
    nasty = "'; drop table members; --"
    compiler = Compiler(
        Values(NOW, VIENNA, []), lambda field: COLUMNS[field.name], {"lines": LINES}
    )

    sql = compiler.predicate(
        parse(
            {
                "all": [
                    {"field": "name", "op": "eq", "value": nasty},
                    {"field": f"attributes.{nasty}", "op": "in", "value": [nasty]},
                    {"some": "lines", "where": {"field": "sku", "op": "contains", "value": nasty}},
                ]
            },
            FIELDS,
        )
    )

    assert "drop" not in sql
    assert sum(nasty in str(value) for value in compiler.values.given) == 4
