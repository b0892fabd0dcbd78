"""Pages of files that are taken out: what a cell may hold, and what a member is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels.kit.values.ids import encode

PAGE = 500
"""Members or wallets that are read at once."""
Cell = str | int | bool | Decimal | datetime | date | None
Cells = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a file: its rows, how many things were looked through, and the last one's id."""

    rows: list[Cells]
    seen: int
    last: UUID | None


def name_of(member: Mapping[str, Any]) -> str:
    """Return what a member is called in a file: their external id, else our own."""
    return member["external_id"] or encode("member", member["id"])
