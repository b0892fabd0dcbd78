"""Prices below a coin, computed line totals, and what tells a repeat from a change."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from laurels.purchases import Line, NewPurchase, amount_of_line
from laurels.purchases.content import VERSION, content_of, differing

SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quantity", "unit_price", "currency", "total"),
    [
        ("0.345", "12.99", "USD", "4.48"),  # weighed goods: 4.48155
        ("41.37", "1.899", "EUR", "78.56"),  # fuel: 78.56163
        ("3", "0.0125", "USD", "0.04"),  # screws: 0.0375
        ("0.5", "0.01", "USD", "0.01"),  # half a cent is rounded up
        ("1.5", "333", "JPY", "500"),
        ("0.125", "1.0004", "KWD", "0.125"),
        ("99999999999.9999", "999999999999999", "USD", "99999999999999800000000000000.00"),
    ],
)
def test_a_computed_line_is_rounded_to_the_currency(quantity, unit_price, currency, total):
    computed = amount_of_line(Decimal(quantity), Decimal(unit_price), currency)

    assert str(computed).startswith(total[:20])
    if len(total) < 20:
        assert computed == Decimal(total)


async def test_weighed_goods_fuel_and_screws_are_bought(client):
    lines = [
        {"sku": "cheese", "quantity": "0.345", "unit_price": "12.99"},
        {"sku": "fuel", "quantity": "41.37", "unit_price": "1.899"},
        {"sku": "screw", "quantity": "3", "unit_price": "0.0125"},
    ]

    bought = await client.post(
        "/v1/purchases",
        json={"member": "anna", "amount": "83.08", "currency": "USD", "lines": lines},
    )

    assert bought.status_code == 201, bought.text
    shown = [(line["unit_price"], line["amount"]) for line in bought.json()["lines"]]
    assert shown == [("12.99", "4.48"), ("1.899", "78.56"), ("0.0125", "0.04")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"unit_price": "1.00005"}, "lines.0.unit_price"),
        ({"unit_price": "1", "amount": "1.005"}, "lines.0.amount"),
        ({"unit_price": "1.00", "quantity": "1.00005"}, "lines.0.quantity"),
        ({"unit_price": "999999999999999", "quantity": "99999999999"}, "lines.0.amount"),
    ],
)
async def test_what_was_sent_has_no_more_places_than_it_may(client, line, field):
    answer = await client.post(
        "/v1/purchases", json={"amount": "1.00", "currency": "USD", "lines": [line]}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def purchase(**more):
    return NewPurchase(**{"amount": Decimal(10), "currency": "USD", **more})


def line(**more):
    return Line(**{"quantity": Decimal(1), "unit_price": Decimal(1), "amount": Decimal(1), **more})


def test_the_digest_begins_with_the_way_it_is_told():
    assert content_of(purchase())[:1] == VERSION
    assert len(content_of(purchase())) == 17


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"channel": "a|b", "payment_method": "c"}, {"channel": "a", "payment_method": "b|c"}),
        ({"note": "None"}, {"note": None}),
        ({"channel": "", "note": "|"}, {"channel": "|", "note": ""}),
        ({"note": 'x[[["A"'}, {"note": "x", "lines": [line(sku="A")]}),
        ({"lines": [line(), line()]}, {"lines": [line()]}),
        ({"lines": [line(sku="a,b")]}, {"lines": [line(sku="a", name="b")]}),
    ],
)
def test_no_two_reports_share_a_digest_because_of_how_they_are_written(one, other):
    assert content_of(purchase(**one)) != content_of(purchase(**other))
    assert differing(purchase(**one), purchase(**other))


def test_equal_amounts_written_otherwise_are_the_same():
    one = purchase(amount=Decimal("10.00"), lines=[line(quantity=Decimal("2.0"))])
    other = purchase(amount=Decimal(10), lines=[line(quantity=Decimal(2))])

    assert content_of(one) == content_of(other)
    assert differing(one, other) == []


BOUGHT = {
    "member": "anna", "amount": "42.90", "currency": "USD", "external_id": "1001",
    "occurred_at": "2026-11-01T12:00:00Z", "channel": "online", "note": "gift",
    "attributes": {"shop": "north"},
    "lines": [{"sku": "tea", "unit_price": "42.90"}, {"sku": "bag", "unit_price": "0"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"amount": "43.90"}, ["amount"]),
        ({"amount": "43.90", "note": None}, ["amount", "note"]),
        ({"member": "bo"}, ["member"]),
        ({"occurred_at": "2026-11-01T12:00:01Z"}, ["occurred_at"]),
        ({"attributes": {"shop": "south"}}, ["attributes"]),
        ({"lines": []}, ["lines"]),
        ({"lines": [BOUGHT["lines"][0], {"sku": "box", "unit_price": "1"}]},
         ["lines.1.sku", "lines.1.unit_price", "lines.1.amount"]),
        ({"channel": "shop", "payment_method": "card"}, ["channel", "payment_method"]),
    ],
)  # fmt: skip
async def test_an_altered_purchase_is_refused_by_the_fields_that_differ(client, change, fields):
    await client.post("/v1/purchases", json=BOUGHT)
    await client.post("/v1/members", json={"external_id": "bo"})

    alone = await client.post("/v1/purchases", json={**BOUGHT, **change})
    bulk = await client.post("/v1/purchases/bulk", json={"items": [{**BOUGHT, **change}]})

    problem = alone.json()
    assert (alone.status_code, problem["code"]) == (409, "purchase_altered")
    assert [error["field"] for error in problem["errors"]] == fields
    assert f"`{fields[0]}`" in problem["detail"]
    (item,) = bulk.json()["data"]
    assert [error["field"] for error in item["problem"]["errors"]] == fields


async def test_a_repeat_without_the_moment_is_a_repeat(client):
    first = await client.post("/v1/purchases", json=BOUGHT)

    again = await client.post("/v1/purchases", json={**BOUGHT, "occurred_at": None})

    assert (again.status_code, again.json()) == (200, first.json())


async def test_two_of_a_batch_under_one_number_name_what_differs(client):
    items = [BOUGHT, {**BOUGHT, "amount": "1.00", "lines": []}, BOUGHT]

    booked = (await client.post("/v1/purchases/bulk", json={"items": items})).json()["data"]

    assert [item["status"] for item in booked] == [201, 409, 200]
    assert [e["field"] for e in booked[1]["problem"]["errors"]] == ["amount", "lines"]


async def test_a_stranger_under_a_known_number_differs_in_the_member(client):
    await client.post("/v1/purchases", json=BOUGHT)

    answer = await client.post("/v1/purchases", json={**BOUGHT, "member": "nobody-yet"})

    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["member"]


async def test_a_digest_of_another_version_is_compared_with_the_row(client, house):
    sent = {**BOUGHT, "occurred_at": None}
    await client.post("/v1/purchases", json=sent)
    async with house.work() as work:
        await work.fetch(
            "update laurels.purchases set content = $2 where tenant_id = $1",
            work.tenant_id, b"\x00" + bytes(32),
        )  # fmt: skip

    same = await client.post("/v1/purchases", json=sent)
    other = await client.post("/v1/purchases", json={**sent, "note": "another"})

    assert same.status_code == 200
    assert [error["field"] for error in other.json()["errors"]] == ["note"]


async def test_altered_activities_refunds_and_redemptions_name_what_differs(client, house):
    purchase_id = (await client.post("/v1/purchases", json=BOUGHT)).json()["id"]
    refunds = f"/v1/purchases/{purchase_id}/refunds"
    await client.post(refunds, json={"amount": "1.00", "external_id": "r1"})
    activity = {"kind": "review", "member": "anna", "external_id": "d1", "value": "4"}
    await client.post("/v1/activities", json=activity)
    reward = {"name": "cup", "type": "custom", "cost_points": 1, "fulfilment": "manual"}
    rewards = [
        (await client.post("/v1/rewards", json={**reward, "name": name})).json()["id"]
        for name in ("cup", "bag")
    ]
    redemption = {"member": "anna", "reward_id": rewards[0], "external_id": "x1"}
    taken = await client.post("/v1/redemptions", json=redemption)
    assert taken.status_code == 201, taken.text

    answers = [
        await client.post(refunds, json={"amount": "2.00", "external_id": "r1"}),
        await client.post("/v1/activities", json={**activity, "value": "5", "subject": "tea"}),
        await client.post("/v1/redemptions", json={**redemption, "quantity": 2}),
        await client.post("/v1/redemptions", json={**redemption, "reward_id": rewards[1]}),
    ]

    found = [[e["field"] for e in answer.json()["errors"]] for answer in answers]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert found == [["amount"], ["subject", "value"], ["quantity"], ["reward_id"]]
