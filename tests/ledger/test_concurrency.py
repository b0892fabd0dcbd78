"""Many at once: every point is spent once, nobody waits for ever, a key has one effect."""

import asyncio
import itertools

import pytest

from laurels import ledger
from laurels.ledger.errors import PostingKeyTaken

AT_ONCE = 16


async def at_once(*runs):
    """Run these together; return what they return."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run) for run in runs]
    return [task.result() for task in tasks]


async def all_of(*posts):
    """Run these posts together; return the outcomes of all in one list."""
    return [outcome for outcomes in await at_once(*posts) for outcome in outcomes]


async def start(house, wallets, balance):
    """Members with this balance each."""
    return [await house.member(balance=balance) for _ in range(wallets)]


async def post(house, *movements):
    """Post a batch in a transaction of its own."""
    async with house.work() as work:
        return await ledger.post(work, movements)


async def available(house, members):
    """What each member has."""
    return [(await house.balance(member))["available"] for member in members]


@pytest.mark.slow
async def test_400_debits_of_200_points_book_exactly_200(house):
    members = await start(house, wallets=10, balance=20)
    turns = itertools.cycle(members)
    todo = [next(turns) for _ in range(400)]

    async def spend_until_done() -> list[bool]:
        booked: list[bool] = []
        while todo:
            member = todo.pop()
            try:
                async with house.work() as work:
                    await ledger.debit(work, ledger.Debit(member_id=member, points=1))
                booked.append(True)
            except ledger.InsufficientPoints:
                booked.append(False)
        return booked

    outcomes = await all_of(*(spend_until_done() for _ in range(AT_ONCE)))

    assert (outcomes.count(True), outcomes.count(False)) == (200, 200)
    assert await available(house, members) == [0] * 10


async def test_batches_over_the_same_wallets_in_any_order_do_not_wait_for_each_other_for_ever(
    house,
):
    members = await start(house, wallets=10, balance=20)

    def batch(turn: int) -> list[ledger.Debit]:
        order = members[turn % 10 :] + members[: turn % 10]
        return [ledger.Debit(member_id=member, points=1) for member in order[:: (-1) ** turn]]

    outcomes = await all_of(*(post(house, *batch(turn)) for turn in range(AT_ONCE)))

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert await available(house, members) == [20 - AT_ONCE] * 10


async def test_one_batch_of_many_movements_on_one_wallet_never_overdraws_it(house):
    (member,) = await start(house, wallets=1, balance=100)
    batch = [ledger.Debit(member_id=member, points=1) for _ in range(10)]

    outcomes = await all_of(*(post(house, *batch) for _ in range(AT_ONCE)))

    refused = [each for each in outcomes if isinstance(each, ledger.InsufficientPoints)]
    assert (len(outcomes), len(refused)) == (160, 60)
    assert await available(house, [member]) == [0]


async def test_the_first_earns_of_a_member_open_one_wallet(house):
    program = await house.program(default=False)
    members = await start(house, wallets=4, balance=0)
    batch = [ledger.Credit(member_id=member, program_id=program, points=1) for member in members]

    outcomes = await all_of(*(post(house, *batch[:: (-1) ** turn]) for turn in range(AT_ONCE)))

    assert not [each for each in outcomes if isinstance(each, Exception)]
    async with house.work() as work:
        rows = await work.fetch(
            "select available from laurels.wallets where tenant_id = $1 and program_id = $2",
            work.tenant_id, program,
        )  # fmt: skip
    assert [row[0] for row in rows] == [AT_ONCE] * 4


async def test_the_same_key_posted_many_times_at_once_has_one_effect(house):
    (member,) = await start(house, wallets=1, balance=0)
    posts = [
        post(house, ledger.Credit(member_id=member, points=10, source="purchase", key="order-1"))
        for _ in range(AT_ONCE)
    ]

    outcomes = await all_of(*posts)

    assert sorted(each.replayed for each in outcomes) == [False] + [True] * (AT_ONCE - 1)
    assert len({each.transaction.id for each in outcomes}) == 1
    assert await available(house, [member]) == [10]


async def test_the_same_key_for_different_wallets_at_once_is_booked_once_and_else_refused(house):
    members = await start(house, wallets=AT_ONCE, balance=0)
    posts = [
        post(
            house,
            ledger.Credit(member_id=member, points=10, source="purchase", key="order-1"),
            ledger.Credit(member_id=member, points=1),
        )
        for member in members
    ]

    outcomes = await at_once(*posts)

    refused = [first for first, _ in outcomes if isinstance(first, PostingKeyTaken)]
    assert len(refused) == AT_ONCE - 1
    assert sorted(await available(house, members)) == [1] * (AT_ONCE - 1) + [11]


async def test_batches_with_the_same_keys_in_any_order_do_not_wait_for_each_other_for_ever(house):
    members = await start(house, wallets=AT_ONCE, balance=0)

    def batch(turn: int) -> list[ledger.Credit]:
        keys = [f"order-{number}" for number in range(10)][:: (-1) ** turn]
        return [
            ledger.Credit(member_id=members[turn], points=1, source="purchase", key=key)
            for key in keys
        ]

    await at_once(*(post(house, *batch(turn)) for turn in range(AT_ONCE)))

    assert sum(await available(house, members)) == 10


async def test_a_hold_is_captured_once_however_many_try(house):
    (member,) = await start(house, wallets=1, balance=100)
    (held,) = await post(house, ledger.HoldPoints(member_id=member, points=60))
    posts = [post(house, ledger.Capture(hold_id=held.hold.id, points=50)) for _ in range(AT_ONCE)]

    outcomes = await all_of(*posts)

    assert len([each for each in outcomes if not isinstance(each, Exception)]) == 1
    assert await available(house, [member]) == [50]


async def test_partial_refunds_at_once_take_back_no_more_than_was_earned(house):
    (member,) = await start(house, wallets=1, balance=0)
    (earned,) = await post(house, ledger.Credit(member_id=member, points=100))
    totals = [*range(10, 101, 10), *range(100, 40, -10)]
    posts = [
        post(house, ledger.Reversal(transaction_id=earned.transaction.id, total=total))
        for total in totals
    ]

    outcomes = await all_of(*posts)

    assert sum(each.transaction.points for each in outcomes if each.transaction) == -100
    assert await available(house, [member]) == [0]
