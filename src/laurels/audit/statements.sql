-- name: export_entries
select
  x.id::text as key, x.id, x.action, x.target_type, x.target_id, x.before, x.after, x.actor_type,
  x.created_at
from laurels.audit_log as x
where x.tenant_id = $1 and x.target_type = 'member'
  and x.target_id = any(
    select laurels.type_id('mem', m)
    from unnest($2::uuid[]) as m
  )
  and x.id::text > $3
order by x.id::text
limit $4;

-- name: list_entries
select
  id, action, target_type, target_id, before, after, actor_type, actor_id, request_id, ip,
  user_agent, created_at
from laurels.audit_log
where tenant_id = $1 and ($2::text is null or target_type = $2)
  and ($3::text is null or target_id = $3) and ($4::text is null or actor_type = $4)
  and ($5::text is null or actor_id = $5)
  and ($6::text is null or action = $6 or (right($6, 1) = '.' and starts_with(action, $6)));

-- name: record
insert into laurels.audit_log (
  tenant_id, id, action, target_type, target_id, before, after, actor_type, actor_id, request_id,
  ip, user_agent, created_at
)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9, $10, $11, $12, now());

-- name: record_all
insert into laurels.audit_log (
  tenant_id, id, action, target_type, target_id, after, actor_type, actor_id, request_id, ip,
  user_agent, created_at
)
select
  $1, n.id, n.action, n.target_type, n.target_id, n.after::jsonb, n.kind, n.actor, n.request_id,
  n.ip, n.user_agent, now()
from unnest(
  $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::text[]
) as n (kind, actor, id, action, target_type, target_id, after, request_id, ip, user_agent);

-- name: scrub_audit
select laurels.scrub_audit($1, $2, $3);
