"""The ledger on a real database: wallets, batches and refunds."""

import pytest

from laurels import ledger
from laurels.kit.values.ids import new_id
from laurels.ledger.errors import (
    HoldNotFound,
    NotReversible,
    TransactionNotFound,
)
from laurels.ledger.queries import list_lots
from laurels.tenants.errors import TenantSuspended
from laurels.tenants.service import set_status
from tests.ledger.operations import (
    book,
    earn,
    figures,
    hold,
    move,
    rows_of,
    spend,
    take_back,
)
from tests.support.make import make_tenant

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
        lots = await list_lots(work, await house.wallet_id(member))
    assert await house.balance(member) == figures(available=50)
    assert [(lot["remaining"], (lot["expires_at"] - house.now).days) for lot in lots] == [(50, 7)]


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
