"""The ledger on a real database: the figures of the design's own scenarios."""

from uuid import UUID

import pytest

from laurels import ledger
from laurels.kit.errors import AppError
from laurels.kit.ids import new_id
from laurels.ledger.errors import (
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    NotReversible,
    TransactionNotFound,
)
from laurels.ledger.movements import Posted
from laurels.tenants.errors import TenantSuspended
from laurels.tenants.service import set_status
from tests.support.make import House, make_tenant

Outcome = Posted | AppError


async def book(house: House, *movements: ledger.Credit | ledger.Debit) -> list[Outcome]:
    """Post a batch in a transaction of its own."""
    async with house.work() as work:
        return await ledger.post(work, movements)


async def move(house: House, movement) -> Posted:
    """Post one movement; raise its error when it is refused."""
    (outcome,) = await book(house, movement)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def earn(house: House, member: UUID, points: int, **more) -> UUID:
    """Points come in; return the id of the transaction."""
    posted = await move(house, ledger.Credit(member_id=member, points=points, **more))
    return posted.transaction.id


async def spend(house: House, member: UUID, points: int, **more) -> UUID:
    """Points go out; return the id of the transaction."""
    posted = await move(house, ledger.Debit(member_id=member, points=points, **more))
    return posted.transaction.id


async def hold(house: House, member: UUID, points: int, **more) -> UUID:
    """Points are set aside; return the id of the hold."""
    posted = await move(house, ledger.HoldPoints(member_id=member, points=points, **more))
    return posted.hold.id


async def take_back(house: House, transaction_id: UUID, total: int | None = None) -> Posted:
    """A transaction is refunded until this many of its points are back."""
    return await move(
        house, ledger.Reversal(transaction_id=transaction_id, total=total, type="refunded")
    )


async def rows_of(house: House, member: UUID) -> list[tuple[str, int, int]]:
    """Type, amount and debt of every row of a member."""
    async with house.work() as work:
        rows = await ledger.statement(work, member_id=member, since=None, until=None)
    return [(row["type"], row["amount"], row["debt_delta"]) for row in rows]


def figures(available: int = 0, pending: int = 0, held: int = 0, debt: int = 0) -> dict[str, int]:
    """The figures of a wallet."""
    return {"available": available, "pending": pending, "held": held, "debt": debt}


# Wallets -----------------------------------------------------------------------------------


async def test_the_first_earn_opens_the_wallet(house):
    member = await house.member()
    program = await house.program(default=False)

    posted = await move(house, ledger.Credit(member_id=member, program_id=program, points=5))

    assert (posted.balance.program_id, posted.balance.available) == (program, 5)
    assert await house.balance(member) == figures()


async def test_a_wallet_is_found_by_its_id_too(house):
    member = await house.member(balance=10)

    await move(house, ledger.Debit(wallet_id=await house.wallet_id(member), points=4))

    assert await house.balance(member) == figures(available=6)


@pytest.mark.parametrize(
    ("movement", "error"),
    [
        (lambda nothing: ledger.Credit(wallet_id=nothing, points=1), ledger.WalletNotFound),
        (lambda nothing: ledger.Debit(wallet_id=nothing, points=1), ledger.WalletNotFound),
        (lambda nothing: ledger.Debit(points=1), ledger.WalletNotFound),
        (lambda nothing: ledger.HoldPoints(wallet_id=nothing, points=1), ledger.WalletNotFound),
        (
            lambda nothing: ledger.Credit(member_id=nothing, program_id=nothing, points=1),
            ledger.ProgramNotFound,
        ),
        (lambda nothing: ledger.Capture(hold_id=nothing), HoldNotFound),
        (lambda nothing: ledger.Release(hold_id=nothing), HoldNotFound),
        (lambda nothing: ledger.Reversal(transaction_id=nothing), TransactionNotFound),
    ],
)
async def test_what_is_not_there_is_refused_and_the_rest_of_the_batch_booked(
    house, movement, error
):
    member = await house.member()

    first, refused, last = await book(
        house,
        ledger.Credit(member_id=member, points=1),
        movement(new_id()),
        ledger.Credit(member_id=member, points=2),
    )

    assert isinstance(refused, error)
    assert [first.transaction.seq, last.transaction.seq] == [1, 2]
    assert await house.balance(member) == figures(available=3)


async def test_another_tenant_s_wallet_hold_and_transaction_are_not_there(house, database):
    member = await house.member()
    earned = await earn(house, member, 100)
    held = await hold(house, member, 10)
    wallet = await house.wallet_id(member)
    stranger = await make_tenant(database)

    outcomes = await book(
        stranger,
        ledger.Debit(wallet_id=wallet, points=1),
        ledger.Capture(hold_id=held),
        ledger.Reversal(transaction_id=earned),
    )

    assert [type(outcome) for outcome in outcomes] == [
        ledger.WalletNotFound, HoldNotFound, TransactionNotFound,
    ]  # fmt: skip
    assert await house.balance(member) == figures(available=90, held=10)


async def test_one_refused_movement_leaves_its_neighbours_booked(house):
    rich, poor = await house.member(balance=100), await house.member(balance=1)

    outcomes = await book(
        house,
        ledger.Debit(member_id=rich, points=10),
        ledger.Debit(member_id=poor, points=2),
        ledger.Debit(member_id=poor, points=1),
        ledger.Debit(member_id=rich, points=90),
        ledger.Debit(member_id=rich, points=1),
    )

    assert [isinstance(outcome, ledger.InsufficientPoints) for outcome in outcomes] == [
        False, True, False, False, True,
    ]  # fmt: skip
    assert await house.balance(rich) == figures()
    assert await house.balance(poor) == figures()


async def test_a_suspended_tenant_moves_nothing(house):
    member = await house.member(balance=10)
    async with house.work() as work:
        await set_status(work, "suspended")

    with pytest.raises(TenantSuspended):
        await spend(house, member, 1)

    assert await house.balance(member) == figures(available=10)


# Refunds -----------------------------------------------------------------------------------


async def test_refunds_take_back_up_to_their_total(house):
    member = await house.member()
    earned = await earn(house, member, 100)

    first = await take_back(house, earned, 25)
    again = await take_back(house, earned, 25)
    second = await take_back(house, earned, 100)

    assert (first.transaction.points, again.transaction, second.transaction.points) == (
        -25, None, -75,
    )  # fmt: skip
    assert await house.balance(member) == figures()


async def test_a_refund_of_spent_points_makes_a_debt_that_the_next_earn_pays_first(house):
    member = await house.member()
    earned = await earn(house, member, 100)
    await spend(house, member, 70)

    await take_back(house, earned)
    assert await house.balance(member) == figures(debt=70)

    await earn(house, member, 50)
    await earn(house, member, 50)
    assert await house.balance(member) == figures(available=30)
    assert await rows_of(house, member) == [
        ("earned", 100, 0), ("redeemed", -70, 0), ("refunded", -30, 70), ("earned", 0, -50),
        ("earned", 30, -20),
    ]  # fmt: skip


async def test_a_refund_of_held_points_makes_a_debt_that_the_release_pays(house):
    member = await house.member()
    async with house.work() as work:
        earned = await ledger.credit(work, ledger.Credit(member_id=member, points=100))
        held = await ledger.hold(work, ledger.HoldPoints(member_id=member, points=100))
    assert earned.transaction is not None
    assert held.hold is not None

    async with house.work() as work:
        await ledger.reverse(
            work, ledger.Reversal(transaction_id=earned.transaction.id, type="refunded")
        )
        assert await ledger.balance(work, member) == figures(held=100, debt=100)
        await ledger.release(work, ledger.Release(hold_id=held.hold.id))

    assert await house.balance(member) == figures()


async def test_spent_points_come_back_to_their_lot_or_after_its_time_to_a_new_one(house):
    await house.program(expiry_days=30, grace_days=7)
    member = await house.member()
    await earn(house, member, 100)
    spent = await spend(house, member, 60)

    await take_back(house, spent, 10)
    house.later(days=31)
    await take_back(house, spent, 60)

    async with house.work() as work:
        lots = await ledger.list_lots(work, await house.wallet_id(member))
    assert await house.balance(member) == figures(available=50)
    assert [(lot["remaining"], (lot["expires_at"] - house.now).days) for lot in lots] == [(50, 6)]


async def test_two_reversals_of_one_transaction_in_a_batch_see_each_other(house):
    member = await house.member(balance=500)
    earned = await earn(house, member, 100)

    outcomes = await book(
        house,
        ledger.Reversal(transaction_id=earned, total=60),
        ledger.Reversal(transaction_id=earned),
        ledger.Reversal(transaction_id=earned),
    )

    assert [outcome.transaction and outcome.transaction.points for outcome in outcomes] == [
        -60, -40, None,
    ]  # fmt: skip


async def test_a_reversal_is_not_reversed(house):
    member = await house.member()
    earned = await earn(house, member, 100)
    back = await take_back(house, earned)

    with pytest.raises(NotReversible):
        await take_back(house, back.transaction.id)

    assert await house.balance(member) == figures()


# Time --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_job", [True, False])
async def test_points_ripen_after_14_days_and_what_is_left_lapses_after_365(house, by_job):
    await house.program(maturity_days=14, expiry_days=365)
    member = await house.member()
    await earn(house, member, 100)
    house.later(days=13)
    with pytest.raises(ledger.InsufficientPoints):
        await spend(house, member, 60)
    house.later(days=7)
    await spend(house, member, 60)
    house.later(days=344, hours=11)
    await settle(house)
    assert await house.balance(member) == figures(available=40)

    house.later(hours=1)
    if by_job:
        await settle(house)
    else:
        await earn(house, member, 1)

    assert (await rows_of(house, member))[2] == ("expired", -40, 0)
    assert await house.balance(member) == figures(pending=0 if by_job else 1)


async def settle(house: House) -> int:
    """Run the job; return how many wallets it settled."""
    async with house.work() as work:
        return await ledger.settle_due_lots(work)


async def test_the_job_settles_each_wallet_once_and_then_has_nothing_to_do(house):
    await house.program(maturity_days=14, expiry_days=30)
    one, two = await house.member(), await house.member()
    await earn(house, one, 10)
    await earn(house, two, 10, expires_at=house.now)
    assert await settle(house) == 1

    house.later(days=30)

    assert [await settle(house), await settle(house)] == [1, 0]
    assert await rows_of(house, two) == [("earned", 10, 0), ("expired", -10, 0)]


async def test_the_job_stops_at_its_limit_and_goes_on_from_there(house):
    await house.program(expiry_days=30)
    for _ in range(3):
        await earn(house, await house.member(), 10)
    house.later(days=30)

    async with house.work() as work:
        settled = [await ledger.settle_due_lots(work, limit=2) for _ in range(3)]

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
    held = await hold(house, member, 60, expires_at=house.now)
    await hold(house, member, 30)

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
