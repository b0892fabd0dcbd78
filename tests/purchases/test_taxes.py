"""The tax in purchases and lines: what may be said of it, and what a repeat or a change says."""

from decimal import Decimal

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels.purchases import taxes_of
from laurels.purchases.content import VERSION
from tests.settlement.test_by_sql import insert, integration

assert integration, "the fixture of the rows that come by SQL"

# Pure ---------------------------------------------------------------------------------------------


def number(text):
    return None if text is None else Decimal(text)


def taxes(whole, *lines, currency="USD"):
    told = [(number(cost), number(tax)) for cost, tax in (whole, *lines)]
    return taxes_of(told[0], told[1:], currency)


@pytest.mark.parametrize(
    ("whole", "lines", "found"),
    [
        # Nobody says anything.
        (("119.00", None), [], ("0", [])),
        (("119.00", None), [("119.00", None)], ("0", ["0"])),
        (("119.00", "0.00"), [("119.00", None)], ("0", ["0"])),
        # The purchase says it, and each line has its share, to the coin.
        (("119.00", "19.00"), [("59.50", None), ("59.50", None)], ("19.00", ["9.50", "9.50"])),
        (
            ("119.00", "19.00"),
            [("39.67", None), ("39.67", None), ("39.66", None)],
            ("19.00", ["6.33", "6.33", "6.34"]),
        ),
        # Something of what was paid is in no line, and has its share of the tax.
        (("119.00", "19.00"), [("59.50", None)], ("19.00", ["9.50"])),
        # The lines are worth twice what was paid; each is told as it is priced.
        (("119.00", "19.00"), [("119.00", None), ("119.00", None)], ("19.00", ["19.00", "19.00"])),
        # One was brought back on the same receipt.
        (("59.50", "9.50"), [("119.00", None), ("-59.50", None)], ("9.50", ["19.00", "-9.50"])),
        # Where any line says its own, one that does not has none.
        (("226.00", None), [("107.00", "7.00"), ("119.00", "19.00")], ("26.00", ["7.00", "19.00"])),
        (("226.00", "30.00"), [("107.00", "7.00"), ("119.00", None)], ("30.00", ["7.00", "0"])),
        (("226.00", None), [("107.00", "0.00"), ("119.00", None)], ("0.00", ["0.00", "0"])),
        # Half of it was paid, and so was half of the tax.
        (("113.00", None), [("107.00", "7.00"), ("119.00", "19.00")], ("13.00", ["7.00", "19.00"])),
        (("0.00", None), [("119.00", "19.00")], ("0.00", ["19.00"])),
        # Below zero: goods came back, and the tax in them with its sign.
        (("-119.00", "-19.00"), [("-119.00", None)], ("-19.00", ["-19.00"])),
        (("-59.50", None), [("-119.00", "-19.00")], ("-9.50", ["-19.00"])),
        (("-5.00", None), [("10.00", "1.00"), ("-10.00", "-3.00")], ("-2.00", ["1.00", "-3.00"])),
        # Never less than none, nor more than was paid.
        (("50.00", None), [("100.00", "0.00"), ("-50.00", "-10.00")], ("0", ["0.00", "-10.00"])),
        (("50.00", None), [("100.00", "90.00"), ("-50.00", "0.00")], ("50.00", ["90.00", "0.00"])),
    ],
)
def test_the_tax_of_a_purchase_and_of_its_lines(whole, lines, found):
    tax, each = found
    assert taxes(whole, *lines) == (Decimal(tax), [Decimal(part) for part in each])


def test_a_currency_without_coins_has_whole_taxes():
    assert taxes(("110", "10"), ("37", None), ("73", None), currency="JPY") == (10, [3, 7])


CENTS = st.integers(-50_000, 50_000).map(lambda cents: Decimal(cents) / 100)


@given(lines=st.lists(CENTS, min_size=1, max_size=12), data=st.data())
@settings(max_examples=300)
def test_a_spread_tax_is_whole_and_in_no_line_more_than_it_costs(lines, data):
    amount = max(sum(lines, Decimal(0)), Decimal(0))
    tax = data.draw(st.integers(0, int(amount * 100)).map(lambda cents: Decimal(cents) / 100))

    found, each = taxes_of((amount, tax), [(cost, None) for cost in lines], "USD")

    assert found == tax
    for cost, part in zip(lines, each, strict=True):
        assert min(cost, 0) <= part <= max(cost, 0)
    if amount == sum(lines, Decimal(0)):
        assert sum(each, Decimal(0)) == tax


# The doors ----------------------------------------------------------------------------------------

LINES = [
    {"sku": "book", "unit_price": "107.00", "tax_amount": "7.00"},
    {"sku": "lamp", "unit_price": "119.00", "tax_amount": "19.00"},
]
BOUGHT = {
    "member": "anna", "amount": "226.00", "currency": "USD", "external_id": "1", "lines": LINES,
    "occurred_at": "2026-11-01T12:00:00Z",
}  # fmt: skip


async def test_what_was_said_is_told_and_what_was_not_is_null(client):
    body = {**BOUGHT, "lines": [*LINES, {"sku": "bag", "unit_price": "0"}]}

    written = (await client.post("/v1/purchases", json=body)).json()
    read = (await client.get(f"/v1/purchases/{written['id']}")).json()
    untaxed = {"amount": "5.00", "currency": "USD", "tax_amount": "0"}
    free = (await client.post("/v1/purchases", json=untaxed)).json()

    assert written == read
    assert written["tax_amount"] is None
    assert [line["tax_amount"] for line in written["lines"]] == ["7.00", "19.00", None]
    assert (await client.get(f"/v1/purchases/{free['id']}")).json()["tax_amount"] == "0.00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tax_amount": "226.01"}, "tax_amount"),
        ({"tax_amount": "-1.00"}, "tax_amount"),
        ({"tax_amount": "1.005"}, "tax_amount"),
        ({"amount": "-226.00", "tax_amount": "26.00", "lines": []}, "tax_amount"),
        ({"amount": "-226.00", "tax_amount": "-226.01", "lines": []}, "tax_amount"),
        ({"tax_amount": "NaN"}, "tax_amount"),
        ({"lines": [{**LINES[0], "tax_amount": "107.01"}]}, "lines.0.tax_amount"),
        ({"lines": [LINES[0], {**LINES[1], "tax_amount": "-1"}]}, "lines.1.tax_amount"),
        ({"lines": [{**LINES[0], "tax_amount": "7.001"}]}, "lines.0.tax_amount"),
        ({"lines": [{**LINES[0], "quantity": -1, "tax_amount": "7"}]}, "lines.0.tax_amount"),
        ({"lines": [{**LINES[0], "quantity": -1, "tax_amount": "-108"}]}, "lines.0.tax_amount"),
    ],
)
async def test_a_tax_that_cannot_be_is_refused_by_its_name(client, change, field):
    alone = await client.post("/v1/purchases", json={**BOUGHT, **change})
    bulk = await client.post("/v1/purchases/bulk", json={"items": [BOUGHT, {**BOUGHT, **change}]})

    assert alone.status_code == 422, alone.text
    assert [error["field"] for error in alone.json()["errors"]] == [field]
    first, second = bulk.json()["data"]
    assert (first["status"], second["status"]) == (201, 422)
    assert [error["field"] for error in second["problem"]["errors"]] == [field]


async def test_goods_that_came_back_have_a_negative_tax(client):
    body = {"member": "anna", "amount": "-119.00", "currency": "USD", "tax_amount": "-19.00"}

    back = (await client.post("/v1/purchases", json=body)).json()

    assert back["tax_amount"] == "-19.00"
    assert (await client.get(f"/v1/purchases/{back['id']}")).json() == back


async def test_what_was_brought_back_has_a_negative_tax(client):
    lines = [LINES[1], {"sku": "old", "unit_price": "10.70", "quantity": -1, "tax_amount": "-0.7"}]

    bought = await client.post("/v1/purchases", json={**BOUGHT, "amount": "108.30", "lines": lines})

    assert bought.status_code == 201, bought.text
    assert [line["tax_amount"] for line in bought.json()["lines"]] == ["19.00", "-0.70"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, []),
        ({"tax_amount": "26.00"}, ["tax_amount"]),
        ({"tax_amount": "0"}, ["tax_amount"]),
        ({"lines": [LINES[0], {**LINES[1], "tax_amount": "19.0"}]}, []),
        ({"lines": [LINES[0], {**LINES[1], "tax_amount": None}]}, ["lines.1.tax_amount"]),
    ],
)
async def test_another_tax_is_another_purchase(client, change, fields):
    await client.post("/v1/purchases", json=BOUGHT)

    again = await client.post("/v1/purchases", json={**BOUGHT, **change})

    assert again.status_code == (409 if fields else 200), again.text
    assert [error["field"] for error in again.json().get("errors", [])] == fields


async def test_what_was_recorded_before_there_were_taxes_is_compared_with_its_row(client, house):
    sent = {key: value for key, value in BOUGHT.items() if key != "lines"}
    await client.post("/v1/purchases", json=sent)
    async with house.work() as work:
        await work.fetch(
            "update laurels.purchases set content = $2 where tenant_id = $1",
            work.tenant_id, b"\x01" + bytes(32),
        )  # fmt: skip

    same = await client.post("/v1/purchases", json=sent)
    taxed = await client.post("/v1/purchases", json={**sent, "tax_amount": "1.00"})

    assert VERSION != b"\x01"
    assert same.status_code == 200, same.text
    assert [error["field"] for error in taxed.json()["errors"]] == ["tax_amount"]


async def test_the_tax_of_a_pending_purchase_is_changed_with_it(client):
    pending = {**BOUGHT, "status": "pending", "lines": [], "tax_amount": "26.00"}
    path = f"/v1/purchases/{(await client.post('/v1/purchases', json=pending)).json()['id']}"

    async def patch(**changes):
        return await client.patch(path, json=changes)

    less = await patch(tax_amount="20.00")
    too_little = await patch(amount="10.00")
    too_much = await patch(tax_amount="226.01")
    with_lines = await patch(tax_amount=None, lines=LINES)
    one = await patch(lines=[{**LINES[0], "tax_amount": "5.00"}])
    first = await client.post("/v1/purchases", json=pending)

    assert less.json()["tax_amount"] == "20.00"
    for refused in (too_little, too_much):
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == ["tax_amount"]
    assert with_lines.json()["tax_amount"] is None
    assert [line["tax_amount"] for line in with_lines.json()["lines"]] == ["7.00", "19.00"]
    assert [line["tax_amount"] for line in one.json()["lines"]] == ["5.00"]
    assert (first.status_code, first.json()["id"]) == (200, less.json()["id"])
    assert (await client.get(path)).json()["lines"] == one.json()["lines"]


# The door for SQL ---------------------------------------------------------------------------------


async def tax_by_sql(integration, house, tax, amount="119"):
    return await integration.fetchval(
        "insert into laurels.purchases (tenant_id, source, external_id, status, amount, tax_amount,"
        " currency, occurred_at) values ($1, 'erp', 't-1', 'pending', $3, $2, 'USD', now())"
        " returning id",
        house.tenant.id, Decimal(tax), Decimal(amount),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "tax", "said"),
    [
        ("119", "119.01", "tax_amount_bounded"),
        ("119", "-0.01", "tax_amount_bounded"),
        ("119", "NaN", "tax_amount_bounded"),
        ("119", "19.005", "tax_amount 19.005 has more than the 2 decimal places of USD"),
        ("-119", "0.01", "tax_amount_bounded"),
        ("-119", "-119.01", "tax_amount_bounded"),
    ],
)
async def test_sql_obeys_the_same_limits(integration, house, amount, tax, said):
    with pytest.raises(asyncpg.CheckViolationError, match=said):
        await tax_by_sql(integration, house, tax, amount)


@pytest.mark.parametrize(
    ("quantity", "tax", "said"),
    [
        (1, "107.01", "tax_amount_bounded"),
        (1, "-0.01", "tax_amount_bounded"),
        (-1, "7", "tax_amount_bounded"),
        (-1, "-107.01", "tax_amount_bounded"),
        (1, "7.005", "tax_amount has more than the 2 decimal places of USD"),
        (1, "7.00", None),
        (-1, "-7.00", None),
    ],
)
async def test_lines_by_sql_obey_them_too(integration, house, quantity, tax, said):
    purchase = await insert(integration, house, None, "pending")

    async def add():
        await integration.execute(
            "insert into laurels.purchase_lines (tenant_id, purchase_id, position, quantity,"
            " unit_price, amount, tax_amount) values ($1, $2, 1, $3::numeric, 107,"
            " 107 * $3::numeric, $4)",
            house.tenant.id, purchase, Decimal(quantity), Decimal(tax),
        )  # fmt: skip

    if said is None:
        await add()
        return
    with pytest.raises(asyncpg.CheckViolationError, match=said):
        await add()


async def test_what_sql_said_cannot_be_changed_by_it(integration, house):
    purchase = await tax_by_sql(integration, house, "19.00")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await integration.execute(
            "update laurels.purchases set tax_amount = 0 where id = $1", purchase
        )
