"""Claiming: a guest's completed order gets its member, and has its effect for them."""

from uuid import UUID

from laurels import audit, earning, members, purchases, tenants, tiers
from laurels.events import emit
from laurels.events.catalogue.purchases import PurchaseClaimed, PurchaseCompleted
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from . import buyers, changing, refunding
from .effect import award_purchases


async def claim(
    work: Work, purchase_id: UUID, *, member: str | None = None, member_id: UUID | None = None
) -> None:
    """A guest's purchase is this member's. Their own stays as it is.

    A completed one earns as of its own moment, by the rules in force now, and what went back of it
    since takes its points with it. A pending one earns when it is completed. Raise
    PurchaseNotFound, PurchaseClaimed, PurchaseNotPending for one that failed or was cancelled,
    MemberMismatch, or what is wrong with the member.
    """
    tenant = await tenants.require_active(work)
    # Members are found, or enrolled, before purchases are locked, as in a settlement.
    buyer = await changing.find_buyer(work, tenant.currency, member=member, member_id=member_id)
    assert buyer.buyer_id is not None, "somebody is named"
    row = (await buyers.lock_purchases(work, [purchase_id])).get(purchase_id)
    if row is None:
        raise purchases.PurchaseNotFound
    if row["member_id"] == buyer.buyer_id:
        return
    if row["member_id"] is not None:
        raise purchases.PurchaseClaimed
    if row["status"] not in {"pending", "completed"}:
        msg = (
            f"The purchase is {row['status']}; only a pending or completed purchase can be claimed."
        )
        raise purchases.PurchaseNotPending(msg, status=row["status"])
    await purchases.claim(work, purchase_id, buyer.buyer_id)
    points = 0
    if row["settled_at"] is not None:
        purchase = (await purchases.as_reported(work, {purchase_id: row}))[purchase_id]
        purchase.buyer_id, purchase.inactive_status = buyer.buyer_id, buyer.inactive_status
        (award,) = await award_purchases(work, [(purchase, purchase_id)], historical=False)
        points = award.points if award else 0
    emit(work, [PurchaseClaimed(buyer.buyer_id, work.now, purchase_id, points)])
    if row["refund_state"] != "none":
        await _take_back_refunded(work, purchase_id, buyer.buyer_id)
    await audit.record(
        work,
        "purchase.claimed",
        "purchase",
        purchase_id,
        after={"member_id": encode("member", buyer.buyer_id), "points": points},
    )


async def _take_back_refunded(work: Work, purchase_id: UUID, member_id: UUID) -> None:
    """What went back before the claim takes its points back, refund by refund."""
    refunds = await purchases.replay_refunds(work, purchase_id)
    awards = await earning.find_awards(work, PurchaseCompleted.name, [purchase_id])
    progress_of = await tiers.lock_progress(work, [member_id])
    taken = await refunding.take_back(work, refunds, awards, historical=False)
    await purchases.set_refund_points(work, taken, {})
    members.add_refunds(work, [(member_id, r.amount, r.after.whole) for r in refunds])
    await tiers.reconsider(work, progress_of, {member_id: work.now})
