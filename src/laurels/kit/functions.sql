-- Claim idempotency keys with their answers. Keys that are past their days are taken over. One that
-- another transaction has used since we looked makes this one begin anew: the first answer counts.
create or replace function laurels.keep_answers(
  p_tenant uuid,
  p_holders text[],
  p_keys text[],
  p_fingerprints bytea[],
  p_statuses smallint[],
  p_bodies bytea[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_kept bigint;
begin
  insert into laurels.idempotency_keys as i (
    tenant_id, holder, key, fingerprint, status, body, created_at
  )
  select
    p_tenant, coalesce(n.holder, p_holders[1]), n.key, n.fingerprint, coalesce(n.status, p_statuses[1]), n.body,
    now()
  from (
    select
      unnest(p_holders) as holder, unnest(p_keys) as key, unnest(p_fingerprints) as fingerprint,
      unnest(p_statuses) as status, unnest(p_bodies) as body
  ) as n
  order by n.holder, n.key
  on conflict (tenant_id, holder, key) do update set
    fingerprint = excluded.fingerprint,
    status = excluded.status,
    body = excluded.body,
    created_at = excluded.created_at
  where i.created_at < excluded.created_at - interval '7 days';
  get diagnostics v_kept = row_count;
  if v_kept < cardinality(p_keys) then
    raise exception 'an idempotency key was used by another request in the meantime'
    using errcode = 'serialization_failure';
  end if;
end
$$;

-- The UUID in a TypeID (`pur_…`) or in the text of a UUID; null for any other text. For reports: a
-- text that names its thing, such as the source of a point transaction, leads to its row.
create or replace function laurels.id_of(p_text text) returns uuid
language sql immutable parallel safe as $$
  select case
    when p_text ~ '^[a-z]+(_[a-z]+)*_[0-7][0-9a-hjkmnp-tv-z]{25}$' then (
      select string_agg(to_hex(substr(b.bits, n * 4 + 1, 4)::bit(4)::int), '' order by n)::uuid
      from (
        select substr(string_agg((strpos(
          '0123456789abcdefghjkmnpqrstvwxyz', substr(right(p_text, 26), i, 1)
        ) - 1)::bit(5)::text, '' order by i), 3) as bits
        from generate_series(1, 26) as i
      ) as b, generate_series(0, 31) as n
    )
    when p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid
  end
$$;

grant execute on function laurels.id_of(text) to laurels_bi, laurels_integration;
-- The database makes the ids of rows that come by SQL.
grant execute on function laurels.new_id() to laurels_integration;
-- The checks of the tables ask these of whoever writes.
grant execute on function laurels.is_key(text, integer), laurels.is_line(text, integer),
laurels.is_prose(text, integer), laurels.are_facts(jsonb) to laurels_integration;

-- Whether a text holds each of these words somewhere.
create or replace function laurels.holds_all(p_words text[], p_text text) returns boolean
language sql immutable parallel safe as $$
  select coalesce(bool_and(strpos(laurels.plain(p_text), laurels.plain(w.word)) > 0), true)
  from unnest(p_words) as w (word)
$$;
