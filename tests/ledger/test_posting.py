"""The ledger on a real database: the figures of the design's own scenarios."""

from laurels import ledger


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
        assert await ledger.balance(work, member) == {
            "available": 0, "pending": 0, "held": 100, "debt": 100,
        }  # fmt: skip
        await ledger.release(work, ledger.Release(hold_id=held.hold.id))

    assert await house.balance(member) == {"available": 0, "pending": 0, "held": 0, "debt": 0}
