"""Time: stored in UTC, read from one clock per transaction, counted in the tenant's own days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import AppError, Invalid, refused

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing that Laurels books happened before this; older dates are slips of the pen."""

FAR = datetime.max.replace(tzinfo=UTC)
"""Later than anything: the end of what has none."""

FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of our clock an event may say it happened."""


def utc_now() -> datetime:
    """Return the present moment. Only entry points call this; operations read `work.now`."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name. Raise ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"`{name[:60]}` is not an IANA time zone such as `Europe/Vienna`"
        raise ValueError(msg) from error


def local_date(moment: datetime, time_zone: ZoneInfo) -> date:
    """Return the calendar day of a moment where the tenant is."""
    return moment.astimezone(time_zone).date()


def start_of_day(day: date, time_zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which a day begins where the tenant is: its midnight.

    A day whose midnight is skipped begins when the clocks go forward; of a midnight that comes
    twice the first one counts.
    """
    return datetime.combine(day, time(), tzinfo=time_zone).astimezone(UTC)


def end_of_days(moment: datetime, days: int, time_zone: ZoneInfo) -> datetime:
    """Return when a period of so many days is over that begins with what happened at this moment.

    This is the one rule for "N days": the day on which it happened is not counted, and the last one
    counts whole. So the period ends with the midnight after N more days, whatever the hour.
    """
    try:
        day = local_date(moment, time_zone) + timedelta(days=days + 1)
        return start_of_day(day, time_zone)
    except OverflowError:
        return FAR


def end_of_more_days(end: datetime, days: int, time_zone: ZoneInfo) -> datetime:
    """Return when so many more days are over that follow a period, given its end."""
    return end_of_days(end - timedelta(microseconds=1), days, time_zone)


def since_days(moment: datetime, days: int, time_zone: ZoneInfo) -> datetime:
    """Return since when things count that count for so many days: the rule, seen from its end.

    What happened at a moment `m` counts as long as `end_of_days(m)` has not come.
    """
    return start_of_day(local_date(moment, time_zone) - timedelta(days=days), time_zone)


def check_occurred_at(moment: datetime, now: datetime) -> datetime:
    """Return the moment in UTC when it may be booked. Raise ValueError, with the bounds, if not."""
    if moment.tzinfo is None:
        msg = "needs a time zone, for example `2026-03-01T12:00:00Z`"
        raise ValueError(msg)
    if moment < EARLIEST:
        msg = "is before 1970; check the year"
        raise ValueError(msg)
    if moment > now + FUTURE_TOLERANCE:
        msg = "is in the future; send the time it happened (at most 5 minutes ahead of our clock)"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def require_future(
    moment: datetime | None, now: datetime, *, field: str, error: type[AppError] = Invalid
) -> None:
    """Raise the error for an end that has come already; no end at all is one that never comes."""
    if moment is not None and moment <= now:
        words = f"is in the past; send a time after {now.isoformat(timespec='seconds')}"
        raise refused(error, field, words)
