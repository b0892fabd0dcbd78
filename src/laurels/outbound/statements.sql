-- name: destinations_due
select tenant_id, channel, destination_id
from laurels.outbound_destinations_due($1, $2, $3, $4, $5, $6, $7, $8);

-- name: export_messages
select
  x.id::text as key, x.id, x.channel, x.type, x.state, x.attempts, x.last_status, x.last_error,
  x.created_at, x.finished_at
from laurels.outbound_messages as x
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: enqueue
select laurels.enqueue_messages($1, $2, $3, $4, $5, $6, $7, $8, $9) as count;

-- name: replay
update laurels.outbound_messages
set state = 'waiting', failures = 0, next_attempt_at = now(), finished_at = null
where tenant_id = $1
  and id in (
    select id
    from laurels.outbound_messages
    where tenant_id = $1 and channel = $2 and destination_id = $3 and subject_id >= $4
      and state = any($5)
    order by position
    limit $6
  )
returning 1;

-- name: stop_messages
update laurels.outbound_messages
set state = 'stopped', finished_at = now(), claimed_until = null, last_error = $3
where tenant_id = $1 and channel = $2 and state = 'waiting'
  and ($4::uuid is null or destination_id = $4) and ($5::uuid[] is null or subject_id = any($5))
returning id;

-- name: wake_messages
select laurels.wake_messages($1, $2);

-- name: overtaken
select id, state, attempts
from laurels.outbound_messages
where tenant_id = $1 and id = any($2);

-- name: book_messages
select laurels.book_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: get_message
select attempt, sent_at, duration_ms, status, error, response
from laurels.outbound_attempts
where tenant_id = $1 and message_id = $2
order by attempt desc
limit 100;

-- name: replay_message
update laurels.outbound_messages
set state = 'waiting', failures = 0, next_attempt_at = now(), finished_at = null
where tenant_id = $1 and id = $2 and state <> 'waiting'
returning id;

-- name: discard_message
update laurels.outbound_messages
set state = 'stopped', claimed_until = null, finished_at = coalesce(finished_at, now())
where tenant_id = $1 and id = $2 and state in ('waiting', 'dead');

-- name: count_messages
select
  channel, count(*) filter (where state = 'waiting') as waiting,
  count(*) filter (where state = 'dead') as dead
from laurels.outbound_messages
where tenant_id = $1 and state in ('waiting', 'dead')
group by channel
order by channel;

-- name: summary
select
  m.channel, m.destination_id,
  count(*) filter (where m.state = 'sent') as sent,
  count(*) filter (where m.state = 'waiting') as waiting,
  count(*) filter (where m.state = 'dead') as dead,
  count(*) filter (where m.state = 'stopped') as stopped,
  count(*) filter (where m.attempts > 1 or m.last_error is not null) as troubled,
  max(m.finished_at) filter (where m.state = 'sent') as last_sent_at,
  max(a.sent_at) as last_failed_at
from laurels.outbound_messages as m
left join lateral (
  select max(t.sent_at) as sent_at
  from laurels.outbound_attempts as t
  where t.tenant_id = $1 and t.message_id = m.id and t.error is not null
) as a on m.attempts > 1 or m.last_error is not null
where m.tenant_id = $1 and m.id >= $2
group by m.channel, m.destination_id
order by m.channel, m.destination_id;

-- name: forget_old
select laurels.forget_messages($1, $2, $3) as gone;
