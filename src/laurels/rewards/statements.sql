-- name: complete
update laurels.redemptions
set
  state = $3,
  completed_at = $4,
  expires_at = $5,
  code = $6,
  notes = coalesce($7, notes),
  discount_amount = coalesce($8, discount_amount),
  failure_reason = null,
  fulfilled_by_type = $9,
  fulfilled_by_id = $10,
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: fail
update laurels.redemptions
set retry_count = $3, failure_reason = $4, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: note_failure
update laurels.redemptions
set retry_count = $3, failure_reason = $4
where tenant_id = $1 and id = $2;

-- name: list_expired
select id
from laurels.redemptions
where tenant_id = $1 and state = 'completed' and expires_at <= $2
order by expires_at, id
limit $3;

-- name: list_expired_of
select id
from laurels.redemptions
where tenant_id = $1 and member_id = any($2) and state = 'completed' and expires_at <= $3;

-- name: next_expiry
select min(expires_at)
from laurels.redemptions
where tenant_id = $1 and state = 'completed' and expires_at is not null;

-- name: set_notes
update laurels.redemptions
set notes = $3, attributes = $4::text::jsonb, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: end
update laurels.redemptions as d
set
  state = $3,
  ended_at = $4,
  refund_transaction_id = coalesce(n.transaction_id, d.refund_transaction_id),
  updated_at = now()
from unnest($2::uuid[], $5::uuid[]) as n (id, transaction_id)
where d.tenant_id = $1 and d.id = n.id;

-- name: hand_over
update laurels.redemptions
set member_id = $3, original_member_id = coalesce(original_member_id, member_id)
where tenant_id = $1 and member_id = $2;

-- name: hand_back
update laurels.redemptions
set member_id = $2, original_member_id = nullif(original_member_id, $2)
where tenant_id = $1 and member_id = $3 and original_member_id = any($4);

-- name: export_redemptions
select
  x.id::text as key, x.id, x.reward_id, x.member_id, x.original_member_id, x.state, x.quantity,
  x.points_spent, x.reward, x.fulfilment, x.code, x.discount_amount, x.source, x.external_id,
  x.redeemed_at, x.completed_at, x.expires_at, x.used_at, x.used_purchase_id, x.used_order_ref,
  x.ended_at, x.failure_reason, x.notes, x.attributes, x.transaction_id, x.refund_transaction_id,
  x.created_at
from laurels.redemptions as x
where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3
order by x.id::text
limit $4;

-- name: asks_of_rewards
select min_tier_level is not null or tier_ids <> '{}' as tiers, segment_ids <> '{}' as segments
from laurels.rewards
where tenant_id = $1 and id = any($2);

-- name: count_rewards
select count(*)
from laurels.rewards
where tenant_id = $1 and archived_at is null;

-- name: count_reach
select
  count(*) as members, count(*) filter (where x.allowed) as eligible,
  count(*) filter (where x.allowed and x.points >= $9) as ready
from (
  select
    ($2::bigint is null or coalesce(t.level, 0) >= $2)
    and (cardinality($3::uuid[]) = 0 or h.tier_id = any($3))
    and (
      cardinality($4::uuid[]) = 0 or exists (
        select
        from laurels.segment_memberships as s
        where s.tenant_id = $1 and s.member_id = m.id and s.segment_id = any($4)
          and s.left_at is null
      )
    )
    and ($5::bigint is null or coalesce(d.had, 0) < $5) as allowed,
    coalesce(w.available - w.debt, 0) as points
  from laurels.members as m
  left join laurels.tier_history as h on h.tenant_id = $1 and h.member_id = m.id
    and h.ended_at is null
  left join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
  left join laurels.wallets as w on w.tenant_id = $1 and w.member_id = m.id
    and w.program_id = coalesce($8, (
      select p.id
      from laurels.programs as p
      where p.tenant_id = $1 and p.is_default
    ))
  left join (
    select
      r.member_id, sum(r.quantity) as had
    from laurels.redemptions as r
    where r.tenant_id = $1 and r.reward_id = $6 and r.state <> all($7)
    group by r.member_id
  ) as d on d.member_id = m.id
  where m.tenant_id = $1 and m.status = 'active'
) as x;

-- name: count_had
select
  member_id, reward_id, coalesce(sum(quantity) filter (where state <> all($3)), 0)::bigint,
  count(*) filter (where state = 'pending')
from laurels.redemptions
where tenant_id = $1 and member_id = any($2)
group by member_id, reward_id;

-- name: used_on
select id
from laurels.redemptions
where tenant_id = $1 and used_purchase_id = any($2) and state = 'used'
order by id;

-- name: count_by_day
select
  (d.redeemed_at at time zone t.time_zone)::date as day, d.state, count(*) as redemptions,
  sum(d.quantity)::bigint as quantity, sum(d.points_spent)::bigint as points
from laurels.redemptions as d
inner join laurels.tenants as t on t.id = d.tenant_id
where d.tenant_id = $1 and d.reward_id = $2 and d.redeemed_at >= $3 and d.redeemed_at < $4
group by 1, 2
order by 1, 2;

-- name: vouchers
select
  v.id, v.reward_id, v.code, v.origin, v.redemption_id, v.assigned_at, v.withdrawn_at, v.created_at
from laurels.vouchers as v
where v.tenant_id = $1 and v.reward_id = $2
  and case $3
    when 'free' then v.redemption_id is null and v.withdrawn_at is null
    when 'assigned' then v.redemption_id is not null
    when 'withdrawn' then v.withdrawn_at is not null
    else true
  end;

-- name: book_redemptions
select *
from laurels.book_redemptions($1, $2, $3::text::jsonb, $4::text::jsonb);

-- name: set_active
update laurels.rewards
set active = $3, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: set_archived
update laurels.rewards
set
  archived_at = $3, active = active and $4, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: keep_picture
insert into laurels.pictures (tenant_id, digest, width, height)
values ($1, $2, $3, $4)
on conflict (tenant_id, digest)
do update set last_used_at = excluded.last_used_at, removed_at = null;

-- name: set_picture
update laurels.rewards
set picture = $3, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2;

-- name: touch_picture
update laurels.pictures
set last_used_at = now()
where tenant_id = $1 and digest = $2;

-- name: unused_pictures
select p.digest
from laurels.pictures as p
where p.tenant_id = $1 and p.removed_at is null
  and p.last_used_at < $2::timestamptz - interval '1 day'
  and not exists (
    select
    from laurels.rewards as r
    where r.tenant_id = p.tenant_id and r.picture = p.digest
  )
order by p.last_used_at
limit $3
for update;

-- name: pictures_are_removed
update laurels.pictures
set removed_at = now()
where tenant_id = $1 and digest = any($2);

-- name: use
update laurels.redemptions
set
  state = $3,
  used_at = $4,
  used_purchase_id = $5,
  used_order_ref = $6,
  discount_amount = coalesce($7, discount_amount),
  updated_at = now()
where tenant_id = $1 and id = $2;

-- name: reopen
update laurels.redemptions
set
  state = 'completed',
  used_at = null,
  used_purchase_id = null,
  used_order_ref = null,
  updated_at = now()
where tenant_id = $1 and id = any($2);

-- name: add_codes
insert into laurels.vouchers (tenant_id, id, reward_id, code, origin)
select $1, n.id, $2, n.code, 'pool'
from unnest($3::uuid[], $4::text[]) as n (id, code)
order by lower(n.code collate "C")
on conflict (tenant_id, lower(code collate "C")) do nothing
returning code;

-- name: give_code
insert into laurels.vouchers (tenant_id, id, reward_id, code, origin, redemption_id, assigned_at)
values ($1, $2, $3, $4, 'delivered', $5, $6)
on conflict (tenant_id, lower(code collate "C")) do nothing
returning id;

-- name: withdraw_codes
update laurels.vouchers
set withdrawn_at = $4
where tenant_id = $1 and reward_id = $2 and lower(code collate "C") = any($3)
  and redemption_id is null and withdrawn_at is null
returning lower(code collate "C") as code;

-- name: find_codes_of_reward
select lower(code collate "C") as code, redemption_id is null as withdrawn
from laurels.vouchers
where tenant_id = $1 and reward_id = $2 and lower(code collate "C") = any($3);

-- name: set_codes_left
update laurels.rewards
set codes_left = $3
where tenant_id = $1 and id = $2;

-- name: count_redemptions
select count(*)
from laurels.redemptions
where tenant_id = $1;

-- name: find_codes
select lower(code collate "C"), reward_id
from laurels.vouchers
where tenant_id = $1 and lower(code collate "C") = any($2);

-- name: stranded_redemptions
select r.id
from laurels.redemptions as r
where r.tenant_id = $1 and r.state = 'pending' and r.fulfilment like 'provider:%'
  and not exists (
    select
    from laurels.outbound_messages as m
    where m.tenant_id = r.tenant_id and m.subject_id = r.id and m.channel = r.fulfilment
      and m.state = 'waiting'
  )
order by r.id
limit $2;

-- name: redeemers
select member_id
from laurels.redemptions
where tenant_id = $1 and id = $2
union all
select member_id
from laurels.redemptions
where tenant_id = $1 and lower(code collate "C") = $3;

-- name: rewards_for_segments
select s.segment_id, r.id, r.name
from unnest($2::uuid[]) as s (segment_id)
inner join laurels.rewards as r on r.tenant_id = $1 and s.segment_id = any(r.segment_ids)
  and r.archived_at is null
order by r.name, r.id;
