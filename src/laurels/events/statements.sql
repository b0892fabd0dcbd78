-- name: endpoints
select
  id, url, description, event_types, status, disabled_reason, previous_until, created_at,
  updated_at
from laurels.webhook_endpoints
where tenant_id = $1;

-- name: dead_letters
select
  h.id, h.event_id, h.handler, h.event_type, h.member_id, h.attempts, h.error, h.created_at,
  h.finished_at, o.occurred_at
from laurels.event_handlings as h
inner join laurels.outbox as o on o.tenant_id = h.tenant_id and o.id = h.event_id
where h.tenant_id = $1 and h.state = 'dead';

-- name: settle_letter
update laurels.event_handlings
set
  state = $3,
  next_attempt_at = now(),
  attempts = case when $3 = 'waiting' then 0 else attempts end,
  finished_at = case when $3 = 'waiting' then null else now() end
where tenant_id = $1 and id = $2 and state = 'dead'
returning id;

-- name: create_endpoint
insert into laurels.webhook_endpoints (
  tenant_id, id, url, description, event_types, status, secret, created_at, updated_at
)
values ($1, $2, $3, $4, $5, 'enabled', $6, now(), now());

-- name: change_endpoint
update laurels.webhook_endpoints
set
  url = $3,
  description = $4,
  event_types = $5,
  status = $6,
  disabled_reason = case
    when $6 = 'enabled' then null
    else coalesce(disabled_reason, 'switched off')
  end,
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: delete_endpoint
update laurels.webhook_endpoints
set
  status = 'deleted',
  secret = '',
  previous_secret = null,
  previous_until = null,
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: rotate_secret
update laurels.webhook_endpoints
set
  previous_secret = secret,
  secret = $3,
  previous_until = now() + $4 * interval '1 hour',
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: replay_since
select o.id, o.type, o.member_id, o.position
from laurels.webhook_endpoints as e
inner join laurels.outbox as o on o.tenant_id = $1 and o.id >= $3 and o.position is not null
  and not o.historical and laurels.is_told(e.id, e.event_types, o.type, o.payload)
where e.tenant_id = $1 and e.id = $2
  and not exists (
    select
    from laurels.outbound_messages as m
    where m.tenant_id = $1 and m.subject_id = o.id and m.channel = 'webhook'
      and m.destination_id = $2
  )
order by o.position
limit $4;

-- name: disable_gone
update laurels.webhook_endpoints
set status = 'disabled', disabled_reason = 'answered 410 Gone', updated_at = now()
where tenant_id = $1 and id = $2 and status = 'enabled'
returning id;

-- name: handlings_due
select tenant_id, handler
from laurels.handlings_due($1, $2);

-- name: take_handlings
select laurels.take_handlings(
  $1, $2,
  (
    select array_agg(id)
    from laurels.event_handlings
    where tenant_id = $1 and handler = $2 and event_id = $3
  ),
  $4
) as id;

-- name: finish_handling
update laurels.event_handlings
set state = 'done', finished_at = now(), error = null
where tenant_id = $1 and handler = $2 and event_id = any($3);

-- name: fail_handling
update laurels.event_handlings
set
  attempts = attempts + 1,
  error = $4,
  next_attempt_at = now() + coalesce(($5::float8[])[attempts + 1], 0) * interval '1 second',
  state = case when attempts >= $6 then 'dead' else 'waiting' end,
  finished_at = case when attempts >= $6 then now() end
where tenant_id = $1 and handler = $2 and event_id = $3 and state = 'waiting'
returning state, attempts;

-- name: forget_events
select laurels.forget_events($1, $2, $3) as gone;

-- name: export_events
select
  x.id::text as key, x.id, x.member_id, x.member_seq, x.type, x.payload, x.occurred_at,
  x.created_at
from laurels.outbox as x
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: export_handlings
select
  x.id::text as key, x.id, x.event_id, x.event_type, x.handler, x.state, x.attempts, x.error,
  x.created_at, x.finished_at
from laurels.event_handlings as x
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: find_endpoint
select url, status, secret, previous_secret, previous_until > now() as overlap
from laurels.webhook_endpoints
where tenant_id = $1 and id = $2;

-- name: last_position
select last_position
from laurels.outbox_leases
where tenant_id = $1;

-- name: news
with next as (
  select
    o.position, o.historical,
    case
      when o.type = any($5) then '{}'
      when o.type = 'history.imported' then
        array(select jsonb_array_elements_text(o.payload -> 'member_ids')::uuid)
      else array_remove(array[o.member_id], null)
    end as members
  from laurels.outbox as o
  where o.tenant_id = $1 and o.position > $2 and o.position <= $3
),
weighed as (
  select n.*, sum(greatest(cardinality(n.members), 1)) over (order by n.position) as upto
  from next as n
)
select w.position, w.historical, w.members
from weighed as w
where w.upto - greatest(cardinality(w.members), 1) < $4
order by w.position;

-- name: event_at
select id
from laurels.outbox
where tenant_id = $1 and position = $2;

-- name: count_waiting
select
  (
    select count(*)
    from laurels.outbox
    where tenant_id = $1 and relayed_at is null
  ) as for_the_relay,
  (
    select count(*)
    from laurels.event_handlings
    where tenant_id = $1 and state = 'waiting'
  ) as for_handlers,
  (
    select count(*)
    from laurels.event_handlings
    where tenant_id = $1 and state = 'dead'
  ) as dead_letters;

-- name: relay_events
select relayed, parked, lag_seconds
from laurels.relay_events($1, $2, $3, $4, $5);
