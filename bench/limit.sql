-- The limit: the least work that moves one point. An idempotency key, a wallet with its check, a
-- row. And the same for a whole batch in one statement: a yardstick, not an example to follow.
drop schema if exists yard cascade;
create schema yard;
create table yard.wallet (
  id integer primary key, balance bigint not null check (balance >= 0),
  version bigint not null default 0, updated_at timestamptz not null default now()
) with (fillfactor = 70);
create table yard.movement (
  id bigint primary key, wallet_id integer not null, amount bigint not null,
  balance_after bigint not null, created_at timestamptz not null default now()
);
create index on yard.movement (wallet_id, id desc);
create sequence yard.movement_id;
create table yard.seen (key uuid primary key, movement_id bigint not null);
insert into yard.wallet (id, balance) select n, 1000000 from generate_series(1, 100000) as n;

create function yard.post(p_wallet integer, p_amount bigint, p_key uuid) returns bigint
language plpgsql as $$
declare
  v_id bigint := nextval('yard.movement_id');
  v_balance bigint;
begin
  insert into yard.seen (key, movement_id) values (p_key, v_id) on conflict do nothing;
  if not found then
    select m.balance_after into v_balance from yard.seen as s
    join yard.movement as m on m.id = s.movement_id where s.key = p_key;
    return v_balance;
  end if;
  update yard.wallet set balance = balance + p_amount, version = version + 1, updated_at = now()
  where id = p_wallet and balance + p_amount >= 0 returning balance into v_balance;
  if not found then
    delete from yard.seen where key = p_key;
    return -1;
  end if;
  insert into yard.movement (id, wallet_id, amount, balance_after)
  values (v_id, p_wallet, p_amount, v_balance);
  return v_balance;
end
$$;

create function yard.post_batch(p_wallets integer [], p_amounts bigint [], p_keys uuid [])
returns integer language plpgsql as $$
declare
  v_count integer;
begin
  perform 1 from yard.wallet where id = any(p_wallets) order by id for update;
  with asked as materialized (
    select a.*, nextval('yard.movement_id') as id
    from unnest(p_wallets, p_amounts, p_keys) with ordinality as a (wallet, amount, key, ord)
  ), fresh as (
    insert into yard.seen (key, movement_id) select key, id from asked
    on conflict do nothing returning key
  ), running as (
    select a.id, a.wallet, a.amount,
      sum(a.amount) over (partition by a.wallet order by a.ord)::bigint as total
    from asked as a join fresh as f on f.key = a.key
  ), written as (
    insert into yard.movement (id, wallet_id, amount, balance_after)
    select r.id, r.wallet, r.amount, w.balance + r.total
    from running as r join yard.wallet as w on w.id = r.wallet returning 1
  ), updated as (
    update yard.wallet as w
    set balance = w.balance + s.amount, version = w.version + 1, updated_at = now()
    from (select wallet, sum(amount)::bigint as amount from running group by wallet) as s
    where w.id = s.wallet returning 1
  )
  select count(*) into v_count from written;
  return v_count;
end
$$;
analyze yard.wallet;
