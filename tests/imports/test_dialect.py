"""Numbers and dates as files write them, and what is said of those that cannot be read."""

import pytest

from laurels.imports.dialect import Dialect, moment, number
from laurels.imports.errors import RowInvalid


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.234,50", "1234.50"), ("1234,5", "1234.5"), ("12", "12"), ("-3,20", "-3.20"),
        ("1 234 567,89", "1234567.89"), ("1\u00a0234,00", "1234.00"), ("0,345", "0.345"),
    ],
)  # fmt: skip
def test_a_decimal_comma_becomes_a_point(written, read):
    assert number(written, "amount") == read


@pytest.mark.parametrize("written", ["12.50", "1,234.50", "1.23,4,5", "€ 5,00", ",5", "1.2345,0"])
def test_what_is_no_number_with_a_decimal_comma_is_refused(written):
    with pytest.raises(RowInvalid, match="decimal comma"):
        number(written, "amount")


@pytest.mark.parametrize(
    ("written", "day_first", "read"),
    [
        ("31.12.2025", True, "2025-12-31"), ("1/2/2025", True, "2025-02-01"),
        ("1/2/2025", False, "2025-01-02"), ("01-02-2025 09:30", True, "2025-02-01T09:30"),
        ("12/1/2010 8:26", False, "2010-12-01T08:26"),
        ("12/1/2010 12:05 AM", False, "2010-12-01T00:05"),
        ("12/1/2010 8:26:07 pm", False, "2010-12-01T20:26:07"), ("never", True, "never"),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_order_that_was_said(written, day_first, read):
    assert moment(written, "occurred_at", day_first=day_first) == read


@pytest.mark.parametrize(
    ("written", "day_first", "said"),
    [
        ("12/31/2025", True, "are the dates of the file day first"),
        ("31/12/2025", False, "are the dates of the file month first"),
        ("2025-12-31", True, "write it like `31.12.2025`"),
        ("31.12.25", True, "is not a date"), ("1/1/2025 13:00 PM", False, "no hour 13"),
    ],
)  # fmt: skip
def test_a_date_that_does_not_fit_says_what_was_expected(written, day_first, said):
    with pytest.raises(RowInvalid, match=said):
        moment(written, "occurred_at", day_first=day_first)


def test_only_the_columns_that_hold_numbers_and_moments_are_touched():
    dialect = Dialect(decimal_comma=True, dates="day-first")

    row = dialect.translate(
        ["1,5", "1,50", "03.04.2025", ""],
        {"external_id": 0, "amount": 1, "occurred_at": 2, "status": 3},
    )

    assert row == ["1,5", "1.50", "2025-04-03", ""]
