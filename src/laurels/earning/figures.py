"""Texts without their figures: what equal awards say is one text, and each has its own figures.

A text is JSON with a character at the place of each figure. JSON writes control characters in
another way, so that one stands in no text, and a figure has no space.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

PLACE = "\x1f"
_FIGURE = re.compile(r'([":, ([]-?)(\d+(?:[.:T+-]\d+)*)(?=[":, })\].;])')
"""Numbers, dates and periods that stand alone; digits within ids and words stay where they are."""


def as_json(value: Any) -> str:
    """Return a value as JSON: decimals and ids are texts."""
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def take_out(value: Any, figures: list[str]) -> str:
    """Return a value as JSON without the figures that stand alone in it; these are added."""
    parts = _FIGURE.split(as_json(value))
    figures += parts[2::3]
    parts[2::3] = [PLACE] * (len(parts) // 3)
    return "".join(parts)


def put_in(text: str, figures: Sequence[str]) -> str:
    """Return a text with its figures."""
    parts = [""] * (2 * len(figures) + 1)
    parts[::2], parts[1::2] = text.split(PLACE), figures
    return "".join(parts)
