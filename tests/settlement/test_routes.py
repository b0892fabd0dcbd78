"""Purchases and refunds over HTTP, with the figures of the design's scenarios."""

import pytest


async def buy(client, member, amount, **more):
    """Post a purchase and return the answer's JSON."""
    answer = await client.post(
        "/v1/purchases", json={"member": member, "amount": amount, "currency": "USD", **more}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def wallet_of(client, member):
    """Return the member's wallet."""
    found = (await client.get("/v1/members", params={"external_id": member})).json()["data"]
    return (await client.get(f"/v1/members/{found[0]['id']}/wallets")).json()["data"][0]


@pytest.mark.parametrize(
    ("amount", "earned", "refunds"),
    [
        ("100.00", 100, [("25.00", -25), ("75.00", -75)]),
        ("22.00", 22, [("15.00", -15)]),
        ("1.50", 1, [("0.75", 0), ("0.75", -1)]),
        ("30.00", 30, [("10.00", -10)]),
        ("75.90", 75, [("75.90", -75)]),
        ("0.99", 0, [("0.99", 0)]),
    ],
)
async def test_refunds_take_points_back_in_proportion(client, amount, earned, refunds):
    purchase = await buy(client, "anna", amount)
    assert purchase["points"] == earned

    for back, points in refunds:
        answer = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json={"amount": back})
        assert answer.status_code == 201, answer.text
        assert answer.json()["points"] == points


async def test_points_that_were_spent_become_a_debt_that_the_next_earn_pays(client):
    purchase = await buy(client, "anna", "100.00")
    wallet = await wallet_of(client, "anna")
    await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 80})

    await client.post(f"/v1/purchases/{purchase['id']}/refunds")

    wallet = await wallet_of(client, "anna")
    assert (wallet["balance"], wallet["debt"]) == (0, 80)
    await buy(client, "anna", "50.00")
    wallet = await wallet_of(client, "anna")
    assert (wallet["balance"], wallet["debt"]) == (0, 30)
    await buy(client, "anna", "50.00")
    wallet = await wallet_of(client, "anna")
    assert (wallet["balance"], wallet["debt"]) == (20, 0)
