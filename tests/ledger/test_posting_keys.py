"""Natural keys: what was booked under one is booked once, whoever asks how often."""

from dataclasses import replace

import pytest

from laurels import ledger
from laurels.ledger.errors import PostingKeyTaken


async def post(house, *movements):
    """Post a batch in a transaction of its own."""
    async with house.work() as work:
        return await ledger.post(work, movements)


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_the_same_key_with_the_same_content_gives_the_first_answer(house, in_one_batch):
    member = await house.member()
    credit = ledger.Credit(member_id=member, points=10, source="purchase", key="order-1")

    if in_one_batch:
        first, second = await post(house, credit, replace(credit))
    else:
        (first,), (second,) = await post(house, credit), await post(house, replace(credit))

    assert (first.replayed, second.replayed) == (False, True)
    assert second.transaction == first.transaction
    assert (await house.balance(member))["available"] == 10


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    "change", [{"points": 11}, {"type": "bonus"}, {"member_id": "other"}, {"debit": True}]
)
async def test_the_same_key_with_other_content_is_refused(house, change, in_one_batch):
    member, other = await house.member(balance=50), await house.member(balance=50)
    credit = ledger.Credit(member_id=member, points=10, source="purchase", key="order-1")
    changed = replace(credit, **{**change, "member_id": other}) if "member_id" in change else None
    if "debit" in change:
        changed = ledger.Debit(member_id=member, points=10, source="purchase", key="order-1")
    changed = changed or replace(credit, **change)

    # The other member's wallet is locked by the second batch in any case.
    bystander = ledger.Credit(member_id=other, points=1)
    if in_one_batch:
        _, refused, _ = await post(house, credit, changed, bystander)
    else:
        await post(house, credit)
        refused, _, _ = await post(house, changed, bystander, ledger.Credit(
            member_id=member, points=1
        ))  # fmt: skip

    assert isinstance(refused, PostingKeyTaken)
    assert refused.details == {"source": "purchase", "key": "order-1"}


async def test_sources_have_keys_of_their_own(house):
    member = await house.member()

    await post(
        house,
        ledger.Credit(member_id=member, points=1, source="purchase", key="1"),
        ledger.Credit(member_id=member, points=2, source="import", key="1"),
    )

    assert (await house.balance(member))["available"] == 3


async def test_a_refused_movement_leaves_its_key_free(house):
    member = await house.member()
    debit = ledger.Debit(member_id=member, points=10, source="redemption", key="r-1")

    (refused,) = await post(house, debit)
    _, booked = await post(house, ledger.Credit(member_id=member, points=10), replace(debit))

    assert isinstance(refused, ledger.InsufficientPoints)
    assert booked.transaction.points == -10
    assert not booked.replayed


async def test_a_debit_is_replayed_when_nothing_is_left(house):
    member = await house.member(balance=10)
    debit = ledger.Debit(member_id=member, points=10, source="redemption", key="r-1")

    (first,), (second,) = await post(house, debit), await post(house, replace(debit))

    assert second.replayed
    assert second.transaction == first.transaction
    assert second.balance.available == 0


async def test_a_reversal_and_a_capture_are_replayed_like_anything_else(house):
    member = await house.member(balance=50)
    (earned,) = await post(house, ledger.Credit(member_id=member, points=100))
    (held,) = await post(house, ledger.HoldPoints(member_id=member, points=40))
    back = ledger.Reversal(
        transaction_id=earned.transaction.id, total=25, source="refund", key="f-1"
    )
    capture = ledger.Capture(hold_id=held.hold.id, points=30, source="redemption", key="c-1")

    once = await post(house, back, capture)
    twice = await post(house, replace(back), replace(capture))

    assert [outcome.replayed for outcome in twice] == [True, True]
    assert [each.transaction for each in twice] == [each.transaction for each in once]
    assert twice[1].hold.status == "captured"
    assert (await house.balance(member))["available"] == 95


async def test_a_key_of_one_reversal_or_capture_does_not_answer_for_another(house):
    member = await house.member(balance=50)
    one, two, held = await post(
        house,
        ledger.Credit(member_id=member, points=10),
        ledger.Credit(member_id=member, points=10),
        ledger.HoldPoints(member_id=member, points=40),
    )
    back = ledger.Reversal(transaction_id=one.transaction.id, source="refund", key="f-1")
    capture = ledger.Capture(hold_id=held.hold.id, points=30, source="redemption", key="c-1")
    await post(house, back, capture)

    outcomes = await post(
        house,
        replace(back, transaction_id=two.transaction.id),
        replace(capture, points=31),
        ledger.HoldPoints(member_id=member, points=1, source="refund", key="f-1"),
    )

    assert [type(outcome) for outcome in outcomes] == [PostingKeyTaken] * 3
