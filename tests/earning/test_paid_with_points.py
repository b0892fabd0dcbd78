"""What rules count of a purchase of which a part was paid with points."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.earning import without_points
from laurels.earning.engine import evaluate
from laurels.earning.plan import compile_plan
from laurels.earning.rules import Fixed, PerUnit, PointsPerMoney

from .test_engine import buy, make_rule, per_money

TEA = {"category": "tea", "quantity": Decimal(2), "amount": Decimal(30), "net_amount": Decimal(27)}
CUP = {"category": "cup", "quantity": Decimal(1), "amount": Decimal(10), "net_amount": Decimal(9)}
OF_TEA = {"field": "category", "op": "eq", "value": "tea"}
LARGE = {"field": "purchase.amount", "op": "gte", "value": "40"}


def earn(*rules, value, amount="40", net="36", lines=(TEA, CUP)):
    """The points of the rules for a purchase of which so much was paid with points."""
    facts = buy(amount, net_amount=Decimal(net), lines=list(lines), quantity=3)
    facts |= without_points(facts, Decimal(value))
    return [
        effect.points
        for effect in evaluate("purchase.completed", facts, compile_plan(rules)).effects
    ]


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (make_rule(1, per_money("1")), 30),
        (make_rule(1, per_money("1.5")), 45),
        # A quarter was paid with points: 30.00 of tea count as 22.50.
        (make_rule(1, per_money("1", OF_TEA)), 22),
        (make_rule(1, PointsPerMoney(Decimal(1), base="net_amount")), 27),
        (make_rule(1, PerUnit(1, Decimal(10), "purchase.amount")), 3),
        (make_rule(1, PerUnit(1, Decimal(10), "purchase.net_amount")), 2),
        # What was bought was bought, and conditions see all of it.
        (make_rule(1, PerUnit(1, Decimal(1), "purchase.quantity")), 3),
        (make_rule(1, Fixed(50), condition=LARGE), 50),
    ],
)
def test_a_quarter_of_it_was_paid_with_points(rule, points):
    assert earn(rule, value="10") == [points]


def test_lines_that_are_less_than_was_paid_lose_their_share_too():
    # 10.00 of the 40.00 are for shipping, which is no line.
    assert earn(make_rule(1, per_money("1", OF_TEA)), value="20", lines=(TEA,)) == [15]


cents = st.integers(1, 100_000)


@given(cents, st.data())
def test_what_is_counted_is_what_was_not_paid_with_points(amount, data):
    value = data.draw(st.integers(0, amount))
    net = data.draw(st.integers(0, amount))
    facts = buy(Decimal(amount).scaleb(-2), net_amount=Decimal(net).scaleb(-2))

    more = without_points(facts, Decimal(value).scaleb(-2))

    assert more["purchase.counted_amount"] == Decimal(amount - value).scaleb(-2)
    exact = Fraction(net * (amount - value), amount * 100)
    assert 0 <= exact - Fraction(more["purchase.counted_net_amount"]) < Fraction(1, 10_000)
