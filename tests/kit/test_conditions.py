"""The condition form: what it accepts, what it answers, and how it says no."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.kit.conditions import (
    AllOf,
    AnyOf,
    Condition,
    ConditionError,
    Each,
    Field,
    Fields,
    Kind,
    Leaf,
    Not,
    Op,
    compile_condition,
    describe,
    explain,
    fields_of,
    parse,
    to_json,
)

LINES = "purchase.lines"
FIELDS = Fields(
    Field("purchase.amount", Kind.MONEY, "Total"),
    Field("purchase.quantity", Kind.NUMBER, "Units"),
    Field("purchase.channel", Kind.TEXT, "Channel"),
    Field("purchase.first", Kind.BOOLEAN, "First purchase"),
    Field("purchase.attributes", Kind.ATTRIBUTES, "Whatever the shop sends"),
    Field("member.level", Kind.INTEGER, "Tier level"),
    Field("member.tags", Kind.TEXTS, "Tags"),
    Field("member.birthday", Kind.DATE, "Birthday", private=True),
    Field("member.joined_at", Kind.DATETIME, "Joined"),
    Field("member.status", Kind.ENUM, "Status", choices=("active", "blocked")),
    Field("sku", Kind.TEXT, "Article", collection=LINES),
    Field("amount", Kind.MONEY, "Line total", collection=LINES),
)
FACTS = {
    "purchase.amount": Decimal("12.00"),
    "purchase.quantity": 3,
    "purchase.channel": "web",
    "purchase.first": True,
    "purchase.attributes": {
        "gift": True,
        "colour": "red",
        "weight": 1.5,
        "size": "12.5",
        "count": 1,
        "labels": ["a", "b"],
        "address": {"city": "Bonn"},
    },
    "member.level": 2,
    "member.tags": ["vip", "early"],
    "member.birthday": date(1990, 11, 21),
    "member.joined_at": datetime(2026, 1, 1, tzinfo=UTC),
    "member.status": "active",
    LINES: [
        {"sku": "A", "amount": Decimal("5.00")},
        {"sku": "B", "amount": Decimal("7.00")},
    ],
}


def leaf(field: str, op: str, value: object) -> dict[str, object]:
    return {"field": field, "op": op, "value": value}


def holds(raw: object, facts: dict[str, object] | None = None) -> bool:
    return compile_condition(parse(raw, FIELDS))(FACTS if facts is None else facts)


TRUE_LEAVES = [
    ("purchase.amount", "eq", "12"),
    ("purchase.amount", "eq", 12),
    ("purchase.amount", "ne", "12.01"),
    ("purchase.amount", "lt", "12.0001"),
    ("purchase.amount", "lte", "12.00"),
    ("purchase.amount", "gt", Decimal("11.9999")),
    ("purchase.amount", "gte", "12.000"),
    ("purchase.amount", "between", ["12", "13.50"]),
    ("purchase.amount", "between", ["11", "12"]),
    ("purchase.amount", "in", ["1", "12.0"]),
    ("purchase.amount", "not_in", ["1", "2"]),
    ("purchase.amount", "exists", True),
    ("purchase.quantity", "gte", "2.5"),
    ("purchase.channel", "eq", "web"),
    ("purchase.channel", "contains", "e"),
    ("purchase.channel", "starts_with", "we"),
    ("purchase.channel", "in", ["web", "till"]),
    ("purchase.first", "eq", True),
    ("member.level", "between", [1, 2]),
    ("member.tags", "contains", "vip"),
    ("member.birthday", "lt", "2000-01-01"),
    ("member.joined_at", "gte", "2026-01-01T01:00:00+01:00"),
    ("member.status", "eq", "active"),
    ("member.status", "not_in", ["blocked"]),
    ("purchase.attributes.gift", "eq", True),
    ("purchase.attributes.colour", "in", ["red", "blue"]),
    ("purchase.attributes.weight", "gte", "1.5"),
    ("purchase.attributes.size", "between", ["12", "13"]),
    ("purchase.attributes.count", "eq", 1),
    ("purchase.attributes.labels", "contains", "a"),
    ("purchase.attributes.colour", "starts_with", "r"),
    ("purchase.attributes.absent", "exists", False),
]

FALSE_LEAVES = [
    ("purchase.amount", "gte", "12.01"),
    ("purchase.amount", "between", ["12.01", "13"]),
    ("purchase.channel", "eq", "WEB"),
    ("purchase.channel", "exists", False),
    ("member.tags", "contains", "vi"),
    ("purchase.attributes.gift", "eq", 1),
    ("purchase.attributes.count", "eq", True),
    ("purchase.attributes.count", "in", ["1"]),
    ("purchase.attributes.gift", "gte", "0"),
    ("purchase.attributes.colour", "gte", "0"),
    ("purchase.attributes.labels", "eq", "a"),
    ("purchase.attributes.labels", "gte", "1"),
    ("purchase.attributes.address", "in", ["a"]),
    ("purchase.attributes.address", "contains", "city"),
    ("purchase.attributes.absent", "ne", "a"),
]


@pytest.mark.parametrize(("field", "op", "value"), TRUE_LEAVES)
def test_a_comparison_holds(field, op, value):
    assert holds(leaf(field, op, value))


@pytest.mark.parametrize(("field", "op", "value"), FALSE_LEAVES)
def test_a_comparison_does_not_hold(field, op, value):
    assert not holds(leaf(field, op, value))


@pytest.mark.parametrize(
    ("field", "op", "value"), [row for row in TRUE_LEAVES + FALSE_LEAVES if row[1] != "exists"]
)
def test_every_comparison_with_a_missing_or_null_fact_is_false(field, op, value):
    assert not holds(leaf(field, op, value), {})
    assert not holds(leaf(field, op, value), {field: None})
    assert not holds(leaf(field, op, value), {"purchase.attributes": {}})


def test_not_turns_the_false_of_a_missing_fact_into_true():
    assert holds({"not": leaf("purchase.channel", "eq", "web")}, {})


@pytest.mark.parametrize(
    ("quantifier", "value", "expected"),
    [
        ("some", "6", True),
        ("some", "8", False),
        ("every", "5", True),
        ("every", "6", False),
        ("none", "8", True),
        ("none", "6", False),
    ],
)
def test_a_quantifier_asks_the_elements(quantifier, value, expected):
    raw = {quantifier: LINES, "where": leaf("amount", "gte", value)}

    assert holds(raw) is expected


@pytest.mark.parametrize("facts", [{}, {LINES: None}, {LINES: []}])
@pytest.mark.parametrize(
    ("quantifier", "expected"), [("some", False), ("every", False), ("none", True)]
)
def test_a_missing_collection_is_an_empty_one(quantifier, expected, facts):
    assert holds({quantifier: LINES, "where": leaf("sku", "eq", "A")}, facts) is expected


def test_a_condition_on_one_element_is_read_inside_its_collection():
    condition = parse(leaf("sku", "eq", "A"), FIELDS, collection=LINES)

    assert compile_condition(condition)({"sku": "A"})
    with pytest.raises(ConditionError, match="Unknown field"):
        parse(leaf("member.level", "eq", 1), FIELDS, collection=LINES)


def nested(depth: int) -> dict[str, object]:
    raw: dict[str, object] = leaf("member.level", "eq", 1)
    for _ in range(depth - 1):
        raw = {"not": raw}
    return raw


GOOD = leaf("purchase.amount", "gte", "1")
REFUSED = [
    ([], "", "object"),
    ({}, "", "opens 0 ways"),
    ({"all": [GOOD], "any": [GOOD]}, "", "opens 2 ways"),
    ({"all": []}, "/all", "list"),
    ({"all": {"a": 1}}, "/all", "list"),
    ({"all": [GOOD], "note": "x"}, "/note", "Unknown member"),
    ({"all": [GOOD], "a/b~": 1}, "/a~1b~0", "Unknown member"),
    ({"all": [GOOD, {**GOOD, "value": "x"}]}, "/all/1/value", "decimal"),
    ({"not": {"any": [leaf("nope", "eq", 1)]}}, "/not/any/0/field", "Unknown field nope"),
    (leaf("purchase.amuont", "eq", "1"), "/field", "Did you mean purchase.amount?"),
    (leaf("purchase.attributes", "eq", "1"), "/field", "Unknown field"),
    (leaf("purchase.attributes.", "eq", "1"), "/field", "Unknown field"),
    (leaf("sku", "eq", "A"), "/field", "Unknown field"),
    (leaf("purchase.amount", "contains", "1"), "/op", "Use one of between"),
    (leaf("purchase.amount", ">=", "1"), "/op", "gte"),
    (leaf("purchase.amount", ["eq"], "1"), "/op", "gte"),
    ({"field": "purchase.amount", "op": "eq"}, "", "value is missing"),
    (leaf("purchase.amount", "eq", 50.5), "/value", 'as a text: "50.5"'),
    (leaf("purchase.amount", "eq", 50.0), "/value", "float"),
    (leaf("purchase.amount", "eq", True), "/value", "decimal"),
    (leaf("purchase.amount", "eq", "1e5"), "/value", "decimal"),
    (leaf("purchase.amount", "eq", "٣"), "/value", "decimal"),
    (leaf("purchase.amount", "eq", Decimal("NaN")), "/value", "decimal"),
    (leaf("purchase.amount", "eq", Decimal("1E+500000")), "/value", "decimal"),
    (leaf("purchase.amount", "eq", 10**19), "/value", "decimal"),
    (leaf("purchase.amount", "in", []), "/value", "list"),
    (leaf("purchase.amount", "in", "1"), "/value", "list"),
    (leaf("purchase.amount", "in", ["1"] * 1001), "/value", "1000"),
    (leaf("purchase.amount", "in", ["1", "x"]), "/value/1", "decimal"),
    (leaf("purchase.amount", "between", ["2", "1"]), "/value", "lower"),
    (leaf("purchase.amount", "between", ["2"]), "/value", "two ends"),
    (leaf("purchase.amount", "exists", "yes"), "/value", "boolean"),
    (leaf("purchase.channel", "eq", "a\x00"), "/value", "null byte"),
    (leaf("purchase.channel", "eq", "\ud800"), "/value", "surrogate"),
    (leaf("purchase.channel", "eq", "a\x1b[2J"), "/value", "U+001B"),
    (leaf("purchase.channel", "eq", "a" * 501), "/value", "too long"),
    (leaf("purchase.channel", "eq", None), "/value", "text"),
    (leaf("purchase.first", "eq", "true"), "/value", "boolean"),
    (leaf("member.level", "eq", "1"), "/value", "whole number"),
    (leaf("member.level", "eq", 2**63), "/value", "whole number"),
    (leaf("member.status", "eq", "gone"), "/value", "active, blocked"),
    (leaf("member.status", "eq", ["active"]), "/value", "active, blocked"),
    (leaf("member.birthday", "eq", "2026-02-30"), "/value", "date"),
    (leaf("member.birthday", "eq", "20260228"), "/value", "date"),
    (leaf("member.joined_at", "eq", "2026-01-01T00:00:00"), "/value", "moment"),
    (leaf("member.joined_at", "eq", "0001-01-01T00:00:00+10:00"), "/value", "moment"),
    (leaf("purchase.attributes.size", "gte", "big"), "/value", "decimal"),
    (leaf("purchase.attributes.size", "eq", 1.5), "/value", "whole number"),
    ({"some": "lines", "where": GOOD}, "/some", LINES),
    ({"some": LINES}, "", "where is missing"),
    ({"some": LINES, "where": GOOD}, "/where/field", "Known are sku, amount"),
    (
        {"some": LINES, "where": {"none": LINES, "where": leaf("sku", "eq", "A")}},
        "/where",
        "do not nest",
    ),
    ({"any": [GOOD] * 101}, "/any/100", "Too many"),
    (nested(9), "/not" * 8, "deeply"),
]


@pytest.mark.parametrize(("raw", "pointer", "words"), REFUSED)
def test_a_bad_condition_is_refused_with_place_and_remedy(raw, pointer, words):
    with pytest.raises(ConditionError) as caught:
        parse(raw, FIELDS)

    assert caught.value.pointer == pointer
    assert words in str(caught.value)


def test_the_deepest_and_the_widest_allowed_are_accepted():
    assert isinstance(parse(nested(8), FIELDS), Not)
    assert isinstance(parse({"any": [GOOD] * 100}, FIELDS), AnyOf)


def test_a_field_can_be_registered_only_once():
    with pytest.raises(ValueError, match="already"):
        Fields(Field("a", Kind.TEXT, "A"), Field("a", Kind.TEXT, "A"))


def test_fields_of_names_the_facts_to_load():
    raw = {
        "all": [
            GOOD,
            {"not": leaf("purchase.attributes.gift", "eq", True)},
            {"any": [{"some": LINES, "where": leaf("sku", "eq", "A")}]},
        ]
    }

    assert fields_of(parse(raw, FIELDS)) == {"purchase.amount", "purchase.attributes", LINES}


EXPLAINED = [
    (leaf("purchase.amount", "gte", "50.00"), ["purchase.amount 12.00 is not at least 50.00"]),
    (leaf("purchase.channel", "in", ["a", "b"]), ["purchase.channel web is not one of a, b"]),
    (leaf("purchase.first", "eq", False), ["purchase.first true is not false"]),
    (leaf("purchase.channel", "exists", False), ["purchase.channel is present"]),
    (leaf("purchase.attributes.nope", "eq", "a"), ["purchase.attributes.nope is missing"]),
    (leaf("purchase.attributes.count", "eq", 2), ["purchase.attributes.count 1 is not 2"]),
    (
        leaf("purchase.amount", "between", ["1", "2"]),
        ["purchase.amount 12.00 is not between 1 and 2"],
    ),
    (
        leaf("purchase.channel", "in", list("abcdefg")),
        ["purchase.channel web is not one of a, b, c, d, e and 2 more"],
    ),
    (leaf("member.birthday", "gt", "2000-01-01"), ["member.birthday is not more than 2000-01-01"]),
    (
        leaf("member.joined_at", "lt", "2025-01-01T00:00:00Z"),
        ["member.joined_at 2026-01-01T00:00:00+00:00 is not less than 2025-01-01T00:00:00+00:00"],
    ),
    (
        {"all": [GOOD, leaf("member.level", "eq", 3), leaf("member.tags", "contains", "x")]},
        ["member.level 2 is not 3", "member.tags vip, early does not contain x"],
    ),
    (
        {"not": {"all": [GOOD, leaf("member.level", "exists", True)]}},
        ["it must not be that purchase.amount is at least 1 and member.level is present"],
    ),
    (
        {"some": LINES, "where": leaf("sku", "eq", "Z")},
        ["purchase.lines has no element where sku is Z"],
    ),
    (
        {"every": LINES, "where": leaf("sku", "eq", "A")},
        ["purchase.lines has an element not where sku is A"],
    ),
    (
        {"none": LINES, "where": leaf("sku", "eq", "A")},
        ["purchase.lines has an element where sku is A"],
    ),
    (GOOD, []),
]


@pytest.mark.parametrize(("raw", "words"), EXPLAINED)
def test_a_no_is_explained_in_words(raw, words):
    assert explain(parse(raw, FIELDS), FACTS) == words


def test_an_explanation_is_never_long():
    raw = {"any": [leaf("member.tags", "contains", "x" * 500)] * 100}

    reasons = explain(parse(raw, FIELDS), FACTS)

    assert len(reasons) == 5
    assert max(map(len, reasons)) == 300
    assert explain(parse({"every": LINES, "where": leaf("sku", "eq", "A")}, FIELDS), {}) == [
        "purchase.lines is empty"
    ]


def test_a_condition_is_described_for_people():
    raw = {
        "all": [
            {"any": [GOOD, leaf("member.level", "eq", 3)]},
            {"not": leaf("member.level", "exists", False)},
            {"some": LINES, "where": leaf("sku", "eq", "A")},
        ]
    }

    assert describe(parse(raw, FIELDS)) == (
        "(purchase.amount is at least 1 or member.level is 3) and not (member.level is missing)"
        " and some of purchase.lines has (sku is A)"
    )


decimals = st.decimals(min_value=-50, max_value=50, places=2)
leaves = st.one_of(
    st.builds(
        leaf,
        st.sampled_from(["purchase.amount", "purchase.quantity"]),
        st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]),
        decimals,
    ),
    st.builds(leaf, st.just("purchase.amount"), st.just("in"), st.lists(decimals, min_size=1)),
    st.builds(leaf, st.just("purchase.channel"), st.just("exists"), st.booleans()),
    st.builds(
        leaf,
        st.just("member.joined_at"),
        st.just("lt"),
        st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    ),
    st.builds(leaf, st.just("purchase.attributes.k"), st.just("eq"), st.sampled_from([1, "1"])),
    st.builds(
        lambda quantifier, value: {quantifier: LINES, "where": leaf("amount", "gt", value)},
        st.sampled_from(["some", "every", "none"]),
        decimals,
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)


def parse_unless_too_deep(raw: object) -> Condition | None:
    try:
        return parse(raw, FIELDS)
    except ConditionError:
        return None


conditions = trees.map(parse_unless_too_deep).filter(lambda condition: condition is not None)
facts_of_event = st.fixed_dictionaries(
    {},
    optional={
        "purchase.amount": decimals,
        "purchase.quantity": st.one_of(st.none(), decimals),
        "purchase.channel": st.sampled_from([None, "web"]),
        "member.joined_at": st.datetimes(timezones=st.just(UTC)),
        "purchase.attributes": st.fixed_dictionaries({}, optional={"k": st.sampled_from([1, "1"])}),
        LINES: st.lists(st.fixed_dictionaries({"amount": decimals}), max_size=3),
    },
)


@given(conditions)
def test_what_was_written_is_read_back(condition):
    assert parse(to_json(condition), FIELDS) == condition


@given(conditions, facts_of_event)
def test_the_laws_of_logic_hold_also_where_facts_are_missing(condition, facts):
    answer = compile_condition(condition)(facts)
    negated = compile_condition(Not(condition))(facts)

    assert negated is not answer
    assert compile_condition(Not(Not(condition)))(facts) is answer
    assert bool(explain(condition, facts)) is not answer


@given(st.lists(conditions, min_size=1, max_size=3), facts_of_event)
def test_de_morgan(parts, facts):
    negations = tuple(Not(part) for part in parts)

    neither = compile_condition(Not(AnyOf(tuple(parts))))(facts)
    not_both = compile_condition(Not(AllOf(tuple(parts))))(facts)

    assert neither is compile_condition(AllOf(negations))(facts)
    assert not_both is compile_condition(AnyOf(negations))(facts)


@given(facts_of_event, decimals)
def test_none_is_the_opposite_of_some(facts, value):
    where = Leaf(Field("amount", Kind.MONEY, "", collection=LINES), Op.GT, value)

    some = compile_condition(Each("some", LINES, where))(facts)

    assert compile_condition(Each("none", LINES, where))(facts) is not some
