-- Delete a tenant and everything it has, for good; return how many rows went. Only the maintenance
-- role may. Every table with a `tenant_id` is emptied, children before parents: the keys say which
-- those are. An audit stub stays, which names nobody.
create or replace function laurels.purge_tenant(p_tenant uuid) returns bigint
language plpgsql security definer set search_path = laurels, pg_temp as $$
declare
  v_left oid[] := array(
    select a.attrelid
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on c.oid = a.attrelid
    where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and a.attname = 'tenant_id'
  );
  v_table oid;
  v_rows bigint;
  v_all bigint := 0;
begin
  -- One entry stays of it all; not one for each row.
  set local laurels.audit = 'off';
  while v_left <> '{}' loop
    -- Any table that no other one of these refers to.
    select l.place into strict v_table
    from unnest(v_left) as l (place)
    where not exists (
      select from pg_catalog.pg_constraint as c
      where c.contype = 'f' and c.confrelid = l.place and c.conrelid <> l.place
        and c.conrelid = any(v_left)
    )
    limit 1;
    execute format('delete from %s where tenant_id = $1', v_table::regclass) using p_tenant;
    get diagnostics v_rows = row_count;
    v_all := v_all + v_rows;
    v_left := array_remove(v_left, v_table);
  end loop;
  -- Whoever worked for this tenant alone has no login any more.
  delete from laurels.users as u where u.tenants = array[p_tenant];
  update laurels.users as u set tenants = array_remove(u.tenants, p_tenant)
  where u.tenants @> array[p_tenant];
  delete from laurels.tenants where id = p_tenant;
  get diagnostics v_rows = row_count;
  insert into laurels.audit_log (
    tenant_id, id, action, target_type, target_id, actor_type, created_at
  ) values (
    p_tenant, laurels.new_id(), 'tenant.purged', 'tenant', p_tenant::text, 'operator', now()
  );
  return v_all + v_rows;
end
$$;

alter function laurels.purge_tenant(uuid) owner to laurels_maintenance;
revoke all on function laurels.purge_tenant(uuid) from public, laurels_app;
grant execute on function laurels.purge_tenant(uuid) to laurels_owner;

-- Refresh what the planner knows of the hot tables. Sessions keep their plans; one that was made
-- while a table was still empty would go on reading the whole of it until autovacuum comes by.
create or replace function laurels.refresh_statistics() returns void
language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  analyze laurels.members, laurels.member_totals, laurels.member_sequences, laurels.wallets,
    laurels.point_transactions, laurels.posting_keys, laurels.lots, laurels.lot_entries,
    laurels.purchases, laurels.purchase_lines, laurels.activities, laurels.awards, laurels.explanations,
    laurels.rule_usage,
    laurels.tier_history, laurels.outbox;
end
$$;

revoke all on function laurels.refresh_statistics() from public;
grant execute on function laurels.refresh_statistics() to laurels_app;
