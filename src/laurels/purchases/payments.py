"""Points that purchases are paid with, as they are kept. What takes them is `settlement`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .reported import NewPurchase, Payment

SQL = statements(__name__)

MAX_PAYMENTS = 10
"""How many payments with points a purchase has at most."""


def check_payments(purchase: NewPurchase) -> None:
    """Raise ValueError for payments that a purchase of this kind cannot have."""
    if not purchase.payments:
        return
    if len(purchase.payments) > MAX_PAYMENTS:
        msg = f"has {len(purchase.payments)} entries; at most {MAX_PAYMENTS} are possible"
        raise ValueError(msg)
    if purchase.amount <= 0:
        msg = "cannot pay for an amount of zero or less; leave it out"
        raise ValueError(msg)
    if purchase.buyer_id is None and purchase.member_id is None and purchase.member is None:
        msg = "needs the member whose points they are; send `member` or `member_id`"
        raise ValueError(msg)
    holds = [payment.hold_id for payment in purchase.payments if payment.hold_id is not None]
    if len(set(holds)) < len(holds):
        msg = "names a hold twice; name each once"
        raise ValueError(msg)


async def payments_of_rows(
    work: Work, rows: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, list[Payment]]:
    """Return the payments with points of purchases, whose rows say whether they have any.

    In their order; a purchase without any is not there.
    """
    wanted = [purchase_id for purchase_id, row in rows.items() if row["paid_with_points"]]
    return await payments_of(work, wanted) if wanted else {}


async def payments_of(work: Work, purchase_ids: Sequence[UUID]) -> dict[UUID, list[Payment]]:
    """Return the payments with points of purchases in their order; without any it is not there."""
    rows = await work.fetch(SQL.payments_of, work.tenant_id, list(purchase_ids))
    payments: dict[UUID, list[Payment]] = {}
    for row in rows:
        values = dict(row)
        payments.setdefault(values.pop("purchase_id"), []).append(Payment(**values))
    return payments


async def purchases_of_holds(work: Work, hold_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return which purchases these holds pay for; those that pay for none are not there."""
    rows = await work.fetch(SQL.purchases_of_holds, work.tenant_id, list(hold_ids))
    return {row[0]: row[1] for row in rows}


async def book_payments(work: Work, booked: Mapping[UUID, Sequence[Payment]]) -> None:
    """The payments of these purchases are kept as they are now."""
    rows = [
        (purchase_id, position, payment)
        for purchase_id, payments in booked.items()
        for position, payment in enumerate(payments, start=1)
    ]
    await work.fetch(
        SQL.book_payments,
        work.tenant_id,
        [new_id() for _ in rows],
        [purchase_id for purchase_id, _, _ in rows],
        [position for _, position, _ in rows],
        [payment.points for _, _, payment in rows],
        [payment.hold_id for _, _, payment in rows],
        [payment.program_id for _, _, payment in rows],
        [payment.value for _, _, payment in rows],
        [payment.transaction_id for _, _, payment in rows],
        [payment.own_hold for _, _, payment in rows],
    )


async def give_back(work: Work, returned: Mapping[UUID, int]) -> None:
    """So many points of these payments, named by their transactions, went back by refunds."""
    await work.fetch(SQL.give_back, work.tenant_id, list(returned), list(returned.values()))


def shown(payments: Sequence[Payment]) -> list[dict[str, Any]]:
    """Return payments as they are told of a purchase."""
    return [
        {
            "points": payment.points,
            "hold_id": payment.hold_id,
            "program_id": payment.program_id,
            "value": payment.value,
            "transaction_id": payment.transaction_id,
            "points_returned": payment.returned,
        }
        for payment in payments
    ]
