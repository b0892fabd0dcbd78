"""What a member is shown and what a redemption does are one, on a real database, for any case."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels import rewards
from laurels.kit.errors import AppError
from tests.support.make import make_tenant

values = st.fixed_dictionaries(
    {"cost_points": st.integers(1, 40), "fulfilment": st.sampled_from(["code", "pool", "manual"])},
    optional={
        "stock": st.integers(0, 2),
        "max_redemptions_total": st.integers(1, 2),
        "max_redemptions_per_member": st.integers(1, 2),
        "window": st.sampled_from(["past", "present", "future"]),
    },
)
WINDOWS = {"past": (-9, -1), "present": (-1, 1), "future": (1, 9)}


@settings(max_examples=15)
@given(
    wanted=st.lists(values, min_size=1, max_size=4), picks=st.lists(st.integers(0, 3), max_size=8)
)
@pytest.mark.slow
async def test_an_offer_is_redeemed_if_and_only_if_it_is_said_to_be_there(database, wanted, picks):
    house = await make_tenant(database)
    anna = await house.member(balance=100)
    async with house.work() as work:
        ids = [await rewards.create_reward(work, stored(house, each)) for each in wanted]
        for number, (reward_id, each) in enumerate(zip(ids, wanted, strict=True)):
            if each["fulfilment"] == "pool":
                await rewards.upload_vouchers(work, reward_id, [f"R{number}-{n}" for n in (1, 2)])

    for pick in picks:
        chosen = ids[pick % len(ids)]
        async with house.work() as work:
            shown = {each.reward["id"]: each for each in await rewards.offers_for(work, anna)}
            before = await state_of(work)
            try:
                outcome = await rewards.redeem(work, member_id=anna, reward_id=chosen)
            except AppError as error:
                outcome = error
            after = await state_of(work)
        if isinstance(outcome, AppError):
            assert before == after
            if chosen in shown:
                assert shown[chosen].reasons[0].code == outcome.code
            else:
                assert outcome.code == "reward_ended"
        else:
            assert shown[chosen].reasons == ()
            assert shown[chosen].most is None or shown[chosen].most >= 1


def stored(house, each):
    """A reward's values by column name."""
    opens, ends = WINDOWS[each.get("window", "present")]
    return {
        "name": "x", "type": "custom", "value": {},
        "starts_at": house.now + timedelta(days=opens), "ends_at": house.now + timedelta(days=ends),
        **{name: value for name, value in each.items() if name != "window"},
    }  # fmt: skip


async def state_of(work):
    """Everything that a redemption would change."""
    return [
        [tuple(row) for row in await work.fetch(sql, work.tenant_id)]
        for sql in (
            "select id, stock, codes_left, redemptions from laurels.rewards"
            " where tenant_id = $1 order by id",
            "select id, available, seq from laurels.wallets where tenant_id = $1 order by id",
            "select id, redemption_id from laurels.vouchers where tenant_id = $1 order by id",
            "select id from laurels.redemptions where tenant_id = $1 order by id",
        )
    ]
