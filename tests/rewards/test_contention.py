"""Many want the same at once: each thing has one owner, the others a clear answer, nobody waits."""

import asyncio
from collections import Counter

import pytest

from laurels import rewards
from laurels.kit.errors import AppError
from laurels.kit.values.ids import decode
from tests.rewards.conftest import uuid_of


async def alone(house, member, reward):
    """Redeem in a transaction of one's own, outside of every batch; return what came of it."""
    async with house.work() as work:
        try:
            return await rewards.redeem(work, member_id=decode("member", member), reward_id=reward)
        except AppError as error:
            return error.code


@pytest.mark.parametrize("limit", [{"max_redemptions_total": 1}, {"stock": 1}])
async def test_sixteen_buyers_of_the_last_one_in_sixteen_transactions(shop, house, limit):
    reward = await shop.reward(**limit)
    buyers = [await shop.member(balance=100) for _ in range(16)]

    outcomes = await asyncio.gather(*(alone(house, buyer, uuid_of(reward)) for buyer in buyers))

    refused = Counter(outcome for outcome in outcomes if isinstance(outcome, str))
    assert sum(refused.values()) == 15
    assert set(refused) <= {"reward_limit_reached", "out_of_stock"}
    assert sorted([await shop.points(buyer) for buyer in buyers]) == [0] + [100] * 15
    assert (await shop.read(reward))["redemptions"] == 1


async def test_sixteen_buyers_of_the_last_one_through_the_door(shop):
    reward = await shop.reward(max_redemptions_total=1)
    buyers = [await shop.member(balance=100) for _ in range(16)]

    answers = await asyncio.gather(*(shop.ask(buyer, reward) for buyer in buyers))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"reward_limit_reached"}


async def test_fifty_codes_and_two_hundred_buyers(shop, house):
    reward = await shop.reward(fulfilment="pool")
    codes = [f"TEA-{number:03}" for number in range(50)]
    await shop.upload(reward, *codes)
    buyers = [await shop.member(balance=100) for _ in range(200)]

    answers = await asyncio.gather(*(shop.ask(buyer, reward) for buyer in buyers))

    assert Counter(answer.status_code for answer in answers) == {201: 50, 409: 150}
    had = [answer.json()["code"] for answer in answers if answer.status_code == 201]
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert sorted(had) == codes
    assert refused == {"out_of_stock"}
    after = await shop.read(reward)
    assert (after["codes_left"], after["redemptions"]) == (0, 50)
    assert (await shop.events()).count("vouchers.nearly_used") == 1
    async with house.work() as work:
        row = await work.fetchrow(
            "select count(*), count(distinct redemption_id) from laurels.vouchers"
            " where tenant_id = $1 and redemption_id is not null",
            work.tenant_id,
        )
    assert tuple(row) == (50, 50)


async def test_one_wallet_and_many_rewards(shop, house):
    anna = await shop.member(balance=350)
    offered = [await shop.reward() for _ in range(8)]

    outcomes = await asyncio.gather(*(alone(house, anna, uuid_of(each)) for each in offered))

    refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert refused == ["insufficient_points"] * 5
    assert await shop.points(anna) == 50


async def test_spending_meets_redeeming(shop, house):
    anna = await shop.member(balance=100)
    reward = await shop.reward(stock=1)
    wallet = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]

    debit = shop.client.post(f"/v1/wallets/{wallet}/debit", json={"points": 100})
    answers = await asyncio.gather(
        debit, shop.ask(anna, reward), alone(house, anna, uuid_of(reward))
    )

    won = [each for each in answers[:2] if each.status_code == 201]
    won += [each for each in answers[2:] if not isinstance(each, str)]
    assert len(won) == 1
    assert await shop.points(anna) == 0


async def test_buying_and_calling_off_cross_without_a_deadlock(shop, house):
    reward = await shop.reward(fulfilment="manual", stock=5)
    members = [await shop.member(balance=1000) for _ in range(5)]

    async def to_and_fro(member):
        for _ in range(3):
            answer = await shop.ask(member, reward)
            assert answer.status_code in {201, 409}, answer.text
            if answer.status_code == 201:
                ended = await shop.do(answer.json(), "cancel")
                assert ended.status_code == 200, ended.text

    await asyncio.gather(*(to_and_fro(member) for member in members))

    after = await shop.read(reward)
    assert (after["stock"], after["redemptions"]) == (5, 0)
    assert [await shop.points(member) for member in members] == [1000] * 5


async def test_merging_and_calling_off_cross_without_a_deadlock(shop):
    reward = await shop.reward(fulfilment="manual")
    anna, bert = await shop.member(balance=1000), await shop.member(balance=1000)
    taken = [await shop.redeem(bert, reward) for _ in range(4)]

    merged, *ended = await asyncio.gather(
        shop.client.post(f"/v1/members/{anna}/merge", json={"from": bert}),
        *(shop.do(each, "cancel") for each in taken),
    )

    assert merged.status_code == 200, merged.text
    assert [answer.status_code for answer in ended] == [200] * 4
    assert await shop.points(anna) == 2000
