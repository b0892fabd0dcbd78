"""Reading segments: one, lists, who belongs to them, how they did, what two have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from laurels import tenants
from laurels.kit.conditions import Condition
from laurels.kit.http.paging import FIRST, Asked, Found, Listing, text
from laurels.kit.values.time import local_date, zone
from laurels.kit.work import Work

from .errors import SegmentNotFound
from .matching import looking_at_all, question

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
    row = await work.fetchrow(
        f"select {COLUMNS} from laurels.segments where tenant_id = $1 and id = $2"
        f"{' for no key update' if lock else ''}",
        work.tenant_id, segment_id,
    )  # fmt: skip
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
    return await SEGMENTS.fetch(
        work, asked,
        f"select {COLUMNS} from laurels.segments where tenant_id = $1"
        " and (archived_at is not null) = $2 and ($3::text is null or kind = $3)",
        work.tenant_id, archived, kind,
    )  # fmt: skip


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


async def preview(work: Work, criteria: Condition) -> Preview:
    """Return whom these criteria mean now: the number, and the newest of them."""
    asked = await question(work, criteria)
    columns: list[str] = []
    found = asked.found(columns)
    size = asked.mark(SAMPLE, "int")
    async with looking_at_all(work, seconds=PREVIEW_SECONDS):
        rows = await work.fetch(
            f"select h.member_id, h.external_id, h.members, {found} as found,"
            " (select count(*) from laurels.members as a where a.tenant_id = $1"
            f"  and a.status {asked.standing}) as everybody"
            # One row there is always: who nobody is found among are still everybody.
            " from (select) as one left join"
            f" (select {', '.join(['m.id as member_id, m.external_id', *columns])},"
            f"  count(*) over () as members from {asked.rows()} order by m.id desc limit {size})"
            " as h on true order by h.member_id desc",
            *asked.values.given,
        )
    first = rows[0]
    sample = [
        {name: row[name] for name in ("member_id", "external_id", "found")}
        for row in rows
        if row["member_id"] is not None
    ]
    return Preview(first["members"] or 0, first["everybody"], sample)


_MEMBERSHIPS = (
    "select x.id, x.segment_id, x.member_id, x.joined_at, x.reason, x.version, x.found,"
    " x.left_at, x.left_reason, s.name as segment_name"
    " from laurels.segment_memberships as x inner join laurels.segments as s"
    "  on s.tenant_id = x.tenant_id and s.id = x.segment_id where x.tenant_id = $1"
    " and ($2 or x.left_at is null)"
)
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
    return await MEMBERSHIPS.fetch(
        work, asked,
        f"{_MEMBERSHIPS} and {whose} = $3", work.tenant_id, history, member_id or segment_id,
    )  # fmt: skip


async def segments_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return the segments in use that these members belong to; who is in none is absent."""
    if not member_ids:
        return {}
    rows = await work.fetch(
        "select x.member_id, array_agg(x.segment_id) from laurels.segment_memberships as x"
        " inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id"
        "  and s.archived_at is null"
        " where x.tenant_id = $1 and x.member_id = any($2) and x.left_at is null"
        " group by x.member_id",
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    return {row[0]: frozenset(row[1]) for row in rows}


async def names_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return id, name and joining of the segments in use that these members belong to."""
    rows = await work.fetch(
        "select x.member_id, s.id, s.name, x.joined_at from laurels.segment_memberships as x"
        " inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id"
        "  and s.archived_at is null"
        " where x.tenant_id = $1 and x.member_id = any($2) and x.left_at is null"
        " order by s.name, s.id",
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    found: dict[UUID, list[dict[str, Any]]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row["member_id"]].append(dict(row))
    return found


async def overlaps(work: Work, segment_id: UUID) -> list[dict[str, Any]]:
    """Return how many members a segment shares with each other one in use, most shared first.

    Raise SegmentNotFound.
    """
    await get_segment(work, segment_id)
    rows = await work.fetch(
        "select s.id as segment_id, s.name, count(*) as shared,"
        "  (select count(*) from laurels.segment_memberships as a where a.tenant_id = $1"
        "   and a.segment_id = $2 and a.left_at is null) - count(*) as only_this,"
        "  (select count(*) from laurels.segment_memberships as b where b.tenant_id = $1"
        "   and b.segment_id = s.id and b.left_at is null) - count(*) as only_other"
        " from laurels.segment_memberships as x"
        " inner join laurels.segment_memberships as y on y.tenant_id = $1"
        "  and y.member_id = x.member_id and y.segment_id <> $2 and y.left_at is null"
        " inner join laurels.segments as s on s.tenant_id = $1 and s.id = y.segment_id"
        "  and s.archived_at is null"
        " where x.tenant_id = $1 and x.segment_id = $2 and x.left_at is null"
        " group by s.id, s.name order by shared desc, s.id",
        work.tenant_id, segment_id,
    )  # fmt: skip
    return [dict(row) for row in rows]


_DAYS = """
with counted as (
  select min(d.day) as first, max(d.day) as last
  from laurels.segment_days as d
  where d.tenant_id = $1 and d.segment_id = $2
),
known as (
  select c.first, case
    when c.last >= $5::date or s.archived_at is not null
      or exists (select from laurels.test_clocks as k where k.tenant_id = $1)
      or coalesce((
        select o.created_at + interval '1 hour' > (c.last + 1)::timestamp at time zone t.time_zone
        from laurels.outbox as o
        where o.tenant_id = $1
          and o.created_at < ($5::date + 1)::timestamp at time zone t.time_zone
        order by o.id desc
        limit 1
      ), false)
    then c.last
    else $5::date
  end as last
  from counted as c
  inner join laurels.tenants as t on t.id = $1
  inner join laurels.segments as s on s.tenant_id = $1 and s.id = $2
  where c.first is not null
)
select g.day::date as day, n.members,
  case when n.day = g.day then n.joined else 0 end as joined,
  case when n.day = g.day then n.left_count else 0 end as left_count,
  case when n.day = g.day then n.revenue else 0 end as revenue,
  case when n.day = g.day then n.purchases else 0 end as purchases,
  case when n.day = g.day then n.points_earned else 0 end as points_earned,
  case when n.day = g.day then n.points_redeemed else 0 end as points_redeemed
from known as k
cross join lateral generate_series(
  greatest(k.first, $3::date)::timestamp, least(k.last, $4::date)::timestamp, interval '1 day'
) as g (day)
cross join lateral (
  select d.*
  from laurels.segment_days as d
  where d.tenant_id = $1 and d.segment_id = $2 and d.day <= g.day::date
  order by d.day desc
  limit 1
) as n
order by g.day
"""


async def list_days(
    work: Work, segment_id: UUID, *, since: date, until: date
) -> list[dict[str, Any]]:
    """Return how a segment did on each day up to the last one that is known, oldest first.

    Days on which nothing happened need no row: as many belong to it as on the day before. Where
    something happened on the days before today, what is not counted yet is not known.
    """
    tenant = await tenants.current(work)
    yesterday = local_date(work.now, zone(tenant.time_zone)) - timedelta(days=1)
    rows = await work.fetch(_DAYS, work.tenant_id, segment_id, since, until, yesterday)
    return [dict(row) for row in rows]
