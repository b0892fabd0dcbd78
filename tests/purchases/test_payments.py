"""Purchases that are paid with points in part: held, taken, given back, and what they earn."""

import asyncio

import asyncpg
import pytest

from laurels import imports, ledger, settlement
from laurels.kit.values.ids import decode, encode
from tests.settlement.test_by_sql import insert, integration

assert integration, "the fixture of the rows that come by SQL"

POINTS = 1000
"""What anna has at first, worth 10.00."""


@pytest.fixture
async def anna(house):
    """The id of a member with points."""
    return encode("member", await house.member(external_id="anna", balance=POINTS))


def sale(amount="42.90", **more):
    return {"member": "anna", "amount": amount, "currency": "USD", **more}


async def buy(client, expected=201, /, **body):
    answer = await client.post("/v1/purchases", json=sale(**body))
    assert answer.status_code == expected, answer.text
    return answer.json()


async def step(client, purchase, name, status=200):
    answer = await client.post(f"/v1/purchases/{purchase['id']}/{name}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def refund(client, purchase, amount=None, **more):
    body = {**more} if amount is None else {"amount": amount, **more}
    answer = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def hold(client, anna, points, **more):
    wallet = (await client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]
    answer = await client.post(f"/v1/wallets/{wallet}/holds", json={"points": points, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def wallet_of(client, anna):
    row = (await client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]
    return row["available"], row["held"], row["debt"]


async def sound(house):
    async with house.work() as work:
        return await ledger.find_faults(work) == []


async def test_points_named_in_a_purchase_are_taken_and_what_they_paid_earns_nothing(
    client, house, anna
):
    bought = await buy(client, payments=[{"points": 500}])

    (paid,) = bought["payments"]
    assert (paid["points"], paid["value"], paid["points_returned"]) == (500, "5.00", 0)
    assert (paid["hold_id"], bought["amount"], bought["points"]) == (None, "42.90", 37)
    assert await wallet_of(client, anna) == (500 + 37, 0, 0)
    row = (await client.get(f"/v1/transactions/{paid['transaction_id']}")).json()
    assert (row["type"], row["source"], row["source_id"], row["points"]) == (
        "redeemed", "purchase", bought["id"], -500,
    )  # fmt: skip
    why = (await client.get(f"/v1/purchases/{bought['id']}/why")).json()
    assert why["words"][-1] == "5.00 USD of it were paid with points and earned none."
    assert await sound(house)


async def test_what_is_paid_with_points_earns_where_the_setting_says_so(client, anna):
    changed = await client.patch("/v1/settings/earning", json={"points_payments_earn": True})
    assert changed.status_code == 200, changed.text

    assert (await buy(client, payments=[{"points": 500}]))["points"] == 42


async def test_what_is_paid_with_points_alone_earns_nothing_at_all(client, anna):
    rule = {
        "name": "Every purchase", "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 50},
    }  # fmt: skip
    assert (await client.post("/v1/earning-rules", json=rule)).status_code == 201

    bought = await buy(client, amount="10.00", payments=[{"points": 1000}])

    assert (bought["points"], bought["award"]["effects"]) == (0, [])
    why = (await client.get(f"/v1/purchases/{bought['id']}/why")).json()
    assert why["reason"] == "paid_with_points"
    assert await wallet_of(client, anna) == (0, 0, 0)


async def test_nobody_pays_with_what_they_are_about_to_earn(client, anna):
    refused = await buy(client, 409, amount="2000.00", payments=[{"points": POINTS + 1}])

    assert refused["code"] == "insufficient_points"
    assert [each["field"] for each in refused["errors"]] == ["payments.0.points"]
    assert (await client.get("/v1/purchases")).json()["data"] == []
    assert await wallet_of(client, anna) == (POINTS, 0, 0)


async def test_a_hold_is_captured_by_the_settlement(client, house, anna):
    held = await hold(client, anna, 300)
    assert await wallet_of(client, anna) == (700, 300, 0)

    bought = await buy(client, payments=[{"hold_id": held}])

    (paid,) = bought["payments"]
    assert (paid["hold_id"], paid["points"], paid["value"]) == (held, 300, "3.00")
    after = (await client.get(f"/v1/holds/{held}")).json()
    assert (after["status"], after["transaction_id"]) == ("captured", paid["transaction_id"])
    assert await wallet_of(client, anna) == (700 + 39, 0, 0)
    assert await sound(house)


async def test_a_part_of_a_hold_releases_the_rest(client, anna):
    held = await hold(client, anna, 300)

    await buy(client, payments=[{"hold_id": held, "points": 100}, {"points": 50}])

    assert await wallet_of(client, anna) == (850 + 41, 0, 0)


async def a_strange_hold(client, house, anna):
    other = await house.member(balance=POINTS)
    return {"hold_id": await hold(client, encode("member", other), 100)}, "member_mismatch"


async def a_closed_hold(client, house, anna):
    held = await hold(client, anna, 100)
    await client.post(f"/v1/holds/{held}/release")
    return {"hold_id": held}, "hold_closed"


async def an_expired_hold(client, house, anna):
    held = await hold(client, anna, 100)
    async with house.work() as work:
        await work.fetch(
            "update laurels.holds set expires_at = now() - interval '1 minute'"
            " where tenant_id = $1 and id = $2", work.tenant_id, decode("hold", held),
        )  # fmt: skip
    return {"hold_id": held}, "hold_closed"


async def no_hold(client, house, anna):
    return {"hold_id": encode("hold", house.tenant.id)}, "hold_not_found"


async def a_small_hold(client, house, anna):
    return {"hold_id": await hold(client, anna, 100), "points": 101}, "capture_too_large"


@pytest.mark.parametrize(
    "make", [a_strange_hold, a_closed_hold, an_expired_hold, no_hold, a_small_hold]
)
@pytest.mark.parametrize("status", ["completed", "pending"])
async def test_a_hold_that_cannot_pay_is_named(client, house, anna, make, status):
    payment, code = await make(client, house, anna)

    answer = await client.post("/v1/purchases", json=sale(payments=[payment], status=status))

    assert answer.json()["code"] == code, answer.text
    assert answer.json()["errors"][0]["field"].startswith("payments.0.")
    assert (await client.get("/v1/purchases")).json()["data"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"payments": [{"points": 501}], "amount": "5.00"}, "payments"),
        ({"payments": [{"points": 1}], "amount": "-5.00"}, "payments"),
        ({"payments": [{"points": 1}], "member": None}, "payments"),
        ({"payments": [{}]}, "payments.0"),
        ({"payments": [{"points": 0}]}, "payments.0.points"),
    ],
)
async def test_payments_that_cannot_be_are_refused(client, anna, body, field):
    refused = await buy(client, 422, **body)

    assert refused["errors"][0]["field"] == field
    assert await wallet_of(client, anna) == (POINTS, 0, 0)


async def test_the_minimum_holds_for_payments_too(client, anna):
    program = (await client.get("/v1/programs")).json()["data"][0]["id"]
    await client.patch(f"/v1/programs/{program}", json={"minimum_redemption_points": 100})

    refused = await buy(client, 409, payments=[{"points": 99}])
    held = await buy(client, 409, payments=[{"points": 99}], status="pending")

    for each in (refused, held):
        assert each["code"] == "below_minimum_redemption"
        assert [error["field"] for error in each["errors"]] == ["payments.0.points"]
    await buy(client, payments=[{"points": 100}])


async def test_points_without_worth_pay_for_nothing(client, anna):
    program = (await client.get("/v1/programs")).json()["data"][0]["id"]
    await client.patch(f"/v1/programs/{program}", json={"point_value": "0"})

    refused = await buy(client, 422, payments=[{"points": 100}])

    assert [error["field"] for error in refused["errors"]] == ["payments.0.points"]


# Repeats -----------------------------------------------------------------------------------


async def test_a_repeat_is_a_repeat_and_pays_once(client, anna):
    held = await hold(client, anna, 100)
    body = {"external_id": "1", "payments": [{"hold_id": held}, {"points": 200}]}
    first = await buy(client, **body)

    again = await buy(client, 200, **body)

    assert again == first
    assert await wallet_of(client, anna) == (700 + 39, 0, 0)


@pytest.mark.parametrize(
    ("payments", "field"),
    [
        ([], "payments"),
        ([{"points": 300}], "payments.0.points"),
        ([{"points": 200}, {"points": 1}], "payments"),
    ],
)
async def test_other_payments_are_no_repeat(client, anna, payments, field):
    await buy(client, external_id="1", payments=[{"points": 200}])

    altered = await buy(client, 409, external_id="1", payments=payments)

    assert altered["code"] == "purchase_altered"
    assert [each["field"] for each in altered["errors"]] == [field]
    assert await wallet_of(client, anna) == (800 + 40, 0, 0)


async def test_many_at_once_pay_once_and_never_with_more_than_there_is(client, house, anna):
    same = [client.post("/v1/purchases", json=sale(external_id="1", payments=[{"points": 300}]))
            for _ in range(4)]  # fmt: skip
    others = [client.post("/v1/purchases", json=sale(payments=[{"points": 300}]))
              for _ in range(6)]  # fmt: skip
    plain = [client.post("/v1/purchases", json=sale("1.00")) for _ in range(6)]

    answers = await asyncio.gather(*same, *others, *plain)

    assert sorted({each.status_code for each in answers[:4]}) in ([200, 201], [409])
    assert {each.status_code for each in answers[10:]} == {201}
    paid = {
        each.json()["id"]: each.json()["payments"][0]["points"]
        for each in answers[:10] if each.status_code in {200, 201}
    }  # fmt: skip
    assert {each.json()["code"] for each in answers[:10] if each.status_code == 409} <= {
        "insufficient_points"
    }
    available, held, debt = await wallet_of(client, anna)
    assert (held, debt) == (0, 0)
    assert available == POINTS - sum(paid.values()) + 39 * len(paid) + 6
    assert len(paid) == 3
    assert await sound(house)


async def test_one_hold_pays_for_one_purchase(client, anna):
    held = await hold(client, anna, 300)

    answers = await asyncio.gather(
        *(
            client.post("/v1/purchases", json=sale(payments=[{"hold_id": held}], status=status))
            for status in ("completed", "pending", "completed", "pending")
        )
    )

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    codes = {each.json()["code"] for each in answers if each.status_code == 409}
    assert codes == {"hold_closed"}


# Pending -----------------------------------------------------------------------------------


async def test_a_pending_purchase_holds_the_points_until_it_is_completed(client, house, anna):
    bought = await buy(client, status="pending", payments=[{"points": 500}])
    assert await wallet_of(client, anna) == (500, 500, 0)
    assert (bought["payments"][0]["value"], bought["payments"][0]["transaction_id"]) == (
        "5.00", None,
    )  # fmt: skip

    done = await step(client, bought, "complete")

    assert (done["points"], done["payments"][0]["points"]) == (37, 500)
    assert done["payments"][0]["hold_id"] == bought["payments"][0]["hold_id"]
    assert await wallet_of(client, anna) == (537, 0, 0)
    assert await sound(house)


@pytest.mark.parametrize("end", ["cancel", "fail"])
@pytest.mark.parametrize("own", [True, False])
async def test_one_that_is_not_paid_gives_the_points_back(client, house, anna, end, own):
    payment = {"points": 500} if own else {"hold_id": await hold(client, anna, 500)}
    bought = await buy(client, status="pending", payments=[payment])

    await step(client, bought, end)
    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    # Paid after all, the points are taken if they are still there.
    done = await step(client, bought, "complete")

    assert done["points"] == 37
    assert await wallet_of(client, anna) == (537, 0, 0)
    assert await sound(house)


async def test_paid_after_all_without_points_it_cannot_be_completed(client, house, anna):
    bought = await buy(client, status="pending", payments=[{"points": 800}], external_id="1")
    await step(client, bought, "cancel")
    await buy(client, payments=[{"points": 700}])

    refused = await step(client, bought, "complete", 409)
    repeated = await client.post(
        "/v1/purchases", json=sale(payments=[{"points": 800}], external_id="1")
    )

    for each in (refused, repeated.json()):
        assert each["code"] == "insufficient_points"
        assert each["errors"][0]["field"] == "payments.0.points"
    assert (await client.get(f"/v1/purchases/{bought['id']}")).json()["status"] == "cancelled"


async def test_a_repeat_completes_or_cancels_what_was_pending(client, anna):
    for number, end in (("1", "completed"), ("2", "cancelled")):
        body = {"external_id": number, "payments": [{"points": 400}]}
        await buy(client, status="pending", **body)
        again = await client.post("/v1/purchases", json=sale(status=end, **body))
        assert again.json()["status"] == end, again.text

    assert await wallet_of(client, anna) == (600 + 38, 0, 0)


async def test_a_change_holds_other_points(client, house, anna):
    held = await hold(client, anna, 100)
    bought = await buy(client, status="pending", payments=[{"points": 500}])
    path = f"/v1/purchases/{bought['id']}"

    changed = await client.patch(path, json={"payments": [{"points": 200}, {"hold_id": held}]})
    assert changed.status_code == 200, changed.text
    assert await wallet_of(client, anna) == (700, 300, 0)
    small = await client.patch(path, json={"amount": "2.50"})
    assert small.json()["errors"][0]["field"] == "payments"
    other = await client.patch(path, json={"payments": [{"points": POINTS + 1}]})
    assert other.json()["code"] == "insufficient_points"
    assert await wallet_of(client, anna) == (700, 300, 0)
    await client.patch(path, json={"payments": []})

    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    assert (await step(client, bought, "complete"))["points"] == 42
    assert await sound(house)


async def test_another_buyer_pays_with_their_own_points(client, house, anna):
    await house.member(external_id="bert", balance=600)
    bought = await buy(client, status="pending", payments=[{"points": 500}])

    changed = await client.patch(f"/v1/purchases/{bought['id']}", json={"member": "bert"})

    assert changed.status_code == 200, changed.text
    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    assert await wallet_of(client, changed.json()["member_id"]) == (100, 500, 0)


async def test_a_hold_that_let_go_meanwhile_is_made_good(client, house, anna):
    bought = await buy(client, status="pending", payments=[{"points": 500}])
    await client.post(f"/v1/holds/{bought['payments'][0]['hold_id']}/release")

    done = await step(client, bought, "complete")

    assert done["payments"][0]["transaction_id"] is not None
    assert await wallet_of(client, anna) == (537, 0, 0)


async def test_a_hold_that_was_captured_by_hand_pays_no_second_time(client, anna):
    bought = await buy(client, status="pending", payments=[{"points": 500}])
    await client.post(f"/v1/holds/{bought['payments'][0]['hold_id']}/capture")

    refused = await step(client, bought, "complete", 409)

    assert refused["code"] == "hold_closed"
    assert refused["errors"][0]["field"] == "payments.0.hold_id"


# Refunds -----------------------------------------------------------------------------------


async def test_refunds_give_points_back_in_proportion_and_all_of_them_in_the_end(
    client, house, anna
):
    bought = await buy(client, amount="30.00", payments=[{"points": 100}, {"points": 100}])
    assert bought["points"] == 28
    assert await wallet_of(client, anna) == (828, 0, 0)

    first = await refund(client, bought, "10.00", external_id="r1")
    again = await refund(client, bought, "10.00", external_id="r1")
    second = await refund(client, bought, "10.00")
    last = await refund(client, bought)

    # floor(100 x 10 / 30) of each, then up to 66, then all; and 9, 18 and 28 of what was earned.
    returned = [each["points_returned"] for each in (first, second, last)]
    assert (returned, again["points_returned"]) == ([66, 66, 68], 66)
    assert [each["points"] for each in (first, second, last)] == [-9, -9, -10]
    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    after = (await client.get(f"/v1/purchases/{bought['id']}")).json()
    assert [each["points_returned"] for each in after["payments"]] == [100, 100]
    assert [each["points_returned"] for each in after["refunds"]] == [66, 66, 68]
    assert await sound(house)


async def test_a_refund_of_lines_gives_the_share_of_its_money_back(client, anna):
    lines = [{"sku": "tea", "unit_price": "30.00"}, {"sku": "cup", "unit_price": "10.00"}]
    bought = await buy(client, amount="40.00", lines=lines, payments=[{"points": 400}])

    back = await refund(client, bought, lines=[{"sku": "cup"}])

    assert (back["amount"], back["points_returned"]) == ("10.00", 100)


async def test_points_that_were_given_back_by_hand_do_not_come_twice(client, house, anna):
    bought = await buy(client, amount="30.00", payments=[{"points": 100}])
    await client.post(
        f"/v1/transactions/{bought['payments'][0]['transaction_id']}/reverse", json={}
    )

    back = await refund(client, bought)

    assert back["points_returned"] == 0
    assert await wallet_of(client, anna) == (POINTS, 0, 0)


async def test_many_refunds_at_once_never_give_back_more_than_was_paid(client, house, anna):
    bought = await buy(client, amount="30.00", payments=[{"points": 500}])

    answers = await asyncio.gather(
        *(
            client.post(f"/v1/purchases/{bought['id']}/refunds", json={"amount": "4.00"})
            for _ in range(9)
        ),
    )

    done = [each.json() for each in answers if each.status_code == 201]
    assert len(done) == 7
    await refund(client, bought)
    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    assert await sound(house)


# Many, dry runs, news ----------------------------------------------------------------------


async def test_in_bulk_one_that_cannot_pay_fails_alone(client, house, anna):
    items = [
        sale("10.00", payments=[{"points": 600}]),
        sale("20.00", payments=[{"points": 600}]),
        sale("7.00"),
        sale("30.00", payments=[{"points": 300}], status="pending"),
    ]

    answer = (await client.post("/v1/purchases/bulk", json={"items": items})).json()

    assert [each["status"] for each in answer["data"]] == [201, 409, 201, 201]
    assert answer["data"][1]["problem"]["code"] == "insufficient_points"
    assert await wallet_of(client, anna) == (100 + 4 + 7, 300, 0)
    assert await sound(house)


async def test_a_dry_run_tells_what_is_booked(client, anna):
    body = sale(payments=[{"points": 500}])

    planned = (await client.post("/v1/purchases?dry_run=true", json=body)).json()
    assert await wallet_of(client, anna) == (POINTS, 0, 0)
    done = await buy(client, payments=[{"points": 500}])

    assert sorted(each["points"] for each in planned["transactions"]) == [-500, 37]
    assert planned["answer"]["points"] == done["points"] == 37
    assert planned["answer"]["payments"][0]["value"] == done["payments"][0]["value"]
    refused = (
        await client.post("/v1/purchases?dry_run=true", json=sale(payments=[{"points": 900}]))
    ).json()
    assert (refused["status"], refused["answer"]["code"]) == (409, "insufficient_points")


async def test_events_tell_what_was_paid_and_came_back(client, house, anna):
    bought = await buy(client, amount="30.00", payments=[{"points": 500}])
    await refund(client, bought)

    async with house.work() as work:
        rows = await work.fetch(
            "select type, payload from laurels.outbox where tenant_id = $1"
            " and type like 'purchase.%' order by id", work.tenant_id,
        )  # fmt: skip
    told = {row["type"]: row["payload"] for row in rows}
    assert told["purchase.completed"]["points_paid"] == 500
    assert told["purchase.refunded"]["points_returned"] == 500


async def test_a_merge_takes_the_payments_along(client, house, anna):
    bert = encode("member", await house.member(external_id="bert"))
    waiting = await buy(client, status="pending", payments=[{"points": 500}])
    bought = await buy(client, amount="30.00", payments=[{"points": 300}])

    merged = await client.post(f"/v1/members/{bert}/merge", json={"from": anna})
    assert merged.status_code == 200, merged.text
    await step(client, waiting, "complete")
    await refund(client, bought)

    assert await wallet_of(client, bert) == (500 + 37, 0, 0)
    assert await sound(house)


async def test_a_blocked_member_spends_nothing_but_what_was_held(client, anna):
    waiting = await buy(client, status="pending", payments=[{"points": 500}])
    await client.post(f"/v1/members/{anna}/block", json={"reason": "Fraud"})

    refused = await buy(client, 409, payments=[{"points": 100}])
    done = await step(client, waiting, "complete")

    assert (refused["code"], refused["errors"][0]["field"]) == (
        "wallet_closed", "payments.0.points",
    )  # fmt: skip
    assert done["payments"][0]["transaction_id"] is not None


async def test_while_the_programme_is_off_nothing_new_is_spent(client, anna):
    waiting = await buy(client, status="pending", payments=[{"points": 500}])
    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})

    refused = await buy(client, 409, payments=[{"points": 100}])
    await step(client, waiting, "complete")

    assert refused["code"] == "loyalty_disabled"
    assert await wallet_of(client, anna) == (500, 0, 0)


async def test_the_export_of_a_member_tells_their_payments(client, anna):
    await buy(client, payments=[{"points": 500}])

    told = (await client.get(f"/v1/members/{anna}/export")).text

    assert '"purchase_payments"' in told


# By SQL and by file ------------------------------------------------------------------------


async def pay(integration, house, purchase, **columns):
    """Insert a payment by SQL."""
    names = ["tenant_id", "purchase_id", "position", *columns]
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await integration.execute(
        f"insert into laurels.purchase_payments ({', '.join(names)}) values ({marks})",
        house.tenant.id, purchase, 1, *columns.values(),
    )  # fmt: skip


async def complete_by_sql(integration, purchase):
    await integration.execute(
        "update laurels.purchases set status = 'completed', completed_at = now() where id = $1",
        purchase,
    )


async def settle(house):
    async with house.work() as work:
        return await settlement.settle_waiting(work)


@pytest.mark.parametrize("by_hold", [True, False])
async def test_a_payment_by_sql_is_taken_when_the_purchase_is_settled(
    client, house, anna, integration, by_hold
):
    purchase = await insert(integration, house, decode("member", anna), "pending")
    if by_hold:
        await pay(
            integration, house, purchase, hold_id=decode("hold", await hold(client, anna, 500))
        )
    else:
        await pay(integration, house, purchase, points=500)
    await complete_by_sql(integration, purchase)

    assert await settle(house) == 1

    told = (await client.get(f"/v1/purchases/{encode('purchase', purchase)}")).json()
    assert [each["value"] for each in told["payments"]] == ["5.00"]
    assert told["points"] == 7
    assert await wallet_of(client, anna) == (500 + 7, 0, 0)
    with pytest.raises(asyncpg.CheckViolationError, match="final"):
        await pay(integration, house, purchase, points=1)


async def test_one_by_sql_that_cannot_be_paid_waits_and_says_why(client, house, anna, integration):
    member = decode("member", anna)
    short = await insert(integration, house, member, "pending", amount="90.00")
    await pay(integration, house, short, points=POINTS + 500)
    await complete_by_sql(integration, short)
    await insert(integration, house, member, "completed", number="o-2")

    assert await settle(house) == 1

    async with house.work(dry_run=True) as work:
        stuck = await settlement.find_stuck(work)
    assert list(stuck) == [short]
    assert stuck[short].startswith("payments.0.points: ")
    assert await wallet_of(client, anna) == (POINTS + 12, 0, 0)


async def test_by_sql_guests_and_returns_are_not_paid_with_points(house, anna, integration):
    guest = await insert(integration, house, None, "pending")
    back = await insert(
        integration, house, decode("member", anna), "pending", number="o-2", amount="-5"
    )

    for purchase in (guest, back):
        with pytest.raises(asyncpg.CheckViolationError, match="points pay for purchases"):
            await pay(integration, house, purchase, points=1)


async def test_a_file_tells_how_many_points_were_paid_and_the_export_says_it_again(
    house, anna, client, tmp_path
):
    path = tmp_path / "sales.csv"
    path.write_text(
        "external_id,member,occurred_at,amount,currency,points_paid\n"
        "1,anna,2026-02-01T10:00:00Z,42.90,USD,500\n"
        "2,anna,2026-02-02T10:00:00Z,9.00,USD,\n"
        "3,anna,2026-02-03T10:00:00Z,30.00,USD,900\n"
        "4,anna,2026-02-03T10:00:00Z,30.00,USD,5.5\n"
    )
    program = (await client.get("/v1/programs")).json()["data"][0]["id"]
    await client.patch(f"/v1/programs/{program}", json={"minimum_redemption_points": 900})
    options = imports.Options(file=path, rejects_dir=tmp_path, source="shop")

    report = await imports.import_purchases(house.database, house.tenant.id, options)
    again = await imports.import_purchases(house.database, house.tenant.id, options)

    assert (report.booked, report.rejected, again.booked) == (2, 2, 0)
    assert await wallet_of(client, anna) == (500 + 37 + 9, 0, 0)
    told = (await client.get("/v1/exports/purchases")).text.splitlines()
    header = told[0].split(",")
    rows = [dict(zip(header, line.split(","), strict=False)) for line in told[1:]]
    assert {row["external_id"]: row["points_paid"] for row in rows} == {"1": "500", "2": ""}
    assert await sound(house)
