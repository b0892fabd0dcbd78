"""Time: stored in UTC, read from one clock per transaction, counted in the tenant's own days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import AppError, Invalid, refused

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing that Laurels books happened before this; older dates are slips of the pen."""

FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of our clock an event may say it happened."""


def utc_now() -> datetime:
    """Return the present moment. Only entry points call this; deeds read `work.now`."""
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


def check_occurred_at(moment: datetime, now: datetime) -> datetime:
    """Return the moment in UTC when it may be booked. Raise ValueError, with the bounds, if not."""
    if moment.tzinfo is None:
        msg = "needs a time zone, for example `2026-03-01T12:00:00Z`"
        raise ValueError(msg)
    if moment < EARLIEST:
        msg = "is before 1970; check the year"
        raise ValueError(msg)
    if moment > now + FUTURE_TOLERANCE:
        msg = "lies in the future; send the moment it happened (at most 5 minutes ahead of us)"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def require_future(
    moment: datetime | None, now: datetime, *, field: str, error: type[AppError] = Invalid
) -> None:
    """Raise the error for an end that has come already; no end at all is one that never comes."""
    if moment is not None and moment <= now:
        words = f"lies in the past; it is {now.isoformat(timespec='seconds')}, send a later moment"
        raise refused(error, field, words)
