-- Plan a run for each active tenant that a row speaks of and that has none for the period yet; say
-- how many were planned. A row is for one tenant, or for all tenants of a time zone, or for all.
-- A tenant with a test clock is left out of what follows business time: moving its clock runs that.
-- A tenant has no periods from before it was created, and a suspended one has housekeeping only.
create or replace function laurels.plan_job_runs(
  p_jobs text[],
  p_periods text[],
  p_due timestamptz[],
  p_business boolean[],
  p_zones text[],
  p_tenants uuid[]
) returns bigint
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_rows bigint;
begin
  insert into laurels.job_runs (
    tenant_id, id, job, period, origin, state, due_at, created_at
  )
  select t.id, laurels.new_id(), d.job, d.period, 'schedule', 'waiting', d.due, now()
  from unnest(p_jobs, p_periods, p_due, p_business, p_zones, p_tenants)
    as d (job, period, due, business, zone, tenant)
  inner join laurels.tenants as t
    on (d.tenant is null or t.id = d.tenant) and (d.zone is null or t.time_zone = d.zone)
  where (t.status = 'active' or not d.business)
    and (t.created_at <= d.due or d.tenant is not null)
    and not (
      d.business
      and exists (select from laurels.test_clocks as c where c.tenant_id = t.id)
    )
    and not exists (
      select
      from laurels.job_runs as r
      where r.tenant_id = t.id and r.job = d.job
        and (r.period = d.period or (d.tenant is not null and r.state in ('waiting', 'running')))
    )
  on conflict (tenant_id, job, period) do nothing;
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;

-- Take what waits to be handed to the queue: planned just now, or handed on long ago and heard of
-- no more. Marking them is the taking: of two workers that look at once, one gets each run.
create or replace function laurels.take_job_runs(p_limit integer)
returns table (tenant_id uuid, id uuid, job text)
language sql security definer set search_path = laurels, pg_temp as $$
  update laurels.job_runs as r
  set queued_at = now()
  where (r.tenant_id, r.id) in (
    select w.tenant_id, w.id
    from laurels.job_runs as w
    where w.state in ('waiting', 'running')
      and (w.queued_at is null or w.queued_at < now() - interval '15 minutes')
      and (w.beat_at is null or w.beat_at < now() - interval '5 minutes' or w.state = 'waiting')
    order by w.created_at
    limit p_limit
  )
  and r.state in ('waiting', 'running')
  and (r.queued_at is null or r.queued_at < now() - interval '15 minutes')
  returning r.tenant_id, r.id, r.job
$$;

-- The last run of each job of each tenant, for the operator's list.
create or replace function laurels.last_job_runs()
returns table (
  slug text, job text, state text, period text, finished_at timestamptz, done bigint, error text
)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct on (t.slug, r.job)
    t.slug, r.job, r.state, r.period, r.finished_at, r.done, r.error
  from laurels.job_runs as r
  inner join laurels.tenants as t on t.id = r.tenant_id
  order by t.slug, r.job, r.id desc
$$;

-- In which time zones there are tenants.
create or replace function laurels.list_time_zones() returns setof text
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct time_zone from laurels.tenants
$$;

-- Which tenants have stored answers, or runs of jobs, that are past their days.
create or replace function laurels.tenants_with_old_answers(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where exists (
    select
    from laurels.idempotency_keys as k
    where k.tenant_id = t.id and k.created_at < p_now - interval '7 days'
  )
$$;

create or replace function laurels.tenants_with_old_runs(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  -- Ids are in the order of time, so the first one is the oldest.
  where p_now - interval '30 days' > (
    select r.created_at
    from laurels.job_runs as r
    where r.tenant_id = t.id
    order by r.id
    limit 1
  )
$$;

alter function laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[])
owner to laurels_maintenance;
alter function laurels.take_job_runs(integer) owner to laurels_maintenance;
alter function laurels.last_job_runs() owner to laurels_maintenance;
alter function laurels.list_time_zones() owner to laurels_maintenance;
alter function laurels.tenants_with_old_answers(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_old_runs(timestamptz) owner to laurels_maintenance;
revoke all on function
laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[]) from public;
revoke all on function laurels.take_job_runs(integer) from public;
revoke all on function laurels.last_job_runs() from public;
revoke all on function laurels.list_time_zones() from public;
revoke all on function laurels.tenants_with_old_answers(timestamptz) from public;
revoke all on function laurels.tenants_with_old_runs(timestamptz) from public;
grant execute on function
laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[]) to laurels_app;
grant execute on function laurels.take_job_runs(integer) to laurels_app;
grant execute on function laurels.last_job_runs() to laurels_app;
grant execute on function laurels.list_time_zones() to laurels_app;
grant execute on function laurels.tenants_with_old_answers(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_old_runs(timestamptz) to laurels_app;
