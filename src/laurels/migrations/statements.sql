-- name: tables
select
  'table ' || c.relname,
  'owned by ' || pg_get_userbyid(c.relowner) || case
    when c.relrowsecurity then ', row-level security'
    else ', no row-level security'
  end || case when c.relforcerowsecurity then ', forced' else ', not forced' end
from pg_class as c
where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
  and not c.relispartition;

-- name: policies
select 'policy ' || p.polname || ' on ' || c.relname,
  case when p.polpermissive then 'permissive' else 'restrictive' end
  || ' for ' || case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert'
    when 'w' then 'update' else 'delete' end
  || ' to ' || (select string_agg(case when r = 0 then 'public' else pg_get_userbyid(r) end,
    ', ' order by pg_get_userbyid(r)) from unnest(p.polroles) as r)
  || ' using ' || coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing')
  || ' with check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing')
from pg_policy as p inner join pg_class as c on c.oid = p.polrelid
where c.relnamespace = 'laurels'::regnamespace;

-- name: default_grants
select 'default grant of ' || lower(a.privilege_type) || ' on what '
  || pg_get_userbyid(d.defaclrole) || ' makes' || coalesce(' in ' || n.nspname, '') || ' to '
  || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
from pg_default_acl as d left join pg_namespace as n on n.oid = d.defaclnamespace,
  aclexplode(d.defaclacl) as a
where d.defaclobjtype = 'f';

-- name: table_grants
select 'grant of ' || lower(a.privilege_type) || ' on ' || c.relname || ' to '
  || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
  case when a.is_grantable then 'given, to be passed on' else 'given' end
from pg_class as c, aclexplode(c.relacl) as a
where c.relnamespace = 'laurels'::regnamespace and a.grantee <> c.relowner;

-- name: column_grants
select 'grant of ' || lower(a.privilege_type) || ' on ' || c.relname || '.' || t.attname
  || ' to ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
  case when a.is_grantable then 'given, to be passed on' else 'given' end
from pg_attribute as t inner join pg_class as c on c.oid = t.attrelid,
  aclexplode(t.attacl) as a
where c.relnamespace = 'laurels'::regnamespace and not t.attisdropped
  and a.grantee <> c.relowner;

-- name: schema_grants
select 'grant of ' || lower(a.privilege_type) || ' on the schema to '
  || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
from pg_namespace as n, aclexplode(n.nspacl) as a
where n.nspname = 'laurels' and a.grantee <> n.nspowner;

-- name: triggers
select
  'trigger ' || t.tgname || ' on ' || c.relname,
  case t.tgenabled
    when 'O' then ''
    when 'D' then 'switched off: '
    else t.tgenabled::text || ': '
  end || pg_get_triggerdef(t.oid)
from pg_trigger as t
inner join pg_class as c on c.oid = t.tgrelid
where c.relnamespace = 'laurels'::regnamespace and not t.tgisinternal and t.tgparentid = 0;

-- name: check_constraints
select 'check ' || k.conname || ' on ' || c.relname, pg_get_constraintdef(k.oid)
from pg_constraint as k
inner join pg_class as c on c.oid = k.conrelid
where c.relnamespace = 'laurels'::regnamespace and k.contype = 'c' and not c.relispartition;

-- name: functions
select 'function ' || f.oid::regprocedure::text,
  'owned by ' || pg_get_userbyid(f.proowner)
  || case when f.prosecdef then ', acting as its owner' else ', acting as its caller' end
  || coalesce(', with ' || array_to_string(f.proconfig, ' and '), '')
  || ', text ' || left(md5(f.prosrc), 8)
from pg_proc as f where f.pronamespace = 'laurels'::regnamespace;

-- name: function_grants
select 'grant of execute on ' || f.oid::regprocedure::text || ' to '
  || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
from pg_proc as f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
where f.pronamespace = 'laurels'::regnamespace and a.grantee <> f.proowner;

-- name: views
select
  'view ' || n.nspname || '.' || c.relname,
  'owned by ' || pg_get_userbyid(c.relowner) || coalesce(
    ', with ' || array_to_string(c.reloptions, ' and '), ', acting as its owner'
  ) || ', text ' || left(md5(pg_get_viewdef(c.oid)), 8)
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any($1::text[]) and c.relkind in ('v', 'm', 'r', 'p', 'f');

-- name: view_grants
select 'grant of ' || lower(a.privilege_type) || ' on ' || n.nspname || '.' || c.relname
  || ' to ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
  case when a.is_grantable then 'given, to be passed on' else 'given' end
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace,
  aclexplode(c.relacl) as a
where n.nspname = any($1::text[]) and a.grantee <> c.relowner;

-- name: view_schema_grants
select 'grant of ' || lower(a.privilege_type) || ' on the schema ' || n.nspname || ' to '
  || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end, 'given'
from pg_namespace as n, aclexplode(n.nspacl) as a
where n.nspname = any($1::text[]) and a.grantee <> n.nspowner;

-- name: mighty_roles
select rolname
from pg_roles
where rolname = any($1::text[]) and (rolsuper or rolbypassrls);

-- name: inherited_roles
select r.rolname as role, o.rolname as of
from pg_roles as r, pg_roles as o
where r.rolname = any($1::text[]) and o.rolname = any($2::text[]) and r.rolname <> o.rolname
  and pg_has_role(r.oid, o.oid, 'member');

-- name: may_make_temporary
select r.rolname
from pg_roles as r
where r.rolname = any($1::text[])
  and has_database_privilege(r.oid, current_database(), 'temporary');

-- name: count_rows_of
select relname
from pg_class
where relnamespace = $1::text::regnamespace and relkind in ('r', 'p') and not relispartition
order by relname;

-- name: may_create_databases
select rolsuper or rolcreatedb
from pg_roles
where rolname = current_user;

-- name: has_statement_statistics
select 1
from pg_extension
where extname = 'pg_stat_statements';

-- name: server_figures
select
  current_setting('server_version') as version, pg_database_size(current_database()) as size_bytes,
  (
    select count(*)
    from pg_stat_activity
    where backend_type = 'client backend'
  ) as connections,
  current_setting('max_connections')::int as max_connections,
  (
    select extract(epoch from max(now() - xact_start))::float8
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
  ) as oldest_transaction_seconds,
  (
    select count(*)
    from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction'
  ) as idle_in_transaction,
  (
    select count(*)
    from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
  ) as waiting_for_locks,
  (
    select age(datfrozenxid)
    from pg_database
    where datname = current_database()
  ) as xid_age,
  current_setting('autovacuum_freeze_max_age')::int as freeze_max_age, d.blks_read as blocks_read,
  d.blks_hit as blocks_hit, d.deadlocks, d.xact_commit as commits, d.xact_rollback as rollbacks,
  d.stats_reset, pg_has_role('pg_read_all_stats', 'usage') as sees_all
from pg_stat_database as d
where d.datname = current_database();

-- name: table_sizes
select
  s.relname as name, pg_table_size(s.relid) as table_bytes,
  pg_indexes_size(s.relid) as index_bytes, greatest(c.reltuples, s.n_live_tup)::bigint as rows,
  s.n_dead_tup as dead, s.n_tup_hot_upd as hot_updates, s.n_tup_upd as updates, s.seq_scan,
  s.idx_scan, greatest(s.last_vacuum, s.last_autovacuum) as vacuumed_at,
  greatest(s.last_analyze, s.last_autoanalyze) as analyzed_at
from pg_stat_user_tables as s
inner join pg_class as c on c.oid = s.relid
where s.schemaname = 'laurels'
order by pg_total_relation_size(s.relid) desc, s.relname
limit $1;

-- name: unused_indexes
select s.indexrelname as name, s.relname as table, pg_relation_size(s.indexrelid) as bytes
from pg_stat_user_indexes as s
inner join pg_index as i on i.indexrelid = s.indexrelid
where s.schemaname = 'laurels' and s.idx_scan = 0 and not i.indisunique and i.indisvalid
  and pg_relation_size(s.indexrelid) >= 1048576
order by 3 desc, 1
limit 50;

-- name: slowest_statements
select
  regexp_replace(query, '\s+', ' ', 'g') as query, calls, rows, total_exec_time as total_ms,
  mean_exec_time as mean_ms, max_exec_time as max_ms,
  100 * total_exec_time / nullif(sum(total_exec_time) over (), 0) as share
from pg_stat_statements
where dbid = (
  select oid
  from pg_database
  where datname = current_database()
)
  and toplevel
order by total_exec_time desc
limit $1;

-- name: partitions
select relname
from pg_class
where relnamespace = 'laurels'::regnamespace and relispartition;

-- name: named_checks
select t.relname, c.conname
from pg_constraint as c
inner join pg_class as t on t.oid = c.conrelid
where t.relnamespace = 'laurels'::regnamespace and c.contype = 'c' and t.relkind in ('r', 'p')
  and not t.relispartition;

-- name: count_other_sessions
select count(*)
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usename is not null;

-- name: note_applied
insert into laurels.schema_files (name, checksum)
values ($1, $2)
on conflict (name) do update set checksum = excluded.checksum;

-- name: list_functions
select oid::regprocedure::text as signature
from pg_proc
where pronamespace = 'laurels'::regnamespace and proname = any($1);

-- name: unprotected_tables
select c.relname
from pg_class as c
where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and not (
    c.relrowsecurity and c.relforcerowsecurity
    and exists (select 1 from pg_policy as p where p.polrelid = c.oid)
  )
order by 1;

-- name: existing_view_schemas
select n.nspname
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname = any($1::text[])
group by n.nspname;

-- name: list_views
select format('%I.%I', n.nspname, c.relname)
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname = any($1::text[])
order by c.oid desc;
