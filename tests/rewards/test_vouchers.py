"""Codes: uploaded in chunks, counted exactly, given to one redemption each, withdrawn."""

import re

import pytest

from laurels.rewards.codes import ALPHABET, fresh_code


async def test_codes_are_uploaded_and_duplicates_named(shop):
    reward = await shop.reward(fulfilment="pool")
    other = await shop.reward(fulfilment="pool")

    first = await shop.upload(reward, "TEA-1", "TEA-2", "tea-2", "TEA-3")
    again = await shop.upload(reward, "TEA-3", "TEA-4")
    elsewhere = await shop.upload(other, "tea-1")

    assert [(each["code"], each["outcome"]) for each in first["data"]] == [
        ("TEA-1", "added"), ("TEA-2", "added"), ("tea-2", "duplicate"), ("TEA-3", "added"),
    ]  # fmt: skip
    assert [each["outcome"] for each in again["data"]] == ["duplicate", "added"]
    assert [each["outcome"] for each in elsewhere["data"]] == ["duplicate"]
    assert (first["codes_left"], again["codes_left"], elsewhere["codes_left"]) == (3, 4, 0)
    assert (await shop.read(reward))["codes_left"] == 4


async def test_the_oldest_code_goes_first_and_only_once(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="pool")
    await shop.upload(reward, "TEA-1", "TEA-2")

    had = [await shop.redeem(anna, reward) for _ in range(2)]
    none = await shop.ask(anna, reward)

    assert [each["code"] for each in had] == ["TEA-1", "TEA-2"]
    assert none.json()["code"] == "out_of_stock"
    path = f"/v1/rewards/{reward['id']}/vouchers"
    listed = (await shop.client.get(path, params={"state": "assigned"})).json()["data"]
    assert [each["redemption_id"] for each in listed[::-1]] == [each["id"] for each in had]


async def test_a_code_of_a_redemption_that_was_taken_back_is_nobodys_again(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="pool")
    await shop.upload(reward, "TEA-1")
    redemption = await shop.redeem(anna, reward)

    await shop.do(redemption, "refund", reason="no longer wanted")

    after = await shop.read(reward)
    assert (after["codes_left"], after["redemptions"]) == (0, 0)
    assert (await shop.ask(anna, reward)).json()["code"] == "out_of_stock"
    assert (await shop.do(redemption, "use", order_ref="A-1")).status_code == 409


async def test_codes_that_nobody_has_are_withdrawn(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="pool")
    await shop.upload(reward, "TEA-1", "TEA-2", "TEA-3")
    await shop.redeem(anna, reward)
    path = f"/v1/rewards/{reward['id']}/vouchers/withdraw"

    told = (await shop.client.post(path, json={"codes": ["TEA-1", "tea-2", "TEA-9"]})).json()
    again = (await shop.client.post(path, json={"codes": ["TEA-2"]})).json()

    assert [each["outcome"] for each in told["data"]] == ["assigned", "withdrawn", "unknown"]
    assert (told["codes_left"], again["codes_left"]) == (1, 1)
    assert (await shop.redeem(anna, reward))["code"] == "TEA-3"
    assert (await shop.upload(reward, "TEA-2"))["data"][0]["outcome"] == "duplicate"


async def test_a_pool_that_runs_low_is_told_once_each_time(shop):
    await shop.client.patch("/v1/settings/rewards", json={"low_codes": 1})
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="pool")
    await shop.upload(reward, *(f"TEA-{number}" for number in range(4)))

    told = []
    for _ in range(4):
        await shop.redeem(anna, reward)
        told.append((await shop.events()).count("vouchers.nearly_used"))

    assert told == [0, 0, 1, 1]


async def test_only_a_pool_takes_codes(shop):
    reward = await shop.reward()
    path = f"/v1/rewards/{reward['id']}/vouchers"

    refused = await shop.client.post(path, json={"codes": ["A"]})
    many = await shop.client.post(path, json={"codes": [f"A{n}" for n in range(1001)]})
    none = await shop.client.post(path, json={"codes": []})

    assert (refused.status_code, refused.json()["code"]) == (409, "reward_has_no_pool")
    assert (many.status_code, none.status_code) == (422, 422)


async def test_generated_codes_are_as_the_settings_say(shop):
    settings = {"code_prefix": "TEA-", "code_length": 12}
    assert (await shop.client.patch("/v1/settings/rewards", json=settings)).status_code == 200
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    codes = {(await shop.redeem(anna, reward))["code"] for _ in range(5)}

    assert len(codes) == 5
    for code in codes:
        assert re.fullmatch(rf"TEA-[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}-[{ALPHABET}]{{2}}", code)


@pytest.mark.parametrize("value", [{"code_prefix": "tea"}, {"code_length": 4}])
async def test_codes_that_people_cannot_read_or_that_are_guessed_are_not_made(shop, value):
    assert (await shop.client.patch("/v1/settings/rewards", json=value)).status_code == 422


async def test_a_code_that_is_taken_is_made_anew(shop, monkeypatch):
    from laurels.rewards import redeeming

    made = iter(["SAME", "SAME", "OTHER"])
    monkeypatch.setattr(redeeming, "fresh_code", lambda prefix, length: next(made))
    anna = await shop.member(balance=1000)
    reward = await shop.reward()

    codes = [(await shop.redeem(anna, reward))["code"] for _ in range(2)]

    assert codes == ["SAME", "OTHER"]
    assert await shop.points(anna) == 800


def test_codes_have_no_letters_that_are_taken_for_others():
    assert not set("01OILU") & set(ALPHABET)
    assert len({fresh_code("", 8) for _ in range(1000)}) == 1000
