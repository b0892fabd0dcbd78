"""From cells to what the books take: tables of examples."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from laurels.imports.errors import RowInvalid
from laurels.imports.lines import parse_lines
from laurels.imports.parsing import (
    PURCHASE_COLUMNS,
    Reading,
    RefundRow,
    amount_of,
    member_of,
    moment_of,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACES = {name: place for place, name in enumerate(PURCHASE_COLUMNS)}
GOOD = {
    "external_id": "1", "member": "m", "occurred_at": "2026-03-01", "amount": "5",
    "currency": "USD",
}  # fmt: skip


def read(**cells):
    """Read a row made of good cells and these."""
    reading = Reading(PLACES, "shop", "USD", ZoneInfo("UTC"), NOW)
    row = GOOD | cells
    return reading.purchase([row.get(name, "") for name in PURCHASE_COLUMNS])


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12.50", "12.50"), ("0", "0"), ("0.00", "0.00"), ("1234567890123456", "1234567890123456")],
)
def test_amounts(text, amount):
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "-0", "+1", "1,50", "1,234.50", "$5", "1e3", "NaN", "inf", "1_0", "٣", ".5"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_the_column_and_a_remedy(text):
    with pytest.raises(RowInvalid) as caught:
        amount_of(text)

    assert caught.value.fields[0].field == "amount"
    assert "1234.50" in caught.value.message or "zero or more" in caught.value.message


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-03-01", "UTC", datetime(2026, 3, 1, tzinfo=UTC)),
        ("20260301", "UTC", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01", "Europe/Vienna", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2025-07-01", "America/New_York", datetime(2025, 7, 1, 4, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", "Europe/Vienna", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01 12:00:00+02:00", "UTC", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T12:00", "Europe/Vienna", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        # On this day the clocks of São Paulo went from 23:59 to 1:00.
        ("2018-11-04", "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_start_where_the_tenant_is(text, zone, moment):
    assert moment_of(text, ZoneInfo(zone), NOW) == moment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("yesterday", "not a date"),
        ("01.03.2026", "not a date"),
        ("2026-02-30", "not a date"),
        ("2026-0301", "not a date"),
        ("2026-03-01T25:00", "not a date"),
        ("9999-12-31", "year 9999 is in the future"),
        ("9999-12-31T23:59:59-12:00", "year 9999 is in the future"),
        ("0001-01-01", "year 1 is before 1970"),
        ("1969-12-31", "before 1970"),
    ],
)
def test_what_is_no_date_is_refused(text, words):
    with pytest.raises(RowInvalid, match=words) as caught:
        moment_of(text, ZoneInfo("Asia/Tokyo"), NOW)

    assert caught.value.fields[0].field == "occurred_at"


def test_a_row_becomes_a_purchase():
    item = read(status="Pending", channel="online", payment_method="card", note="n",
                lines='[{"sku": "A", "quantity": 2, "unit_price": 2.5}]')  # fmt: skip

    assert (item.external_id, item.member, item.source) == ("1", "m", "shop")
    assert (item.amount, item.currency, item.status) == (Decimal(5), "USD", "pending")
    assert item.occurred_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (item.channel, item.payment_method, item.note) == ("online", "card", "n")
    assert [(line.sku, line.amount) for line in item.lines] == [("A", Decimal("5.0"))]


def test_defaults_are_a_completed_purchase_of_a_guest():
    item = read(member="")

    assert (item.member, item.status, list(item.lines)) == (None, "completed", [])


def test_a_row_with_refund_of_is_a_refund_and_without_an_amount_of_all_that_is_left():
    assert read(refund_of="7", amount="2.50") == RefundRow(
        "7", "1", Decimal("2.50"), datetime(2026, 3, 1, tzinfo=UTC), member="m"
    )
    assert read(refund_of="7", amount="", currency="").amount is None


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 129}, "external_id"),
        ({"member": "x" * 129}, "member"),
        ({"currency": ""}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"status": "done"}, "status"),
        ({"payment_method": "gold"}, "payment_method"),
        ({"channel": "x" * 65}, "channel"),
        ({"note": "x" * 1001}, "note"),
        ({"lines": "{"}, "lines"),
        ({"refund_of": "7", "amount": "-5"}, "amount"),
        ({"refund_of": "7", "currency": "EUR"}, "currency"),
        ({"refund_of": "x" * 129}, "refund_of"),
    ],
)
def test_a_bad_cell_is_refused_by_the_name_of_its_column(cells, field):
    with pytest.raises(RowInvalid) as caught:
        read(**cells)

    assert caught.value.fields[0].field == field


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "not a JSON array"),
        ("[1]", "line 1 is not an object"),
        ('[{"unit_price": 1}, {"price": 1}]', "line 2 has unknown `price`"),
        ("[{}]", "has no unit_price"),
        ('[{"unit_price": -1}]', "0 or more"),
        ('[{"unit_price": NaN}]', "not a JSON number"),
        ('[{"unit_price": 1e9999999999999999999}]', "exponent"),
        ('[{"unit_price": 1, "unit_price": 2}]', "appears twice"),
        ('[{"unit_price": "x"}]', "not a number"),
        ('[{"unit_price": 1e99}]', "below"),
        ('[{"unit_price": 0.00001}]', "4 decimal places"),
        ('[{"unit_price": 1, "quantity": 0}]', "quantity is zero"),
        ('[{"unit_price": 1, "sku": "\\u0000"}]', "line 1: sku contains a null byte"),
        ('[{"unit_price": 1, "sku": "\\ud800"}]', "line 1: sku contains half"),
        ('[{"unit_price": 1, "sku": "A\\u200b"}]', "line 1: sku contains the character"),
        ('[{"unit_price": 1, "name": "\\u202ecilpuded"}]', "line 1: name contains"),
        ("[" + ",".join(['{"unit_price": 1}'] * 501) + "]", "at most 500"),
    ],
)
def test_bad_lines_are_refused_with_their_number(text, words):
    with pytest.raises(ValueError, match=words):
        parse_lines(text, "USD")


MEMBER = {
    "external_id": 0, "email": 1, "first_name": 2, "birthday": 3, "email_opt_in": 4,
}  # fmt: skip


def test_a_row_becomes_a_profile_in_which_empty_cells_say_nothing():
    profile = member_of(["a", "a@b.c", "", "1990-12-31", "No"], MEMBER, ZoneInfo("UTC"), NOW)

    assert profile == {
        "external_id": "a", "email": "a@b.c", "birthday": date(1990, 12, 31), "email_opt_in": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["", "", "Ada", "", ""], "external_id"),
        (["x" * 129, "", "", "", ""], "external_id"),
        (["", "no address", "", "", ""], "email"),
        (["a", "", "x" * 201, "", ""], "first_name"),
        (["a", "", "", "31.12.1990", ""], "birthday"),
        (["a", "", "", "1879-12-31", ""], "birthday"),
        (["a", "", "", "2026-03-03", ""], "birthday"),
        (["a", "", "", "", "maybe"], "email_opt_in"),
    ],
)
def test_a_bad_profile_is_refused_by_the_name_of_its_column(values, field):
    with pytest.raises(RowInvalid) as caught:
        member_of(values, MEMBER, ZoneInfo("UTC"), NOW)

    assert caught.value.fields[0].field == field
