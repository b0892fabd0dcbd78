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
