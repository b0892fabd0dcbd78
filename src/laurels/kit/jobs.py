"""Scheduled work: a room declares its jobs, and the schedule stands on the function.

    @job("ledger.apply_due_lots", every=MINUTE, waiting="tenants_with_due_lots")
    async def apply_due_lots(work: Work, *, limit: int) -> int: ...

A job does at most `limit` things in one transaction of one tenant and says how many it did; as long
as it did that many it is called again. One that goes through all of something (`walk`) says where
it stopped, and goes on from there. One that is for a period (`each_period`) is told when that was
due, and has a run for every one, also for those that were missed. What runs when, for whom and with
which outcome is the business of the room `jobs`.
"""

from calendar import day_name, monthrange
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from inspect import getdoc
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from .work import Work

MINUTE = timedelta(minutes=1)
EVERYBODY = timedelta(hours=1)
"""What runs more often than this must know which tenants have something waiting."""


class Step(Protocol):
    """Do at most `limit` things; return how many were done, or a Stride with a result."""

    async def __call__(self, work: Work, *, limit: int) -> "int | Stride":
        """Do them."""
        ...


class NotYet(Exception):
    """Something else has to end first; a job that raises it is tried again in a minute."""


class Faulty(Exception):
    """A job found what a person must look at. Its run fails at once: trying again mends nothing."""


class Stride(NamedTuple):
    """How many things a step did, and the last of them: the next step goes on after it."""

    done: int
    last: UUID | None = None
    result: dict[str, Any] | None = None
    """What came of the run, when this was its last step."""


class Walk(Protocol):
    """Do at most `limit` things that come after this one; say how many and which was the last."""

    async def __call__(self, work: Work, *, limit: int, after: UUID | None) -> Stride:
        """Do them."""
        ...


class PeriodStep(Protocol):
    """Do at most `limit` things of the period that was due then; return how many were done."""

    async def __call__(self, work: Work, *, limit: int, due: datetime) -> int:
        """Do them."""
        ...


Long = Callable[[Any], Awaitable[dict[str, Any]]]
"""Carries out an attempt at a run (`jobs.Attempt`) and says what came of it."""
Count = Callable[[Work], Awaitable[int]]
"""Tells how many things there are to do in all, so that a run shows how far it is."""
NextDue = Callable[[Work], Awaitable[datetime | None]]
"""Tells the moment at which a tenant next has something due, also one that has passed."""


class _Calendar:
    """On some days of the tenant's own calendar, at one time of its clocks, once for each.

    A time that a day skips (clocks go forward) comes as much later as was skipped; of a time that
    a day has twice it is the first. Either way it is once a day, because the day is the period.
    """

    at: time

    def day_before(self, day: date) -> date:
        """Return the last day of the schedule that is this one or earlier."""
        raise NotImplementedError

    def day_after(self, day: date) -> date:
        """Return the first day of the schedule that is later than this one."""
        raise NotImplementedError

    def moment(self, day: date, zone: ZoneInfo) -> datetime:
        """Return the moment of this day at which it is due, in UTC."""
        return datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)

    def period(self, day: date) -> str:
        """Return the name of the period that this day stands for."""
        return day.isoformat()

    def latest(self, now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
        """Return the last period that was due by now, and when it was."""
        day = self.day_before(now.astimezone(zone).date())
        while self.moment(day, zone) > now:
            day = self.day_before(day - timedelta(days=1))
        return self.period(day), self.moment(day, zone)

    def following(self, now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
        """Return the next period that is due after now, and when it is."""
        # Where clocks go forward over midnight, a time of yesterday may come today.
        day = self.day_before(now.astimezone(zone).date() - timedelta(days=1))
        while self.moment(day, zone) <= now:
            day = self.day_after(day)
        return self.period(day), self.moment(day, zone)


@dataclass(frozen=True, slots=True)
class Daily(_Calendar):
    """Once on each day of the tenant's own calendar."""

    at: time

    def day_before(self, day: date) -> date:
        """Return the day itself."""
        return day

    def day_after(self, day: date) -> date:
        """Return the next day."""
        return day + timedelta(days=1)

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M} of the tenant's clock"

    @property
    def facts(self) -> dict[str, Any]:
        """Return it for whoever says it in a language of their own."""
        return {"kind": "daily", "at": f"{self.at:%H:%M}"}


@dataclass(frozen=True, slots=True)
class Weekly(_Calendar):
    """Once in each week of the tenant's own calendar, on this day: 0 is Monday."""

    weekday: int
    at: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            msg = f"there is no day {self.weekday} in a week"
            raise ValueError(msg)

    def day_before(self, day: date) -> date:
        """Return the last such weekday up to this day."""
        return day - timedelta(days=(day.weekday() - self.weekday) % 7)

    def day_after(self, day: date) -> date:
        """Return the next such weekday."""
        return self.day_before(day + timedelta(days=7))

    def period(self, day: date) -> str:
        """Return the ISO week, such as `2026-W48`."""
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"

    def __str__(self) -> str:
        return f"{day_name[self.weekday]}s at {self.at:%H:%M} of the tenant's clock"

    @property
    def facts(self) -> dict[str, Any]:
        """Return it for whoever says it in a language of their own."""
        return {"kind": "weekly", "at": f"{self.at:%H:%M}", "weekday": self.weekday + 1}


@dataclass(frozen=True, slots=True)
class Monthly(_Calendar):
    """Once in each month of the tenant's own calendar, on this day or the month's last one."""

    day: int
    at: time

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 31:
            msg = f"there is no day {self.day} in a month"
            raise ValueError(msg)

    def _in(self, year: int, month: int) -> date:
        return date(year, month, min(self.day, monthrange(year, month)[1]))

    def day_before(self, day: date) -> date:
        """Return the last such day up to this one."""
        day_found = self._in(day.year, day.month)
        if day_found <= day:
            return day_found
        last = day.replace(day=1) - timedelta(days=1)
        return self._in(last.year, last.month)

    def day_after(self, day: date) -> date:
        """Return the first such day after this one."""
        day_found = self._in(day.year, day.month)
        if day_found > day:
            return day_found
        following = day.replace(day=28) + timedelta(days=4)
        return self._in(following.year, following.month)

    def period(self, day: date) -> str:
        """Return the month, such as `2026-12`."""
        return f"{day:%Y-%m}"

    def __str__(self) -> str:
        return f"monthly on day {self.day} at {self.at:%H:%M} of the tenant's clock"

    @property
    def facts(self) -> dict[str, Any]:
        """Return it for whoever says it in a language of their own."""
        return {"kind": "monthly", "at": f"{self.at:%H:%M}", "day": self.day}


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after this span, counted from the beginning of 1970 in UTC."""

    span: timedelta

    def _floor(self, now: datetime) -> datetime:
        seconds = int(self.span.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)

    def latest(self, now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
        """Return the last period that was due by now, and when it was."""
        del zone  # The same everywhere.
        moment = self._floor(now)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}", moment

    def following(self, now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
        """Return the next period that is due after now, and when it is."""
        return self.latest(self._floor(now) + self.span, zone)

    def __str__(self) -> str:
        minutes = int(self.span.total_seconds()) // 60
        return "every minute" if minutes == 1 else f"every {minutes} minutes"

    @property
    def facts(self) -> dict[str, Any]:
        """Return it for whoever says it in a language of their own."""
        return {"kind": "every", "minutes": int(self.span.total_seconds()) // 60}


Schedule = Daily | Weekly | Monthly | Every


@dataclass(frozen=True, slots=True)
class Job:
    """Something that a room does by itself, and when."""

    name: str
    step: Step | None
    schedule: Schedule
    limit: int
    waiting: str | None
    next_due: NextDue | None
    business: bool
    walk: Walk | None = None
    count: Count | None = None
    look_back: timedelta | None = None
    """A period that was missed longer ago is not made up for; without it the last one always is."""
    long: Long | None = None
    """With this a run opens transactions of its own, one after the other."""
    period_step: PeriodStep | None = None
    """With this there is a run for each period that was missed, not for the last one alone."""

    @property
    def words(self) -> str:
        """What it does: the first line of its docstring."""
        return (getdoc(self.step or self.walk or self.period_step or self.long) or "").partition(
            "\n"
        )[0]

    async def stride(self, work: Work, *, after: UUID | None, due: datetime) -> Stride:
        """Do the next of it, at most `limit` things; say how many, and which was the last."""
        if self.walk is not None:
            return await self.walk(work, limit=self.limit, after=after)
        if self.period_step is not None:
            return Stride(await self.period_step(work, limit=self.limit, due=due))
        assert self.step is not None, "a job has a step, walks, or does a period"
        done = await self.step(work, limit=self.limit)
        return done if isinstance(done, Stride) else Stride(done)

    def missed(self, since: datetime, now: datetime, zone: ZoneInfo) -> list[tuple[str, datetime]]:
        """Return the periods to have a run that were due after `since` and by now, oldest first."""
        if self.look_back is not None:
            since = max(since, now - self.look_back)
        if self.period_step is None:
            last = self.schedule.latest(now, zone)
            return [last] if last[1] > since else []
        found: list[tuple[str, datetime]] = []
        period, moment = self.schedule.following(since, zone)
        while moment <= now:
            found.append((period, moment))
            period, moment = self.schedule.following(moment, zone)
        return found


_jobs: dict[str, Job] = {}


def job(
    name: str,
    *,
    daily: str | None = None,
    every: timedelta | Weekly | Monthly | None = None,
    limit: int = 1000,
    waiting: str | None = None,
    next_due: NextDue | None = None,
    business: bool = True,
    look_back: timedelta | None = None,
) -> Callable[[Step], Step]:
    """Register a step as a job: daily at "HH:MM" of the tenant's clock, every span, or on a day of
    every week or month.

    `waiting` names a SQL function of the time that tells which tenants have something to do; only
    they get a run. `business` says that the job follows the tenant's clock, which a test clock
    moves; then `next_due` tells where an advancing clock has to stop for it. The last period that
    was missed while no worker ran is made up for, unless it is older than `look_back`.
    """
    schedule = _schedule(daily, every)
    if isinstance(schedule, Every) and schedule.span < EVERYBODY and waiting is None:
        msg = f"{name} runs for every tenant each {schedule.span}; say who has something waiting"
        raise ValueError(msg)
    if isinstance(schedule, Every) and business and next_due is None:
        msg = f"{name} follows the tenant's clock; say when it is next due"
        raise ValueError(msg)

    def register(step: Step) -> Step:
        _add(Job(name, step, schedule, limit, waiting, next_due, business, look_back=look_back))
        return step

    return register


def walk(
    name: str,
    *,
    daily: str,
    count: Count,
    limit: int = 1000,
    waiting: str | None = None,
    business: bool = True,
) -> Callable[[Walk], Walk]:
    """Register a job that goes daily through all of something, `limit` of them in a step.

    A run that breaks off begins again at the first one, so doing one twice must do no harm.
    """
    schedule = _schedule(daily, None)

    def register(stride: Walk) -> Walk:
        _add(Job(name, None, schedule, limit, waiting, None, business, stride, count))
        return stride

    return register


def long_job(name: str, *, every: timedelta, waiting: str) -> Callable[[Long], Long]:
    """Register a job whose run opens transactions of its own and looks when it is to stop.

    It keeps to the real time. `waiting` is as of `job`.
    """

    def register(long: Long) -> Long:
        _add(Job(name, None, Every(every), 1, waiting, None, business=False, long=long))
        return long

    return register


def each_period(
    name: str,
    *,
    every: Weekly | Monthly | None = None,
    daily: str | None = None,
    look_back: timedelta,
    limit: int = 1000,
    waiting: str | None = None,
    business: bool = True,
) -> Callable[[PeriodStep], PeriodStep]:
    """Register a job that is for a period: it has a run for each one, and is told when it was due.

    What was missed while no worker ran is made up for as far back as `look_back` says, in its
    order. `waiting` is asked about the moment at which each of these periods was due.
    """
    schedule = _schedule(daily, every)

    def register(step: PeriodStep) -> PeriodStep:
        _add(
            Job(
                name,
                None,
                schedule,
                limit,
                waiting,
                None,
                business,
                look_back=look_back,
                period_step=step,
            )
        )
        return step

    return register


def _add(job: Job) -> None:
    if job.name in _jobs:
        msg = f"there are two jobs `{job.name}`"
        raise ValueError(msg)
    _jobs[job.name] = job


def _schedule(daily: str | None, every: timedelta | Weekly | Monthly | None) -> Schedule:
    if (daily is None) == (every is None):
        msg = "a job is either daily or every so often"
        raise ValueError(msg)
    if every is None:
        return Daily(time.fromisoformat(daily or ""))
    return Every(every) if isinstance(every, timedelta) else every


def all_jobs() -> dict[str, Job]:
    """Return the registered jobs by name, in alphabetical order."""
    return dict(sorted(_jobs.items()))
