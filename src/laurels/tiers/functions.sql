-- The present standings of active members, locked: the members in the order of their ids, so that
-- two reviews at once are one after the other. A member who stands nowhere has a row of nulls.
create or replace function laurels.lock_standings(p_tenant uuid, p_members uuid[])
returns table (
  member_id uuid, id uuid, tier_id uuid, level bigint, basis text, fixed boolean,
  achieved_at timestamptz, qualified_at timestamptz, expires_at timestamptz,
  grace_until timestamptz, due_at timestamptz, noticed_at timestamptz
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  -- Each is looked up by itself, in order: asked for as a set, the server may walk all members of
  -- the tenant in the order of ids.
  perform 1
  from (select unnest(p_members) as id order by 1) as n
  cross join lateral (
    select
    from laurels.members as m
    where m.tenant_id = p_tenant and m.id = n.id and m.status = 'active'
    for no key update
  ) as m;

  return query
  select
    m.id, h.id, h.tier_id, t.level, h.basis, h.fixed, h.achieved_at, h.qualified_at,
    h.expires_at, h.grace_until, h.due_at, h.noticed_at
  from (select unnest(p_members) as id) as n
  cross join lateral (
    select x.id
    from laurels.members as x
    where x.tenant_id = p_tenant and x.id = n.id and x.status = 'active'
    offset 0
  ) as m
  left join lateral (
    select x.*
    from laurels.tier_history as x
    where x.tenant_id = p_tenant and x.member_id = m.id and x.ended_at is null
    offset 0
  ) as h on true
  left join laurels.tiers as t on t.tenant_id = p_tenant and t.id = h.tier_id
  order by m.id;
end
$$;

-- Where active members stand, locked as `lock_standings` does, with what they have done in all: a
-- bound for what they can have done in any period. It tells cheaply who is far from the next tier.
create or replace function laurels.lock_progress(p_tenant uuid, p_members uuid[])
returns table (
  member_id uuid, id uuid, tier_id uuid, level bigint, basis text, fixed boolean,
  achieved_at timestamptz, qualified_at timestamptz, expires_at timestamptz,
  grace_until timestamptz, due_at timestamptz, noticed_at timestamptz,
  name text, points_multiplier numeric, birthday_bonus_points bigint,
  points bigint, spend numeric, orders bigint, last_purchase_at timestamptz
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_program uuid := (
    select g.id from laurels.programs as g where g.tenant_id = p_tenant and g.is_default
  );
begin
  -- Each is looked up by itself (`offset 0` keeps it so), however large the tenant is and whatever
  -- the planner knows of it.
  return query
  select
    s.*, t.name, t.points_multiplier, t.birthday_bonus_points, coalesce(e.points, 0)::bigint,
    coalesce(o.spend, 0), coalesce(o.purchases, 0), o.last_purchase_at
  from laurels.lock_standings(p_tenant, p_members) as s
  left join laurels.tiers as t on t.tenant_id = p_tenant and t.id = s.tier_id
  left join lateral (
    select x.spend, x.purchases, x.last_purchase_at
    from laurels.member_totals as x
    where x.tenant_id = p_tenant and x.member_id = s.member_id
    offset 0
  ) as o on true
  cross join lateral (
    select sum(w.lifetime_earned) as points
    from (
      select s.member_id as id
      union all
      select m.id from laurels.members as m
      where m.tenant_id = p_tenant and m.survivor_id = s.member_id
    ) as f
    cross join lateral (
      select x.lifetime_earned from laurels.wallets as x
      where x.tenant_id = p_tenant and x.member_id = f.id and x.program_id = v_program
      offset 0
    ) as w
  ) as e;
end
$$;

-- What members have done since a moment (null: ever), pair by pair in the order given. Points are
-- what was earned in the default program, also by members who were merged into this one, less what
-- was taken back of it, whenever that was, and less what goods took that came back in the period
-- without their purchase; bonuses for a tier do not count. Money and purchases are those of the
-- period, less what was refunded, whenever that was. `p_until` leaves out what came
-- from a moment on (null: nothing), `p_without` purchases that are recorded but not judged yet.
-- `offset 0` keeps the look at wallets a look per member: where most tenants are small, the planner
-- takes every tenant for small and would read all wallets of a large one for each of its members.
create or replace function laurels.tier_metrics(
  p_tenant uuid, p_members uuid[], p_since timestamptz[], p_until timestamptz[], p_without uuid[]
) returns table (points bigint, spend numeric, orders bigint)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
declare
  v_program uuid := (
    select g.id from laurels.programs as g where g.tenant_id = p_tenant and g.is_default
  );
begin
  return query
  select coalesce(e.points, 0)::bigint, coalesce(b.spend, 0), coalesce(b.orders, 0)
  from unnest(p_members, p_since, p_until) with ordinality as n (member_id, since, until, place)
  cross join lateral (
    select
      sum(t.points + coalesce(
        (
          select sum(r.points) from laurels.point_transactions as r
          where r.tenant_id = p_tenant and r.reverses_id = t.id
        ), 0
      )) as points
    from (
      select n.member_id as id
      union all
      select m.id from laurels.members as m
      where m.tenant_id = p_tenant and m.survivor_id = n.member_id
    ) as f
    cross join lateral (
      select x.id from laurels.wallets as x
      where x.tenant_id = p_tenant and x.member_id = f.id and x.program_id = v_program
      offset 0
    ) as w
    inner join laurels.point_transactions as t
      on t.tenant_id = p_tenant and t.wallet_id = w.id
    where (t.type in ('earned', 'bonus') or (t.type = 'refunded' and t.reverses_id is null))
      and (n.since is null or t.occurred_at >= n.since)
      and (n.until is null or t.occurred_at < n.until)
      and (t.source_id is null or not starts_with(t.source_id, 'trh_'))
  ) as e
  cross join lateral (
    select
      sum(p.amount - p.refunded) as spend,
      count(*) filter (where p.refund_state <> 'full' and p.amount >= 0) as orders
    from laurels.purchases as p
    where p.tenant_id = p_tenant and p.member_id = n.member_id and p.status = 'completed'
      and (n.since is null or p.occurred_at >= n.since)
      and (n.until is null or p.occurred_at < n.until) and p.id <> all(p_without)
  ) as b
  order by n.place;
end
$$;

-- Earlier standings that are still there under the present one: nothing came after them that was
-- lower. What a merge brought that was undone is not among them.
create or replace function laurels.earlier_standings(p_tenant uuid, p_members uuid[])
returns table (
  member_id uuid, id uuid, tier_id uuid, level bigint, basis text, fixed boolean,
  achieved_at timestamptz, qualified_at timestamptz, expires_at timestamptz,
  grace_until timestamptz, due_at timestamptz, noticed_at timestamptz
)
language sql stable as $$
  select
    s.member_id, s.id, s.tier_id, s.level, s.basis, s.fixed, s.achieved_at, s.qualified_at,
    s.expires_at, s.grace_until, s.due_at, s.noticed_at
  from (
    select
      h.*, t.level,
      min(t.level) over (
        partition by h.member_id order by h.achieved_at desc, h.id desc
        rows between unbounded preceding and 1 preceding
      ) as lowest_since
    from laurels.tier_history as h
    inner join laurels.tiers as t on t.tenant_id = p_tenant and t.id = h.tier_id
    where h.tenant_id = p_tenant and h.member_id = any(p_members)
      and not exists (
        select from laurels.member_merges as g
        where g.tenant_id = p_tenant and g.id = h.merge_id and g.unmerged_at is not null
      )
  ) as s
  where s.ended_at is not null and s.lowest_since >= s.level
$$;

-- Write standings: those of `p_ended` are over, and new ones begin; an empty tier is none. Each has
-- the moment at which it was reached, `p_ended_at` and `p_moments`.
create or replace function laurels.book_standings(
  p_tenant uuid,
  p_ended uuid[],
  p_ended_at timestamptz[],
  p_ids uuid[],
  p_members uuid[],
  p_moments timestamptz[],
  p_tiers uuid[],
  p_reasons text[],
  p_bases text[],
  p_fixed boolean[],
  p_qualified timestamptz[],
  p_expires timestamptz[],
  p_grace timestamptz[],
  p_due timestamptz[],
  p_points bigint[],
  p_spend numeric[],
  p_orders bigint[],
  p_actor_type text,
  p_actor_id text,
  p_note text,
  p_merge uuid
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  if cardinality(p_ended) > 0 then
    update laurels.tier_history as h
    set ended_at = greatest(e.at, h.achieved_at)
    from unnest(p_ended, p_ended_at) as e (id, at)
    where h.tenant_id = p_tenant and h.id = e.id and h.ended_at is null;
  end if;
  insert into laurels.tier_history (
    tenant_id, id, member_id, tier_id, achieved_at, expires_at, grace_until, due_at, basis,
    qualified_at, fixed, reason, points_at_achievement, spend_at_achievement,
    orders_at_achievement, actor_type, actor_id, note, merge_id
  )
  select
    p_tenant, n.id, n.member_id, n.tier_id, n.moment, n.expires_at, n.grace_until, n.due_at, n.basis,
    n.qualified_at, coalesce(n.fixed, false), n.reason, n.points, n.spend, n.orders,
    p_actor_type, p_actor_id, p_note, p_merge
  from unnest(
    p_ids, p_members, p_moments, p_tiers, p_reasons, p_bases, p_fixed, p_qualified, p_expires,
    p_grace, p_due, p_points, p_spend, p_orders
  ) as n (
    id, member_id, moment, tier_id, reason, basis, fixed, qualified_at, expires_at, grace_until, due_at,
    points, spend, orders
  )
  order by n.member_id;
end
$$;

-- New members stand on the default tier, since they are members.
create or replace function laurels.place_in_tier(
  p_tenant uuid,
  p_tier uuid,
  p_ids uuid[],
  p_members uuid[],
  p_actor_type text,
  p_actor_id text
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into laurels.tier_history (
    tenant_id, id, member_id, tier_id, achieved_at, basis, reason, actor_type, actor_id
  )
  select
    p_tenant, n.id, n.member_id, p_tier, m.enrolled_at, 'default', 'placed', p_actor_type,
    p_actor_id
  from unnest(p_ids, p_members) as n (id, member_id)
  inner join laurels.members as m on m.tenant_id = p_tenant and m.id = n.member_id
  order by n.member_id
  on conflict (tenant_id, member_id) where ended_at is null do nothing;
end
$$;

-- The dates of standings that go on.
create or replace function laurels.date_standings(
  p_tenant uuid,
  p_ids uuid[],
  p_expires timestamptz[],
  p_grace timestamptz[],
  p_due timestamptz[],
  p_noticed timestamptz[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  update laurels.tier_history as h
  set expires_at = n.expires_at, grace_until = n.grace_until, due_at = n.due_at,
    noticed_at = n.noticed_at
  from unnest(p_ids, p_expires, p_grace, p_due, p_noticed)
    as n (id, expires_at, grace_until, due_at, noticed_at)
  where h.tenant_id = p_tenant and h.id = n.id and h.ended_at is null;
end
$$;

-- Whether an import brings history to a tenant; one that broke off is waited for for a day.
create or replace function laurels.is_importing(p_tenant uuid) returns boolean
language sql stable as $$
  select exists (
    select
    from laurels.import_runs as i
    where i.tenant_id = p_tenant and i.status in ('running', 'stopping') and not i.dry_run
      and i.started_at > now() - interval '1 day'
  )
$$;

-- Which tenants have a ladder and something that moved since their last review; who changes the
-- ladder asks for one. And which have standings for which time matters by now. While an import
-- brings history, time does not pass for tiers: what is over by the next row is caught up with when
-- that row is judged.
create or replace function laurels.tenants_with_tiers(p_now timestamptz) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  left join lateral (
    select r.started_at
    from laurels.job_runs as r
    where r.tenant_id = t.id and r.job = 'tiers.review' and r.state = 'done'
    order by r.id desc
    limit 1
  ) as v on true
  left join lateral (
    select p.created_at
    from laurels.point_transactions as p
    where p.tenant_id = t.id
    order by p.id desc
    limit 1
  ) as p on true
  left join lateral (
    select p.created_at
    from laurels.purchases as p
    where p.tenant_id = t.id
    order by p.id desc
    limit 1
  ) as b on true
  where t.created_at <= p_now
    and exists (
      select from laurels.tiers as r where r.tenant_id = t.id and r.archived_at is null
    )
    and not laurels.is_importing(t.id)
    and greatest(p.created_at, b.created_at) > coalesce(v.started_at, '-infinity')
$$;

create or replace function laurels.tenants_with_due_standings(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select d.id
  from (
    select t.id
    from laurels.tenants as t
    where exists (
      select
      from laurels.tier_history as h
      inner join laurels.members as m on m.tenant_id = t.id and m.id = h.member_id
      where h.tenant_id = t.id and h.ended_at is null and h.due_at <= p_now
        and m.status = 'active'
    )
    -- Only they are asked whether they import.
    offset 0
  ) as d
  where not laurels.is_importing(d.id)
$$;

alter function laurels.tenants_with_tiers(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_due_standings(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_tiers(timestamptz) from public;
revoke all on function laurels.tenants_with_due_standings(timestamptz) from public;
grant execute on function laurels.tenants_with_tiers(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_due_standings(timestamptz) to laurels_app;

create or replace trigger audit_outside
after insert or update or delete on laurels.tiers
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('tier', 'tir', 'id');

create or replace trigger audit_outside
after insert or update or delete on laurels.tier_history
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('tier_history', 'trh', 'id');
