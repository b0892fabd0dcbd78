"""Birthdays: celebrated once a year, on the tenant's own day, also when a day was missed.

A birthday is an activity that nobody reports, so that it has an id, a why and an undoing like any
other. Its natural key is the member and the year.

Somebody who changes their date of birth cannot have a second one: there are at least 365 days
between two, and one in a calendar year. Who was born on February 29 celebrates on February 28 in
other years.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels import activities, earning, members, tenants
from laurels.activities import NewActivity
from laurels.events import emit
from laurels.events.catalogue.activities import MemberBirthday
from laurels.kit.values.ids import encode
from laurels.kit.values.time import local_date, start_of_day, zone
from laurels.kit.work import Work

DAYS_MADE_UP_FOR = 7
"""How many days that were missed, because nothing ran, are made up for."""
DAYS_BETWEEN = 365
"""At least so many days lie between two; between two true birthdays there never are fewer."""
PAGE = 1000


async def celebrate(work: Work, *, limit: int) -> int:
    """Whose birthday it is, or was in the last days, has celebrated it; say how many did now.

    Each has earned what rules say that listen to `member.birthday`, dated at the beginning of
    their day (or at their enrolment, if that was later on that day).
    """
    place = zone((await tenants.current(work)).time_zone)
    notice = (await tenants.read(work, earning.EarningSettings)).birthday_known_days
    days = days_until(local_date(work.now, place))
    done = 0
    last: UUID | None = None
    while done < limit:
        born = await members.list_born_on(work, list(days), after=last, limit=PAGE)
        birthdays = [
            Birthday(row["id"], day, max(start_of_day(day, place), row["enrolled_at"]))
            for row in born
            if was_known(row, day := days[born_on(row["birthday"])], place, notice)
        ]
        birthdays = await _without_those_who_have(work, birthdays, place)
        done += await _celebrate(work, birthdays[: limit - done])
        if len(born) < PAGE:
            break
        last = born[-1]["id"]
    return done


@dataclass(frozen=True, slots=True)
class Birthday:
    """Somebody's day, and the moment in it from which it counts."""

    member_id: UUID
    day: date
    starts_at: datetime


def born_on(day: date) -> int:
    """Return the day of the year, as `month * 100 + day`."""
    return day.month * 100 + day.day


def days_until(today: date) -> dict[int, date]:
    """Return the days that are looked at, by the days of birth that are celebrated on them."""
    days: dict[int, date] = {}
    for ago in range(DAYS_MADE_UP_FOR, -1, -1):
        day = today - timedelta(days=ago)
        days[born_on(day)] = day
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            days[229] = day
    return days


def was_known(row: dict[str, Any], day: date, place: ZoneInfo, notice: int) -> bool:
    """Whether a member who was born on such a day was one by then, and had told it in time."""
    known: date = local_date(row["known_at"], place)
    enrolled: date = local_date(row["enrolled_at"], place)
    return row["birthday"] < day and enrolled <= day and known + timedelta(days=notice) <= day


def is_too_soon(day: date, last: date | None) -> bool:
    """Whether somebody who celebrated last on that day cannot celebrate again on this one."""
    if last is None:
        return False
    return last.year == day.year or last > day - timedelta(days=DAYS_BETWEEN)


async def _without_those_who_have(
    work: Work, birthdays: list[Birthday], place: ZoneInfo
) -> list[Birthday]:
    """Leave out who celebrated not long ago, whatever became of that."""
    if not birthdays:
        return []
    first = min(birthday.day for birthday in birthdays) - timedelta(days=DAYS_BETWEEN + 1)
    lately = await activities.celebrated(
        work,
        [birthday.member_id for birthday in birthdays],
        kind=activities.BIRTHDAY,
        since=start_of_day(first, place),
    )
    last = {member_id: local_date(moment, place) for member_id, moment in lately.items()}
    return [
        birthday
        for birthday in birthdays
        if not is_too_soon(birthday.day, last.get(birthday.member_id))
    ]


async def _celebrate(work: Work, birthdays: Sequence[Birthday]) -> int:
    """They have celebrated, each once; say how many had not before."""
    present = await members.lock_present(work, [birthday.member_id for birthday in birthdays])
    # Whoever was merged or archived since we looked does not celebrate for themselves.
    birthdays = [
        birthday
        for birthday in birthdays
        if present[birthday.member_id] == members.Present(birthday.member_id, "active")
    ]
    recorded = await activities.record(
        work,
        [
            NewActivity(
                kind=activities.BIRTHDAY,
                source=activities.OURS,
                external_id=f"{encode('member', birthday.member_id)}:{birthday.day.year}",
                doer_id=birthday.member_id,
                occurred_at=birthday.starts_at,
            )
            for birthday in birthdays
        ],
    )
    occurrences = [
        earning.Occurrence(
            subject_id=outcome.id,
            member_id=birthday.member_id,
            occurred_at=birthday.starts_at,
            facts={},
        )
        for birthday, outcome in zip(birthdays, recorded, strict=True)
        if isinstance(outcome, activities.Recorded) and outcome.new
    ]
    awards = await earning.award(work, MemberBirthday.name, occurrences)
    emit(
        work,
        [
            MemberBirthday(
                birthday.member_id, birthday.occurred_at, birthday.subject_id, award.points
            )
            for birthday, award in zip(occurrences, awards, strict=True)
        ],
    )
    return len(occurrences)
