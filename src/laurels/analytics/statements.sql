-- name: points_by_day
select d.day, f.issued, f.redeemed, f.expired, f.change
from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as d (day, since, until)
cross join lateral (
  select
    coalesce(sum(t.points) filter (
      where t.type in ('earned', 'bonus') or (t.type = 'adjusted' and t.points > 0)
    ), 0)::bigint as issued,
    coalesce(-sum(t.points) filter (where t.type = 'redeemed'), 0)::bigint as redeemed,
    coalesce(-sum(t.points) filter (where t.type = 'expired'), 0)::bigint as expired,
    coalesce(sum(t.amount), 0)::bigint as change
  from laurels.point_transactions as t
  where
    t.tenant_id = $1 and t.occurred_at >= d.since and t.occurred_at < d.until
    and (
      $5::uuid is null or t.wallet_id in (
        select w.id
        from laurels.wallets as w
        where w.tenant_id = $1 and w.program_id = $5
      )
    )
) as f;

-- name: purchases_by_day
select d.day, f.purchases, f.members_purchases, f.revenue, f.members_revenue
from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as d (day, since, until)
cross join lateral (
  select
    count(*)::bigint as purchases,
    count(p.member_id)::bigint as members_purchases,
    coalesce(sum(p.amount - p.refunded), 0) as revenue,
    coalesce(
      sum(p.amount - p.refunded) filter (where p.member_id is not null), 0
    ) as members_revenue
  from laurels.purchases as p
  where
    p.tenant_id = $1 and p.occurred_at >= d.since and p.occurred_at < d.until
    and p.status = 'completed'
) as f;

-- name: members_by_day
select d.day, f.enrolled
from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as d (day, since, until)
cross join lateral (
  select count(*)::bigint as enrolled
  from laurels.members as m
  where
    m.tenant_id = $1 and m.enrolled_at >= d.since and m.enrolled_at < d.until
    and m.status in ('active', 'blocked')
) as f;

-- name: redeeming_buyers
with redeemers as materialized (
  select distinct w.member_id
  from (
    select t.wallet_id
    from laurels.point_transactions as t
    where
      t.tenant_id = $1 and t.occurred_at >= $2 and t.occurred_at < $3 and t.type = 'redeemed'
  ) as t
  cross join lateral (
    select x.member_id
    from laurels.wallets as x
    where x.tenant_id = $1 and x.id = t.wallet_id
    offset 0
  ) as w
)

select
  count(distinct p.member_id)::bigint as members,
  count(*)::bigint as purchases,
  coalesce(sum(p.amount - p.refunded), 0) as revenue
from laurels.purchases as p
inner join redeemers as r on r.member_id = p.member_id
where p.tenant_id = $1 and p.occurred_at >= $2 and p.occurred_at < $3 and p.status = 'completed';

-- name: count_buyers
select count(distinct p.member_id)::bigint as members
from laurels.purchases as p
where p.tenant_id = $1 and p.occurred_at >= $2 and p.occurred_at < $3 and p.status = 'completed';

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
