-- sqlfluff:exclude_rules:ST06
create view loyalty_app.point_transactions with (security_invoker = true) as
select
  t.id,
  w.member_id as customer_id,
  case
    when t.type in ('reversed', 'penalty', 'transferred') then 'adjusted' else t.type
  end as transaction_type,
  t.amount as points_amount,
  t.balance_after as points_balance_after,
  case when t.source = 'import' then 'migration' else t.source end as source, -- noqa: RF04
  t.source_id,
  t.reason as description,
  case t.source
    when 'purchase'
      then (
        select o.external_id from laurels.purchases as o
        where o.tenant_id = t.tenant_id and o.id = laurels.id_of(t.source_id)
      )
    when 'refund' then (
      select o.external_id from laurels.refunds as r
      inner join laurels.purchases as o on r.tenant_id = o.tenant_id and r.purchase_id = o.id
      where r.tenant_id = t.tenant_id and r.id = laurels.id_of(t.source_id)
    )
  end as order_id,
  case when t.source = 'redemption' then laurels.id_of(t.source_id) end as redemption_id,
  (
    select min(l.expires_at) from laurels.lots as l
    where l.tenant_id = t.tenant_id and l.transaction_id = t.id
  ) as expires_at,
  (
    select max(x.occurred_at) from laurels.lots as l
    inner join laurels.lot_entries as e on l.tenant_id = e.tenant_id and l.id = e.lot_id
    inner join laurels.point_transactions as x
      on e.tenant_id = x.tenant_id and e.transaction_id = x.id and x.type = 'expired'
    where l.tenant_id = t.tenant_id and l.transaction_id = t.id
  ) as expired_at,
  case
    when t.actor_type in ('operator', 'staff', 'user') then 'admin'
    when t.actor_type = 'member' then 'customer'
    else 'system'
  end as created_by,
  t.occurred_at as created_at
from laurels.point_transactions as t
inner join laurels.wallets as w on t.tenant_id = w.tenant_id and t.wallet_id = w.id
inner join laurels.programs as p
  on w.tenant_id = p.tenant_id and w.program_id = p.id and p.is_default
where t.amount <> 0;

comment on view loyalty_app.point_transactions is
'What moved points of the default program; the sum of points_amount is the balance.';
comment on column loyalty_app.point_transactions.id is 'Id of the transaction.';
comment on column loyalty_app.point_transactions.customer_id is 'Whose points moved.';
comment on column loyalty_app.point_transactions.transaction_type is
'earned, redeemed, expired, adjusted, bonus or refunded.';
comment on column loyalty_app.point_transactions.points_amount is
'What it did to the balance; what went into a debt, or paid one, is not in it.';
comment on column loyalty_app.point_transactions.points_balance_after is
'Balance after it: what can be spent, is to come, and is set aside.';
comment on column loyalty_app.point_transactions.source is
'What brought it about: purchase, referral, signup, review, social_share, birthday, campaign,
manual, redemption, expiration, refund, migration, or what the app did not know.';
comment on column loyalty_app.point_transactions.source_id is 'Which one of that source.';
comment on column loyalty_app.point_transactions.description is 'Why, in somebody''s words.';
comment on column loyalty_app.point_transactions.order_id is
'The shop''s number of the order that brought it about.';
comment on column loyalty_app.point_transactions.redemption_id is
'The redemption that took the points, or gave them back.';
comment on column loyalty_app.point_transactions.expires_at is
'When the points lapse that it brought; null: never, or it brought none.';
comment on column loyalty_app.point_transactions.expired_at is
'When points that it brought lapsed; null: none did.';
comment on column loyalty_app.point_transactions.created_by is 'system, admin or customer.';
comment on column loyalty_app.point_transactions.created_at is 'When it happened.';

grant select on loyalty_app.point_transactions to laurels_bi;
