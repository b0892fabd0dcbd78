-- Record purchases that are not there yet, with their lines. Return those that were there before,
-- with what tells a repeat from a change. Sources and statuses that are all the same come once.
create or replace function laurels.record_purchases(
  p_tenant uuid,
  p_ids uuid[],
  p_sources text[],
  p_external_ids text[],
  p_members uuid[],
  p_statuses text[],
  p_amounts numeric[],
  p_taxes numeric[],
  p_currency text,
  p_channels text[],
  p_methods text[],
  p_notes text[],
  p_attributes text[],
  p_contents bytea[],
  p_occurred timestamptz[],
  p_now timestamptz,
  p_lines jsonb
) returns table (source text, external_id text, id uuid, content bytea, status text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_new uuid[];
begin
  with recorded as (
    insert into laurels.purchases (
      tenant_id, id, source, external_id, member_id, status, amount, tax_amount, currency,
      channel, payment_method, note, attributes, content, occurred_at, completed_at, settled_at
    )
    select
      p_tenant, n.id, coalesce(n.source, p_sources[1]), n.external_id, n.member_id,
      coalesce(n.status, p_statuses[1]), n.amount, n.tax_amount, p_currency,
      n.channel, n.method, n.note, coalesce(n.attributes::jsonb, '{}'), n.content, n.occurred_at,
      case when coalesce(n.status, p_statuses[1]) = 'completed' then p_now end,
      case when coalesce(n.status, p_statuses[1]) = 'completed' then p_now end
    from (
      select
        unnest(p_ids) as id, unnest(p_sources) as source, unnest(p_external_ids) as external_id,
        unnest(p_members) as member_id, unnest(p_statuses) as status, unnest(p_amounts) as amount,
        unnest(p_taxes) as tax_amount, unnest(p_channels) as channel, unnest(p_methods) as method, unnest(p_notes) as note,
        unnest(p_attributes) as attributes, unnest(p_contents) as content,
        unnest(p_occurred) as occurred_at
    ) as n
    -- The same order everywhere, so that two batches never wait for each other's numbers.
    order by 3, 4
    on conflict (tenant_id, source, external_id) do nothing
    returning id
  )
  select array_agg(r.id) into v_new from recorded as r;

  if p_lines is not null then
    insert into laurels.purchase_lines (
      tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_price, amount,
      tax_amount, attributes
    )
    select
      p_tenant, l.id, l.purchase_id, l.position, l.sku, l.name, l.category, l.quantity,
      l.unit_price, l.amount, l.tax_amount, l.attributes
    from jsonb_to_recordset(p_lines) as l (
      id uuid, purchase_id uuid, position bigint, sku text, name text, category text,
      quantity numeric, unit_price numeric, amount numeric, tax_amount numeric, attributes jsonb
    )
    inner join unnest(v_new) as n (id) on n.id = l.purchase_id;
  end if;

  if cardinality(v_new) = cardinality(p_ids) then
    return;
  end if;
  return query
  select p.source, p.external_id, p.id, p.content, p.status
  from laurels.purchases as p
  where p.tenant_id = p_tenant and p.source = any(p_sources)
    and p.external_id = any(p_external_ids) and p.id <> all(p_ids);
end
$$;

-- Purchases written by SQL. The application checks what it writes and sends its digest (`content`),
-- so these triggers ask nothing of it: a row without a digest, or of another role, was written by
-- SQL.

-- How many decimal places a currency has. A test holds it to the list of `kit/values/money.py`.
create or replace function laurels.currency_scale(p_currency text) returns integer
language sql immutable parallel safe as $$
  select case
    when p_currency in (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
      'VUV', 'XAF', 'XOF', 'XPF'
    ) then 0
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when p_currency in ('CLF', 'UYW') then 4
    else 2
  end
$$;

-- A purchase that comes by SQL is in its tenant's currency, and its money has no more decimal
-- places than that has: otherwise it could never be settled, and nobody would be told. Nor does it
-- lie further ahead than a clock may go wrong, as in the application: what it earns would outlast
-- all else, and no refund of today could come after it.
create or replace function laurels.admit_purchase() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_currency text;
  v_now timestamptz;
begin
  perform laurels.require_our_table(tg_relid);
  -- The wall refuses rows of another tenant; whoever tries learns nothing of it here.
  if laurels.login_tenant() <> new.tenant_id then
    return new;
  end if;
  select t.currency into v_currency from laurels.tenants as t where t.id = new.tenant_id;
  if v_currency <> new.currency then
    raise exception 'currency % is not traded here; this tenant trades in %', new.currency,
      v_currency using errcode = 'check_violation', column = 'currency',
      hint = 'Convert the amount before the insert, or keep such purchases out.';
  end if;
  if scale(trim_scale(new.amount)) > laurels.currency_scale(new.currency) then
    raise exception 'amount % has more than the % decimal places of %', trim_scale(new.amount),
      laurels.currency_scale(new.currency), new.currency
      using errcode = 'check_violation', column = 'amount',
      hint = 'Round it before the insert, as it was paid.';
  end if;
  if scale(trim_scale(new.tax_amount)) > laurels.currency_scale(new.currency) then
    raise exception 'tax_amount % has more than the % decimal places of %',
      trim_scale(new.tax_amount), laurels.currency_scale(new.currency), new.currency
      using errcode = 'check_violation', column = 'tax_amount',
      hint = 'Round it before the insert, as the receipt has it.';
  end if;
  -- A test tenant lives in the time of its own clock.
  select greatest(now(), max(c.now)) into v_now
  from laurels.test_clocks as c where c.tenant_id = new.tenant_id;
  if new.occurred_at > v_now + interval '5 minutes' then
    raise exception 'occurred_at % lies in the future', new.occurred_at
      using errcode = 'check_violation', column = 'occurred_at',
      hint = 'Send the moment in which it was bought; clocks may differ by 5 minutes.';
  end if;
  return new;
end
$$;

alter function laurels.admit_purchase() owner to laurels_maintenance;
revoke all on function laurels.admit_purchase() from laurels_app;

create or replace trigger admit_purchase
before insert on laurels.purchases
for each row when (new.content is null)
execute function laurels.admit_purchase();

-- Only pending purchases move, and those that were not paid and are paid after all. What is
-- completed keeps its status and the moment of its end, whoever asks; the application never tries.
create or replace function laurels.keep_ended_purchase() returns trigger
language plpgsql as $$
begin
  raise exception 'the purchase is %; that is final', old.status
    using errcode = 'check_violation', column = 'status',
    hint = 'Only a pending purchase can be completed. Refund a completed one by the API.';
end
$$;

revoke all on function laurels.keep_ended_purchase() from laurels_app, laurels_maintenance;

create or replace trigger keep_ended_purchase
before update of status, completed_at on laurels.purchases
for each row when (
  old.status <> 'pending'
  and (new.status <> old.status or new.completed_at is distinct from old.completed_at)
  and not (old.status in ('failed', 'cancelled') and new.status = 'completed')
)
execute function laurels.keep_ended_purchase();

-- The lines of a pending purchase are gone, because it is changed; others come in their place.
create or replace function laurels.drop_pending_lines(p_tenant uuid, p_purchase uuid)
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  delete from laurels.purchase_lines as l
  using laurels.purchases as p
  where l.tenant_id = p_tenant and l.purchase_id = p_purchase
    and p.tenant_id = p_tenant and p.id = p_purchase and p.status = 'pending';
end
$$;

alter function laurels.drop_pending_lines(uuid, uuid) owner to laurels_maintenance;
revoke all on function laurels.drop_pending_lines(uuid, uuid) from public;
grant execute on function laurels.drop_pending_lines(uuid, uuid) to laurels_app;

-- A line that comes by SQL belongs to a purchase whose effect is not booked yet.
create or replace function laurels.admit_line() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_purchase record;
begin
  perform laurels.require_our_table(tg_relid);
  if laurels.login_tenant() <> new.tenant_id then
    return new;
  end if;
  -- Locked, so that nobody settles the purchase between this look and the line.
  select p.settled_at, p.currency into v_purchase from laurels.purchases as p
  where p.tenant_id = new.tenant_id and p.id = new.purchase_id
  for key share;
  if v_purchase.settled_at is not null then
    raise exception 'the purchase is settled; its lines are final'
      using errcode = 'check_violation', column = 'purchase_id',
      hint = 'Add the lines while the purchase is pending, then complete it.';
  end if;
  -- The price of one may have more places than the currency: a litre costs 1.899.
  if scale(trim_scale(new.amount)) > laurels.currency_scale(v_purchase.currency) then
    raise exception 'amount has more than the % decimal places of %',
      laurels.currency_scale(v_purchase.currency), v_purchase.currency
      using errcode = 'check_violation', column = 'amount',
      hint = 'Round it before the insert.';
  end if;
  if scale(trim_scale(new.tax_amount)) > laurels.currency_scale(v_purchase.currency) then
    raise exception 'tax_amount has more than the % decimal places of %',
      laurels.currency_scale(v_purchase.currency), v_purchase.currency
      using errcode = 'check_violation', column = 'tax_amount',
      hint = 'Round it before the insert.';
  end if;
  return new;
end
$$;

alter function laurels.admit_line() owner to laurels_maintenance;
revoke all on function laurels.admit_line() from laurels_app;

create or replace trigger admit_line
before insert on laurels.purchase_lines
for each row when (current_user <> 'laurels_app')
execute function laurels.admit_line();

-- The payments of a pending purchase are gone, because it is changed; others come in their place.
create or replace function laurels.drop_pending_payments(p_tenant uuid, p_purchase uuid)
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  delete from laurels.purchase_payments as y
  using laurels.purchases as p
  where y.tenant_id = p_tenant and y.purchase_id = p_purchase and y.transaction_id is null
    and p.tenant_id = p_tenant and p.id = p_purchase and p.status = 'pending';
end
$$;

alter function laurels.drop_pending_payments(uuid, uuid) owner to laurels_maintenance;
revoke all on function laurels.drop_pending_payments(uuid, uuid) from public;
grant execute on function laurels.drop_pending_payments(uuid, uuid) to laurels_app;

-- A payment that comes by SQL belongs to a purchase of a member whose effect is not booked yet.
create or replace function laurels.admit_payment() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_purchase record;
begin
  perform laurels.require_our_table(tg_relid);
  if laurels.login_tenant() <> new.tenant_id then
    return new;
  end if;
  -- Locked, so that nobody settles the purchase between this look and the payment.
  select p.settled_at, p.member_id, p.amount into v_purchase from laurels.purchases as p
  where p.tenant_id = new.tenant_id and p.id = new.purchase_id
  for key share;
  if v_purchase.settled_at is not null then
    raise exception 'the purchase is settled; its payments are final'
      using errcode = 'check_violation', column = 'purchase_id',
      hint = 'Add the payments while the purchase is pending, then complete it.';
  end if;
  if v_purchase.member_id is null or v_purchase.amount <= 0 then
    raise exception 'points pay for purchases of members with an amount above zero'
      using errcode = 'check_violation', column = 'purchase_id',
      hint = 'Insert the purchase with its member_id, or leave the payment out.';
  end if;
  return new;
end
$$;

alter function laurels.admit_payment() owner to laurels_maintenance;
revoke all on function laurels.admit_payment() from laurels_app;

create or replace trigger admit_payment
before insert on laurels.purchase_payments
for each row when (current_user <> 'laurels_app')
execute function laurels.admit_payment();

-- Money cannot go back before it was paid.
create or replace function laurels.admit_refund() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_our_table(tg_relid);
  if exists (
    select from laurels.purchases as p
    where p.tenant_id = new.tenant_id and p.id = new.purchase_id
      and new.occurred_at < p.occurred_at
  ) then
    raise exception 'the refund is dated before its purchase'
      using errcode = 'check_violation', column = 'occurred_at',
      hint = 'Send the moment in which the money went back.';
  end if;
  return new;
end
$$;

alter function laurels.admit_refund() owner to laurels_maintenance;
revoke all on function laurels.admit_refund() from laurels_app;

create or replace trigger admit_refund
before insert on laurels.refunds
for each row when (current_user <> 'laurels_app')
execute function laurels.admit_refund();

-- A purchase completed by SQL (the integration role) is announced in the outbox; the worker
-- settles it. The application settles what it completes itself and never comes here. It is a row
-- trigger although a transition table would be cheaper for bulk loads: a cluster of PostgreSQL
-- runs row triggers on the node of the row, and those of statements not at all.
create or replace function laurels.announce_purchase() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_our_table(tg_relid);
  perform laurels.book_outbox(
    new.tenant_id, array[laurels.new_id()], array['purchase.unsettled'],
    array[jsonb_build_object('purchase_id', new.id)::text], array[new.member_id], array[0],
    array[new.occurred_at], array_remove(array[new.member_id], null), array[1], false, null, 0
  );
  return null;
end
$$;

alter function laurels.announce_purchase() owner to laurels_maintenance;
revoke all on function laurels.announce_purchase() from laurels_app;

create or replace trigger announce_purchase
after insert or update of status on laurels.purchases
for each row when (new.status = 'completed' and new.settled_at is null)
execute function laurels.announce_purchase();

-- A purchase that fails or is cancelled by SQL is told as one that the application ends.
create or replace function laurels.announce_ended_purchase() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_our_table(tg_relid);
  perform laurels.book_outbox(
    new.tenant_id, array[laurels.new_id()], array['purchase.changed'],
    array[jsonb_build_object('purchase_id', new.id, 'status', new.status)::text],
    array[new.member_id], array[0], array[now()], array_remove(array[new.member_id], null),
    array[1], false, null, 0
  );
  return null;
end
$$;

alter function laurels.announce_ended_purchase() owner to laurels_maintenance;
revoke all on function laurels.announce_ended_purchase() from laurels_app;

create or replace trigger announce_ended_purchase
after update of status on laurels.purchases
for each row when (
  new.status in ('failed', 'cancelled') and old.status = 'pending' and current_user <> 'laurels_app'
)
execute function laurels.announce_ended_purchase();

-- Which tenants have purchases that were completed by SQL and wait for their effect.
-- The moment does not matter: they are due at once.
create or replace function laurels.tenants_with_unsettled_purchases(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and exists (
    select
    from laurels.purchases as p
    where p.tenant_id = t.id and p.status = 'completed' and p.settled_at is null
  )
$$;

alter function laurels.tenants_with_unsettled_purchases(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_unsettled_purchases(timestamptz) from public;
grant execute on function laurels.tenants_with_unsettled_purchases(timestamptz) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.purchases
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('purchase', 'pur', 'id');

-- Lines that come with their purchase are part of it; only what happens to them later is noted.
create or replace trigger audit_outside
after update or delete on laurels.purchase_lines
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('purchase', 'pur', 'purchase_id');

create or replace trigger audit_outside
after insert or update or delete on laurels.purchase_payments
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('purchase', 'pur', 'purchase_id');

create or replace trigger audit_outside
after insert or update or delete on laurels.refunds
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('refund', 'rfd', 'id');
