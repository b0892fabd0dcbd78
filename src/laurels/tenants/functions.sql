-- The tenant that a login of the integration or BI role is bound to. Such logins cannot choose it.
create or replace function laurels.login_tenant() returns uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select tenant_id from laurels.login_tenants where login = session_user
$$;

-- Which tenant has this slug. The one look-up that is made before the tenant is known.
create or replace function laurels.find_tenant(p_slug text) returns uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select id from laurels.tenants where slug = p_slug
$$;

-- All tenants, for the operator's list and for workers that walk them.
create or replace function laurels.list_tenants() returns setof laurels.tenants
language sql stable security definer set search_path = laurels, pg_temp as $$
  select * from laurels.tenants order by slug
$$;

alter function laurels.login_tenant() owner to laurels_maintenance;
-- The policies of the logins that are bound to a tenant ask it.
grant execute on function laurels.login_tenant() to laurels_bi, laurels_integration;
alter function laurels.find_tenant(text) owner to laurels_maintenance;
alter function laurels.list_tenants() owner to laurels_maintenance;
revoke all on function laurels.find_tenant(text) from public;
revoke all on function laurels.list_tenants() from public;
grant execute on function laurels.find_tenant(text) to laurels_app, laurels_owner;
grant execute on function laurels.list_tenants() to laurels_app, laurels_owner;

-- The tenant that the application works for in this transaction.
create or replace function laurels.app_tenant() returns uuid
language sql stable as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- What stands in the tenant's place when the operator works for the platform itself.
create or replace function laurels.platform_tenant() returns uuid
language sql immutable as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

-- Set a setting of the platform and keep the version in its history; say what it was before, its
-- version now, and the version that was found. Nothing is set when another one was edited.
create or replace function laurels.set_platform_setting(
  p_name text,
  p_type text,
  p_value jsonb,
  p_now timestamptz,
  p_actor_type text,
  p_actor_id text,
  p_edited bigint
) returns table (before jsonb, version bigint, found bigint)
language plpgsql security definer set search_path = laurels, pg_temp as $$
#variable_conflict use_column
declare
  v_found bigint;
  v_version bigint;
begin
  if laurels.app_tenant() is distinct from laurels.platform_tenant() then
    raise insufficient_privilege using message = 'only the operator changes platform settings';
  end if;
  -- The table, as there may be no row yet that could be locked.
  lock table laurels.platform_settings in share row exclusive mode;
  select coalesce(max(s.version), 0) into v_found
  from laurels.platform_settings as s
  where s.name = p_name;
  if p_edited <> v_found then
    return query select null::jsonb, v_found, v_found;
    return;
  end if;
  insert into laurels.platform_settings as s (name, type, value, version, updated_at)
  values (p_name, p_type, p_value, 1, p_now)
  on conflict (name) do update
  set type = excluded.type, value = excluded.value, version = s.version + 1,
    updated_at = excluded.updated_at
  returning s.version into v_version;
  insert into laurels.platform_settings_history (
    name, version, type, value, changed_at, actor_type, actor_id
  ) values (p_name, v_version, p_type, p_value, p_now, p_actor_type, p_actor_id);
  return query
  select
    (
      select h.value from laurels.platform_settings_history as h
      where h.name = p_name and h.version = v_version - 1
    ),
    v_version,
    v_found;
end
$$;

-- Put a plan in force, or change one; say which version there was, 0 for none. Nothing is changed
-- when somebody edited another version.
create or replace function laurels.set_plan(
  p_code text, p_name text, p_limits jsonb, p_now timestamptz, p_archived boolean, p_edited bigint
) returns bigint language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_version bigint;
begin
  if laurels.app_tenant() is distinct from laurels.platform_tenant() then
    raise insufficient_privilege using message = 'only the operator changes plans';
  end if;
  lock table laurels.plans in share row exclusive mode;
  select coalesce(max(p.version), 0) into v_version
  from laurels.plans as p
  where p.code = p_code;
  if p_edited <> v_version then
    return v_version;
  end if;
  insert into laurels.plans as p (code, name, limits, created_at, updated_at, archived_at)
  values (p_code, p_name, p_limits, p_now, p_now, case when p_archived then p_now end)
  on conflict (code) do update
  set name = excluded.name, limits = excluded.limits, updated_at = excluded.updated_at,
    version = p.version + 1,
    archived_at = case
      when excluded.archived_at is not null then coalesce(p.archived_at, excluded.archived_at)
    end;
  return v_version;
end
$$;

-- How many tenants there are in each plan.
create or replace function laurels.count_tenants_by_plan()
returns table (plan text, tenants bigint)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.plan, count(*) from laurels.tenants as t group by t.plan
$$;

alter function laurels.set_platform_setting(text, text, jsonb, timestamptz, text, text, bigint)
owner to laurels_maintenance;
alter function laurels.set_plan(text, text, jsonb, timestamptz, boolean, bigint)
owner to laurels_maintenance;
alter function laurels.count_tenants_by_plan() owner to laurels_maintenance;
revoke all on function
laurels.set_platform_setting(text, text, jsonb, timestamptz, text, text, bigint),
laurels.set_plan(text, text, jsonb, timestamptz, boolean, bigint),
laurels.count_tenants_by_plan() from public;
grant execute on function
laurels.set_platform_setting(text, text, jsonb, timestamptz, text, text, bigint),
laurels.set_plan(text, text, jsonb, timestamptz, boolean, bigint),
laurels.count_tenants_by_plan() to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.tenants
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('tenant', 'ten', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.tenant_settings
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('settings', '', 'section');
