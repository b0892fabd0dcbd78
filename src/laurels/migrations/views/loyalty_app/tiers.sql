-- sqlfluff:exclude_rules:ST06
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

grant select on loyalty_app.tier_definitions, loyalty_app.customer_tier_history to laurels_bi;
