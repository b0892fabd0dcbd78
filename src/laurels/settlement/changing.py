"""Changing a purchase while it is pending: what is sent replaces what was reported."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels import audit, purchases, rewards, tenants
from laurels.events import emit
from laurels.events.catalogue.purchases import PurchaseChanged
from laurels.kit.errors import AppError
from laurels.kit.work import Work
from laurels.purchases import NewPurchase, Payment

from . import buyers
from .errors import MemberMismatch
from .paying import PointPayments, Unpaid, holds_of, move_points
from .service import PURCHASES, find_members

_BUYER = ("member", "member_id")


async def change(work: Work, purchase_id: UUID, changes: dict[str, Any]) -> None:
    """A pending purchase says this instead; what is not among the changes stays.

    A guest's order may get its member so. Raise PurchaseNotFound, PurchaseNotPending,
    PurchaseInvalid, MemberMismatch, or what is wrong with the member.
    """
    tenant = await tenants.require_active(work)
    limits = await tenants.read(work, purchases.PurchaseSettings)
    # Members are found, or enrolled, before purchases are locked, as in a settlement.
    named = {name: changes.get(name) for name in _BUYER}
    buyer = (await find_buyer(work, tenant.currency, **named)).buyer_id
    row = (await buyers.lock_purchases(work, [purchase_id])).get(purchase_id)
    if row is None:
        raise purchases.PurchaseNotFound
    if row["status"] != "pending":
        msg = f"The purchase is {row['status']}; only a pending purchase can be changed."
        if row["status"] == "completed":
            msg += " Refund it instead."
        raise purchases.PurchaseNotPending(msg, status=row["status"])
    purchase = (await purchases.as_reported(work, {purchase_id: row}))[purchase_id]
    before = (await purchases.as_reported(work, {purchase_id: row}))[purchase_id]
    for name, value in changes.items():
        if name not in _BUYER:
            setattr(purchase, name, value)
    if any(name in changes for name in _BUYER):
        purchase.buyer_id, purchase.named_id = buyer, None
    assert purchase.occurred_at is not None, "a purchase in the books has its moment"
    purchases.check(purchase, tenant.currency, max(work.now, row["occurred_at"]), limits.max_amount)
    fields = purchases.differing(purchase, before)
    if not fields:
        return
    held = await holds_of(work, [purchase_id]) if before.payments else []
    await purchases.rewrite(work, purchase_id, purchase, lines="lines" in changes)
    emit(work, [PurchaseChanged(purchase.buyer_id, work.now, purchase_id, "pending")])
    await rewards.reopen_unfit(work, purchase_id)
    if purchase.payments or before.payments:
        await _pay_otherwise(work, purchase_id, purchase, held)
    await audit.record(
        work,
        "purchase.changed",
        "purchase",
        purchase_id,
        before={"amount": str(before.amount)},
        after={"amount": str(purchase.amount), "fields": fields},
    )


async def _pay_otherwise(
    work: Work, purchase_id: UUID, purchase: NewPurchase, held: Sequence[UUID]
) -> None:
    """The points that are to pay for it are held as it says now, not as `held` until now.

    Raise what stands in the way.
    """
    purchase.payments = [
        Payment(
            points=payment.points,
            hold_id=None if payment.own_hold else payment.hold_id,
            program_id=payment.program_id,
        )
        for payment in purchase.payments
    ]
    named = {payment.hold_id for payment in purchase.payments}
    payments = PointPayments(holds_to_release=[hold_id for hold_id in held if hold_id not in named])
    payments.add(purchase, purchase_id, "hold")
    try:
        await move_points(work, payments)
    except Unpaid as unpaid:
        raise unpaid.refusals[purchase_id] from None


async def find_buyer(
    work: Work, currency: str, *, member: str | None, member_id: UUID | None
) -> NewPurchase:
    """Return a purchase that knows its buyer and whether they earn; nobody named is a guest's.

    Whoever is named by an external id that nobody has is enrolled.
    """
    if member is not None and member_id is not None:
        raise MemberMismatch(field="member")
    purchase = NewPurchase(amount=Decimal(0), currency=currency, member=member, member_id=member_id)
    if member is None and member_id is None:
        return purchase
    outcomes: list[AppError | None] = [None]
    await find_members(work, [purchase], outcomes, PURCHASES, historical=False, welcome=True)
    if outcomes[0] is not None:
        raise outcomes[0]
    return purchase
