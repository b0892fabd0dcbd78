-- Claim idempotency keys with their answers. Keys that are past their days are taken over. One that
-- another transaction has used since we looked makes this one begin anew: the first answer counts.
create or replace function laurels.keep_answers(
  p_tenant uuid, p_keys text[], p_fingerprints bytea[], p_statuses smallint[], p_bodies bytea[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_kept bigint;
begin
  insert into laurels.idempotency_keys as i (
    tenant_id, key, fingerprint, status, body, created_at
  )
  select p_tenant, n.key, n.fingerprint, coalesce(n.status, p_statuses[1]), n.body, now()
  from unnest(p_keys, p_fingerprints, p_statuses, p_bodies) as n (key, fingerprint, status, body)
  order by n.key
  on conflict (tenant_id, key) do update set
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
