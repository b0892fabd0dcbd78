-- name: lock_standings
select *
from laurels.lock_standings($1, $2);

-- name: ladder
select jsonb_agg(
  jsonb_build_array(
    t.id, t.name, t.level, t.criteria, t.min_points, t.min_spend::text, t.min_orders,
    t.qualification_period_days, t.points_multiplier::text, t.birthday_bonus_points,
    t.requires_maintenance, t.maintenance_period_days, t.grace_days, t.is_default
  )
  order by t.level
)
from laurels.tiers as t
where t.tenant_id = $1 and t.archived_at is null;

-- name: end_standing
update laurels.tier_history
set ended_at = greatest($3, achieved_at)
where tenant_id = $1 and member_id = $2 and ended_at is null;

-- name: continue_standing
insert into laurels.tier_history (
  tenant_id, id, member_id, tier_id, achieved_at, expires_at, grace_until, due_at, noticed_at,
  basis, qualified_at, fixed, reason, points_at_achievement, spend_at_achievement,
  orders_at_achievement, actor_type, actor_id, note, merge_id
)
select
  tenant_id, $3, $4, tier_id, $5, expires_at, grace_until,
  coalesce(due_at, grace_until, expires_at), noticed_at, basis, qualified_at, fixed, $6,
  points_at_achievement, spend_at_achievement, orders_at_achievement, $7, $8, note, $9
from laurels.tier_history
where tenant_id = $1 and id = $2;

-- name: end_for_merge
update laurels.tier_history
set ended_at = greatest($3, achieved_at), ended_by_merge_id = $4
where tenant_id = $1 and id = $2;

-- name: is_standing_of_merge
select 1
from laurels.tier_history
where tenant_id = $1 and id = $2 and merge_id = $3;

-- name: end_for_erased
update laurels.tier_history
set note = null, due_at = null, ended_at = coalesce(ended_at, greatest($3, achieved_at))
where tenant_id = $1 and member_id = any($2)
returning id;

-- name: export_standings
select
  x.id::text as key, x.id, t.name as tier, t.level, x.achieved_at, x.ended_at, x.expires_at,
  x.grace_until, x.basis, x.fixed, x.reason, x.points_at_achievement, x.spend_at_achievement,
  x.orders_at_achievement, x.note
from laurels.tier_history as x
inner join laurels.tiers as t on t.tenant_id = $1 and t.id = x.tier_id
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: standings_after
select
  m.id as member_id, h.id, h.tier_id, t.level, h.basis, h.fixed, h.achieved_at, h.qualified_at,
  h.expires_at, h.grace_until, h.due_at, h.noticed_at
from laurels.members as m
left join laurels.tier_history as h on h.tenant_id = $1 and h.member_id = m.id
  and h.ended_at is null
left join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
where m.tenant_id = $1 and m.status = 'active' and ($2::uuid is null or m.id > $2)
  and ($3::bigint = 1 or mod(hashtextextended(m.id::text, 0), $3) = 0)
order by m.id
limit $4;

-- name: count_members
select count(*)
from laurels.tier_history
where tenant_id = $1 and tier_id = $2 and ended_at is null;

-- name: current_standings
select
  h.member_id, t.id, t.name, t.level, t.points_multiplier, t.birthday_bonus_points, h.achieved_at,
  h.expires_at
from laurels.tier_history as h
inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
where h.tenant_id = $1 and h.member_id = any($2) and h.ended_at is null;

-- name: walk_history
select
  h.member_id, t.name as tier, t.level, h.reason, h.achieved_at, h.ended_at, h.expires_at,
  h.grace_until, h.points_at_achievement, h.spend_at_achievement,
  h.orders_at_achievement, h.note
from laurels.tier_history as h
inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
where h.tenant_id = $1 and h.member_id = any($2)
order by h.member_id, h.achieved_at, h.id;

-- name: count_by_tier
select t.id, t.name, t.level, t.color, t.icon, count(m.id) as members
from laurels.tiers as t
left join laurels.tier_history as h on h.tenant_id = $1 and h.tier_id = t.id and h.ended_at is null
left join laurels.members as m on m.tenant_id = $1 and m.id = h.member_id and m.status = 'active'
where t.tenant_id = $1
group by t.tenant_id, t.id
having t.archived_at is null or count(m.id) > 0
order by t.level, t.id;

-- name: count_without_tier
select count(*)
from laurels.members as m
where m.tenant_id = $1 and m.status = 'active'
  and not exists (
    select
    from laurels.tier_history as h
    where h.tenant_id = $1 and h.member_id = m.id and h.ended_at is null
  );

-- name: active_after
select id
from laurels.members
where tenant_id = $1 and status = 'active' and ($2::uuid is null or id > $2)
order by id
limit $3;

-- name: due_members
select h.member_id
from laurels.tier_history as h
inner join laurels.members as m on m.tenant_id = $1 and m.id = h.member_id
where h.tenant_id = $1 and h.ended_at is null and h.due_at <= $2 and m.status = 'active'
order by h.due_at, h.member_id
limit $3;

-- name: next_due
select min(h.due_at)
from laurels.tier_history as h
inner join laurels.members as m on m.tenant_id = $1 and m.id = h.member_id
where h.tenant_id = $1 and h.ended_at is null and h.due_at is not null and m.status = 'active';

-- name: tier_metrics
select *
from laurels.tier_metrics($1, $2, $3, $4, $5);

-- name: earlier_standings
select *
from laurels.earlier_standings($1, $2);

-- name: archive_tier
update laurels.tiers
set archived_at = $3, is_default = false, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: restore_tier
update laurels.tiers
set archived_at = null, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: yield_default
update laurels.tiers
set is_default = false, version = version + 1, updated_at = now()
where tenant_id = $1 and is_default and archived_at is null and id <> $2;
