"""Files with a row for each line of an order, and what else shops and spreadsheets write."""

import csv
from decimal import Decimal

import pytest

from laurels import imports
from laurels.imports import carrying

from .conftest import summary

HEADER = "Invoice,Customer,Date,StockCode,Description,Quantity,Price,Country\n"
MAPPING = {
    "member": "Customer", "occurred_at": "Date", "sku": "StockCode", "name": "Description",
    "quantity": "Quantity", "unit_price": "Price",
}  # fmt: skip
HOW = {
    "mapping": MAPPING, "constants": {"currency": "USD"}, "group_by": "Invoice",
    "dialect": imports.Dialect(dates="month-first"),
}  # fmt: skip


async def test_the_rows_of_an_order_become_one_purchase_with_lines(desk):
    file = desk.file(
        HEADER
        + "A1,anna,12/1/2010 8:26,71053,WHITE METAL LANTERN,6,3.39,UK\n"
        + 'A1,anna,12/1/2010 8:26,84406B,"CREAM, CUPID",2,2.75,UK\n'
        + "A2,ben,12/1/2010 8:28,22633,HAND WARMER,1,1.85,UK\n"
    )

    report = await desk.load(file, **HOW)

    assert summary(report) == (2, 2, 0, 0)
    assert (report.grouped, report.new_members) == (True, 2)
    assert report.revenue == {"completed": Decimal("27.69")}
    assert await desk.points("anna") == 25
    rows = await desk.fetch(
        "select p.external_id, l.sku, l.quantity, l.amount from laurels.purchases as p"
        " join laurels.purchase_lines as l on l.tenant_id = p.tenant_id and l.purchase_id = p.id"
        " where p.tenant_id = $1 order by 1, 2"
    )
    assert [tuple(map(str, row)) for row in rows] == [
        ("A1", "71053", "6.0000", "20.3400"), ("A1", "84406B", "2.0000", "5.5000"),
        ("A2", "22633", "1.0000", "1.8500"),
    ]  # fmt: skip
    assert summary(await desk.load(file, **HOW)) == (2, 0, 2, 0)


async def test_a_receipt_may_hold_what_was_brought_back(desk):
    exchange = (
        "A1,anna,12/1/2010 8:26,1,lantern,2,30.00,UK\nA1,anna,12/1/2010 8:26,2,lamp,-1,12.50,UK\n"
    )
    report = await desk.load(desk.file(HEADER + exchange), **HOW)

    assert report.revenue == {"completed": Decimal("47.50")}
    assert await desk.points("anna") == 47
    column = desk.file(
        "external_id,member,occurred_at,amount,currency,lines\n"
        'B1,ben,2026-01-05,20.00,USD,"[{""sku"":""a"",""unit_price"":30},'
        '{""sku"":""b"",""unit_price"":10,""quantity"":-1}]"\n'
        'B2,ben,2026-01-05,20.00,USD,"[{""sku"":""a"",""unit_price"":30},'
        '{""sku"":""b"",""unit_price"":10,""quantity"":-1,""amount"":10}]"\n'
        'B3,ben,2026-01-05,20.00,USD,"[{""sku"":""a"",""unit_price"":-30}]"\n'
    )
    report = await desk.load(column)
    assert (report.booked, report.rejected) == (1, 2)
    assert await desk.points("ben") == 20


async def test_goods_that_come_back_without_their_purchase_take_points(desk):
    bought = "A1,anna,12/1/2010 8:26,1,lantern,2,30.00,UK\n"
    back = "C1,anna,12/9/2010 8:26,1,lantern,-1,30.00,UK\n"
    await desk.load(desk.file(HEADER + bought + back), **HOW)

    assert await desk.points("anna") == 30
    rows = "external_id,member,occurred_at,amount,currency\nB1,anna,2011-01-05,-12.00,USD\n"
    report = await desk.load(desk.file(rows))
    assert (report.booked, report.points, report.revenue) == (1, -12, {"completed": Decimal(-12)})
    assert await desk.points("anna") == 18


async def test_orders_that_cannot_be_whole_are_refused_whole_and_can_be_mended(desk):
    file = desk.file(
        HEADER
        + "A1,anna,12/1/2010 8:26,1,x,6,3.00,UK\n"
        + "A1,ben,12/1/2010 8:26,2,y,1,1.00,UK\n"  # another customer in one order
        + "A2,ben,12/1/2010 8:26,3,z,1,1.00,UK\n"  # beside a line that cannot be read
        + "A2,ben,12/1/2010\n"
        + "A3,ben,12/1/2010 8:26,4,z,1,1.00,UK\n"
        + "A4,ben,12/1/2010 8:26,5,z,1,5.00,UK\n"
        + "A4,ben,12/1/2010 8:26,6,z,one,1.00,UK\n"  # a line that cannot be
        + "A5,ben,12/1/2010 8:26,7,z,1,2.00,UK\n"
        + "A1,anna,12/1/2010 8:26,8,z,1,2.00,UK\n"  # torn apart
    )

    report = await desk.load(file, **HOW)

    assert (report.booked, report.revenue) == (1, {"completed": Decimal(2)})
    assert report.reasons == {
        "row_invalid": 2, "order_incomplete": 2, "wrong_number_of_fields": 1, "order_torn_apart": 1,
    }  # fmt: skip
    with report.rejected_file.open() as rows:
        rejected = list(csv.reader(rows))
    assert [row[0] for row in rejected[1:]] == ["2", "3", "4", "5", "6", "7", "8", "10"]
    kept = await desk.fetch("select count(*) from laurels.rejected_rows where tenant_id = $1")
    assert kept[0][0] == 8


async def test_an_amount_of_the_order_stands_in_each_of_its_rows(desk):
    text = "order,member,occurred_at,amount,sku,unit_price\n"
    good = "1,anna,2024-05-01,9.00,a,5.00\n1,anna,2024-05-01,9.00,b,5.00\n"
    bad = "2,anna,2024-05-01,9.00,a,5.00\n2,anna,2024-05-01,4.00,b,5.00\n"
    how = {"constants": {"currency": "USD"}, "group_by": "order"}

    report = await desk.load(desk.file(text + good + bad), **how)

    assert (report.booked, report.rejected) == (1, 1)
    assert report.revenue == {"completed": Decimal(9)}
    assert report.first_rejections[0].field == "amount"


async def test_a_file_of_lines_that_nobody_called_one_is_refused_before_anything_is_booked(desk):
    rows = [{"external_id": str(n // 3), "amount": str(n + 1)} for n in range(30)]

    with pytest.raises(imports.FileRefused, match="--group-by external_id"):
        await desk.load(desk.purchases(*rows))

    assert await desk.fetch("select 1 from laurels.purchases where tenant_id = $1") == []


async def test_equal_rows_that_come_again_are_no_sign_of_lines(desk):
    rows = [{"external_id": str(n // 3)} for n in range(30)]

    assert summary(await desk.load(desk.purchases(*rows))) == (30, 10, 20, 0)


async def test_decimal_commas_day_first_dates_constants_and_a_line_for_spreadsheets(desk):
    file = desk.file(
        "sep=;\nexternal_id;member;occurred_at;amount\n1;anna;01.02.2024;1.234,50\n"
        "2;anna;2024-02-01;5,00\n"
    )

    report = await desk.load(
        file, constants={"currency": "USD"}, dialect=imports.Dialect(True, "day-first")
    )

    assert report.revenue == {"completed": Decimal("1234.50")}
    (told,) = report.first_rejections
    assert (told.line, told.field) == (4, "occurred_at")


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("external_id,member\r1,anna\r", {}, "end in CR"),
        ("external_id,member\n", {"constants": {"colour": "red"}}, "there is no column `colour`"),
        (
            "external_id,member\n",
            {"constants": {"member": "x"}, "mapping": {"member": "Kunde"}},
            "mapped or set to a constant, not both",
        ),
        ("external_id,member,occurred_at,amount\n", {}, "--set currency=VALUE"),
        ("a,b\n", {"group_by": "c"}, "no column `c`"),
    ],
)
async def test_what_cannot_be_meant_is_said_with_the_remedy(desk, text, options, said):
    with pytest.raises(imports.FileRefused, match=said):
        await desk.load(desk.file(text), **options)


async def test_members_have_no_lines(desk):
    with pytest.raises(imports.FileRefused, match="only purchase files"):
        await desk.load_members("external_id\na\n", group_by="external_id")


async def test_a_dry_run_of_a_file_of_lines_predicts_it(desk, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    rows = "".join(
        f"A{order},c{order % 4},12/{order % 28 + 1}/2010 8:26,{line},x,{line + 1},3.39,UK\n"
        for order in range(9)
        for line in range(order % 3 + 1)
    )
    file = desk.file(HEADER + rows)

    predicted = await desk.load(file, dry_run=True, **HOW)
    booked = await desk.load(file, **HOW)

    assert summary(predicted) == summary(booked) == (9, 9, 0, 0)
    assert (predicted.points, predicted.revenue) == (booked.points, booked.revenue)


async def test_lines_and_orders_have_columns_for_their_tax(desk):
    header = "Order,Customer,Date,Item,Price,LineTax,Tax\n"
    how = {
        "mapping": {
            "member": "Customer", "occurred_at": "Date", "sku": "Item", "unit_price": "Price",
            "line_tax_amount": "LineTax", "tax_amount": "Tax",
        },
        "constants": {"currency": "USD"}, "group_by": "Order",
        "dialect": imports.Dialect(decimal_comma=True),
    }  # fmt: skip
    rows = (
        'A1,anna,2026-01-05,book,"107,00","7,00",\n'
        'A1,anna,2026-01-05,lamp,"1.190,00","190,00",\n'
        'A2,anna,2026-01-05,book,"107,00",,"7,00"\n'
        'A3,anna,2026-01-05,book,"107,00",,"7,00"\n'
        'A3,anna,2026-01-05,bag,"1,00",,"8,00"\n'
        'A4,anna,2026-01-05,book,"107,00",,"107,01"\n'
        'A5,anna,2026-01-05,book,"107,00","-7,00",\n'
    )

    report = await desk.load(desk.file(header + rows), **how)

    assert summary(report) == (5, 2, 0, 3)
    assert [(each.field, each.code) for each in report.first_rejections] == [
        ("Tax", "row_invalid"), ("Tax", "purchase_invalid"), ("lines", "purchase_invalid"),
    ]  # fmt: skip
    found = await desk.fetch(
        "select p.external_id, p.tax_amount, l.tax_amount from laurels.purchases as p"
        " join laurels.purchase_lines as l on l.tenant_id = p.tenant_id and l.purchase_id = p.id"
        " where p.tenant_id = $1 order by 1, l.position"
    )
    assert [tuple(row) for row in found] == [
        ("A1", None, Decimal("7.00")), ("A1", None, Decimal("190.00")),
        ("A2", Decimal("7.00"), None),
    ]  # fmt: skip


async def test_a_row_for_each_order_tells_its_tax_and_that_of_its_lines(desk):
    lines = '[{"unit_price": 107, "tax_amount": 7.00}, {"unit_price": 119, "tax_amount": "19"}]'
    file = desk.purchases(
        {"external_id": "1", "amount": "119.00", "tax_amount": "19.00"},
        {"external_id": "2", "amount": "226.00", "lines": lines},
        {"external_id": "3", "amount": "119.00", "tax_amount": "-19.00"},
        {"external_id": "4", "amount": "119.00", "tax_amount": "119.01"},
        {"external_id": "5", "amount": "119.00", "tax_amount": "a fifth"},
    )

    report = await desk.load(file)

    assert summary(report) == (5, 2, 0, 3)
    assert [each.field for each in report.first_rejections] == ["tax_amount"] * 3
    assert summary(await desk.load(file)) == (5, 0, 2, 3)
