"""Pure: what goes back of a purchase by a refund that names lines, and what is back by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from laurels.kit.errors import refused
from laurels.kit.values.money import require_amount, scale

from .errors import PurchaseInvalid, RefundExceedsPurchase

QUANTITY_PLACES = 4
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """A line that goes back, by its place from 1 or by its sku.

    Without a quantity and an amount all that is left of it; with an amount alone the price of it
    is lowered and nothing is brought back; with a quantity alone its share of the amount.
    """

    line: int | None = None
    sku: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """A line of a purchase, and how much of it is back."""

    sku: str | None
    quantity: Decimal
    amount: Decimal
    back_quantity: Decimal = NOTHING
    back_amount: Decimal = NOTHING
    tax: Decimal = NOTHING

    @property
    def left_quantity(self) -> Decimal:
        """How many can still go back."""
        return self.quantity - self.back_quantity

    @property
    def left_amount(self) -> Decimal:
        """How much of its amount can still go back."""
        return self.amount - self.back_amount


@dataclass(frozen=True, slots=True)
class Returned:
    """How much of a purchase is back: money by refunds that named lines and by those that did not.

    `tax` is what `paid` contains of it. `whole`: all of it, so that nothing it earned is left.
    """

    paid: Decimal
    by_line: Decimal = NOTHING
    by_share: Decimal = NOTHING
    tax: Decimal = NOTHING
    lines: Mapping[int, LineState] = field(default_factory=dict[int, LineState])
    whole: bool = False

    @property
    def money(self) -> Decimal:
        """What went back in all."""
        return self.by_line + self.by_share

    def after(self, amount: Decimal, parts: Sequence[dict[str, Any]]) -> "Returned":
        """Return how much is back once this refund is booked as well."""
        if not parts:
            shared = self.by_share + amount
            return replace(self, by_share=shared, whole=self.by_line + shared == self.paid)
        lines = dict(self.lines)
        for part in parts:
            state = lines[part["line"]]
            lines[part["line"]] = replace(
                state,
                back_quantity=state.back_quantity + Decimal(part["quantity"]),
                back_amount=state.back_amount + Decimal(part["amount"]),
            )
        named = self.by_line + amount
        whole = named + self.by_share == self.paid
        if not self.paid:
            whole = all(line.left_quantity <= 0 for line in lines.values())
        return replace(self, by_line=named, lines=lines, whole=whole)


def resolve(sent: Sequence[RefundLine], returned: Returned, currency: str) -> list[dict[str, Any]]:
    """Return the lines that go back as they are kept: place, quantity and amount of each.

    Raise PurchaseInvalid or RefundExceedsPurchase, naming the line and the remedy.
    """
    resolved: dict[int, dict[str, Any]] = {}
    for number, refund_line in enumerate(sent):
        place = f"lines.{number}"
        line = _find(refund_line, returned.lines, place)
        if line in resolved:
            raise refused(PurchaseInvalid, place, f"names line {line} again; name each line once")
        quantity, amount = _part(refund_line, returned.lines[line], currency, place)
        resolved[line] = {"line": line, "quantity": f"{quantity:f}", "amount": f"{amount:f}"}
    return [resolved[line] for line in sorted(resolved)]


def _find(refund_line: RefundLine, lines: Mapping[int, LineState], place: str) -> int:
    if refund_line.line is not None:
        if refund_line.line not in lines:
            words = f"the purchase has {len(lines)} lines, counted from 1"
            raise refused(PurchaseInvalid, f"{place}.line", words)
        return refund_line.line
    of_sku = [line for line, state in lines.items() if state.sku == refund_line.sku]
    if len(of_sku) != 1:
        words = f"{len(of_sku) or 'no'} lines of the purchase have this sku; name one by `line`"
        raise refused(PurchaseInvalid, f"{place}.sku", words)
    return of_sku[0]


def _part(
    refund_line: RefundLine, state: LineState, currency: str, place: str
) -> tuple[Decimal, Decimal]:
    """Return how many and how much of a line go back."""
    if state.quantity < 0:
        raise refused(PurchaseInvalid, place, "is itself a return and cannot be refunded")
    if refund_line.quantity is None and refund_line.amount is None:
        if not state.left_quantity and not state.left_amount:
            raise refused(RefundExceedsPurchase, place, "has already been refunded in full")
        return state.left_quantity, state.left_amount
    quantity = refund_line.quantity or NOTHING
    if quantity < 0 or quantity != round(quantity, QUANTITY_PLACES):
        words = f"is not a number above 0 with at most {QUANTITY_PLACES} decimal places"
        raise refused(PurchaseInvalid, f"{place}.quantity", words)
    if quantity > state.left_quantity:
        words = f"exceeds the {state.left_quantity.normalize():f} left on this line"
        raise refused(RefundExceedsPurchase, f"{place}.quantity", words)
    if refund_line.amount is None and quantity:
        return quantity, _share(state, quantity, currency)
    amount = require_amount(
        refund_line.amount or NOTHING, currency, field=f"{place}.amount", error=PurchaseInvalid
    )
    if amount > state.left_amount:
        words = f"exceeds the {state.left_amount.normalize():f} left on this line"
        raise refused(RefundExceedsPurchase, f"{place}.amount", words)
    if not amount and not quantity:
        raise refused(PurchaseInvalid, place, "refunds nothing; leave the line out")
    return quantity, amount


def _share(state: LineState, quantity: Decimal, currency: str) -> Decimal:
    """Return what so many cost; the last of a line cost what is left of it."""
    if quantity == state.left_quantity:
        return state.left_amount
    exact = _WIDE.divide(_WIDE.multiply(state.amount, quantity), state.quantity)
    return min(_WIDE.quantize(exact, Decimal(1).scaleb(-scale(currency))), state.left_amount)


def money_of(parts: Sequence[dict[str, Any]], returned: Returned, currency: str) -> Decimal:
    """Return what the buyer gets for these lines, where nobody says: what they paid for them.

    Where the lines are worth more than was paid, each was paid for in proportion. With the last
    line goes all that is left.
    """
    left = returned.paid - returned.money
    worth = sum((line.amount for line in returned.lines.values()), NOTHING)
    named = sum((Decimal(part["amount"]) for part in parts), NOTHING)
    if worth <= returned.paid:
        return min(named, left)
    after = returned.after(NOTHING, parts)
    if all(line.left_amount <= 0 for line in after.lines.values()):
        return left
    exact = _WIDE.divide(_WIDE.multiply(named, returned.paid), worth)
    return min(_WIDE.quantize(exact, Decimal(1).scaleb(-scale(currency))), left)


def same_lines(
    sent: Sequence[RefundLine], kept: Sequence[Mapping[str, Any]], lines: Mapping[int, LineState]
) -> bool:
    """Tell whether a repeat names the lines that were booked; what it leaves open is as it was."""
    if len(sent) != len(kept):
        return False
    by_line = {part["line"]: part for part in kept}
    for refund_line in sent:
        of_sku = [line for line, state in lines.items() if state.sku == refund_line.sku]
        line = (
            refund_line.line
            if refund_line.line is not None
            else (of_sku[0] if len(of_sku) == 1 else 0)
        )
        part = by_line.get(line)
        if part is None:
            return False
        if refund_line.quantity is not None and refund_line.quantity != Decimal(part["quantity"]):
            return False
        if refund_line.amount is not None and refund_line.amount != Decimal(part["amount"]):
            return False
    return True
