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

-- What an award says: its explanation and its effects. Equal ones are kept once, without the
-- figures of each award; these are separated by spaces and belong where the character 31 stands.
-- Ids are in base 64 after a tilde. The character 30 stands between explanation and effects.
-- To be called in a select list: a lateral join may ask it of two that do not belong together.
create or replace function laurels.why(p_body text, p_figures text) returns jsonb
language sql immutable parallel safe as $$
  select (
    '[' || replace(
      string_agg(
        w.said || case
          when w.figure like '~%' then
            encode(decode(substr(w.figure, 2) || '==', 'base64'), 'hex')::uuid::text
          else coalesce(w.figure, '')
        end, '' order by w.place
      ), chr(30), ','
    ) || ']'
  )::jsonb
  from unnest(string_to_array(p_body, chr(31)), string_to_array(p_figures, ' '))
    with ordinality as w (said, figure, place)
$$;

create or replace function laurels.explanation_digest(p_trigger text, p_body text) returns uuid
language sql immutable parallel safe as $$
  select encode(substr(sha256(convert_to(p_trigger || p_body, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- Keep what events earned and why, and what capped rules have given by now. Each award says by its
-- number which of the bodies is its own.
create or replace function laurels.book_awards(
  p_tenant uuid,
  p_trigger text,
  p_bodies text[],
  p_subjects uuid[],
  p_members uuid[],
  p_points bigint[],
  p_explanations bigint[],
  p_figures text[],
  p_occurred timestamptz[],
  p_usage_rules uuid[],
  p_usage_members uuid[],
  p_usage_periods text[],
  p_usage_points bigint[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_digests uuid[];
begin
  v_digests := array(select laurels.explanation_digest(p_trigger, unnest(p_bodies)));
  -- Looked for first: nearly always all of them are there.
  insert into laurels.explanations (tenant_id, digest, trigger, body)
  select p_tenant, n.digest, p_trigger, n.body
  from (select unnest(v_digests) as digest, unnest(p_bodies) as body) as n
  where not exists (
    select from laurels.explanations as e where e.tenant_id = p_tenant and e.digest = n.digest
  )
  order by n.digest
  on conflict (tenant_id, digest) do nothing;

  insert into laurels.awards (
    tenant_id, subject_id, member_id, explanation_digest, points, occurred_at, figures
  )
  select
    p_tenant, n.subject_id, n.member_id, v_digests[n.explanation], n.points, n.occurred_at, n.figures
  from (
    select
      unnest(p_subjects) as subject_id, unnest(p_members) as member_id,
      unnest(p_explanations) as explanation, unnest(p_points) as points,
      unnest(p_occurred) as occurred_at, unnest(p_figures) as figures
  ) as n
  -- In the order of the key, which fills its pages.
  order by n.subject_id;

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
declare
  v_award record;
  v_effects text;
  v_body text;
  v_digest uuid;
begin
  perform laurels.require_tenant(p_tenant);
  for v_award in
    select a.subject_id, a.points, string_to_array(a.figures, ' ') as figures, e.trigger, e.body
    from laurels.awards as a
    inner join laurels.explanations as e on e.tenant_id = p_tenant and e.digest = a.explanation_digest
    where a.tenant_id = p_tenant and a.subject_id = any(p_subjects)
  loop
    v_effects := split_part(v_award.body, chr(30), 2);
    v_body := '{"trigger":' || to_json(v_award.trigger) || ',"points":' || chr(31)
      || ',"erased":true}' || chr(30) || v_effects;
    v_digest := laurels.explanation_digest(v_award.trigger, v_body);
    insert into laurels.explanations (tenant_id, digest, trigger, body)
    values (p_tenant, v_digest, v_award.trigger, v_body) on conflict (tenant_id, digest) do nothing;
    update laurels.awards as a
    set
      explanation_digest = v_digest,
      figures = array_to_string(v_award.points::text || v_award.figures[
        cardinality(v_award.figures) + 1 - regexp_count(v_effects, chr(31)):
      ], ' ')
    where a.tenant_id = p_tenant and a.subject_id = v_award.subject_id;
  end loop;
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
