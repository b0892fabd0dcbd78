"""What is decided with the event itself, however orders come and though no worker runs."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from laurels import earning, settlement
from laurels.earning.schemas import EarningRuleIn
from laurels.purchases import NewPurchase


async def rule(house, **more):
    body = {
        "name": "For some", "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 100}, **more,
    }  # fmt: skip
    async with house.work() as work:
        await earning.create_rule(work, EarningRuleIn.model_validate(body))


async def buy(house, *moments):
    """Orders of 1.00 at these moments, settled together; what each earned."""
    items = [
        NewPurchase(amount=Decimal(1), currency="USD", member="anna", occurred_at=moment)
        for moment in moments
    ]
    async with house.work() as work:
        return [each.points for each in await settlement.settle(work, items)]


@pytest.mark.parametrize("way", ["together", "one by one", "at once"])
async def test_a_cap_of_a_day_is_that_of_the_day_on_which_it_happened(house, way):
    await rule(house, caps=[{"period": "day", "points": 150}])
    await buy(house, house.now - timedelta(days=9))
    moments = [house.now - timedelta(days=ago) for ago in (1, 1, 1, 0, 0, 0)]

    if way == "together":
        points = await buy(house, *moments)
    elif way == "one by one":
        points = [earned for at in moments for earned in await buy(house, at)]
    else:
        found = await asyncio.gather(*(buy(house, at) for at in moments))
        points = [earned for each in found for earned in each]

    assert sorted(points[:3]) == sorted(points[3:]) == [1, 51, 101]


async def test_a_campaign_is_on_when_it_happened_and_not_when_it_is_booked(house):
    await rule(house, starts_at=house.now - timedelta(days=5), ends_at=house.now)

    points = await buy(house, *(house.now - timedelta(days=ago) for ago in (6, 5, 1, 0)))

    assert points == [1, 101, 101, 1]
