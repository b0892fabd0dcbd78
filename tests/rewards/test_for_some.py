"""Rewards for members of some tiers and segments."""

from datetime import timedelta

import pytest

from laurels import rewards, segments, tiers
from laurels.kit.values.ids import decode, encode


async def tier(shop, name, level):
    """A tier of the ladder."""
    async with shop.house.work() as work:
        made = await tiers.create_tier(
            work, {"name": name, "level": level, "is_default": level == 1, "min_points": level * 10}
        )
    return encode("tier", made)


async def stands(shop, member, on):
    """The member stands on this tier."""
    async with shop.house.work() as work:
        await tiers.assign(work, decode("member", member), decode("tier", on))


async def segment(shop, name):
    """A list by hand."""
    answer = await shop.client.post("/v1/segments", json={"name": name, "kind": "static"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def belongs(shop, member, to):
    """The member is on this list."""
    async with shop.house.work() as work:
        await segments.add(work, decode("segment", to), [decode("member", member)])


async def test_a_reward_asks_for_a_tier_level(shop):
    await tier(shop, "Bronze", 1)
    await tier(shop, "Silver", 2)
    gold = await tier(shop, "Gold", 3)
    anna = await shop.member(balance=1000)
    reward = await shop.reward(min_tier_level=2)

    low = await shop.ask(anna, reward)
    (shown,) = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]
    await stands(shop, anna, gold)
    high = await shop.ask(anna, reward)

    assert (low.status_code, low.json()["code"]) == (409, "tier_too_low")
    assert low.json()["tier_level_needed"] == 2
    assert low.json()["errors"][0]["field"] == "member_id"
    assert shown["reasons"][0]["code"] == "tier_too_low"
    assert shown["reasons"][0]["message"] == low.json()["detail"]
    assert high.status_code == 201


async def test_a_reward_is_for_members_of_some_tiers(shop):
    await tier(shop, "Bronze", 1)
    silver, gold = await tier(shop, "Silver", 2), await tier(shop, "Gold", 3)
    anna, bert = await shop.member(balance=1000), await shop.member(balance=1000)
    await stands(shop, anna, silver)
    await stands(shop, bert, gold)
    reward = await shop.reward(tier_ids=[silver])

    theirs, not_theirs = await shop.ask(anna, reward), await shop.ask(bert, reward)

    assert theirs.status_code == 201
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (409, "tier_not_allowed")
    assert not_theirs.json()["tiers_needed"] == [silver]


async def test_a_reward_is_for_members_of_one_of_its_segments(shop):
    vips, new = await segment(shop, "VIPs"), await segment(shop, "New")
    anna, bert = await shop.member(balance=1000), await shop.member(balance=1000)
    await belongs(shop, anna, new)
    reward = await shop.reward(segment_ids=[vips, new])

    theirs, not_theirs = await shop.ask(anna, reward), await shop.ask(bert, reward)
    await shop.client.patch(f"/v1/rewards/{reward['id']}", json={"segment_ids": []})
    anybodys = await shop.ask(bert, reward)

    assert theirs.status_code == 201
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (409, "segment_required")
    assert sorted(not_theirs.json()["segments_needed"]) == sorted([vips, new])
    assert anybodys.status_code == 201


async def criteria(shop, **leaf):
    """A segment by criteria."""
    body = {"name": "By criteria", "criteria": leaf}
    answer = await shop.client.post("/v1/segments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_a_reward_for_a_segment_is_had_as_soon_as_its_criteria_hold(shop):
    bought = await criteria(shop, field="lifetime.purchases", op="gte", value=1)
    anna = await shop.member(balance=1000)
    reward = await shop.reward(segment_ids=[bought])

    before = await shop.ask(anna, reward)
    order = {"member_id": anna, "amount": "5.00", "currency": "USD"}
    assert (await shop.client.post("/v1/purchases", json=order)).status_code == 201
    (shown,) = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]

    assert (before.status_code, before.json()["code"]) == (409, "segment_required")
    assert shown["available"] is True
    assert (await shop.ask(anna, reward)).status_code == 201


async def redeem(shop, *asked):
    """These members ask for these rewards together, at the house's time; what they are told."""
    items = [
        rewards.NewRedemption(
            member_id=decode("member", who), reward_id=decode("reward", reward["id"])
        )
        for who, reward in asked
    ]
    async with shop.house.work() as work:
        outcomes = await rewards.redeem_many(work, items)
    return [getattr(each, "code", "had") for each in outcomes]


@pytest.mark.parametrize("together", [True, False])
async def test_what_one_redemption_does_decides_about_the_next(shop, together):
    rich = await criteria(shop, field="points.available", op="gte", value=950)
    anna, bert = await shop.member(balance=1000), await shop.member(balance=1000)
    reward = await shop.reward(segment_ids=[rich])
    asked = [(anna, reward), (anna, reward), (bert, reward)]

    found = (
        await redeem(shop, *asked)
        if together
        else [code for one in asked for code in await redeem(shop, one)]
    )

    assert found == ["had", "segment_required", "had"]


@pytest.mark.parametrize("by", ["tier", "segment"])
async def test_a_tier_that_is_over_opens_nothing_though_no_worker_came_by(shop, by):
    await tier(shop, "Bronze", 1)
    gold = await tier(shop, "Gold", 2)
    high = await criteria(shop, field="tier.level", op="gte", value=2)
    anna = await shop.member(balance=1000)
    asks = {"tier_ids": [gold]} if by == "tier" else {"segment_ids": [high]}
    reward = await shop.reward(**asks)
    async with shop.house.work() as work:
        until = work.now + timedelta(days=30)
        await tiers.assign(work, decode("member", anna), decode("tier", gold), expires_at=until)

    during = await redeem(shop, (anna, reward))
    shop.house.later(days=31)
    after = await redeem(shop, (anna, reward))

    refused = "tier_not_allowed" if by == "tier" else "segment_required"
    assert (during, after) == (["had"], [refused])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tier_ids", "tir_01h455vb4pex5vsknk084sn02q"),
        ("segment_ids", "seg_01h455vb4pex5vsknk084sn02q"),
    ],
)
async def test_what_is_not_there_cannot_be_asked_for(shop, field, value):
    body = {"name": "x", "type": "custom", "cost_points": 1, field: [value]}

    refused = await shop.client.post("/v1/rewards", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "reward_invalid")
    assert refused.json()["errors"][0]["field"] == f"{field}.0"


async def test_what_is_archived_cannot_be_asked_for_any_more(shop):
    old = await segment(shop, "Old")
    await shop.client.post(f"/v1/segments/{old}/archive")
    body = {"name": "x", "type": "custom", "cost_points": 1, "segment_ids": [old]}

    refused = await shop.client.post("/v1/rewards", json=body)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "segment_ids.0")


async def test_a_catalogue_that_asks_for_nothing_looks_nothing_up(shop, monkeypatch):
    async def never(work, asked):
        raise AssertionError

    monkeypatch.setattr(tiers, "standings", never)
    monkeypatch.setattr(tiers, "lock_progress", never)
    monkeypatch.setattr(segments, "look_up", never)
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    assert (await shop.ask(anna, reward)).status_code == 201
    assert (await shop.client.get(f"/v1/members/{anna}/rewards")).status_code == 200


async def test_it_is_counted_whom_a_reward_is_for_and_who_has_the_points(shop):
    await tier(shop, "Bronze", 1)
    gold = await tier(shop, "Gold", 3)
    regulars = await segment(shop, "Regulars")
    anna, bert, cora, dora, _ = [await shop.member(balance=b) for b in (1000, 1000, 10, 1000, 1000)]
    for each in (anna, bert, cora):
        await stands(shop, each, gold)
        await belongs(shop, each, regulars)
    await stands(shop, dora, gold)
    reward = await shop.reward(
        tier_ids=[gold], segment_ids=[regulars], max_redemptions_per_member=1, stock=2
    )
    path = f"/v1/rewards/{reward['id']}/reach"

    first = (await shop.client.get(path)).json()
    await shop.redeem(bert, reward)
    second = (await shop.client.get(path)).json()
    await shop.redeem(anna, reward)
    third = (await shop.client.get(path)).json()

    assert first == {"members": 5, "eligible": 3, "ready": 2, "hindrances": []}
    assert (second["eligible"], second["ready"]) == (2, 1)
    assert [each["code"] for each in third["hindrances"]] == ["out_of_stock"]
