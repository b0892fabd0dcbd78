-- sqlfluff:exclude_rules:ST06
create view loyalty_app.customer_segments with (security_invoker = true) as
select
  s.id,
  s.tenant_id as shop_id,
  s.name,
  s.description,
  s.segment_type,
  s.criteria,
  s.member_count as customer_count,
  s.avg_lifetime_value,
  s.avg_points_balance,
  s.archived_at is null as is_active,
  s.auto_update,
  s.last_computed_at,
  s.created_at,
  s.updated_at
from laurels.segments as s;

comment on view loyalty_app.customer_segments is
'Groups of customers, by criteria or by hand, with those that were archived.';
comment on column loyalty_app.customer_segments.id is 'Id of the segment.';
comment on column loyalty_app.customer_segments.shop_id is 'The shop.';
comment on column loyalty_app.customer_segments.name is 'What it is called.';
comment on column loyalty_app.customer_segments.description is 'What it is for.';
comment on column loyalty_app.customer_segments.segment_type is
'behavioral, demographic or value; null: no label.';
comment on column loyalty_app.customer_segments.criteria is
'Who belongs to it; null for a list by hand.';
comment on column loyalty_app.customer_segments.customer_count is 'How many belong to it.';
comment on column loyalty_app.customer_segments.avg_lifetime_value is
'What they have spent on average, net of refunds.';
comment on column loyalty_app.customer_segments.avg_points_balance is
'Their balance on average.';
comment on column loyalty_app.customer_segments.is_active is 'Whether it is in use.';
comment on column loyalty_app.customer_segments.auto_update is
'Whether customers come and go by themselves.';
comment on column loyalty_app.customer_segments.last_computed_at is
'When it was last computed as a whole.';
comment on column loyalty_app.customer_segments.created_at is 'When it was made.';
comment on column loyalty_app.customer_segments.updated_at is 'When it last changed.';

create view loyalty_app.customer_segment_memberships with (security_invoker = true) as
select
  b.id,
  b.segment_id,
  b.member_id as customer_id,
  b.joined_at as added_at,
  b.left_at as removed_at,
  b.left_at is null as is_active,
  b.reason as qualification_reason,
  b.found as qualification_data
from laurels.segment_memberships as b;

comment on view loyalty_app.customer_segment_memberships is
'Who belonged to which segment from when to when; who comes back has another row.';
comment on column loyalty_app.customer_segment_memberships.id is 'Id of the stay.';
comment on column loyalty_app.customer_segment_memberships.segment_id is 'The segment.';
comment on column loyalty_app.customer_segment_memberships.customer_id is 'Who.';
comment on column loyalty_app.customer_segment_memberships.added_at is 'Since when.';
comment on column loyalty_app.customer_segment_memberships.removed_at is
'Until when; null: they still belong to it.';
comment on column loyalty_app.customer_segment_memberships.is_active is
'Whether they still belong to it.';
comment on column loyalty_app.customer_segment_memberships.qualification_reason is
'What brought them: criteria, a hand, a merge.';
comment on column loyalty_app.customer_segment_memberships.qualification_data is
'What was found of the criteria, where it is not private.';

grant select on loyalty_app.customer_segments to laurels_bi;
grant select on loyalty_app.customer_segment_memberships to laurels_bi;
