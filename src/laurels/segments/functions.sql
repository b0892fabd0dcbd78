-- Which tenants have events that their segments have not followed yet. Tenants without segments
-- have no row here and cost nothing.
create or replace function laurels.tenants_with_segment_news(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select c.tenant_id
  from laurels.segment_cursors as c
  inner join laurels.outbox_leases as o on o.tenant_id = c.tenant_id
  inner join laurels.tenants as t on t.id = c.tenant_id
  where t.status = 'active' and o.last_position > c.position and p_now is not null
$$;

-- Which tenants have segments that a job is to compute because somebody asked.
create or replace function laurels.tenants_with_segments_asked(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct s.tenant_id
  from laurels.segments as s
  inner join laurels.tenants as t on t.id = s.tenant_id
  where t.status = 'active' and s.asked_at is not null and s.archived_at is null
    and p_now is not null
$$;

alter function laurels.tenants_with_segment_news(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_segments_asked(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_segment_news(timestamptz) from public;
revoke all on function laurels.tenants_with_segments_asked(timestamptz) from public;
grant execute on function laurels.tenants_with_segment_news(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_segments_asked(timestamptz) to laurels_app;

-- When something last happened in a tenant, from an hour earlier on: what was told may have been
-- written that long before it was committed.
create or replace function laurels.last_news(p_tenant uuid) returns timestamptz
language sql stable as $$
  select o.created_at + interval '1 hour'
  from laurels.outbox as o
  where o.tenant_id = p_tenant
  order by o.id desc
  limit 1
$$;

-- Which tenants have segments whose members may have changed since they were computed: something
-- happened, or days alone change them. One that could not be computed is tried again.
create or replace function laurels.tenants_with_segments_to_refresh(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and t.created_at <= p_now and exists (
    select
    from laurels.segments as s
    where s.tenant_id = t.id and s.archived_at is null and s.auto_update and (
      s.last_computed_at is null
      or s.failed_at is not null
      or (s.by_day and exists (select from laurels.members as m where m.tenant_id = t.id))
      or s.last_computed_at < laurels.last_news(t.id)
    )
  )
$$;

-- Which tenants have segments with days to count: none was, or something happened after the last
-- one, or members were computed since. Days on which nothing happens are like the last one.
create or replace function laurels.tenants_with_days_to_count(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and t.created_at <= p_now and exists (
    select
    from laurels.segments as s
    left join lateral (
      select
        (c.day + 1)::timestamp at time zone t.time_zone as ended_at,
        c.computed_at
      from laurels.segment_days as c
      where c.tenant_id = t.id and c.segment_id = s.id
      order by c.day desc
      limit 1
    ) as d on true
    where s.tenant_id = t.id and s.archived_at is null
      and (s.kind = 'static' or s.computed_version is not null)
      and (
        d.ended_at is null
        or d.ended_at < laurels.last_news(t.id)
        or d.computed_at < s.last_computed_at
      )
  )
$$;

alter function laurels.tenants_with_segments_to_refresh(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_days_to_count(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_segments_to_refresh(timestamptz) from public;
revoke all on function laurels.tenants_with_days_to_count(timestamptz) from public;
grant execute on function laurels.tenants_with_segments_to_refresh(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_days_to_count(timestamptz) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.segments
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('segment', 'seg', 'id');
