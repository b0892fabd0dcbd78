"""Refunds name lines and quantities: each award goes back by the lines that it counted."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels.purchases import Returned
from laurels.purchases.returned import LineState, RefundLine, money_of, resolve
from laurels.settlement.going_back import back_by
from tests.support.people import told

GOODS = {"not": {"field": "category", "op": "eq", "value": "shipping"}}
BOTTLES = {"field": "category", "op": "eq", "value": "wine"}


async def rules(client, *awards):
    """These awards are the only rules."""
    for rule in (await client.get("/v1/earning-rules")).json()["data"]:
        await client.post(f"/v1/earning-rules/{rule['id']}/pause")
    for number, award in enumerate(awards):
        body = {"name": f"rule {number}", "trigger": "purchase.completed", "award": award}
        made = await client.post("/v1/earning-rules", json=body)
        assert made.status_code == 201, made.text


def per_money(lines=GOODS):
    return {"type": "points_per_money", "rate": "1", "lines": lines}


def per_bottle(points=7):
    return {
        "type": "per_unit", "points": points, "unit": "1", "of": "purchase.lines.quantity",
        "lines": BOTTLES,
    }  # fmt: skip


async def buy(client, lines, amount, member="anna", **more):
    body = {"member": member, "amount": amount, "currency": "USD", "lines": lines, **more}
    bought = await client.post("/v1/purchases", json=body)
    assert bought.status_code in {200, 201}, bought.text
    return bought.json()


async def refund(client, purchase, **body):
    answer = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


PARCEL = [
    {"sku": "shoe", "category": "goods", "unit_price": "100.00"},
    {"sku": "ship", "category": "shipping", "unit_price": "10.00"},
]
CASE = [
    {"sku": "red", "category": "wine", "quantity": 3, "unit_price": "33.00"},
    {"sku": "bag", "category": "bags", "unit_price": "2.00"},
]


@pytest.mark.parametrize("name", ["line", "sku"])
async def test_what_earned_nothing_takes_nothing_back_and_what_earned_all_takes_all(client, name):
    await rules(client, per_money())
    found = []
    for line in ({"line": 2, "sku": "ship"}, {"line": 1, "sku": "shoe"}):
        purchase = await buy(client, PARCEL, "110.00")
        back = await refund(client, purchase, lines=[{name: line[name]}])
        found.append([back["amount"], back["points"]])

    assert found == [["10.00", 0], ["100.00", -100]]


async def test_one_bottle_of_three_takes_7_of_the_21(client):
    await rules(client, per_bottle())
    purchase = await buy(client, CASE, "101.00")
    assert purchase["points"] == 21

    one = await refund(client, purchase, lines=[{"sku": "red", "quantity": "1"}])
    bag = await refund(client, purchase, lines=[{"sku": "bag"}])
    rest = await refund(client, purchase, lines=[{"sku": "red"}])

    assert [(r["amount"], r["points"]) for r in (one, bag, rest)] == [
        ("33.00", -7), ("2.00", 0), ("66.00", -14),
    ]  # fmt: skip
    whole = rest["purchase"]
    assert (whole["refunded"], whole["refund_state"]) == ("101.00", "full")
    assert [(x["refunded_quantity"], x["refunded_amount"]) for x in whole["lines"]] == [
        ("3.00", "99.00"), ("1.00", "2.00"),
    ]  # fmt: skip


async def test_without_lines_it_goes_back_in_proportion(client):
    await rules(client, per_money(), per_bottle())
    purchase = await buy(client, PARCEL, "110.00")

    half = await refund(client, purchase, amount="55.00")
    rest = await refund(client, purchase)

    assert (half["points"], rest["points"]) == (-50, -50)


async def test_a_lower_price_takes_money_and_no_bottle(client):
    await rules(client, per_money(BOTTLES), per_bottle())
    purchase = await buy(client, CASE, "101.00")
    assert purchase["points"] == 99 + 21

    back = await refund(client, purchase, lines=[{"sku": "red", "amount": "9.00"}])

    assert (back["amount"], back["points"]) == ("9.00", -9)


async def test_parts_of_an_order_with_a_discount_give_back_what_was_paid_for_them(client):
    await rules(client, {"type": "points_per_money", "rate": "1"})
    lines = [{"sku": "a", "unit_price": "60.00"}, {"sku": "b", "unit_price": "40.00"}]
    purchase = await buy(client, lines, "50.00")

    first = await refund(client, purchase, lines=[{"sku": "a"}])
    second = await refund(client, purchase, lines=[{"sku": "b"}])

    assert [(r["amount"], r["points"]) for r in (first, second)] == [
        ("30.00", -30), ("20.00", -20),
    ]  # fmt: skip


async def test_three_parts_of_a_line_are_the_whole_line(client):
    await rules(client, per_money())
    purchase = await buy(client, [{"sku": "x", "quantity": 3, "unit_price": "3.3333",
                                   "amount": "10.00"}], "10.00")  # fmt: skip

    parts = [await refund(client, purchase, lines=[{"line": 1, "quantity": "1"}]) for _ in "abc"]

    assert [part["amount"] for part in parts] == ["3.33", "3.33", "3.34"]
    assert sum(part["points"] for part in parts) == -10
    assert parts[2]["purchase"]["refund_state"] == "full"


async def test_in_bulk_and_of_one_purchase_in_one_batch(client):
    await rules(client, per_money(), per_bottle())
    case = await buy(client, CASE, "101.00")
    parcel = await buy(client, PARCEL, "110.00", member="bo")
    items = [
        {"purchase_id": case["id"], "lines": [{"sku": "red", "quantity": "1"}]},
        {"purchase_id": parcel["id"], "lines": [{"sku": "ship"}]},
        {"purchase_id": case["id"], "lines": [{"sku": "red", "quantity": "3"}]},
        {"purchase_id": case["id"], "lines": [{"sku": "red", "quantity": "2"}]},
    ]

    booked = (await client.post("/v1/refunds/bulk", json={"items": items})).json()["data"]

    assert [item["status"] for item in booked] == [201, 201, 409, 201]
    assert booked[2]["problem"]["errors"][0]["field"] == "lines.0.quantity"
    assert [b["result"]["points"] for b in booked if b["status"] == 201] == [-40, 0, -80]


@pytest.mark.parametrize(
    ("lines", "status", "field"),
    [
        ([{"line": 3}], 422, "lines.0.line"),
        ([{"sku": "nothing"}], 422, "lines.0.sku"),
        ([{"line": 1, "sku": "red"}], 422, "lines.0"),
        ([{"quantity": "1"}], 422, "lines.0"),
        ([{"line": 1}, {"sku": "red"}], 422, "lines.1"),
        ([{"line": 1, "quantity": "4"}], 409, "lines.0.quantity"),
        ([{"line": 1, "quantity": "0"}], 422, "lines.0.quantity"),
        ([{"line": 1, "amount": "99.01"}], 409, "lines.0.amount"),
        ([{"line": 1, "amount": "1.005"}], 422, "lines.0.amount"),
    ],
)
async def test_lines_that_cannot_go_back_are_named(client, lines, status, field):
    purchase = await buy(client, CASE, "101.00")

    answer = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json={"lines": lines})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), answer.text
    assert (await client.get(f"/v1/purchases/{purchase['id']}")).json()["refund_state"] == "none"


async def test_two_lines_of_one_sku_are_named_by_their_place(client):
    purchase = await buy(client, [CASE[1], CASE[1]], "4.00")
    path = f"/v1/purchases/{purchase['id']}/refunds"

    unclear = await client.post(path, json={"lines": [{"sku": "bag"}]})
    clear = await client.post(path, json={"lines": [{"line": 2}]})

    assert unclear.status_code == 422
    assert clear.json()["purchase"]["lines"][1]["refunded_amount"] == "2.00"


async def test_a_repeat_names_the_same_lines_and_another_is_altered(client):
    purchase = await buy(client, CASE, "101.00")
    path = f"/v1/purchases/{purchase['id']}/refunds"
    body = {"external_id": "r1", "lines": [{"sku": "red", "quantity": "1"}]}

    first = await client.post(path, json=body)
    same = await client.post(path, json={**body, "lines": [{"line": 1}]})
    other = await client.post(path, json={**body, "lines": [{"line": 1, "quantity": "2"}]})
    none = await client.post(path, json={"external_id": "r1"})

    assert (first.status_code, same.status_code) == (201, 200)
    assert first.json()["points"] == same.json()["points"]
    for refused in (other, none):
        assert refused.json()["code"] == "refund_altered"
        assert [e["field"] for e in refused.json()["errors"]] == ["lines"]


async def test_caps_have_the_room_of_the_lines_again(client):
    for rule in (await client.get("/v1/earning-rules")).json()["data"]:
        await client.post(f"/v1/earning-rules/{rule['id']}/pause")
    body = {"name": "capped", "trigger": "purchase.completed", "award": per_bottle(10),
            "caps": [{"period": "day", "points": 30}]}  # fmt: skip
    await client.post("/v1/earning-rules", json=body)
    moment = {"occurred_at": "2026-11-01T12:00:00Z"}
    first = await buy(client, CASE, "101.00", **moment)
    full = await buy(client, CASE, "101.00", **moment)

    await refund(client, first, lines=[{"sku": "bag"}])
    still = await buy(client, CASE, "101.00", **moment)
    await refund(client, first, lines=[{"sku": "red", "quantity": "1"}])
    again = await buy(client, CASE, "101.00", **moment)

    assert [p["points"] for p in (first, full, still, again)] == [30, 0, 0, 10]


async def test_a_purchase_of_nothing_can_be_undone_and_counts_no_more(client):
    await rules(client, {"type": "fixed", "points": 50})
    purchase = await buy(client, [], "0.00")
    member = f"/v1/members/{purchase['member_id']}"
    assert (await client.get(member)).json()["purchases"] == 1
    path = f"/v1/purchases/{purchase['id']}"

    cancelled = await client.post(f"{path}/cancel")
    undone = await client.post(f"{path}/refunds")
    again = await client.post(f"{path}/refunds")

    assert "refund" in cancelled.json()["detail"]
    assert (undone.status_code, undone.json()["points"]) == (201, -50)
    assert undone.json()["purchase"]["refund_state"] == "full"
    assert (again.status_code, again.json()["code"]) == (409, "refund_exceeds_purchase")
    assert "already" in again.json()["detail"]
    assert (await client.get(member)).json()["purchases"] == 0


async def test_three_purchases_of_nothing_undone_make_no_gold(client, house):
    for tier in ({"name": "Base", "level": 1, "is_default": True},
                 {"name": "Gold", "level": 2, "criteria": "orders", "min_orders": 3}):  # fmt: skip
        made = await client.post("/v1/tiers", json=tier)
        assert made.status_code == 201, made.text
    bought = [await buy(client, [], "0.00") for _ in range(2)]
    for purchase in bought:
        await refund(client, purchase)

    await buy(client, [], "0.00")

    await told(house)
    standing = (await client.get(f"/v1/members/{bought[0]['member_id']}/tier")).json()
    assert standing["standing"]["tier"]["name"] == "Base", standing


async def test_lists_tell_and_find_by_what_went_back(client):
    none, part, full = [await buy(client, CASE, "101.00") for _ in range(3)]
    await refund(client, part, lines=[{"sku": "bag"}])
    await refund(client, full)

    found = {
        state: [p["id"] for p in (await client.get("/v1/purchases", params={"refund_state": state})
                                  ).json()["data"]]
        for state in ("none", "partial", "full")
    }  # fmt: skip

    assert found == {"none": [none["id"]], "partial": [part["id"]], "full": [full["id"]]}


# Pure ---------------------------------------------------------------------------------------------

MONEY = st.integers(0, 20_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def orders(draw):
    """A purchase with lines, as it is before anything went back."""
    lines = {
        place: LineState(f"s{place}", Decimal(draw(st.integers(1, 6))), draw(MONEY))
        for place in range(1, draw(st.integers(1, 4)) + 1)
    }
    worth = sum((line.amount for line in lines.values()), Decimal(0))
    paid = draw(st.sampled_from([worth, worth + 5, worth / 2])).quantize(Decimal("0.01"))
    return Returned(paid=paid, lines=lines)


@given(order=orders(), data=st.data(), points=st.integers(1, 10_000))
@settings(max_examples=300)
def test_what_is_back_only_grows_and_ends_with_all_of_it(order, data, points):
    places = sorted(order.lines)
    counted = data.draw(st.lists(st.sampled_from(places), unique=True))
    effect = {
        "points": points, "type": data.draw(st.sampled_from(["earned", "bonus"])),
        "lines": tuple(counted),
    }  # fmt: skip
    state, before = order, 0
    for _ in range(data.draw(st.integers(0, 5))):
        if state.whole:
            break
        left = state.paid - state.money
        if data.draw(st.booleans()):
            line = state.lines[place := data.draw(st.sampled_from(places))]
            quantity = Decimal(data.draw(st.integers(0, int(line.left_quantity))))
            if not quantity:
                continue
            parts = resolve([RefundLine(line=place, quantity=quantity)], state, "USD")
            amount = money_of(parts, state, "USD")
        else:
            parts, amount = [], min(left, data.draw(MONEY))
            if not amount:
                continue
        state = state.after(amount, parts)
        assert 0 <= state.money <= state.paid
        back = back_by(effect, state)
        assert before <= back <= points
        before = back

    if not state.whole:
        state = state.after(state.paid - state.money, [])
    assert state.whole
    assert back_by(effect, state) == points


async def test_a_refund_is_read_by_its_id_and_found_on_its_list(client):
    await rules(client, per_money())
    purchase, other = await buy(client, PARCEL, "110.00"), await buy(client, PARCEL, "110.00")
    first = await refund(client, purchase, lines=[{"line": 2}], source="erp", external_id="r-1")
    second = await refund(client, other, amount="10.00")

    one = (await client.get(f"/v1/refunds/{first['id']}")).json()
    listed = (await client.get("/v1/refunds")).json()["data"]
    keyed = (await client.get("/v1/refunds", params={"source": "erp", "external_id": "r-1"})).json()
    of_one = (await client.get("/v1/refunds", params={"purchase_id": other["id"]})).json()

    (whole,) = (await client.get(f"/v1/purchases/{purchase['id']}")).json()["refunds"]
    assert one == {**whole, "purchase_id": purchase["id"]}
    assert (one["amount"], one["points"], one["external_id"]) == ("10.00", 0, "r-1")
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert keyed["data"] == [one]
    assert [each["id"] for each in of_one["data"]] == [second["id"]]


async def test_refunds_come_in_pages_and_of_a_span_of_time(client):
    await rules(client, per_money())
    purchase = await buy(client, PARCEL, "110.00", occurred_at="2026-02-01T10:00:00Z")
    made = [
        await refund(client, purchase, amount="1.00", occurred_at=f"2026-03-0{day}T10:00:00Z")
        for day in (1, 2, 3)
    ]

    page = (await client.get("/v1/refunds", params={"limit": 2})).json()
    rest = (await client.get("/v1/refunds", params={"cursor": page["next_cursor"]})).json()
    span = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    within = (await client.get("/v1/refunds", params=span)).json()

    assert [each["id"] for each in page["data"] + rest["data"]] == [r["id"] for r in made[::-1]]
    assert [each["id"] for each in within["data"]] == [made[1]["id"]]


async def test_a_refund_that_is_not_there_is_not_found(client):
    missing = await client.get("/v1/refunds/rfd_01h455vb4pex5vsknk084sn02q")

    assert (missing.status_code, missing.json()["code"]) == (404, "refund_not_found")
