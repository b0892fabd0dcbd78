-- Write events and number them per member. Sequences are taken in the order of member ids, the
-- same everywhere, so that two transactions never wait for each other.
create or replace function laurels.book_outbox(
  p_tenant uuid,
  p_ids uuid[],
  p_types text[],
  p_payloads text[],
  p_members uuid[],
  p_occurred timestamptz[],
  p_historical boolean,
  p_cause uuid,
  p_depth integer
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into laurels.member_sequences as s (tenant_id, member_id, last_seq)
  select p_tenant, m.member_id, count(*)
  from unnest(p_members) as m (member_id)
  where m.member_id is not null
  group by m.member_id
  order by m.member_id
  on conflict (tenant_id, member_id) do update set last_seq = s.last_seq + excluded.last_seq;

  insert into laurels.outbox (
    tenant_id, id, type, payload, member_id, member_seq, occurred_at, created_at,
    historical, cause, depth
  )
  select
    p_tenant, e.id, e.type, e.payload::jsonb, e.member_id,
    s.last_seq - count(*) over (partition by e.member_id)
    + row_number() over (partition by e.member_id order by e.ord),
    e.occurred_at, now(), p_historical, p_cause, p_depth
  from unnest(p_ids, p_types, p_payloads, p_members, p_occurred)
    with ordinality as e (id, type, payload, member_id, occurred_at, ord)
  left join laurels.member_sequences as s
    on s.tenant_id = p_tenant and s.member_id = e.member_id;
end
$$;
