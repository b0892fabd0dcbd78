-- Sources and statuses that are all the same come once.
-- Record purchases that are not there yet, with their lines. Return those that were there before,
-- with what tells a repeat from a change.
create or replace function laurels.record_purchases(
  p_tenant uuid,
  p_ids uuid[],
  p_sources text[],
  p_external_ids text[],
  p_members uuid[],
  p_statuses text[],
  p_amounts numeric[],
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
begin
  insert into laurels.purchases (
    tenant_id, id, source, external_id, member_id, status, amount, currency, channel,
    payment_method, note, attributes, content, occurred_at, completed_at, settled_at
  )
  select
    p_tenant, n.id, coalesce(n.source, p_sources[1]), n.external_id, n.member_id,
    coalesce(n.status, p_statuses[1]), n.amount, p_currency,
    n.channel, n.method, n.note, coalesce(n.attributes::jsonb, '{}'), n.content, n.occurred_at,
    case when coalesce(n.status, p_statuses[1]) = 'completed' then p_now end,
    case when coalesce(n.status, p_statuses[1]) = 'completed' then p_now end
  from unnest(
    p_ids, p_sources, p_external_ids, p_members, p_statuses, p_amounts, p_channels, p_methods,
    p_notes, p_attributes, p_contents, p_occurred
  ) as n (
    id, source, external_id, member_id, status, amount, channel, method, note, attributes,
    content, occurred_at
  )
  -- The same order everywhere, so that two batches never wait for each other's numbers.
  order by 3, 4
  on conflict (tenant_id, source, external_id) do nothing;

  if p_lines is not null then
    insert into laurels.purchase_lines (
      tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_price, amount,
      attributes
    )
    select
      p_tenant, l.id, l.purchase_id, l.position, l.sku, l.name, l.category, l.quantity,
      l.unit_price, l.amount, l.attributes
    from jsonb_to_recordset(p_lines) as l (
      id uuid, purchase_id uuid, position bigint, sku text, name text, category text,
      quantity numeric, unit_price numeric, amount numeric, attributes jsonb
    )
    inner join laurels.purchases as p on p.tenant_id = p_tenant and p.id = l.purchase_id;
  end if;

  return query
  select p.source, p.external_id, p.id, p.content, p.status
  from laurels.purchases as p
  where p.tenant_id = p_tenant and p.source = any(p_sources)
    and p.external_id = any(p_external_ids) and p.id <> all(p_ids);
end
$$;

-- A purchase completed by SQL (the integration role) is announced in the outbox; the worker
-- settles it. The application settles what it completes itself and never comes here.
create or replace function laurels.announce_purchase() returns trigger
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.book_outbox(
    new.tenant_id, array[laurels.new_id()], array['purchase.unsettled'],
    array[jsonb_build_object('purchase_id', new.id)::text], array[new.member_id],
    array[new.occurred_at], false, null, 0
  );
  return null;
end
$$;

alter function laurels.announce_purchase() owner to laurels_maintenance;

create or replace trigger announce_purchase
after insert or update of status on laurels.purchases
for each row when (new.status = 'completed' and new.settled_at is null)
execute function laurels.announce_purchase();
