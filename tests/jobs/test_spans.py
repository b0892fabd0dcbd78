"""Spans of time: days and months by the calendar of the tenant, hours counted out."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from laurels.jobs.spans import read_span

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        ("P14D", "2026-03-02T12:00Z", "2026-03-16T12:00Z"),
        ("P1W", "2026-03-02T12:00Z", "2026-03-09T12:00Z"),
        ("PT36H", "2026-03-02T12:00Z", "2026-03-04T00:00Z"),
        # A day over the change of the clocks has 23 or 25 hours; 24 hours have 24.
        ("P1D", "2026-03-28T11:00Z", "2026-03-29T10:00Z"),
        ("PT24H", "2026-03-28T11:00Z", "2026-03-29T11:00Z"),
        ("P1D", "2026-10-24T10:00Z", "2026-10-25T11:00Z"),
        # Months end where the month ends.
        ("P1M", "2026-01-31T11:00Z", "2026-02-28T11:00Z"),
        ("P1Y", "2028-02-29T11:00Z", "2029-02-28T11:00Z"),
        ("P1Y2M3DT4H5M6S", "2026-01-01T11:00Z", "2027-03-04T15:05:06Z"),
    ],
)
def test_a_span_is_added_as_the_tenant_counts(span, start, end):
    begin = datetime.fromisoformat(start).astimezone(UTC)

    assert read_span(span).after(begin, BERLIN) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "14D", "P-1D", "P0D", "P1.5D", "p1d", "PT1D"]
)
def test_what_is_no_span_is_refused(text):
    with pytest.raises(ValueError, match="not a span"):
        read_span(text)


@pytest.mark.parametrize("text", ["P9999Y", "P99999M", "P7999Y999999D"])
def test_a_span_out_of_the_calendar_is_refused(text):
    with pytest.raises(ValueError, match="outside of the calendar"):
        read_span(text).after(datetime(2026, 1, 1, tzinfo=UTC), BERLIN)


def test_the_longest_span_that_fits_stays_inside():
    assert read_span("P1000Y").after(datetime(2026, 1, 1, tzinfo=UTC), BERLIN).year == 3026
