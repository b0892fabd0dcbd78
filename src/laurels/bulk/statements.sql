-- name: bulk_actions
select
  id, action, filter, state, total, done, unchanged, failed, actor_type, actor_id, created_at,
  started_at, finished_at
from laurels.bulk_actions
where tenant_id = $1;

-- name: bulk_members
select member_id, outcome, code, message, decided_at
from laurels.bulk_action_members
where tenant_id = $1 and action_id = $2;

-- name: problems_of
select code, min(message) as message, count(*) as members
from laurels.bulk_action_members
where tenant_id = $1 and action_id = $2 and outcome = 'failed'
group by code
order by members desc, code
limit 20;

-- name: count_open
select count(*)
from laurels.bulk_actions
where tenant_id = $1 and finished_at is null;

-- name: add_action
insert into laurels.bulk_actions (
  tenant_id, id, action, filter, state, total, actor_type, actor_id, created_at
)
values ($1, $2, $3::text::jsonb, $4::text::jsonb, 'waiting', $5, $6, $7, now());

-- name: add_members
insert into laurels.bulk_action_members (tenant_id, action_id, member_id)
select $1, $2, n.id
from unnest($3::uuid[]) as n (id);

-- name: lock_action
select 1
from laurels.bulk_actions
where tenant_id = $1 and id = $2
for update;

-- name: cancel_action
update laurels.bulk_actions
set state = 'cancelled', finished_at = now()
where tenant_id = $1 and id = $2 and finished_at is null;

-- name: next_action
select id, action, actor_type, actor_id
from laurels.bulk_actions
where tenant_id = $1 and finished_at is null
order by id
limit 1
for update;

-- name: next_members
select member_id
from laurels.bulk_action_members
where tenant_id = $1 and action_id = $2 and outcome is null
order by member_id
limit $3;

-- name: record_results
update laurels.bulk_action_members as m
set outcome = n.outcome, code = n.code, message = n.message, decided_at = now()
from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as n (id, outcome, code, message)
where m.tenant_id = $1 and m.action_id = $2 and m.member_id = n.id and m.outcome is null;

-- name: count_results
update laurels.bulk_actions
set
  done = done + $3,
  unchanged = unchanged + $4,
  failed = failed + $5,
  started_at = coalesce(started_at, now()),
  state = case when $6 then 'finished' else 'running' end,
  finished_at = case when $6 then now() end
where tenant_id = $1 and id = $2;

-- name: forget_old
delete from laurels.bulk_actions
where tenant_id = $1
  and id in (
    select b.id
    from laurels.bulk_actions as b
    where b.tenant_id = $1 and b.finished_at < now() - interval '90 days'
    order by b.id
    limit $2
  )
returning 1;

-- name: erase_messages
update laurels.bulk_action_members
set message = null
where tenant_id = $1 and member_id = any($2) and message is not null;

-- name: export_bulk_actions
select
  x.action_id::text as key, x.action_id as bulk_action_id, b.action, x.outcome, x.code, x.message,
  x.decided_at
from laurels.bulk_action_members as x
inner join laurels.bulk_actions as b on b.tenant_id = $1 and b.id = x.action_id
where x.tenant_id = $1 and x.member_id = any($2) and x.action_id::text > $3
order by x.action_id::text
limit $4;
