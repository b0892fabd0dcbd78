"""How segments do day by day, counted at night: who came and went, and what members did."""

from datetime import timedelta

from laurels.kit.db.sql import statements
from laurels.kit.values.time import local_date, start_of_day
from laurels.kit.work import Work

from .matching import values_of

SQL = statements(__name__)

LOOK_BACK_DAYS = 366
"""How many days are made up for when nights were missed, or nothing happened in them."""


async def count_days(work: Work) -> int:
    """Each segment has a row for every day up to yesterday; say how many are new.

    Nobody counts while nothing happens: those days are read as being like the last one
    (`queries.list_days`), and have their rows when something does.
    What a member bought counts for a segment from when they joined it to when they left. Days that
    were counted stay: a refund that comes later belongs to no day of the past.
    """
    zone = (await values_of(work)).zone
    today = local_date(work.now, zone)
    days = [today - timedelta(days=ago) for ago in range(LOOK_BACK_DAYS, 0, -1)]
    starts = [start_of_day(day, zone) for day in [*days, today]]
    rows = await work.fetch(SQL.count_days, work.tenant_id, days, starts[:-1], starts[1:], work.now)
    return len(rows)
