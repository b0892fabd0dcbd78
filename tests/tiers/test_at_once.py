"""A tier is reached in the transaction of what brought it, and the next event earns by it."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from laurels import jobs, settlement
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR
from laurels.purchases import NewPurchase, NewRefund

from .climbing import build, buy, history, refund, set_up, steps, tier_of

DOUBLE = (
    {"name": "Base", "is_default": True},
    {"name": "Double", "min_points": 100, "points_multiplier": "2"},
)
YEAR = 365


async def settle(house, *amounts_and_days, member="anna", historical=False):
    """Buy several things in one batch: what they earned, in the order given."""
    items = [
        NewPurchase(
            amount=Decimal(amount), currency="USD", member=member,
            occurred_at=house.now + timedelta(days=days),
        )
        for amount, days in amounts_and_days
    ]  # fmt: skip
    async with house.work() as work:
        settled = await settlement.settle(work, items, historical=historical)
    assert all(isinstance(each, settlement.Settled) for each in settled), settled
    return [each.points for each in settled]


async def test_the_next_purchase_earns_by_the_tier_that_the_last_one_brought(house):
    await build(house, *DOUBLE)

    assert (await buy(house, "anna", 100)).points == 100
    assert await tier_of(house, "anna") == "Double"
    assert (await buy(house, "anna", 100)).points == 200


async def test_within_a_batch_too_and_in_the_order_in_which_things_happened(house):
    await build(house, *DOUBLE)

    assert await settle(house, (100, -3), (100, -2), (100, -1)) == [100, 200, 200]
    # Given the other way round it is the same.
    assert await settle(house, (100, -1), (100, -2), (100, -3), member="ben") == [200, 200, 100]
    assert await steps(house, "ben") == [("Base", "placed"), ("Double", "qualification")]


async def test_members_far_from_a_tier_are_judged_beside_those_who_reach_one(house):
    await build(house, *DOUBLE)
    items = [
        NewPurchase(amount=Decimal(amount), currency="USD", member=who)
        for who, amount in [("a", 10), ("b", 100), ("a", 10), ("b", 5), ("c", 99), ("a", 10)]
    ]

    async with house.work() as work:
        settled = await settlement.settle(work, items)

    assert [each.points for each in settled] == [10, 100, 10, 10, 99, 10]


async def test_a_refund_takes_what_its_purchase_brought_before_the_next_one_earns(house):
    await build(house, *DOUBLE)
    first = await buy(house, "anna", 100)

    await refund(house, first.purchase_id)

    assert await tier_of(house, "anna") == "Base"
    assert (await buy(house, "anna", 50)).points == 50


async def test_a_reversal_by_hand_takes_it_at_once(house, client):
    await build(house, *DOUBLE)
    settled = await buy(house, "anna", 100)
    transaction = encode("transaction", settled.award.effects[0]["transaction_id"])

    answer = await client.post(
        f"/v1/transactions/{transaction}/reverse", json={"reason": "a mistake"}
    )

    assert answer.status_code == 201, answer.text
    assert await tier_of(house, "anna") == "Base"


async def test_an_activity_brings_a_tier_and_revoking_it_takes_it(house, client):
    await build(house, *DOUBLE)
    await client.post(
        "/v1/earning-rules",
        json={
            "name": "Reviews",
            "trigger": "activity.recorded",
            "award": {"type": "fixed", "points": 120},
        },
    )
    done = await client.post("/v1/activities", json={"kind": "review", "member": "anna"})
    assert await tier_of(house, "anna") == "Double"

    await client.post(f"/v1/activities/{done.json()['id']}/revoke")

    assert await tier_of(house, "anna") == "Base"


async def test_history_has_the_dates_and_figures_of_the_event(house):
    await build(house, *DOUBLE)

    await settle(house, (60, -700), (70, -650), (500, -640), historical=True)

    base, double = await history(house, "anna")
    at = house.now - timedelta(days=650)
    assert base["achieved_at"] == house.now - timedelta(days=700)
    assert (base["ended_at"], double["achieved_at"]) == (at, at)
    assert (double["points_at_achievement"], double["spend_at_achievement"]) == (130, 130)
    assert double["orders_at_achievement"] == 2


async def test_only_what_lies_in_the_period_of_the_event_counts(house):
    await build(house, *DOUBLE, qualification_period_days=YEAR)
    await set_up(house)
    async with house.work() as work:
        await work.fetch(
            "update laurels.tiers set qualification_period_days = 365 where tenant_id = $1",
            work.tenant_id,
        )

    assert await settle(house, (60, -800), (60, -400), (30, -390), (10, -1)) == [60, 60, 30, 10]
    assert await tier_of(house, "anna") == "Base"
    assert await settle(house, (50, -380), (50, 0), member="ben") == [50, 50]
    assert await settle(house, (50, -364), (50, 0), (1, 0), member="cleo") == [50, 50, 2]


async def test_what_arrives_late_is_judged_by_the_standing_at_arrival_and_judges_nothing_anew(
    house,
):
    await build(house, *DOUBLE)
    assert await settle(house, (60, -10)) == [60]

    assert await settle(house, (60, -20)) == [60]

    _, double = await history(house, "anna")
    assert double["achieved_at"] == house.now - timedelta(days=10), "both together reach it"
    assert await settle(house, (10, -30)) == [20]


@pytest.fixture
async def kept(house):
    """A ladder whose upper tier has to be earned again within a year."""
    return await build(
        house,
        {"name": "Base", "is_default": True},
        {
            "name": "Double", "min_points": 100, "points_multiplier": "2",
            "requires_maintenance": True, "maintenance_period_days": YEAR, "grace_days": 30,
            "qualification_period_days": YEAR,
        },
    )  # fmt: skip


async def test_a_tier_that_was_over_by_then_multiplies_nothing_whether_or_not_a_worker_came(
    house, kept
):
    assert await settle(house, (100, -900), (10, -890), (10, -400)) == [100, 20, 10]

    assert await steps(house, "anna") == [
        ("Base", "placed"), ("Double", "qualification"), ("Base", "downgrade"),
    ]  # fmt: skip
    reached, fallen = (await history(house, "anna"))[-2:]
    last_day = reached["achieved_at"].date() + timedelta(days=YEAR + 30)
    assert fallen["achieved_at"] == datetime.combine(last_day + timedelta(days=1), time(), UTC)


async def test_a_tier_that_was_earned_again_goes_on(house, kept):
    assert await settle(house, (100, -900), (60, -600), (50, -300), (10, -100)) == [
        100, 120, 100, 20,
    ]  # fmt: skip

    assert await steps(house, "anna") == [
        ("Base", "placed"), ("Double", "qualification"), ("Double", "renewal"),
        ("Double", "renewal"),
    ]  # fmt: skip


async def test_in_grace_the_tier_still_multiplies_and_can_be_kept(house, kept):
    bought = await settle(house, (100, -900), (60, -900 + YEAR + 10), (1, -900 + YEAR + 20))

    assert bought == [100, 120, 2]
    assert [reason for _, reason in await steps(house, "anna")] == [
        "placed", "qualification", "renewal",
    ]  # fmt: skip


async def test_without_tiers_history_neither_multiplies_nor_rises(house):
    await build(house, *DOUBLE)
    items = [NewPurchase(amount=Decimal(100), currency="USD", member="anna") for _ in range(3)]

    async with house.work() as work:
        settled = await settlement.settle(work, items, historical=True, with_tiers=False)

    assert [each.points for each in settled] == [100, 100, 100]
    assert await tier_of(house, "anna") == "Base"


async def test_a_refund_in_the_past_is_judged_by_its_own_time(house):
    await build(house, *DOUBLE)
    settled = await buy(house, "anna", 100, occurred_at=house.now - timedelta(days=500))

    async with house.work() as work:
        await settlement.refund(
            work,
            [
                NewRefund(
                    purchase_id=settled.purchase_id,
                    occurred_at=house.now - timedelta(days=450),
                )
            ],
            historical=True,
        )

    fallen = (await history(house, "anna"))[-1]
    assert (fallen["tier"], fallen["reason"]) == ("Base", "refund")
    assert fallen["achieved_at"] == house.now - timedelta(days=450)


async def test_a_member_far_from_the_next_tier_costs_no_look_at_what_they_did(house, monkeypatch):
    await build(house, *DOUBLE)
    await buy(house, "anna", 1)
    asked = []
    async with house.work() as work:
        fetch = work.fetch

        async def counted(sql, *arguments):
            asked.append(sql)
            return await fetch(sql, *arguments)

        monkeypatch.setattr(type(work), "fetch", lambda self, sql, *a: counted(sql, *a))
        item = NewPurchase(amount=Decimal(2), currency="USD", member="anna")
        await settlement.settle(work, [item])

    assert not [sql for sql in asked if "tier_metrics" in sql]
    assert len([sql for sql in asked if "lock_progress" in sql]) == 1


async def test_while_history_is_imported_nobody_is_reviewed_as_of_now(house):
    await build(house, *DOUBLE)
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.import_runs (tenant_id, id, kind, source, file_name, status,"
            " started_at) values ($1, laurels.new_id(), 'purchases', 'f', 'f', 'running', now())",
            work.tenant_id,
        )

    for job in ("tiers.review", "tiers.apply_due_standings"):
        assert await jobs.run_now(house.database, house.tenant.id, job, actor=OPERATOR) is None

    async with house.work() as work:
        waiting = await jobs.list_runs(work, state="waiting")
        await work.fetch(
            "update laurels.import_runs set status = 'finished', finished_at = now()"
            " where tenant_id = $1",
            work.tenant_id,
        )
    assert [run.job for run in waiting] == ["tiers.apply_due_standings", "tiers.review"]
    ended = await jobs.carry_out(house.database, house.tenant.id, waiting[1].id)
    assert ended is not None
    assert ended.state == "done"
