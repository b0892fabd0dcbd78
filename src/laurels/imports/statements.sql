-- name: scrub_rejected_rows
select laurels.scrub_rejected_rows($1, $2);

-- name: fail_unfinished
update laurels.import_runs
set status = 'failed', finished_at = $4
where tenant_id = $1 and kind = $2 and source = $3 and status = 'running';

-- name: begin_run
insert into laurels.import_runs (tenant_id, id, kind, source, file_name, status, started_at)
values ($1, $2, $3, $4, $5, 'running', $6);

-- name: add_progress
update laurels.import_runs
set read = read + $3, booked = booked + $4, skipped = skipped + $5, rejected = rejected + $6
where tenant_id = $1 and id = $2;

-- name: end_run
update laurels.import_runs
set status = $3, finished_at = $4
where tenant_id = $1 and id = $2;

-- name: has_finished
select 1
from laurels.import_runs
where tenant_id = $1 and kind = $2 and source = $3 and status = 'finished'
limit 1;

-- name: add_rejected_rows
insert into laurels.rejected_rows (tenant_id, run_id, line, field, code, message, row)
select $1, $2, n.line, n.field, n.code, n.message, n.row::jsonb
from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
    as n (line, field, code, message, row);
