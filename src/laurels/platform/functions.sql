-- What waits in the queues of all tenants together, how long, and what has failed. It acts as the
-- maintenance role, since no tenant may see another's; it tells figures and nothing else. Each is
-- counted in a partial index of what is open.
create or replace function laurels.queue_figures() returns table (
  name text, waiting bigint, dead bigint, oldest_at timestamptz
) language sql stable security definer set search_path = laurels, pg_temp as $$
  select 'relay', count(*), 0::bigint, min(o.created_at)
  from laurels.outbox as o
  where o.relayed_at is null
  union all
  select
    'handlers', count(*),
    (select count(*) from laurels.event_handlings as d where d.state = 'dead'),
    min(h.next_attempt_at)
  from laurels.event_handlings as h
  where h.state = 'waiting'
  union all
  select
    'outbound', count(*),
    (
      select count(*) from laurels.outbound_messages as d
      where d.state in ('dead', 'stopped') and d.state = 'dead'
    ),
    min(m.next_attempt_at)
  from laurels.outbound_messages as m
  where m.state = 'waiting'
  union all
  select 'jobs', count(*), 0::bigint, min(r.created_at)
  from laurels.job_runs as r
  where r.state in ('waiting', 'running')
$$;

alter function laurels.queue_figures() owner to laurels_maintenance;
revoke all on function laurels.queue_figures() from public;
grant execute on function laurels.queue_figures() to laurels_app;

-- How large tenants are: figures for the operator, and nothing of whom they are about. Purchases
-- are those of members, as they are summed up already.
create or replace function laurels.tenant_figures(p_tenants uuid[]) returns table (
  tenant_id uuid, members bigint, purchases bigint, last_purchase_at timestamptz, staff bigint
) language sql stable security definer set search_path = laurels, pg_temp as $$
  select
    t.id,
    (
      select count(*) from laurels.members as m
      where m.tenant_id = t.id and m.status in ('active', 'blocked')
    ),
    coalesce(s.purchases, 0),
    s.last_purchase_at,
    (select count(*) from laurels.staff as p where p.tenant_id = t.id and p.status = 'active')
  from laurels.tenants as t
  left join lateral (
    select sum(m.purchases)::bigint as purchases, max(m.last_purchase_at) as last_purchase_at
    from laurels.member_totals as m
    where m.tenant_id = t.id
  ) as s on true
  where t.id = any(p_tenants)
$$;

alter function laurels.tenant_figures(uuid[]) owner to laurels_maintenance;
revoke all on function laurels.tenant_figures(uuid[]) from public;
grant execute on function laurels.tenant_figures(uuid[]) to laurels_app;
