"""The `lines` column: what was bought, as a JSON array in one cell."""

from decimal import Decimal
from typing import Any, cast

from laurels.kit.values.strict_json import read_json
from laurels.kit.values.text import check_key, check_line
from laurels.purchases import Line, RefundLine, amount_of_line

MAX_LINES = 500
_KEYS = frozenset({"sku", "name", "category", "quantity", "unit_price", "amount", "tax_amount"})
_KEYS_BACK = frozenset({"line", "sku", "quantity", "amount"})
_MAX_NUMBER = Decimal(10) ** 15
_PLACES = 4


def parse_lines(said: str, currency: str) -> list[Line]:
    """Return the lines of a purchase. Raise ValueError, with the position and the remedy."""
    items = _items(said, '[{"sku": "A1", "quantity": 2, "unit_price": 4.50}]')
    return [_line(item, f"line {number}", currency) for number, item in enumerate(items, start=1)]


def _items(said: str, sample: str) -> list[Any]:
    try:
        found = read_json(said)
    except ValueError as error:
        msg = f"is not JSON ({error}); write `{sample}`"
        raise ValueError(msg) from None
    if not isinstance(found, list):
        msg = "is not a JSON array; write `[…]`, even around a single line"
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for one kind of trouble
    items = cast("list[Any]", found)
    if len(items) > MAX_LINES:
        msg = f"has {len(items)} lines; at most {MAX_LINES}"
        raise ValueError(msg)
    return items


def parse_lines_back(said: str) -> list[RefundLine]:
    """Return the lines that a refund names. Raise ValueError, with the position and the remedy."""
    items = _items(said, '[{"sku": "A1", "quantity": 1}]')
    return [line_back_of(item, f"line {number}") for number, item in enumerate(items, start=1)]


def line_back_of(given: Any, place: str = "the line") -> RefundLine:
    """Return a line that a refund names, by `line` or `sku`. Raise ValueError."""
    if not isinstance(given, dict):
        msg = f'{place} is not an object; write `{{"sku": …, "quantity": …}}`'
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for one kind of trouble
    cells = cast("dict[str, Any]", given)
    if strange := cells.keys() - _KEYS_BACK:
        msg = f"{place} has unknown `{min(strange)[:40]}`; use {', '.join(sorted(_KEYS_BACK))}"
        raise ValueError(msg)
    number = cells.get("line")
    if (number is None) == (cells.get("sku") is None):
        msg = f"{place} needs either `line` (its place, from 1) or `sku`, not both"
        raise ValueError(msg)
    if number is not None:
        number = _number(number, f"{place}: line")
        if number != int(number) or not 1 <= number <= MAX_LINES:
            msg = f"{place}: line must be from 1 to {MAX_LINES}"
            raise ValueError(msg)
    quantity: Any = cells.get("quantity")
    amount: Any = cells.get("amount")
    return RefundLine(
        line=None if number is None else int(number),
        sku=_word(cells, "sku", 128, place),
        quantity=None if quantity is None else _number(quantity, f"{place}: quantity"),
        amount=None if amount is None else _number(amount, f"{place}: amount"),
    )


def line_of(given: dict[str, Any], currency: str) -> Line:
    """Return the line that one row of a file tells. Raise ValueError, with what is wrong."""
    return _line(given, "the line", currency)


def _line(item: Any, place: str, currency: str) -> Line:
    if not isinstance(item, dict):
        msg = f'{place} is not an object; write `{{"sku": …, "unit_price": …}}`'
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for one kind of trouble
    given = cast("dict[str, Any]", item)
    if strange := given.keys() - _KEYS:
        msg = f"{place} has unknown `{min(strange)[:40]}`; use {', '.join(sorted(_KEYS))}"
        raise ValueError(msg)
    quantity = _number(given.get("quantity", Decimal(1)), f"{place}: quantity", signed=True)
    if quantity == 0:
        msg = f"{place}: quantity is zero; leave the line out"
        raise ValueError(msg)
    if given.get("unit_price") is None:
        msg = f"{place} has no unit_price"
        raise ValueError(msg)
    price = _number(given["unit_price"], f"{place}: unit_price")
    amount, tax = given.get("amount"), given.get("tax_amount")
    return Line(
        quantity=quantity,
        unit_price=price,
        amount=amount_of_line(quantity, price, currency)
        if amount is None
        else _number(amount, f"{place}: amount", signed=True),
        tax_amount=None if tax is None else _number(tax, f"{place}: tax_amount", signed=True),
        sku=_word(given, "sku", 128, place),
        name=_word(given, "name", 200, place),
        category=_word(given, "category", 128, place),
    )


def _number(value: Any, place: str, *, signed: bool = False) -> Decimal:
    """Return a number; a signed one is below zero on a line that was brought back."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            value = Decimal(value)
        except ArithmeticError:
            value = None
    if not isinstance(value, Decimal) or not value.is_finite():
        msg = f"{place} is not a number; write it like 4.50"
        raise ValueError(msg)
    exponent = value.as_tuple().exponent
    fits = abs(value) < _MAX_NUMBER and (signed or value >= 0)
    if not fits or (isinstance(exponent, int) and exponent < -_PLACES):
        span = "between -10^15 and 10^15" if signed else "0 or more, below 10^15"
        msg = f"{place} must be {span}, with at most {_PLACES} decimal places"
        raise ValueError(msg)
    return value


def _word(given: dict[str, Any], name: str, longest: int, place: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    spelled = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    text = str(value) if spelled else ""
    if not 1 <= len(text) <= longest:
        msg = f"{place}: {name} must be a text of 1 to {longest} characters"
        raise ValueError(msg)
    try:
        return check_line(text) if name == "name" else check_key(text)
    except ValueError as error:
        msg = f"{place}: {name} {error}"
        raise ValueError(msg) from None
