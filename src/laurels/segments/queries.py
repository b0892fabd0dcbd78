"""Reading segments: one, lists, who belongs to them, how they did, what two have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from laurels import tenants
from laurels.kit.conditions import Condition
from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, Asked, Found, Listing, text
from laurels.kit.values.time import local_date, zone
from laurels.kit.work import Work

from .errors import SegmentNotFound
from .matching import looking_at_all, question

SQL = statements(__name__)

COLUMNS = (
    "id, name, description, kind, segment_type, criteria, version, computed_version, auto_update,"
    " member_count, avg_lifetime_value, avg_points_balance, last_computed_at, asked_at,"
    " failed_at, failure, created_at, updated_at, archived_at"
)
SAMPLE = 20
"""How many members a preview shows."""
PREVIEW_SECONDS = 10
"""How long a preview may take; a person waits for it."""


async def get_segment(work: Work, segment_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a segment. Raise SegmentNotFound."""
    sql = f"{SQL.segments} and id = $2{' for no key update' if lock else ''}"
    row = await work.fetchrow(sql, work.tenant_id, segment_id)
    if row is None:
        raise SegmentNotFound
    return dict(row)


SEGMENTS = Listing(
    moment="created_at",
    happened="Created",
    # A tenant has few of them: they may be sorted.
    sorts={"created_at": None, "name": text("name")},
)


async def list_segments(
    work: Work, *, kind: str | None = None, archived: bool = False, asked: Asked = FIRST
) -> Found[dict[str, Any]]:
    """Return segments, usually newest first: those in use, or the archived ones."""
    sql = f"{SQL.segments} and (archived_at is not null) = $2 and ($3::text is null or kind = $3)"
    return await SEGMENTS.fetch(work, asked, sql, work.tenant_id, archived, kind)


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom criteria mean: how many, of how many, and some of them with what was found."""

    members: int
    everybody: int
    sample: list[dict[str, Any]]

    @property
    def share(self) -> float:
        """Return which part of all members that is, from 0 to 1."""
        return round(self.members / self.everybody, 4) if self.everybody else 0.0


MATCHES = Listing(
    moment="m.updated_at",
    happened="Profile or status last changed",
    sorts={"created_at": None},
    id="m.id",
)


async def list_matches(work: Work, criteria: Condition, asked: Asked) -> Found[dict[str, Any]]:
    """Return the ids of the members whom these criteria mean now, page by page, newest first."""
    about = await question(work, criteria)
    statement = f"select m.id from {about.rows()}"
    async with looking_at_all(work, seconds=PREVIEW_SECONDS):
        return await MATCHES.fetch(work, asked, statement, *about.values.given)


async def preview(work: Work, criteria: Condition) -> Preview:
    """Return whom these criteria mean now: the number, and the newest of them."""
    asked = await question(work, criteria)
    columns: list[str] = []
    found = asked.found(columns)
    size = asked.mark(SAMPLE, "int")
    async with looking_at_all(work, seconds=PREVIEW_SECONDS):
        # One row there is always: who nobody is found among are still everybody.
        sql = f"""
            select
              h.member_id, h.external_id, h.members, {found} as found,
              (
                select count(*)
                from laurels.members as a
                where a.tenant_id = $1 and a.status {asked.standing}
              ) as everybody
            from (select) as one
            left join (
              select
                {", ".join(["m.id as member_id, m.external_id", *columns])},
                count(*) over () as members
              from {asked.rows()}
              order by m.id desc
              limit {size}
            ) as h on true
            order by h.member_id desc
        """
        rows = await work.fetch(sql, *asked.values.given)
    first = rows[0]
    sample = [
        {name: row[name] for name in ("member_id", "external_id", "found")}
        for row in rows
        if row["member_id"] is not None
    ]
    return Preview(first["members"] or 0, first["everybody"], sample)


MEMBERSHIPS = Listing(
    moment="x.joined_at", happened="Joined", sorts={"created_at": None}, id="x.id"
)


async def list_memberships(
    work: Work,
    *,
    segment_id: UUID | None = None,
    member_id: UUID | None = None,
    history: bool = False,
    asked: Asked = FIRST,
) -> Found[dict[str, Any]]:
    """Return who belongs to a segment, or to what a member belongs, usually newest first.

    `history` adds those who left. Of a member, archived segments are left out.
    """
    whose = "x.segment_id" if member_id is None else "s.archived_at is null and x.member_id"
    sql = f"{SQL.memberships} and {whose} = $3"
    return await MEMBERSHIPS.fetch(
        work, asked, sql, work.tenant_id, history, member_id or segment_id
    )


async def segments_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return the segments in use that these members belong to; who is in none is absent."""
    if not member_ids:
        return {}
    rows = await work.fetch(SQL.segments_of, work.tenant_id, list(member_ids))
    return {row[0]: frozenset(row[1]) for row in rows}


async def names_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return id, name and joining of the segments in use that these members belong to."""
    rows = await work.fetch(SQL.names_of, work.tenant_id, list(member_ids))
    found: dict[UUID, list[dict[str, Any]]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row["member_id"]].append(dict(row))
    return found


async def overlaps(work: Work, segment_id: UUID) -> list[dict[str, Any]]:
    """Return how many members a segment shares with each other one in use, most shared first.

    Raise SegmentNotFound.
    """
    await get_segment(work, segment_id)
    rows = await work.fetch(SQL.overlaps, work.tenant_id, segment_id)
    return [dict(row) for row in rows]


async def list_days(
    work: Work, segment_id: UUID, *, since: date, until: date
) -> list[dict[str, Any]]:
    """Return how a segment did on each day up to the last one that is known, oldest first.

    Days on which nothing happened need no row: as many belong to it as on the day before. Where
    something happened on the days before today, what is not counted yet is not known.
    """
    tenant = await tenants.current(work)
    yesterday = local_date(work.now, zone(tenant.time_zone)) - timedelta(days=1)
    rows = await work.fetch(SQL.list_days, work.tenant_id, segment_id, since, until, yesterday)
    return [dict(row) for row in rows]
