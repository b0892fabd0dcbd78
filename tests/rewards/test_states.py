"""The states of a redemption as a table: what leads where, and that nothing else leads anywhere."""

from itertools import product

import pytest

from laurels.rewards.states import FORCED, PATHS, RETURNED, STATES

BODIES = {
    "complete": {"notes": "x"},
    "fail": {"reason": "x", "final": True},
    "cancel": {},
    "use": {"order_ref": "A-1"},
    "refund": {},
}
WAY = {
    "pending": [],
    "completed": ["complete"],
    "used": ["complete", "use"],
    "expired": ["complete", "expire"],
    "failed": ["fail"],
    "cancelled": ["cancel"],
    "refunded": ["complete", "refund"],
}


async def in_state(shop, member, reward, state):
    """A redemption in this state."""
    redemption = await shop.redeem(member, reward)
    for activity in WAY[state]:
        if activity == "expire":
            await expire(shop)
        else:
            answer = await shop.do(redemption, activity, **BODIES[activity])
            assert answer.status_code == 200, answer.text
    found = await shop.read(redemption)
    assert found["state"] == state
    return found


async def expire(shop):
    """What has an end has come to it."""
    from laurels.rewards.ending import expire_due

    async with shop.house.work() as work:
        await work.fetch(
            "update laurels.redemptions set expires_at = $2 where tenant_id = $1"
            " and state = 'completed'",
            work.tenant_id,
            work.now,
        )
        await expire_due(work, limit=10)


@pytest.mark.parametrize("state", STATES)
async def test_from_each_state_only_what_the_table_says(shop, state):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="manual", stock=100)

    for activity, body in BODIES.items():
        redemption = await in_state(shop, anna, reward, state)
        before = await shop.points(anna)
        answer = await shop.do(redemption, activity, **body)
        after = await shop.read(redemption)

        if state in PATHS[activity]:
            assert answer.status_code == 200, answer.text
            assert after["state"] == PATHS[activity][state]
            back = 100 if after["state"] in RETURNED else 0
            assert await shop.points(anna) == before + back
        else:
            assert answer.status_code == 409, f"{activity} of {state}"
            forced = activity == "refund" and state in FORCED
            assert answer.json()["code"] == ("force_needed" if forced else "redemption_state")
            assert answer.json()["state"] == state
            assert after == redemption
            assert await shop.points(anna) == before


@pytest.mark.parametrize("state", sorted(FORCED))
async def test_by_force_and_with_a_reason_points_go_back_all_the_same(shop, state):
    anna = await shop.member(balance=100)
    reward = await shop.reward(fulfilment="manual", stock=1)
    redemption = await in_state(shop, anna, reward, state)

    silent = await shop.do(redemption, "refund", force=True)
    told = await shop.do(redemption, "refund", force=True, reason="a broken cup", restock=False)

    assert silent.status_code == 422
    assert (told.status_code, told.json()["state"]) == (200, "refunded")
    assert await shop.points(anna) == 100
    assert (await shop.read(reward))["stock"] == 0
    assert (await shop.read(reward))["redemptions"] == 0
    log = (await shop.client.get("/v1/audit-log", params={"limit": 1})).json()["data"]
    assert log[0]["action"] == "redemption.refunded"
    assert log[0]["after"] == {"state": "refunded", "reason": "a broken cup"}


async def test_points_of_a_redemption_come_back_by_the_redemption_alone(shop):
    anna = await shop.member(balance=200)
    waits = await shop.redeem(anna, await shop.reward(fulfilment="manual"))
    has_code = await shop.redeem(anna, await shop.reward())

    for redemption in (waits, has_code):
        path = f"/v1/transactions/{redemption['transaction_id']}/reverse"
        refused = await shop.client.post(path, json={"reason": "by hand"})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_reversible")
        assert f"/v1/redemptions/{redemption['id']}/refund" in refused.json()["detail"]
    assert await shop.points(anna) == 0

    ended = await shop.do(waits, "cancel")
    taken = await shop.do(has_code, "refund", reason="oops")

    assert (ended.json()["state"], taken.json()["state"]) == ("cancelled", "refunded")
    assert await shop.points(anna) == 200


async def test_a_debit_that_only_calls_itself_a_redemption_can_be_reversed(shop):
    anna = await shop.member(balance=100)
    wallets = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"]
    path = f"/v1/wallets/{wallets[0]['id']}/debit"
    body = {"points": 30, "source": "redemption", "reason": "till"}
    debit = (await shop.client.post(path, json=body)).json()["transaction"]

    back = await shop.client.post(f"/v1/transactions/{debit['id']}/reverse", json={"reason": "no"})

    assert back.status_code == 201, back.text
    assert await shop.points(anna) == 100


def test_every_state_is_reached_and_every_activity_ends_somewhere_known():
    reached = {"pending"} | {to for paths in PATHS.values() for to in paths.values()}

    assert reached == set(STATES)
    assert {state for paths in PATHS.values() for state in paths} <= set(STATES)
    assert not [s for s, d in product(RETURNED, PATHS) if s in PATHS[d]]
