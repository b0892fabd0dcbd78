"""How segments do day by day, counted at night: who came and went, and what members did."""

from datetime import timedelta

from laurels.kit.values.time import local_date, start_of_day
from laurels.kit.work import Work

from .matching import values_of

LOOK_BACK_DAYS = 366
"""How many days are made up for when nights were missed, or nothing happened in them."""

_COUNT = """
insert into laurels.segment_days (tenant_id, segment_id, day, members, joined, left_count, revenue,
  purchases, points_earned, points_redeemed, computed_at)
with frame as (
  select s.id as segment_id, g.day, g.starts, g.ends
  from laurels.segments as s
  left join lateral (select max(d.day) as day from laurels.segment_days as d
    where d.tenant_id = $1 and d.segment_id = s.id) as last on true
  inner join unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as g (day, starts, ends)
    on (last.day is null or g.day > last.day) and g.ends > s.created_at
  where s.tenant_id = $1 and s.archived_at is null
    and (s.kind = 'static' or s.computed_version is not null)
),
span as (select min(starts) as starts, max(ends) as ends from frame),
stays as (
  select f.segment_id, f.day,
    count(*) filter (where x.left_at is null or x.left_at >= f.ends) as members,
    count(*) filter (where x.joined_at >= f.starts) as joined,
    count(*) filter (where x.left_at < f.ends) as left_count
  from frame as f
  inner join laurels.segment_memberships as x on x.tenant_id = $1
    and x.segment_id = f.segment_id and x.joined_at < f.ends
    and (x.left_at is null or x.left_at >= f.starts)
  group by f.segment_id, f.day
),
spent as materialized (
  select p.member_id, p.occurred_at, p.amount - p.refunded as amount
  from laurels.purchases as p
  where p.tenant_id = $1 and p.status = 'completed' and p.member_id is not null
    and p.refund_state <> 'full'
    and p.occurred_at >= (select starts from span) and p.occurred_at < (select ends from span)
),
moved as materialized (
  select w.member_id, t.occurred_at, t.type, t.points
  from laurels.point_transactions as t
  inner join laurels.wallets as w on w.tenant_id = $1 and w.id = t.wallet_id
  inner join laurels.programs as r on r.tenant_id = $1 and r.id = w.program_id and r.is_default
  where t.tenant_id = $1 and t.type in ('earned', 'bonus', 'redeemed')
    and t.occurred_at >= (select starts from span) and t.occurred_at < (select ends from span)
),
bought as (
  select
    f.segment_id, f.day, sum(e.amount) as revenue,
    count(*) filter (where e.amount >= 0) as purchases
  from frame as f
  inner join spent as e on e.occurred_at >= f.starts and e.occurred_at < f.ends
  inner join laurels.segment_memberships as x on x.tenant_id = $1
    and x.segment_id = f.segment_id and x.member_id = e.member_id
    and x.joined_at <= e.occurred_at and (x.left_at is null or x.left_at > e.occurred_at)
  group by f.segment_id, f.day
),
pointed as (
  select f.segment_id, f.day,
    coalesce(sum(e.points) filter (where e.type <> 'redeemed'), 0)::bigint as earned,
    coalesce(-sum(e.points) filter (where e.type = 'redeemed'), 0)::bigint as redeemed
  from frame as f
  inner join moved as e on e.occurred_at >= f.starts and e.occurred_at < f.ends
  inner join laurels.segment_memberships as x on x.tenant_id = $1
    and x.segment_id = f.segment_id and x.member_id = e.member_id
    and x.joined_at <= e.occurred_at and (x.left_at is null or x.left_at > e.occurred_at)
  group by f.segment_id, f.day
)
select $1, f.segment_id, f.day, coalesce(s.members, 0), coalesce(s.joined, 0),
  coalesce(s.left_count, 0), coalesce(b.revenue, 0), coalesce(b.purchases, 0),
  coalesce(p.earned, 0), coalesce(p.redeemed, 0), $5
from frame as f
left join stays as s on s.segment_id = f.segment_id and s.day = f.day
left join bought as b on b.segment_id = f.segment_id and b.day = f.day
left join pointed as p on p.segment_id = f.segment_id and p.day = f.day
on conflict (tenant_id, segment_id, day) do nothing
returning 1
"""


async def count_days(work: Work) -> int:
    """Each segment has a row for every day up to yesterday; say how many are new.

    Nobody counts while nothing happens: those days are read as being like the last one
    (`queries.list_days`), and have their rows when something does.
    What a member bought counts for a segment from when they joined it to when they left. Days that
    were counted stay: a refund that comes later belongs to no day of the past.
    """
    zone = (await values_of(work)).zone
    today = local_date(work.now, zone)
    days = [today - timedelta(days=ago) for ago in range(LOOK_BACK_DAYS, 0, -1)]
    starts = [start_of_day(day, zone) for day in [*days, today]]
    rows = await work.fetch(
        _COUNT,
        work.tenant_id, days, starts[:-1], starts[1:], work.now,
    )  # fmt: skip
    return len(rows)
