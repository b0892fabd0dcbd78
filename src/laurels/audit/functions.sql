-- An id as the API writes it: prefix, `_`, and the 128 bits in 26 letters of Crockford's base32.
create or replace function laurels.type_id(p_prefix text, p_id uuid) returns text
language sql immutable strict parallel safe as $$
  select p_prefix || '_' || string_agg(
    substr('0123456789abcdefghjkmnpqrstvwxyz', b.letter::int + 1, 1), '' order by b.place
  )
  from (
    select
      g.place,
      -- Two bits of nothing go before the 128, so that 26 letters of five bits are full.
      lpad(
        substr('00' || ('x' || replace(p_id::text, '-', ''))::bit(128)::text, g.place * 5 + 1, 5),
        32, '0'
      )::bit(32)::bigint as letter
    from generate_series(0, 25) as g (place)
  ) as b
$$;

-- JSON without anybody's words: numbers, truth values, ids of ours, moments and kinds stay, every
-- other value becomes null. The names of the fields stay.
create or replace function laurels.blank_json(p_value jsonb) returns jsonb
language sql immutable parallel safe as $$
  select case
    when jsonb_typeof(p_value) <> 'object' then p_value
    else (
      select coalesce(jsonb_object_agg(e.key, case
        when jsonb_typeof(e.value) in ('number', 'boolean', 'null') then e.value
        when e.key <> 'external_id' and e.key like '%\_id' then e.value
        when e.key in (
          'occurred_at', 'type', 'source', 'status', 'currency', 'amount', 'points', 'fields',
          'erased'
        ) then e.value
      end), '{}')
      from jsonb_each(p_value) as e
    )
  end
$$;

-- Functions of the maintenance role may pass the wall; they serve the tenant of the transaction.
create or replace function laurels.require_tenant(p_tenant uuid) returns void
language plpgsql stable as $$
begin
  if p_tenant is distinct from nullif(current_setting('app.tenant_id', true), '')::uuid then
    raise exception 'this transaction is for another tenant' using errcode = '42501';
  end if;
end
$$;

-- Functions of triggers that act as the maintenance role serve the tables of the product. Nobody
-- but the owner can make tables in our schema.
create or replace function laurels.require_our_table(p_table oid) returns void
language plpgsql stable as $$
begin
  if not exists (
    select from pg_catalog.pg_class as c
    where c.oid = p_table and c.relnamespace = 'laurels'::regnamespace
  ) then
    raise exception 'this trigger is not for tables of others' using errcode = '42501';
  end if;
end
$$;

-- For the erasure of a person: the entries about these things, and those that hold a word of the
-- person, keep who, what and when. The guard of the append-only table lets the maintenance role
-- through.
create or replace function laurels.scrub_audit(p_tenant uuid, p_targets text[], p_words text[])
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  update laurels.audit_log as a
  set before = laurels.blank_json(a.before), after = laurels.blank_json(a.after)
  where a.tenant_id = p_tenant and num_nonnulls(a.before, a.after) > 0 and (
    a.target_id = any(p_targets)
    or exists (
      select from unnest(p_words) as word
      where strpos(coalesce(a.before::text, '') || coalesce(a.after::text, ''), word) > 0
    )
  );
end
$$;

alter function laurels.scrub_audit(uuid, text[], text[]) owner to laurels_maintenance;
revoke all on function laurels.scrub_audit(uuid, text[], text[]) from public;
grant execute on function laurels.scrub_audit(uuid, text[], text[]) to laurels_app;

-- What is changed by SQL, past the application, leaves the same entry: rooms put a trigger with
-- this
-- function on their tables, in their own files. The arguments are the kind of the thing, the prefix
-- of its ids (empty: the next one names it), its key column, and `platform` where the thing belongs
-- to no tenant. The application writes its own entries, and its role never comes here. A migration
-- or a purge says `set local laurels.audit = 'off'`, which counts for members of the owner's role
-- only.
create or replace function laurels.audit_outside() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  c_hidden constant text[] := array[
    'hash', 'password_hash', 'content', 'secret', 'previous_secret'
  ];
  v_old jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) - c_hidden end;
  v_new jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) - c_hidden end;
  v_row jsonb := case when tg_op = 'DELETE' then v_old else v_new end;
  v_before jsonb;
  v_after jsonb;
  v_hidden jsonb;
begin
  perform laurels.require_our_table(tg_relid);
  if current_setting('laurels.audit', true) = 'off'
    and pg_has_role(session_user, 'laurels_owner', 'member')
  then
    return null;
  end if;
  select
    jsonb_object_agg(k.key, v_old -> k.key) filter (where v_old ? k.key),
    jsonb_object_agg(k.key, v_new -> k.key) filter (where v_new ? k.key)
  into v_before, v_after
  from (select jsonb_object_keys(v_old || v_new) as key) as k
  where v_old -> k.key is distinct from v_new -> k.key
    and coalesce(v_new -> k.key, 'null') is distinct from coalesce(v_old -> k.key, 'null');
  if tg_op = 'UPDATE' then
    -- That a secret was changed is told, and neither what it was nor what it is.
    select jsonb_object_agg(h.key, 'changed') into v_hidden
    from unnest(c_hidden) as h (key)
    where to_jsonb(old) -> h.key is distinct from to_jsonb(new) -> h.key;
    if v_hidden is not null then
      v_after := coalesce(v_after, '{}') || v_hidden;
    end if;
  end if;
  if v_before is null and v_after is null then
    return null;
  end if;
  insert into laurels.audit_log (
    tenant_id, id, action, target_type, target_id, before, after, actor_type, actor_id, ip,
    user_agent, created_at
  ) values (
    case when tg_nargs > 3 then laurels.platform_tenant()
      else coalesce(v_row ->> 'tenant_id', v_row ->> 'id')::uuid
    end,
    laurels.new_id(),
    tg_argv[0] || case tg_op
      when 'INSERT' then '.inserted_by_sql' when 'UPDATE' then '.changed_by_sql'
      else '.deleted_by_sql'
    end,
    tg_argv[0],
    case when tg_argv[1] = '' then v_row ->> tg_argv[2]
      else laurels.type_id(tg_argv[1], (v_row ->> tg_argv[2])::uuid)
    end,
    v_before, v_after, 'sql', session_user, host(inet_client_addr()),
    nullif(left(current_setting('application_name', true), 200), ''), now()
  );
  return null;
end
$$;

alter function laurels.audit_outside() owner to laurels_maintenance;
revoke all on function laurels.audit_outside() from laurels_app;
