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

-- Which tenants have segments, whose members change with the days alone.
create or replace function laurels.tenants_with_segments(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and t.created_at <= p_now and exists (
    select
    from laurels.segments as s
    where s.tenant_id = t.id and s.archived_at is null
  )
$$;

alter function laurels.tenants_with_segments(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_segments(timestamptz) from public;
grant execute on function laurels.tenants_with_segments(timestamptz) to laurels_app;
