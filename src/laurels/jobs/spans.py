"""Spans of time as ISO 8601 writes them (`P14D`, `P1M`, `PT36H`), added to a moment.

Days, weeks, months and years are the calendar's: tomorrow at the same time of the tenant's clocks,
also when those are changed in between. Months clamp to the end of the month. Hours, minutes and
seconds are counted out.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SHAPE = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """So many months, days and seconds."""

    months: int
    days: int
    seconds: int

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the moment that lies this span after, in UTC. Raise ValueError past year 9999."""
        try:
            local = moment.astimezone(zone)
            year, month = divmod(local.year * 12 + local.month - 1 + self.months, 12)
            day = min(local.day, calendar.monthrange(year, month + 1)[1])
            local = local.replace(year=year, month=month + 1, day=day, fold=0)
            local += timedelta(days=self.days)
            return local.astimezone(UTC) + timedelta(seconds=self.seconds)
        except (OverflowError, calendar.IllegalMonthError, ValueError) as error:
            msg = "leads outside of the calendar"
            raise ValueError(msg) from error


def read_span(text: str) -> Span:
    """Return the span. Raise ValueError when it is none, or of no length."""
    found = _SHAPE.fullmatch(text)
    parts = [int(part or 0) for part in found.groups()] if found else []
    if not any(parts) or text.endswith("T"):
        msg = "is not a span of time such as `P14D`, `P1Y6M` or `PT36H`"
        raise ValueError(msg)
    years, months, weeks, days, hours, minutes, seconds = parts
    return Span(years * 12 + months, weeks * 7 + days, (hours * 60 + minutes) * 60 + seconds)
