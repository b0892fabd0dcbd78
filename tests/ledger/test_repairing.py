"""Books that a fault of the past has damaged are put right: holds that a merge did not see."""

import pytest

from laurels import ledger, members
from laurels.kit.errors import AppError
from tests.ledger.operations import earn, hold, move
from tests.members.test_merging import merge, state, unmerge


async def is_open(house, held, yes: bool) -> None:
    """Hide a hold from what looks for open ones, or show it again."""
    async with house.work() as work:
        await work.fetch(
            "update laurels.holds set status = case when $3 then 'open' else 'released' end,"
            " closed_at = case when $3 then null else now() end"
            " where tenant_id = $1 and id = $2",
            work.tenant_id, held, yes,
        )  # fmt: skip


async def merge_past(house, survivor, merged, held) -> None:
    """Merge as it was once done: a hold that came while it waited was not seen."""
    await is_open(house, held, False)
    await merge(house, survivor, merged)
    await is_open(house, held, True)


async def faults(house) -> list[str]:
    async with house.work() as work:
        return [str(fault) for fault in await ledger.find_faults(work)]


async def repair(house) -> int:
    async with house.work() as work:
        return await ledger.rebuild(work)


@pytest.mark.parametrize("points", [30, 100, 160])
@pytest.mark.parametrize("days", [None, 365])
async def test_a_hold_that_a_merge_left_behind_goes_to_the_survivor(house, days, points):
    await house.program(expiry_days=days)
    anna, anne = await house.member(balance=5), await house.member(balance=60)
    await earn(house, anne, 100)
    held = await hold(house, anne, points)
    await merge_past(house, anna, anne, held)
    assert await faults(house)

    first, again = await repair(house), await repair(house)

    assert (first, again) == (2, 0)
    assert await faults(house) == []
    assert (await house.balance(anna))["held"] == points
    posted = await move(house, ledger.Capture(hold_id=held, points=10))
    assert posted.transaction.points == -10
    assert await house.balance(anna) == {
        "available": 165 - 10, "pending": 0, "held": 0, "debt": 0,
    }  # fmt: skip


async def test_after_the_repair_the_merge_can_be_undone_exactly(house):
    await house.program(expiry_days=365)
    anna, anne = await house.member(balance=5), await house.member(balance=60)
    await earn(house, anne, 100)
    held = await hold(house, anne, 120)
    before = [await state(house, anna), await state(house, anne)]
    await merge_past(house, anna, anne, held)

    await repair(house)
    await unmerge(house, anne)

    assert [await state(house, anna), await state(house, anne)] == before
    await move(house, ledger.Release(hold_id=held))


async def test_a_hold_that_two_merges_left_behind_goes_all_the_way(house):
    anna, anne, ann = [await house.member(balance=points) for points in (1, 20, 300)]
    held = await hold(house, anne, 15)
    await merge_past(house, anna, anne, held)
    await merge(house, ann, anna)

    await repair(house)

    assert await faults(house) == []
    await move(house, ledger.Release(hold_id=held))
    assert (await house.balance(ann))["available"] == 321


async def test_a_merge_that_was_undone_with_the_damage_is_put_right(house):
    anna, anne = await house.member(balance=200), await house.member(balance=60)
    held = await hold(house, anne, 21)
    await merge_past(house, anna, anne, held)
    await unmerge(house, anne)
    assert await faults(house)

    assert await repair(house) == 2

    assert await faults(house) == []
    await move(house, ledger.Release(hold_id=held))
    assert [(await house.balance(each))["available"] for each in (anna, anne)] == [200, 60]


async def test_points_that_are_held_by_nothing_are_free_again(house):
    anna = await house.member(balance=200)
    async with house.work() as work:
        await work.fetch(
            "update laurels.wallets set available = 150, held = 50"
            " where tenant_id = $1 and member_id = $2", work.tenant_id, anna,
        )  # fmt: skip

    assert await repair(house) == 1

    assert (await house.balance(anna))["available"] == 200


async def test_what_was_on_hold_is_captured_or_released_after_its_member_was_archived(house):
    anne = await house.member(balance=60)
    held = [await hold(house, anne, points) for points in (10, 20, 30)]
    async with house.work() as work:
        await members.archive(work, anne)
        await ledger.close_wallets(work, anne, reason="archived")

    await move(house, ledger.Capture(hold_id=held[0]))
    await move(house, ledger.Capture(hold_id=held[1], points=5))
    await move(house, ledger.Release(hold_id=held[2]))

    with pytest.raises(AppError, match="archived"):
        await hold(house, anne, 1)
    assert (await house.balance(anne))["available"] == 15 + 30
