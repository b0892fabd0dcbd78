"""Changing purchases: states and refunds. What follows from them is `settlement`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels.kit.errors import AppError, altered, refused
from laurels.kit.ids import new_id
from laurels.kit.money import check_amount, format_amount
from laurels.kit.time import check_occurred_at
from laurels.kit.work import Actor, Work

from . import queries
from .errors import (
    PurchaseInvalid,
    PurchaseNotCompleted,
    PurchaseNotFound,
    RefundAltered,
    RefundExceedsPurchase,
)


@dataclass(slots=True, kw_only=True)
class NewRefund:
    """Money that went back. `amount` None means all that is left of the purchase."""

    purchase_id: UUID
    amount: Decimal | None = None
    source: str = "api"
    external_id: str | None = None
    reason: str | None = None
    occurred_at: datetime | None = None
    by: Actor | None = None


@dataclass(slots=True)
class RecordedRefund:
    """A refund in the books, with the purchase and what had gone back before it."""

    id: UUID
    new: bool
    amount: Decimal
    refunded_before: Decimal
    purchase: dict[str, Any]
    occurred_at: datetime
    points: int = 0
    by: Actor | None = None


async def set_status(
    work: Work, purchase_ids: Sequence[UUID], status: str, *, settled: bool = False
) -> None:
    """The purchases have this status; the caller holds them locked and checked the step."""
    await work.fetch(
        "update laurels.purchases set status = $3,"
        " completed_at = case when $3 = 'completed' then coalesce(completed_at, $4) end,"
        " settled_at = case when $5 then $4 end where tenant_id = $1 and id = any($2)",
        work.tenant_id, list(purchase_ids), status, work.now, settled,
    )  # fmt: skip


async def hand_over(
    work: Work, purchase_id: UUID, *, from_member_id: UUID, to_member_id: UUID
) -> None:
    """The purchase of a merged member is the survivor's, and remembers whose it was."""
    await work.fetch(
        "update laurels.purchases set member_id = $4,"
        " original_member_id = coalesce(original_member_id, $3)"
        " where tenant_id = $1 and id = $2 and member_id = $3",
        work.tenant_id, purchase_id, from_member_id, to_member_id,
    )  # fmt: skip


async def record_refunds(
    work: Work, refunds: Sequence[NewRefund]
) -> list[RecordedRefund | AppError]:
    """Each refund is in the books, once, and within what is left of its purchase.

    Purchases are locked in the order of their ids. Raise nothing: a refund that cannot be is its
    own error and leaves the others.
    """
    locked = await queries.lock(work, [refund.purchase_id for refund in refunds])
    known = await _known(work, refunds)
    outcomes: list[RecordedRefund | AppError] = []
    fresh: list[tuple[NewRefund, RecordedRefund]] = []
    for refund in refunds:
        try:
            outcome = _decide(work, refund, locked, known)
        except AppError as error:
            outcomes.append(error)
            continue
        outcomes.append(outcome)
        if outcome.new:
            fresh.append((refund, outcome))
            if refund.external_id is not None:
                known[refund.source, refund.external_id] = (
                    outcome.id, refund.purchase_id, outcome.amount, outcome.occurred_at, 0,
                )  # fmt: skip
    await _write(work, fresh)
    return outcomes


Known = dict[tuple[str, str], tuple[UUID, UUID, Decimal, datetime, int]]


async def _known(work: Work, refunds: Sequence[NewRefund]) -> Known:
    keyed = [(r.source, r.external_id) for r in refunds if r.external_id is not None]
    if not keyed:
        return {}
    rows = await work.fetch(
        "select r.source, r.external_id, r.id, r.purchase_id, r.amount, r.occurred_at,"
        " coalesce(r.points, 0)"
        " from unnest($2::text[], $3::text[]) as n (source, external_id)"
        " inner join laurels.refunds as r"
        "  on r.tenant_id = $1 and r.source = n.source and r.external_id = n.external_id",
        work.tenant_id, [key[0] for key in keyed], [key[1] for key in keyed],
    )  # fmt: skip
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5], row[6]) for row in rows}


def _decide(
    work: Work, refund: NewRefund, locked: dict[UUID, dict[str, Any]], known: Known
) -> RecordedRefund:
    purchase = locked.get(refund.purchase_id)
    if purchase is None:
        raise PurchaseNotFound
    if refund.external_id is not None:
        before = known.get((refund.source, refund.external_id))
        if before is not None:
            same = {
                "purchase_id": before[1] == refund.purchase_id,
                "amount": refund.amount in {None, before[2]},
            }
            if fields := [name for name, equal in same.items() if not equal]:
                raise altered(RefundAltered, fields)
            return RecordedRefund(
                before[0], new=False, amount=before[2], refunded_before=purchase["refunded"],
                purchase=purchase, occurred_at=before[3], points=before[4],
            )  # fmt: skip
    if purchase["status"] != "completed":
        msg = f"The purchase is {purchase['status']}; only a completed one can be refunded."
        raise PurchaseNotCompleted(msg)
    if purchase["settled_at"] is None:
        msg = "The purchase was completed by SQL and cannot be settled; correct it first."
        raise PurchaseNotCompleted(msg)
    amount, occurred_at = _checked(work, refund, purchase)
    refunded_before = purchase["refunded"]
    purchase["refunded"] = refunded_before + amount
    return RecordedRefund(
        new_id(), new=True, amount=amount, refunded_before=refunded_before,
        purchase=dict(purchase), occurred_at=occurred_at, by=refund.by,
    )  # fmt: skip


def _checked(work: Work, refund: NewRefund, purchase: dict[str, Any]) -> tuple[Decimal, datetime]:
    left: Decimal = purchase["amount"] - purchase["refunded"]
    try:
        amount = left if refund.amount is None else refund.amount
        amount = check_amount(amount, purchase["currency"])
    except ValueError as error:
        raise refused(PurchaseInvalid, "amount", str(error)) from None
    if amount == 0 and refund.amount is not None:
        msg = "is zero; a refund gives something back"
        raise refused(PurchaseInvalid, "amount", msg)
    if purchase["amount"] == 0:
        msg = (
            "Nothing was paid, so nothing can go back. Take points that it earned back with"
            " POST /v1/transactions/{id}/reverse; the award of the purchase names them."
        )
        raise RefundExceedsPurchase(msg, field="amount", left="0")
    if amount > left or left == 0:
        rest = format_amount(left, purchase["currency"])
        msg = f"{amount} cannot go back: {rest} is left of the purchase."
        raise RefundExceedsPurchase(msg, field="amount", left=rest)
    try:
        # A purchase may lie a few minutes ahead of us; what goes back now went back after it.
        moment = max(work.now, purchase["occurred_at"])
        if refund.occurred_at is not None:
            moment = check_occurred_at(refund.occurred_at, work.now)
            _refuse_before(purchase["occurred_at"], moment)
    except ValueError as error:
        raise refused(PurchaseInvalid, "occurred_at", str(error)) from None
    return amount, moment


def _refuse_before(bought: datetime, moment: datetime) -> None:
    if moment < bought:
        msg = f"lies before the purchase, which occurred at {bought.isoformat()}"
        raise ValueError(msg)


async def set_refund_points(work: Work, points: dict[UUID, int]) -> None:
    """The refunds say what they did to points, so that a repeat can say it again."""
    if points:
        await work.fetch(
            "update laurels.refunds as r set points = n.points from unnest($2::uuid[],"
            " $3::bigint[]) as n (id, points) where r.tenant_id = $1 and r.id = n.id",
            work.tenant_id, list(points), list(points.values()),
        )  # fmt: skip


async def _write(work: Work, fresh: list[tuple[NewRefund, RecordedRefund]]) -> None:
    if not fresh:
        return
    try:
        await work.fetch(
            "insert into laurels.refunds (tenant_id, id, purchase_id, source, external_id, amount,"
            " reason, occurred_at) select $1, n.* from unnest($2::uuid[], $3::uuid[], $4::text[],"
            " $5::text[], $6::numeric[], $7::text[], $8::timestamptz[]) as n",
            work.tenant_id,
            [recorded.id for _, recorded in fresh],
            [refund.purchase_id for refund, _ in fresh],
            [refund.source for refund, _ in fresh],
            [refund.external_id for refund, _ in fresh],
            [recorded.amount for _, recorded in fresh],
            [refund.reason for refund, _ in fresh],
            [recorded.occurred_at for _, recorded in fresh],
        )
    except asyncpg.UniqueViolationError:
        # Somebody used the same number for another purchase at the same moment.
        raise RefundAltered(field="external_id") from None
    await work.fetch(
        "update laurels.purchases as p set refunded = p.refunded + n.amount"
        " from (select x.id, sum(x.amount) as amount from unnest($2::uuid[], $3::numeric[])"
        "  as x (id, amount) group by x.id) as n where p.tenant_id = $1 and p.id = n.id",
        work.tenant_id,
        [refund.purchase_id for refund, _ in fresh],
        [recorded.amount for _, recorded in fresh],
    )
