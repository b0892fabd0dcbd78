"""When a job is due: once on each local day, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from laurels.kit.jobs import Daily, Every, Monthly, Weekly, all_jobs, job
from laurels.kit.work import Work

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NUUK = ZoneInfo("America/Nuuk")
"""Where clocks go forward from 23:00 to 00:00 of the next day."""
HALF_PAST_TWO = Daily(time(2, 30))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "day", "due"),
    [
        # A usual day, in winter and in summer.
        (BERLIN, "2026-01-15", "2026-01-15T01:30Z"),
        (BERLIN, "2026-07-15", "2026-07-15T00:30Z"),
        (NEW_YORK, "2026-01-15", "2026-01-15T07:30Z"),
        # 02:30 does not exist: an hour later, at 03:30 of the summer time.
        (BERLIN, "2026-03-29", "2026-03-29T01:30Z"),
        (NEW_YORK, "2026-03-08", "2026-03-08T07:30Z"),
        # 02:30 exists twice: the first of both.
        (BERLIN, "2026-10-25", "2026-10-25T00:30Z"),
        # In New York the clocks go back from 02:00 to 01:00; 02:30 is there once.
        (NEW_YORK, "2026-11-01", "2026-11-01T07:30Z"),
    ],
)
def test_a_time_that_is_skipped_or_doubled_comes_once(zone, day, due):
    assert HALF_PAST_TWO.moment(date.fromisoformat(day), zone) == moment(due)


@pytest.mark.parametrize(
    "zone", [BERLIN, NEW_YORK, NUUK, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
)
@pytest.mark.parametrize("at", [time(0, 0), time(1, 30), time(2, 30), time(23, 59)])
def test_minute_by_minute_each_day_of_a_year_comes_once(zone, at):
    schedule, now = Daily(at), datetime(2026, 1, 1, tzinfo=UTC)
    seen: list[str] = []

    while now < datetime(2027, 1, 1, tzinfo=UTC):
        period, due = schedule.latest(now, zone)
        assert due <= now < schedule.following(now, zone)[1]
        if not seen or seen[-1] != period:
            seen.append(period)
        now += timedelta(minutes=10)

    first = date.fromisoformat(seen[0])
    assert seen == [(first + timedelta(days=n)).isoformat() for n in range(len(seen))]
    assert len(seen) in {365, 366}


def test_the_following_period_is_the_next_latest():
    now = moment("2026-03-28T12:00Z")

    for _ in range(5):
        period, due = HALF_PAST_TWO.following(now, BERLIN)
        assert HALF_PAST_TWO.latest(due, BERLIN) == (period, due)
        assert HALF_PAST_TWO.latest(due - timedelta(seconds=1), BERLIN)[0] < period
        now = due


@pytest.mark.parametrize(
    ("schedule", "now", "latest", "following"),
    [
        (Weekly(0, time(9)), "2026-11-27T12:00Z", ("2026-W48", "2026-11-23T08:00Z"),
         ("2026-W49", "2026-11-30T08:00Z")),
        (Weekly(0, time(9)), "2026-11-23T07:59Z", ("2026-W47", "2026-11-16T08:00Z"),
         ("2026-W48", "2026-11-23T08:00Z")),
        (Weekly(6, time(2, 30)), "2026-03-29T12:00Z", ("2026-W13", "2026-03-29T01:30Z"),
         ("2026-W14", "2026-04-05T00:30Z")),
        (Weekly(4, time(0)), "2027-01-01T12:00Z", ("2026-W53", "2026-12-31T23:00Z"),
         ("2027-W01", "2027-01-07T23:00Z")),
        (Monthly(1, time(9)), "2026-03-01T08:00Z", ("2026-03", "2026-03-01T08:00Z"),
         ("2026-04", "2026-04-01T07:00Z")),
        (Monthly(31, time(0)), "2026-02-28T12:00Z", ("2026-02", "2026-02-27T23:00Z"),
         ("2026-03", "2026-03-30T22:00Z")),
        (Monthly(29, time(0)), "2028-02-28T12:00Z", ("2028-01", "2028-01-28T23:00Z"),
         ("2028-02", "2028-02-28T23:00Z")),
        (Monthly(15, time(9)), "2026-12-20T12:00Z", ("2026-12", "2026-12-15T08:00Z"),
         ("2027-01", "2027-01-15T08:00Z")),
    ],
)  # fmt: skip
def test_weeks_and_months_of_the_tenants_calendar(schedule, now, latest, following):
    assert schedule.latest(moment(now), BERLIN) == (latest[0], moment(latest[1]))
    assert schedule.following(moment(now), BERLIN) == (following[0], moment(following[1]))


@pytest.mark.parametrize("schedule", [Daily(time(23, 30)), Weekly(5, time(23, 30)),
                                      Monthly(28, time(23, 30))])  # fmt: skip
def test_a_time_that_clocks_skip_over_midnight_belongs_to_the_day_before(schedule):
    due = moment("2026-03-29T01:30Z")  # 00:30 of Sunday there, for 23:30 of Saturday.
    before, after = due - timedelta(minutes=20), due + timedelta(minutes=20)

    latest, at = schedule.latest(before, NUUK)
    following, then = schedule.following(before, NUUK)

    assert at <= before
    assert then == due
    assert schedule.latest(after, NUUK) == (following, due)
    assert latest < following


def test_a_job_for_periods_has_each_and_any_other_the_last(by_month):
    now = moment("2026-05-05T00:00Z")
    each = all_jobs()["kit.by_month"]
    last = replace(each, period_step=None, step=_nothing)

    found = each.missed(moment("2026-01-01T00:00Z"), now, BERLIN)

    # The last day of January lies before what it looks back to: 93 days.
    assert [period for period, _ in found] == ["2026-02", "2026-03", "2026-04"]
    assert [due for _, due in found] == sorted(due for _, due in found)
    assert last.missed(moment("2026-01-01T00:00Z"), now, BERLIN) == found[-1:]
    assert last.missed(found[-1][1], now, BERLIN) == each.missed(found[-1][1], now, BERLIN) == []


@pytest.mark.parametrize("schedule", [Weekly(2, time(2, 30)), Monthly(30, time(2, 30))])
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, ZoneInfo("Pacific/Apia")])
def test_each_week_and_month_of_three_years_comes_once(schedule, zone):
    now, seen = datetime(2026, 1, 1, tzinfo=UTC), []

    while now < datetime(2029, 1, 1, tzinfo=UTC):
        period, due = schedule.latest(now, zone)
        assert due <= now < schedule.following(now, zone)[1]
        if not seen or seen[-1] != period:
            seen.append(period)
        now += timedelta(hours=1)

    assert len(seen) == len(set(seen))
    assert len(seen) in ({157, 158} if isinstance(schedule, Weekly) else {37})


def test_every_so_often_is_counted_in_utc():
    ten = Every(timedelta(minutes=10))

    assert ten.latest(moment("2026-03-29T01:09:59Z"), BERLIN) == (
        "2026-03-29T01:00:00Z",
        moment("2026-03-29T01:00Z"),
    )
    assert ten.following(moment("2026-03-29T01:10Z"), BERLIN)[0] == "2026-03-29T01:20:00Z"
    assert str(ten) == "every 10 minutes"


async def _nothing(work: Work, *, limit: int) -> int:
    """Do nothing."""
    return 0 * limit


@pytest.mark.parametrize(
    "declared",
    [
        {},
        {"daily": "03:00", "every": timedelta(hours=2)},
        # Thousands of tenants must not each have a run a minute.
        {"every": timedelta(minutes=1), "business": False},
        # An advancing clock would not know where to stop.
        {"every": timedelta(minutes=1), "waiting": "tenants_with_due_lots"},
        {"daily": "25:00"},
        {"every": Monthly(1, time(9)), "daily": "09:00"},
    ],
)
def test_a_schedule_that_cannot_be_is_refused(declared):
    with pytest.raises(ValueError, match=r".+"):
        job("kit.never", **declared)(_nothing)

    assert "kit.never" not in all_jobs()


@pytest.mark.parametrize(
    ("schedule", "day"), [(Weekly, 7), (Weekly, -1), (Monthly, 0), (Monthly, 32)]
)
def test_a_day_that_no_week_or_month_has_is_refused(schedule, day):
    with pytest.raises(ValueError, match="there is no day"):
        schedule(day, time(9))


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="two jobs"):
        job("ledger.close_the_day", daily="03:00")(_nothing)


def test_every_job_is_named_after_a_room_and_says_what_it_does():
    from laurels import domains

    for name, found in all_jobs().items():
        assert name.partition(".")[0] in {*domains.ROOMS, "kit"}
        assert found.words.endswith("."), name
