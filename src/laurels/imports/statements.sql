-- name: scrub_rejected_rows
select laurels.scrub_rejected_rows($1, $2);

-- name: fail_unfinished
update laurels.import_runs
set status = 'failed', finished_at = $4
where tenant_id = $1 and kind = $2 and source = $3 and status = 'running' and size_bytes is null;

-- name: begin_run
insert into laurels.import_runs (
  tenant_id, id, kind, source, file_name, status, created_at, started_at, columns,
  created_by_kind, created_by
)
values ($1, $2, $3, $4, $5, 'running', $6, $6, $7, $8, $9);

-- name: add_progress
update laurels.import_runs
set read = read + $3, booked = booked + $4, skipped = skipped + $5, rejected = rejected + $6,
  result = $7::text::jsonb
where tenant_id = $1 and id = $2;

-- name: end_run
update laurels.import_runs
set status = $3, finished_at = $4, error = $5, dry_run = false
where tenant_id = $1 and id = $2;

-- name: has_finished
select 1
from laurels.import_runs
where tenant_id = $1 and kind = $2 and source = $3 and status = 'finished'
limit 1;

-- name: add_rejected_rows
insert into laurels.rejected_rows (tenant_id, run_id, dry_run, line, field, code, message, row)
select $1, $2, $8, n.line, n.field, n.code, n.message, n.row::jsonb
from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
    as n (line, field, code, message, row);

-- name: create_run
insert into laurels.import_runs (
  tenant_id, id, kind, source, file_name, status, size_bytes, created_by_kind, created_by,
  created_at, settings
)
values ($1, $2, $3, $4, $5, 'uploading', $6, $7, $8, $9, $10::text::jsonb);

-- name: runs
select *
from laurels.import_runs
where tenant_id = $1;

-- name: get_run
select *
from laurels.import_runs
where tenant_id = $1 and id = $2;

-- name: lock_run
select *
from laurels.import_runs
where tenant_id = $1 and id = $2
for no key update;

-- name: add_chunk
insert into laurels.import_chunks (tenant_id, run_id, begins_at, content)
values ($1, $2, $3, $4);

-- name: count_received
update laurels.import_runs
set received_bytes = $3
where tenant_id = $1 and id = $2;

-- name: first_chunk
select content
from laurels.import_chunks
where tenant_id = $1 and run_id = $2 and begins_at = 0;

-- name: get_chunk
select content
from laurels.import_chunks
where tenant_id = $1 and run_id = $2 and begins_at = $3;

-- name: note_seen
update laurels.import_runs
set status = 'draft', kind = $3, settings = $4::text::jsonb, columns = $5, seen = $6::text::jsonb
where tenant_id = $1 and id = $2;

-- name: change_run
update laurels.import_runs
set kind = $3, source = $4, settings = $5::text::jsonb, version = version + 1, status = 'draft',
  error = null
where tenant_id = $1 and id = $2;

-- name: wait_for_worker
update laurels.import_runs
set status = 'waiting', dry_run = $3, done_bytes = 0, error = null, finished_at = null
where tenant_id = $1 and id = $2;

-- name: begin_waiting
update laurels.import_runs
set status = case when status = 'waiting' then 'running' else status end,
  started_at = case when dry_run then started_at else coalesce(started_at, $2) end
where tenant_id = $1 and id = (
  select id
  from laurels.import_runs
  where tenant_id = $1 and status in ('waiting', 'running', 'stopping') and size_bytes is not null
  order by id
  limit 1
)
returning *;

-- name: note_place
update laurels.import_runs
set done_bytes = $3
where tenant_id = $1 and id = $2
returning status;

-- name: ask_to_stop
update laurels.import_runs
set status = 'stopping'
where tenant_id = $1 and id = $2;

-- name: end_dry_run
update laurels.import_runs
set status = 'draft', dry_run = false, dry_run_result = $3::text::jsonb, dry_runs = $4
where tenant_id = $1 and id = $2;

-- name: delete_chunks
delete from laurels.import_chunks
where tenant_id = $1 and run_id = any($2);

-- name: note_deleted
update laurels.import_runs
set file_deleted_at = $3, seen = null
where tenant_id = $1 and id = any($2);

-- name: old_files
select id
from laurels.import_runs
where tenant_id = $1 and size_bytes is not null and file_deleted_at is null
  and status not in ('waiting', 'running', 'stopping')
  and greatest(created_at, finished_at) < $2
order by id
limit $3
for no key update;

-- name: rejected_rows
select line, field, code, message, row
from laurels.rejected_rows
where tenant_id = $1 and run_id = $2 and dry_run = $3;

-- name: walk_rejected_rows
select line, field, code, message, row
from laurels.rejected_rows
where tenant_id = $1 and run_id = $2 and dry_run = $3 and line > $4
order by line
limit $5;
