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

grant select on loyalty_app.shops to laurels_bi;
