-- name: tenants
select id, slug, name, preset, status, test, plan, currency, time_zone, created_at
from laurels.list_tenants();

-- name: list_plans
select
  p.code, p.name, p.limits, p.created_at, p.updated_at, p.archived_at,
  coalesce(c.tenants, 0) as tenants
from laurels.plans as p
left join laurels.count_tenants_by_plan() as c on c.plan = p.code
order by p.code;

-- name: set_plan
select laurels.set_plan($1, $2, $3::text::jsonb, $4, $5);

-- name: is_open_plan
select 1
from laurels.plans
where code = $1 and archived_at is null;
