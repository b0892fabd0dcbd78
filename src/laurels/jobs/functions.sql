-- Plan a run for each active tenant that a row speaks of and that has none for the period yet; say
-- how many were planned. A row is for one tenant, or for all tenants of a time zone, or for all.
-- A tenant with a test clock is left out of what follows business time: moving its clock runs that.
-- A tenant has no days from before it was created, and a suspended one has housekeeping only. What
-- looks every so often has no zone; there an open run stands for the next one, too. Runs of long
-- ago are forgotten, but for the last one: a period before that one was not missed.
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
    and (t.created_at <= d.due or d.zone is null)
    and not (
      d.business
      and exists (select from laurels.test_clocks as c where c.tenant_id = t.id)
    )
    and not exists (
      select
      from laurels.job_runs as r
      where r.tenant_id = t.id and r.job = d.job
        and (r.period = d.period or (d.zone is null and r.state in ('waiting', 'running')))
    )
    and not exists (
      select
      from laurels.job_runs as r
      where d.due < now() - interval '45 days' and r.tenant_id = t.id and r.job = d.job
        and r.origin <> 'hand' and r.due_at > d.due
    )
  on conflict (tenant_id, job, period) do nothing;
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;

-- Whether a run waits and is due, or is lost because its worker has shown no life for so long.
create or replace function laurels.may_claim(p_run laurels.job_runs, p_lease interval)
returns boolean language sql stable as $$
  select case p_run.state
    when 'waiting' then p_run.next_attempt_at is null or p_run.next_attempt_at <= now()
    when 'running' then p_run.beat_at < now() - p_lease
    else false
  end
$$;

-- Jobs of which a run can be claimed: what somebody asked for first, then those with the oldest.
create or replace function laurels.list_claimable_jobs(p_limit integer, p_lease interval)
returns table (tenant_id uuid, job text)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select r.tenant_id, r.job
  from laurels.job_runs as r
  where r.state in ('waiting', 'running')
  group by r.tenant_id, r.job
  having bool_or(laurels.may_claim(r, p_lease))
    and not bool_or(r.state = 'running' and r.beat_at >= now() - p_lease)
  order by bool_or(r.origin = 'hand') desc, min(r.created_at)
  limit p_limit
$$;

-- Claim the oldest run of a job that can be claimed, of those planned together the one that was due
-- first; of one job and tenant one is carried out at a time. Whoever claims locks the oldest open
-- run first, and then looks anew what is carried out.
create or replace function laurels.claim_job_run(p_tenant uuid, p_job text, p_lease interval)
returns uuid language plpgsql as $$
declare
  v_run uuid;
begin
  perform 1 from laurels.job_runs as r
  where r.tenant_id = p_tenant and r.id = (
    select o.id from laurels.job_runs as o
    where o.tenant_id = p_tenant and o.job = p_job and o.state in ('waiting', 'running')
    order by o.id limit 1
  )
  for update skip locked;
  if not found then
    return null;
  end if;
  update laurels.job_runs as r
  set state = 'running', beat_at = now(), next_attempt_at = null
  where r.tenant_id = p_tenant and r.id = (
    select w.id from laurels.job_runs as w
    where w.tenant_id = p_tenant and w.job = p_job and laurels.may_claim(w, p_lease)
    order by w.created_at, w.due_at, w.id limit 1
  ) and not exists (
    select from laurels.job_runs as o
    where o.tenant_id = p_tenant and o.job = p_job and o.state = 'running'
      and o.beat_at >= now() - p_lease
  )
  returning r.id into v_run;
  return v_run;
end
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

-- Whether a run is old and need not be remembered. Of each job the last run stays, and the last one
-- that nobody asked for: so it is known when it ran, and that its period is done.
create or replace function laurels.may_forget(p_run laurels.job_runs, p_now timestamptz)
returns boolean language sql stable as $$
  select p_run.finished_at < p_now - interval '45 days' and exists (
    select
    from laurels.job_runs as n
    where n.tenant_id = p_run.tenant_id and n.job = p_run.job and n.id > p_run.id
      and (n.origin <> 'hand' or p_run.origin = 'hand')
  )
$$;

-- Which tenants have such runs. Ids are in the order of time, so the first ones are the oldest; of
-- each job two of them may stay. It is `may_forget` written out: for ten thousand tenants, calls of
-- a function take seconds.
create or replace function laurels.tenants_with_old_runs(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where exists (
    select
    from (
      select r.*
      from laurels.job_runs as r
      where r.tenant_id = t.id
      order by r.id
      limit 200
    ) as r
    where r.finished_at < p_now - interval '45 days' and exists (
      select
      from laurels.job_runs as n
      where n.tenant_id = t.id and n.job = r.job and n.id > r.id
        and (n.origin <> 'hand' or r.origin = 'hand')
    )
  )
$$;

alter function laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[])
owner to laurels_maintenance;
alter function laurels.list_claimable_jobs(integer, interval) owner to laurels_maintenance;
alter function laurels.last_job_runs() owner to laurels_maintenance;
alter function laurels.list_time_zones() owner to laurels_maintenance;
alter function laurels.tenants_with_old_answers(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_old_runs(timestamptz) owner to laurels_maintenance;
revoke all on function
laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[]) from public;
revoke all on function laurels.list_claimable_jobs(integer, interval) from public;
revoke all on function laurels.last_job_runs() from public;
revoke all on function laurels.list_time_zones() from public;
revoke all on function laurels.tenants_with_old_answers(timestamptz) from public;
revoke all on function laurels.tenants_with_old_runs(timestamptz) from public;
grant execute on function
laurels.plan_job_runs(text[], text[], timestamptz[], boolean[], text[], uuid[]) to laurels_app;
grant execute on function laurels.list_claimable_jobs(integer, interval) to laurels_app;
grant execute on function laurels.last_job_runs() to laurels_app;
grant execute on function laurels.list_time_zones() to laurels_app;
grant execute on function laurels.tenants_with_old_answers(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_old_runs(timestamptz) to laurels_app;
