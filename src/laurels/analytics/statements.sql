-- name: points_by_day
select
  (t.occurred_at at time zone $4)::date as day,
  coalesce(sum(t.points) filter (
    where t.type in ('earned', 'bonus') or (t.type = 'adjusted' and t.points > 0)
  ), 0)::bigint as issued,
  coalesce(-sum(t.points) filter (where t.type = 'redeemed'), 0)::bigint as redeemed,
  coalesce(-sum(t.points) filter (where t.type = 'expired'), 0)::bigint as expired,
  sum(t.amount)::bigint as change
from laurels.point_transactions as t
where
  t.tenant_id = $1 and t.occurred_at >= $2 and t.occurred_at < $3
  and (
    $5::uuid is null or t.wallet_id in (
      select w.id
      from laurels.wallets as w
      where w.tenant_id = $1 and w.program_id = $5
    )
  )
group by 1
order by 1;

-- name: purchases_by_day
select
  (p.occurred_at at time zone $4)::date as day,
  count(*)::bigint as purchases,
  sum(p.amount - p.refunded) as revenue,
  coalesce(sum(p.amount - p.refunded) filter (where p.member_id is not null), 0) as members_revenue
from laurels.purchases as p
where
  p.tenant_id = $1 and p.occurred_at >= $2 and p.occurred_at < $3 and p.status = 'completed'
group by 1
order by 1;

-- name: members_by_day
select (m.enrolled_at at time zone $4)::date as day, count(*)::bigint as enrolled
from laurels.members as m
where
  m.tenant_id = $1 and m.enrolled_at >= $2 and m.enrolled_at < $3
  and m.status in ('active', 'blocked')
group by 1
order by 1;

-- name: buyers
with redeemers as (
  select distinct w.member_id
  from laurels.point_transactions as t
  inner join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id
  where
    t.tenant_id = $1 and t.occurred_at >= $2 and t.occurred_at < $3 and t.type = 'redeemed'
),

buyers as (
  select p.member_id, count(*) as purchases, sum(p.amount - p.refunded) as revenue
  from laurels.purchases as p
  where
    p.tenant_id = $1 and p.occurred_at >= $2 and p.occurred_at < $3 and p.status = 'completed'
  group by p.member_id
)

select
  case
    when b.member_id is null then 'not_joined'
    when r.member_id is null then 'not_redeeming'
    else 'redeeming'
  end as part,
  count(b.member_id)::bigint as members,
  sum(b.purchases)::bigint as purchases,
  sum(b.revenue) as revenue
from buyers as b
left join redeemers as r on r.member_id = b.member_id
group by 1;

-- name: standing
select
  (
    select count(*)
    from laurels.members as m
    where m.tenant_id = $1 and m.enrolled_at < $3 and m.status in ('active', 'blocked')
  ) as members,
  coalesce(sum(w.available + w.pending + w.held), 0)::bigint as outstanding
from laurels.wallets as w
where w.tenant_id = $1 and w.program_id = $2;

-- name: change_since
select coalesce(sum(t.amount), 0)::bigint as change
from laurels.point_transactions as t
where
  t.tenant_id = $1 and t.occurred_at >= $2
  and (
    $3::uuid is null or t.wallet_id in (
      select w.id
      from laurels.wallets as w
      where w.tenant_id = $1 and w.program_id = $3
    )
  );

-- name: first_steps
select
  t.preset, t.name <> t.slug as name,
  exists(
    select 1 from laurels.tenant_settings as s
    where s.tenant_id = $1 and s.section = 'branding' and s.values <> '{}'::jsonb
  ) as brand,
  exists(
    select 1 from laurels.earning_rules as r
    where r.tenant_id = $1 and r.current and r.status = 'active'
  ) as rule,
  exists(
    select 1 from laurels.rewards as w
    where w.tenant_id = $1 and w.archived_at is null
  ) as reward,
  (
    select count(*) > 1 from laurels.staff as p
    where p.tenant_id = $1 and p.status in ('invited', 'active')
  ) as staff,
  exists(
    select 1 from laurels.api_keys as k
    where k.tenant_id = $1 and k.last_used_at is not null and k.revoked_at is null
  ) as integration,
  exists(select 1 from laurels.members as m where m.tenant_id = $1) as member,
  exists(select 1 from laurels.purchases as u where u.tenant_id = $1) as purchase,
  exists(select 1 from laurels.import_runs as i where i.tenant_id = $1) as import
from laurels.tenants as t
where t.id = $1;
