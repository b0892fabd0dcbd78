"""The engine: examples of the four systems, contests, caps, windows, reasons, and its laws."""

import json
import math
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.earning.engine import add_usage, evaluate
from laurels.earning.facts import FIELDS, LINES, member_facts, moment_facts, purchase_facts
from laurels.earning.plan import compile_plan
from laurels.earning.rules import (
    MAX_POINTS,
    Cap,
    Fixed,
    Multiplier,
    PerUnit,
    PointsPerMoney,
    Rule,
    period_keys,
)
from laurels.kit.conditions import parse

BOUGHT = "purchase.completed"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROGRAM, COINS = UUID(int=900), UUID(int=901)


def make_rule(number=1, award=None, **more):
    more.setdefault("name", f"Rule {number}")
    more.setdefault("trigger", BOUGHT)
    if "condition" in more:
        more["condition"] = parse(more["condition"], FIELDS)
    award = award if award is not None else PointsPerMoney(Decimal(1))
    return Rule(id=UUID(int=number), version=1, award=award, **more)


def per_money(rate, lines=None):
    return PointsPerMoney(Decimal(rate), lines and parse(lines, FIELDS, LINES))


def twice(number=2, factor="2", **more):
    return make_rule(number, Multiplier(Decimal(factor)), **more)


def buy(amount, moment=NOON, tier=None, quantity=None, **more):
    facts = purchase_facts(amount=Decimal(amount), currency="USD", **more)
    if quantity is not None:
        facts["purchase.quantity"] = quantity
    facts |= moment_facts(moment, moment)
    if tier is not None:
        facts |= member_facts(tier_multiplier=Decimal(tier))
    return facts


def walk(steps, moment=NOON):
    return {"activity.value": steps, **moment_facts(moment, moment)}


def judge(rules, facts, usage=None, trigger=BOUGHT):
    plan = compile_plan(rules, default_program_id=PROGRAM, spell_id=lambda rule: str(rule.int))
    return evaluate(trigger, facts, plan, usage or {})


def reasons(award):
    return {row["rule"]: row["why"] for row in award.explanation().get("skipped", [])}


@pytest.mark.parametrize(
    ("rate", "amount", "tier", "points"),
    [
        ("1.00", "75.90", None, 75),
        ("1", "0.99", None, 0),
        ("1", "12.50", None, 12),
        ("2.00", "25.50", None, 51),
        ("1", "100", "1.25", 125),
        ("1", "100", "2.00", 200),
        ("1", "0.99", "2", 1),
        ("1", "22", "1.00", 22),
        ("0.1", "0.30", None, 0),
        ("0.01", "1099.99", None, 10),
        ("1.1", "10", None, 11),
        ("1", "0", None, 0),
        ("1", "-5.00", None, 0),
        ("1", "-5.00", "2", 0),
        ("1", "100", "0", 0),
    ],
)
def test_points_per_money_are_floored_once(rate, amount, tier, points):
    assert judge([make_rule(award=per_money(rate))], buy(amount, tier=tier)).points == points


LARGE = {"field": "purchase.amount", "op": "gte", "value": "100.00"}


@pytest.mark.parametrize("extra", [per_money("0.10"), Multiplier(Decimal("1.10"))])
def test_large_orders_earn_ten_percent_more(extra):
    rules = [make_rule(), make_rule(2, extra, condition=LARGE)]

    assert judge(rules, buy("150")).points == 165
    assert judge(rules, buy("99.99")).points == 99


def test_a_category_earns_extra_on_its_lines():
    books = {"field": "category", "op": "eq", "value": "books"}
    lines = [
        {"category": "books", "amount": Decimal("20.50"), "quantity": Decimal(2)},
        {"category": "books", "amount": Decimal("20.50"), "quantity": Decimal(1)},
        {"category": "toys", "amount": Decimal("59.00"), "quantity": Decimal(4)},
    ]
    counted = PerUnit(10, Decimal(2), "purchase.lines.quantity", parse(books, FIELDS, LINES))
    all_lines = PerUnit(1, Decimal(1), "purchase.lines.quantity")
    rules = [
        make_rule(1),
        make_rule(2, per_money("0.5", books)),
        make_rule(3, counted),
        make_rule(4, all_lines),
        make_rule(5, PerUnit(1, Decimal(1), "purchase.quantity")),
    ]

    award = judge(rules, buy("100.00", lines=lines))

    assert [effect.points for effect in award.effects] == [100, 20, 15, 7, 7]
    assert award.explanation()["fired"][1]["amount"] == "41.00"


def test_a_stamp_card_gives_one_per_visit():
    award = judge([make_rule(award=Fixed(1))], buy("3.20"))

    assert [(row.kind, row.points) for row in award.effects] == [("bonus", 1)]


def test_steps_give_a_coin_per_hundred_up_to_a_hundred_a_day():
    coin = PerUnit(1, Decimal(100), "activity.value")
    plan = compile_plan([make_rule(award=coin, trigger="steps.verified", caps=(Cap("day", 100),))])
    usage: dict[tuple[UUID, str], int] = {}
    paid = []
    for steps, day in [(99, 0), (8_999, 0), (2_000, 0), (500, 0), (500, 1)]:
        facts = walk(steps, NOON + timedelta(days=day))
        award = evaluate("steps.verified", facts, plan, usage)
        add_usage(usage, award)
        paid.append(award.points)

    assert paid == [0, 89, 11, 0, 5]
    assert usage == {
        (UUID(int=1), "day:2026-11-21"): 100,
        (UUID(int=1), "day:2026-11-22"): 5,
    }


def test_an_event_without_rules_earns_nothing():
    award = judge([make_rule()], {}, trigger="member.enrolled")

    assert award.effects == []
    assert award.explanation() == {"trigger": "member.enrolled", "points": 0, "fired": []}


def test_stacking_multipliers_and_the_tier_are_one_product():
    rules = [make_rule(), twice(2, "1.5"), twice(3, "1.1")]

    award = judge(rules, buy("9.99", tier="1.25"))

    assert award.points == math.floor(Fraction("9.99") * Fraction("2.0625"))
    assert [row["factor"] for row in award.explanation()["multipliers"]] == ["1.5", "1.1", "1.25"]


def test_bonuses_are_not_multiplied():
    rules = [make_rule(), twice(), make_rule(3, Fixed(50))]

    award = judge(rules, buy("10", tier="2"))

    assert [(row.kind, row.points) for row in award.effects] == [("earned", 40), ("bonus", 50)]


def test_a_multiplier_multiplies_its_own_program_only():
    rules = [make_rule(1), make_rule(2, program_id=COINS), twice(3, program_id=COINS)]

    award = judge(rules, buy("10"))

    assert {row.program_id: row.points for row in award.effects} == {PROGRAM: 10, COINS: 20}


def test_a_multiplier_without_points_to_multiply_is_told_so():
    award = judge([make_rule(1, Fixed(5)), twice()], buy("10"))

    assert award.points == 5
    assert award.explanation()["skipped"][0]["words"] == ["there are no points to multiply"]


def test_only_the_best_multiplier_of_a_group_counts():
    rules = [
        make_rule(),
        twice(2, "2", exclusion_group="campaign", priority=9),
        twice(3, "3", exclusion_group="campaign"),
        twice(4, "1.5"),
    ]

    award = judge(rules, buy("10"))

    assert award.points == 45
    assert award.explanation()["skipped"] == [
        {
            "rule": "2",
            "version": 1,
            "name": "Rule 2",
            "why": "exclusion_group",
            "words": ["Rule 3 is the best of campaign"],
        }
    ]


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ({"award": Fixed(5)}, {"award": Fixed(6)}, 2),
        ({"award": Fixed(6), "priority": 1}, {"award": Fixed(6), "priority": 2}, 2),
        ({"award": Fixed(6)}, {"award": Fixed(6)}, 1),
        ({"award": Fixed(25)}, {"award": per_money("1")}, 1),
        ({"award": Fixed(15)}, {"award": per_money("1")}, 2),
    ],
)
def test_the_best_of_a_group_has_most_points_then_priority_then_the_lowest_id(
    first, second, winner
):
    rules = [
        make_rule(1, exclusion_group="one", **first),
        make_rule(2, exclusion_group="one", **second),
    ]

    award = judge(rules, buy("10", tier="2"))

    assert [row.rule_id.int for row in award.effects] == [winner]


def test_double_points_or_a_fixed_bonus_whichever_is_better():
    rules = [
        make_rule(),
        twice(2, exclusion_group="offer"),
        make_rule(3, Fixed(30), exclusion_group="offer"),
    ]

    assert judge(rules, buy("20")).points == 50
    assert judge(rules, buy("40")).points == 80


def test_a_multiplier_does_not_shut_out_what_it_would_multiply():
    rules = [make_rule(1, exclusion_group="offer"), twice(2, exclusion_group="offer")]

    assert judge(rules, buy("20")).points == 20


def test_a_used_up_rule_leaves_its_group_to_the_next():
    rules = [
        make_rule(1, Fixed(50), exclusion_group="one", caps=(Cap("lifetime", 50),)),
        make_rule(2, Fixed(5), exclusion_group="one"),
    ]

    award = judge(rules, buy("1"), usage={(UUID(int=1), "lifetime"): 50})

    assert award.points == 5
    assert reasons(award) == {"1": "cap_reached"}


def test_an_exclusive_rule_shuts_out_all_others():
    rules = [
        make_rule(1, priority=100),
        twice(2),
        make_rule(3, Fixed(5), stacking="exclusive"),
    ]

    award = judge(rules, buy("10"))

    assert award.points == 5
    assert reasons(award) == {"1": "exclusive", "2": "exclusive"}
    assert award.explanation()["skipped"][0]["words"] == ["Rule 3 is exclusive"]


def test_of_exclusive_rules_the_highest_priority_wins():
    rules = [
        make_rule(1, Fixed(50), stacking="exclusive", priority=1),
        make_rule(2, Fixed(5), stacking="exclusive", priority=2),
        make_rule(3, Fixed(9), stacking="exclusive", priority=2),
    ]

    assert judge(rules, buy("10")).points == 9


def test_an_exclusive_multiplier_keeps_what_it_multiplies():
    rules = [make_rule(), twice(2, "3", stacking="exclusive"), twice(3), make_rule(4, Fixed(7))]

    award = judge(rules, buy("10"))

    assert award.points == 30
    assert reasons(award) == {"3": "exclusive", "4": "exclusive"}


def test_an_exclusive_rule_that_would_give_nothing_shuts_out_nobody():
    rules = [make_rule(1, per_money("0.01"), stacking="exclusive"), make_rule(2)]

    award = judge(rules, buy("10"))

    assert award.points == 10
    assert reasons(award) == {"1": "zero"}


@pytest.mark.parametrize(
    ("moment", "points", "words"),
    [
        (NOON - timedelta(microseconds=1), 0, "it starts at 2026-11-21T12:00:00+00:00"),
        (NOON, 10, None),
        (NOON + timedelta(hours=1, microseconds=-1), 10, None),
        (NOON + timedelta(hours=1), 0, "it ended at 2026-11-21T13:00:00+00:00"),
    ],
)
def test_a_window_is_half_open(moment, points, words):
    rules = [make_rule(starts_at=NOON, ends_at=NOON + timedelta(hours=1))]

    award = judge(rules, buy("10", moment))

    assert award.points == points
    if words:
        assert award.explanation()["skipped"][0]["why"] == "window"
        assert award.explanation()["skipped"][0]["words"] == [words]


def test_caps_of_day_and_month_are_counted_across_events():
    caps = (Cap("event", 40), Cap("day", 60), Cap("month", 100), Cap("lifetime", 130))
    plan = compile_plan([make_rule(caps=caps)])
    usage: dict[tuple[UUID, str], int] = {}
    paid = []
    for day in (0, 0, 0, 1, 1, 10, 11):
        award = evaluate(BOUGHT, buy("50", NOON + timedelta(days=day)), plan, usage)
        add_usage(usage, award)
        paid.append((award.points, award.fired[0].cut.key if award.fired else None))

    assert paid == [
        (40, "event"),
        (20, "day:2026-11-21"),
        (0, None),
        (40, "event"),
        (0, None),
        (30, "lifetime"),
        (0, None),
    ]
    assert usage[UUID(int=1), "month:2026-11"] == 100
    assert usage[UUID(int=1), "month:2026-12"] == 30


def test_a_cap_is_explained():
    rules = [make_rule(caps=(Cap("day", 100),))]
    key = (UUID(int=1), "day:2026-11-21")

    cut = judge(rules, buy("75"), usage={key: 90})
    used_up = judge(rules, buy("75"), usage={key: 100})

    assert cut.explanation()["fired"] == [
        {
            "rule": "1",
            "version": 1,
            "name": "Rule 1",
            "kind": "earned",
            "rate": "1",
            "raw": 75,
            "points": 10,
            "amount": "75",
            "capped": {"period": "day:2026-11-21", "cap": 100, "allowed": 10, "cut": 65},
        }
    ]
    assert used_up.explanation()["skipped"][0]["words"] == [
        "nothing is left of the 100 points for day:2026-11-21"
    ]


def test_a_lowered_cap_takes_nothing_back():
    award = judge([make_rule(caps=(Cap("lifetime", 5),))], buy("9"), {(UUID(int=1), "lifetime"): 9})

    assert award.points == 0
    assert award.consumed == {}


def test_the_plan_says_what_to_load():
    rules = [
        make_rule(1, caps=(Cap("event", 5), Cap("day", 5), Cap("lifetime", 9))),
        make_rule(
            2, Fixed(1), condition={"field": "member.segments", "op": "contains", "value": "a"}
        ),
        make_rule(3, Fixed(1), trigger="member.enrolled"),
    ]
    plan = compile_plan(rules)

    assert plan.usage_keys(BOUGHT, date(2026, 2, 3)) == [
        (UUID(int=1), "day:2026-02-03"),
        (UUID(int=1), "lifetime"),
    ]
    assert plan.facts(BOUGHT) == {
        "purchase.amount",
        "member.tier_multiplier",
        "event.local_date",
        "member.segments",
    }
    assert plan.facts("unknown") == frozenset()


def test_period_keys_are_named_by_the_local_day():
    assert dict(period_keys(date(2026, 11, 21))) == {
        "event": "event",
        "day": "day:2026-11-21",
        "month": "month:2026-11",
        "lifetime": "lifetime",
    }


def test_the_common_explanation_is_small():
    award = judge([make_rule(name="One per dollar")], buy("75.90"))

    assert award.explanation() == {
        "trigger": BOUGHT,
        "points": 75,
        "fired": [
            {
                "rule": "1",
                "version": 1,
                "name": "One per dollar",
                "kind": "earned",
                "rate": "1",
                "raw": 75,
                "points": 75,
                "amount": "75.90",
            }
        ],
    }


def test_every_rule_that_did_not_fire_says_why():
    rules = [
        make_rule(1, condition=LARGE),
        make_rule(2, PerUnit(1, Decimal(100), "activity.value")),
        make_rule(3, per_money("0.01")),
        make_rule(4, Fixed(3)),
    ]

    told = judge(rules, buy("12.00")).explanation()

    assert {row["rule"]: (row["why"], row["words"]) for row in told["skipped"]} == {
        "1": ("condition", ["purchase.amount 12.00 is not at least 100.00"]),
        "2": ("zero", ["activity.value is missing"]),
        "3": ("zero", ["purchase.amount 12.00 gives less than one point"]),
    }


def test_no_event_earns_more_than_a_json_reader_can_count():
    rules = [
        make_rule(1, per_money("1000000")),
        make_rule(2, Fixed(5)),
        twice(3, "1000"),
    ]

    award = judge(rules, buy("999999999999999.9999"))

    told = award.explanation()
    assert award.points == MAX_POINTS
    assert told["fired"][0]["capped"]["period"] == "limit"
    assert reasons(award) == {"2": "cap_reached"}


def test_a_rule_that_cannot_be_computed_is_refused():
    for award in (Multiplier(Decimal(0)), PerUnit(1, Decimal(0), "x"), per_money("0")):
        with pytest.raises(ValueError, match="more than 0"):
            make_rule(award=award)
    with pytest.raises(ValueError, match="cap"):
        twice(caps=(Cap("day", 1),))


money = st.decimals(min_value=-10, max_value=10**15, places=4)
factors = st.decimals(min_value="0.01", max_value=1000, places=6)
rates = st.decimals(min_value="0.00000001", max_value=10**6, places=8)


@given(money, rates, st.lists(factors, max_size=6), st.none() | factors)
def test_the_product_is_exact(amount, rate, multipliers, tier):
    rules = [make_rule(1, per_money(rate))]
    rules += [twice(number, factor) for number, factor in enumerate(multipliers, start=2)]

    award = judge(rules, buy(amount, tier=tier))

    exact = Fraction(amount) * Fraction(rate)
    for factor in [*multipliers, tier or 1]:
        exact *= Fraction(factor)
    assert award.points == min(max(math.floor(exact), 0), MAX_POINTS)


@given(
    st.decimals(min_value=0, max_value=10**9, places=4),
    st.integers(1, 10**9),
    st.decimals(min_value="0.00000001", max_value=10**9, places=8),
)
def test_units_are_counted_exactly(count, points, unit):
    award = judge(
        [make_rule(award=PerUnit(points, unit, "purchase.quantity"))], buy("1", quantity=count)
    )

    exact = Fraction(count) * points / Fraction(unit)
    assert award.points == min(math.floor(exact), MAX_POINTS)


some_awards = st.one_of(
    st.builds(per_money, st.sampled_from(["0.01", "0.5", "1", "3"])),
    st.builds(Fixed, st.integers(1, 60)),
    st.builds(PerUnit, st.integers(1, 9), st.just(Decimal(3)), st.just("purchase.quantity")),
    st.builds(Multiplier, st.sampled_from([Decimal("0.5"), Decimal("1.5"), Decimal(2)])),
)


@st.composite
def rule_sets(draw):
    rules = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        award = draw(some_awards)
        caps = st.lists(
            st.builds(
                Cap, st.sampled_from(["event", "day", "month", "lifetime"]), st.integers(1, 80)
            ),
            max_size=2,
            unique_by=lambda cap: cap.period,
        )
        rules.append(
            make_rule(
                number,
                award,
                priority=draw(st.integers(0, 2)),
                caps=() if isinstance(award, Multiplier) else tuple(draw(caps)),
                stacking=draw(st.sampled_from(["stack", "stack", "stack", "exclusive"])),
                exclusion_group=draw(st.sampled_from([None, None, "a", "b"])),
                program_id=draw(st.sampled_from([None, COINS])),
            )
        )
    return rules


events = st.lists(
    st.builds(
        lambda amount, day, quantity, tier: buy(
            amount, NOON + timedelta(days=day), quantity=quantity, tier=tier
        ),
        st.decimals(min_value=-5, max_value=200, places=2),
        st.integers(0, 12),
        st.none() | st.integers(-2, 30),
        st.sampled_from([None, "1", "1.25", "0.1"]),
    ),
    min_size=1,
    max_size=6,
)


@given(rule_sets(), events)
def test_caps_hold_and_every_rule_is_accounted_for(rules, happened):
    plan = compile_plan(rules)
    caps = {(rule.id, cap.period): cap.points for rule in rules for cap in rule.caps}
    usage: dict[tuple[UUID, str], int] = {}
    paid: dict[tuple[UUID, str], int] = {}
    for facts in happened:
        award = evaluate(BOUGHT, facts, plan, usage)
        add_usage(usage, award)
        told = json.loads(json.dumps(award.explanation()))

        assert all(effect.points > 0 for effect in award.effects)
        assert award.points == sum(effect.points for effect in award.effects)
        seen = [*award.fired, *award.skipped]
        assert len(seen) + len(award.multipliers) == len(rules)
        assert all(row["words"] for row in told.get("skipped", []))
        groups = [row.step.rule.exclusion_group for row in award.fired]
        groups += [step.rule.exclusion_group for step in award.multipliers]
        for group in ("a", "b"):
            assert groups.count(group) <= 1
        for effect in award.effects:
            assert effect.points <= caps.get((effect.rule_id, "event"), MAX_POINTS)
            for period, key in period_keys(facts["event.local_date"]).items():
                if period != "event" and (effect.rule_id, period) in caps:
                    paid[effect.rule_id, key] = paid.get((effect.rule_id, key), 0) + effect.points
                    assert paid[effect.rule_id, key] <= caps[effect.rule_id, period]
    assert paid == usage


@given(rule_sets(), events, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(rules, happened, chance: random.Random):
    shuffled = rules.copy()
    chance.shuffle(shuffled)

    for facts in happened:
        award, other = judge(rules, facts), judge(shuffled, facts)

        assert award.effects == other.effects
        assert award.explanation() == other.explanation()
