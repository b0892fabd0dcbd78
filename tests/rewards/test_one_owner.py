"""A code has one owner, at every door that brings one; capitals of ASCII make no difference."""

import pytest

from laurels.rewards.providers import Delivered, provide, withdraw

MANUAL = {"type": "merchandise", "value": {"sku": "CUP"}, "fulfilment": "manual"}


async def completed(shop, code):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**MANUAL))
    return redemption, await shop.do(redemption, "complete", code=code)


@pytest.mark.parametrize("again", ["HAND-1", "hand-1"])
async def test_a_code_given_by_hand_is_given_to_nobody_else(shop, again):
    await completed(shop, "HAND-1")

    waiting, refused = await completed(shop, again)
    pool = await shop.reward(fulfilment="pool")
    uploaded = await shop.upload(pool, again)

    assert (refused.status_code, refused.json()["code"]) == (409, "code_taken")
    assert again in refused.json()["detail"]
    assert (await shop.read(waiting))["state"] == "pending"
    assert [each["outcome"] for each in uploaded["data"]] == ["duplicate"]


async def test_a_code_of_a_pool_is_given_by_nobody_else(shop):
    pool = await shop.reward(fulfilment="pool")
    await shop.upload(pool, "TEA-1", "TEA-2")
    drawn = await shop.redeem(await shop.member(balance=100), pool)

    for code in ("tea-1", "TEA-2"):
        _, refused = await completed(shop, code)
        assert (refused.status_code, refused.json()["code"]) == (409, "code_taken")
    assert (await shop.read(drawn))["code"] == "TEA-1"


async def test_a_generated_code_is_given_by_nobody_else(shop):
    generated = await shop.redeem(await shop.member(balance=100), await shop.reward())

    _, refused = await completed(shop, generated["code"].swapcase())

    assert (refused.status_code, refused.json()["code"]) == (409, "code_taken")


async def test_only_capitals_of_ascii_are_the_same(shop):
    _, first = await completed(shop, "\u0130-1")
    _, second = await completed(shop, "i-1")

    assert (first.status_code, second.status_code) == (200, 200)


async def test_a_provider_that_answers_with_a_code_of_another_has_failed(shop, house):
    async def answer(_database, _order):
        return Delivered(code="ONE")

    provide("twice", answer)
    try:
        reward = await shop.reward(type="custom", value={}, fulfilment="provider:twice")
        one = await shop.redeem(await shop.member(balance=100), reward)
        two = await shop.redeem(await shop.member(balance=100), reward)
        await shop.deliver()
        await shop.deliver()
    finally:
        withdraw("twice")

    found = sorted([await shop.read(one), await shop.read(two)], key=lambda each: each["state"])
    assert [each["state"] for each in found] == ["completed", "pending"]
    assert "`ONE`" in found[1]["failure_reason"]


async def test_the_database_itself_gives_no_code_twice(shop, house):
    await completed(shop, "ONCE")
    other, _ = await completed(shop, "OTHER")

    with pytest.raises(Exception, match="uq_redemptions_code"):
        async with house.work() as work:
            await work.fetch(
                "update laurels.redemptions set code = 'once'"
                " where tenant_id = $1 and code = 'OTHER'",
                work.tenant_id,
            )
    assert (await shop.read(other))["code"] == "OTHER"


async def test_each_code_of_an_upload_has_its_own_outcome(shop):
    pool = await shop.reward(fulfilment="pool")

    codes = ("GOOD", "", " A", "B\u200b", "C" * 129, "e\u0301", "é", "good")
    told = (await shop.upload(pool, *codes))["data"]

    assert [each["outcome"] for each in told] == [
        "added", "invalid", "invalid", "invalid", "invalid", "added", "duplicate", "duplicate",
    ]  # fmt: skip
    assert all(each["reason"] for each in told if each["outcome"] == "invalid")


async def test_each_code_that_is_withdrawn_has_its_own_outcome(shop):
    pool = await shop.reward(fulfilment="pool")
    await shop.upload(pool, "GOOD")

    path = f"/v1/rewards/{pool['id']}/vouchers/withdraw"
    answer = await shop.client.post(path, json={"codes": ["a\x00b", "", "good", "other"]})

    told = [each["outcome"] for each in answer.json()["data"]]
    assert told == ["invalid", "invalid", "withdrawn", "unknown"]
