-- name: hand_over_of_member
update laurels.purchases
set member_id = $3, original_member_id = coalesce(original_member_id, member_id)
where tenant_id = $1 and member_id = $2;

-- name: hand_back
update laurels.purchases
set member_id = $2, original_member_id = nullif(original_member_id, $2)
where tenant_id = $1 and member_id = $3 and original_member_id = any($4);

-- name: erase_words_of_refunds
update laurels.refunds as r
set reason = null, attributes = '{}'
from laurels.purchases as p
where r.tenant_id = $1 and p.tenant_id = $1 and p.id = r.purchase_id and p.member_id = any($2)
  and (r.reason is not null or r.attributes <> '{}');

-- name: erase_words_of_lines
update laurels.purchase_lines as l
set attributes = '{}'
from laurels.purchases as p
where l.tenant_id = $1 and p.tenant_id = $1 and p.id = l.purchase_id and p.member_id = any($2)
  and l.attributes <> '{}';

-- name: erase_words
update laurels.purchases
set note = null, attributes = '{}'
where tenant_id = $1 and member_id = any($2)
returning id;

-- name: refund_ids
select id
from laurels.refunds
where tenant_id = $1 and purchase_id = any($2);

-- name: payments_of
select purchase_id, points, hold_id, program_id, value, transaction_id, returned, own_hold
from laurels.purchase_payments
where tenant_id = $1 and purchase_id = any($2)
order by purchase_id, position;

-- name: purchases_of_holds
select hold_id, purchase_id
from laurels.purchase_payments
where tenant_id = $1 and hold_id = any($2);

-- name: book_payments
insert into laurels.purchase_payments as p (
  tenant_id, id, purchase_id, position, points, hold_id, program_id, value, transaction_id,
  own_hold
)
select $1, n.id, n.purchase_id, n.position, n.points, n.hold_id, n.program_id, n.value,
  n.transaction_id, n.own_hold
from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::uuid[], $7::uuid[],
  $8::numeric[], $9::uuid[], $10::boolean[]) as n (
  id, purchase_id, position, points, hold_id, program_id, value, transaction_id, own_hold
)
on conflict (tenant_id, purchase_id, position) do update
set points = excluded.points, hold_id = excluded.hold_id,
  program_id = excluded.program_id, value = excluded.value,
  transaction_id = excluded.transaction_id, own_hold = excluded.own_hold;

-- name: give_back
update laurels.purchase_payments as p
set returned = p.returned + n.points
from unnest($2::uuid[], $3::bigint[]) as n (transaction_id, points)
where p.tenant_id = $1 and p.transaction_id = n.transaction_id;

-- name: purchases
select
  id, source, external_id, member_id, original_member_id, status, amount, tax_amount, refunded,
  refund_state, currency, channel, payment_method, note, attributes, occurred_at, completed_at,
  settled_at, created_at,
  exists(
    select
    from laurels.purchase_payments as y
    where y.tenant_id = $1 and y.purchase_id = purchases.id
  ) as paid_with_points
from laurels.purchases
where tenant_id = $1;

-- name: refunds
select
  id, purchase_id, source, external_id, amount, lines, coalesce(points, 0) as points,
  points_returned, reason, attributes, occurred_at
from laurels.refunds
where tenant_id = $1;

-- name: walk_ids
select id
from laurels.purchases
where tenant_id = $1 and ($2::uuid is null or id > $2)
order by id
limit $3;

-- name: count_purchases
select count(*)
from laurels.purchases
where tenant_id = $1;

-- name: members_of
select distinct member_id
from laurels.purchases
where tenant_id = $1 and id = any($2) and member_id is not null;

-- name: find_by_number
-- Sources are few: each is found by stepping through the index, and its numbers by looking there.
with recursive sources (source) as (
  (
    select source
    from laurels.purchases
    where tenant_id = $1
    order by source
    limit 1
  )
  union all
  select (
    select p.source
    from laurels.purchases as p
    where p.tenant_id = $1 and p.source > s.source
    order by p.source
    limit 1
  )
  from sources as s
  where s.source is not null
)
select p.id
from sources as s
cross join lateral (
  select x.id
  from laurels.purchases as x
  where x.tenant_id = $1 and x.source = s.source and x.external_id = any($2)
) as p
where s.source is not null;

-- name: find_by_keys
select p.source, p.external_id, p.id
from unnest($2::text[], $3::text[]) as n (source, external_id)
inner join laurels.purchases as p on p.tenant_id = $1 and p.source = n.source
  and p.external_id = n.external_id;

-- name: lines_of
select
  purchase_id, sku, name, category, quantity, unit_price, amount, tax_amount, refunded_quantity,
  refunded_amount, attributes
from laurels.purchase_lines
where tenant_id = $1 and purchase_id = any($2)
order by purchase_id, position;

-- name: list_unsettled
select id
from laurels.purchases
where tenant_id = $1 and status = 'completed' and settled_at is null
  and ($2::uuid is null or id > $2)
order by id
limit $3;

-- name: ids_of_member
select id
from laurels.purchases
where tenant_id = $1 and member_id = any($2) and id > $3
order by id
limit $4;

-- name: totals_of
select
  member_id, sum(greatest(amount, 0)), sum(refunded + greatest(-amount, 0)),
  count(*) filter (where refund_state <> 'full' and amount >= 0),
  min(occurred_at) filter (where amount >= 0), max(occurred_at) filter (where amount >= 0)
from laurels.purchases
where tenant_id = $1 and member_id = any($2) and settled_at is not null
group by member_id
order by member_id;

-- name: rewrite
update laurels.purchases
set amount = $3, member_id = $4, occurred_at = $5, channel = $6, payment_method = $7,
  note = $8, attributes = $9::text::jsonb, tax_amount = $10
where tenant_id = $1 and id = $2 and status = 'pending';

-- name: add_lines
insert into laurels.purchase_lines (tenant_id, id, purchase_id, position, sku, name,
  category, quantity, unit_price, amount, tax_amount, attributes)
select $1, l.id, l.purchase_id, l.position, l.sku, l.name, l.category, l.quantity,
  l.unit_price, l.amount, l.tax_amount, l.attributes
from jsonb_to_recordset($2::text::jsonb) as l (
  id uuid, purchase_id uuid, position bigint, sku text, name text, category text,
  quantity numeric, unit_price numeric, amount numeric, tax_amount numeric,
  attributes jsonb
);

-- name: record_purchases
select *
from laurels.record_purchases(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
);

-- name: lines_with_refunds
select purchase_id, tax_amount, position, sku, quantity, amount, refunded_quantity, refunded_amount
from laurels.purchase_lines
where tenant_id = $1 and purchase_id = any($2)
order by purchase_id, position;

-- name: sums_of_whole_refunds
select purchase_id, sum(amount)
from laurels.refunds
where tenant_id = $1 and purchase_id = any($2) and lines <> '[]'
group by purchase_id;

-- name: find_known
select r.source, r.external_id, r.id, r.purchase_id, r.amount, r.lines, r.occurred_at,
  coalesce(r.points, 0), r.points_returned
from unnest($2::text[], $3::text[]) as n (source, external_id)
inner join laurels.refunds as r
  on r.tenant_id = $1 and r.source = n.source and r.external_id = n.external_id;

-- name: set_refund_points
update laurels.refunds as r
set points = n.points, points_returned = r.points_returned + n.returned
from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as n (id, points, returned)
where r.tenant_id = $1 and r.id = n.id;

-- name: add_refunds
insert into laurels.refunds (
  tenant_id, id, purchase_id, source, external_id, amount, reason, occurred_at, lines,
  attributes
)
select $1, n.id, n.purchase_id, n.source, n.external_id, n.amount, n.reason,
  n.occurred_at, n.lines::jsonb, n.attributes::jsonb
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::numeric[], $7::text[],
  $8::timestamptz[], $9::text[], $10::text[]) as n (
  id, purchase_id, source, external_id, amount, reason, occurred_at, lines, attributes
);

-- name: set_refunded
update laurels.purchases as p
set refunded = n.refunded, refund_state = n.state
from unnest($2::uuid[], $3::numeric[], $4::text[]) as n (id, refunded, state)
where p.tenant_id = $1 and p.id = n.id;

-- name: set_refunded_lines
update laurels.purchase_lines as l
set refunded_quantity = n.quantity, refunded_amount = n.amount
from unnest($2::uuid[], $3::bigint[], $4::numeric[], $5::numeric[])
  as n (purchase_id, position, quantity, amount)
where l.tenant_id = $1 and l.purchase_id = n.purchase_id and l.position = n.position;

-- name: set_status
update laurels.purchases
set
  status = $3,
  completed_at = case when $3 = 'completed' then coalesce(completed_at, $4) end,
  settled_at = case when $5 then $4 end
where tenant_id = $1 and id = any($2);

-- name: claim
update laurels.purchases
set member_id = $3
where tenant_id = $1 and id = $2 and member_id is null;

-- name: hand_over
update laurels.purchases
set member_id = $4, original_member_id = coalesce(original_member_id, $3)
where tenant_id = $1 and id = $2 and member_id = $3;
