"""Redemptions are used, once and in time; what was not used in time expires."""

import pytest

from laurels import jobs, rewards
from laurels.kit.values.ids import decode
from laurels.kit.work import OPERATOR, open_work
from laurels.rewards.ending import expire_due
from laurels.rewards.using import reopen_refunded
from tests.support.make import make_tenant


async def buy(shop, member=None, amount="40.00", **more):
    """A purchase."""
    body = {"amount": amount, "currency": "USD", "member_id": member, **more}
    return (await shop.client.post("/v1/purchases", json=body)).json()


async def test_a_code_is_found_and_used_on_a_purchase(shop):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward())
    purchase = await buy(shop, anna)

    typed = redemption["code"].lower()
    found = (await shop.client.get("/v1/redemptions", params={"code": typed})).json()["data"]
    used = await shop.do(found[0], "use", purchase_id=purchase["id"])
    again = await shop.do(found[0], "use", order_ref="A-1")

    assert used.json()["state"] == "used"
    assert used.json()["used_purchase_id"] == purchase["id"]
    assert used.json()["used_at"] is not None
    assert (again.status_code, again.json()["state"]) == (409, "used")
    assert (await shop.events())[-1] == "redemption.used"


async def test_it_is_used_on_an_order_elsewhere_with_what_it_was_worth(shop):
    anna = await shop.member(balance=100)
    reward = await shop.reward(type="discount_percentage", value={"percentage": "10"})
    redemption = await shop.redeem(anna, reward)
    assert redemption["discount_amount"] is None

    used = await shop.do(redemption, "use", order_ref="#1001", discount_amount="3.20")
    nowhere = await shop.do(redemption, "use")

    assert (used.json()["used_order_ref"], used.json()["discount_amount"]) == ("#1001", "3.20")
    assert nowhere.status_code == 422


async def test_a_purchase_has_to_fit(shop):
    anna, bert = await shop.member(balance=100), await shop.member()
    redemption = await shop.redeem(anna, await shop.reward(min_order_value="50.00"))
    small, theirs = await buy(shop, anna), await buy(shop, bert, "60.00")
    off = await buy(shop, anna, "60.00", status="failed")
    guest = await buy(shop, None, "60.00")

    async def use(purchase_id):
        return await shop.do(redemption, "use", purchase_id=purchase_id)

    codes = [(await use(purchase["id"])).json().get("code") for purchase in (small, theirs, off)]
    unknown = await use("pur_01h455vb4pex5vsknk084sn02q")
    fits = await use(guest["id"])

    assert codes == ["purchase_below_minimum", "purchase_of_another", "purchase_not_usable"]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "purchase_not_found")
    assert fits.json()["state"] == "used"


async def made_at(shop, days):
    """A redemption of the present that can be used for some days, and its member."""
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(redemption_expiry_days=days))
    return anna, redemption


@pytest.mark.parametrize(("returning", "points"), [(False, 0), (True, 100)])
async def test_what_was_not_used_in_time_expires(shop, house, returning, points):
    settings = {"return_points_on_expiry": returning}
    await shop.client.patch("/v1/settings/rewards", json=settings)
    anna, redemption = await made_at(shop, 30)
    house.later(days=400)

    async with house.work() as work:
        done = [await expire_due(work, limit=10), await expire_due(work, limit=10)]

    after = await shop.read(redemption)
    assert done == [1, 0]
    assert after["state"] == "expired"
    assert (after["refund_transaction_id"] is not None) == returning
    assert await shop.points(anna) == points
    assert (await shop.events()).count("redemption.expired") == 1
    # It was had: it counts for limits all the same.
    assert (await shop.read({"id": redemption["reward_id"]}))["redemptions"] == 1


@pytest.mark.parametrize(("returning", "outcome"), [(False, "insufficient_points"), (True, "had")])
async def test_points_of_what_was_not_used_in_time_buy_the_next_reward_before_the_job_has_come(
    shop, house, returning, outcome
):
    settings = {"return_points_on_expiry": returning}
    await shop.client.patch("/v1/settings/rewards", json=settings)
    anna, _ = await made_at(shop, 30)
    mug = await shop.reward()
    house.later(days=400)

    item = rewards.NewRedemption(
        member_id=decode("member", anna), reward_id=decode("reward", mug["id"])
    )
    async with house.work() as work:
        (found,) = await rewards.redeem_many(work, [item])

    assert getattr(found, "code", "had") == outcome


async def test_too_late_is_too_late_also_before_the_job_has_come(shop, house):
    _, redemption = await made_at(shop, 1)
    async with house.work() as work:
        await work.fetch(
            "update laurels.redemptions set expires_at = now() where tenant_id = $1", work.tenant_id
        )

    late = await shop.do(redemption, "use", order_ref="A-1")

    assert (late.status_code, late.json()["code"]) == (409, "redemption_lapsed")


async def test_a_clock_that_moves_on_expires_what_falls_due(database):
    house = await make_tenant(database, test=True)
    anna = await house.member(balance=100)
    async with open_work(database, tenant_id=house.tenant.id) as work:
        reward_id = await rewards.create_reward(
            work,
            {
                "name": "x", "type": "custom", "value": {}, "cost_points": 100,
                "fulfilment": "code", "redemption_expiry_days": 10,
            },
        )  # fmt: skip
        await rewards.redeem(work, member_id=anna, reward_id=reward_id)
    async with open_work(database, tenant_id=house.tenant.id, actor=OPERATOR) as work:
        clock = await jobs.advance(work, "P30D")
    assert clock.run is not None

    ended = await jobs.carry_out(database, house.tenant.id, clock.run.id)

    assert ended is not None
    assert ended.result["rewards.expire_redemptions"] == {"runs": 1, "done": 1}
    async with open_work(database, tenant_id=house.tenant.id) as work:
        (row,) = await work.fetch(
            "select state, ended_at - expires_at as late from laurels.redemptions"
            " where tenant_id = $1",
            work.tenant_id,
        )
    assert row["state"] == "expired"
    assert 0 <= row["late"].total_seconds() <= 60


@pytest.mark.parametrize(
    ("reopening", "amount", "state"),
    [(False, None, "used"), (True, None, "completed"), (True, "10.00", "used")],
)
async def test_what_was_used_on_a_refunded_purchase(shop, house, reopening, amount, state):
    await shop.client.patch("/v1/settings/rewards", json={"reopen_on_refund": reopening})
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward())
    purchase = await buy(shop, anna)
    await shop.do(redemption, "use", purchase_id=purchase["id"])

    body = {} if amount is None else {"amount": amount}
    await shop.client.post(f"/v1/purchases/{purchase['id']}/refunds", json=body)
    async with house.work() as work:
        for _ in range(2):
            await reopen_refunded(work, [decode("purchase", purchase["id"])])

    after = await shop.read(redemption)
    assert after["state"] == state
    assert (after["used_at"] is None) == (state == "completed")
    assert after["code"] == redemption["code"]
