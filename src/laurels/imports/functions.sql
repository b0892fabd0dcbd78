-- For the erasure of a person: rows that were refused and hold a word of theirs keep their line,
-- field and code.
create or replace function laurels.scrub_rejected_rows(p_tenant uuid, p_words text[])
returns void language plpgsql security definer set search_path = laurels, pg_temp as $$
begin
  perform laurels.require_tenant(p_tenant);
  update laurels.rejected_rows as r
  set row = '{"erased": true}', message = 'The row was about a person who was erased.'
  where r.tenant_id = p_tenant and exists (
    select from unnest(p_words) as word, jsonb_each_text(r.row) as cell
    where lower(cell.value) = lower(word)
      or (length(word) >= 6 and strpos(lower(cell.value), lower(word)) > 0)
  );
end
$$;

alter function laurels.scrub_rejected_rows(uuid, text[]) owner to laurels_maintenance;
revoke all on function laurels.scrub_rejected_rows(uuid, text[]) from public;
grant execute on function laurels.scrub_rejected_rows(uuid, text[]) to laurels_app;

-- Which tenants have imports that wait, or are under way with no worker any more.
create or replace function laurels.tenants_with_imports_waiting(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct i.tenant_id
  from laurels.import_runs as i
  where i.status in ('waiting', 'running', 'stopping') and i.size_bytes is not null
    and i.created_at <= p_now and not exists (
      select
      from laurels.job_runs as r
      where r.tenant_id = i.tenant_id and r.job = 'imports.carry_out'
        and r.state in ('waiting', 'running')
    )
$$;

-- Which tenants have files of imports.
create or replace function laurels.tenants_with_import_files(p_now timestamptz)
returns setof uuid
language sql stable security definer set search_path = laurels, pg_temp as $$
  select distinct i.tenant_id
  from laurels.import_runs as i
  where i.size_bytes is not null and i.file_deleted_at is null and i.created_at < p_now
$$;

alter function laurels.tenants_with_imports_waiting(timestamptz) owner to laurels_maintenance;
alter function laurels.tenants_with_import_files(timestamptz) owner to laurels_maintenance;
revoke all on function laurels.tenants_with_imports_waiting(timestamptz) from public;
revoke all on function laurels.tenants_with_import_files(timestamptz) from public;
grant execute on function laurels.tenants_with_imports_waiting(timestamptz) to laurels_app;
grant execute on function laurels.tenants_with_import_files(timestamptz) to laurels_app;
