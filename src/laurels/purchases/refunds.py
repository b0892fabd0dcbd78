"""Refunds: money that went back, of the whole purchase or of lines that are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, altered, refused
from laurels.kit.values.ids import new_id
from laurels.kit.values.money import format_amount, require_amount
from laurels.kit.values.time import check_occurred_at
from laurels.kit.work import Actor, Work

from . import queries
from .errors import (
    PurchaseInvalid,
    PurchaseNotCompleted,
    PurchaseNotFound,
    RefundAltered,
    RefundExceedsPurchase,
)
from .returned import LineState, RefundLine, Returned, money_of, resolve, same_lines
from .taxes import taxes_of

SQL = statements(__name__)


@dataclass(slots=True, kw_only=True)
class NewRefund:
    """Money that went back. `amount` None: of the lines that are named, else all that is left.

    `member` is whose purchase it is said to be, where that is said.
    """

    purchase_id: UUID
    amount: Decimal | None = None
    lines: Sequence[RefundLine] = ()
    member: str | None = None
    source: str = "api"
    external_id: str | None = None
    reason: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    occurred_at: datetime | None = None
    by: Actor | None = None


@dataclass(slots=True)
class RecordedRefund:
    """A refund in the books, with the purchase and what was back before and after it."""

    id: UUID
    new: bool
    amount: Decimal
    lines: list[dict[str, Any]]
    before: Returned
    after: Returned
    purchase: dict[str, Any]
    occurred_at: datetime
    points: int = 0
    points_returned: int = 0
    by: Actor | None = None


@dataclass(slots=True)
class _Known:
    """A refund that came before under the same number."""

    id: UUID
    purchase_id: UUID
    amount: Decimal
    lines: list[dict[str, Any]]
    occurred_at: datetime
    points: int
    points_returned: int = 0


async def record_refunds(
    work: Work, refunds: Sequence[NewRefund]
) -> list[RecordedRefund | AppError]:
    """Each refund is in the books, once, and within what is left of its purchase.

    Purchases are locked in the order of their ids. Raise nothing: a refund that cannot be is its
    own error and leaves the others.
    """
    locked = await queries.lock(work, [refund.purchase_id for refund in refunds])
    returned = await _find_returned(work, locked)
    known = await _find_known(work, refunds)
    outcomes: list[RecordedRefund | AppError] = []
    fresh: list[tuple[NewRefund, RecordedRefund]] = []
    for refund in refunds:
        try:
            outcome = _decide(work, refund, locked, returned, known)
        except AppError as error:
            outcomes.append(error)
            continue
        outcomes.append(outcome)
        if outcome.new:
            fresh.append((refund, outcome))
            returned[refund.purchase_id] = outcome.after
            if refund.external_id is not None:
                known[refund.source, refund.external_id] = _Known(
                    outcome.id,
                    refund.purchase_id,
                    outcome.amount,
                    outcome.lines,
                    outcome.occurred_at,
                    0,
                )
    await _write(work, fresh, returned)
    return outcomes


async def replay_refunds(work: Work, purchase_id: UUID) -> list[RecordedRefund]:
    """Return the refunds of a purchase in their order, with what was back before and after each."""
    purchase = await queries.get_purchase(work, purchase_id)
    state = _taxed(
        Returned(
            paid=purchase["amount"],
            lines={
                place: LineState(line["sku"], line["quantity"], line["amount"])
                for place, line in enumerate(purchase["lines"], start=1)
            },
        ),
        purchase,
        [line["tax_amount"] for line in purchase["lines"]],
    )
    refunds: list[RecordedRefund] = []
    for refund in purchase["refunds"]:
        after = state.after(refund["amount"], refund["lines"])
        refunds.append(
            RecordedRefund(
                refund["id"],
                new=False,
                amount=refund["amount"],
                lines=refund["lines"],
                before=state,
                after=after,
                purchase=purchase,
                occurred_at=refund["occurred_at"],
            )
        )
        state = after
    return refunds


async def _find_returned(work: Work, locked: Mapping[UUID, dict[str, Any]]) -> dict[UUID, Returned]:
    """Return what is back by now of each purchase."""
    ids = list(locked)
    rows = await work.fetch(SQL.lines_with_refunds, work.tenant_id, ids)
    lines: dict[UUID, dict[int, LineState]] = {}
    taxes: dict[UUID, list[Decimal | None]] = {}
    for purchase_id, tax, position, *state in rows:
        lines.setdefault(purchase_id, {})[position] = LineState(*state)
        taxes.setdefault(purchase_id, []).append(tax)
    named: dict[UUID, Decimal] = {}
    if any(row["refund_state"] == "partial" for row in locked.values()) and lines:
        sums = await work.fetch(SQL.sums_of_whole_refunds, work.tenant_id, list(lines))
        named = {row[0]: row[1] for row in sums}
    return {
        purchase_id: _taxed(
            Returned(
                paid=row["amount"],
                by_line=named.get(purchase_id, Decimal(0)),
                by_share=row["refunded"] - named.get(purchase_id, Decimal(0)),
                lines=lines.get(purchase_id, {}),
                whole=row["refund_state"] == "full",
            ),
            row,
            taxes.get(purchase_id, []),
        )
        for purchase_id, row in locked.items()
    }


def _taxed(
    returned: Returned, purchase: Mapping[str, Any], taxes: Sequence[Decimal | None]
) -> Returned:
    """Return the same with the tax in the purchase and in its lines, of which this was said."""
    lines = returned.lines
    costs = [line.amount for line in lines.values()]
    tax, taxes_of_lines = taxes_of(
        (purchase["amount"], purchase["tax_amount"]),
        list(zip(costs, taxes, strict=True)),
        purchase["currency"],
    )
    if not tax and not any(taxes_of_lines):
        return returned
    taxed = {
        place: replace(line, tax=part)
        for (place, line), part in zip(lines.items(), taxes_of_lines, strict=True)
    }
    return replace(returned, tax=tax, lines=taxed)


async def _find_known(work: Work, refunds: Sequence[NewRefund]) -> dict[tuple[str, str], _Known]:
    keyed = [(r.source, r.external_id) for r in refunds if r.external_id is not None]
    if not keyed:
        return {}
    rows = await work.fetch(
        SQL.find_known, work.tenant_id, [key[0] for key in keyed], [key[1] for key in keyed]
    )
    return {(row[0], row[1]): _Known(*row[2:]) for row in rows}


def _decide(
    work: Work,
    refund: NewRefund,
    locked: Mapping[UUID, dict[str, Any]],
    returned: Mapping[UUID, Returned],
    known: Mapping[tuple[str, str], _Known],
) -> RecordedRefund:
    purchase = locked.get(refund.purchase_id)
    if purchase is None:
        raise PurchaseNotFound
    before = returned[refund.purchase_id]
    if refund.external_id is not None:
        there = known.get((refund.source, refund.external_id))
        if there is not None:
            _refuse_altered(refund, there, before)
            return RecordedRefund(
                there.id,
                new=False,
                amount=there.amount,
                lines=there.lines,
                before=before,
                after=before,
                purchase=purchase,
                occurred_at=there.occurred_at,
                points=there.points,
                points_returned=there.points_returned,
            )
    if purchase["status"] != "completed":
        msg = f"The purchase is {purchase['status']}; only a completed purchase can be refunded."
        if purchase["status"] == "pending":
            msg += " Change or cancel it instead."
        raise PurchaseNotCompleted(msg)
    if purchase["settled_at"] is None:
        msg = "The purchase was completed by SQL and cannot be settled; correct it first."
        raise PurchaseNotCompleted(msg)
    parts = resolve(refund.lines, before, purchase["currency"]) if refund.lines else []
    amount = _checked_amount(refund, parts, before, purchase["currency"])
    return RecordedRefund(
        new_id(),
        new=True,
        amount=amount,
        lines=parts,
        before=before,
        after=before.after(amount, parts),
        purchase=dict(purchase),
        occurred_at=_checked_moment(work, refund, purchase),
        by=refund.by,
    )


def _refuse_altered(refund: NewRefund, there: _Known, returned: Returned) -> None:
    same = {
        "purchase_id": there.purchase_id == refund.purchase_id,
        "amount": refund.amount in {None, there.amount},
        "lines": same_lines(refund.lines, there.lines, returned.lines),
    }
    if fields := [name for name, equal in same.items() if not equal]:
        raise altered(RefundAltered, fields)


def _checked_amount(
    refund: NewRefund, parts: list[dict[str, Any]], before: Returned, currency: str
) -> Decimal:
    left = before.paid - before.money
    if left < 0:
        msg = "This purchase is itself a return. To undo it, record a new purchase instead."
        raise RefundExceedsPurchase(msg, field="amount", left="0")
    if before.whole:
        msg = "The purchase has already been refunded in full."
        raise RefundExceedsPurchase(msg, field="amount", left="0")
    if refund.amount is None:
        return money_of(parts, before, currency) if parts else left
    amount = require_amount(refund.amount, currency, field="amount", error=PurchaseInvalid)
    if amount == 0 and not parts and before.paid:
        words = "is zero; send a positive amount, or leave it out to refund all that is left"
        raise refused(PurchaseInvalid, "amount", words)
    if amount > left:
        rest = format_amount(left, currency)
        msg = f"{amount} cannot be refunded: only {rest} of the purchase is left."
        raise RefundExceedsPurchase(msg, field="amount", left=rest)
    return amount


def _checked_moment(work: Work, refund: NewRefund, purchase: dict[str, Any]) -> datetime:
    # A purchase may lie a few minutes ahead of us; what goes back now went back after it.
    bought: datetime = purchase["occurred_at"]
    if refund.occurred_at is None:
        return max(work.now, bought)
    try:
        moment = check_occurred_at(refund.occurred_at, work.now)
        if moment < bought:
            msg = f"is earlier than the purchase, which occurred at {bought.isoformat()}"
            raise ValueError(msg)
    except ValueError as error:
        raise refused(PurchaseInvalid, "occurred_at", str(error)) from None
    return moment


async def set_refund_points(
    work: Work, points: Mapping[UUID, int], returned: Mapping[UUID, int]
) -> None:
    """The refunds say what they did to points, so that a repeat can say it again.

    `returned`: of the points that the purchases were paid with, where any were.
    """
    if points:
        await work.fetch(
            SQL.set_refund_points,
            work.tenant_id,
            list(points),
            list(points.values()),
            [returned.get(refund_id, 0) for refund_id in points],
        )


async def _write(
    work: Work, fresh: list[tuple[NewRefund, RecordedRefund]], returned: Mapping[UUID, Returned]
) -> None:
    if not fresh:
        return
    try:
        await work.fetch(
            SQL.add_refunds,
            work.tenant_id,
            [recorded.id for _, recorded in fresh],
            [refund.purchase_id for refund, _ in fresh],
            [refund.source for refund, _ in fresh],
            [refund.external_id for refund, _ in fresh],
            [recorded.amount for _, recorded in fresh],
            [refund.reason for refund, _ in fresh],
            [recorded.occurred_at for _, recorded in fresh],
            [orjson.dumps(recorded.lines).decode() for _, recorded in fresh],
            [orjson.dumps(refund.attributes).decode() for refund, _ in fresh],
        )
    except asyncpg.UniqueViolationError:
        # Somebody used the same number for another purchase at the same moment.
        raise altered(RefundAltered, ["purchase_id"]) from None
    changed = sorted({refund.purchase_id for refund, _ in fresh})
    await work.fetch(
        SQL.set_refunded,
        work.tenant_id,
        changed,
        [returned[purchase_id].money for purchase_id in changed],
        ["full" if returned[purchase_id].whole else "partial" for purchase_id in changed],
    )
    await _write_lines(work, fresh, returned)


async def _write_lines(
    work: Work, fresh: list[tuple[NewRefund, RecordedRefund]], returned: Mapping[UUID, Returned]
) -> None:
    """The lines that went back say how much of them did."""
    touched = sorted(
        {
            (refund.purchase_id, part["line"])
            for refund, refund_lines in fresh
            for part in refund_lines.lines
        }
    )
    if not touched:
        return
    states = [returned[purchase_id].lines[line] for purchase_id, line in touched]
    await work.fetch(
        SQL.set_refunded_lines,
        work.tenant_id,
        [purchase_id for purchase_id, _ in touched],
        [line for _, line in touched],
        [state.back_quantity for state in states],
        [state.back_amount for state in states],
    )
