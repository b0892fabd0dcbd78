-- name: programs
select
  id, name, unit_name, is_default, point_value, minimum_redemption_points, maturity_days,
  expiry_days, grace_days, created_at, archived_at
from laurels.programs
where tenant_id = $1;

-- name: holds
select
  id, wallet_id, points, captured, status, reason, attributes, expires_at, transaction_id,
  created_at, closed_at
from laurels.holds
where tenant_id = $1;

-- name: transactions
select
  t.id, t.wallet_id, t.seq, t.type, t.source, t.source_id, t.points, t.amount, t.debt_delta,
  t.balance_after, t.reverses_id, t.reason, t.member_note,
  coalesce(t.attributes, '{}') as attributes,
  t.actor_type, t.actor_id, t.occurred_at, t.created_at
from laurels.point_transactions as t
where t.tenant_id = $1;

-- name: close_wallets
update laurels.wallets
set closed_for = $3
where tenant_id = $1 and member_id = $2 and merged_into is null;

-- name: reopen_wallets
update laurels.wallets
set closed_for = null
where tenant_id = $1 and member_id = $2 and closed_for = $3;

-- name: wallets_with_due_lots
select distinct wallet_id
from laurels.lots
where tenant_id = $1 and remaining > 0
  and (expires_at <= $2 or (matured_at is null and matures_at <= $2))
limit $3;

-- name: due_holds
select id
from laurels.holds
where tenant_id = $1 and status = 'open' and expires_at <= $2
order by expires_at
limit $3;

-- name: next_lot_due
select least(
  (
    select min(expires_at)
    from laurels.lots
    where tenant_id = $1 and remaining > 0 and expires_at is not null
  ),
  (
    select min(matures_at)
    from laurels.lots
    where tenant_id = $1 and remaining > 0 and matured_at is null
  )
);

-- name: next_hold_due
select min(expires_at)
from laurels.holds
where tenant_id = $1 and status = 'open' and expires_at is not null;

-- name: wrong_balances
select w.id, format(
  'transactions give balance %s, debt %s, seq %s; the wallet says %s, %s, %s',
  coalesce(t.balance, 0), coalesce(t.debt, 0), coalesce(t.n, 0),
  w.available + w.pending + w.held, w.debt, w.seq)
from laurels.wallets as w
left join (
  select wallet_id, sum(amount) as balance, sum(debt_delta) as debt, count(*) as n,
    max(seq) as last
  from laurels.point_transactions where tenant_id = $1 group by wallet_id
) as t on t.wallet_id = w.id
where w.tenant_id = $1 and (
  coalesce(t.balance, 0) <> w.available + w.pending + w.held
  or coalesce(t.debt, 0) <> w.debt or coalesce(t.n, 0) <> w.seq
  or coalesce(t.last, 0) <> w.seq);

-- name: broken_chains
select wallet_id, format('transaction %s: %s + %s is not %s', seq, before, amount, balance_after)
from (
  select
    wallet_id, seq, amount, balance_after,
    coalesce(lag(balance_after) over (partition by wallet_id order by seq), 0) as before
  from laurels.point_transactions
  where tenant_id = $1
) as t
where before + amount <> balance_after;

-- name: wrong_lots
select l.wallet_id, format('lot %s has %s left; %s and its entries give %s', l.id,
  l.remaining, l.initial, l.initial + coalesce(e.amount, 0))
from laurels.lots as l
left join (
  select lot_id, sum(amount) as amount from laurels.lot_entries where tenant_id = $1
  group by lot_id
) as e on e.lot_id = l.id
where l.tenant_id = $1 and l.remaining <> l.initial + coalesce(e.amount, 0);

-- name: wrong_pending
select w.id, format('unripe lots hold %s and ripe ones %s; pending is %s, available %s',
  coalesce(l.unripe, 0), coalesce(l.ripe, 0), w.pending, w.available)
from laurels.wallets as w
left join (
  select wallet_id,
    sum(remaining) filter (where matured_at is null) as unripe,
    sum(remaining) filter (where matured_at is not null) as ripe
  from laurels.lots where tenant_id = $1 group by wallet_id
) as l on l.wallet_id = w.id
where w.tenant_id = $1 and (
  coalesce(l.unripe, 0) <> w.pending or coalesce(l.ripe, 0) > w.available);

-- name: wrong_has_lots
select w.id, format('has_lots is %s', w.has_lots)
from laurels.wallets as w
where w.tenant_id = $1 and w.has_lots <> exists (
  select 1 from laurels.lots as l
  where l.tenant_id = $1 and l.wallet_id = w.id and l.remaining > 0);

-- name: wrong_held
select w.id, format('open holds have %s, held is %s', coalesce(h.points, 0), w.held)
from laurels.wallets as w
left join (
  select wallet_id, sum(points) as points from laurels.holds
  where tenant_id = $1 and status = 'open' group by wallet_id
) as h on h.wallet_id = w.id
where w.tenant_id = $1 and coalesce(h.points, 0) <> w.held;

-- name: wrong_hold_lots
select h.wallet_id, format('hold %s (%s) has %s from lots', h.id, h.status, -e.amount)
from laurels.holds as h
inner join (
  select hold_id, sum(amount) as amount from laurels.lot_entries
  where tenant_id = $1 and hold_id is not null group by hold_id
) as e on e.hold_id = h.id
where h.tenant_id = $1 and (
  -e.amount > h.points or e.amount > 0 or (h.status <> 'open' and e.amount <> 0));

-- name: wrong_lifetimes
select w.id, format('%s earned - %s redeemed - %s expired is not %s - %s',
  w.lifetime_earned, w.lifetime_redeemed, w.lifetime_expired,
  w.available + w.pending + w.held, w.debt)
from laurels.wallets as w
where w.tenant_id = $1 and w.lifetime_earned - w.lifetime_redeemed - w.lifetime_expired
  <> w.available + w.pending + w.held - w.debt;

-- name: wrong_expiries
select w.id, format('expired rows give %s, lots %s, the wallet says %s',
  coalesce(t.points, 0), coalesce(l.expired, 0), w.lifetime_expired)
from laurels.wallets as w
left join (
  select wallet_id, -sum(points) as points from laurels.point_transactions
  where tenant_id = $1 and type = 'expired' group by wallet_id
) as t on t.wallet_id = w.id
left join (
  select wallet_id, sum(expired) as expired from laurels.lots where tenant_id = $1
  group by wallet_id
) as l on l.wallet_id = w.id
where w.tenant_id = $1 and (coalesce(t.points, 0) <> w.lifetime_expired
  or coalesce(l.expired, 0) <> w.lifetime_expired);

-- name: reversed_twice
select t.wallet_id, format('%s points were taken back of %s', r.points, t.points)
from laurels.point_transactions as t
inner join (
  select reverses_id, sum(abs(points)) as points from laurels.point_transactions
  where tenant_id = $1 and reverses_id is not null group by reverses_id
) as r on r.reverses_id = t.id
where t.tenant_id = $1 and r.points > abs(t.points);

-- name: stray_keys
select k.transaction_id, format('key %s of %s belongs to no transaction', k.key, k.source)
from laurels.posting_keys as k
where k.tenant_id = $1 and not exists (
  select 1 from laurels.point_transactions as t
  where t.tenant_id = $1 and t.id = k.transaction_id);

-- name: figures
select
  (
    select count(*)
    from laurels.members
    where tenant_id = $1
  ),
  count(*),
  (
    select count(*)
    from laurels.point_transactions
    where tenant_id = $1
  ),
  coalesce(sum(available + pending + held), 0)::bigint, coalesce(sum(debt), 0)::bigint
from laurels.wallets
where tenant_id = $1;

-- name: lock_all_wallets
select 1
from laurels.wallets
where tenant_id = $1
order by id
for update;

-- name: rebuild_wallets
update laurels.wallets as w
set
  available = n.available,
  pending = n.pending,
  held = n.held,
  debt = n.debt,
  lifetime_earned = n.earned,
  lifetime_redeemed = n.redeemed,
  lifetime_expired = n.expired,
  seq = n.seq,
  has_lots = n.has_lots,
  updated_at = now()
from (
  select
    w.id, coalesce(t.balance, 0) - coalesce(l.unripe, 0) - coalesce(h.points, 0) as available,
    coalesce(l.unripe, 0) as pending, coalesce(h.points, 0) as held, coalesce(t.debt, 0) as debt,
    coalesce(t.earned, 0) as earned, coalesce(t.redeemed, 0) as redeemed,
    coalesce(t.expired, 0) as expired, coalesce(t.n, 0) as seq,
    coalesce(l.has_lots, false) as has_lots
  from laurels.wallets as w
  left join (
    select
      m.wallet_id, sum(m.amount) as balance, sum(m.debt_delta) as debt, count(*) as n,
      -sum(m.points) filter (where m.type = 'expired') as expired,
      sum(m.points) filter (
        where m.type <> 'expired' and coalesce(o.points, m.points) > 0
      ) as earned,
      -sum(m.points) filter (
        where m.type <> 'expired' and coalesce(o.points, m.points) < 0
      ) as redeemed
    from laurels.point_transactions as m
    left join laurels.point_transactions as o on o.tenant_id = m.tenant_id and o.id = m.reverses_id
    where m.tenant_id = $1
    group by m.wallet_id
  ) as t on t.wallet_id = w.id
  left join (
    select
      wallet_id, sum(remaining) filter (where matured_at is null) as unripe,
      bool_or(remaining > 0) as has_lots
    from laurels.lots
    where tenant_id = $1
    group by wallet_id
  ) as l on l.wallet_id = w.id
  left join (
    select wallet_id, sum(points) as points
    from laurels.holds
    where tenant_id = $1 and status = 'open'
    group by wallet_id
  ) as h on h.wallet_id = w.id
  where w.tenant_id = $1
) as n
where w.tenant_id = $1 and w.id = n.id
  and (
    w.available, w.pending, w.held, w.debt, w.lifetime_earned, w.lifetime_redeemed,
    w.lifetime_expired, w.seq, w.has_lots
  ) is distinct from (
    n.available, n.pending, n.held, n.debt, n.earned, n.redeemed, n.expired, n.seq, n.has_lots
  )
returning w.id;

-- name: lock_wallets_of
select 1
from laurels.wallets as w
where w.tenant_id = $1
  and w.id = any(
    array(
      select x.id
      from unnest($2::uuid[]) as n (id)
      cross join lateral (
        select o.id
        from laurels.wallets as o
        where o.tenant_id = $1 and o.member_id = n.id
        offset 0
      ) as x
    )
  )
order by w.id
for update;

-- name: lapsed_holds
select id
from laurels.holds
where tenant_id = $1 and wallet_id = any($2) and status = 'open' and expires_at <= $3;

-- name: wallets_of_both
select id, program_id
from laurels.wallets
where tenant_id = $1 and member_id = $2
order by id;

-- name: close_merged
update laurels.wallets as w
set closed_for = 'merged', merged_into = t.id
from laurels.wallets as t
where w.tenant_id = $1 and w.id = any($2) and t.tenant_id = $1 and t.member_id = $3
  and t.program_id = w.program_id;

-- name: note_merged
insert into laurels.wallet_merges (tenant_id, id, merge_id, from_wallet_id, to_wallet_id, moved)
values ($1, $2, $3, $4, $5, $6::text::jsonb);

-- name: find_merged
select from_wallet_id, to_wallet_id, moved
from laurels.wallet_merges
where tenant_id = $1 and merge_id = $2
order by from_wallet_id;

-- name: reopen_merged
update laurels.wallets
set closed_for = null, merged_into = null
where tenant_id = $1 and id = any($2);

-- name: count_refunded
select count(*)
from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as n (source_id, target_id, seq)
inner join laurels.point_transactions as r on r.tenant_id = $1 and r.wallet_id = n.target_id
  and r.seq > n.seq and r.type <> 'transferred'
inner join laurels.point_transactions as o on o.tenant_id = $1 and o.id = r.reverses_id
  and o.wallet_id <> n.target_id;

-- name: wallets_of_members
select id
from laurels.wallets
where tenant_id = $1 and member_id = any($2);

-- name: scrub_ledger
select laurels.scrub_ledger($1, $2, $3);

-- name: erase_words_of_holds
update laurels.holds
set reason = null, attributes = '{}'
where tenant_id = $1 and wallet_id = any($2) and (reason is not null or attributes <> '{}');

-- name: find_openings
select o.id, t.type, t.points, l.found, l.matures_at, l.expires_at
from laurels.point_transactions as o
inner join laurels.point_transactions as t on t.tenant_id = o.tenant_id
  and t.wallet_id = o.wallet_id and t.seq between o.seq and o.seq + 3 and t.source = o.source
  and t.source_id is not distinct from o.source_id
left join lateral (
  select true as found, min(matures_at) as matures_at, min(expires_at) as expires_at
  from laurels.lots
  where tenant_id = $1 and transaction_id = t.id and expired < initial
  having count(*) > 0
) as l on true
where o.tenant_id = $1 and o.id = any($2)
order by o.id, t.seq;

-- name: wallets_of_portions
select
  w.id, w.member_id, p.name, w.available, w.pending, w.held, w.debt, w.lifetime_redeemed,
  w.lifetime_expired
from laurels.wallets as w
inner join laurels.programs as p on p.tenant_id = $1 and p.id = w.program_id
where w.tenant_id = $1 and w.id > $2 and w.closed_for is null
order by w.id
limit $3;

-- name: lots_of_portions
select
  l.wallet_id, l.id, l.remaining + coalesce(h.points, 0) as points, t.occurred_at, l.matures_at,
  l.matured_at, l.expires_at
from laurels.lots as l
left join (
  select e.lot_id, -sum(e.amount)::bigint as points
  from laurels.holds as o
  inner join laurels.lot_entries as e on e.tenant_id = $1 and e.hold_id = o.id
  where o.tenant_id = $1 and o.wallet_id = any($2) and o.status = 'open'
  group by e.lot_id
) as h on h.lot_id = l.id
left join laurels.point_transactions as t on t.tenant_id = $1 and t.id = l.transaction_id
where l.tenant_id = $1 and l.wallet_id = any($2) and l.remaining + coalesce(h.points, 0) > 0
order by l.id;

-- name: count_wallets
select count(*)
from laurels.wallets
where tenant_id = $1 and closed_for is null;

-- name: wallets_of_moves
with recursive found (wallet_id) as (
  select wallet_id
  from laurels.holds
  where tenant_id = $1 and id = any($2)
  union
  select wallet_id
  from laurels.point_transactions
  where tenant_id = $1 and id = any($3)
  union
  select wallet_id
  from laurels.lots
  where tenant_id = $1 and transaction_id = any($3)
  union
  select w.merged_into
  from found
  inner join laurels.wallets as w on w.tenant_id = $1 and w.id = found.wallet_id
    and w.merged_into is not null
)
select wallet_id
from found;

-- name: lots_of_transactions
select
  id, wallet_id, transaction_id, initial, remaining, matures_at, matured_at, expires_at, expired,
  expired_counted
from laurels.lots
where tenant_id = $1
  and ((wallet_id = any($2) and remaining > 0) or id = any($3) or transaction_id = any($4))
order by id;

-- name: find_holds
select
  id, wallet_id, points, status, reason, expires_at, created_at, captured, transaction_id,
  closed_at, attributes
from laurels.holds
where tenant_id = $1 and id = any($2);

-- name: lots_of_holds
select e.hold_id, e.lot_id, -sum(e.amount)::bigint
from laurels.lot_entries as e
inner join laurels.lots as l on l.tenant_id = e.tenant_id and l.id = e.lot_id
where e.tenant_id = $1 and e.hold_id = any($2)
group by e.hold_id, e.lot_id, l.expires_at
having sum(e.amount) < 0
order by l.expires_at nulls last, e.lot_id;

-- name: find_originals
select
  t.id, t.wallet_id, t.seq, t.type, t.source, t.source_id, null as key, t.amount, t.debt_delta,
  t.balance_after, t.reverses_id, t.reason, t.occurred_at,
  coalesce(
    (
      select sum(abs(r.points))
      from laurels.point_transactions as r
      where r.tenant_id = t.tenant_id and r.reverses_id = t.id
    ),
    0
  )::bigint as back
from laurels.point_transactions as t
where t.tenant_id = $1 and t.id = any($2);

-- name: lots_of_originals
select transaction_id, lot_id, -sum(amount)::bigint
from laurels.lot_entries
where tenant_id = $1 and transaction_id = any($2) and amount < 0
group by transaction_id, lot_id;

-- name: find_expiries
select transaction_id, expires_at
from laurels.lots
where tenant_id = $1 and transaction_id = any($2);

-- name: find_by_keys
select
  t.id, t.wallet_id, t.seq, t.type, t.source, t.source_id, k.key, t.amount, t.debt_delta,
  t.balance_after, t.reverses_id, t.reason, t.occurred_at
from unnest($2::text[], $3::text[]) as n (source, key)
inner join laurels.posting_keys as k on k.tenant_id = $1 and k.source = n.source and k.key = n.key
inner join laurels.point_transactions as t on t.tenant_id = $1 and t.id = k.transaction_id;

-- name: follow_merges
with recursive moved (id, at) as (
  select id, id
  from unnest($2::uuid[]) as n (id)
  union all
  select moved.id, w.merged_into
  from moved
  inner join laurels.wallets as w on w.tenant_id = $1 and w.id = moved.at
    and w.merged_into is not null
)
select m.id, m.at
from moved as m
inner join laurels.wallets as w on w.tenant_id = $1 and w.id = m.at and w.merged_into is null;

-- name: told_programs
select jsonb_agg(
  jsonb_build_array(
    p.id, p.is_default, p.maturity_days, p.expiry_days, p.grace_days, p.name, p.unit_name,
    t.time_zone, p.archived_at is not null, p.point_value::text, p.minimum_redemption_points,
    t.currency
  )
  order by p.id
)
from laurels.programs as p
inner join laurels.tenants as t on t.id = p.tenant_id
where p.tenant_id = $1;

-- name: count_programs
select count(*) as programs
from laurels.programs
where tenant_id = $1;

-- name: yield_default
update laurels.programs
set is_default = false
where tenant_id = $1 and is_default and id <> $2;

-- name: lock_programs
select 1
from laurels.programs
where tenant_id = $1
order by id
for no key update;

-- name: set_archived
update laurels.programs
set archived_at = $3
where tenant_id = $1 and id = $2;

-- name: wallets
select
  w.id, w.member_id, w.program_id, p.name as program_name, p.unit_name, p.point_value,
  p.minimum_redemption_points, w.available, w.pending, w.held, w.debt,
  w.available + w.pending + w.held as balance, w.lifetime_earned, w.lifetime_redeemed,
  w.lifetime_expired, w.updated_at
from laurels.wallets as w
inner join laurels.programs as p on p.tenant_id = w.tenant_id and p.id = w.program_id
where w.tenant_id = $1;

-- name: wallet_ids
select w.id
from laurels.wallets as w
inner join laurels.programs as p on p.tenant_id = w.tenant_id and p.id = w.program_id
where w.tenant_id = $1 and w.member_id = $2
order by p.is_default desc, w.id;

-- name: spendable
select
  m.id as member_id, p.id as program_id, p.is_default, p.minimum_redemption_points,
  greatest(
    coalesce(
      w.available - w.debt, 0
    ) + coalesce(d.ripe, 0) - coalesce(d.gone, 0) + coalesce(o.back, 0),
    0
  )::bigint as available
from unnest($2::uuid[]) as m (id)
inner join laurels.programs as p on p.tenant_id = $1
left join laurels.wallets as w on w.tenant_id = $1 and w.member_id = m.id and w.program_id = p.id
left join lateral (
  select
    sum(l.remaining) filter (
      where l.matured_at is null and l.matures_at <= $3
        and (l.expires_at is null or l.expires_at > $3)
    ) as ripe,
    sum(l.remaining) filter (where l.matured_at is not null and l.expires_at <= $3) as gone
  from laurels.lots as l
  where l.tenant_id = $1 and l.wallet_id = w.id and l.remaining > 0
) as d on w.has_lots
left join lateral (
  select sum(
    h.points - coalesce(
      (
        select -sum(e.amount)
        from laurels.lot_entries as e
        inner join laurels.lots as l on l.tenant_id = $1 and l.id = e.lot_id and l.expires_at <= $3
        where e.tenant_id = $1 and e.hold_id = h.id
      ),
      0
    )
  ) as back
  from laurels.holds as h
  where h.tenant_id = $1 and h.wallet_id = w.id and h.status = 'open' and h.expires_at <= $3
) as o on w.held > 0;

-- name: balance_of
select
  coalesce(sum(w.available), 0)::bigint as available,
  coalesce(sum(w.pending), 0)::bigint as pending, coalesce(sum(w.held), 0)::bigint as held,
  coalesce(sum(w.debt), 0)::bigint as debt
from laurels.wallets as w
inner join laurels.programs as p on p.tenant_id = w.tenant_id and p.id = w.program_id
  and p.is_default
where w.tenant_id = $1 and w.member_id = $2;

-- name: list_lots
select id, transaction_id, initial, remaining, matures_at, matured_at, expires_at
from laurels.lots
where tenant_id = $1 and wallet_id = $2 and remaining > 0;

-- name: transactions_of_members
select
  t.id, t.wallet_id, t.seq, t.type, t.source, t.source_id, t.points, t.amount, t.debt_delta,
  t.balance_after, t.reverses_id, t.reason, t.member_note,
  coalesce(t.attributes, '{}') as attributes,
  t.actor_type, t.actor_id, t.occurred_at, t.created_at
from laurels.point_transactions as t
inner join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id
where t.tenant_id = $1 and w.member_id = $2 and ($3::timestamptz is null or t.occurred_at >= $3)
  and ($4::timestamptz is null or t.occurred_at < $4)
order by t.wallet_id, t.seq;

-- name: history_of
select
  w.member_id, g.name as program, t.seq as number, t.type, t.source, t.points,
  t.balance_after, t.reason, t.occurred_at,
  sum(t.debt_delta) over (partition by t.wallet_id order by t.seq)::bigint as debt_after,
  case t.source
    when 'purchase' then (
      select p.external_id from laurels.purchases as p
      where p.tenant_id = t.tenant_id and p.id = laurels.id_of(t.source_id)
    )
    when 'refund' then (
      select p.external_id from laurels.refunds as r
      inner join laurels.purchases as p
        on p.tenant_id = r.tenant_id and p.id = r.purchase_id
      where r.tenant_id = t.tenant_id and r.id = laurels.id_of(t.source_id)
    )
  end as purchase
from laurels.point_transactions as t
inner join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id
inner join laurels.programs as g on g.tenant_id = w.tenant_id and g.id = w.program_id
where t.tenant_id = $1 and w.member_id = any($2)
order by w.member_id, g.name, t.wallet_id, t.seq;

-- name: holds_with_members
select h.id, h.points, h.status, h.expires_at, w.member_id, w.program_id
from laurels.holds as h
inner join laurels.wallets as w on w.tenant_id = h.tenant_id and w.id = h.wallet_id
where h.tenant_id = $1 and h.id = any($2);

-- name: reversals_of
with recursive found (transaction_id, wallet_id) as (
  select id, wallet_id
  from laurels.point_transactions
  where tenant_id = $1 and id = any($2)
  union
  select f.transaction_id, w.merged_into
  from found as f
  inner join laurels.wallets as w on w.tenant_id = $1 and w.id = f.wallet_id
    and w.merged_into is not null
)
select t.id, t.points, t.source_id, array_agg(w.member_id)
from found as f
inner join laurels.point_transactions as t on t.tenant_id = $1 and t.id = f.transaction_id
inner join laurels.wallets as w on w.tenant_id = $1 and w.id = f.wallet_id
group by t.id, t.points, t.source_id;

-- name: taken_back_by
select reverses_id, source_id, sum(-points)::bigint
from laurels.point_transactions
where tenant_id = $1 and reverses_id = any($2)
group by reverses_id, source_id;

-- name: lots_of
select
  l.id, l.transaction_id, w.program_id, l.initial, l.remaining, l.matures_at, l.matured_at,
  l.expires_at
from laurels.lots as l
inner join laurels.wallets as w on w.tenant_id = l.tenant_id and w.id = l.wallet_id
where l.tenant_id = $1 and l.transaction_id = any($2)
order by l.id;

-- name: move_stray_holds
select h.id, w.id, w.merged_into, m.merge_id, m.moved
from laurels.holds as h
inner join laurels.wallets as w on w.tenant_id = $1 and w.id = h.wallet_id
  and w.merged_into is not null
inner join laurels.wallet_merges as m on m.tenant_id = $1 and m.from_wallet_id = w.id
  and m.to_wallet_id = w.merged_into
where h.tenant_id = $1 and h.status = 'open'
order by h.id, m.id desc
limit 1;

-- name: lock_to_move
select id
from laurels.holds
where tenant_id = $1 and (id = any($2) or (wallet_id = any($3) and status = 'open'))
order by id;

-- name: move_hold
update laurels.wallet_merges
set moved = $4::text::jsonb
where tenant_id = $1 and merge_id = $2 and from_wallet_id = $3;

-- name: members_of
select w.member_id
from laurels.point_transactions as t
inner join laurels.wallets as w on w.tenant_id = $1 and w.id = t.wallet_id
where t.tenant_id = $1 and t.id = $2;

-- name: period_sums
select
  coalesce(sum(amount) filter (where occurred_at < $3), 0)::bigint as opening_balance,
  coalesce(sum(debt_delta) filter (where occurred_at < $3), 0)::bigint as opening_debt,
  coalesce(
    sum(amount) filter (where amount > 0 and ($3::timestamptz is null or occurred_at >= $3)), 0
  )::bigint as points_in,
  coalesce(
    -sum(amount) filter (where amount < 0 and ($3::timestamptz is null or occurred_at >= $3)), 0
  )::bigint as points_out,
  coalesce(
    sum(debt_delta) filter (where $3::timestamptz is null or occurred_at >= $3), 0
  )::bigint as debt_change,
  count(*) filter (where $3::timestamptz is null or occurred_at >= $3) as count
from laurels.point_transactions
where tenant_id = $1 and wallet_id = $2 and ($4::timestamptz is null or occurred_at < $4);

-- name: period_movements
select
  id, type, source, source_id, amount, debt_delta, reason, member_note, occurred_at,
  ($6::bigint + sum(amount) over (order by occurred_at, seq))::bigint as balance
from laurels.point_transactions
where tenant_id = $1 and wallet_id = $2 and ($3::timestamptz is null or occurred_at >= $3)
  and ($4::timestamptz is null or occurred_at < $4)
order by occurred_at, seq
limit $5;
