-- name: rules
select
  id, version, name, trigger, status, priority, conditions, award, caps, starts_at, ends_at,
  stacking, exclusion_group, program_id, managed_by, created_at, actor_type, actor_id
from laurels.earning_rules
where tenant_id = $1;

-- name: rules_naming_segments
select s.segment_id, r.id, r.name, r.status
from unnest($2::uuid[], $3::text[]) as s (segment_id, code)
inner join laurels.earning_rules as r on r.tenant_id = $1 and r.current and r.status <> 'archived'
  and strpos(r.conditions::text, s.code) > 0
order by r.name, r.id;

-- name: active_rules
select jsonb_agg(jsonb_build_array(id, version) order by id)
from laurels.earning_rules
where tenant_id = $1 and current and status = 'active';

-- name: lock_usage_only
select 1
from laurels.lock_usage($1, $2, $3, $4);

-- name: reduce_usage
update laurels.rule_usage as u
set points = greatest(u.points - n.points, 0)
from (
  select x.rule_id, x.member_id, x.period, sum(x.points)::bigint as points
  from unnest(
    $2::uuid[], $3::uuid[], $4::text[], $5::bigint[]
  ) as x (rule_id, member_id, period, points)
  group by 1, 2, 3
) as n
where u.tenant_id = $1 and u.rule_id = n.rule_id and u.member_id = n.member_id
  and u.period = n.period;

-- name: hand_over_awards
update laurels.awards
set member_id = $3, original_member_id = coalesce(original_member_id, member_id)
where tenant_id = $1 and member_id = $2 and subject_id = any($4);

-- name: hand_over_usage
insert into laurels.rule_usage as u (tenant_id, rule_id, member_id, period, points)
select tenant_id, rule_id, $3, period, points
from laurels.rule_usage
where tenant_id = $1 and member_id = $2
  and rule_id in (
    select r.id
    from laurels.earning_rules as r
    where r.tenant_id = $1
  )
order by rule_id, period
on conflict (tenant_id, rule_id, member_id, period) do update set
  points = u.points + excluded.points;

-- name: hand_back_awards
update laurels.awards
set member_id = $2, original_member_id = nullif(original_member_id, $2)
where tenant_id = $1 and member_id = $3 and original_member_id = any($4) and subject_id = any($5);

-- name: hand_back_usage
update laurels.rule_usage as u
set points = greatest(u.points - m.points, 0)
from laurels.rule_usage as m
where u.tenant_id = $1 and u.member_id = $3
  and u.rule_id in (
    select r.id
    from laurels.earning_rules as r
    where r.tenant_id = $1
  )
  and m.tenant_id = $1 and m.member_id = $2 and m.rule_id = u.rule_id and m.period = u.period;

-- name: export_usage
select
  concat_ws('/', x.rule_id, x.member_id, x.period) as key, x.rule_id, x.member_id, x.period,
  x.points
from laurels.rule_usage as x
where x.tenant_id = $1 and x.member_id = any($2)
  and x.rule_id in (
    select r.id
    from laurels.earning_rules as r
    where r.tenant_id = $1
  )
  and concat_ws('/', x.rule_id, x.member_id, x.period) > $3
order by concat_ws('/', x.rule_id, x.member_id, x.period)
limit $4;

-- name: copy_version
insert into laurels.earning_rules (
  tenant_id, id, version, current, name, trigger, status, priority, conditions, award, caps,
  starts_at, ends_at, stacking, exclusion_group, program_id, managed_by, created_at, actor_type,
  actor_id
)
select
  tenant_id, id, version + 1, true, name, trigger, $4, priority, conditions, award, caps,
  starts_at, ends_at, stacking, exclusion_group, program_id, managed_by, $5, $6, $7
from laurels.earning_rules
where tenant_id = $1 and id = $2 and version = $3;

-- name: count_active
select count(*)
from laurels.earning_rules
where tenant_id = $1 and current and status = 'active';

-- name: retire_version
update laurels.earning_rules
set current = false
where tenant_id = $1 and id = $2 and current;

-- name: add_version
insert into laurels.earning_rules (
  tenant_id, id, version, current, name, trigger, status, priority, conditions, award, caps,
  starts_at, ends_at, stacking, exclusion_group, program_id, managed_by, created_at, actor_type,
  actor_id
)
values (
  $1, $2, $3, true, $4, $5, $6, $7, $8::text::jsonb, $9::text::jsonb, $10::text::jsonb, $11, $12,
  $13, $14, $15, $16, $17, $18, $19
);

-- name: lock_rule
select 1
from laurels.earning_rules
where tenant_id = $1 and id = $2 and version = 1
for update;

-- name: find_managed
select id
from laurels.earning_rules
where tenant_id = $1 and managed_by = $2 and current;

-- name: recent_usage
with
recent as (
  select e.trigger, a.occurred_at, laurels.why(e.body, a.figures) -> 0 as why
  from (
    select w.explanation_digest, w.figures, w.occurred_at
    from laurels.awards as w
    where w.tenant_id = $1
    order by w.subject_id desc
    limit $2
  ) as a
  inner join laurels.explanations as e on e.tenant_id = $1 and e.digest = a.explanation_digest
),
fired as (
  select
    f.entry ->> 'rule' as rule, r.occurred_at,
    coalesce((f.entry ->> 'points')::bigint, 0)
    * case when r.why ? 'returned' then -1 else 1 end as points
  from recent as r
  cross join lateral jsonb_array_elements(
    coalesce(r.why -> 'fired', '[]') || coalesce(r.why -> 'multipliers', '[]')
  ) as f (entry)
  where f.entry ? 'rule'
)
select
  (select jsonb_object_agg(t.trigger, t.events)
  from (select trigger, count(*) as events from recent group by trigger) as t) as events,
  (select jsonb_object_agg(u.rule, jsonb_build_array(u.times, u.points, u.last_at))
  from (
    select rule, count(*) as times, sum(points) as points, max(occurred_at) as last_at
    from fired
    group by rule
  ) as u) as usage;
