"""Statements whose columns are known only when they are written: what names and sets them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson


class Columns(NamedTuple):
    """Columns with their values: `a, b`, `$3, $4`, `a = $3, b = $4`, and what is bound to them."""

    names: str
    marks: str
    pairs: str
    values: list[Any]


def columns(values: Mapping[str, Any], *, start: int = 3) -> Columns:
    """Return the columns of these values, from the parameter `start` on. Objects become JSON."""
    marks = {
        name: f"${at}{'::text::jsonb' if isinstance(value, dict) else ''}"
        for at, (name, value) in enumerate(values.items(), start)
    }
    return Columns(
        ", ".join(marks),
        ", ".join(marks.values()),
        ", ".join(f"{name} = {mark}" for name, mark in marks.items()),
        [orjson.dumps(v).decode() if isinstance(v, dict) else v for v in values.values()],
    )
