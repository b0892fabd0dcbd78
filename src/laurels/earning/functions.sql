-- Lock what members have had from capped rules in these periods, so that no cap is passed by two
-- at once. Missing rows are made first; locks are taken in one order everywhere.
create or replace function laurels.lock_usage(
  p_tenant uuid, p_rules uuid[], p_members uuid[], p_periods text[]
) returns table (rule_id uuid, member_id uuid, period text, points bigint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into laurels.rule_usage (tenant_id, rule_id, member_id, period, points)
  select distinct p_tenant, n.rule_id, n.member_id, n.period, 0
  from unnest(p_rules, p_members, p_periods) as n (rule_id, member_id, period)
  order by n.rule_id, n.member_id, n.period
  on conflict do nothing;

  return query
  select u.rule_id, u.member_id, u.period, u.points
  from laurels.rule_usage as u
  where u.tenant_id = p_tenant and (u.rule_id, u.member_id, u.period) in (
    select n.rule_id, n.member_id, n.period
    from unnest(p_rules, p_members, p_periods) as n (rule_id, member_id, period)
  )
  order by u.rule_id, u.member_id, u.period
  for update;
end
$$;

-- Keep what events earned and why, and what capped rules have given by now.
create or replace function laurels.book_awards(
  p_tenant uuid,
  p_trigger text,
  p_subjects uuid[],
  p_members uuid[],
  p_points bigint[],
  p_effects text[],
  p_explanations text[],
  p_occurred timestamptz[],
  p_usage_rules uuid[],
  p_usage_members uuid[],
  p_usage_periods text[],
  p_usage_points bigint[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into laurels.awards (
    tenant_id, subject_id, trigger, member_id, points, effects, explanation, occurred_at
  )
  select
    p_tenant, n.subject_id, p_trigger, n.member_id, n.points, n.effects::jsonb,
    n.explanation::jsonb, n.occurred_at
  from (
    select
      unnest(p_subjects) as subject_id, unnest(p_members) as member_id,
      unnest(p_points) as points, unnest(p_effects) as effects,
      unnest(p_explanations) as explanation, unnest(p_occurred) as occurred_at
  ) as n;

  if cardinality(p_usage_rules) > 0 then
    update laurels.rule_usage as u
    set points = n.points
    from unnest(p_usage_rules, p_usage_members, p_usage_periods, p_usage_points)
      as n (rule_id, member_id, period, points)
    where u.tenant_id = p_tenant and u.rule_id = n.rule_id and u.member_id = n.member_id
      and u.period = n.period;
  end if;
end
$$;

-- For the erasure of a person: the why of their awards keeps rules, versions, points and caps; what
-- rules read of the person and their purchases goes.
create or replace function laurels.scrub_awards(p_tenant uuid, p_subjects uuid[])
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  update laurels.awards as a
  set explanation = jsonb_build_object(
    'trigger', a.explanation -> 'trigger', 'points', a.explanation -> 'points', 'erased', true
  )
  where a.tenant_id = p_tenant and a.subject_id = any(p_subjects);
end
$$;

alter function laurels.scrub_awards(uuid, uuid[]) owner to laurels_maintenance;
revoke all on function laurels.scrub_awards(uuid, uuid[]) from public;
grant execute on function laurels.scrub_awards(uuid, uuid[]) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.earning_rules
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('earning_rule', 'rul', 'id');
