-- name: find_test_clock
select now
from laurels.test_clocks
where tenant_id = $1;

-- name: may_make_roles
select current_user::text as me, rolsuper, rolcreaterole and rolcreatedb as able
from pg_roles
where rolname = current_user;

-- name: roles_of_another
select rolname
from pg_roles
where rolname = any($1::text[]) and not pg_has_role(current_user, oid, $2)
  and not pg_has_role(current_user, oid, 'member with admin option')
order by 1;

-- name: strange_members_of_roles
select distinct quote_ident(m.rolname)
from pg_auth_members as a
inner join pg_roles as r on r.oid = a.roleid
inner join pg_roles as m on m.oid = a.member
where r.rolname = any($1::text[]) and a.admin_option;

-- name: may_make_databases
select rolcreatedb
from pg_roles
where rolname = $1;

-- name: may_change_roles
select rolsuper or (rolcreaterole and rolcreatedb)
from pg_roles
where rolname = current_user;

-- name: bind_login
insert into laurels.login_tenants (login, tenant_id)
values ($1, $2);

-- name: is_login
select bool_or(pg_has_role(r.oid, g.oid, 'member'))
from pg_roles as r, pg_roles as g
where r.rolname = $1 and not r.rolsuper and g.rolname = any($2::text[]) and r.rolname <> g.rolname;

-- name: list_logins
select l.login, l.tenant_id, coalesce(string_agg(g.rolname, ', '), 'gone') as role
from laurels.login_tenants as l
left join pg_roles as r on r.rolname = l.login
left join pg_auth_members as m on m.member = r.oid
left join pg_roles as g on g.oid = m.roleid and g.rolname = any($1::text[])
group by l.login, l.tenant_id
order by l.login;

-- name: claim_key
insert into laurels.idempotency_keys (tenant_id, key, fingerprint, created_at, holder)
values ($1, $2, $3, $4, $6)
on conflict (tenant_id, holder, key) do update set
  fingerprint = excluded.fingerprint,
  created_at = excluded.created_at,
  status = null,
  body = null
where idempotency_keys.created_at < $5
returning key;

-- name: find_key
select fingerprint, status, body
from laurels.idempotency_keys
where tenant_id = $1 and key = $2 and holder = $3;

-- name: keep_answer
update laurels.idempotency_keys
set status = $3, body = $4
where tenant_id = $1 and key = $2 and holder = $5;

-- name: find_keys
select i.*
from unnest($2::text[], $3::text[]) as n (holder, key)
cross join lateral (
  select k.holder, k.key, k.fingerprint, k.status, k.body
  from laurels.idempotency_keys as k
  where k.tenant_id = $1 and k.holder = n.holder and k.key = n.key
  limit 1
) as i;

-- name: delete_unanswered_keys
delete from laurels.idempotency_keys
where tenant_id = $1
  and exists (
    select
    from unnest($2::text[]) as word
    where strpos(key, word) > 0
  );

-- name: scrub_answers
update laurels.idempotency_keys
set body = $3
where tenant_id = $1
  and exists (
    select
    from unnest($2::text[]) as word
    where position(convert_to(word, 'UTF8') in body) > 0
  );

-- name: delete_old_keys
delete from laurels.idempotency_keys
where tenant_id = $1
  and (holder, key) in (
    select holder, key
    from laurels.idempotency_keys
    where tenant_id = $1 and created_at < $2
    order by created_at
    limit $3
  )
returning 1;
