-- Which tenants have actions on many members that have not ended.
create or replace function laurels.tenants_with_bulk_actions(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct b.tenant_id
  from laurels.bulk_actions as b
  inner join laurels.tenants as t on t.id = b.tenant_id
  where t.status = 'active' and b.finished_at is null and p_now is not null
$$;

alter function laurels.tenants_with_bulk_actions(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_bulk_actions(timestamptz) from public;
grant execute on function laurels.tenants_with_bulk_actions(timestamptz) to laurels_app;

-- Which tenants have actions that ended long ago.
create or replace function laurels.tenants_with_old_bulk_actions(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct b.tenant_id
  from laurels.bulk_actions as b
  where b.finished_at < p_now - interval '90 days'
$$;

alter function laurels.tenants_with_old_bulk_actions(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_old_bulk_actions(timestamptz) from public;
grant execute on function laurels.tenants_with_old_bulk_actions(timestamptz) to laurels_app;
