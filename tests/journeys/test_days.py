"""N days are N days in every room, and what was promised once keeps its dates."""

from datetime import UTC, datetime

import pytest

from laurels import rewards, tiers
from laurels.ledger import programs
from laurels.ledger.queries import list_lots
from tests.support.make import make_tenant
from tests.tiers.climbing import build, buy, history

KEPT = {"requires_maintenance": True, "maintenance_period_days": 30, "grace_days": 0}
REWARD = {
    "name": "Five off", "type": "discount_fixed", "value": {"amount": "5.00"}, "cost_points": 10,
    "fulfilment": "code", "redemption_expiry_days": 30,
}  # fmt: skip


async def promise(house, name):
    """Points, a redemption and a tier, all with thirty days from now; return their dates."""
    await buy(house, name, 1500)
    (member,) = await house_members(house, name)
    async with house.work() as work:
        (row,) = await work.fetch(
            "select id from laurels.rewards where tenant_id = $1", work.tenant_id
        )
        await rewards.redeem(work, member_id=member, reward_id=row["id"])
    return await dates_of(house, name)


async def house_members(house, name):
    """The id of the member with this name."""
    async with house.work() as work:
        rows = await work.fetch(
            "select id from laurels.members where tenant_id = $1 and external_id = $2",
            work.tenant_id, name,
        )  # fmt: skip
    return [row["id"] for row in rows]


async def dates_of(house, name):
    """When somebody's points, redemptions and tier end."""
    (member,) = await house_members(house, name)
    async with house.work() as work:
        lots = await list_lots(work, await house.wallet_id(member))
        redeemed = await work.fetch(
            "select expires_at from laurels.redemptions where tenant_id = $1 and member_id = $2",
            work.tenant_id, member,
        )  # fmt: skip
    return (
        [lot["expires_at"] for lot in lots],
        [row["expires_at"] for row in redeemed],
        (await history(house, name))[-1]["expires_at"],
    )


async def open_shop(database, zone, now):
    """A tenant somewhere, in which everything has thirty days."""
    house = await make_tenant(database, time_zone=zone)
    house.now = datetime.fromisoformat(now)
    await house.program(expiry_days=30)
    silver = (await build(house, **KEPT))["Silver"]
    async with house.work() as work:
        reward = await rewards.create_reward(work, REWARD)
    return house, silver, reward


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("Europe/Vienna", "2026-01-09T23:01:00+00:00", "2026-02-09T23:00:00+00:00"),
        ("Europe/Vienna", "2026-01-10T22:59:00+00:00", "2026-02-09T23:00:00+00:00"),
        ("Europe/Vienna", "2026-03-10T12:00:00+00:00", "2026-04-09T22:00:00+00:00"),
        ("America/Los_Angeles", "2026-01-10T05:00:00+00:00", "2026-02-09T08:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-01-10T12:00:00+00:00", "2026-02-10T10:00:00+00:00"),
    ],
)
async def test_thirty_days_are_over_at_the_same_midnight_in_every_room(database, zone, now, end):
    house, _, _ = await open_shop(database, zone, now)

    found = await promise(house, "anna")

    end = datetime.fromisoformat(end).astimezone(UTC)
    assert found == ([end], [end], end)


async def test_another_number_of_days_is_for_what_comes_not_for_what_is_there(database):
    house, silver, reward = await open_shop(database, "UTC", "2026-01-10T12:00:00+00:00")
    before = await promise(house, "anna")

    async with house.work() as work:
        (program,) = [one["id"] for one in await programs.list_programs(work) if one["is_default"]]
        await programs.change_program(work, program, {"expiry_days": 7, "maturity_days": 1})
        await rewards.change_reward(work, reward, {"redemption_expiry_days": 7})
        await tiers.change_tier(work, silver, {"maintenance_period_days": 7})
    await buy(house, "bea", 1500)

    assert await dates_of(house, "anna") == before
    week = datetime(2026, 1, 18, tzinfo=UTC)
    assert await dates_of(house, "bea") == ([week], [], week)
