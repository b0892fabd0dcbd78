"""Days: one rule for "N days", in every time zone, whatever the clocks there do."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laurels.kit.values.time import (
    FAR,
    end_of_days,
    end_of_more_days,
    local_date,
    since_days,
    start_of_day,
)

MOMENT = timedelta(microseconds=1)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
zones = st.sampled_from(ZONES).map(ZoneInfo)
spans = st.timedeltas(timedelta(0), timedelta(days=28_000))
moments = spans.map(datetime(1970, 1, 3, tzinfo=UTC).__add__)
modern = spans.map(datetime(2012, 1, 3, tzinfo=UTC).__add__)
"""Until 2011 clocks went back over midnight in a few places, and some had days that were not."""
numbers = st.integers(0, 36_500) | st.integers(0, 40)


@pytest.mark.parametrize(
    ("zone", "moment", "days", "end"),
    [
        ("UTC", "2026-03-02T12:00:00+00:00", 1, "2026-03-04T00:00:00+00:00"),
        ("UTC", "2026-03-02T00:00:00+00:00", 0, "2026-03-03T00:00:00+00:00"),
        # The hour does not matter: one minute into the day, or one before its end.
        ("UTC", "2026-03-02T00:01:00+00:00", 14, "2026-03-17T00:00:00+00:00"),
        ("UTC", "2026-03-02T23:59:59+00:00", 14, "2026-03-17T00:00:00+00:00"),
        # Into summer time: one hour less, out of it: one hour more. Days stay whole.
        ("Europe/Vienna", "2026-03-27T12:00:00+00:00", 1, "2026-03-28T23:00:00+00:00"),
        ("Europe/Vienna", "2026-03-27T12:00:00+00:00", 2, "2026-03-29T22:00:00+00:00"),
        ("Europe/Vienna", "2026-10-23T12:00:00+00:00", 1, "2026-10-24T22:00:00+00:00"),
        ("Europe/Vienna", "2026-10-23T12:00:00+00:00", 2, "2026-10-25T23:00:00+00:00"),
        # Which local day it is decides, not which day it is in Greenwich.
        ("Europe/Vienna", "2026-03-02T23:30:00+00:00", 1, "2026-03-04T23:00:00+00:00"),
        ("America/Los_Angeles", "2026-03-02T05:00:00+00:00", 1, "2026-03-03T08:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-03-02T12:00:00+00:00", 1, "2026-03-04T10:00:00+00:00"),
        ("Asia/Kathmandu", "2026-03-02T18:15:00+00:00", 1, "2026-03-04T18:15:00+00:00"),
        # A leap day counts as a day.
        ("UTC", "2028-02-28T12:00:00+00:00", 1, "2028-03-01T00:00:00+00:00"),
        ("UTC", "2026-03-02T12:00:00+00:00", 365, "2027-03-03T00:00:00+00:00"),
        # Where midnight does not exist the next day begins an hour later (Beirut, 00:00-01:00).
        ("Asia/Beirut", "2026-03-27T12:00:00+00:00", 1, "2026-03-28T22:00:00+00:00"),
        # Where midnight is twice, the first one counts (Havana falls back from 01:00 to 00:00).
        ("America/Havana", "2026-10-30T12:00:00+00:00", 1, "2026-11-01T04:00:00+00:00"),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", "2011-12-28T20:00:00+00:00", 1, "2011-12-30T10:00:00+00:00"),
    ],
)
def test_so_many_days_end_at_the_local_midnight_after_so_many_more_days(zone, moment, days, end):
    found = end_of_days(datetime.fromisoformat(moment), days, ZoneInfo(zone))

    assert found == datetime.fromisoformat(end)


def skipped(day: date, zone: ZoneInfo) -> bool:
    """Whether that day has no midnight there."""
    there = datetime.combine(day, time(), tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=zone) != there


@given(moments, numbers, zones)
def test_the_end_is_a_local_midnight_and_the_days_are_exact(moment, days, zone):
    end = end_of_days(moment, days, zone)

    last = local_date(moment, zone) + timedelta(days=days)
    assert local_date(end - MOMENT, zone) <= last < local_date(end, zone)
    if not skipped(last + timedelta(days=1), zone):
        assert end.astimezone(zone).time() == time()
        assert local_date(end, zone) - local_date(moment, zone) == timedelta(days=days + 1)


@given(modern, numbers, zones)
def test_the_hour_of_the_day_changes_nothing(moment, days, zone):
    day = local_date(moment, zone)
    first, last = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone) - MOMENT

    assert first <= moment <= last
    assert len({end_of_days(each, days, zone) for each in (first, moment, last)}) == 1


@given(modern, modern, numbers, zones)
def test_what_counts_for_so_many_days_counts_until_they_are_over(happened, now, days, zone):
    counts = happened >= since_days(now, days, zone)

    if local_date(happened, zone) == local_date(now, zone) - timedelta(days=days):
        assert counts
    assert counts is (now < end_of_days(happened, days, zone))


@given(modern, st.integers(1, 800), st.integers(1, 800), zones)
def test_days_that_follow_days_are_as_many_as_both(moment, days, more, zone):
    end = end_of_days(moment, days, zone)

    assert end_of_more_days(end, more, zone) == end_of_days(moment, days + more, zone)


def test_more_days_after_an_end_within_a_day_are_counted_from_that_day():
    vienna, end = ZoneInfo("Europe/Vienna"), datetime(2026, 3, 2, 15, tzinfo=UTC)

    assert end_of_more_days(end, 2, vienna) == datetime(2026, 3, 4, 23, tzinfo=UTC)


def test_a_day_beyond_the_calendar_is_later_than_anything():
    assert end_of_days(datetime(2026, 3, 2, tzinfo=UTC), 3_650_000, ZoneInfo("UTC")) == FAR


def test_the_examples_of_the_concept_page_are_true():
    page = Path(__file__).parents[2] / "docs/concepts/time.md"
    row = re.compile(r"^\| ([A-Z]\w+/\w+).* \| (.{16}) \| (.{10}) \| (\S+Z) \|$", re.MULTILINE)
    examples = row.findall(page.read_text())

    assert len(examples) == 5
    for zone, earned, last_day, lapse in examples:
        place = ZoneInfo(zone)
        end = end_of_days(datetime.fromisoformat(earned).replace(tzinfo=place), 30, place)
        assert (str(local_date(end - MOMENT, place)), end) == (
            last_day, datetime.fromisoformat(lapse),
        )  # fmt: skip
