-- name: tenants
select id, slug, name, preset, status, test, plan, currency, time_zone, version, created_at
from laurels.list_tenants();

-- name: list_plans
select
  p.code, p.name, p.limits, p.version, p.created_at, p.updated_at, p.archived_at,
  coalesce(c.tenants, 0) as tenants
from laurels.plans as p
left join laurels.count_tenants_by_plan() as c on c.plan = p.code
order by p.code;

-- name: set_plan
select laurels.set_plan($1, $2, $3::text::jsonb, $4, $5, $6) as version;

-- name: is_open_plan
select 1
from laurels.plans
where code = $1 and archived_at is null;

-- name: tenant_figures
select tenant_id, members, purchases, last_purchase_at, staff
from laurels.tenant_figures($1);

-- name: queue_figures
select name, waiting, dead, oldest_at
from laurels.queue_figures();

-- name: database_figures
select
  pg_database_size(current_database()) as bytes,
  current_setting('server_version') as version,
  current_setting('max_connections')::integer as max_connections,
  (
    select count(*)
    from pg_stat_activity as a
    where a.datname = current_database()
  ) as connections;

-- name: largest_tables
select
  c.relname as name, pg_total_relation_size(c.oid) as bytes,
  greatest(c.reltuples, 0)::bigint as estimated_rows
from pg_class as c
where c.relnamespace = 'laurels'::regnamespace and c.relkind = 'r'
order by 2 desc
limit 10;
