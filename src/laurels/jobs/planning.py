"""What is due now, for whom: one look for all tenants, and the runs that come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from laurels.kit.db import Database, Raw
from laurels.kit.jobs import Daily, Job, all_jobs
from laurels.kit.time import zone

LOOK_BACK = timedelta(hours=25)
"""How far a first look goes back: the last period of whatever is daily, in every zone."""
OVERLAP = timedelta(minutes=10)
"""How far later looks go back, so that a look which came late or was cut off is made up for."""
AT_ONCE = 500
_PLAN = "select laurels.plan_job_runs($1, $2, $3, $4, $5, $6)"


@dataclass(frozen=True, slots=True)
class Due:
    """A job that is due in a period, for one tenant, for a time zone, or for everybody."""

    job: Job
    period: str
    moment: datetime
    zone: str | None = None
    tenant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that waits to be handed to the queue."""

    tenant_id: UUID
    id: UUID
    job: str


class Planner:
    """Looks what is due. It remembers its last look, so that most looks are at little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: datetime | None = None

    async def plan(self, now: datetime) -> int:
        """Whatever was due by now has a run; return how many runs are new.

        A period that passed while nothing was running is made up for once: the last one only.
        """
        since = now - LOOK_BACK if self._last is None else self._last - OVERLAP
        async with self._database.connection() as raw:
            zones = [row[0] for row in await raw.fetch("select laurels.list_time_zones()")]
            due = list(_due_by_zone(zones, since, now)) + await _due_by_tenant(raw, now)
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
        if job.waiting is not None:
            continue
        for name in zones:
            period, moment = job.schedule.latest(now, zone(name))
            if moment > since:
                yield Due(job, period, moment, zone=name)


async def _due_by_tenant(raw: Raw, now: datetime) -> list[Due]:
    """Return what is due for the tenants that have something waiting, and for them alone."""
    found: list[Due] = []
    zones: dict[UUID, str] = {}
    for job in all_jobs().values():
        if job.waiting is None:
            continue
        tenants = [row[0] for row in await raw.fetch(f"select laurels.{job.waiting}($1)", now)]
        if tenants and isinstance(job.schedule, Daily) and not zones:
            rows = await raw.fetch("select id, time_zone from laurels.list_tenants()")
            zones = {row["id"]: row["time_zone"] for row in rows}
        for tenant_id in tenants:
            period, moment = job.schedule.latest(now, zone(zones.get(tenant_id, "UTC")))
            found.append(Due(job, period, moment, tenant_id=tenant_id))
    return found


async def take_waiting(database: Database, *, limit: int = AT_ONCE) -> list[Waiting]:
    """Return runs that wait to be handed to the queue, at most `limit`; they are taken with it."""
    async with database.connection() as raw:
        rows = await raw.fetch("select tenant_id, id, job from laurels.take_job_runs($1)", limit)
    return [Waiting(*row) for row in rows]
