-- name: set_status
update laurels.members
set status = $3, blocked_at = $4, blocked_reason = $5, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: find_person
select id, external_id, email, phone, first_name, last_name
from laurels.members
where tenant_id = $1 and (id = $2 or survivor_id = $2)
order by id;

-- name: identity_values
select value
from laurels.member_identities
where tenant_id = $1 and member_id = any($2);

-- name: erase
update laurels.members
set
  status = 'erased',
  external_id = null,
  email = null,
  first_name = null,
  last_name = null,
  phone = null,
  birthday = null,
  birthday_known_at = null,
  attributes = '{}',
  user_id = null,
  email_opt_in = null,
  email_opt_in_at = null,
  email_opt_in_source = null,
  sms_opt_in_at = null,
  sms_opt_in_source = null,
  sms_opt_in = null,
  is_vip = false,
  last_login_at = null,
  merged_into = null,
  survivor_id = null,
  blocked_at = null,
  blocked_reason = null,
  updated_at = now()
where tenant_id = $1 and id = any($2);

-- name: forget_identities
delete from laurels.member_identities
where tenant_id = $1 and member_id = any($2);

-- name: find_family_members
select id
from laurels.members
where tenant_id = $1 and (id = $2 or survivor_id = $2);

-- name: lock_matching
-- Whose e-mail is nobody else's is the condition of its unique index, word for word.
select id, external_id, external_id = $2 as by_id, id = any($4) as by_identity, status, survivor_id
from laurels.members
where tenant_id = $1
  and (
    external_id = $2 or (lower(email collate "C") = $3 and status in ('active', 'blocked'))
    or (lower(email collate "C") = $3 and status = 'merged') or id = any($4)
  )
order by id
for no key update;

-- name: find_holder
select id, external_id, external_id = $3 as by_id
from laurels.members
where tenant_id = $1 and id <> $2
  and (external_id = $3 or (lower(email collate "C") = $4 and status in ('active', 'blocked')))
order by by_id desc nulls last
limit 1;

-- name: holders_of_identities
select i.member_id, i.kind
from laurels.member_identities as i
inner join unnest($2::text[], $3::text[]) as n (kind, value) on n.kind = i.kind
  and n.value = i.value
where i.tenant_id = $1;

-- name: drop_identities
delete from laurels.member_identities
where tenant_id = $1 and member_id = $2 and kind = any($3);

-- name: add_identities
insert into laurels.member_identities (tenant_id, member_id, kind, value)
select $1, $2, n.*
from unnest($3::text[], $4::text[]) as n
on conflict (tenant_id, member_id, kind) do update set value = excluded.value;

-- name: note_merge
insert into laurels.member_merges (tenant_id, id, merged_id, survivor_id, merged_at)
values ($1, $2, $3, $4, $5);

-- name: merge_members
update laurels.members
set
  survivor_id = $3,
  updated_at = now(),
  status = case when id = $2 then 'merged' else status end,
  merged_into = case when id = $2 then $3 else merged_into end
where tenant_id = $1 and (id = $2 or survivor_id = $2);

-- name: unmerge_members
update laurels.members
set
  updated_at = now(),
  survivor_id = case when id = $2 then null else $2 end,
  status = case when id = $2 then 'active' else status end,
  merged_into = case when id = $2 then null else merged_into end
where tenant_id = $1 and id = any($3);

-- name: note_unmerge
update laurels.member_merges
set unmerged_at = $3
where tenant_id = $1 and id = $2;

-- name: merges
select id, merged_id, survivor_id, merged_at, unmerged_at
from laurels.member_merges
where tenant_id = $1 and unmerged_at is null;

-- name: is_member
select 1
from laurels.members
where tenant_id = $1 and id = $2;

-- name: find_family
with recursive family (id) as (
  select id
  from laurels.members
  where tenant_id = $1 and id = $2
  union
  select m.id
  from family
  inner join laurels.members as m on m.tenant_id = $1 and m.merged_into = family.id
)
select id
from family
order by id;

-- name: members
select
  m.id, m.external_id, m.email, m.first_name, m.last_name, m.phone, m.birthday, m.status,
  m.blocked_at, m.blocked_reason, m.merged_into, m.survivor_id, m.email_opt_in, m.sms_opt_in,
  m.is_vip, m.email_opt_in_at, m.email_opt_in_source, m.sms_opt_in_at, m.sms_opt_in_source,
  m.last_login_at, m.attributes, m.enrolled_at, m.updated_at,
  coalesce(
    (
      select jsonb_object_agg(i.kind, i.value)
      from laurels.member_identities as i
      where i.tenant_id = m.tenant_id and i.member_id = m.id
    ),
    '{}'
  ) as identities,
  coalesce(t.spend, 0) as spend, coalesce(t.refunded, 0) as refunded,
  coalesce(t.purchases, 0) as purchases, t.first_purchase_at, t.last_purchase_at
from laurels.members as m
left join lateral (
  select *
  from laurels.member_totals as x
  where x.tenant_id = m.tenant_id and x.member_id = m.id
  offset 0
) as t on true
where m.tenant_id = $1;

-- name: lock_members
select 1
from laurels.members
where tenant_id = $1 and id = any($2)
order by id
for key share;

-- name: find_present
select m.id, p.id, p.status
from laurels.members as m
inner join laurels.members as p on p.tenant_id = $1
  and p.id = case when m.survivor_id is null then m.id else m.survivor_id end
where m.tenant_id = $1 and m.id = any($2);

-- name: lock_persons
select id, status, merged_into, survivor_id
from laurels.members
where tenant_id = $1 and (id = any($2) or survivor_id = any($2))
order by id
for update;

-- name: lock_for_facts
select 1
from laurels.members
where tenant_id = $1 and id = any($2)
order by id
for no key update;

-- name: find_enrolled
select id, enrolled_at
from laurels.members
where tenant_id = $1 and id = any($2);

-- name: search_members
select p, array(select laurels.search_members(p, $2, $3))
from laurels.patterns_of($1) as p;

-- name: similar_emails
select id, email
from laurels.similar_emails($1, $2, $3);

-- name: find_by_value
select member_id
from laurels.member_identities
where tenant_id = $1 and (value = $2 or (value = $4 and kind = $3));

-- name: find_by_email
select lower(email collate "C"), survivor_id
from laurels.members
where tenant_id = $1 and lower(email collate "C") = any($2) and status = 'merged'
union all
select lower(email collate "C"), id
from laurels.members
where tenant_id = $1 and lower(email collate "C") = any($2) and status in ('active', 'blocked');

-- name: find_by_anything
select n.said, x.place, case when x.survivor_id is null then x.id else x.survivor_id end
from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as n (said, mail, kind, value)
cross join lateral (
  select 1 as place, m.id, m.survivor_id
  from laurels.members as m
  where m.tenant_id = $1 and m.external_id = n.said
  union all
  select 2, m.id, m.survivor_id
  from laurels.members as m
  where m.tenant_id = $1 and lower(m.email collate "C") = n.mail
    and m.status in ('active', 'blocked')
  union all
  select 3, m.id, m.survivor_id
  from laurels.member_identities as i
  inner join laurels.members as m on m.tenant_id = $1 and m.id = i.member_id
  where i.tenant_id = $1 and (i.value = n.said or (i.kind = n.kind and i.value = n.value))
  union all
  select 4, m.id, m.survivor_id
  from laurels.members as m
  where m.tenant_id = $1 and lower(m.email collate "C") = n.mail and m.status = 'merged'
) as x;

-- name: find_by_identity
select value, member_id
from laurels.member_identities
where tenant_id = $1 and kind = $2 and value = any($3);

-- name: count_active
select count(*)
from laurels.members
where tenant_id = $1 and status = 'active';

-- name: ensure_members
select *
from laurels.ensure_members($1, $2, $3, $4);

-- name: add_totals
insert into laurels.member_totals as t (
  tenant_id, member_id, spend, refunded, purchases, first_purchase_at, last_purchase_at
)
select $1, n.*
from unnest(
  $2::uuid[], $3::numeric[], $4::numeric[], $5::bigint[], $6::timestamptz[], $7::timestamptz[]
) as n
on conflict (tenant_id, member_id) do update set
  spend = excluded.spend,
  refunded = excluded.refunded,
  purchases = excluded.purchases,
  first_purchase_at = excluded.first_purchase_at,
  last_purchase_at = excluded.last_purchase_at;
