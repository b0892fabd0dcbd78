"""What earlier openings said, so that one that comes again is known for the same or for another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from .movements import Movement, Opening, Transaction

SQL = statements(__name__)

Dates = tuple[datetime | str | None, datetime | str | None]


@dataclass(slots=True)
class Opened:
    """What an earlier opening said: the parts that it made, and the dates of its lot, if it has."""

    parts: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    dates: Dates | None = None

    def says(self, movement: Opening) -> bool:
        """Whether it said the same. Dates that are the program's are not compared."""
        if self.parts != movement.parts:
            return False
        dates = (movement.matures_at, movement.expires_at)
        return self.dates is None or all(
            "program" in {now, before} or now == before
            for now, before in zip(dates, self.dates, strict=True)
        )


async def read_openings(
    work: Work,
    openings: dict[UUID, Opened],
    movements: Sequence[Movement],
    known: dict[tuple[str, str], Transaction],
) -> None:
    """Know what openings said that are asked for again: their transactions, and the lot's dates."""
    again = [
        known[movement.source, movement.key].id
        for movement in movements
        if isinstance(movement, Opening)
        and movement.key is not None
        and (movement.source, movement.key) in known
    ]
    if not again:
        return
    rows = await work.fetch(SQL.find_openings, work.tenant_id, again)
    for opening_id, kind, points, has_lot, matures_at, expires_at in rows:
        opened = openings.setdefault(opening_id, Opened())
        opened.parts.append((kind, points))
        if has_lot:
            opened.dates = (matures_at, expires_at)
