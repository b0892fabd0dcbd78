"""What is due now, for whom: one look for all tenants, and the runs that come of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from laurels.kit.db.pool import Database, Raw
from laurels.kit.jobs import Every, Job, all_jobs
from laurels.kit.values.time import zone

UTC_ZONE = zone("UTC")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
"""How far later looks go back, so that a look which came late or was cut off is made up for."""
_PLAN = "select laurels.plan_job_runs($1, $2, $3, $4, $5, $6)"


@dataclass(frozen=True, slots=True)
class Due:
    """A job that is due in a period, for one tenant, for a time zone, or for everybody."""

    job: Job
    period: str
    moment: datetime
    zone: str | None = None
    tenant_id: UUID | None = None


class Planner:
    """Looks what is due. It remembers its last look, so that most looks are at little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: datetime | None = None

    async def plan(self, now: datetime) -> int:
        """Whatever was due by now has a run; return how many runs are new.

        Of the periods that passed while nothing was running the last one is made up for, or each
        that a job looks back to, where it is for periods.
        """
        since = LONG_AGO if self._last is None else self._last - OVERLAP
        async with self._database.connection() as raw:
            zones = [row[0] for row in await raw.fetch("select laurels.list_time_zones()")]
            due = list(_due_by_zone(zones, since, now))
            due += await _due_by_tenant(raw, zones, since, now)
            planned = await raw.fetchval(
                _PLAN,
                [each.job.name for each in due],
                [each.period for each in due],
                [each.moment for each in due],
                [each.job.business for each in due],
                [each.zone for each in due],
                [each.tenant_id for each in due],
            )
        self._last = now
        return planned


def _due_by_zone(zones: list[str], since: datetime, now: datetime) -> Iterator[Due]:
    for job in all_jobs().values():
        if job.waiting is None:
            yield from _missed(job, zones, since, now)


def _missed(job: Job, zones: list[str], since: datetime, now: datetime) -> Iterator[Due]:
    for name in zones:
        for period, moment in job.missed(since, now, zone(name)):
            yield Due(job, period, moment, zone=name)


async def _due_by_tenant(raw: Raw, zones: list[str], since: datetime, now: datetime) -> list[Due]:
    """Return what is due for the tenants that have something waiting, and for them alone.

    Of a job that follows the calendar nobody is asked unless it has just fallen due somewhere.
    """
    found: list[Due] = []
    homes: dict[UUID, str] = {}
    for job in all_jobs().values():
        if job.waiting is None:
            continue
        if isinstance(job.schedule, Every):
            period, moment = job.schedule.latest(now, UTC_ZONE)
            found += [
                Due(job, period, moment, tenant_id=each)
                for each in await _waiting(raw, job.waiting, now)
            ]
            continue
        asked: dict[datetime, dict[str, Due]] = defaultdict(dict)
        for each in _missed(job, zones, since, now):
            # What is for a period waits for it since it was due; anything else does by now.
            as_of = now if job.period_step is None else each.moment
            asked[as_of][each.zone or ""] = each
        for as_of, due in asked.items():
            if not homes:
                rows = await raw.fetch("select id, time_zone from laurels.list_tenants()")
                homes = {row["id"]: row["time_zone"] for row in rows}
            found += [
                replace(due[homes[tenant]], tenant_id=tenant)
                for tenant in await _waiting(raw, job.waiting, as_of)
                if homes.get(tenant) in due
            ]
    return found


async def _waiting(raw: Raw, function: str, now: datetime) -> list[UUID]:
    return [row[0] for row in await raw.fetch(f"select laurels.{function}($1)", now)]
