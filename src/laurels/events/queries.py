"""Reading events back: one, a page, and what came after a place in the stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, Asked, Found, Listing, number
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

from .catalogue import CATALOGUE
from .errors import EventNotFound, EventsForgotten, UnknownEventType
from .keeping import RETENTION
from .stored_events import COLUMNS, StoredEvent

SQL = statements(__name__)

_SCANNED = 5000
"""How many positions a read looks at, whatever it finds there."""


def read_types(text: str | None) -> list[str]:
    """Return the types in a text such as `points.credited,purchase.completed`; none is all.

    Raise UnknownEventType.
    """
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in CATALOGUE:
            msg = f"There is no event `{name[:60]}`; see docs/reference/events.md."
            raise UnknownEventType(msg, field="types")
    return names


async def get_event(work: Work, event_id: UUID) -> StoredEvent:
    """Return an event that was relayed. Raise EventNotFound or EventsForgotten."""
    sql = f"""
        select {COLUMNS}
        from laurels.outbox as o
        where o.tenant_id = $1 and o.id = $2 and o.position is not null
    """
    row = await work.fetchrow(sql, work.tenant_id, event_id)
    if row is not None:
        return StoredEvent.of(row)
    # In milliseconds, because an id that nobody made can lie outside of the calendar.
    if event_id.int >> 80 < (utc_now() - RETENTION).timestamp() * 1000:
        raise EventsForgotten
    raise EventNotFound


async def last_position(work: Work) -> int:
    """Return the position of the last event that was relayed, 0 before the first."""
    row = await work.fetchrow(SQL.last_position, work.tenant_id)
    return row["last_position"] if row else 0


EVENTS = Listing(
    moment="o.occurred_at",
    happened="Happened",
    # In the order in which they are told, which is also that of the stream.
    sorts={"created_at": number("o.position")},
    id="o.id",
)


async def list_events(
    work: Work,
    *,
    types: Sequence[str],
    historical: bool,
    member_id: UUID | None = None,
    asked: Asked = FIRST,
) -> Found[StoredEvent]:
    """Return events, usually newest first; imported history only if asked for."""
    sql = f"""
        select {COLUMNS}
        from laurels.outbox as o
        where o.tenant_id = $1 and o.position is not null
          and (cardinality($2::text[]) = 0 or o.type = any($2)) and (o.historical is false or $3)
          and ($4::uuid is null or o.member_id = $4)
    """
    found = await EVENTS.fetch(work, asked, sql, work.tenant_id, list(types), historical, member_id)
    return found.map(StoredEvent.of)


async def events_after(
    work: Work, place: int, *, types: Sequence[str], limit: int
) -> tuple[list[StoredEvent], int]:
    """Return what came after a position, oldest first, and the position to go on from.

    Imported history is left out. The place moves on also past what was not asked for.
    """
    end = min(await last_position(work), place + _SCANNED)
    if end <= place:
        return [], place
    sql = f"""
        select {COLUMNS}
        from laurels.outbox as o
        where o.tenant_id = $1 and o.position > $2 and o.position <= $3 and not o.historical
          and (cardinality($4::text[]) = 0 or o.type = any($4))
        order by o.position
        limit $5
    """
    rows = await work.fetch(sql, work.tenant_id, place, end, list(types), limit)
    found = [StoredEvent.of(row) for row in rows]
    return found, found[-1].position if len(found) == limit else end


@dataclass(frozen=True, slots=True)
class News:
    """To whom something happened, up to a position; of each, whether all of it is imported."""

    members: dict[UUID, bool]
    position: int


async def members_since(work: Work, place: int, *, without: Sequence[str], limit: int) -> News:
    """Return to whom something happened at the next `limit` positions, imported history included.

    For rooms that look at members rather than at events; `without` names types that do not count.
    What imports wrote counts by its members, so a look ends earlier where there are many.
    """
    end = max(min(await last_position(work), place + limit), place)
    rows = await work.fetch(SQL.news, work.tenant_id, place, end, limit, list(without))
    members: dict[UUID, bool] = {}
    for row in rows:
        for member_id in row["members"]:
            members[member_id] = row["historical"] and members.get(member_id, True)
    if sum(max(len(row["members"]), 1) for row in rows) >= limit:
        end = rows[-1]["position"]
    return News(members, end)


async def event_at(work: Work, position: int) -> UUID | None:
    """Return the id of the event at a position, None when it is not kept any more."""
    row = await work.fetchrow(SQL.event_at, work.tenant_id, position)
    return row["id"] if row else None


async def count_waiting(work: Work) -> dict[str, int]:
    """Return how many events wait for the relay and for handlers, and are dead letters."""
    row = await work.fetchrow(SQL.count_waiting, work.tenant_id)
    assert row is not None, "counting always answers"
    return dict(row)
