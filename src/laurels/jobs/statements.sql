-- name: find_run_under_way
select id
from laurels.job_runs
where tenant_id = $1 and job = $2 and (state = 'waiting' or (state = 'running' and not $3))
  and origin = 'hand'
order by id
limit 1
for no key update;

-- name: ask_run
insert into laurels.job_runs (
  tenant_id, id, job, period, origin, state, due_at, created_at, beat_at
)
values ($1, $2, $3, $4, 'hand', $5, $6, now(), case when $5 = 'running' then now() end);

-- name: find_clock
select now, target, run_id
from laurels.test_clocks
where tenant_id = $1;

-- name: lock_clock
select now, target
from laurels.test_clocks
where tenant_id = $1
for update;

-- name: make_clock_run
insert into laurels.job_runs (tenant_id, id, job, period, origin, state, due_at, created_at, total)
values ($1, $2, $3, $4, 'hand', 'waiting', $5, now(), $6);

-- name: send_clock
insert into laurels.test_clocks (tenant_id, now, target, run_id, created_at)
values ($1, $2, $3, $4, now())
on conflict (tenant_id) do update set target = excluded.target, run_id = excluded.run_id;

-- name: find_moving_clock
select now, target
from laurels.test_clocks
where tenant_id = $1 and target is not null and run_id = $2;

-- name: stop_clock
update laurels.test_clocks
set target = null
where tenant_id = $1 and run_id = $2;

-- name: move_clock
update laurels.test_clocks
set now = $3
where tenant_id = $1 and run_id = $2;

-- name: count_clock_runs
select job, count(*) as runs, sum(done)::bigint as done
from laurels.job_runs
where tenant_id = $1 and origin = 'clock' and due_at >= $2 and due_at <= $3
group by job
order by job;

-- name: forget_old_runs
delete from laurels.job_runs
where tenant_id = $1
  and id in (
    select r.id
    from laurels.job_runs as r
    where r.tenant_id = $1 and laurels.may_forget(r, now())
    order by r.id
    limit $2
  )
returning 1;

-- name: beat_and_count
update laurels.job_runs
set beat_at = now(), done = done + $4
where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running'
returning done, total;

-- name: beat
update laurels.job_runs
set beat_at = now()
where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running';

-- name: begin_run
update laurels.job_runs
set
  state = 'running',
  attempts = attempts + 1,
  started_at = coalesce(started_at, now()),
  beat_at = now(),
  error = null
where tenant_id = $1 and id = $2 and state in ('waiting', 'running')
returning 1;

-- name: expect_steps
update laurels.job_runs
set done = 0, total = $4
where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running';

-- name: leave_run
update laurels.job_runs
set state = $4, error = $5, next_attempt_at = now() + $6::interval,
    finished_at = case when $4 = 'failed' then now() end
where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running';

-- name: claim_run
select laurels.claim_job_run($1, $2, $3);
