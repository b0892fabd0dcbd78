"""Two members become one, with everything they had; and are two again, as they were."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from laurels import ledger, members, settlement
from laurels.ledger.errors import MergeNotUndoable, PostingKeyTaken
from laurels.members.errors import (
    MemberMerged,
    MemberNotMerged,
    MergedWithItself,
    MergeNotLast,
)
from laurels.purchases import NewPurchase, NewRefund
from tests.ledger.operations import earn, figures, hold, move, spend
from tests.support.make import House


async def merge(house: House, survivor: UUID, merged: UUID) -> members.Merge:
    async with house.work() as work:
        return await members.merge(work, survivor_id=survivor, merged_id=merged)


async def unmerge(house: House, member: UUID) -> members.Merge:
    async with house.work() as work:
        return await members.unmerge(work, member)


async def buy(house: House, member: str, amount: str, **more: Any) -> settlement.Settled:
    async with house.work() as work:
        item = NewPurchase(amount=Decimal(amount), currency="USD",
                           member=member, **more)  # fmt: skip
        (settled,) = await settlement.settle(work, [item])
    assert isinstance(settled, settlement.Settled), settled
    return settled


async def state(house: House, member: UUID) -> dict[str, Any]:
    """Everything of a member's wallets that merging back and forth must leave as it was."""
    async with house.work() as work:
        wallets = await work.fetch(
            "select program_id, id, available, pending, held, debt, closed_for"
            " from laurels.wallets where tenant_id = $1 and member_id = $2 order by id",
            work.tenant_id, member,
        )  # fmt: skip
        ids = [row["id"] for row in wallets]
        lots = await work.fetch(
            "select id, remaining, matures_at, matured_at, expires_at, transaction_id"
            " from laurels.lots where tenant_id = $1 and wallet_id = any($2) and remaining > 0"
            " order by id", work.tenant_id, ids,
        )  # fmt: skip
        holds = await work.fetch(
            "select h.id, h.points, h.status, (select jsonb_agg(jsonb_build_array(e.lot, e.n)"
            " order by e.lot) from (select lot_id as lot, -sum(amount) as n"
            " from laurels.lot_entries where tenant_id = $1 and hold_id = h.id group by lot_id"
            " having sum(amount) <> 0) as e) as takes from laurels.holds as h"
            " where h.tenant_id = $1 and h.wallet_id = any($2) and h.status = 'open'"
            " order by h.id", work.tenant_id, ids,
        )  # fmt: skip
        totals = await work.fetch(
            "select spend, refunded, purchases, first_purchase_at, last_purchase_at"
            " from laurels.member_totals where tenant_id = $1 and member_id = $2 and purchases > 0",
            work.tenant_id, member,
        )  # fmt: skip
        bought = await work.fetch(
            "select id from laurels.purchases where tenant_id = $1 and member_id = $2 order by id",
            work.tenant_id, member,
        )  # fmt: skip
        awards = await work.fetch(
            "select subject_id from laurels.awards where tenant_id = $1 and member_id = $2"
            " order by subject_id", work.tenant_id, member,
        )  # fmt: skip
        usage = await work.fetch(
            "select rule_id, period, points from laurels.rule_usage where tenant_id = $1"
            " and member_id = $2 and points > 0 order by rule_id, period", work.tenant_id, member,
        )  # fmt: skip
        faults = await ledger.find_faults(work)
        assert await ledger.rebuild(work) == 0
    assert [str(fault) for fault in faults] == []
    found = {
        "wallets": wallets, "lots": lots, "holds": holds, "totals": totals,
        "purchases": bought, "awards": awards, "usage": usage,
    }  # fmt: skip
    return {name: [dict(row) for row in rows] for name, rows in found.items()}


async def two_lives(house: House) -> tuple[UUID, UUID]:
    """Two members, each with purchases, lots that lapse, a hold, and pending points."""
    await house.program(expiry_days=60, maturity_days=0)
    slow = await house.program(default=False, maturity_days=14, expiry_days=90)
    ids = []
    for name in ("anna", "anne"):
        await buy(house, name, "100", external_id=f"{name}-1")
        async with house.work() as work:
            ids.append((await members.find(work, [name]))[name])
        await earn(house, ids[-1], 40, expires_at=house.now.replace(year=2027))
        await hold(house, ids[-1], 30)
        await earn(house, ids[-1], 50, program_id=slow)
    return ids[0], ids[1]


async def test_the_survivor_has_what_both_had(house):
    anna, anne = await two_lives(house)

    await merge(house, anna, anne)

    assert await house.balance(anna) == figures(available=220, held=60)
    assert await house.balance(anne) == figures()
    after = await state(house, anna)
    assert sum(lot["remaining"] for lot in after["lots"]) == 320
    assert {hold["status"] for hold in after["holds"]} == {"open"}
    assert len(after["holds"]) == len(after["purchases"]) == 2
    assert after["totals"][0]["spend"] == 200
    async with house.work() as work:
        merged = await members.get_member(work, anne)
        moved = await work.fetch(
            "select type, source from laurels.point_transactions where tenant_id = $1"
            " and source = 'merge'", work.tenant_id,
        )  # fmt: skip
    assert (merged["status"], merged["merged_into"]) == ("merged", anna)
    assert {tuple(row) for row in moved} == {("transferred", "merge")}


async def test_merged_and_unmerged_both_are_as_they_were(house):
    anna, anne = await two_lives(house)
    before = await state(house, anna), await state(house, anne)

    await merge(house, anna, anne)
    await unmerge(house, anne)

    assert (await state(house, anna), await state(house, anne)) == before


async def test_a_merge_can_be_done_again_after_it_was_undone(house):
    anna, anne = await two_lives(house)
    before = await state(house, anna), await state(house, anne)

    for _ in range(3):
        await merge(house, anna, anne)
        await unmerge(house, anna)

    assert (await state(house, anna), await state(house, anne)) == before


async def test_what_was_earned_since_stays_with_the_survivor(house):
    anna, anne = await two_lives(house)
    before = await state(house, anne)
    await merge(house, anna, anne)

    settled = await buy(house, "anne", "7", external_id="anne-2")
    await unmerge(house, anne)

    assert settled.member_id == anna
    assert await state(house, anne) == before
    assert (await house.balance(anna))["available"] == 110 + 7


async def test_a_repeated_purchase_is_still_the_same_after_a_merge(house):
    anna, anne = await two_lives(house)
    await merge(house, anna, anne)

    again = await buy(house, "anne", "100", external_id="anne-1", occurred_at=None)

    assert not again.new
    assert again.points == 100


async def test_debt_moves_and_is_paid_and_comes_back(house):
    rich, poor = await house.member(balance=100), await house.member()
    earned = await earn(house, poor, 70)
    await spend(house, poor, 70)
    await move(house, ledger.Reversal(transaction_id=earned, type="refunded"))
    before = await state(house, rich), await state(house, poor)

    await merge(house, rich, poor)
    assert await house.balance(rich) == figures(available=30)
    await unmerge(house, poor)

    assert (await state(house, rich), await state(house, poor)) == before
    assert await house.balance(poor) == figures(debt=70)


async def test_points_that_paid_the_survivors_debt_come_back_too(house):
    poor, rich = await house.member(), await house.member()
    await house.program(expiry_days=30)
    earned = await earn(house, poor, 70)
    await spend(house, poor, 70)
    await move(house, ledger.Reversal(transaction_id=earned, type="refunded"))
    await earn(house, rich, 50)
    before = await state(house, poor), await state(house, rich)

    await merge(house, poor, rich)
    assert await house.balance(poor) == figures(debt=20)
    await earn(house, poor, 100)
    await unmerge(house, rich)

    assert await state(house, rich) == before[1]
    assert await house.balance(poor) == figures(available=30)


async def test_a_debt_that_was_paid_since_comes_back_to_who_paid_it(house):
    payer, debtor = await house.member(), await house.member()
    await house.program(expiry_days=30)
    earned = await earn(house, debtor, 70)
    await spend(house, debtor, 70)
    await move(house, ledger.Reversal(transaction_id=earned, type="refunded"))

    await merge(house, payer, debtor)
    await earn(house, payer, 100)
    assert await house.balance(payer) == figures(available=30)
    await unmerge(house, debtor)

    assert await house.balance(payer) == figures(available=100)
    assert await house.balance(debtor) == figures(debt=70)


async def test_points_spent_since_forbid_to_undo(house):
    anna, anne = await two_lives(house)
    await merge(house, anna, anne)
    spent = await spend(house, anna, 150)

    with pytest.raises(MergeNotUndoable, match="of the points that the merged member brought"):
        await unmerge(house, anne)

    await move(house, ledger.Reversal(transaction_id=spent))
    await unmerge(house, anne)
    assert (await house.balance(anne))["available"] == 110


async def test_a_refund_since_forbids_to_undo(house):
    anna, anne = await house.member(balance=500), await house.member()
    async with house.work() as work:
        item = NewPurchase(amount=Decimal(100), currency="USD", member_id=anne)
        (settled,) = await settlement.settle(work, [item])
    await merge(house, anna, anne)
    async with house.work() as work:
        (refunded,) = await settlement.refund(work, [NewRefund(purchase_id=settled.purchase_id)])

    with pytest.raises(MergeNotUndoable, match="refund or reversal has since"):
        await unmerge(house, anne)

    assert refunded.points == -100
    assert await house.balance(anna) == figures(available=500)


async def test_a_refund_after_a_merge_takes_from_the_lot_that_moved(house):
    anna, anne = await two_lives(house)
    await merge(house, anna, anne)
    async with house.work() as work:
        found = await work.fetch(
            "select id from laurels.purchases where tenant_id = $1 and external_id = 'anne-1'",
            work.tenant_id,
        )
        (refunded,) = await settlement.refund(work, [NewRefund(purchase_id=found[0][0])])

    assert refunded.points == -100
    assert await house.balance(anna) == figures(available=120, held=60)
    assert (await state(house, anna))["totals"][0]["refunded"] == 100


async def test_what_lapses_in_the_meantime_is_gone_for_whom_it_would_have_lapsed(house):
    await house.program(expiry_days=10)
    anna, anne = await house.member(), await house.member()
    await earn(house, anne, 40)
    await earn(house, anne, 5, expires_at=house.now.replace(year=2028))
    await earn(house, anna, 60)
    await merge(house, anna, anne)

    house.later(days=11)
    await unmerge(house, anne)

    assert await house.balance(anne) == figures(available=5)
    assert await house.balance(anna) == figures()


async def test_what_matures_in_the_meantime_is_mature(house):
    await house.program(maturity_days=5)
    anna, anne = await house.member(), await house.member()
    await earn(house, anne, 40)
    await merge(house, anna, anne)
    assert await house.balance(anna) == figures(pending=40)

    house.later(days=6)
    await unmerge(house, anne)

    assert await house.balance(anne) == figures(available=40)


async def test_a_hold_goes_on_with_the_survivor_and_a_captured_one_forbids_to_undo(house):
    anna, anne = await house.member(), await house.member(balance=50)
    held = await hold(house, anne, 20)
    await merge(house, anna, anne)

    await move(house, ledger.Capture(hold_id=held, points=5))

    assert await house.balance(anna) == figures(available=45)
    with pytest.raises(MergeNotUndoable, match="since been captured"):
        await unmerge(house, anne)


async def test_a_hold_that_let_go_since_comes_back_as_points(house):
    await house.program(expiry_days=90)
    anna, anne = await house.member(), await house.member()
    await earn(house, anne, 50)
    held = await hold(house, anne, 20)
    await merge(house, anna, anne)
    await move(house, ledger.Release(hold_id=held))

    await unmerge(house, anne)

    assert await house.balance(anne) == figures(available=50)


async def test_merges_are_undone_in_the_reverse_order(house):
    one, two, three = [await house.member(balance=n) for n in (1, 20, 300)]
    before = [await state(house, each) for each in (one, two, three)]
    await merge(house, two, three)
    await merge(house, one, two)
    assert await house.balance(one) == figures(available=321)

    with pytest.raises(MergeNotLast):
        await unmerge(house, three)
    await unmerge(house, two)
    assert await house.balance(two) == figures(available=320)
    await unmerge(house, three)

    assert [await state(house, each) for each in (one, two, three)] == before


async def test_two_merged_into_one_are_undone_the_last_first(house):
    one, two, three = [await house.member(balance=n) for n in (1, 20, 300)]
    await merge(house, one, two)
    await merge(house, one, three)

    with pytest.raises(MergeNotLast):
        await unmerge(house, two)
    await unmerge(house, one)
    await unmerge(house, one)

    assert [(await house.balance(each))["available"] for each in (one, two, three)] == [1, 20, 300]


async def test_a_merged_member_is_not_merged_again_and_a_repeat_is_none(house):
    one, two, three = [await house.member(balance=n) for n in (1, 20, 300)]
    first = await merge(house, one, two)

    assert (await merge(house, one, two)).id == first.id
    with pytest.raises(MemberMerged):
        await merge(house, three, two)
    with pytest.raises(MemberMerged):
        await merge(house, two, three)
    with pytest.raises(MergedWithItself):
        await merge(house, one, one)
    with pytest.raises(MemberNotMerged):
        await unmerge(house, three)


async def test_the_merged_members_wallets_mean_the_survivors(house):
    anna, anne, ann = [await house.member(balance=points) for points in (0, 50, 7)]
    wallet = await house.wallet_id(anne)
    key = {"source": "purchase", "key": "t-1"}
    credit = await move(house, ledger.Credit(member_id=anne, points=3, **key))
    await merge(house, anna, anne)
    await merge(house, ann, anna)

    await move(house, ledger.Credit(wallet_id=wallet, points=1))
    await move(house, ledger.Debit(member_id=anne, points=20))
    held = await hold(house, anne, 5)
    await move(house, ledger.Capture(hold_id=held))
    again = [
        await move(house, ledger.Credit(wallet_id=wallet, points=3, **key)),
        await move(house, ledger.Credit(member_id=ann, points=3, **key)),
    ]

    assert await house.balance(ann) == figures(available=7 + 50 + 3 + 1 - 20 - 5)
    assert [each.transaction.id for each in again] == [credit.transaction.id] * 2
    with pytest.raises(PostingKeyTaken):
        await move(house, ledger.Credit(member_id=await house.member(), points=3, **key))


async def test_caps_know_what_both_had(house):
    from laurels.earning.schemas import EarningRuleIn
    from laurels.earning.service import create_rule

    async with house.work() as work:
        await create_rule(
            work,
            EarningRuleIn.model_validate(
                {
                    "name": "Ten a day", "trigger": "purchase.completed",
                    "award": {"type": "fixed", "points": 8},
                    "caps": [{"period": "day", "points": 20}],
                }
            ),
        )  # fmt: skip
    for name in ("anna", "anne"):
        await buy(house, name, "1", external_id=f"{name}-1")
    async with house.work() as work:
        found = await members.find(work, ["anna", "anne"])
    before = [await state(house, each) for each in found.values()]
    await merge(house, found["anna"], found["anne"])

    third = await buy(house, "anna", "1", external_id="anna-2")
    await unmerge(house, found["anne"])

    assert third.points == 1 + 4
    assert (await state(house, found["anne"]))["usage"] == before[1]["usage"]
    assert (await state(house, found["anna"]))["usage"][0]["points"] == 12


async def test_what_the_merged_member_earned_and_spent_can_be_taken_back_from_the_survivor(house):
    anna, anne = await house.member(), await house.member()
    earned = await earn(house, anne, 30)
    await spend(house, anne, 30)
    await merge(house, anna, anne)

    await move(house, ledger.Reversal(transaction_id=earned, type="refunded"))

    assert await house.balance(anna) == figures(debt=30)
