"""Tiers that have to be earned again: notice, renewal, grace, and the way down."""

from datetime import timedelta
from decimal import Decimal

import pytest

from laurels import jobs, settlement, tiers
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, open_work
from laurels.purchases import NewPurchase
from tests.support.make import make_tenant

from .climbing import (
    build,
    buy,
    hear,
    history,
    member_id,
    pass_time,
    refund,
    set_up,
    steps,
    tier_of,
    told,
)

KEPT = {"requires_maintenance": True, "maintenance_period_days": 365, "grace_days": 30}


async def kinds(house):
    return [row["type"] for row in await told(house)]


async def test_a_tier_that_is_earned_again_is_renewed_for_another_period(house):
    await build(house, **KEPT)
    await buy(house, "ann", "1000")
    (_, first) = await history(house, "ann")
    await pass_time(house, days=100)
    await buy(house, "ann", "900")

    await pass_time(house, days=266)

    rows = await history(house, "ann")
    assert [(row["tier"], row["reason"]) for row in rows][1:] == [
        ("Silver", "qualification"), ("Silver", "renewal"),
    ]  # fmt: skip
    assert rows[2]["expires_at"] == first["expires_at"] + timedelta(days=365)
    assert rows[2]["points_at_achievement"] == 1125
    assert await kinds(house) == ["tier.raised", "tier.renewed"]


async def test_who_does_not_earn_it_again_is_told_has_grace_and_then_loses_it(house):
    await build(house, **KEPT)
    await buy(house, "ann", "1000")

    await pass_time(house, days=334)
    assert await kinds(house) == ["tier.raised"]
    await pass_time(house, days=2)
    assert await kinds(house) == ["tier.raised", "tier.expiry_announced"]
    await pass_time(house, days=10)
    await pass_time(house, days=20)
    assert await tier_of(house, "ann") == "Silver"
    assert (await history(house, "ann"))[-1]["grace_until"] is not None
    await pass_time(house, days=28)
    assert await tier_of(house, "ann") == "Silver"
    await pass_time(house, days=2)

    assert await steps(house, "ann") == [
        ("Bronze", "placed"), ("Silver", "qualification"), ("Bronze", "downgrade"),
    ]  # fmt: skip
    assert await kinds(house) == ["tier.raised", "tier.expiry_announced", "tier.lowered"]


async def test_within_the_grace_it_can_still_be_earned_again(house):
    await build(house, **KEPT)
    await buy(house, "ann", "1000")
    await pass_time(house, days=370)

    await buy(house, "ann", "1000")

    rows = await history(house, "ann")
    assert (rows[-1]["tier"], rows[-1]["reason"], rows[-1]["grace_until"]) == (
        "Silver", "renewal", None,
    )  # fmt: skip
    assert rows[-1]["expires_at"] == rows[-2]["expires_at"] + timedelta(days=365)


async def test_nobody_is_told_of_an_end_that_will_be_a_renewal(house):
    await build(house, **KEPT)
    await buy(house, "ann", "1000")
    await pass_time(house, days=300)
    await buy(house, "ann", "900")

    for _ in range(40):
        await pass_time(house, days=1)
    await pass_time(house, days=30)

    assert await kinds(house) == ["tier.raised", "tier.renewed"]


async def test_a_refund_in_the_days_of_notice_is_noticed(house):
    await build(house, **KEPT)
    await buy(house, "ann", "1000")
    await pass_time(house, days=300)
    again = await buy(house, "ann", "900")
    await pass_time(house, days=40)
    assert await kinds(house) == ["tier.raised"]

    await refund(house, again.purchase_id)
    await pass_time(house, days=1)

    assert await kinds(house) == ["tier.raised", "tier.expiry_announced"]


@pytest.mark.parametrize(
    ("policy", "way"),
    [("highest_met", ["Bronze"]), ("one_level", ["Gold", "Silver", "Bronze"])],
)
async def test_the_way_down_is_at_once_or_level_by_level(house, policy, way):
    await build(house, requires_maintenance=True, maintenance_period_days=100)
    await set_up(house, step_down=policy)
    await buy(house, "ann", "15000")

    for _ in range(5):
        await pass_time(house, days=370)

    assert [tier for tier, reason in await steps(house, "ann") if reason == "downgrade"] == way


async def test_a_lower_tier_without_maintenance_catches_who_falls(house):
    await build(
        house,
        {"name": "Bronze", "is_default": True},
        {"name": "Silver", "min_points": 1000},
        {"name": "Gold", "min_points": 5000, "requires_maintenance": True},
    )
    await buy(house, "ann", "1000")
    await buy(house, "ann", "4000")
    assert await tier_of(house, "ann") == "Gold"

    await pass_time(house, days=800)

    assert (await steps(house, "ann"))[-1] == ("Silver", "downgrade")


async def test_the_test_clock_runs_through_notice_expiry_and_grace_day_by_day(database):
    house = await make_tenant(database, test=True, time_zone="Europe/Berlin")

    async def advance(span):
        async with open_work(database, tenant_id=house.tenant.id, actor=OPERATOR) as work:
            clock = await jobs.advance(work, span)
        assert clock.run is not None
        await jobs.carry_out(database, house.tenant.id, clock.run.id)
        async with open_work(database, tenant_id=house.tenant.id) as work:
            house.now = work.now

    await advance("PT1S")
    await build(house, **{**KEPT, "maintenance_period_days": 60, "qualification_period_days": 60})
    await buy(house, "ann", "1000")
    began = house.now
    await advance("P120D")

    rows = await history(house, "ann")
    assert [(row["tier"], row["reason"]) for row in rows] == [
        ("Bronze", "placed"), ("Silver", "qualification"), ("Bronze", "downgrade"),
    ]  # fmt: skip
    end = rows[1]["expires_at"]
    assert timedelta(days=59) < end - began < timedelta(days=61)
    # The notice, the end and the end of grace each come in their own minute.
    assert timedelta(0) <= rows[1]["noticed_at"] - (end - timedelta(days=30)) <= timedelta(hours=2)
    assert timedelta(0) <= rows[2]["achieved_at"] - rows[1]["grace_until"] <= timedelta(minutes=1)
    moments = [row["payload"] for row in await told(house)]
    assert len(moments) == 3


async def test_a_member_who_is_away_keeps_their_tier_until_they_are_back(client, house):
    await build(house, **{**KEPT, "grace_days": 0})
    await buy(house, "ann", "1000")
    ann = encode("member", await member_id(house, "ann"))
    await client.delete(f"/v1/members/{ann}")

    await pass_time(house, days=400)
    assert await tier_of(house, "ann") == "Silver"
    await client.post(f"/v1/members/{ann}/restore")
    await hear(house)

    assert await tier_of(house, "ann") == "Bronze"


async def test_a_batch_of_many_members_takes_as_many_statements_as_one(house):
    await build(house, **KEPT)

    async def statements(names):
        async with house.work() as work:
            items = [
                NewPurchase(amount=Decimal(1500), currency="USD", member=name) for name in names
            ]  # fmt: skip
            await settlement.settle(work, items)
        async with house.work() as work:
            ids = [await member_id(house, name) for name in names]
            raw, asked = work.raw, []

            class Counting:
                async def fetch(self, sql, *values):
                    asked.append(sql)
                    return await raw.fetch(sql, *values)

                async def fetchrow(self, sql, *values):
                    asked.append(sql)
                    return await raw.fetchrow(sql, *values)

            object.__setattr__(work, "raw", Counting())
            await tiers.review(work, ids)
            await work.flush()
            object.__setattr__(work, "raw", raw)
        return len(asked)

    one = await statements(["solo"])

    assert await statements([f"crowd-{number}" for number in range(200)]) == one
