-- Hot functions keep one plan (`plan_cache_mode`): with arrays as arguments PostgreSQL would plan
-- anew at every call, which costs more than the statements themselves. They take arrays apart in
-- the select list: `from unnest(a, b, ...)` keeps a table of its own for each array, which costs
-- about 7 µs per call with a dozen of them, and 0.7 µs per row.

-- Lock all wallets that are named and return them as they now are. Where some are missing and no
-- ids for new ones are given, fewer come back or none: the caller asks again with ids, and the
-- missing ones are opened. An array of one program stands for all.
-- Locks are taken in the order of wallet ids, the same everywhere; a row that had to be waited for
-- is read again after the wait, so it is what the previous holder left.
create or replace function laurels.lock_wallets(
  p_tenant uuid,
  p_members uuid[],
  p_programs uuid[],
  p_new_ids uuid[],
  p_wallets uuid[]
) returns table (
  id uuid,
  member_id uuid,
  program_id uuid,
  available bigint,
  pending bigint,
  held bigint,
  debt bigint,
  lifetime_earned bigint,
  lifetime_redeemed bigint,
  lifetime_expired bigint,
  seq bigint,
  has_lots boolean,
  closed_for text,
  merged_into uuid
) language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_ids uuid[];
begin
  if cardinality(p_new_ids) > 0 then
    -- Of a member who is away a new wallet is closed as their others are.
    insert into laurels.wallets (tenant_id, id, member_id, program_id, closed_for)
    select
      p_tenant, n.id, n.member_id, coalesce(n.program_id, p_programs[1]),
      (
        select max(w.closed_for) from laurels.wallets as w
        where w.tenant_id = p_tenant and w.member_id = n.member_id and w.closed_for <> 'merged'
      )
    from unnest(p_new_ids, p_members, p_programs) as n (id, member_id, program_id)
    order by n.member_id, n.program_id
    on conflict (tenant_id, member_id, program_id) do nothing;
  end if;

  -- Found first and locked by their ids: asked for both at once, the server may walk all wallets of
  -- the tenant in the order of ids.
  v_ids := array(
    select w.id
    from unnest(p_members, p_programs) as n (member_id, program_id)
    cross join lateral (
      select x.id
      from laurels.wallets as x
      where x.tenant_id = p_tenant and x.member_id = n.member_id
        and x.program_id = coalesce(n.program_id, p_programs[1])
      offset 0
    ) as w
  );
  if cardinality(v_ids) < cardinality(p_members) then
    return;
  end if;

  return query
  select
    w.id, w.member_id, w.program_id, w.available, w.pending, w.held, w.debt,
    w.lifetime_earned, w.lifetime_redeemed, w.lifetime_expired, w.seq, w.has_lots,
    w.closed_for, w.merged_into
  from laurels.wallets as w
  where w.tenant_id = p_tenant and w.id = any(v_ids || p_wallets)
  order by w.id
  for update;
end
$$;

-- Write what was decided while the wallets were locked: movements, their natural keys, the wallets
-- as they are now, and lots, entries and holds where there are any. Everything is set-based; the
-- number of statements does not depend on the length of the batch. Null comes for an array in which
-- there is nothing but nulls and zeros: unnest fills it up, and it costs nothing on the way.
-- Actors, types and sources that are all the same come once.
create or replace function laurels.book_postings(
  p_tenant uuid,
  p_actor_types text[],
  p_actor_ids text[],
  p_ids uuid[],
  p_wallets uuid[],
  p_seqs bigint[],
  p_types text[],
  p_sources text[],
  p_source_ids text[],
  p_keys text[],
  p_amounts bigint[],
  p_debt_deltas bigint[],
  p_balances bigint[],
  p_reverses uuid[],
  p_reasons text[],
  p_member_notes text[],
  p_attributes text[],
  p_occurred timestamptz[],
  p_wallet_ids uuid[],
  p_available bigint[],
  p_pending bigint[],
  p_held bigint[],
  p_debt bigint[],
  p_earned bigint[],
  p_redeemed bigint[],
  p_expired bigint[],
  p_wallet_seqs bigint[],
  p_has_lots boolean[],
  p_more jsonb
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into laurels.point_transactions (
    tenant_id, id, wallet_id, seq, type, source, source_id, amount, debt_delta, balance_after,
    reverses_id, reason, member_note, attributes, actor_type, actor_id, occurred_at
  )
  select
    p_tenant, t.id, t.wallet_id, t.seq, coalesce(t.type, p_types[1]),
    coalesce(t.source, p_sources[1]), t.source_id, t.amount,
    coalesce(t.debt_delta, 0), t.balance_after, t.reverses_id, t.reason,
    t.member_note, t.attributes::jsonb,
    coalesce(t.actor_type, p_actor_types[1]),
    case when cardinality(p_actor_ids) = 1 then p_actor_ids[1] else t.actor_id end, t.occurred_at
  from (
    select
      unnest(p_actor_types) as actor_type, unnest(p_actor_ids) as actor_id,
      unnest(p_ids) as id, unnest(p_wallets) as wallet_id, unnest(p_seqs) as seq,
      unnest(p_types) as type, unnest(p_sources) as source, unnest(p_source_ids) as source_id,
      unnest(p_amounts) as amount, unnest(p_debt_deltas) as debt_delta,
      unnest(p_balances) as balance_after, unnest(p_reverses) as reverses_id,
      unnest(p_reasons) as reason, unnest(p_member_notes) as member_note,
      unnest(p_attributes) as attributes,
      unnest(p_occurred) as occurred_at
  ) as t;

  insert into laurels.posting_keys (tenant_id, source, key, transaction_id)
  select p_tenant, coalesce(t.source, p_sources[1]), t.key, t.id
  from (
    select unnest(p_ids) as id, unnest(p_sources) as source, unnest(p_keys) as key
  ) as t
  where t.key is not null;

  update laurels.wallets as w
  set
    available = coalesce(n.available, 0),
    pending = coalesce(n.pending, 0),
    held = coalesce(n.held, 0),
    debt = coalesce(n.debt, 0),
    lifetime_earned = coalesce(n.earned, 0),
    lifetime_redeemed = coalesce(n.redeemed, 0),
    lifetime_expired = coalesce(n.expired, 0),
    seq = n.seq,
    has_lots = coalesce(n.has_lots, false),
    updated_at = now()
  from (
    select
      unnest(p_wallet_ids) as id, unnest(p_available) as available, unnest(p_pending) as pending,
      unnest(p_held) as held, unnest(p_debt) as debt, unnest(p_earned) as earned,
      unnest(p_redeemed) as redeemed, unnest(p_expired) as expired,
      unnest(p_wallet_seqs) as seq, unnest(p_has_lots) as has_lots
  ) as n
  where w.tenant_id = p_tenant and w.id = n.id;

  if p_more is not null then
    perform laurels.book_lots(p_tenant, p_more);
  end if;
end
$$;

-- The rarer half of a booking: new and changed lots, what was taken from which, and holds.
create or replace function laurels.book_lots(p_tenant uuid, p_more jsonb)
returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into laurels.lots (
    tenant_id, id, wallet_id, transaction_id, initial, remaining, expired, expired_counted,
    matures_at, matured_at, expires_at
  )
  select
    p_tenant, l.id, l.wallet_id, l.transaction_id, l.initial, l.remaining, l.expired,
    l.expired_counted, l.matures_at, l.matured_at, l.expires_at
  from jsonb_to_recordset(p_more -> 'new_lots') as l (
    id uuid, wallet_id uuid, transaction_id uuid, initial bigint, remaining bigint,
    expired bigint, expired_counted bigint, matures_at timestamptz, matured_at timestamptz,
    expires_at timestamptz
  );

  update laurels.lots as l
  set
    remaining = n.remaining,
    expired = n.expired,
    expired_counted = n.expired_counted,
    matured_at = n.matured_at
  from jsonb_to_recordset(p_more -> 'lots') as n (
    id uuid, remaining bigint, expired bigint, expired_counted bigint, matured_at timestamptz
  )
  where l.tenant_id = p_tenant and l.id = n.id;

  insert into laurels.lot_entries (tenant_id, id, lot_id, transaction_id, hold_id, amount)
  select p_tenant, e.id, e.lot_id, e.transaction_id, e.hold_id, e.amount
  from jsonb_to_recordset(p_more -> 'entries') as e (
    id uuid, lot_id uuid, transaction_id uuid, hold_id uuid, amount bigint
  );

  insert into laurels.holds (
    tenant_id, id, wallet_id, points, captured, status, reason, attributes, expires_at,
    transaction_id, created_at, closed_at
  )
  select
    p_tenant, h.id, h.wallet_id, h.points, h.captured, h.status, h.reason, h.attributes,
    h.expires_at, h.transaction_id, h.created_at, h.closed_at
  from jsonb_to_recordset(p_more -> 'holds') as h (
    id uuid, wallet_id uuid, points bigint, captured bigint, status text, reason text, attributes jsonb,
    expires_at timestamptz, transaction_id uuid, created_at timestamptz, closed_at timestamptz
  )
  on conflict (tenant_id, id) do update set
    wallet_id = excluded.wallet_id,
    captured = excluded.captured,
    status = excluded.status,
    transaction_id = excluded.transaction_id,
    closed_at = excluded.closed_at;
end
$$;

-- For the erasure of a person: what people wrote about movements of these wallets goes, and keys
-- that hold a word of theirs are named anew. Numbers, dates and ids stay. The guard of the
-- append-only table lets the maintenance role through, and nobody else.
create or replace function laurels.scrub_ledger(p_tenant uuid, p_wallets uuid[], p_words text[])
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  update laurels.posting_keys as k
  set key = 'erased:' || t.id
  from laurels.point_transactions as t
  where k.tenant_id = p_tenant and t.tenant_id = p_tenant and t.id = k.transaction_id
    and t.wallet_id = any(p_wallets)
    and exists (select from unnest(p_words) as word where strpos(k.key, word) > 0);

  update laurels.point_transactions as t
  set
    reason = null,
    member_note = null,
    attributes = null,
    source_id = case
      when exists (select from unnest(p_words) as word where strpos(t.source_id, word) > 0)
        then null
      else t.source_id
    end
  where t.tenant_id = p_tenant and t.wallet_id = any(p_wallets);
end
$$;

alter function laurels.scrub_ledger(uuid, uuid[], text[]) owner to laurels_maintenance;
revoke all on function laurels.scrub_ledger(uuid, uuid[], text[]) from public;
grant execute on function laurels.scrub_ledger(uuid, uuid[], text[]) to laurels_app;

-- Which tenants have lots to mature or expire, or holds to let go, by this moment. One look at two
-- indexes per tenant, so that nobody opens a transaction for a tenant that has nothing due.
create or replace function laurels.tenants_with_due_lots(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and (
    exists (
      select
      from laurels.lots as l
      where l.tenant_id = t.id and l.remaining > 0 and l.expires_at is not null
        and l.expires_at <= p_now
    )
    or exists (
      select
      from laurels.lots as l
      where l.tenant_id = t.id and l.remaining > 0 and l.matured_at is null
        and l.matures_at <= p_now
    )
  )
$$;

create or replace function laurels.tenants_with_due_holds(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and exists (
    select
    from laurels.holds as h
    where h.tenant_id = t.id and h.status = 'open' and h.expires_at is not null
      and h.expires_at <= p_now
  )
$$;

alter function laurels.tenants_with_due_lots(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_due_holds(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_due_lots(timestamptz) from public;
revoke all on function laurels.tenants_with_due_holds(timestamptz) from public;
grant execute on function laurels.tenants_with_due_lots(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_due_holds(timestamptz) to laurels_app;

-- Which tenants have lots or holds that are due: whose day is to be closed at night.
create or replace function laurels.tenants_with_dues(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select laurels.tenants_with_due_lots(p_now)
  union
  select laurels.tenants_with_due_holds(p_now)
$$;

alter function laurels.tenants_with_dues(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_dues(timestamptz) from public;
grant execute on function laurels.tenants_with_dues(timestamptz) to laurels_app;

-- Which tenants have books that moved since they were last verified. Ids are in the order of time,
-- so the last row is the newest.
create or replace function laurels.tenants_with_unverified_books(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  left join lateral (
    select r.started_at
    from laurels.job_runs as r
    where r.tenant_id = t.id and r.job = 'ledger.verify_the_books' and r.state = 'done'
    order by r.id desc
    limit 1
  ) as v on true
  left join lateral (
    select p.created_at
    from laurels.point_transactions as p
    where p.tenant_id = t.id
    order by p.id desc
    limit 1
  ) as p on true
  left join lateral (
    select h.created_at
    from laurels.holds as h
    where h.tenant_id = t.id
    order by h.id desc
    limit 1
  ) as h on true
  where t.created_at <= p_now
    and greatest(p.created_at, h.created_at) > coalesce(v.started_at, '-infinity')
$$;

alter function laurels.tenants_with_unverified_books(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_unverified_books(timestamptz) from public;
grant execute on function laurels.tenants_with_unverified_books(timestamptz) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.programs
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('program', 'prg', 'id');
