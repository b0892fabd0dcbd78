-- Find members by external id. With ids for new ones, those who are missing are enrolled first, in
-- the order of external ids, the same everywhere. `id` is whom the external id means now,
-- `named_id` whom it was given to: the same member, unless that one was merged into another; the
-- status is that of `id`.
create or replace function laurels.ensure_members(
  p_tenant uuid,
  p_external_ids text[],
  p_new_ids uuid[],
  p_enrolled timestamptz[]
) returns table (external_id text, id uuid, named_id uuid, status text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if cardinality(p_new_ids) > 0 then
    insert into laurels.members (tenant_id, id, external_id, enrolled_at)
    select p_tenant, n.id, n.external_id, n.enrolled_at
    from unnest(p_new_ids, p_external_ids, p_enrolled) as n (id, external_id, enrolled_at)
    order by n.external_id
    on conflict (tenant_id, external_id) where external_id is not null do nothing;
  end if;

  -- Nobody is merged, blocked, archived or erased between this look and the commit. Whoever does
  -- that locks all rows of a person, so those of survivors need no lock of their own.
  perform from laurels.members as m
  where m.tenant_id = p_tenant and m.external_id = any(p_external_ids)
  order by m.id
  for key share;

  return query
  select
    m.external_id, coalesce(m.survivor_id, m.id), m.id,
    case
      when m.survivor_id is null then m.status
      else (
        select s.status from laurels.members as s
        where s.tenant_id = p_tenant and s.id = m.survivor_id
      )
    end
  from laurels.members as m
  where m.tenant_id = p_tenant and m.external_id = any(p_external_ids);
end
$$;

-- What the key that is searched of a member is like if it holds these words; the longest first. The
-- index knows parts of three characters: a shorter word is looked for where words begin.
create or replace function laurels.patterns_of(p_words text[]) returns text[]
language sql immutable parallel safe as $$
  select array_agg(
    case when length(w.word) > 2 then '%' else '% ' end
    || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%'
    order by length(w.word) desc
  )
  from (select laurels.plain(unnest(p_words)) as word) as w
$$;

-- Members of this transaction's tenant whose key is like all of these patterns or has this part of
-- a telephone number; of either at most so many, some twice. The index is asked for the three
-- longest words together, and reading ends with the last member that is wanted. It acts as its
-- owner and asks itself what the policy asks: behind the policy no index serves `like`, which might
-- tell of rows that are hidden.
create or replace function laurels.search_members(
  p_patterns text[], p_telephone text, p_limit integer
) returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  (
    select m.id from laurels.members as m
    where m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
      and m.search_key like p_patterns[1]
      and m.search_key like coalesce(p_patterns[2], '%')
      and m.search_key like coalesce(p_patterns[3], '%')
      and m.search_key like all(p_patterns)
    limit p_limit
  )
  union all
  (
    select m.id from laurels.members as m
    where m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
      and p_telephone is not null and m.search_key like p_telephone
    limit p_limit
  )
$$;

-- Members of this transaction's tenant who have an e-mail like this one, the likest first. By the
-- part before the @ the index finds who may be meant: the other part many have in common. It acts
-- as its owner, as `search_members` does. How like it has to be the caller sets, by
-- `pg_trgm.word_similarity_threshold`: a function may not.
create or replace function laurels.similar_emails(
  p_local text, p_email text, p_limit integer
) returns table (id uuid, email text)
language plpgsql stable security definer
set search_path = laurels, pg_temp as $$
declare
  -- An administrator may have put the extension into any schema.
  v_schema text := (
    select n.nspname
    from pg_catalog.pg_extension as e
    inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm'
  );
begin
  return query execute format(
    'select m.id, m.email_key from laurels.members as m'
    ' where m.tenant_id = $4 and $1 operator(%1$I.<%%) m.search_key'
    ' and length(m.email_key) between length($2) - 2 and length($2) + 2'
    ' order by %1$I.similarity($2, m.email_key) desc, m.id limit $3',
    v_schema
  ) using p_local, p_email, p_limit, nullif(current_setting('app.tenant_id', true), '')::uuid;
end
$$;

-- What rules may know of members, locked in the order of their ids until the transaction ends, so
-- that two purchases at once are not both the first. Each is looked up by itself (`offset 0` keeps
-- it so), however large the tenant is and whatever the planner knows of it.
create or replace function laurels.lock_member_facts(p_tenant uuid, p_members uuid[])
returns table (
  id uuid, external_id text, status text, birthday date, enrolled_at timestamptz,
  attributes text, purchases bigint, spend numeric
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  perform 1
  from (select unnest(p_members) as id order by 1) as n
  cross join lateral (
    select
    from laurels.members as m
    where m.tenant_id = p_tenant and m.id = n.id
    for no key update
  ) as m;

  return query
  select
    m.id, m.external_id, m.status, m.birthday, m.enrolled_at, m.attributes::text,
    coalesce(t.purchases, 0), coalesce(t.spend, 0)
  from (select unnest(p_members) as id) as n
  cross join lateral (
    select x.*
    from laurels.members as x
    where x.tenant_id = p_tenant and x.id = n.id
    offset 0
  ) as m
  left join lateral (
    select x.*
    from laurels.member_totals as x
    where x.tenant_id = p_tenant and x.member_id = n.id
    offset 0
  ) as t on true;
end
$$;

-- Add purchases to the lifetime totals of members, in the order of their ids.
create or replace function laurels.add_purchases_to_totals(
  p_tenant uuid, p_members uuid[], p_spend numeric[], p_at timestamptz[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  -- Nearly always the rows are there: to look and to update costs half of `on conflict do update`.
  if (
    select count(*) from laurels.member_totals as t
    where t.tenant_id = p_tenant and t.member_id = any(p_members)
  ) < cardinality(p_members) then
    insert into laurels.member_totals (tenant_id, member_id, spend, refunded, purchases)
    select p_tenant, n.member_id, 0, 0, 0
    from unnest(p_members) as n (member_id)
    group by n.member_id
    order by n.member_id
    on conflict (tenant_id, member_id) do nothing;
  end if;

  update laurels.member_totals as t
  set
    spend = t.spend + n.spend,
    refunded = t.refunded + n.returned,
    purchases = t.purchases + n.purchases,
    first_purchase_at = least(t.first_purchase_at, n.first_at),
    last_purchase_at = greatest(t.last_purchase_at, n.last_at)
  from (
    select
      x.member_id, sum(greatest(x.spend, 0)) as spend, sum(greatest(-x.spend, 0)) as returned,
      count(*) filter (where x.spend >= 0) as purchases,
      min(x.at) filter (where x.spend >= 0) as first_at,
      max(x.at) filter (where x.spend >= 0) as last_at
    from (
      select unnest(p_members) as member_id, unnest(p_spend) as spend, unnest(p_at) as at
    ) as x
    group by x.member_id
    order by x.member_id
  ) as n
  where t.tenant_id = p_tenant and t.member_id = n.member_id;
end
$$;

-- Add refunds to the lifetime totals; the rows are there, because the purchases were. A purchase
-- that went back wholly is counted no more.
create or replace function laurels.add_refunds_to_totals(
  p_tenant uuid, p_members uuid[], p_refunded numeric[], p_whole boolean[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  perform 1 from laurels.member_totals as t
  where t.tenant_id = p_tenant and t.member_id = any(p_members)
  order by t.member_id
  for update;

  update laurels.member_totals as t
  set refunded = t.refunded + n.refunded, purchases = t.purchases - n.whole
  from (
    select x.member_id, sum(x.refunded) as refunded, count(*) filter (where x.whole) as whole
    from unnest(p_members, p_refunded, p_whole) as x (member_id, refunded, whole)
    group by x.member_id
  ) as n
  where t.tenant_id = p_tenant and t.member_id = n.member_id;
end
$$;

-- A member is known by something: an external id, an e-mail, or another identity. Asked when the
-- transaction ends, and only of those who have neither of the first two.
create or replace function laurels.require_identity() returns trigger
language plpgsql set search_path = laurels, pg_temp as $$
declare
  v_member uuid := case tg_op
    when 'DELETE' then (to_jsonb(old) ->> 'member_id')::uuid else (to_jsonb(new) ->> 'id')::uuid
  end;
  v_tenant uuid := coalesce(to_jsonb(new), to_jsonb(old)) ->> 'tenant_id';
begin
  if exists (
    select from laurels.members as m
    where m.tenant_id = v_tenant and m.id = v_member and m.status <> 'erased'
      and m.external_id is null and m.email is null
  ) and not exists (
    select from laurels.member_identities as i
    where i.tenant_id = v_tenant and i.member_id = v_member
  ) then
    raise exception 'a member needs an external id, an e-mail or another identity'
      using errcode = 'check_violation', constraint = 'member_is_known';
  end if;
  return null;
end
$$;

revoke all on function laurels.require_identity() from laurels_app, laurels_maintenance;
drop trigger if exists member_is_known on laurels.members;
create constraint trigger member_is_known
after insert or update of external_id, email, status on laurels.members
deferrable initially deferred
for each row when (new.external_id is null and new.email is null and new.status <> 'erased')
execute function laurels.require_identity();
drop trigger if exists member_is_known on laurels.member_identities;
create constraint trigger member_is_known
after delete on laurels.member_identities
deferrable initially deferred
for each row execute function laurels.require_identity();

-- What is changed by SQL, past the application, is noted in the audit log.
create or replace trigger audit_outside
after insert or update or delete on laurels.members
for each row when (session_user <> 'laurels_app')
execute function laurels.audit_outside('member', 'mem', 'id');
