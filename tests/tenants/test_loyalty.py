"""The one switch of a programme: off, nothing is earned and nothing redeemed; the rest goes on."""

import pytest

from laurels import tenants
from laurels.kit.values.ids import encode

OFF = {"loyalty_enabled": False}
ON = {"loyalty_enabled": True}
BOUGHT = {"member": "c-1", "amount": "10.00", "currency": "USD"}


async def switch(client, values):
    answer = await client.patch("/v1/settings/loyalty", json=values)
    assert answer.status_code == 200, answer.text


async def wallet_of(house, member) -> str:
    return encode("wallet", await house.wallet_id(member))


async def test_off_means_recorded_and_nothing_earned_with_the_reason(client):
    await switch(client, OFF)

    bought = (await client.post("/v1/purchases", json=BOUGHT)).json()
    why = (await client.get(f"/v1/purchases/{bought['id']}/why")).json()

    assert (bought["status"], bought["points"]) == ("completed", 0)
    assert why["reason"] == "earning_disabled"
    assert "section loyalty" in why["words"][0]


async def test_on_again_only_what_comes_then_earns(client):
    await switch(client, OFF)
    body = {**BOUGHT, "external_id": "1"}
    before = (await client.post("/v1/purchases", json=body)).json()
    await switch(client, ON)

    again = (await client.post("/v1/purchases", json=body)).json()
    after = (await client.post("/v1/purchases", json={**BOUGHT, "external_id": "2"})).json()

    assert (again["id"], again["points"], after["points"]) == (before["id"], 0, 10)


@pytest.mark.parametrize(
    ("path", "body"),
    [("debit", {"points": 5, "source": "redemption"}), ("holds", {"points": 5})],
)
async def test_off_means_that_nothing_is_spent(client, house, path, body):
    member = await house.member(balance=50)
    wallet = await wallet_of(house, member)
    await switch(client, OFF)

    refused = await client.post(f"/v1/wallets/{wallet}/{path}", json=body)
    await switch(client, ON)
    allowed = await client.post(f"/v1/wallets/{wallet}/{path}", json=body)

    assert (refused.status_code, refused.json()["code"]) == (409, "loyalty_disabled")
    assert allowed.status_code == 201


async def test_off_still_lets_points_be_corrected_and_promises_be_kept(client, house):
    member = await house.member(balance=50)
    wallet = await wallet_of(house, member)
    hold = (await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 20})).json()
    await switch(client, OFF)

    captured = await client.post(f"/v1/holds/{hold['id']}/capture")
    adjusted = await client.post(f"/v1/wallets/{wallet}/debit", json={"points": 5})
    credited = await client.post(f"/v1/wallets/{wallet}/credit", json={"points": 1})

    assert [captured.status_code, adjusted.status_code, credited.status_code] == [200, 201, 201]
    assert (await house.balance(member))["available"] == 26


async def test_off_refuses_one_item_of_a_bulk_and_books_the_others(client, house):
    wallet = await wallet_of(house, await house.member(balance=50))
    await switch(client, OFF)

    items = [
        {"type": "debit", "wallet_id": wallet, "points": 5, "source": "redemption"},
        {"type": "debit", "wallet_id": wallet, "points": 5},
    ]
    answer = (await client.post("/v1/movements/bulk", json={"items": items})).json()

    assert [item["status"] for item in answer["data"]] == [409, 201]
    assert answer["data"][0]["problem"]["code"] == "loyalty_disabled"


async def test_rooms_ask_the_public_interface(client, house):
    async with house.work() as work:
        await tenants.require_loyalty(work)
    await switch(client, OFF)

    async with house.work() as work:
        assert not await tenants.loyalty_enabled(work)
        with pytest.raises(tenants.LoyaltyOff):
            await tenants.require_loyalty(work)
