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
