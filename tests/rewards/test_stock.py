"""Rewards that are sold, not redeemed: their stock is taken and given back like everybody's."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from laurels import rewards
from laurels.kit.errors import AppError
from laurels.kit.values.ids import encode
from tests.rewards.conftest import uuid_of
from tests.support.make import NOON


async def take(house, *wanted):
    """Take rewards in a transaction of its own; return what came of it."""
    async with house.work() as work:
        try:
            return await rewards.take_stock(work, [(uuid_of(each), n) for each, n in wanted])
        except AppError as error:
            return error


async def give_back(house, *given):
    """Give rewards back in a transaction of its own."""
    async with house.work() as work:
        await rewards.give_back_stock(work, [(uuid_of(each), n) for each, n in given])


async def counts(shop, reward):
    """What is in stock of a reward, and how many were had."""
    after = await shop.read(reward)
    return after["stock"], after["redemptions"]


async def test_what_is_taken_is_gone_and_what_is_given_back_is_there(shop, house):
    band = await shop.reward(fulfilment="manual", stock=5, cost_points=5000)
    gift = await shop.reward(fulfilment="manual")

    taken = await take(house, (band, 2), (gift, 1), (band, 1))

    assert taken[uuid_of(band)]["cost_points"] == 5000
    assert await counts(shop, band) == (2, 3)
    assert await counts(shop, gift) == (None, 1)
    await give_back(house, (band, 2), (gift, 1))
    assert await counts(shop, band) == (4, 1)
    assert await counts(shop, gift) == (None, 0)


@pytest.mark.parametrize(
    ("values", "wanted", "code"),
    [
        ({"stock": 2}, 3, "out_of_stock"),
        ({"max_redemptions_total": 2}, 3, "reward_limit_reached"),
        ({"active": False}, 1, "reward_paused"),
        ({"starts_at": (NOON + timedelta(days=1)).isoformat()}, 1, "reward_not_open"),
        ({"ends_at": NOON.isoformat()}, 1, "reward_ended"),
        ({"fulfilment": "code"}, 1, "reward_invalid"),
    ],
)
async def test_all_or_none_and_the_error_says_which(shop, house, values, wanted, code):
    other = await shop.reward(fulfilment="manual", stock=9)
    reward = await shop.reward(**{"fulfilment": "manual", **values})

    refused = await take(house, (other, 1), (reward, wanted))

    assert (refused.code, refused.details["reward_id"]) == (code, reward["id"])
    assert await counts(shop, other) == (9, 0)


async def test_a_reward_that_is_not_there_is_named(shop, house):
    reward = await shop.reward(fulfilment="manual")
    await shop.client.post(f"/v1/rewards/{reward['id']}/archive")
    nobody = {"id": encode("reward", house.tenant.id)}

    assert (await take(house, (reward, 1))).code == "reward_archived"
    missing = await take(house, (nobody, 1))
    assert (missing.code, missing.details["reward_id"]) == ("reward_not_found", nobody["id"])


async def test_more_than_was_taken_is_never_given_back(shop, house):
    reward = await shop.reward(fulfilment="manual", stock=5)
    await take(house, (reward, 1))

    with pytest.raises(Exception, match="ck_rewards_counts_not_negative"):
        await give_back(house, (reward, 2))

    assert await counts(shop, reward) == (4, 1)


async def test_orders_and_redemptions_share_the_last_ones(shop, house):
    one = await shop.reward(fulfilment="manual", stock=6)
    two = await shop.reward(fulfilment="manual", stock=6)
    buyers = [await shop.member(balance=100) for _ in range(12)]
    orders = [[(one, 1), (two, 1)], [(two, 1), (one, 1)]] * 4

    outcomes = await asyncio.gather(
        *(take(house, *order) for order in orders),
        *(shop.ask(buyer, reward) for buyer, reward in zip(buyers, [one, two] * 6, strict=True)),
    )

    taken = sum(isinstance(each, dict) for each in outcomes[:8])
    bought = Counter(
        answer.json()["reward_id"] for answer in outcomes[8:] if answer.status_code == 201
    )
    assert {o.code for o in outcomes[:8] if isinstance(o, AppError)} <= {"out_of_stock"}
    assert {a.json()["code"] for a in outcomes[8:] if a.status_code != 201} <= {"out_of_stock"}
    for reward in (one, two):
        had = taken + bought[reward["id"]]
        assert await counts(shop, reward) == (6 - had, had)
        assert had == 6 or taken < 8


async def test_taking_calling_off_and_giving_back_cross_without_a_deadlock(shop, house):
    offered = [await shop.reward(fulfilment="manual", stock=4) for _ in range(3)]
    members = [await shop.member(balance=1000) for _ in range(3)]

    async def order(first):
        for turn in range(4):
            lines = [(offered[(first + turn + n) % 3], 1) for n in range(3)]
            if isinstance(await take(house, *lines), dict):
                await give_back(house, *reversed(lines))

    async def to_and_fro(member, reward):
        for _ in range(3):
            answer = await shop.ask(member, reward)
            assert answer.status_code in {201, 409}, answer.text
            if answer.status_code == 201:
                assert (await shop.do(answer.json(), "cancel")).status_code == 200

    await asyncio.gather(
        *(order(n) for n in range(3)),
        *(to_and_fro(each, reward) for each, reward in zip(members, offered, strict=True)),
    )

    assert [await counts(shop, reward) for reward in offered] == [(4, 0)] * 3
