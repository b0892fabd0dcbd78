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
alter function laurels.find_tenant(text) owner to laurels_maintenance;
alter function laurels.list_tenants() owner to laurels_maintenance;
revoke all on function laurels.find_tenant(text) from public;
revoke all on function laurels.list_tenants() from public;
grant execute on function laurels.find_tenant(text) to laurels_app, laurels_owner;
grant execute on function laurels.list_tenants() to laurels_app, laurels_owner;
