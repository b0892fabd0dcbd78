-- name: plan_limits
select p.limits
from laurels.tenants as t
inner join laurels.plans as p on p.code = t.plan
where t.id = $1;

-- name: lock_tenant
select 1
from laurels.tenants
where id = $1
for no key update;

-- name: find_setting
select value
from laurels.platform_settings
where name = $1;

-- name: list_settings
select name, value, version, updated_at
from laurels.platform_settings;

-- name: change_setting
select *
from laurels.set_platform_setting($1, $2, $3::text::jsonb, $4, $5, $6, $7);

-- name: setting_history
select version, value, changed_at, actor_type, actor_id
from laurels.platform_settings_history
where name = $1;

-- name: create_tenant
insert into laurels.tenants (id, slug, name, preset, test, currency, time_zone, plan)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: change_tenant
update laurels.tenants
set name = coalesce($2, name), plan = coalesce($3, plan), version = version + 1
where id = $1;

-- name: lock_names
select name, plan, version
from laurels.tenants
where id = $1
for no key update;

-- name: tenant_plan
select t.version, p.code, p.name, p.limits
from laurels.tenants as t
inner join laurels.plans as p on p.code = t.plan
where t.id = $1;

-- name: section_versions
select section, version, updated_at
from laurels.tenant_settings
where tenant_id = $1;

-- name: lock_section
select
values, version
from laurels.tenant_settings
where tenant_id = $1 and section = $2
for update;

-- name: write_section
insert into laurels.tenant_settings (tenant_id, section, values, version, updated_at)
values ($1, $2, $3::text::jsonb, $4, $5)
on conflict (tenant_id, section) do update set
values = excluded.values, version = excluded.version, updated_at = excluded.updated_at;

-- name: note_section
insert into laurels.tenant_settings_history (
  tenant_id, section, version, values, changed_at, actor_type, actor_id
)
values ($1, $2, $3, $4::text::jsonb, $5, $6, $7);

-- name: section_history
select version,
values, changed_at, actor_type, actor_id
from laurels.tenant_settings_history
where tenant_id = $1 and section = $2;
