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

-- Which tenants have members whose birthday is today or was in the last week, by the days where the
-- tenant is, and who have not celebrated it: between two there are 365 days. February 29 is
-- celebrated on the 28th in other years.
create or replace function laurels.tenants_with_birthdays(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  with days as materialized (
    select z.time_zone, array_agg(d.day) || array_agg(229) filter (where d.day = 228) as born
    from (select distinct t.time_zone from laurels.tenants as t) as z
    cross join lateral (
      select (extract(month from g) * 100 + extract(day from g))::integer as day
      from generate_series(
        (p_now at time zone z.time_zone)::date - interval '7 days',
        (p_now at time zone z.time_zone)::date,
        interval '1 day'
      ) as g
    ) as d
    group by z.time_zone
  )
  select t.id
  from laurels.tenants as t
  inner join days on days.time_zone = t.time_zone
  where t.status = 'active' and exists (
    select
    from laurels.members as m
    where m.tenant_id = t.id and m.status = 'active' and m.birthday is not null
      and (extract(month from m.birthday) * 100 + extract(day from m.birthday))::integer
      = any(days.born)
      and not exists (
        select
        from laurels.activities as e
        where e.tenant_id = t.id and e.member_id = m.id and e.kind = 'birthday'
          and e.occurred_at > p_now - interval '350 days'
      )
  )
$$;

alter function laurels.tenants_with_birthdays(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_birthdays(timestamptz) from public;
grant execute on function laurels.tenants_with_birthdays(timestamptz) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.activities
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('activity', 'act', 'id');
