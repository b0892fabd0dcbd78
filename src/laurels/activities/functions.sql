-- Record activities that are not there yet. Return those that were there before, with what tells a
-- repeat from a change.
create or replace function laurels.record_activities(
  p_tenant uuid,
  p_ids uuid[],
  p_sources text[],
  p_external_ids text[],
  p_members uuid[],
  p_kinds text[],
  p_subjects text[],
  p_values numeric[],
  p_attributes text[],
  p_contents bytea[],
  p_occurred timestamptz[]
) returns table (source text, external_id text, id uuid, content bytea)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into laurels.activities (
    tenant_id, id, source, external_id, member_id, kind, subject, value, attributes, content,
    occurred_at
  )
  select
    p_tenant, n.id, n.source, n.external_id, n.member_id, n.kind, n.subject, n.value,
    coalesce(n.attributes::jsonb, '{}'), n.content, n.occurred_at
  from unnest(
    p_ids, p_sources, p_external_ids, p_members, p_kinds, p_subjects, p_values, p_attributes,
    p_contents, p_occurred
  ) as n (
    id, source, external_id, member_id, kind, subject, value, attributes, content, occurred_at
  )
  -- The same order everywhere, so that two batches never wait for each other's numbers.
  order by 3, 4
  on conflict (tenant_id, source, external_id) do nothing;

  return query
  select d.source, d.external_id, d.id, d.content
  from laurels.activities as d
  where d.tenant_id = p_tenant and d.source = any(p_sources)
    and d.external_id = any(p_external_ids) and d.id <> all(p_ids);
end
$$;
