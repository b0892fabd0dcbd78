"""Points for what was paid less the tax in it, and what refunds take of them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels import settlement
from laurels.purchases import Returned, taxes_of
from laurels.purchases.returned import LineState, RefundLine, money_of, resolve
from laurels.settlement.going_back import back_by
from tests.purchases.test_refunds_by_line import refund, rules
from tests.settlement.test_by_sql import insert, integration

assert integration, "the fixture of the rows that come by SQL"
NET = {"type": "points_per_money", "rate": "1", "base": "net_amount"}
BOOK = {"sku": "book", "category": "books", "unit_price": "107.00", "tax_amount": "7.00"}
LAMP = {"sku": "lamp", "category": "lamps", "unit_price": "119.00", "tax_amount": "19.00"}
BOOKS = {"field": "category", "op": "eq", "value": "books"}
NOT_POST = {"not": {"field": "category", "op": "eq", "value": "post"}}


def untaxed(line):
    return {name: value for name, value in line.items() if name != "tax_amount"}


async def buy(client, amount, lines=(), **more):
    body = {
        "member": "anna", "amount": amount, "currency": "USD", "lines": list(lines),
        "occurred_at": "2026-11-01T12:00:00Z", **more,
    }  # fmt: skip
    bought = await client.post("/v1/purchases", json=body)
    assert bought.status_code == 201, bought.text
    return bought.json()


THIRDS = [{"category": "lamps", "unit_price": price} for price in ("39.67", "39.67", "39.66")]


@pytest.mark.parametrize(
    ("award", "amount", "said", "points"),
    [
        ({}, "119.00", {"tax_amount": "19.00"}, 100),
        ({"base": "amount"}, "119.00", {"tax_amount": "19.00"}, 119),
        ({"rate": "1.5"}, "119.00", {"tax_amount": "19.00"}, 150),
        ({}, "119.00", {"tax_amount": "0.00"}, 119),
        ({}, "119.00", {}, 119),
        ({}, "119.00", {"tax_amount": "119.00"}, 0),
        # The tax of the lines is that of the purchase, unless it has its own.
        ({}, "226.00", {"lines": [BOOK, LAMP]}, 200),
        ({}, "226.00", {"lines": [BOOK, LAMP], "tax_amount": "30.00"}, 196),
        ({}, "226.00", {"lines": [untaxed(BOOK), LAMP]}, 207),
        # Half was paid: half of the tax, too.
        ({}, "113.00", {"lines": [BOOK, LAMP]}, 100),
        # Of some lines: their own tax, or their share.
        ({"lines": BOOKS}, "226.00", {"lines": [BOOK, LAMP]}, 100),
        ({"lines": BOOKS}, "113.00", {"lines": [BOOK, LAMP]}, 50),
        ({"lines": BOOKS}, "226.00", {"lines": [untaxed(BOOK), LAMP]}, 107),
        (
            {"lines": BOOKS}, "226.00",
            {"lines": [untaxed(BOOK), untaxed(LAMP)], "tax_amount": "26.00"}, 94,
        ),
        # No point is lost on the coins that a share is rounded to.
        ({"lines": NOT_POST}, "119.00", {"lines": THIRDS, "tax_amount": "19.00"}, 100),
        ({"lines": NOT_POST}, "119.00", {"lines": THIRDS[:2], "tax_amount": "19.00"}, 66),
    ],
)  # fmt: skip
async def test_what_is_earned_net_of_tax(client, award, amount, said, points):
    await rules(client, {**NET, **award})

    assert (await buy(client, amount, **said))["points"] == points


@pytest.mark.parametrize(
    ("award", "amount", "said", "points"),
    [
        ({}, "-119.00", {"tax_amount": "-19.00"}, -100),
        ({}, "-119.00", {}, -119),
        ({}, "-107.00", {"lines": [BOOK]}, -100),
        ({"lines": BOOKS}, "-226.00", {"lines": [BOOK, LAMP]}, -100),
        ({"lines": BOOKS}, "-226.00", {"lines": [untaxed(BOOK), untaxed(LAMP)],
                                       "tax_amount": "-26.00"}, -94),
    ],
)  # fmt: skip
async def test_goods_that_come_back_without_their_purchase_take_it_net_of_tax(
    client, award, amount, said, points
):
    await rules(client, {**NET, **award})
    await buy(client, "1000.00", [{**BOOK, "unit_price": "1000.00"}])
    back = [
        {**line, "quantity": -1, **({"tax_amount": f"-{line['tax_amount']}"}
                                    if "tax_amount" in line else {})}
        for line in said.get("lines", ())
    ]  # fmt: skip

    assert (await buy(client, amount, **{**said, "lines": back}))["points"] == points


async def test_units_and_conditions_may_ask_for_the_net_amount(client):
    await rules(
        client,
        {"type": "per_unit", "points": 3, "unit": "10", "of": "purchase.net_amount"},
    )
    conditions = {"all": [
        {"field": "purchase.net_amount", "op": "eq", "value": "200.00"},
        {"some": "purchase.lines",
         "where": {"field": "net_amount", "op": "eq", "value": "100.00"}},
    ]}  # fmt: skip
    made = await client.post("/v1/earning-rules", json={
        "name": "both", "trigger": "purchase.completed", "conditions": conditions,
        "award": {"type": "fixed", "points": 1000}})  # fmt: skip
    assert made.status_code == 201, made.text

    assert (await buy(client, "226.00", [BOOK, LAMP]))["points"] == 1060
    assert (await buy(client, "226.00", [untaxed(BOOK), untaxed(LAMP)]))["points"] == 67


@pytest.mark.parametrize("base", ["gross", None, 1])
async def test_another_base_is_refused(client, base):
    body = {"name": "x", "trigger": "purchase.completed", "award": {**NET, "base": base}}

    answer = await client.post("/v1/earning-rules", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "award.base"


async def test_the_why_says_what_counted(client):
    await rules(client, NET, {**NET, "lines": BOOKS}, {"type": "points_per_money", "rate": "1"})
    little = {**NET, "rate": "0.001"}
    await client.post("/v1/earning-rules", json={
        "name": "little", "trigger": "purchase.completed", "award": little})  # fmt: skip

    purchase = await buy(client, "226.00", [BOOK, LAMP])
    why = (await client.get(f"/v1/purchases/{purchase['id']}/why")).json()

    assert purchase["points"] == 200 + 100 + 226
    assert {rule["name"]: rule["words"] for rule in why["rules"]} == {
        "rule 0": ["It gave 200 points for 200.00 net of tax."],
        "rule 1": ["It gave 100 points for 100.00 net of tax."],
        "rule 2": ["It gave 226 points for 226.00."],
        "little": ["purchase.net_amount 200.00 gives less than one point"],
    }


# Refunds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("award", [NET, {**NET, "lines": NOT_POST}], ids=["whole", "by line"])
@pytest.mark.parametrize(
    ("amount", "lines", "said", "book", "lamp"),
    [
        ("226.00", [BOOK, LAMP], {}, -100, -100),
        ("113.00", [BOOK, LAMP], {}, -50, -50),
        ("226.00", [untaxed(BOOK), untaxed(LAMP)], {"tax_amount": "26.00"}, -94, -106),
        ("226.00", [untaxed(BOOK), untaxed(LAMP)], {}, -107, -119),
    ],
)  # fmt: skip
async def test_a_line_that_goes_back_takes_what_it_earned(
    client, award, amount, lines, said, book, lamp
):
    await rules(client, award)
    purchase = await buy(client, amount, lines, **said)

    first = await refund(client, purchase, lines=[{"sku": "book"}])
    second = await refund(client, purchase, lines=[{"sku": "lamp"}])

    assert (first["points"], second["points"]) == (book, lamp)


async def test_a_part_of_a_line_takes_its_share_and_what_names_no_line_goes_in_proportion(client):
    await rules(client, NET)
    pair = {**LAMP, "quantity": 2, "tax_amount": "38.00"}
    purchase = await buy(client, "345.00", [BOOK, pair])
    assert purchase["points"] == 300

    one = await refund(client, purchase, lines=[{"sku": "lamp", "quantity": 1}])
    cheaper = await refund(client, purchase, lines=[{"sku": "book", "amount": "53.50"}])
    half = await refund(client, purchase, amount="86.25")
    rest = await refund(client, purchase)

    # Half of the 150 points that are left, for half of the 172.50 that are left.
    assert [each["points"] for each in (one, cheaper, half, rest)] == [-100, -50, -75, -75]


async def test_what_is_in_no_line_keeps_its_points(client):
    await rules(client, NET)
    purchase = await buy(client, "238.00", [LAMP], tax_amount="38.00")

    lamp = await refund(client, purchase, lines=[{"sku": "lamp"}])
    rest = await refund(client, purchase)

    assert (purchase["points"], lamp["points"], rest["points"]) == (200, -100, -100)


async def test_refunds_in_proportion_and_awards_by_the_amount_know_no_tax(client):
    await rules(client, {"type": "points_per_money", "rate": "1", "lines": NOT_POST})
    purchase = await buy(client, "226.00", [BOOK, LAMP])

    back = await refund(client, purchase, lines=[{"sku": "book"}])

    assert back["points"] == -107


async def test_caps_have_the_room_of_the_net_amount_again(client):
    await rules(client)
    await client.post("/v1/earning-rules", json={
        "name": "capped", "trigger": "purchase.completed", "award": NET,
        "caps": [{"period": "day", "points": 200}]})  # fmt: skip
    first = await buy(client, "226.00", [BOOK, LAMP])

    await refund(client, first, lines=[{"sku": "book"}])

    assert (await buy(client, "226.00", [BOOK, LAMP]))["points"] == 100


async def test_only_an_award_by_the_net_amount_keeps_its_base(client, house):
    await rules(client, NET, {"type": "points_per_money", "rate": "1"})
    await buy(client, "226.00", [BOOK, LAMP])

    async with house.work() as work:
        (row,) = await work.fetch(
            "select laurels.why(e.body, a.figures) -> 1 as effects from laurels.awards as a"
            " inner join laurels.explanations as e on e.tenant_id = $1"
            "  and e.digest = a.explanation_digest"
            " where a.tenant_id = $1 and e.trigger = 'purchase.completed'",
            work.tenant_id,
        )

    assert sorted((each["points"], each.get("base", "none")) for each in row["effects"]) == [
        (200, "net_amount"), (226, "none"),
    ]  # fmt: skip


# The other doors ----------------------------------------------------------------------------------


async def test_in_bulk_pending_claimed_and_as_a_dry_run(client):
    await rules(client, NET)
    await client.post("/v1/members", json={"external_id": "anna"})
    body = {"member": "anna", "amount": "226.00", "currency": "USD", "lines": [BOOK, LAMP]}
    plain = {**body, "lines": [], "tax_amount": "26.00"}

    planned = (await client.post("/v1/purchases?dry_run=true", json=body)).json()
    bulk = (await client.post("/v1/purchases/bulk", json={"items": [body, plain]})).json()["data"]
    pending = (await client.post("/v1/purchases", json={**plain, "status": "pending"})).json()
    changed = await client.patch(f"/v1/purchases/{pending['id']}", json={"tax_amount": "36.00"})
    done = await client.post(f"/v1/purchases/{pending['id']}/complete")
    guest = (await client.post("/v1/purchases", json={**body, "member": None})).json()
    await refund(client, guest, lines=[{"sku": "book"}])
    claimed = await client.post(f"/v1/purchases/{guest['id']}/claim", json={"member": "anna"})

    assert [each["points"] for each in planned["transactions"]] == [200]
    assert [each["result"]["points"] for each in bulk] == [200, 200]
    assert changed.status_code == 200, changed.text
    assert done.json()["points"] == 190
    assert claimed.json()["points"] == 200
    assert [each["points"] for each in claimed.json()["refunds"]] == [-100]


async def test_by_sql(integration, house, client):
    await rules(client, NET)
    member = await house.member()
    purchase = await insert(integration, house, member, "pending", amount="226.00")
    for position, (price, tax) in enumerate([(107, 7), (119, 19)], start=1):
        await integration.execute(
            "insert into laurels.purchase_lines (tenant_id, purchase_id, position, quantity,"
            " unit_price, amount, tax_amount) values ($1, $2, $3, 1, $4, $4, $5)",
            house.tenant.id, purchase, position, Decimal(price), Decimal(tax),
        )  # fmt: skip
    await integration.execute(
        "update laurels.purchases set status = 'completed', completed_at = now() where id = $1",
        purchase,
    )

    async with house.work() as work:
        await settlement.settle_waiting(work)

    assert (await house.balance(member))["available"] == 200


# Pure ---------------------------------------------------------------------------------------------

CENTS = st.integers(0, 20_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def orders(draw):
    """A purchase with lines and taxes, as it is before anything went back."""
    costs = [draw(CENTS) for _ in range(draw(st.integers(1, 4)))]
    worth = sum(costs, Decimal(0))
    paid = draw(st.sampled_from([worth, worth + 5, worth / 2])).quantize(Decimal("0.01"))
    cent = st.integers(0, 100).map(lambda part: Decimal(part) / 100)
    by_line = draw(st.booleans())
    said = [(cost * draw(cent)).quantize(Decimal("0.01")) if by_line else None for cost in costs]
    whole = (paid * draw(cent)).quantize(Decimal("0.01")) if draw(st.booleans()) else None
    tax, each = taxes_of((paid, whole), list(zip(costs, said, strict=True)), "USD")
    lines = {
        place: LineState(f"s{place}", Decimal(draw(st.integers(1, 6))), cost, tax=part)
        for place, (cost, part) in enumerate(zip(costs, each, strict=True), start=1)
    }
    return Returned(paid=paid, tax=tax, lines=lines)


@given(order=orders(), data=st.data(), points=st.integers(1, 10_000))
@settings(max_examples=300)
def test_what_is_back_only_grows_and_ends_with_all_of_it(order, data, points):
    places = sorted(order.lines)
    effect = {"points": points, "type": "earned", "base": "net_amount"}
    if data.draw(st.booleans()):
        effect["lines"] = tuple(data.draw(st.lists(st.sampled_from(places), unique=True)))
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
            amount = data.draw(st.sampled_from([money_of(parts, state, "USD"), Decimal(0)]))
        else:
            parts, amount = [], min(left, data.draw(CENTS))
            if not amount:
                continue
        state = state.after(amount, parts)
        back = back_by(effect, state)
        assert before <= back <= points
        before = back
    if not state.whole:
        state = state.after(state.paid - state.money, [])
    assert back_by(effect, state) == points
