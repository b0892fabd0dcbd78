-- sqlfluff:exclude_rules:ST06
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
  m.last_login_at,
  m.email_opt_in,
  m.sms_opt_in,
  m.birthday,
  m.status = 'active' as is_active,
  m.is_vip,
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
'Customers with their points of the default program; inactive: blocked, archived or merged.';
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
comment on column loyalty_app.customer_loyalty_profiles.last_login_at is
'When they last signed in, as the shop tells.';
comment on column loyalty_app.customer_loyalty_profiles.email_opt_in is
'May get e-mail; null: nobody knows, so no.';
comment on column loyalty_app.customer_loyalty_profiles.sms_opt_in is
'May get SMS; null: nobody knows, so no.';
comment on column loyalty_app.customer_loyalty_profiles.birthday is 'Day of birth.';
comment on column loyalty_app.customer_loyalty_profiles.is_active is
'Whether they take part: not blocked, archived, merged or erased.';
comment on column loyalty_app.customer_loyalty_profiles.is_vip is 'Treated as a VIP.';
comment on column loyalty_app.customer_loyalty_profiles.created_at is 'When they joined.';
comment on column loyalty_app.customer_loyalty_profiles.updated_at is
'When profile or balance last changed.';

grant select on loyalty_app.customer_loyalty_profiles to laurels_bi;
