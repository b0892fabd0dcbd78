"""Members take rewards: what it costs, what it is refused for, and what is left."""

import asyncio
from datetime import datetime, timedelta

import pytest

from laurels import rewards
from laurels.kit.values.ids import decode
from laurels.ledger import InsufficientPoints


async def test_a_reward_takes_its_points_and_gives_a_code(shop):
    anna = await shop.member(balance=500)
    reward = await shop.reward(cost_points=500, stock=3)

    redemption = await shop.redeem(anna, reward)

    assert redemption["state"] == "completed"
    assert redemption["points_spent"] == 500
    assert len(redemption["code"].replace("-", "")) == 10
    assert redemption["discount_amount"] == "5.00"
    assert redemption["reward"]["name"] == "Five off"
    assert await shop.points(anna) == 0
    assert (await shop.transactions(anna))[-1] == ("redeemed", "redemption", -500)
    after = await shop.read(reward)
    assert (after["stock"], after["redemptions"]) == (2, 1)
    assert (await shop.events())[-2:] == ["reward.redeemed", "redemption.completed"]


async def test_with_too_few_points_nothing_changes(shop):
    anna = await shop.member(balance=500)
    reward = await shop.reward(cost_points=500, stock=3)
    await shop.redeem(anna, reward)
    events = await shop.events()

    refused = await shop.ask(anna, reward)

    assert refused.status_code == 409
    assert refused.json()["code"] == "insufficient_points"
    assert refused.json()["missing"] == 500
    assert refused.json()["errors"][0]["field"] == "member_id"
    assert await shop.points(anna) == 0
    assert (await shop.read(reward))["stock"] == 2
    assert await shop.events() == events


async def test_of_two_buyers_of_the_last_one_exactly_one_has_it(shop):
    reward = await shop.reward(max_redemptions_total=1)
    buyers = [await shop.member(balance=100) for _ in range(2)]

    answers = await asyncio.gather(*(shop.ask(buyer, reward) for buyer in buyers))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert sorted(await asyncio.gather(*map(shop.points, buyers))) == [0, 100]


async def test_held_and_pending_points_buy_nothing(shop, house):
    await house.program(maturity_days=14)
    anna = await shop.member()
    wallets = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"]
    wallet = f"/v1/wallets/{wallets[0]['id']}"
    await shop.client.post(f"{wallet}/credit", json={"points": 100})
    reward = await shop.reward()

    refused = await shop.ask(anna, reward)

    assert (refused.status_code, refused.json()["available"]) == (409, 0)


async def test_points_that_are_due_are_spent_and_those_that_lapsed_are_not(shop, house):
    await house.program(expiry_days=10)
    anna = await shop.member(balance=100)
    reward = await shop.reward()
    house.later(days=30)
    async with house.work() as work:
        with pytest.raises(InsufficientPoints) as refused:
            await rewards.redeem(
                work, member_id=decode("member", anna), reward_id=decode("reward", reward["id"])
            )

    assert refused.value.details["available"] == 0


async def test_fewer_points_than_are_paid_with_at_once_are_refused(shop):
    programs = (await shop.client.get("/v1/programs")).json()["data"]
    path = f"/v1/programs/{programs[0]['id']}"
    await shop.client.patch(path, json={"minimum_redemption_points": 200})
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="manual")

    small = await shop.ask(anna, reward)
    large = await shop.ask(anna, reward, quantity=2)

    assert (small.status_code, small.json()["code"]) == (409, "below_minimum_redemption")
    assert small.json()["missing"] == 100
    assert large.status_code == 201


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"active": False}, "reward_paused"),
        ({"stock": 0}, "out_of_stock"),
        ({"fulfilment": "pool"}, "out_of_stock"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "reward_ended"),
        ({"starts_at": "2120-01-01T00:00:00Z"}, "reward_not_open"),
        ({"cost_points": 1001}, "insufficient_points"),
    ],
)
async def test_each_refusal_has_a_code_and_is_what_the_member_was_shown(shop, values, code):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(**values)

    refused = await shop.ask(anna, reward)
    shown = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]

    assert (refused.status_code, refused.json()["code"]) == (409, code)
    if code not in {"reward_paused", "reward_ended"}:
        (offer,) = shown
        assert not offer["available"]
        assert offer["reasons"][0]["code"] == code
        assert offer["reasons"][0]["message"] == refused.json()["detail"]
    else:
        assert shown == []


async def test_what_is_switched_off_is_not_redeemed(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    await shop.client.patch("/v1/settings/rewards", json={"enabled": False})
    off = await shop.ask(anna, reward)
    await shop.client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})
    shut = await shop.ask(anna, reward)

    assert (off.status_code, off.json()["code"]) == (409, "rewards_off")
    assert (shut.status_code, shut.json()["code"]) == (409, "loyalty_disabled")


async def test_a_member_has_no_more_than_one_may(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(max_redemptions_per_member=2, fulfilment="manual")
    first = await shop.redeem(anna, reward)

    too_many = await shop.ask(anna, reward, quantity=2)
    await shop.do(first, "cancel")
    again = await shop.ask(anna, reward, quantity=2)
    over = await shop.ask(anna, reward)

    assert too_many.json()["code"] == "member_limit_reached"
    assert (too_many.json()["had"], too_many.json()["left"]) == (1, 1)
    assert again.status_code == 201
    assert over.json()["left"] == 0


async def test_a_member_waits_for_so_many_at_once(shop):
    await shop.client.patch("/v1/settings/rewards", json={"max_pending_per_member": 1})
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="manual")
    first = await shop.redeem(anna, reward)

    waiting = await shop.ask(anna, reward)
    await shop.do(first, "complete")
    after = await shop.ask(anna, reward)

    assert waiting.json()["code"] == "too_many_pending"
    assert after.status_code == 201


async def test_a_natural_key_is_redeemed_once(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    first = await shop.ask(anna, reward, external_id="O-1", source="shop")
    again = await shop.ask(anna, reward, external_id="O-1", source="shop")
    other = await shop.ask(await shop.member(500), reward, external_id="O-1", source="shop")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "redemption_altered")
    assert await shop.points(anna) == 900


async def test_the_same_natural_key_at_once_is_one_redemption(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    answers = await asyncio.gather(*(shop.ask(anna, reward, external_id="O-1") for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await shop.points(anna) == 900


async def test_a_repeated_request_gets_the_first_answer(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward()
    body = {"member_id": anna, "reward_id": reward["id"]}
    key = {"Idempotency-Key": "one"}

    first = await shop.client.post("/v1/redemptions", json=body, headers=key)
    again = await shop.client.post("/v1/redemptions", json=body, headers=key)

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await shop.points(anna) == 900


async def test_a_dry_run_says_what_would_happen_and_keeps_nothing(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(stock=1)
    body = {"member_id": anna, "reward_id": reward["id"]}

    told = await shop.client.post("/v1/redemptions", params={"dry_run": "true"}, json=body)

    assert told.status_code == 200
    assert told.json()["answer"]["state"] == "completed"
    assert [each["points"] for each in told.json()["transactions"]] == [-100]
    assert [each["type"] for each in told.json()["events"]] == [
        "points.debited", "reward.redeemed", "redemption.completed",
    ]  # fmt: skip
    assert await shop.points(anna) == 1000
    assert (await shop.read(reward))["stock"] == 1


async def test_a_coded_reward_is_had_one_at_a_time(shop):
    anna = await shop.member(balance=1000)

    refused = await shop.ask(anna, await shop.reward(), quantity=2)

    assert (refused.status_code, refused.json()["code"]) == (422, "quantity_not_allowed")


async def test_who_is_not_active_redeems_nothing(shop):
    anna, bert = await shop.member(balance=1000), await shop.member()
    reward = await shop.reward()
    await shop.client.delete(f"/v1/members/{bert}")
    archived = await shop.ask(bert, reward)
    await shop.client.post(f"/v1/members/{bert}/restore")
    await shop.client.post(f"/v1/members/{anna}/merge", json={"from": bert})
    merged = await shop.ask(bert, reward)
    nobody = await shop.ask("mem_01h455vb4pex5vsknk084sn02q", reward)
    nothing = await shop.ask(anna, {"id": "rwd_01h455vb4pex5vsknk084sn02q"})

    assert (archived.status_code, archived.json()["code"]) == (409, "member_archived")
    # Who was merged is the survivor, as at every other door.
    assert (merged.status_code, merged.json()["member_id"]) == (201, anna)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "reward_not_found")


async def test_it_can_be_used_for_the_days_that_the_reward_says(shop, house):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(redemption_expiry_days=30)

    redemption = await shop.redeem(anna, reward)

    redeemed = datetime.fromisoformat(redemption["redeemed_at"])
    expires = datetime.fromisoformat(redemption["expires_at"])
    assert expires.hour == expires.minute == 0
    assert timedelta(days=30) < expires - redeemed <= timedelta(days=31)


async def test_a_member_is_named_by_either_id_and_by_one(shop):
    made = await shop.client.post("/v1/members", json={"external_id": "anna"})
    anna = made.json()["id"]
    wallet = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]
    await shop.client.post(f"/v1/wallets/{wallet}/credit", json={"points": 500})
    reward = await shop.reward()

    async def ask(**who):
        body = {"reward_id": reward["id"], **who}
        return await shop.client.post("/v1/redemptions", json=body)

    by_ours, by_theirs = await ask(member_id=anna), await ask(member="anna", external_id="O-1")
    again = await ask(member="anna", external_id="O-1")
    both, neither = await ask(member="anna", member_id=anna), await ask()
    nobody = await ask(member="bert")

    assert {by_ours.json()["member_id"], by_theirs.json()["member_id"]} == {anna}
    assert (again.status_code, again.json()["id"]) == (200, by_theirs.json()["id"])
    assert (both.status_code, neither.status_code) == (422, 422)
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (404, "member")
