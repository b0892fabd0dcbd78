"""An order changes while it is pending, is paid after all, or is exchanged on one receipt."""

import pytest

from tests.settlement.test_by_sql import insert, integration
from tests.support.people import told

assert integration, "the fixture of the rows that come by SQL"
LINES = [{"sku": "tea", "unit_price": "12.00"}, {"sku": "cup", "unit_price": "8.00"}]


async def pending(client, **more):
    body = {"member": "anna", "amount": "20.00", "currency": "USD", "status": "pending", **more}
    answer = await client.post("/v1/purchases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def step(client, purchase, name):
    return await client.post(f"/v1/purchases/{purchase['id']}/{name}")


async def patch(client, purchase, **changes):
    return await client.patch(f"/v1/purchases/{purchase['id']}", json=changes)


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"amount": "35.00"}, 35),
        ({"lines": [{"sku": "pot", "unit_price": "9.00"}], "amount": "9.00"}, 9),
        ({"lines": []}, 20),
        ({"channel": "online", "note": "a gift", "attributes": {"a": 1}}, 20),
        ({"payment_method": "card", "occurred_at": "2026-02-01T10:00:00Z"}, 20),
    ],
)
async def test_what_is_changed_while_pending_is_what_counts(client, changes, points):
    purchase = await pending(client, lines=LINES)

    changed = await patch(client, purchase, **changes)
    done = await step(client, purchase, "complete")

    assert changed.status_code == 200, changed.text
    for name, value in changes.items():
        if name != "lines":
            assert changed.json()[name] == value
    wanted = [line["sku"] for line in changes.get("lines", LINES)]
    assert [line["sku"] for line in done.json()["lines"]] == wanted
    assert (done.json()["status"], done.json()["points"]) == ("completed", points)


@pytest.mark.parametrize("end", ["complete", "cancel", "fail"])
async def test_only_a_pending_purchase_is_changed(client, end):
    purchase = await pending(client)
    await step(client, purchase, end)

    refused = await patch(client, purchase, amount="1.00")

    assert (refused.status_code, refused.json()["code"]) == (409, "purchase_not_pending")
    assert (await client.get(f"/v1/purchases/{purchase['id']}")).json()["amount"] == "20.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "1.005"}, "amount"),
        ({"amount": None}, "body"),
        ({"lines": [{"unit_price": "1", "amount": "1.005"}]}, "lines.0.amount"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"member": "x", "member_id": "mem_01h455vb4pex5vsknk084sn02q"}, "member"),
        ({"status": "completed"}, "status"),
    ],
)
async def test_a_change_that_cannot_be_names_its_field(client, changes, field):
    purchase = await pending(client)

    refused = await patch(client, purchase, **changes)

    assert refused.status_code == 422, refused.text
    if field != "body":
        assert refused.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("known", [True, False])
async def test_a_guests_pending_order_is_claimed_by_a_member(client, known):
    if known:
        await client.post("/v1/members", json={"external_id": "bo"})
    purchase = await pending(client, member=None, external_id="o-1")

    claimed = await patch(client, purchase, member="bo")
    done = await step(client, purchase, "complete")

    assert claimed.json()["member_id"] is not None
    assert done.json()["points"] == 20
    member = (await client.get(f"/v1/members/{claimed.json()['member_id']}")).json()
    assert (member["external_id"], member["purchases"]) == ("bo", 1)


async def test_both_the_first_report_and_the_present_one_are_repeats(client):
    said = {"external_id": "o-1"}
    purchase = await pending(client, **said)
    await patch(client, purchase, amount="30.00")
    body = {"member": "anna", "currency": "USD", "status": "pending", **said}

    first = await client.post("/v1/purchases", json={**body, "amount": "20.00"})
    present = await client.post("/v1/purchases", json={**body, "amount": "30.00"})
    other = await client.post("/v1/purchases", json={**body, "amount": "25.00"})

    assert (first.status_code, present.status_code) == (200, 200)
    assert first.json()["amount"] == present.json()["amount"] == "30.00"
    assert (other.status_code, other.json()["errors"][0]["field"]) == (409, "amount")


async def test_a_change_is_told_and_noted_and_a_dry_one_leaves_nothing(client):
    purchase = await pending(client)
    path = f"/v1/purchases/{purchase['id']}"

    dry = await client.patch(path, params={"dry_run": "true"}, json={"amount": "30.00"})
    assert dry.status_code == 200, dry.text
    assert (await client.get(path)).json()["amount"] == "20.00"
    await client.patch(path, json={"amount": "30.00"})

    (note,) = (await client.get("/v1/audit-log", params={"limit": 1})).json()["data"]
    assert note["action"] == "purchase.changed"
    assert note["after"] == {"amount": "30.00", "fields": ["amount"]}


@pytest.mark.parametrize("end", ["cancel", "fail"])
@pytest.mark.parametrize("way", ["door", "repeat", "sql"])
async def test_what_was_not_paid_can_be_paid_after_all_once(client, house, integration, end, way):
    purchase = await pending(client, external_id="o-1")
    await step(client, purchase, end)

    for _ in range(2):
        if way == "door":
            await step(client, purchase, "complete")
        elif way == "repeat":
            body = {"member": "anna", "amount": "20.00", "currency": "USD", "external_id": "o-1"}
            await client.post("/v1/purchases", json=body)
        else:
            await integration.execute(
                "update laurels.purchases set status = 'completed', completed_at = now()"
                " where external_id = 'o-1' and status <> 'completed'"
            )
            await told(house)

    after = (await client.get(f"/v1/purchases/{purchase['id']}")).json()
    assert (after["status"], after["points"]) == ("completed", 20)
    member = (await client.get(f"/v1/members/{after['member_id']}")).json()
    assert (member["purchases"], member["spend"]) == (1, "20.00")


async def test_of_what_was_not_paid_the_refusal_names_the_way_out(client):
    purchase = await pending(client)
    await step(client, purchase, "fail")

    refused = await step(client, purchase, "cancel")

    assert refused.status_code == 409
    assert "can still be completed" in refused.json()["detail"]


async def test_purchases_of_one_batch_by_sql_are_settled_together(client, house, integration):
    member = await house.member()
    for number in range(5):
        await insert(integration, house, member, "completed", number=f"s-{number}")

    await told(house)

    assert (await house.balance(member))["available"] == 5 * 12


async def test_an_exchange_is_one_receipt(client):
    lines = [
        {"sku": "new", "category": "shoes", "unit_price": "30.00"},
        {"sku": "old", "category": "shoes", "quantity": "-1", "unit_price": "25.00"},
    ]
    body = {"member": "anna", "amount": "5.00", "currency": "USD", "lines": lines}

    bought = await client.post("/v1/purchases", json=body)
    path = f"/v1/purchases/{bought.json()['id']}/refunds"
    old = await client.post(path, json={"lines": [{"sku": "old"}]})

    assert (bought.status_code, bought.json()["points"]) == (201, 5), bought.text
    assert [line["amount"] for line in bought.json()["lines"]] == ["30.00", "-25.00"]
    assert (old.status_code, old.json()["errors"][0]["field"]) == (422, "lines.0")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "0", "unit_price": "1"}, "lines.0.quantity"),
        ({"quantity": "-1", "unit_price": "1", "amount": "1"}, "lines.0.amount"),
        ({"quantity": "1", "unit_price": "1", "amount": "-1"}, "lines.0.amount"),
    ],
)
async def test_an_amount_has_the_sign_of_its_quantity(client, line, field):
    body = {"member": "anna", "amount": "5.00", "currency": "USD", "lines": [line]}

    refused = await client.post("/v1/purchases", json=body)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
