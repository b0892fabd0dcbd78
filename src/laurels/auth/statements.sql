-- name: staff
select
  id, email, name, role, status, invited_by, created_at, joined_at, removed_at,
  (
    select max(s.refreshed_at)
    from laurels.staff_sessions as s
    where s.tenant_id = $1 and s.staff_id = staff.id
  ) as last_seen_at
from laurels.staff
where tenant_id = $1;

-- name: touch_keys
update laurels.api_keys
set last_used_at = $3
where tenant_id = $1
  and id in (
    select id
    from laurels.api_keys
    where tenant_id = $1 and id = any($2)
    order by id
    for update skip locked
  );

-- name: ask_password_reset
select laurels.ask_password_reset($1, $2, $3, $4);

-- name: read_password_reset
select *
from laurels.read_password_reset($1, $2);

-- name: role_of_staff
select role
from laurels.staff
where tenant_id = $1 and id = $2 and status = 'active';

-- name: scopes_of_key
select scopes
from laurels.api_keys
where tenant_id = $1 and id = $2;

-- name: delete_old_tokens
delete from laurels.refresh_tokens
where tenant_id = $1
  and id in (
    select t.id
    from laurels.refresh_tokens as t
    inner join laurels.staff_sessions as s on s.tenant_id = t.tenant_id and s.id = t.session_id
    where t.tenant_id = $1
      and (s.expires_at < now() - interval '30 days' or t.expires_at < now() - interval '1 day')
    order by t.id
    limit $2
  )
returning 1;

-- name: delete_old_sessions
delete from laurels.staff_sessions
where tenant_id = $1
  and id in (
    select s.id
    from laurels.staff_sessions as s
    where s.tenant_id = $1 and s.expires_at < now() - interval '30 days'
      and not exists (
        select
        from laurels.refresh_tokens as t
        where t.tenant_id = $1 and t.session_id = s.id
      )
    order by s.expires_at
    limit $2
  )
returning 1;

-- name: delete_old_invitations
delete from laurels.staff_invitations
where tenant_id = $1
  and id in (
    select i.id
    from laurels.staff_invitations as i
    where i.tenant_id = $1 and i.expires_at < now() - interval '30 days'
    order by i.id
    limit $2
  )
returning 1;

-- name: find_invitation
select i.id, p.id as staff_id, p.email, p.name, p.role
from laurels.staff_invitations as i
inner join laurels.staff as p on p.tenant_id = i.tenant_id and p.id = i.staff_id
where i.tenant_id = $1 and i.id = $2 and i.accepted_at is null and i.revoked_at is null
  and i.expires_at > now() and p.status = 'invited';

-- name: lock_staff
select id
from laurels.staff
where tenant_id = $1 and id = $2
for update;

-- name: activate_staff
update laurels.staff
set status = 'active', user_id = $3, name = $4, joined_at = now()
where tenant_id = $1 and id = $2;

-- name: accept_invitation
update laurels.staff_invitations
set accepted_at = now()
where tenant_id = $1 and id = $2;

-- name: join_login
select laurels.join_login($1, $2, $3, $4, $5);

-- name: set_password
select laurels.set_password($1, $2, null, $3);

-- name: replace_hash
select laurels.set_password($1, $2, $3, $4);

-- name: find_name_of_staff
select name, email, role
from laurels.staff
where tenant_id = $1 and id = $2;

-- name: find_name_of_key
select name
from laurels.api_keys
where tenant_id = $1 and id = $2;

-- name: create_operator_key
insert into laurels.operator_keys (id, name, hash, hint, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5, now(), $6);

-- name: revoke_operator_key
update laurels.operator_keys
set revoked_at = coalesce(revoked_at, now())
where id = $1
returning id;

-- name: list_operator_keys
select id, name, hint, scopes, created_at, expires_at, revoked_at, last_used_at
from laurels.operator_keys
order by id desc
limit 1000;

-- name: find_operator_key
select
  hash, scopes, last_used_at, expires_at <= now() as expired, revoked_at is not null as revoked
from laurels.operator_keys
where id = $1;

-- name: touch_operator_key
update laurels.operator_keys
set last_used_at = $2
where id = (
  select id
  from laurels.operator_keys
  where id = $1
  for update skip locked
);

-- name: open_invitation_addressee
select p.email, p.name, p.role
from laurels.staff_invitations as i
inner join laurels.staff as p on p.tenant_id = i.tenant_id and p.id = i.staff_id
where i.tenant_id = $1 and i.id = $2 and i.accepted_at is null and i.revoked_at is null
  and i.expires_at > now() and p.status = 'invited';

-- name: create_key
insert into laurels.api_keys (
  tenant_id, id, name, mode, hash, hint, scopes, created_at, expires_at
)
values ($1, $2, $3, $4, $5, $6, $7, now(), $8);

-- name: revoke_key
update laurels.api_keys
set revoked_at = coalesce(revoked_at, now())
where tenant_id = $1 and id = $2
returning id;

-- name: api_keys
select id, name, mode, hint, scopes, created_at, expires_at, revoked_at, last_used_at
from laurels.api_keys
where tenant_id = $1;

-- name: lock_staff_of_session
select id
from laurels.staff
where tenant_id = $1 and id = $2 and status = 'active'
for share;

-- name: start_session
insert into laurels.staff_sessions (
  tenant_id, id, staff_id, created_at, refreshed_at, expires_at, ip, user_agent
)
values ($1, $2, $3, $4, $4, $5, $6, $7);

-- name: end_surplus_sessions
update laurels.staff_sessions
set ended_at = now(), end_reason = 'signed_out'
where tenant_id = $1
  and id in (
    select id
    from laurels.staff_sessions
    where tenant_id = $1 and staff_id = $2 and ended_at is null
    order by refreshed_at desc, id desc
    offset $3
  );

-- name: add_tokens
insert into laurels.refresh_tokens (
  tenant_id, id, session_id, hash, created_at, expires_at, access_hash, access_expires_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: lock_token
select
  t.session_id, t.hash, t.rotated_at, t.expires_at > now() as lasts, s.ended_at, s.staff_id,
  p.status, p.user_id
from laurels.refresh_tokens as t
inner join laurels.staff_sessions as s on s.tenant_id = t.tenant_id and s.id = t.session_id
inner join laurels.staff as p on p.tenant_id = s.tenant_id and p.id = s.staff_id
where t.tenant_id = $1 and t.id = $2
for update of t;

-- name: rotate_token
update laurels.refresh_tokens
set rotated_at = $3, rotated_to = $4
where tenant_id = $1 and id = $2;

-- name: prolong_session
update laurels.staff_sessions
set refreshed_at = $3, expires_at = $4, ip = $5, user_agent = $6
where tenant_id = $1 and id = $2;

-- name: note_reuse
update laurels.refresh_tokens
set reused_at = coalesce(reused_at, now())
where tenant_id = $1 and id = $2;

-- name: end_sessions
update laurels.staff_sessions
set ended_at = now(), end_reason = $3
where tenant_id = $1 and staff_id = $2 and ended_at is null and ($4::uuid is null or id = $4)
  and ($5::uuid is null or id <> $5)
returning id;

-- name: find_login_of_staff
select user_id
from laurels.staff
where tenant_id = $1 and id = $2;

-- name: lock_session
select id
from laurels.staff_sessions
where tenant_id = $1 and id = $2 and ended_at is null
for update;

-- name: list_sessions
select id, created_at, refreshed_at, expires_at, ip, user_agent
from laurels.staff_sessions
where tenant_id = $1 and staff_id = $2 and ended_at is null and expires_at > now();

-- name: note_failure
select laurels.note_failed_sign_in($1, $2, $3, $4, $5, $6);

-- name: count_staff
select count(*)
from laurels.staff
where tenant_id = $1;

-- name: add_staff
insert into laurels.staff (
  tenant_id, id, user_id, email, name, role, status, invited_by, created_at, joined_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, now(), case when $7 = 'active' then now() end);

-- name: add_invitation
insert into laurels.staff_invitations (tenant_id, id, staff_id, created_at, expires_at)
values ($1, $2, $3, $4, $5);

-- name: revoke_invitations
update laurels.staff_invitations
set revoked_at = now()
where tenant_id = $1 and staff_id = $2 and accepted_at is null and revoked_at is null;

-- name: lock_staff_and_owners
select id, email, name, role, status, user_id
from laurels.staff
where tenant_id = $1 and (id = $2 or (role = 'owner' and status = 'active'))
order by id
for update;

-- name: change_staff
update laurels.staff
set role = coalesce($3, role), name = coalesce($4, name)
where tenant_id = $1 and id = $2;

-- name: remove_staff
update laurels.staff
set status = 'removed', removed_at = now()
where tenant_id = $1 and id = $2;

-- name: restore_staff
update laurels.staff
set status = $3, removed_at = null
where tenant_id = $1 and id = $2;

-- name: find_staff_by_email
select id
from laurels.staff
where tenant_id = $1 and email = $2;

-- name: ask_attempt
select laurels.ask_attempt($1, $2, $3);

-- name: add_sign_in_link
select laurels.add_sign_in_link($1, $2, $3, $4, $5, $6, $7);

-- name: use_sign_in_link
select user_id, tenant, operator
from laurels.use_sign_in_link($1, $2, $3);

-- name: saved_views
select
  v.id,
  v.screen,
  v.name,
  v.search,
  v.shared,
  v.staff_id = $2 as mine,
  s.name as owner,
  d.view_id is not null as is_default,
  v.version,
  v.created_at,
  v.updated_at
from laurels.saved_views as v
inner join laurels.staff as s on s.tenant_id = $1 and s.id = v.staff_id
left join laurels.default_views as d
  on d.tenant_id = $1 and d.staff_id = $2 and d.view_id = v.id
where v.tenant_id = $1 and (v.shared or v.staff_id = $2);

-- name: count_saved_views
select count(*)
from laurels.saved_views
where tenant_id = $1 and staff_id = $2;

-- name: add_saved_view
insert into laurels.saved_views (
  tenant_id, id, staff_id, screen, name, search, shared, created_at, updated_at
)
values ($1, $3, $2, $4, $5, $6::text::jsonb, $7, now(), now());

-- name: lock_saved_view
select 1
from laurels.saved_views
where tenant_id = $1 and id = $2
for update;

-- name: change_saved_view
update laurels.saved_views
set
  name = coalesce($3, name),
  search = coalesce($4::text::jsonb, search),
  shared = coalesce($5, shared),
  version = version + 1,
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: delete_saved_view
delete from laurels.saved_views
where tenant_id = $1 and id = $2;

-- name: forget_views_of_staff
delete from laurels.saved_views
where tenant_id = $1 and staff_id = $2 and not shared;

-- name: forget_defaults_of_staff
delete from laurels.default_views
where tenant_id = $1 and staff_id = $2;

-- name: set_default_view
insert into laurels.default_views (tenant_id, staff_id, screen, view_id)
values ($1, $2, $3, $4)
on conflict (tenant_id, staff_id, screen) do update set view_id = excluded.view_id;

-- name: forget_default_view
delete from laurels.default_views
where tenant_id = $1 and staff_id = $2 and screen = $3;

-- name: forget_defaults_of_others
delete from laurels.default_views as d
using laurels.saved_views as v
where d.tenant_id = $1 and d.view_id = $2 and v.tenant_id = $1 and v.id = $2
  and d.staff_id <> v.staff_id;
