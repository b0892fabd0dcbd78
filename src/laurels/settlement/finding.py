"""What leads to its member when people are looked for: numbers and ids of what is theirs."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from laurels import activities, ledger, members, purchases, rewards
from laurels.kit.values.ids import decode
from laurels.kit.work import Work
from laurels.permissions import Permission


def _id(kind: str, text: str) -> UUID | None:
    try:
        return decode(kind, text)
    except ValueError:
        return None


async def _by_purchase(work: Work, text: str) -> Sequence[UUID]:
    purchase_id = _id("purchase", text)
    if (refund_id := _id("refund", text)) is not None:
        with suppress(purchases.RefundNotFound):
            purchase_id = (await purchases.get_refund(work, refund_id))["purchase_id"]
    ids = [] if purchase_id is None else [purchase_id]
    # An order's number is often written with a sign before it.
    numbers = [] if ids else [text, text.removeprefix("#")]
    found = await purchases.members_of(work, ids, numbers=numbers)
    return await members.survivors(work, sorted(found))


async def _by_transaction(work: Work, text: str) -> Sequence[UUID]:
    if (transaction_id := _id("transaction", text)) is None:
        return []
    return await members.survivors(work, await ledger.members_of(work, transaction_id))


async def _by_redemption(work: Work, text: str) -> Sequence[UUID]:
    redemption_id = _id("redemption", text)
    return await members.survivors(work, await rewards.redeemers(work, redemption_id, text))


async def _by_activity(work: Work, text: str) -> Sequence[UUID]:
    if (activity_id := _id("activity", text)) is None:
        return []
    found = await activities.find_activities(work, [activity_id])
    return await members.survivors(work, [row["member_id"] for row in found.values()])


members.lead("purchase", _by_purchase, reads=Permission.PURCHASES_READ)
members.lead("transaction", _by_transaction, reads=Permission.LEDGER_READ)
members.lead("redemption", _by_redemption, reads=Permission.REWARDS_READ)
members.lead("activity", _by_activity, reads=Permission.ACTIVITIES_READ)
