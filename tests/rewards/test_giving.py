"""Rewards that are given for nothing: what they take, what they ask, and how they end."""

import pytest


@pytest.fixture
def give(shop):
    async def given(member, reward, reason="Waited an hour", **more):
        body = {"member_id": member, "reason": reason, **more}
        return await shop.client.post(f"/v1/rewards/{reward['id']}/give", json=body)

    return given


async def test_a_gift_costs_no_points_and_takes_from_stock(shop, give):
    anna = await shop.member(balance=30)
    reward = await shop.reward(cost_points=500, stock=2)

    given = await give(anna, reward)

    assert given.status_code == 201, given.text
    assert given.json()["points_spent"] == 0
    assert given.json()["transaction_id"] is None
    assert given.json()["notes"] == "Waited an hour"
    assert given.json()["code"]
    assert await shop.points(anna) == 30
    assert (await shop.read(reward))["stock"] == 1
    (noted,) = (await shop.client.get("/v1/audit-log?action=redemption.given")).json()["data"]
    assert noted["after"]["reason"] == "Waited an hour"


async def test_a_gift_asks_for_no_tier_and_no_room_below_the_limit_of_a_member(shop, give, house):
    anna = await shop.member(balance=100)
    reward = await shop.reward(min_tier_level=3, max_redemptions_per_member=1)
    assert (await shop.ask(anna, reward)).json()["code"] == "tier_too_low"

    assert (await give(anna, reward)).status_code == 201
    assert (await give(anna, reward)).status_code == 201


@pytest.mark.parametrize(
    ("values", "code"),
    [({"stock": 0}, "out_of_stock"), ({"max_redemptions_total": 1}, "reward_limit_reached")],
)
async def test_what_is_not_there_cannot_be_given(shop, give, values, code):
    reward = await shop.reward(**values)
    anna = await shop.member()
    answers = [await give(anna, reward) for _ in range(2)]

    assert answers[-1].status_code == 409
    assert answers[-1].json()["code"] == code


async def test_a_gift_of_a_key_is_given_once(shop, give):
    reward = await shop.reward(stock=5)
    anna = await shop.member()

    first = await give(anna, reward, external_id="g-1")
    again = await give(anna, reward, external_id="g-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (await shop.read(reward))["stock"] == 4


async def test_a_gift_that_is_refunded_returns_the_thing_and_no_points(shop, give):
    reward = await shop.reward(stock=1)
    anna = await shop.member(balance=7)
    gift = (await give(anna, reward)).json()

    refunded = await shop.do(gift, "refund", reason="By mistake")

    assert refunded.status_code == 200, refunded.text
    assert refunded.json()["state"] == "refunded"
    assert refunded.json()["refund_transaction_id"] is None
    assert await shop.points(anna) == 7
    assert (await shop.read(reward))["stock"] == 1


async def test_a_reason_is_asked_for(shop, give):
    refused = await give(await shop.member(), await shop.reward(), reason="")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"


async def test_who_may_redeem_may_not_give_away(shop, give):
    reward = await shop.reward()
    anna = await shop.member()
    made = await shop.client.post("/v1/api-keys", json={"name": "s", "scopes": ["rewards:redeem"]})
    shop.client.headers["Authorization"] = f"Bearer {made.json()['api_key']}"

    refused = await give(anna, reward)

    assert refused.status_code == 403
