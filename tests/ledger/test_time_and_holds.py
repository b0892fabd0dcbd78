"""The ledger on a real database: points that ripen, lapse, are held and captured."""

from datetime import timedelta

import pytest

from laurels import ledger
from laurels.ledger.errors import (
    CaptureTooLarge,
    HoldClosed,
)
from tests.ledger.operations import (
    book,
    earn,
    figures,
    hold,
    move,
    rows_of,
    settle,
    spend,
    take_back,
)

# Time --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_job", [True, False])
async def test_points_ripen_after_14_days_and_what_is_left_lapses_after_365(house, by_job):
    await house.program(maturity_days=14, expiry_days=365)
    member = await house.member()
    await earn(house, member, 100)
    house.later(days=14)
    with pytest.raises(ledger.InsufficientPoints):
        await spend(house, member, 60)
    house.later(days=6)
    await spend(house, member, 60)
    house.later(days=345, hours=11)
    await settle(house)
    assert await house.balance(member) == figures(available=40)

    house.later(hours=1)
    if by_job:
        await settle(house)
    else:
        await earn(house, member, 1)

    assert (await rows_of(house, member))[2] == ("expired", -40, 0)
    assert await house.balance(member) == figures(pending=0 if by_job else 1)


async def test_the_job_settles_each_wallet_once_and_then_has_nothing_to_do(house):
    await house.program(maturity_days=14, expiry_days=30)
    one, two = await house.member(), await house.member()
    await earn(house, one, 10)
    await earn(house, two, 10, expires_at=house.now)
    assert await settle(house) == 1

    house.later(days=31)

    assert [await settle(house), await settle(house)] == [1, 0]
    assert await rows_of(house, two) == [("earned", 10, 0), ("expired", -10, 0)]


async def test_the_job_stops_at_its_limit_and_goes_on_from_there(house):
    await house.program(expiry_days=30)
    for _ in range(3):
        await earn(house, await house.member(), 10)
    house.later(days=31)

    async with house.work() as work:
        settled = [await ledger.apply_due_lots(work, limit=2) for _ in range(3)]

    assert settled == [2, 1, 0]


async def test_lots_under_a_hold_do_not_expire(house):
    await house.program(expiry_days=30)
    member = await house.member()
    await earn(house, member, 100)
    held = await hold(house, member, 60)
    house.later(days=31)

    await settle(house)
    assert await house.balance(member) == figures(held=60)

    await move(house, ledger.Capture(hold_id=held, points=60))
    assert await house.balance(member) == figures()
    assert (await rows_of(house, member))[-1] == ("redeemed", -60, 0)


# Holds -------------------------------------------------------------------------------------


async def test_a_capture_of_a_part_releases_the_rest(house):
    await house.program(expiry_days=30)
    member = await house.member()
    await earn(house, member, 100)
    held = await hold(house, member, 60)

    await move(house, ledger.Capture(hold_id=held, points=45))

    assert await house.balance(member) == figures(available=55)
    with pytest.raises(HoldClosed):
        await move(house, ledger.Release(hold_id=held))


async def test_more_than_is_held_is_not_captured(house):
    member = await house.member(balance=100)
    held = await hold(house, member, 60)

    with pytest.raises(CaptureTooLarge):
        await move(house, ledger.Capture(hold_id=held, points=61))

    assert await house.balance(member) == figures(available=40, held=60)


async def test_holds_whose_time_is_over_let_go(house):
    member = await house.member(balance=100)
    held = await hold(house, member, 60, expires_at=house.now + timedelta(days=1))
    await hold(house, member, 30)
    house.later(days=1)

    async with house.work() as work:
        counts = [await ledger.release_due_holds(work) for _ in range(2)]

    assert counts == [1, 0]
    assert await house.balance(member) == figures(available=70, held=30)
    with pytest.raises(HoldClosed):
        await move(house, ledger.Capture(hold_id=held))


async def test_a_hold_is_captured_once_in_a_batch(house):
    member = await house.member(balance=100)
    held = await hold(house, member, 60)

    first, second = await book(house, ledger.Capture(hold_id=held), ledger.Capture(hold_id=held))

    assert first.transaction.points == -60
    assert isinstance(second, HoldClosed)


async def test_a_part_captured_on_the_database_is_taken_from_what_lapses_first(house):
    await house.program(expiry_days=90)
    member = await house.member()
    await earn(house, member, 50)
    await earn(house, member, 50, expires_at=house.now + timedelta(days=30))
    held = await hold(house, member, 80)

    await move(house, ledger.Capture(hold_id=held, points=60))

    house.later(days=31)
    await settle(house)
    assert await house.balance(member) == figures(available=40)
    assert [row[0] for row in await rows_of(house, member)] == ["earned", "earned", "redeemed"]


async def test_what_lapsed_counts_once_in_refunds_that_come_one_after_the_other(house):
    await house.program(expiry_days=30)
    member = await house.member()
    earned = await earn(house, member, 100)
    await spend(house, member, 60)
    house.later(days=31)
    await earn(house, member, 500)

    backs = [await take_back(house, earned, total) for total in (25, 50, 50, 100, 100)]

    assert [back.transaction and back.transaction.points for back in backs] == [
        None, -10, None, -50, None,
    ]  # fmt: skip
    assert await house.balance(member) == figures(available=440)


async def purse(house, member):
    """What the member can spend, at a look."""
    async with house.work() as work:
        return (await ledger.spendable(work, [member]))[member, None].available


@pytest.mark.parametrize("by_job", [True, False])
async def test_a_hold_whose_time_is_over_is_in_nobodys_way_though_no_job_came_by(house, by_job):
    member = await house.member(balance=100)
    held = await hold(house, member, 60, expires_at=house.now + timedelta(days=1))
    await hold(house, member, 10)
    assert await purse(house, member) == 30
    house.later(days=2)
    if by_job:
        async with house.work() as work:
            assert await ledger.release_due_holds(work) == 1

    assert await purse(house, member) == 90
    await spend(house, member, 85)

    assert await house.balance(member) == figures(available=5, held=10)
    with pytest.raises(HoldClosed) as refused:
        await move(house, ledger.Capture(hold_id=held))
    assert refused.value.details["status"] == "expired"


async def test_points_that_lapsed_under_such_a_hold_are_gone_with_its_end(house):
    await house.program(expiry_days=30)
    member = await house.member()
    await earn(house, member, 100, expires_at=house.now + timedelta(days=400))
    await earn(house, member, 50)
    await hold(house, member, 70, expires_at=house.now + timedelta(days=40))
    house.later(days=41)

    assert await purse(house, member) == 100
    with pytest.raises(ledger.InsufficientPoints):
        await spend(house, member, 101)
    await spend(house, member, 100)

    assert await house.balance(member) == figures()
    assert ("expired", -50, 0) in await rows_of(house, member)


async def test_a_capture_of_a_hold_whose_time_is_over_is_refused_and_lets_it_go(house):
    member = await house.member(balance=100)
    held = await hold(house, member, 60, expires_at=house.now + timedelta(days=1))
    house.later(days=2)

    late, other = await book(
        house, ledger.Capture(hold_id=held), ledger.Debit(member_id=member, points=100)
    )

    assert isinstance(late, HoldClosed)
    assert other.transaction.points == -100
    assert await house.balance(member) == figures()
