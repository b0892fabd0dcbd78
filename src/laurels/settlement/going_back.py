"""Pure: how many points of an award are back once so much of its purchase went back.

A rule that counted lines (a category, bottles, all but the shipping) loses what those lines were of
all that it counted: money of lines for points per money, quantities for points per unit. What goes
back without naming lines is a share of all that was not named. Whatever counted the purchase as a
whole loses the share of the money, and where it counted that net of tax, what the lines that went
back were of it: of what is taxed higher there is less to lose.

With P points for lines that weigh W, of which N were named; U paid back without lines, of A paid
less M paid back by lines:   floor(P * (N + (W - N) * U / (A - M)) / W)

The order of refunds does not matter, parts add up to the whole, and when all is back, all is back.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from laurels.purchases import LineState, Returned


def back_by(effect: Mapping[str, Any], returned: Returned) -> int:
    """Return how many points of this effect of an award are back."""
    points: int = effect["points"]
    if returned.whole:
        return points
    by_line = effect.get("lines") or _is_net(effect)
    share = _share_of_lines(effect, returned) if by_line else None
    if share is None:
        share = _ratio(returned.money, returned.paid)
    return min(points, points * share.numerator // share.denominator)


def _share_of_lines(effect: Mapping[str, Any], returned: Returned) -> Fraction | None:
    """Return which part of what the effect counted is back, None where its lines weigh nothing."""
    counted: Collection[int] = effect.get("lines") or returned.lines
    weights = [
        _weigh(effect, returned.lines[place]) for place in counted if place in returned.lines
    ]
    weight = sum((whole for whole, _ in weights), Fraction(0))
    if not effect.get("lines"):
        # Something of the purchase may be in no line.
        weight = max(weight, Fraction(returned.paid - returned.tax))
    if weight <= 0:
        return None
    named = sum((back for _, back in weights), Fraction(0))
    rest = _ratio(returned.by_share, returned.paid - returned.by_line)
    return min((named + max(weight - named, Fraction(0)) * rest) / weight, Fraction(1))


def _weigh(effect: Mapping[str, Any], line: LineState) -> tuple[Fraction, Fraction]:
    """Return what the effect counted of a line, and how much of that is back."""
    if effect["type"] != "earned":
        return Fraction(line.quantity), Fraction(line.back_quantity)
    amount, back = Fraction(line.amount), Fraction(line.back_amount)
    if not _is_net(effect):
        return amount, back
    net = amount - Fraction(line.tax)
    return net, net * _ratio(back, amount)


def _is_net(effect: Mapping[str, Any]) -> bool:
    return effect.get("base") == "net_amount"


def _ratio(part: Any, whole: Any) -> Fraction:
    return Fraction(part) / Fraction(whole) if whole else Fraction(0)
