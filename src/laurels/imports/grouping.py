"""Files with a row for each line of an order: rows that follow each other become one order.

Tills and shops export their orders so. Rows of one order stand together, so no more than one order
is in memory; only a short fingerprint is kept of those that came before.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from .lines import MAX_LINES
from .reading import BadLine, Row

SAMPLE = 5_000
"""Rows at the head of a file that are looked through for the signs of a file of lines."""
SUSPICIOUS_SHARE, SUSPICIOUS_ROWS = 0.1, 10
"""More rows than this repeat a number of an order with another amount: they are its lines."""


@dataclass(slots=True)
class OrderRows(Row):
    """The rows of one order; `line` and `values` are those of the first."""

    rows: list[Row] = field(default_factory=list[Row])


def rows_of(row: Row) -> list[Row]:
    """Return the rows of an order; any other row stands for itself."""
    return row.rows if isinstance(row, OrderRows) else [row]


def group(rows: Iterator[Row], place: int) -> Iterator[Row]:
    """Return orders, and bad lines as they are.

    What stands beside a bad line may lack a line that could not be read, so it is bad as well: an
    order is booked whole or not at all.
    """
    seen: set[bytes] = set()
    current: list[Row] = []
    after_bad = False
    for row in rows:
        if isinstance(row, BadLine):
            if current:
                yield _incomplete(current)
                current = []
            after_bad = True
            yield row
            continue
        if current and row.values[place].strip() != current[0].values[place].strip():
            yield _incomplete(current) if after_bad else _order(current, place, seen)
            current, after_bad = [], False
        current.append(row)
    if current:
        yield _incomplete(current) if after_bad else _order(current, place, seen)


def _order(rows: list[Row], place: int, seen: set[bytes]) -> Row:
    number = rows[0].values[place].strip()
    if len(rows) > MAX_LINES:
        return _bad(rows, "too_many_lines", f"has {len(rows):,} lines; at most {MAX_LINES}")
    mark = hashlib.blake2b(number.encode(), digest_size=8).digest()
    if number and mark in seen:
        msg = f"the rows of `{number[:60]}` are not adjacent; sort the file by that column"
        return _bad(rows, "order_torn_apart", msg)
    seen.add(mark)
    return OrderRows(rows[0].line, rows[0].values, rows)


def _incomplete(rows: list[Row]) -> Row:
    msg = "a row next to it could not be read and may belong to it; fix that row, then import both"
    return _bad(rows, "order_incomplete", msg)


def _bad(rows: list[Row], code: str, message: str) -> BadLine:
    return BadLine(rows[0].line, rows[0].values, code, message, rows=rows)


def looks_like_lines(rows: list[Row], place: int, amount: int) -> tuple[int, int] | None:
    """Return how many numbers came how often, if these rows look like the lines of orders.

    The same number with the same amount is a repeat, or an order whose state has changed.
    """
    first: dict[str, str] = {}
    repeats = 0
    for row in rows:
        number, paid = row.values[place].strip(), row.values[amount].strip()
        repeats += bool(number) and first.setdefault(number, paid) != paid
    some = max(SUSPICIOUS_SHARE * len(rows), SUSPICIOUS_ROWS)
    return (len(first), len(rows)) if repeats > some else None
