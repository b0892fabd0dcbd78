-- So many of each locked reward are taken, or back where that is below zero. This is the one place
-- where the counts change, whoever hands the rewards out; their checks hold them at zero or more.
-- `stocked`: how many of them leave what is in stock, where that is another number; `drawn`: codes.
create or replace function laurels.move_stock(p_tenant uuid, p_moves jsonb) returns void
language sql as $$
  update laurels.rewards as r
  set
    redemptions = r.redemptions + n.taken,
    stock = r.stock - coalesce(n.stocked, n.taken),
    codes_left = r.codes_left - coalesce(n.drawn, 0)
  from jsonb_to_recordset(p_moves) as n (id uuid, taken bigint, stocked bigint, drawn bigint)
  where r.tenant_id = p_tenant and r.id = n.id
$$;

-- Book what was decided while the rewards and wallets were locked: the redemptions, what is left of
-- their rewards, and their codes. Codes of a pool are drawn here, the oldest first; each row gets
-- one, because the reward's lock keeps everybody else from its pool. Generated codes come with
-- their redemption; one that somebody has already is a unique violation, and the caller makes new
-- ones. Returns the redemptions that have a code.
create or replace function laurels.book_redemptions(
  p_tenant uuid,
  p_now timestamptz,
  p_rewards jsonb,
  p_items jsonb
) returns table (redemption_id uuid, voucher_code text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_drawn jsonb;
begin
  perform laurels.move_stock(p_tenant, p_rewards);

  select jsonb_agg(jsonb_build_object('id', i.id, 'voucher_id', v.id, 'code', v.code))
  into v_drawn
  from (
    select n.id, n.reward_id, row_number() over (partition by n.reward_id order by n.id) as place
    from jsonb_to_recordset(p_items) as n (id uuid, reward_id uuid, fulfilment text)
    where n.fulfilment = 'pool'
  ) as i
  inner join (
    select d.reward_id, d.id, d.code, row_number() over (
      partition by d.reward_id order by d.id
    ) as place
    from jsonb_to_recordset(p_rewards) as n (id uuid, drawn bigint)
    cross join lateral (
      select f.reward_id, f.id, f.code
      from laurels.vouchers as f
      where f.tenant_id = p_tenant and f.reward_id = n.id and f.redemption_id is null
        and f.withdrawn_at is null
      order by f.id
      limit n.drawn
    ) as d
  ) as v on v.reward_id = i.reward_id and v.place = i.place;

  insert into laurels.redemptions (
    tenant_id, id, reward_id, member_id, state, quantity, points_spent, transaction_id, reward,
    fulfilment, code, discount_amount, source, external_id, redeemed_at, completed_at, expires_at,
    notes, attributes, actor_type, actor_id
  )
  select
    p_tenant, n.id, n.reward_id, n.member_id, n.state, n.quantity, n.points, n.transaction_id,
    r.reward, n.fulfilment, coalesce(n.code, d.code), n.discount_amount, n.source, n.external_id,
    p_now, case when n.state = 'completed' then p_now end, n.expires_at,
    n.notes,
    coalesce(n.attributes, '{}'), n.actor_type, n.actor_id
  from jsonb_to_recordset(p_items) as n (
    id uuid, reward_id uuid, member_id uuid, state text, quantity bigint, points bigint,
    transaction_id uuid, fulfilment text, code text, discount_amount numeric, source text,
    external_id text, expires_at timestamptz, notes text, attributes jsonb,
    actor_type text, actor_id text
  )
  inner join jsonb_to_recordset(p_rewards) as r (id uuid, reward jsonb) on r.id = n.reward_id
  left join jsonb_to_recordset(v_drawn) as d (id uuid, code text) on d.id = n.id
  -- The same order everywhere, so that two batches never wait for each other's natural keys.
  order by n.source, n.external_id, n.id;

  update laurels.vouchers as v
  set redemption_id = d.id, assigned_at = p_now
  from jsonb_to_recordset(v_drawn) as d (id uuid, voucher_id uuid)
  where v.tenant_id = p_tenant and v.id = d.voucher_id;

  insert into laurels.vouchers (
    tenant_id, id, reward_id, code, origin, redemption_id, assigned_at
  )
  select p_tenant, n.voucher_id, n.reward_id, n.code, 'generated', n.id, p_now
  from jsonb_to_recordset(p_items) as n (id uuid, reward_id uuid, code text, voucher_id uuid)
  where n.code is not null
  order by lower(n.code collate "C");

  return query
  select c.id, c.code
  from jsonb_to_recordset(v_drawn) as c (id uuid, code text)
  union all
  select n.id, n.code
  from jsonb_to_recordset(p_items) as n (id uuid, code text)
  where n.code is not null;
end
$$;

-- Which tenants have redemptions whose time is over by this moment.
create or replace function laurels.tenants_with_lapsed_redemptions(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and exists (
    select
    from laurels.redemptions as r
    where r.tenant_id = t.id and r.state = 'completed' and r.expires_at is not null
      and r.expires_at <= p_now
  )
$$;

alter function laurels.tenants_with_lapsed_redemptions(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_lapsed_redemptions(timestamptz) from public;
grant execute on function laurels.tenants_with_lapsed_redemptions(timestamptz) to laurels_app;

-- Tenants with a redemption that a provider is to deliver and that no message waits for.
create or replace function laurels.tenants_with_stranded_redemptions(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where t.status = 'active' and t.created_at <= p_now and exists (
    select
    from laurels.redemptions as r
    where r.tenant_id = t.id and r.state = 'pending' and r.fulfilment like 'provider:%'
      and not exists (
        select
        from laurels.outbound_messages as m
        where m.tenant_id = r.tenant_id and m.subject_id = r.id and m.channel = r.fulfilment
          and m.state = 'waiting'
      )
  )
$$;

alter function laurels.tenants_with_stranded_redemptions(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_stranded_redemptions(timestamptz) from public;
grant execute on function laurels.tenants_with_stranded_redemptions(timestamptz) to laurels_app;

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.rewards
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('reward', 'rwd', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.redemptions
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('redemption', 'rdm', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.vouchers
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('reward', 'rwd', 'reward_id');

-- Tenants with pictures that no reward has had for a day.
create or replace function laurels.tenants_with_unused_pictures(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where exists (
    select
    from laurels.pictures as p
    where p.tenant_id = t.id and p.removed_at is null and p.last_used_at < p_now - interval '1 day'
      and not exists (
        select
        from laurels.rewards as r
        where r.tenant_id = p.tenant_id and r.picture = p.digest
      )
  )
$$;

alter function laurels.tenants_with_unused_pictures(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_unused_pictures(timestamptz) from public;
grant execute on function laurels.tenants_with_unused_pictures(timestamptz) to laurels_app;
