"""Pure: how many points of an award are back once so much of its purchase went back.

A rule that counted lines (a category, bottles, all but the shipping) loses what those lines were of
all that it counted: money of lines for points per money, quantities for points per unit. What goes
back without naming lines is a share of all that was not named. Whatever counted the purchase as a
whole loses the share of the money.

With P points for lines that weigh W, of which N were named; U paid back without lines, of A paid
less M paid back by lines:   floor(P * (N + (W - N) * U / (A - M)) / W)

The order of refunds does not matter, parts add up to the whole, and when all is back, all is back.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from laurels.purchases import Returned


def back_by(effect: Mapping[str, Any], returned: Returned) -> int:
    """Return how many points of this effect of an award are back."""
    points: int = effect["points"]
    if returned.whole:
        return points
    share = _share_of_lines(effect, returned) if effect.get("lines") else None
    if share is None:
        share = _ratio(returned.money, returned.paid)
    return min(points, points * share.numerator // share.denominator)


def _share_of_lines(effect: Mapping[str, Any], returned: Returned) -> Fraction | None:
    """Return which part of what the effect counted is back, None where its lines weigh nothing."""
    by_money = effect["type"] == "earned"
    lines = [returned.lines[place] for place in effect["lines"] if place in returned.lines]
    weight = sum((Fraction(x.amount if by_money else x.quantity) for x in lines), Fraction(0))
    if weight <= 0:
        return None
    named = sum(
        (Fraction(x.back_amount if by_money else x.back_quantity) for x in lines), Fraction(0)
    )
    rest = _ratio(returned.by_share, returned.paid - returned.by_line)
    return min((named + max(weight - named, Fraction(0)) * rest) / weight, Fraction(1))


def _ratio(part: Any, whole: Any) -> Fraction:
    return Fraction(part) / Fraction(whole) if whole else Fraction(0)
