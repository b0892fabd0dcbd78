-- name: hand_over
update laurels.activities
set member_id = $3, original_member_id = coalesce(original_member_id, member_id)
where tenant_id = $1 and member_id = $2;

-- name: hand_back
update laurels.activities
set member_id = $2, original_member_id = nullif(original_member_id, $2)
where tenant_id = $1 and member_id = $3 and original_member_id = any($4);

-- name: erase_words
update laurels.activities
set subject = null, attributes = '{}', revoked_reason = null
where tenant_id = $1 and member_id = any($2)
returning id;

-- name: export_activities
select
  x.id::text as key, x.id, x.source, x.external_id, x.member_id, x.original_member_id, x.kind,
  x.subject, x.value, x.attributes, x.status, x.occurred_at, x.revoked_at, x.revoked_reason,
  x.revoked_points, x.created_at
from laurels.activities as x
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: activities
select
  id, source, external_id, member_id, kind, subject, value, attributes, status, occurred_at,
  revoked_at, revoked_reason, revoked_points, created_at
from laurels.activities
where tenant_id = $1;

-- name: find_by_keys
select d.source, d.external_id, d.id
from unnest($2::text[], $3::text[]) as n (source, external_id)
inner join laurels.activities as d on d.tenant_id = $1 and d.source = n.source
  and d.external_id = n.external_id;

-- name: ids_of_member
select id
from laurels.activities
where tenant_id = $1 and member_id = any($2) and id > $3
order by id
limit $4;

-- name: last_celebrated
select member_id, max(occurred_at)
from laurels.activities
where tenant_id = $1 and member_id = any($2) and occurred_at >= $3 and kind = $4
group by member_id;

-- name: find_recorded
select
  id, coalesce(original_member_id, member_id) as doer_id, kind, subject, value, occurred_at,
  attributes
from laurels.activities
where tenant_id = $1 and id = any($2);

-- name: record_activities
select *
from laurels.record_activities($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: revoke
update laurels.activities
set status = 'revoked', revoked_at = $3, revoked_points = $4, revoked_reason = $5
where tenant_id = $1 and id = $2;
