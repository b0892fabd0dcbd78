"""What a provider delivers, and what happens when it does not."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from laurels import outbound, rewards
from laurels.kit.values.time import utc_now
from laurels.outbound import queue
from laurels.rewards.ending import MAX_FAILURES
from laurels.rewards.jobs import RedemptionStranded, find_stranded_redemptions
from laurels.rewards.providers import RewardProvider
from tests.rewards.conftest import QUICK
from tests.support.waiting import until

BY_COURIER = {"fulfilment": "provider:courier", "stock": 5}


async def claim(house, seconds):
    """Take up what waits for the courier, as a worker does; return the one message."""
    destination = queue.Destination(house.tenant.id, "provider:courier", outbound.SOLE_DESTINATION)
    async with house.work() as work:
        claimed = await queue.claim(work, destination, QUICK, 5, seconds)
        (message,) = await queue.prepare(work, QUICK, claimed)
    return message


async def book(house, message, outcome):
    """Book what came of it, as a worker does."""
    destination = queue.Destination(house.tenant.id, message.channel, message.destination_id)
    async with house.work() as work:
        return await queue.record_outcomes(
            work, destination, QUICK, [queue.Attempt(message, outcome)]
        )


async def test_a_provider_delivers_after_the_commit(shop, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    assert (redemption["state"], redemption["code"]) == ("pending", None)

    await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["code"], after["fulfilled_by_type"]) == (
        "completed", "SHOP-1", "system",
    )  # fmt: skip
    assert courier.asked[0].reference == redemption["id"]
    assert courier.asked[0].reward["name"] == "Five off"
    assert (await shop.events())[-1] == "redemption.completed"


async def test_a_provider_that_fails_three_times_delivers_the_fourth(shop, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    courier.failures = 3

    for failures in range(1, 4):
        await shop.deliver()
        waiting = await shop.read(redemption)
        assert (waiting["state"], waiting["retry_count"]) == ("pending", failures)
        assert "the shop does not answer" in waiting["failure_reason"]
        wait = datetime.fromisoformat(waiting["next_attempt_at"]) - datetime.now(UTC)
        delay = timedelta(seconds=QUICK.delays[failures - 1])
        assert 0.9 * delay - timedelta(seconds=30) < wait <= 1.1 * delay
    await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["failure_reason"]) == ("completed", None)
    assert {order.reference for order in courier.asked} == {redemption["id"]}
    assert await shop.points(anna) == 0


async def test_a_provider_that_fails_for_ever_gives_the_points_back_once(shop, courier):
    anna = await shop.member(balance=100)
    reward = await shop.reward(**BY_COURIER)
    redemption = await shop.redeem(anna, reward)
    courier.failures = 1000

    for _ in range(MAX_FAILURES + 3):
        await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["retry_count"]) == ("failed", MAX_FAILURES)
    assert len(courier.asked) == MAX_FAILURES
    assert after["refund_transaction_id"] is not None
    assert (await shop.transactions(anna))[-2:] == [
        ("redeemed", "redemption", -100), ("refunded", "redemption", 100),
    ]  # fmt: skip
    assert await shop.points(anna) == 100
    left = await shop.read(reward)
    assert (left["stock"], left["redemptions"]) == (5, 0)
    assert (await shop.events()).count("redemption.failed") == 1


async def test_points_go_back_to_the_lots_they_came_from(shop, house, courier):
    await house.program(expiry_days=3650)
    anna = await shop.member(balance=100)
    wallet = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]
    before = (await shop.client.get(f"/v1/wallets/{wallet}/lots")).json()["data"]
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))

    courier.failures, courier.trouble = 1, rewards.Undeliverable("sold out")
    await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["failure_reason"]) == ("failed", "Undeliverable: sold out")
    assert (await shop.client.get(f"/v1/wallets/{wallet}/lots")).json()["data"] == before


async def test_a_worker_killed_between_claim_and_booking_loses_nothing(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    claimed = await claim(house, 60)
    first = await courier(house.database, claimed.content)
    # Killed here: nothing is booked, and nobody else takes it up before the lease is over.
    await outbound.deliver_due(house.database, {"provider": QUICK})
    assert len(courier.asked) == 1

    await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["code"]) == ("completed", first.code)
    assert len(courier.asked) == 2
    assert await book(house, claimed, outbound.Sent(result=first)) == ["overtaken"]
    assert await book(house, claimed, outbound.Retry(error="too late")) == ["overtaken"]
    assert await shop.read(redemption) == after


async def test_a_failure_that_comes_late_counts_for_nobody(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    late, other = await claim(house, 0), await claim(house, 60)

    await book(house, late, outbound.Retry(error="no answer"))
    assert (await shop.read(redemption))["retry_count"] == 0
    await book(house, other, outbound.Retry(error="no answer"))

    assert (await shop.read(redemption))["retry_count"] == 1


async def test_what_was_called_off_in_the_meantime_stays_so(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    claimed = await claim(house, 60)

    await shop.do(redemption, "cancel")
    await book(house, claimed, outbound.Sent(result=rewards.Delivered(code="LATE")))

    after = await shop.read(redemption)
    assert (after["state"], after["code"]) == ("cancelled", None)
    assert await shop.points(anna) == 100


async def test_a_provider_that_never_answers_is_given_up(shop, house, courier):
    async def silent(database, order):
        await asyncio.Event().wait()

    rewards.provide("courier", silent)
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))

    await shop.due_now()
    hasty = RewardProvider()
    hasty.timeout_seconds = 0.05
    await outbound.deliver_due(house.database, {"provider": hasty})

    after = await shop.read(redemption)
    assert (after["state"], after["retry_count"]) == ("pending", 1)
    assert after["failure_reason"] == "no answer within 0.05 seconds"


async def test_workers_side_by_side_deliver_each_once(shop, house, courier):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(**BY_COURIER)
    taken = [await shop.redeem(anna, reward) for _ in range(5)]
    stop = asyncio.Event()
    workers = [
        asyncio.create_task(outbound.run_outbound(house.database, stop, {"provider": QUICK}))
        for _ in range(3)
    ]

    async def all_are_completed():
        return {(await shop.read(each))["state"] for each in taken} == {"completed"}

    await until(all_are_completed)
    stop.set()
    await asyncio.gather(*workers)

    assert len(courier.asked) == 5


async def test_a_reward_needs_a_provider_that_there_is(shop):
    body = {"name": "x", "type": "custom", "cost_points": 1, "fulfilment": "provider:nobody"}

    refused = await shop.client.post("/v1/rewards", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "provider_unknown")
    assert refused.json()["errors"][0]["field"] == "fulfilment"


async def test_a_provider_that_left_fails_in_time(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(**BY_COURIER))
    rewards.withdraw("courier")

    await shop.deliver()

    assert (await shop.read(redemption))["failure_reason"] == "nobody delivers `provider:courier`"


@pytest.mark.parametrize("code", ["", " ", "x" * 129, "a\x00b", "a\u200b", "\u212a1", "a\u202eb"])
def test_a_code_that_cannot_be_is_a_failed_attempt(code):
    with pytest.raises(ValueError, match=r"a code (has|that)"):
        rewards.Delivered(code=code)


async def test_staff_deliver_what_is_manual(shop):
    anna = await shop.member(balance=100)
    reward = await shop.reward(type="merchandise", value={"sku": "CUP"}, fulfilment="manual")
    redemption = await shop.redeem(anna, reward, notes="blue, please")

    failed = await shop.do(redemption, "fail", reason="nobody at home")
    noted = await shop.client.patch(
        f"/v1/redemptions/{redemption['id']}", json={"notes": "at the neighbour's"}
    )
    done = await shop.do(redemption, "complete", notes="handed over")

    assert (failed.json()["state"], failed.json()["retry_count"]) == ("pending", 1)
    assert failed.json()["next_attempt_at"] is None
    assert noted.json()["notes"] == "at the neighbour's"
    assert (done.json()["state"], done.json()["notes"]) == ("completed", "handed over")
    assert done.json()["fulfilled_by_type"] == "api_key"


async def test_a_system_of_ones_own_delivers_or_gives_up_through_the_api(shop):
    anna = await shop.member(balance=200)
    reward = await shop.reward(fulfilment="manual", stock=2)
    good, bad = await shop.redeem(anna, reward), await shop.redeem(anna, reward)

    done = await shop.do(good, "complete", code="GIFT-1", discount_amount="5.00")
    failed = await shop.do(bad, "fail", reason="out of cards", final=True)

    assert done.json()["code"] == "GIFT-1"
    assert failed.json()["state"] == "failed"
    assert await shop.points(anna) == 100
    found = (await shop.client.get("/v1/redemptions", params={"code": "gift-1"})).json()["data"]
    assert [each["id"] for each in found] == [good["id"]]
    assert (await shop.read(reward))["stock"] == 1


async def has_stranded(house):
    async with house.work() as work:
        rows = await work.fetch("select laurels.tenants_with_stranded_redemptions($1)", utc_now())
    return house.tenant.id in {row[0] for row in rows}


async def test_a_nightly_look_finds_what_nobody_will_deliver(shop, courier, house, owner_url):
    anna, reward = await shop.member(balance=300), await shop.reward(**BY_COURIER)
    await shop.redeem(anna, await shop.reward(fulfilment="manual"))
    delivered = await shop.redeem(anna, reward)
    await shop.deliver()
    stranded = await shop.redeem(anna, reward)
    assert not await has_stranded(house)
    async with house.work() as work:
        assert await find_stranded_redemptions(work, limit=1000) == 0
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "delete from laurels.outbound_messages where tenant_id = $1 and state = 'waiting'",
        house.tenant.id,
    )
    await owner.close()

    assert await has_stranded(house)
    async with house.work() as work:
        with pytest.raises(RedemptionStranded, match=f"^1 .*{stranded['id']}; complete"):
            await find_stranded_redemptions(work, limit=1000)

    assert (await shop.read(delivered))["state"] == "completed"
    assert (await shop.do(stranded, "cancel")).status_code == 200
    assert not await has_stranded(house)
