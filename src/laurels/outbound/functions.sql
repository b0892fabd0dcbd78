-- Put messages into the queue, those that are not there yet: one per subject, channel and
-- destination. Returns how many they were.
create or replace function laurels.enqueue_messages(
  p_tenant uuid,
  p_ids uuid[],
  p_channels text[],
  p_destinations uuid[],
  p_types text[],
  p_subjects uuid[],
  p_members uuid[],
  p_positions bigint[],
  p_payloads text[]
) returns integer language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_count integer;
begin
  insert into laurels.outbound_messages (
    tenant_id, id, channel, destination_id, type, subject_id, member_id, position, payload, state,
    next_attempt_at, created_at
  )
  select
    p_tenant, coalesce(n.id, laurels.new_id()), n.channel, n.destination, n.type, n.subject, n.member, n.place,
    n.payload::jsonb, 'waiting', now(), now()
  from unnest(
    p_ids, p_channels, p_destinations, p_types, p_subjects, p_members, p_positions, p_payloads
  ) as n (id, channel, destination, type, subject, member, place, payload)
  -- The same order everywhere, so that two transactions never wait for each other.
  order by n.subject, n.channel, n.destination
  on conflict (tenant_id, subject_id, channel, destination_id) do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Destinations of active tenants that have something to be sent now: one step of the index for
-- each. Of each tenant at most p_share, and none of those that are busy or have their share
-- already. The first ones of all tenants come before the second ones of any.
create or replace function laurels.outbound_destinations_due(
  p_busy_tenants uuid[],
  p_busy_channels text[],
  p_busy_destinations uuid[],
  p_full_tenants uuid[],
  p_full_providers text[],
  p_providers text[],
  p_share integer,
  p_limit integer
) returns table (tenant_id uuid, channel text, destination_id uuid)
language sql stable security definer set search_path = laurels, pg_temp as $$
  with recursive found (tenant_id, channel, destination_id, due) as (
    (select m.tenant_id, m.channel, m.destination_id, m.next_attempt_at
     from laurels.outbound_messages as m where m.state = 'waiting'
     order by m.tenant_id, m.channel, m.destination_id, m.next_attempt_at limit 1)
    union all
    select n.tenant_id, n.channel, n.destination_id, n.next_attempt_at
    from found as f
    cross join lateral (
      select m.tenant_id, m.channel, m.destination_id, m.next_attempt_at
      from laurels.outbound_messages as m
      where m.state = 'waiting'
        and (m.tenant_id, m.channel, m.destination_id) > (f.tenant_id, f.channel, f.destination_id)
      order by m.tenant_id, m.channel, m.destination_id, m.next_attempt_at limit 1
    ) as n
  ),
  due as (
    select
      f.tenant_id, f.channel, f.destination_id,
      row_number() over (partition by f.tenant_id order by random()) as place
    from found as f
    inner join laurels.tenants as t on t.id = f.tenant_id and t.status = 'active'
    where f.due <= now() and f.tenant_id <> all(p_full_tenants)
      and split_part(f.channel, ':', 1) <> all(p_full_providers)
      and (p_providers is null or split_part(f.channel, ':', 1) = any(p_providers))
      and (f.tenant_id, f.channel, f.destination_id) not in (
        select b.tenant_id, b.channel, b.destination_id
        from unnest(p_busy_tenants, p_busy_channels, p_busy_destinations)
          as b (tenant_id, channel, destination_id)
      )
  )
  select d.tenant_id, d.channel, d.destination_id
  from due as d where d.place <= p_share order by d.place, random() limit p_limit
$$;

-- Take up what is due for a destination, at most p_limit, and return it. Where the channel keeps
-- order, what stands behind an unfinished message of its member is put off until that one is
-- finished, which wakes it. The head is locked meanwhile, so that whoever finishes it sees what
-- was put off; where that cannot be had, or if ever a wake is missed, a later look finds it.
create or replace function laurels.claim_messages(
  p_tenant uuid, p_channel text, p_destination uuid, p_ordered boolean, p_limit integer,
  p_lease interval
) returns table (message_id uuid, attempt smallint, failed smallint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_due uuid[];
  v_free uuid[];
  v_blocked uuid[];
  v_heads uuid[];
  v_locked uuid[];
begin
  for round in 1..20 loop
    v_due := array(
      select d.id from laurels.outbound_messages as d
      where d.tenant_id = p_tenant and d.channel = p_channel
        and d.destination_id = p_destination and d.state = 'waiting'
        and d.next_attempt_at <= now()
      order by d.next_attempt_at, d.position
      limit case when p_ordered then p_limit * 5 else p_limit end
      for update skip locked
    );
    exit when cardinality(v_due) = 0;
    select
      coalesce(array_agg(m.id order by m.next_attempt_at, m.position)
        filter (where h.id is null), '{}'),
      coalesce(array_agg(m.id) filter (where h.id is not null), '{}'),
      coalesce(array_agg(h.id) filter (where h.id is not null), '{}')
    into v_free, v_blocked, v_heads
    from laurels.outbound_messages as m
    left join lateral (
      select e.id from laurels.outbound_messages as e
      where p_ordered and e.tenant_id = p_tenant and e.channel = p_channel
        and e.destination_id = p_destination and e.member_id = m.member_id
        and e.state = 'waiting' and e.position < m.position
      order by e.position limit 1
    ) as h on true
    where m.tenant_id = p_tenant and m.id = any(v_due);
    v_free := v_free[1:p_limit];

    -- Whoever had it before and never booked it took it along when it died: that counts as failed.
    update laurels.outbound_messages as d
    set
      attempts = d.attempts + 1,
      failures = d.failures + case when d.claimed_until is null then 0 else 1 end,
      claimed_until = now() + p_lease, next_attempt_at = now() + p_lease
    where d.tenant_id = p_tenant and d.id = any(v_free);
    if cardinality(v_blocked) > 0 then
      v_locked := array(
        select d.id from laurels.outbound_messages as d
        where d.tenant_id = p_tenant and d.id = any(v_heads) and d.state = 'waiting'
        for share skip locked
      );
      update laurels.outbound_messages as d
      set next_attempt_at = now() + case when b.head = any(v_locked) then interval '1 hour'
        else interval '1 second' end
      from unnest(v_blocked, v_heads) as b (id, head)
      where d.tenant_id = p_tenant and d.id = b.id;
    end if;
    exit when cardinality(v_free) > 0;
  end loop;
  return query
  select m.id, m.attempts, m.failures from laurels.outbound_messages as m
  where m.tenant_id = p_tenant and m.id = any(v_free);
end
$$;

-- Book what came of attempts: the states that follow, the log, and what stood behind them is due.
-- A failure counts for the attempt that had it alone; what was sent stays sent.
create or replace function laurels.book_messages(
  p_tenant uuid,
  p_ordered boolean,
  p_ids uuid[],
  p_attempts bigint[],
  p_states text[],
  p_waits double precision[],
  p_sent timestamptz[],
  p_durations bigint[],
  p_statuses bigint[],
  p_errors text[],
  p_responses text[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  -- In one order, so that two workers that sent the same never wait for each other.
  perform from laurels.outbound_messages
  where tenant_id = p_tenant and id = any(p_ids) order by id for update;
  insert into laurels.outbound_attempts (
    tenant_id, message_id, attempt, sent_at, duration_ms, status, error, response
  )
  select p_tenant, a.id, a.attempt, a.sent, a.duration, a.status, a.error, a.response
  from unnest(p_ids, p_attempts, p_sent, p_durations, p_statuses, p_errors, p_responses)
    as a (id, attempt, sent, duration, status, error, response)
  where a.sent is not null
  on conflict (tenant_id, message_id, attempt) do nothing;
  update laurels.outbound_messages as m
  set
    state = a.state, last_status = a.status, last_error = a.error, claimed_until = null,
    failures = m.failures + case when a.state in ('waiting', 'dead') then 1 else 0 end,
    next_attempt_at = now() + a.wait * interval '1 second',
    finished_at = case when a.state <> 'waiting' then now() end
  from unnest(p_ids, p_attempts, p_states, p_waits, p_statuses, p_errors)
    as a (id, attempt, state, wait, status, error)
  where m.tenant_id = p_tenant and m.id = a.id and a.state <> 'overtaken'
    and (
      a.state = 'sent' and m.state <> 'sent'
      or m.attempts = a.attempt
      and (m.state = 'waiting' or m.state = 'stopped' and a.state <> 'waiting')
    );
  if p_ordered then
    perform laurels.wake_messages(p_tenant, p_ids);
  end if;
end
$$;

-- What stands next behind finished messages, member by member, is due now.
create or replace function laurels.wake_messages(
  p_tenant uuid, p_ids uuid[]
) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  update laurels.outbound_messages as m set next_attempt_at = now()
  from (
    select n.id from laurels.outbound_messages as f
    cross join lateral (
      select w.id, w.claimed_until from laurels.outbound_messages as w
      where w.tenant_id = p_tenant and w.channel = f.channel
        and w.destination_id = f.destination_id and w.state = 'waiting'
        and w.member_id = f.member_id and w.position > f.position
      order by w.position limit 1
    ) as n
    where f.tenant_id = p_tenant and f.id = any(p_ids) and f.state <> 'waiting'
      and n.claimed_until is null
  ) as n
  where m.tenant_id = p_tenant and m.id = n.id and m.next_attempt_at > now();
end
$$;

-- When the message that tells of something is sent next; null when none waits.
create or replace function laurels.next_attempt_at(
  p_tenant uuid, p_channel text, p_subject uuid
) returns timestamptz language sql stable as $$
  select m.next_attempt_at from laurels.outbound_messages as m
  where m.tenant_id = p_tenant and m.subject_id = p_subject and m.channel = p_channel
    and m.state = 'waiting'
  limit 1
$$;

-- Delete messages that were finished before a moment, with their log, at most p_limit. Only for the
-- tenant of this transaction.
create or replace function laurels.forget_messages(
  p_tenant uuid, p_before timestamptz, p_limit integer
) returns integer
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_old uuid[];
begin
  perform laurels.require_tenant(p_tenant);
  v_old := array(
    select m.id from laurels.outbound_messages as m
    where m.tenant_id = p_tenant and m.finished_at < p_before
    order by m.id limit p_limit
    for update skip locked
  );
  delete from laurels.outbound_attempts where tenant_id = p_tenant and message_id = any(v_old);
  delete from laurels.outbound_messages where tenant_id = p_tenant and id = any(v_old);
  return cardinality(v_old);
end
$$;

-- Which tenants have messages that are past their days. Ids are in the order of time, so the first
-- one is the oldest.
create or replace function laurels.tenants_with_old_messages(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select t.id
  from laurels.tenants as t
  where p_now - interval '30 days' > (
    select m.created_at
    from laurels.outbound_messages as m
    where m.tenant_id = t.id
    order by m.id
    limit 1
  )
$$;

-- For the erasure of a person: messages keep ids, kinds and times. What receivers answered may
-- quote the person and goes; so does what they were to be told, and what is told nothing is not
-- sent.
create or replace function laurels.scrub_messages(p_tenant uuid, p_members uuid[]) returns void
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  update laurels.outbound_attempts as a set error = null, response = null
  from laurels.outbound_messages as m
  where a.tenant_id = p_tenant and m.tenant_id = p_tenant and m.id = a.message_id
    and m.member_id = any(p_members) and num_nonnulls(a.error, a.response) > 0;
  update laurels.outbound_messages
  set
    state = case when state = 'waiting' and payload is not null then 'stopped' else state end,
    finished_at = case
      when state = 'waiting' and payload is not null then now() else finished_at
    end,
    claimed_until = case when payload is null then claimed_until end,
    payload = null,
    last_error = case when last_error is not null then 'erased' end
  where tenant_id = p_tenant and member_id = any(p_members)
    and num_nonnulls(payload, last_error) > 0;
end
$$;

alter function laurels.outbound_destinations_due(
  uuid[], text[], uuid[], uuid[], text[], text[], integer, integer
) owner to laurels_maintenance;
alter function laurels.forget_messages(uuid, timestamptz, integer) owner to laurels_maintenance;
alter function laurels.tenants_with_old_messages(timestamptz) owner to laurels_maintenance;
alter function laurels.scrub_messages(uuid, uuid[]) owner to laurels_maintenance;
revoke all on function laurels.outbound_destinations_due(
  uuid[], text[], uuid[], uuid[], text[], text[], integer, integer
) from public;
revoke all on function laurels.forget_messages(uuid, timestamptz, integer) from public;
revoke all on function laurels.tenants_with_old_messages(timestamptz) from public;
revoke all on function laurels.scrub_messages(uuid, uuid[]) from public;
grant execute on function laurels.outbound_destinations_due(
  uuid[], text[], uuid[], uuid[], text[], text[], integer, integer
) to laurels_app;
grant execute on function laurels.forget_messages(uuid, timestamptz, integer) to laurels_app;
grant execute on function laurels.tenants_with_old_messages(timestamptz) to laurels_app;
grant execute on function laurels.scrub_messages(uuid, uuid[]) to laurels_app;
