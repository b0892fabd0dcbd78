-- The tables of a Shopify loyalty app in its own words, as views over ours: for reports that were
-- written for it, and for people who come from it. The page docs/concepts/loyalty-app.md maps every
-- field. They read as whoever asks (security_invoker), so the wall between tenants stands.
--
-- Settings are stored where they differ from their defaults; the defaults stand here a second time,
-- and a test compares them. Columns stand in the order of the app's own tables.
-- sqlfluff:exclude_rules:ST06
comment on schema loyalty_app is
'The shop''s loyalty tables in the words of a Shopify loyalty app; views over the schema laurels.';
grant usage on schema loyalty_app to laurels_bi;

create view loyalty_app.shops with (security_invoker = true) as
select
  t.id,
  t.slug as shop_domain,
  coalesce((l.values ->> 'loyalty_enabled')::boolean, true) as loyalty_enabled,
  coalesce((e.values ->> 'points_per_dollar')::numeric, (
    select (r.award ->> 'rate')::numeric from laurels.earning_rules as r
    where
      r.tenant_id = t.id and r.current and r.status = 'active'
      and r.trigger = 'purchase.completed' and r.award ->> 'type' = 'points_per_money'
      and r.conditions is null and (r.program_id is null or r.program_id = p.id)
    order by r.id limit 1
  )) as points_per_dollar,
  coalesce((e.values ->> 'welcome_points')::bigint, (
    select (r.award ->> 'points')::bigint from laurels.earning_rules as r
    where
      r.tenant_id = t.id and r.current and r.status = 'active'
      and r.trigger = 'member.enrolled' and r.award ->> 'type' = 'fixed'
      and r.conditions is null and (r.program_id is null or r.program_id = p.id)
    order by r.id limit 1
  )) as welcome_points,
  coalesce((f.values ->> 'referral_points_referrer')::bigint, 500) as referral_points_referrer,
  coalesce((f.values ->> 'referral_points_referee')::bigint, 250) as referral_points_referee,
  p.expiry_days is not null as points_expire_enabled,
  coalesce(p.expiry_days, (g.values ->> 'points_expire_days')::bigint, 365)
    as points_expire_days,
  coalesce(b.values ->> 'brand_color', '#8B5CF6') as brand_color,
  coalesce(l.values ->> 'loyalty_program_name', 'Loyalty Program') as loyalty_program_name,
  coalesce((n.values ->> 'email_notifications_enabled')::boolean, true)
    as email_notifications_enabled,
  coalesce((n.values ->> 'sms_notifications_enabled')::boolean, false)
    as sms_notifications_enabled,
  t.created_at,
  greatest(
    t.created_at, l.updated_at, e.updated_at, g.updated_at, f.updated_at, b.updated_at,
    n.updated_at
  ) as updated_at
from laurels.tenants as t
left join laurels.programs as p on t.id = p.tenant_id and p.is_default
left join laurels.tenant_settings as l on t.id = l.tenant_id and l.section = 'loyalty'
left join laurels.tenant_settings as e on t.id = e.tenant_id and e.section = 'earning'
left join laurels.tenant_settings as g on t.id = g.tenant_id and g.section = 'ledger'
left join laurels.tenant_settings as f on t.id = f.tenant_id and f.section = 'referrals'
left join laurels.tenant_settings as b on t.id = b.tenant_id and b.section = 'branding'
left join laurels.tenant_settings as n on t.id = n.tenant_id and n.section = 'notifications';

comment on view loyalty_app.shops is
'The shop: one row, the tenant that the login is bound to.';
comment on column loyalty_app.shops.id is 'Id of the shop.';
comment on column loyalty_app.shops.shop_domain is 'Short name of the shop; unique.';
comment on column loyalty_app.shops.loyalty_enabled is 'Whether anything is earned or redeemed.';
comment on column loyalty_app.shops.points_per_dollar is
'Points per unit of money: the setting, else the oldest active rule without conditions.';
comment on column loyalty_app.shops.welcome_points is
'Points for signing up: the setting, else the oldest active rule without conditions.';
comment on column loyalty_app.shops.referral_points_referrer is
'Points for who brings a friend.';
comment on column loyalty_app.shops.referral_points_referee is 'Points for the friend.';
comment on column loyalty_app.shops.points_expire_enabled is 'Whether points lapse.';
comment on column loyalty_app.shops.points_expire_days is
'Days until points lapse, where they do.';
comment on column loyalty_app.shops.brand_color is 'The shop''s colour.';
comment on column loyalty_app.shops.loyalty_program_name is
'What customers know the programme by.';
comment on column loyalty_app.shops.email_notifications_enabled is 'Whether e-mail is sent.';
comment on column loyalty_app.shops.sms_notifications_enabled is 'Whether SMS are sent.';
comment on column loyalty_app.shops.created_at is 'When the shop came.';
comment on column loyalty_app.shops.updated_at is 'When its settings last changed.';

create view loyalty_app.customer_loyalty_profiles with (security_invoker = true) as
select
  m.id,
  m.tenant_id as shop_id,
  m.external_id as shopify_customer_id,
  m.email,
  m.first_name,
  m.last_name,
  m.phone,
  coalesce(w.available, 0) as points_balance,
  coalesce(w.lifetime_earned, 0) as lifetime_points_earned,
  coalesce(w.lifetime_redeemed, 0) as lifetime_points_redeemed,
  coalesce(s.spend - s.refunded, 0) as lifetime_spent,
  coalesce(s.purchases, 0) as lifetime_orders,
  h.tier_id as current_tier_id,
  h.achieved_at as tier_achieved_at,
  h.expires_at as tier_expires_at,
  s.last_purchase_at,
  (
    select x.occurred_at from laurels.point_transactions as x
    where x.tenant_id = m.tenant_id and x.wallet_id = w.id and x.type in ('earned', 'bonus')
    order by x.seq desc limit 1
  ) as last_points_earned_at,
  m.email_opt_in,
  m.sms_opt_in,
  m.birthday,
  m.status = 'active' as is_active,
  m.enrolled_at as created_at,
  greatest(m.updated_at, w.updated_at) as updated_at
from laurels.members as m
left join laurels.member_totals as s on m.tenant_id = s.tenant_id and m.id = s.member_id
left join laurels.programs as p on m.tenant_id = p.tenant_id and p.is_default
left join laurels.wallets as w
  on m.tenant_id = w.tenant_id and m.id = w.member_id and p.id = w.program_id
left join laurels.tier_history as h
  on m.tenant_id = h.tenant_id and m.id = h.member_id and h.ended_at is null;

comment on view loyalty_app.customer_loyalty_profiles is
'Customers with their points of the default program; who was archived or merged is inactive.';
comment on column loyalty_app.customer_loyalty_profiles.id is 'Id of the customer.';
comment on column loyalty_app.customer_loyalty_profiles.shop_id is 'The shop.';
comment on column loyalty_app.customer_loyalty_profiles.shopify_customer_id is
'The shop''s own id of the customer; null for who is known by e-mail alone.';
comment on column loyalty_app.customer_loyalty_profiles.email is 'E-mail address.';
comment on column loyalty_app.customer_loyalty_profiles.first_name is 'Given name.';
comment on column loyalty_app.customer_loyalty_profiles.last_name is 'Family name.';
comment on column loyalty_app.customer_loyalty_profiles.phone is 'Telephone number, as given.';
comment on column loyalty_app.customer_loyalty_profiles.points_balance is
'Points that can be spent now.';
comment on column loyalty_app.customer_loyalty_profiles.lifetime_points_earned is
'Points earned in all, net of what refunds took back.';
comment on column loyalty_app.customer_loyalty_profiles.lifetime_points_redeemed is
'Points spent in all, net of what came back.';
comment on column loyalty_app.customer_loyalty_profiles.lifetime_spent is
'Money spent in all, net of refunds.';
comment on column loyalty_app.customer_loyalty_profiles.lifetime_orders is
'Completed orders in all.';
comment on column loyalty_app.customer_loyalty_profiles.current_tier_id is
'The tier they stand on; null: none.';
comment on column loyalty_app.customer_loyalty_profiles.tier_achieved_at is 'Since when.';
comment on column loyalty_app.customer_loyalty_profiles.tier_expires_at is
'When it has to be earned again, or is over; null: never.';
comment on column loyalty_app.customer_loyalty_profiles.last_purchase_at is 'Latest order.';
comment on column loyalty_app.customer_loyalty_profiles.last_points_earned_at is
'When points were last earned.';
comment on column loyalty_app.customer_loyalty_profiles.email_opt_in is 'May get e-mail.';
comment on column loyalty_app.customer_loyalty_profiles.sms_opt_in is 'May get SMS.';
comment on column loyalty_app.customer_loyalty_profiles.birthday is 'Day of birth.';
comment on column loyalty_app.customer_loyalty_profiles.is_active is
'Whether they take part: not archived, merged or erased.';
comment on column loyalty_app.customer_loyalty_profiles.created_at is 'When they joined.';
comment on column loyalty_app.customer_loyalty_profiles.updated_at is
'When profile or balance last changed.';

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
comment on column loyalty_app.point_transactions.expires_at is
'When the points lapse that it brought; null: never, or it brought none.';
comment on column loyalty_app.point_transactions.expired_at is
'When points that it brought lapsed; null: none did.';
comment on column loyalty_app.point_transactions.created_by is 'system, admin or customer.';
comment on column loyalty_app.point_transactions.created_at is 'When it happened.';

create view loyalty_app.tier_definitions with (security_invoker = true) as
select
  t.id,
  t.tenant_id as shop_id,
  t.name,
  t.description,
  t.level as tier_level,
  t.color,
  t.icon,
  case t.criteria when 'hybrid' then 'hybrid' else t.criteria || '_based' end as tier_type,
  t.min_points as min_points_required,
  t.min_spend as min_spend_required,
  t.min_orders as min_orders_required,
  t.qualification_period_days,
  t.points_multiplier,
  t.discount_percentage,
  t.free_shipping,
  t.early_access,
  t.birthday_bonus_points,
  t.requires_maintenance,
  t.maintenance_period_days,
  t.archived_at is null as is_active,
  t.is_default,
  t.created_at,
  t.updated_at
from laurels.tiers as t;

comment on view loyalty_app.tier_definitions is 'The ladder, with tiers that were archived.';
comment on column loyalty_app.tier_definitions.id is 'Id of the tier.';
comment on column loyalty_app.tier_definitions.shop_id is 'The shop.';
comment on column loyalty_app.tier_definitions.name is 'What it is called.';
comment on column loyalty_app.tier_definitions.description is 'What customers read about it.';
comment on column loyalty_app.tier_definitions.tier_level is 'Its place; 1 is the lowest.';
comment on column loyalty_app.tier_definitions.color is 'For cards and badges.';
comment on column loyalty_app.tier_definitions.icon is 'For badges.';
comment on column loyalty_app.tier_definitions.tier_type is
'What is counted: points_based, spend_based, hybrid, or orders_based.';
comment on column loyalty_app.tier_definitions.min_points_required is
'Points earned in the period.';
comment on column loyalty_app.tier_definitions.min_spend_required is 'Money spent in the period.';
comment on column loyalty_app.tier_definitions.min_orders_required is 'Orders in the period.';
comment on column loyalty_app.tier_definitions.qualification_period_days is
'How far back is counted; 0: the whole life.';
comment on column loyalty_app.tier_definitions.points_multiplier is
'What earned points are multiplied by.';
comment on column loyalty_app.tier_definitions.discount_percentage is
'A discount that the shop gives.';
comment on column loyalty_app.tier_definitions.free_shipping is
'Whether the shop ships for nothing.';
comment on column loyalty_app.tier_definitions.early_access is
'Whether they may buy before others.';
comment on column loyalty_app.tier_definitions.birthday_bonus_points is 'Points for a birthday.';
comment on column loyalty_app.tier_definitions.requires_maintenance is
'Whether it has to be earned again every so often.';
comment on column loyalty_app.tier_definitions.maintenance_period_days is
'For how long it is had, where it has to be.';
comment on column loyalty_app.tier_definitions.is_active is 'Whether it is part of the ladder.';
comment on column loyalty_app.tier_definitions.is_default is 'The one that new customers get.';
comment on column loyalty_app.tier_definitions.created_at is 'When it was made.';
comment on column loyalty_app.tier_definitions.updated_at is 'When it last changed.';

create view loyalty_app.customer_tier_history with (security_invoker = true) as
select
  h.id,
  h.member_id as customer_id,
  h.tier_id,
  h.achieved_at,
  h.expires_at,
  case
    when h.reason in ('placed', 'renewal') then 'qualification'
    when h.reason = 'removed' then 'manual'
    when h.reason in ('expired', 'refund') then 'downgrade'
    else h.reason
  end as reason,
  h.points_at_achievement,
  h.spend_at_achievement,
  h.orders_at_achievement,
  h.ended_at is null as is_current,
  h.ended_at,
  h.created_at
from laurels.tier_history as h;

comment on view loyalty_app.customer_tier_history is
'Which customer stood on which tier, from when to when and why.';
comment on column loyalty_app.customer_tier_history.id is 'Id of the standing.';
comment on column loyalty_app.customer_tier_history.customer_id is 'Who.';
comment on column loyalty_app.customer_tier_history.tier_id is 'On which tier.';
comment on column loyalty_app.customer_tier_history.achieved_at is 'Since when.';
comment on column loyalty_app.customer_tier_history.expires_at is
'When it has to be earned again, or is over; null: never.';
comment on column loyalty_app.customer_tier_history.reason is
'qualification, manual, downgrade, or what the app did not know: ladder, archived, merge, unmerge.';
comment on column loyalty_app.customer_tier_history.points_at_achievement is
'Points that counted by then.';
comment on column loyalty_app.customer_tier_history.spend_at_achievement is
'Money that counted by then.';
comment on column loyalty_app.customer_tier_history.orders_at_achievement is
'Orders that counted by then.';
comment on column loyalty_app.customer_tier_history.is_current is 'Whether they stand there now.';
comment on column loyalty_app.customer_tier_history.ended_at is 'Until when; null: still.';
comment on column loyalty_app.customer_tier_history.created_at is 'When it was written.';

grant select on all tables in schema loyalty_app to laurels_bi;
