-- name: segments
select
  id, name, description, kind, segment_type, criteria, version, computed_version, auto_update,
  member_count, avg_lifetime_value, avg_points_balance, last_computed_at, asked_at, failed_at,
  failure, created_at, updated_at, archived_at
from laurels.segments
where tenant_id = $1;

-- name: find_segments
select id, kind = 'dynamic' and auto_update as follows, criteria
from laurels.segments
where tenant_id = $1 and id = any($2) and archived_at is null;

-- name: count_days
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
returning 1;

-- name: add_members
insert into laurels.segment_memberships (tenant_id, segment_id, member_id, joined_at, reason)
select $1, $2, n.member_id, $4, 'hand'
from unnest($3::uuid[]) as n (member_id)
order by n.member_id
on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing
returning member_id;

-- name: remove_members
update laurels.segment_memberships
set left_at = greatest(joined_at, $4), left_reason = 'hand'
where tenant_id = $1 and segment_id = $2 and member_id = any($3) and left_at is null
returning member_id;

-- name: copy_lists
insert into laurels.segment_memberships (
  tenant_id, segment_id, member_id, joined_at, reason, merge_id
)
select $1, x.segment_id, $3, $4, 'merge', $5
from laurels.segment_memberships as x
where x.tenant_id = $1 and x.member_id = $2 and x.left_at is null
  and x.segment_id in (
    select s.id
    from laurels.segments as s
    where s.tenant_id = $1 and s.kind = 'static'
  )
order by x.segment_id
on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing;

-- name: leave_for_survivor
update laurels.segment_memberships
set left_at = greatest(joined_at, $3), left_reason = 'merge', left_merge_id = $4
where tenant_id = $1 and member_id = $2 and left_at is null;

-- name: copy_lists_back
insert into laurels.segment_memberships (
  tenant_id, segment_id, member_id, joined_at, reason, merge_id
)
select $1, x.segment_id, x.member_id, $3, 'merge', $2
from laurels.segment_memberships as x
where x.tenant_id = $1
  and x.segment_id in (
    select s.id
    from laurels.segments as s
    where s.tenant_id = $1 and s.kind = 'static'
  )
  and x.member_id = any($4) and x.left_merge_id = $2
order by x.segment_id
on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing;

-- name: leave_merged
update laurels.segment_memberships
set left_at = greatest(joined_at, $4), left_reason = 'merge', left_merge_id = $2
where tenant_id = $1 and merge_id = $2 and member_id = $3 and left_at is null;

-- name: forget_members
update laurels.segment_memberships
set
  found = null,
  left_reason = case when left_at is null then 'erased' else left_reason end,
  left_at = coalesce(left_at, greatest(joined_at, $3))
where tenant_id = $1 and member_id = any($2);

-- name: export_memberships
select
  x.id::text as key, x.segment_id, s.name, x.member_id, x.joined_at, x.reason, x.found, x.left_at,
  x.left_reason
from laurels.segment_memberships as x
inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: memberships
select
  x.id, x.segment_id, x.member_id, x.joined_at, x.reason, x.version, x.found, x.left_at,
  x.left_reason, s.name as segment_name
from laurels.segment_memberships as x
inner join laurels.segments as s on s.tenant_id = x.tenant_id and s.id = x.segment_id
where x.tenant_id = $1 and ($2 or x.left_at is null);

-- name: segments_of
select x.member_id, array_agg(x.segment_id)
from laurels.segment_memberships as x
inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id
  and s.archived_at is null
where x.tenant_id = $1 and x.member_id = any($2) and x.left_at is null
group by x.member_id;

-- name: names_of
select x.member_id, s.id, s.name, x.joined_at
from laurels.segment_memberships as x
inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id
  and s.archived_at is null
where x.tenant_id = $1 and x.member_id = any($2) and x.left_at is null
order by s.name, s.id;

-- name: overlaps
select
  s.id as segment_id, s.name, count(*) as shared,
  (
    select count(*)
    from laurels.segment_memberships as a
    where a.tenant_id = $1 and a.segment_id = $2 and a.left_at is null
  ) - count(*) as only_this,
  (
    select count(*)
    from laurels.segment_memberships as b
    where b.tenant_id = $1 and b.segment_id = s.id and b.left_at is null
  ) - count(*) as only_other
from laurels.segment_memberships as x
inner join laurels.segment_memberships as y on y.tenant_id = $1 and y.member_id = x.member_id
  and y.segment_id <> $2 and y.left_at is null
inner join laurels.segments as s on s.tenant_id = $1 and s.id = y.segment_id
  and s.archived_at is null
where x.tenant_id = $1 and x.segment_id = $2 and x.left_at is null
group by s.id, s.name
order by shared desc, s.id;

-- name: list_days
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
order by g.day;

-- name: book_summary
update laurels.segments as s
set
  member_count = n.members,
  avg_lifetime_value = n.spend,
  avg_points_balance = n.points,
  computed_version = coalesce($3, s.computed_version),
  by_day = case when $3::bigint is null then s.by_day else $5 end,
  last_computed_at = case when $3::bigint is null then s.last_computed_at else $4 end,
  asked_at = case when $3::bigint is null then s.asked_at end,
  asked_notify = case when $3::bigint is null then s.asked_notify end,
  failed_at = case when $3::bigint is null then s.failed_at end,
  failure = case when $3::bigint is null then s.failure end
from (
  select
    count(*) as members, coalesce(round(avg(coalesce(t.spend - t.refunded, 0)), 4), 0) as spend,
    coalesce(floor(avg(coalesce(w.available + w.pending + w.held, 0))), 0)::bigint as points
  from laurels.segment_memberships as x
  left join laurels.member_totals as t on t.tenant_id = $1 and t.member_id = x.member_id
  left join laurels.wallets as w on w.tenant_id = $1 and w.member_id = x.member_id
    and w.program_id = (
      select d.id
      from laurels.programs as d
      where d.tenant_id = $1 and d.is_default
    )
  where x.tenant_id = $1 and x.segment_id = $2 and x.left_at is null
) as n
where s.tenant_id = $1 and s.id = $2
returning s.member_count;

-- name: list_static
select id
from laurels.segments
where tenant_id = $1 and kind = 'static' and archived_at is null
order by id;

-- name: book_failure
update laurels.segments
set failed_at = $3, failure = $4, asked_at = null, asked_notify = null
where tenant_id = $1 and id = $2;

-- name: lock_cursor
select position
from laurels.segment_cursors
where tenant_id = $1
for update;

-- name: move_cursor
update laurels.segment_cursors
set position = $2
where tenant_id = $1;

-- name: lock_followed
select id, criteria, version
from laurels.segments
where tenant_id = $1 and kind = 'dynamic' and auto_update and archived_at is null
  and computed_version = version and failed_at is null
order by id
for no key update;

-- name: add_to_count
update laurels.segments
set member_count = greatest(member_count + $3, 0)
where tenant_id = $1 and id = $2;

-- name: copy_members
insert into laurels.segment_memberships (tenant_id, segment_id, member_id, joined_at, reason)
select $1, $3, x.member_id, $4, 'hand'
from laurels.segment_memberships as x
where x.tenant_id = $1 and x.segment_id = $2 and x.left_at is null
order by x.member_id;

-- name: count_members_up_to
select count(*)
from (
  select
  from laurels.members
  where tenant_id = $1 and status = 'active'
  limit $2
) as n;

-- name: ask_recomputing
update laurels.segments
set asked_at = $3, asked_notify = $4
where tenant_id = $1 and id = $2;

-- name: count_segments
select count(*)
from laurels.segments
where tenant_id = $1 and archived_at is null;

-- name: make_cursor
insert into laurels.segment_cursors (tenant_id, position)
values ($1, $2)
on conflict (tenant_id) do nothing;

-- name: set_archived
update laurels.segments
set archived_at = $3, updated_at = $4, asked_at = null, asked_notify = null
where tenant_id = $1 and id = $2;
