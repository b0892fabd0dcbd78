-- Logins of people belong to no tenant, and the application's role cannot read their table. It can
-- ask for one login by its address or id, and change one in the few ways that are here.
create or replace function laurels.find_login(p_email text)
returns table (
  id uuid, email text, name text, password_hash text, status text, tenants uuid[]
)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select u.id, u.email, u.name, u.password_hash, u.status, u.tenants
  from laurels.users as u
  where u.email = p_email
$$;

create or replace function laurels.read_login(p_user uuid)
returns table (
  id uuid, email text, name text, password_hash text, status text, tenants uuid[]
)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select u.id, u.email, u.name, u.password_hash, u.status, u.tenants
  from laurels.users as u
  where u.id = p_user
$$;

-- The login of this address, made with this name and hash when there is none; a hash that is there
-- stays. The tenant of the transaction is among those where to look for the person.
create or replace function laurels.join_login(
  p_id uuid, p_email text, p_name text, p_hash text, p_now timestamptz
) returns uuid language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_tenant constant uuid := laurels.app_tenant();
  v_user uuid;
begin
  insert into laurels.users as u (
    id, email, name, password_hash, tenants, created_at, password_changed_at
  ) values (p_id, p_email, p_name, p_hash, array[v_tenant], p_now, p_now)
  on conflict (email) do update set
    password_hash = coalesce(u.password_hash, excluded.password_hash),
    tenants = case
      when u.tenants @> excluded.tenants then u.tenants else u.tenants || excluded.tenants
    end
  returning u.id into v_user;
  return v_user;
end
$$;

-- Whether this is still the hash of the login's password; then nobody changes it or disables the
-- login until this transaction ends. Hashing takes a while and holds no transaction, so whoever
-- found a password right asks again where it counts.
create or replace function laurels.lock_login(p_user uuid, p_hash text) returns boolean
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform
  from laurels.users as u
  where u.id = p_user and u.password_hash = p_hash and u.status = 'active'
  for update;
  return found;
end
$$;

-- Another hash of the password. With `p_old` only in its place: the same password, hashed anew.
create or replace function laurels.set_password(
  p_user uuid, p_hash text, p_old text, p_now timestamptz
) returns boolean language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  update laurels.users as u
  set password_hash = p_hash,
    password_changed_at = case when p_old is null then p_now else u.password_changed_at end
  where u.id = p_user and (p_old is null or u.password_hash = p_old);
  if not found then
    return false;
  end if;
  if p_old is null then
    -- Whoever chose a password needs no link for it any more.
    update laurels.password_resets as r set used_at = p_now
    where r.user_id = p_user and r.used_at is null;
  end if;
  return true;
end
$$;

create or replace function laurels.note_sign_in(p_user uuid, p_now timestamptz) returns void
language sql security definer set search_path = laurels, pg_temp as $$
  update laurels.users set last_sign_in_at = p_now where id = p_user
$$;

-- Where this login is active staff: the tenants by their slug.
create or replace function laurels.places_of_login(p_user uuid)
returns table (tenant_id uuid, slug text, name text, staff_id uuid, role text)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id, t.slug, t.name, s.id, s.role
  from laurels.users as u
  cross join unnest(u.tenants) as p (tenant_id)
  inner join laurels.tenants as t on t.id = p.tenant_id
  inner join laurels.staff as s on s.tenant_id = p.tenant_id and s.user_id = u.id
  where u.id = p_user and u.status = 'active' and s.status = 'active'
  order by t.slug
$$;

-- -- a new password -----------------------------------------------------------------------------

-- A request for a new password; an older one of the same person is void.
create or replace function laurels.ask_password_reset(
  p_id uuid, p_user uuid, p_now timestamptz, p_expires timestamptz
) returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  update laurels.password_resets as r set used_at = p_now
  where r.user_id = p_user and r.used_at is null;
  insert into laurels.password_resets (id, user_id, created_at, expires_at)
  values (p_id, p_user, p_now, p_expires);
end
$$;

-- Whom a request is for, as long as it can be used.
create or replace function laurels.read_password_reset(p_id uuid, p_now timestamptz)
returns table (user_id uuid, email text, name text)
language sql stable security definer set search_path = laurels, pg_temp as $$
  select u.id, u.email, u.name
  from laurels.password_resets as r
  inner join laurels.users as u on u.id = r.user_id
  where r.id = p_id and r.used_at is null and r.expires_at > p_now and u.status = 'active'
$$;

-- Use a request up; say whose it is, or nobody's when it was used or is past its end.
create or replace function laurels.use_password_reset(p_id uuid, p_now timestamptz) returns uuid
language sql security definer set search_path = laurels, pg_temp as $$
  update laurels.password_resets as r set used_at = p_now
  where r.id = p_id and r.used_at is null and r.expires_at > p_now
  returning r.user_id
$$;

-- -- links that sign in ---------------------------------------------------------------------------

create or replace function laurels.add_sign_in_link(
  p_id uuid,
  p_hash bytea,
  p_user uuid,
  p_tenant text,
  p_operator text,
  p_now timestamptz,
  p_expires timestamptz
) returns void
language sql security definer set search_path = laurels, pg_temp as $$
  insert into laurels.sign_in_links (
    id, hash, user_id, tenant, operator, created_at, expires_at
  )
  values (p_id, p_hash, p_user, p_tenant, p_operator, p_now, p_expires)
$$;

-- Use a link up; say whom it signs in, or nobody when it was used or is past its end.
create or replace function laurels.use_sign_in_link(p_id uuid, p_hash bytea, p_now timestamptz)
returns table (user_id uuid, tenant text, operator text)
language sql security definer set search_path = laurels, pg_temp as $$
  update laurels.sign_in_links as l set used_at = p_now
  where l.id = p_id and l.hash = p_hash and l.used_at is null and l.expires_at > p_now
  returning l.user_id, l.tenant, l.operator
$$;

-- -- slowing down -------------------------------------------------------------------------------

-- How many attempts of a kind are free before the next one has to wait.
create or replace function laurels.free_attempts(p_kind text) returns bigint
language sql immutable parallel safe as $$
  select case p_kind when 'pair' then 5 when 'account' then 10 when 'mail' then 3 else 30 end
$$;

-- Until when the next attempt waits after so many failures: a second, two, four ... a quarter hour.
create or replace function laurels.next_attempt(
  p_kind text, p_failures bigint, p_now timestamptz
) returns timestamptz language sql immutable parallel safe as $$
  select case
    when p_failures >= laurels.free_attempts(p_kind) then p_now + interval '1 second'
      * least(900, power(2, least(p_failures - laurels.free_attempts(p_kind), 10)))
  end
$$;

-- Take the rows of these subjects, in one order for all, and forget what a calm hour has settled.
create or replace function laurels.take_throttles(
  p_subjects bytea[], p_kinds text[], p_now timestamptz
) returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  insert into laurels.sign_in_throttles as t (subject, kind, failures, last_at)
  select n.subject, n.kind, 0, p_now
  from unnest(p_subjects, p_kinds) as n (subject, kind)
  order by n.subject
  on conflict (subject) do update set
    failures = case
      when t.last_at < excluded.last_at - interval '1 hour' then 0 else t.failures
    end,
    next_at = case
      when t.last_at < excluded.last_at - interval '1 hour' then null else t.next_at
    end;
end
$$;

-- Ask for an attempt. Zero lets it through, and counts it as a failure until `lift_attempt` says
-- otherwise, so that many at once are not let through together. Else: the seconds to wait; then
-- nothing is counted. An address from which the account signed in lately does not wait for what
-- others do to the account from elsewhere.
create or replace function laurels.ask_attempt(
  p_subjects bytea[], p_kinds text[], p_now timestamptz
) returns integer language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_familiar boolean;
  v_until timestamptz;
begin
  perform laurels.take_throttles(p_subjects, p_kinds, p_now);
  select
    coalesce(bool_or(t.kind = 'pair' and t.succeeded_at > p_now - interval '90 days'), false)
  into v_familiar
  from laurels.sign_in_throttles as t
  where t.subject = any(p_subjects);
  select max(t.next_at) into v_until
  from laurels.sign_in_throttles as t
  where t.subject = any(p_subjects) and not (v_familiar and t.kind = 'account');
  if v_until > p_now then
    return greatest(1, ceil(extract(epoch from v_until - p_now)))::integer;
  end if;
  update laurels.sign_in_throttles as t
  set failures = t.failures + 1, last_at = p_now,
    next_at = laurels.next_attempt(t.kind, t.failures + 1, p_now)
  where t.subject = any(p_subjects);
  return 0;
end
$$;

-- The attempt was a good one: it counts as no failure, and the pair of account and address is
-- familiar from now on, without failures.
create or replace function laurels.lift_attempt(
  p_subjects bytea[], p_kinds text[], p_now timestamptz
) returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.take_throttles(p_subjects, p_kinds, p_now);
  update laurels.sign_in_throttles as t
  set failures = case when t.kind = 'pair' then 0 else greatest(t.failures - 1, 0) end,
    next_at = case
      when t.kind = 'pair' or t.failures - 1 < laurels.free_attempts(t.kind) then null
      else t.next_at
    end,
    succeeded_at = case when t.kind = 'pair' then p_now else t.succeeded_at end
  where t.subject = any(p_subjects);
end
$$;

-- A wrong password is noted where the person works, and whether the next attempt has to wait; for
-- somebody whom nobody knows, in the log of the platform. Both cost the same.
create or replace function laurels.note_failed_sign_in(
  p_user uuid, p_subjects bytea[], p_request_id text, p_ip text, p_user_agent text,
  p_now timestamptz
) returns void language sql security definer set search_path = laurels, pg_temp as $$
  insert into laurels.audit_log (
    tenant_id, id, action, target_type, target_id, actor_type, request_id, ip, user_agent,
    created_at
  )
  select
    n.tenant_id, laurels.new_id(),
    case when exists (
      select
      from laurels.sign_in_throttles as t
      where t.subject = any(p_subjects) and t.next_at > p_now
    ) then 'auth.sign_in_slowed' else 'auth.sign_in_failed' end,
    n.kind, n.target, 'nobody', p_request_id, p_ip, p_user_agent, p_now
  from (
    select s.tenant_id, 'staff' as kind, laurels.type_id('stf', s.id) as target
    from laurels.users as u
    cross join unnest(u.tenants) as p (tenant_id)
    inner join laurels.staff as s on s.tenant_id = p.tenant_id and s.user_id = u.id
    where u.id = p_user
    union all
    select laurels.platform_tenant(), 'user', coalesce(laurels.type_id('usr', p_user), 'unknown')
    where not exists (
      select
      from laurels.users as u
      cross join unnest(u.tenants) as p (tenant_id)
      inner join laurels.staff as s on s.tenant_id = p.tenant_id and s.user_id = u.id
      where u.id = p_user
    )
  ) as n
$$;

-- -- what is past its days ----------------------------------------------------------------------

-- Which tenants have sessions or invitations that ended more than thirty days ago; the first tenant
-- of all looks after what belongs to none.
create or replace function laurels.tenants_with_old_sign_ins(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where exists (
    select
    from laurels.staff_sessions as s
    where s.tenant_id = t.id and s.expires_at < p_now - interval '30 days'
  ) or exists (
    select
    from laurels.staff_invitations as i
    where i.tenant_id = t.id and i.expires_at < p_now - interval '30 days'
  )
  union
  select f.id
  from (select t.id from laurels.tenants as t order by t.id limit 1) as f
  where exists (
    select from laurels.password_resets as r where r.expires_at < p_now - interval '1 day'
  ) or exists (
    select from laurels.sign_in_links as l where l.expires_at < p_now - interval '1 day'
  ) or exists (
    select
    from laurels.sign_in_throttles as t
    where t.last_at < p_now - interval '1 day' and t.succeeded_at is null
  ) or exists (
    select from laurels.sign_in_throttles as t where t.last_at < p_now - interval '90 days'
  )
$$;

-- Forget requests for passwords and links that sign in a day after their end, failures after a calm
-- day, familiar addresses after ninety days; at most so many of each. Say how many went.
create or replace function laurels.forget_old_attempts(p_now timestamptz, p_limit integer)
returns bigint language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_rows bigint;
  v_all bigint := 0;
begin
  delete from laurels.password_resets as r where r.id in (
    select o.id
    from laurels.password_resets as o
    where o.expires_at < p_now - interval '1 day'
    order by o.expires_at
    limit p_limit
  );
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from laurels.sign_in_links as l where l.id in (
    select o.id
    from laurels.sign_in_links as o
    where o.expires_at < p_now - interval '1 day'
    order by o.expires_at
    limit p_limit
  );
  get diagnostics v_rows = row_count;
  v_all := v_all + v_rows;
  delete from laurels.sign_in_throttles as t where t.subject in (
    select o.subject
    from laurels.sign_in_throttles as o
    where o.last_at < p_now - case
      when o.succeeded_at is null then interval '1 day' else interval '90 days'
    end
    order by o.last_at
    limit p_limit
  );
  get diagnostics v_rows = row_count;
  return v_all + v_rows;
end
$$;

alter function laurels.find_login(text) owner to laurels_maintenance;
alter function laurels.read_login(uuid) owner to laurels_maintenance;
alter function laurels.join_login(uuid, text, text, text, timestamptz) owner to laurels_maintenance;
alter function laurels.lock_login(uuid, text) owner to laurels_maintenance;
alter function laurels.set_password(uuid, text, text, timestamptz) owner to laurels_maintenance;
alter function laurels.note_sign_in(uuid, timestamptz) owner to laurels_maintenance;
alter function laurels.places_of_login(uuid) owner to laurels_maintenance;
alter function laurels.ask_password_reset(uuid, uuid, timestamptz, timestamptz)
owner to laurels_maintenance;
alter function laurels.read_password_reset(uuid, timestamptz) owner to laurels_maintenance;
alter function laurels.use_password_reset(uuid, timestamptz) owner to laurels_maintenance;
alter function laurels.add_sign_in_link(
  uuid, bytea, uuid, text, text, timestamptz, timestamptz
) owner to laurels_maintenance;
alter function laurels.use_sign_in_link(uuid, bytea, timestamptz) owner to laurels_maintenance;
alter function laurels.take_throttles(bytea[], text[], timestamptz) owner to laurels_maintenance;
revoke all on function laurels.take_throttles(bytea[], text[], timestamptz) from laurels_app;
alter function laurels.ask_attempt(bytea[], text[], timestamptz) owner to laurels_maintenance;
alter function laurels.lift_attempt(bytea[], text[], timestamptz) owner to laurels_maintenance;
alter function laurels.note_failed_sign_in(uuid, bytea[], text, text, text, timestamptz)
owner to laurels_maintenance;
alter function laurels.tenants_with_old_sign_ins(timestamptz) owner to laurels_maintenance;
alter function laurels.forget_old_attempts(timestamptz, integer) owner to laurels_maintenance;
revoke all on function
laurels.find_login(text),
laurels.read_login(uuid),
laurels.join_login(uuid, text, text, text, timestamptz),
laurels.lock_login(uuid, text),
laurels.set_password(uuid, text, text, timestamptz),
laurels.note_sign_in(uuid, timestamptz),
laurels.places_of_login(uuid),
laurels.ask_password_reset(uuid, uuid, timestamptz, timestamptz),
laurels.read_password_reset(uuid, timestamptz),
laurels.use_password_reset(uuid, timestamptz),
laurels.add_sign_in_link(uuid, bytea, uuid, text, text, timestamptz, timestamptz),
laurels.use_sign_in_link(uuid, bytea, timestamptz),
laurels.take_throttles(bytea[], text[], timestamptz),
laurels.ask_attempt(bytea[], text[], timestamptz),
laurels.lift_attempt(bytea[], text[], timestamptz),
laurels.note_failed_sign_in(uuid, bytea[], text, text, text, timestamptz),
laurels.tenants_with_old_sign_ins(timestamptz),
laurels.forget_old_attempts(timestamptz, integer)
from public;
grant execute on function
laurels.find_login(text),
laurels.read_login(uuid),
laurels.join_login(uuid, text, text, text, timestamptz),
laurels.lock_login(uuid, text),
laurels.set_password(uuid, text, text, timestamptz),
laurels.note_sign_in(uuid, timestamptz),
laurels.places_of_login(uuid),
laurels.ask_password_reset(uuid, uuid, timestamptz, timestamptz),
laurels.read_password_reset(uuid, timestamptz),
laurels.use_password_reset(uuid, timestamptz),
laurels.add_sign_in_link(uuid, bytea, uuid, text, text, timestamptz, timestamptz),
laurels.use_sign_in_link(uuid, bytea, timestamptz),
laurels.ask_attempt(bytea[], text[], timestamptz),
laurels.lift_attempt(bytea[], text[], timestamptz),
laurels.note_failed_sign_in(uuid, bytea[], text, text, text, timestamptz),
laurels.tenants_with_old_sign_ins(timestamptz),
laurels.forget_old_attempts(timestamptz, integer)
to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.api_keys
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('api_key', 'key', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.staff
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('staff', 'stf', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.staff_invitations
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('staff', 'stf', 'staff_id');

create or replace trigger audit_outside
after insert or update or delete on laurels.staff_sessions
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('staff_session', 'ses', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.users
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('user', 'usr', 'id', 'platform');
