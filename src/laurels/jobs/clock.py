"""The test clock: it stands still until it is moved, forward only, which runs what falls due.

The route only says where the clock is to go. A run of its own takes it there, from one moment at
which something is due to the next: the clock is set to that moment, what is due is done, and so on.
A run that breaks off is gone on with where the clock stands; nothing is done twice, because every
period has one run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from laurels import audit, tenants
from laurels.kit.db.sql import statements
from laurels.kit.jobs import Every, Job, all_jobs
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import utc_now, zone
from laurels.kit.work import Work, open_work

from .errors import ClockMoving, ClockTargetInvalid, NotATestTenant
from .queries import RunView, find_run
from .running import LONG, Attempt, Stopped, carry_out_at
from .spans import read_span

SQL = statements(__name__)

JOB = "test_clock.advance"
MAX_ADVANCE = timedelta(days=5 * 366)
FARTHEST = timedelta(days=50 * 366)
MAX_STOPS = 1_000_000


@dataclass(frozen=True, slots=True)
class ClockView:
    """Where a test clock stands, where it is going if it is, and the run that moves it."""

    now: datetime
    target: datetime | None
    run: RunView | None


@dataclass(frozen=True, slots=True)
class Due:
    """A job that would be due on the way; `runs` is None where it runs as things fall due."""

    job: str
    description: str
    first_at: datetime
    runs: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would fall due between two moments."""

    now: datetime
    target: datetime
    due: list[Due]


@dataclass(frozen=True, slots=True)
class _Stop:
    """A moment at which the clock stands while what is due is done."""

    now: datetime
    target: datetime
    jobs: list[tuple[Job, str]]


async def clock_of(work: Work) -> ClockView | None:
    """Return the tenant's test clock, None while its time is the real one."""
    row = await work.fetchrow(SQL.find_clock, work.tenant_id)
    if row is None:
        return None
    return ClockView(row["now"], row["target"], await find_run(work, row["run_id"]))


async def advance(work: Work, span: str) -> ClockView:
    """The clock is on its way to the moment that lies this span (`P14D`) ahead.

    Raise NotATestTenant, ClockMoving or ClockTargetInvalid.
    """
    tenant = await _require_test(work)
    now, _ = await _lock(work)
    target = _after(now, span, zone(tenant.time_zone))
    return await _send(work, now, target, field="advance")


async def set_to(work: Work, target: datetime) -> ClockView:
    """The clock is on its way to this moment; it stays where it is when it is there already.

    Raise NotATestTenant, ClockMoving or ClockTargetInvalid.
    """
    await _require_test(work)
    now, exists = await _lock(work)
    if exists and target == now:
        return ClockView(now, None, None)
    return await _send(work, now, target, field="now")


async def preview(work: Work, *, span: str | None, target: datetime | None) -> Preview:
    """Return what would fall due, as far as it is known now, if the clock were moved there.

    What falls due because of what happens on the way is not foreseen. Raise NotATestTenant or
    ClockTargetInvalid.
    """
    tenant = await _require_test(work)
    place, now = zone(tenant.time_zone), work.now
    if target is None:
        target = _after(now, span or "", place)
    _check(now, target, field="now" if span is None else "advance")
    found: list[Due] = []
    for job in _as_it_happens():
        moment = await job.next_due(work) if job.next_due is not None else None
        if moment is not None and moment <= target:
            found.append(Due(job.name, job.words, max(moment, now), None))
    for job in _by_calendar():
        runs, first = 0, None
        _, moment = job.schedule.following(now, place)
        while moment <= target:
            runs, first = runs + 1, first or moment
            _, moment = job.schedule.following(moment, place)
        if first is not None:
            found.append(Due(job.name, job.words, first, runs))
    return Preview(now, target, sorted(found, key=lambda each: (each.first_at, each.job)))


def _after(now: datetime, span: str, place: ZoneInfo) -> datetime:
    try:
        return read_span(span).after(now, place)
    except ValueError as error:
        raise ClockTargetInvalid(f"`{span[:40]}` {error}.", field="advance") from None


async def _require_test(work: Work) -> tenants.TenantView:
    tenant = await tenants.require_active(work)
    if not tenant.test:
        raise NotATestTenant
    return tenant


async def _lock(work: Work) -> tuple[datetime, bool]:
    """Return the tenant's present and whether it has a clock; who would move it comes in turn."""
    # The tenant's row stands for the clock, which may not be there yet.
    await work.fetch("select 1 from laurels.tenants where id = $1 for update", work.tenant_id)
    row = await work.fetchrow(SQL.lock_clock, work.tenant_id)
    if row is None:
        return work.now, False
    if row["target"] is not None:
        raise ClockMoving(target=row["target"].isoformat())
    return row["now"], True


async def _send(work: Work, now: datetime, target: datetime, *, field: str) -> ClockView:
    """Set out: the clock knows its target, and a run waits that takes it there."""
    _check(now, target, field=field)
    run_id = new_id()
    await work.fetch(
        SQL.make_clock_run,
        work.tenant_id,
        run_id,
        JOB,
        f"{now.isoformat()}/{target.isoformat()}",
        now,
        int(target.timestamp()) - int(now.timestamp()),
    )
    await work.fetch(SQL.send_clock, work.tenant_id, now, target, run_id)
    await audit.record(
        work,
        "test_clock.advanced",
        "tenant",
        work.tenant_id,
        before={"now": now},
        after={"now": target},
    )
    return ClockView(now, target, await find_run(work, run_id))


def _check(now: datetime, target: datetime, *, field: str) -> None:
    if target <= now:
        msg = f"A clock goes forward only, and it stands at {now.isoformat()}."
        raise ClockTargetInvalid(msg, field=field)
    if target - now > MAX_ADVANCE:
        msg = "A clock is moved by five years at most at a time; move it in several steps."
        raise ClockTargetInvalid(msg, field=field)
    if target - utc_now() > FARTHEST:
        msg = "A clock goes fifty years ahead of the real time at most."
        raise ClockTargetInvalid(msg, field=field)


# On the way ---------------------------------------------------------------------------------


async def _travel(attempt: Attempt) -> dict[str, Any]:
    """Take the clock to its target; return how many runs of each job fell due on the way."""
    database, tenant_id = attempt.database, attempt.tenant_id
    async with open_work(database, tenant_id=tenant_id) as work:
        stop = await _stand(work, attempt.run)
    for _ in range(MAX_STOPS):
        if stop is None:
            break
        for job, period in stop.jobs:
            await carry_out_at(database, tenant_id, job, period=period, moment=stop.now)
        async with open_work(database, tenant_id=tenant_id) as work:
            await _move_on(work, attempt, stop)
            stop = await _stand(work, attempt.run)
        if stop is not None and attempt.stopping():
            raise Stopped
    async with open_work(database, tenant_id=tenant_id) as work:
        return await _what_ran(work, attempt.run)


LONG[JOB] = _travel


async def _stand(work: Work, run: RunView) -> _Stop | None:
    """Return where the clock stands and what is due there; None when it has arrived."""
    row = await work.fetchrow(SQL.find_moving_clock, work.tenant_id, run.id)
    if row is None:
        return None
    tenant = await tenants.current(work)
    now: datetime = row["now"]
    due: list[tuple[Job, str]] = []
    for job in _as_it_happens():
        moment = await job.next_due(work) if job.next_due is not None else None
        if moment is not None and moment <= now:
            due.append((job, now.isoformat()))
    for job in _by_calendar():
        period, moment = job.schedule.latest(now, zone(tenant.time_zone))
        if moment == now:
            due.append((job, period))
    return _Stop(now, row["target"], due)


def _as_it_happens() -> list[Job]:
    """Return the jobs that look every so often whether something has fallen due."""
    return [job for job in all_jobs().values() if job.business and isinstance(job.schedule, Every)]


def _by_calendar() -> list[Job]:
    """Return the jobs that follow the tenant's days, weeks and months."""
    return [
        job for job in all_jobs().values() if job.business and not isinstance(job.schedule, Every)
    ]


async def _move_on(work: Work, attempt: Attempt, stop: _Stop) -> None:
    """The clock stands where something is due next, at most at its target; there it has arrived."""
    if stop.now >= stop.target:
        await attempt.beat(work)
        await work.fetch(SQL.stop_clock, work.tenant_id, attempt.run.id)
        return
    following = await _next_stop(work, stop)
    await attempt.beat(work, done=int(following.timestamp()) - int(stop.now.timestamp()))
    await work.fetch(SQL.move_clock, work.tenant_id, attempt.run.id, following)


async def _next_stop(work: Work, stop: _Stop) -> datetime:
    """Return the first moment after this one at which something is due, at most the target."""
    tenant = await tenants.current(work)
    place = zone(tenant.time_zone)
    moments = [stop.target]
    moments += [job.schedule.following(stop.now, place)[1] for job in _by_calendar()]
    for job in _as_it_happens():
        due = await job.next_due(work) if job.next_due is not None else None
        if due is not None and due > stop.now:
            # The minute in which a worker would have found it, had time gone by itself.
            _, before = job.schedule.latest(due, place)
            moments.append(due if before == due else job.schedule.following(due, place)[1])
    return min(moments)


async def _what_ran(work: Work, run: RunView) -> dict[str, Any]:
    start, _, target = run.period.partition("/")
    rows = await work.fetch(
        SQL.count_clock_runs,
        work.tenant_id,
        datetime.fromisoformat(start),
        datetime.fromisoformat(target),
    )
    return {row["job"]: {"runs": row["runs"], "done": row["done"]} for row in rows}
