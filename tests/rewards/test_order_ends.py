"""What was set against an order comes back on every way the order ends; money is checked."""

import pytest

from laurels.kit.values.ids import decode
from tests.settlement.test_by_sql import insert, integration
from tests.support.people import told

assert integration, "the fixture of the rows that come by SQL"


async def buy(shop, member, amount="20.00", **more):
    """A purchase."""
    body = {"amount": amount, "currency": "USD", "member_id": member, **more}
    answer = await shop.client.post("/v1/purchases", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def used_on(shop, purchase_id, member):
    """A redemption that is used on a purchase."""
    redemption = await shop.redeem(member, await shop.reward())
    used = await shop.do(redemption, "use", purchase_id=purchase_id)
    assert used.json()["state"] == "used", used.text
    return redemption


async def by_door(shop, purchase, step):
    """The purchase ends by its own door."""
    return await shop.client.post(f"/v1/purchases/{purchase['id']}/{step}")


@pytest.mark.parametrize("setting", [True, False])
@pytest.mark.parametrize("way", ["cancel", "fail", "repeat", "bulk"])
async def test_a_code_comes_back_when_its_purchase_ends_without_being_paid(shop, way, setting):
    await shop.client.patch("/v1/settings/rewards", json={"reopen_on_refund": setting})
    anna = await shop.member(balance=100)
    said = {"external_id": "o-1", "status": "pending"}
    purchase = await buy(shop, anna, **said)
    redemption = await used_on(shop, purchase["id"], anna)

    if way in {"cancel", "fail"}:
        assert (await by_door(shop, purchase, way)).status_code == 200
    elif way == "repeat":
        await buy(shop, anna, **{**said, "status": "cancelled"})
    else:
        item = {"amount": "20.00", "currency": "USD", "member_id": anna, **said, "status": "failed"}
        await shop.client.post("/v1/purchases/bulk", json={"items": [item]})

    after = await shop.read(redemption)
    assert (after["state"], after["used_purchase_id"]) == ("completed", None)
    assert (await shop.events())[-1] == "redemption.reopened"
    again = await shop.do(redemption, "use", order_ref="another")
    assert again.json()["state"] == "used"


async def test_a_code_comes_back_when_its_purchase_is_cancelled_by_sql(shop, integration):
    anna = await shop.member(balance=100)
    purchase_id = await insert(integration, shop.house, decode("member", anna), "pending")
    purchases = (await shop.client.get("/v1/purchases")).json()["data"]
    redemption = await used_on(shop, purchases[0]["id"], anna)

    await integration.execute(
        "update laurels.purchases set status = 'cancelled' where id = $1", purchase_id
    )
    await told(shop.house)

    assert (await shop.read(redemption))["state"] == "completed"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"amount": "14.99"}, "completed"),
        ({"amount": "15.00"}, "used"),
        ({"member_id": None}, "used"),
        ({"note": "a gift"}, "used"),
        ({"member": "bo"}, "completed"),
    ],
)
async def test_a_code_comes_back_when_a_changed_order_does_not_fit_it(shop, changes, state):
    anna = await shop.member(balance=100)
    purchase = await buy(shop, anna, status="pending")
    redemption = await shop.redeem(anna, await shop.reward(min_order_value="15.00"))
    await shop.do(redemption, "use", purchase_id=purchase["id"])

    answer = await shop.client.patch(f"/v1/purchases/{purchase['id']}", json=changes)

    assert answer.status_code == 200, answer.text
    assert (await shop.read(redemption))["state"] == state
    assert ("redemption.reopened" in await shop.events()) == (state == "completed")


@pytest.mark.parametrize("parts", [["20.00"], ["5.00", "15.00"], [None]])
@pytest.mark.parametrize("bulk", [True, False])
async def test_a_code_comes_back_with_a_whole_refund_where_settings_say_so(shop, parts, bulk):
    await shop.client.patch("/v1/settings/rewards", json={"reopen_on_refund": True})
    anna = await shop.member(balance=100)
    purchase = await buy(shop, anna)
    redemption = await used_on(shop, purchase["id"], anna)

    for part in parts:
        assert (await shop.read(redemption))["state"] == "used"
        body = {} if part is None else {"amount": part}
        if bulk:
            items = [{**body, "purchase_id": purchase["id"]}]
            await shop.client.post("/v1/refunds/bulk", json={"items": items})
        else:
            await shop.client.post(f"/v1/purchases/{purchase['id']}/refunds", json=body)

    assert (await shop.read(redemption))["state"] == "completed"


async def test_without_the_setting_a_refund_leaves_the_code_used(shop):
    anna = await shop.member(balance=100)
    purchase = await buy(shop, anna)
    redemption = await used_on(shop, purchase["id"], anna)

    await shop.client.post(f"/v1/purchases/{purchase['id']}/refunds", json={})

    assert (await shop.read(redemption))["state"] == "used"


@pytest.mark.parametrize("end", ["cancel", "refund"])
async def test_nothing_is_used_on_a_purchase_that_has_ended(shop, end):
    anna = await shop.member(balance=100)
    status = "pending" if end == "cancel" else "completed"
    purchase = await buy(shop, anna, status=status)
    await by_door(shop, purchase, "cancel" if end == "cancel" else "refunds")
    redemption = await shop.redeem(anna, await shop.reward())

    refused = await shop.do(redemption, "use", purchase_id=purchase["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "purchase_not_usable")


@pytest.mark.parametrize(
    ("reward", "amount", "words"),
    [
        ({}, "500.00", "exceeds 5.00"),
        ({}, "5.01", "exceeds 5.00"),
        ({}, "4.005", "decimal places"),
        ({}, "0.0000001", "decimal places"),
        ({"type": "gift_card", "value": {"amount": "5.00"}}, "6.00", "exceeds 5.00"),
        ({"type": "discount_percentage", "value": {"percentage": "10"}}, "2.24", "10 %"),
        ({"type": "discount_percentage", "value": {"percentage": "50", "max_discount": "3"}},
         "3.01", "exceeds 3.00"),
        ({"type": "free_shipping", "value": {"max_amount": "4"}}, "4.50", "exceeds 4.00"),
    ],
)  # fmt: skip
async def test_a_discount_is_money_and_no_more_than_the_reward_gives(shop, reward, amount, words):
    anna = await shop.member(balance=200)
    purchase = await buy(shop, anna)
    redemption = await shop.redeem(anna, await shop.reward(**reward))
    waits = await shop.redeem(anna, await shop.reward(**{**reward, "fulfilment": "manual"}))

    used = await shop.do(redemption, "use", purchase_id=purchase["id"], discount_amount=amount)
    delivered = await shop.do(waits, "complete", code="X-1", discount_amount=amount)

    refusals = [used] if "%" in words else [used, delivered]
    for refused in refusals:
        assert (refused.status_code, refused.json()["code"]) == (422, "redemption_invalid")
        assert refused.json()["errors"][0]["field"] == "discount_amount"
        assert words in refused.json()["detail"]
    assert (await shop.read(redemption))["state"] == "completed"


@pytest.mark.parametrize(
    ("reward", "amount", "paid"),
    [
        ({}, "5.00", "0.00"),  # The voucher paid all of it.
        ({}, "5.00", "3.00"),  # 8.00 less 5.00.
        ({"type": "discount_percentage", "value": {"percentage": "10"}}, "2.22", "20.00"),
        ({"type": "discount_percentage", "value": {"percentage": "100"}}, "99.00", "0.00"),
        ({"type": "custom", "value": {}}, "12.34", "20.00"),
    ],
)
async def test_what_can_have_been_taken_off_is_noted(shop, reward, amount, paid):
    anna = await shop.member(balance=200)
    purchase = await buy(shop, anna, amount=paid)
    redemption = await shop.redeem(anna, await shop.reward(**reward))

    used = await shop.do(redemption, "use", purchase_id=purchase["id"], discount_amount=amount)

    assert (used.status_code, used.json()["discount_amount"]) == (200, amount), used.text


async def test_ends_lie_in_the_future_at_every_door(shop):
    anna = await shop.member(balance=200)
    waits = await shop.redeem(anna, await shop.reward(fulfilment="manual"))
    wallet = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]
    past = shop.house.now.isoformat()
    body = {"points": 1, "reason": "x", "expires_at": past}
    tier = {"name": "Gold", "level": 1, "is_default": True}
    tier_id = (await shop.client.post("/v1/tiers", json=tier)).json()["id"]

    answers = [
        await shop.do(waits, "complete", code="X-1", expires_at=past),
        await shop.client.post(f"/v1/wallets/{wallet}/credit", json=body),
        await shop.client.post(f"/v1/wallets/{wallet}/holds", json=body),
        await shop.client.put(
            f"/v1/members/{anna}/tier", json={"tier_id": tier_id, "expires_at": past}
        ),
        await shop.client.post(
            "/v1/api-keys", json={"name": "k", "scopes": ["*"], "expires_at": past}
        ),
    ]

    found = [(a.status_code, a.json()["errors"][0]["field"], a.json()["detail"]) for a in answers]
    assert all(status == 422 and field == "expires_at" for status, field, _ in found), found
    assert all("expires_at: is in the past" in detail for _, _, detail in found), found
