"""Pure: the tax that a purchase and its lines contain, as far as somebody said it.

Whoever knows the tax of lines says it line by line, and a line of which nothing is said has none.
Whoever knows one sum says that, and each line has its share of it. Where nobody says anything there
is no tax.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from laurels.kit.values.money import scale

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
NOTHING = Decimal(0)

Taxed = tuple[Decimal, Decimal | None]
"""An amount and the tax in it, None where nobody says."""


def taxes_of(whole: Taxed, lines: Sequence[Taxed], currency: str) -> tuple[Decimal, list[Decimal]]:
    """Return the tax in a purchase, and in each of its lines."""
    amount, tax = whole
    if amount < 0:
        # Goods that came back have the tax of goods that are bought, with the signs turned.
        tax, taxes = taxes_of(_turned(whole), [_turned(line) for line in lines], currency)
        return -tax, [-part for part in taxes]
    if any(tax_of_line is not None for _, tax_of_line in lines):
        taxes = [tax_of_line or NOTHING for _, tax_of_line in lines]
        return _summed(amount, lines, taxes, currency) if tax is None else tax, taxes
    if not tax:
        return NOTHING, [NOTHING] * len(lines)
    return tax, _spread(amount, tax, lines, currency)


def _turned(taxed: Taxed) -> Taxed:
    amount, tax = taxed
    return -amount, None if tax is None else -tax


def _summed(
    amount: Decimal, lines: Sequence[Taxed], taxes: Sequence[Decimal], currency: str
) -> Decimal:
    """Return the tax of a purchase whose lines say theirs.

    Where all lines together are worth more than what was paid, each was paid for in proportion.
    """
    tax = sum(taxes, NOTHING)
    worth = sum((cost for cost, _ in lines), NOTHING)
    if worth > amount:
        exact = _WIDE.divide(_WIDE.multiply(tax, amount), worth)
        tax = _WIDE.quantize(exact, Decimal(1).scaleb(-scale(currency)))
    return min(max(tax, NOTHING), amount)


def _spread(amount: Decimal, tax: Decimal, lines: Sequence[Taxed], currency: str) -> list[Decimal]:
    """Return what each line has of the tax of what was paid: as much of it as of the amount.

    In whole coins, and what is rounded off one line is in a later one: lines that are worth what
    was paid have all of the tax between them.
    """
    places = scale(currency)
    of_paid, of_tax = int(amount.scaleb(places)), int(tax.scaleb(places))
    shares: list[Decimal] = []
    worth = before = 0
    for cost, _ in lines:
        worth += int(cost.scaleb(places))
        # Rounded down also below zero, so that no line has more tax than it costs.
        after = worth * of_tax // of_paid
        shares.append(Decimal(after - before).scaleb(-places))
        before = after
    return shares
