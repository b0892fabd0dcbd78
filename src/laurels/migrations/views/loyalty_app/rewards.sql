-- sqlfluff:exclude_rules:ST06
create view loyalty_app.reward_definitions with (security_invoker = true) as
select
  r.id,
  r.tenant_id as shop_id,
  r.name,
  r.description,
  case
    when r.type in ('merchandise', 'event', 'tasting', 'gift_card') then 'custom' else r.type
  end as reward_type,
  r.cost_points as points_cost,
  r.value as reward_value,
  r.active and r.archived_at is null as is_active,
  r.featured as is_featured,
  r.max_redemptions_per_member as max_redemptions_per_customer,
  r.max_redemptions_total,
  r.redemptions as current_redemptions,
  r.starts_at as valid_from,
  r.ends_at as valid_until,
  coalesce(r.min_tier_level, 1) as min_tier_level,
  case when cardinality(r.tier_ids) > 0 then to_jsonb(r.tier_ids) end as allowed_tier_ids,
  r.image_url,
  r.sort_order,
  r.category,
  r.min_order_value,
  r.redemption_expiry_days as expiry_days,
  r.terms,
  r.created_at,
  r.updated_at
from laurels.rewards as r;

comment on view loyalty_app.reward_definitions is
'The catalogue, with what is archived or paused.';
comment on column loyalty_app.reward_definitions.id is 'Id of the reward.';
comment on column loyalty_app.reward_definitions.shop_id is 'The shop.';
comment on column loyalty_app.reward_definitions.name is 'What it is called.';
comment on column loyalty_app.reward_definitions.description is 'What customers read about it.';
comment on column loyalty_app.reward_definitions.reward_type is
'discount_percentage, discount_fixed, free_shipping, free_product, store_credit or custom.';
comment on column loyalty_app.reward_definitions.points_cost is 'What one costs.';
comment on column loyalty_app.reward_definitions.reward_value is 'What it is worth, by its type.';
comment on column loyalty_app.reward_definitions.is_active is
'Whether it is in the catalogue and not paused.';
comment on column loyalty_app.reward_definitions.is_featured is 'Shown before the others.';
comment on column loyalty_app.reward_definitions.max_redemptions_per_customer is
'How many one customer can have; null: no limit.';
comment on column loyalty_app.reward_definitions.max_redemptions_total is
'How many can be had in all; null: no limit.';
comment on column loyalty_app.reward_definitions.current_redemptions is
'How many were had and not given back.';
comment on column loyalty_app.reward_definitions.valid_from is 'From when; null: ever since.';
comment on column loyalty_app.reward_definitions.valid_until is 'Until when; null: no end.';
comment on column loyalty_app.reward_definitions.min_tier_level is
'Lowest tier level that can have it; 1: everybody.';
comment on column loyalty_app.reward_definitions.allowed_tier_ids is
'Only customers on one of these tiers can have it, as a JSON list; null: on any.';
comment on column loyalty_app.reward_definitions.image_url is 'Address of a picture of it.';
comment on column loyalty_app.reward_definitions.sort_order is 'Place in the catalogue.';
comment on column loyalty_app.reward_definitions.category is 'Under which heading it is shown.';
comment on column loyalty_app.reward_definitions.min_order_value is
'Smallest order that it can be used on; null: any.';
comment on column loyalty_app.reward_definitions.expiry_days is
'Days in which a redemption can be used; null: no end.';
comment on column loyalty_app.reward_definitions.terms is 'The small print.';
comment on column loyalty_app.reward_definitions.created_at is 'When it was made.';
comment on column loyalty_app.reward_definitions.updated_at is 'When it last changed.';

create view loyalty_app.redemption_logs with (security_invoker = true) as
select
  d.id,
  d.member_id as customer_id,
  d.reward_id,
  d.points_spent,
  case d.state when 'used' then 'completed' when 'refunded' then 'cancelled' else d.state end
    as status,
  d.code as discount_code,
  d.discount_amount,
  d.reward as reward_data,
  d.used_at,
  coalesce(o.external_id, d.used_order_ref) as used_order_id,
  d.expires_at,
  d.failure_reason,
  d.retry_count,
  d.redeemed_at,
  d.completed_at as processed_at,
  d.created_at,
  d.updated_at
from laurels.redemptions as d
left join laurels.purchases as o on d.tenant_id = o.tenant_id and d.used_purchase_id = o.id;

comment on view loyalty_app.redemption_logs is 'What customers redeemed, and what became of it.';
comment on column loyalty_app.redemption_logs.id is 'Id of the redemption.';
comment on column loyalty_app.redemption_logs.customer_id is 'Who has it.';
comment on column loyalty_app.redemption_logs.reward_id is 'Which reward.';
comment on column loyalty_app.redemption_logs.points_spent is 'What it cost.';
comment on column loyalty_app.redemption_logs.status is
'pending, completed (used or not), failed, cancelled (given back, too) or expired.';
comment on column loyalty_app.redemption_logs.discount_code is 'The code, if it has one.';
comment on column loyalty_app.redemption_logs.discount_amount is
'What it is worth in money, where that is known.';
comment on column loyalty_app.redemption_logs.reward_data is 'The reward as it was.';
comment on column loyalty_app.redemption_logs.used_at is 'When it was used.';
comment on column loyalty_app.redemption_logs.used_order_id is 'On which order.';
comment on column loyalty_app.redemption_logs.expires_at is
'Until when it has to be used; null: no end.';
comment on column loyalty_app.redemption_logs.failure_reason is
'Why the last attempt to deliver it failed.';
comment on column loyalty_app.redemption_logs.retry_count is 'How many attempts failed.';
comment on column loyalty_app.redemption_logs.redeemed_at is 'When it was redeemed.';
comment on column loyalty_app.redemption_logs.processed_at is 'When it was delivered.';
comment on column loyalty_app.redemption_logs.created_at is 'When it was booked.';
comment on column loyalty_app.redemption_logs.updated_at is 'When it last changed.';

grant select on loyalty_app.reward_definitions, loyalty_app.redemption_logs to laurels_bi;
