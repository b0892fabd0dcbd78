"""How a file writes numbers and dates, put into the one way in which rows are read.

Files of shops and spreadsheets write `1.234,50` and `31.12.2025`. Which of two ways is meant cannot
be seen in `1,234` or `03/04/2025`, so nothing is guessed: whoever imports says it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .errors import RowInvalid

DateOrder = Literal["iso", "day-first", "month-first"]

NUMBERS = frozenset("amount tax_amount quantity unit_price line_amount line_tax_amount".split())
MOMENTS = frozenset(
    """
    occurred_at birthday last_login_at enrolled_at earned_at matures_at expires_at starts_at ends_at
    """.split()
)

_COMMA = re.compile(r"(-?)([0-9]{1,3}(?:[. \u00a0][0-9]{3})+|[0-9]+)(?:,([0-9]+))?")
_DATE = re.compile(
    r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
    r"(?:[T ,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way of writing: whether a comma begins the decimals, and the order of day and month."""

    decimal_comma: bool = False
    dates: DateOrder = "iso"

    @property
    def plain(self) -> bool:
        """Whether the file writes as rows are read anyway."""
        return not self.decimal_comma and self.dates == "iso"

    def translate(self, values: Sequence[str], places: Mapping[str, int]) -> list[str]:
        """Return the row in the plain way of writing. Raise RowInvalid, with the column."""
        plain = list(values)
        for column, place in places.items():
            text = plain[place].strip()
            if not text:
                continue
            if self.decimal_comma and column in NUMBERS:
                plain[place] = number(text, column)
            elif self.dates != "iso" and column in MOMENTS:
                plain[place] = moment(text, column, day_first=self.dates == "day-first")
        return plain


def number(text: str, column: str) -> str:
    """Return `1.234,50` as `1234.50`. Raise RowInvalid for what is no such number."""
    found = _COMMA.fullmatch(text)
    if found is None:
        msg = f"`{text[:40]}` is not a number with a decimal comma; write it like `1.234,50`"
        raise RowInvalid(msg, field=column)
    sign, whole, decimals = found.groups()
    return sign + re.sub(r"\D", "", whole) + (f".{decimals}" if decimals else "")


def moment(text: str, column: str, *, day_first: bool) -> str:
    """Return `31.12.2025 09:30` as `2025-12-31T09:30`; words such as `never` stay as they are.

    Raise RowInvalid for what is no such date.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        if text.isalpha():
            return text
        way = "31.12.2025` or `31.12.2025 09:30" if day_first else "12/31/2025` or `12/31/2025 9:30"
        raise RowInvalid(f"`{text[:40]}` is not a date; write it like `{way}`", field=column)
    first, second, year, hour, minute, seconds, half = found.groups()
    day, month = (first, second) if day_first else (second, first)
    if int(month) > 12:
        order = "day first" if day_first else "month first"
        msg = f"`{text[:40]}` has no month {int(month)}; are the dates of the file {order}?"
        raise RowInvalid(msg, field=column)
    date = f"{year}-{int(month):02}-{int(day):02}"
    if hour is None:
        return date
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise RowInvalid(f"`{text[:40]}` has no hour {hours} of that half", field=column)
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return f"{date}T{hours:02}:{minute}" + (f":{seconds}" if seconds else "")
