"""How pending purchases end: completed with their one effect, cancelled or failed without.

Locks are taken in one order, the same as everywhere: purchases by id, then redemptions, usage of
caps, wallets. What ends together is locked together, before anything else is touched.
"""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels import purchases, rewards, tenants
from laurels.events import emit
from laurels.events.catalogue.purchases import PurchaseChanged
from laurels.kit.errors import AppError
from laurels.kit.work import Work
from laurels.purchases import NewPurchase

from . import buyers
from .effect import Settled, find_points, take_effect
from .paying import PointPayments, attempt_without_unpaid, holds_of, move_points

log = logging.getLogger("laurels.settlement")
UNSETTLEABLE = (
    AppError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
"""What can be wrong with a row that somebody wrote by SQL."""

UNPAID = frozenset({"failed", "cancelled"})
"""How a purchase ends that was not paid; it may be paid after all, once."""
CONTENDED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
ATTEMPTS = 4
"""How often something is tried whose locks somebody else took in another order."""


@dataclass(slots=True, kw_only=True)
class Endings:
    """What became of purchases that were asked to end, in the order asked."""

    outcomes: list[Settled | AppError]
    completed: list[tuple[int, NewPurchase, UUID]]
    """Those that are completed by now and still owe their effect: place, content, id."""
    holds_to_release: list[UUID] = field(default_factory=list[UUID])
    """Open holds that were to pay for those that were not paid."""

    def add_payments_to(self, payments: PointPayments) -> None:
        """Note the points that are to move for what has ended."""
        for _, item, purchase_id in self.completed:
            payments.add(item, purchase_id, "take_held")
        payments.holds_to_release += self.holds_to_release


async def end(work: Work, wanted: Sequence[tuple[UUID, str]]) -> Endings:
    """Purchases have the status that is wanted; those completed have their effect due.

    The caller lets the effect happen in the same transaction. Each that cannot end so is its own
    error: PurchaseNotFound, PurchaseNotPending, or what is wrong with a row written by SQL.
    """
    tenant = await tenants.require_active(work)
    rows = await buyers.lock_purchases(work, [purchase_id for purchase_id, _ in wanted])
    wanted_pairs = set(wanted)
    completing = {i: row for i, row in rows.items() if (i, "completed") in wanted_pairs}
    reported = await purchases.as_reported(work, completing) if completing else {}
    await buyers.find_present(work, reported)
    endings = Endings(outcomes=[], completed=[])
    changed: dict[str, list[UUID]] = {}
    for number, (purchase_id, status) in enumerate(wanted):
        try:
            moves = _moves(rows.get(purchase_id), status)
            if moves and status == "completed":
                _check(reported[purchase_id], tenant.currency, work.now)
        except AppError as error:
            endings.outcomes.append(error)
            continue
        row = rows[purchase_id]
        buyer = reported[purchase_id].buyer_id if purchase_id in reported else row["member_id"]
        endings.outcomes.append(Settled(purchase_id, buyer, new=moves, points=0, was_pending=True))
        if moves:
            row["status"], row["settled_at"] = status, work.now
            changed.setdefault(status, []).append(purchase_id)
        if moves and status == "completed":
            endings.completed.append((number, reported[purchase_id], purchase_id))
    for status, ids in changed.items():
        await purchases.set_status(work, ids, status, settled=status == "completed")
        if status != "completed":
            emit(work, [PurchaseChanged(rows[i]["member_id"], work.now, i, status) for i in ids])
            await rewards.reopen_ended(work, ids)
            endings.holds_to_release += await holds_of(work, ids)
    return endings


def _check(purchase: NewPurchase, currency: str, now: datetime) -> None:
    # When it happened was settled as it was written; the rest is what a settlement stands on.
    purchases.check(purchase, currency, max(now, purchase.occurred_at or now))


def _moves(row: dict[str, Any] | None, status: str) -> bool:
    """Whether a purchase has a step to take to this status. Raise what forbids the step."""
    if row is None:
        raise purchases.PurchaseNotFound
    if row["status"] == status:
        return status == "completed" and row["settled_at"] is None
    if row["status"] == "pending" or (row["status"] in UNPAID and status == "completed"):
        return True
    msg = f"The purchase is {row['status']}; only a pending purchase can become {status}."
    if row["status"] == "completed":
        msg += " Send a refund instead."
    else:
        msg += " It can still be completed if it is paid after all."
    raise purchases.PurchaseNotPending(msg, status=row["status"])


async def complete_all(
    work: Work, purchase_ids: Sequence[UUID], *, historical: bool = False
) -> list[Settled | AppError]:
    """Purchases are completed and have had their effect; completed ones stay as they are.

    Pending ones, and those that had failed or were cancelled and are paid after all. Each that
    cannot be completed is its own error, and the others are.
    """
    if not await purchases.payments_of(work, purchase_ids):
        return await _complete(work, purchase_ids, historical=historical)

    async def attempt(refusals: Mapping[UUID, AppError]) -> list[Settled | AppError]:
        left = [purchase_id for purchase_id in purchase_ids if purchase_id not in refusals]
        done = iter(await _complete(work, left, historical=historical))
        return [refusals.get(purchase_id) or next(done) for purchase_id in purchase_ids]

    return await attempt_without_unpaid(work, attempt)


async def _complete(
    work: Work, purchase_ids: Sequence[UUID], *, historical: bool
) -> list[Settled | AppError]:
    ended = await end(work, [(purchase_id, "completed") for purchase_id in purchase_ids])
    payments = PointPayments()
    ended.add_payments_to(payments)
    awards = await take_effect(
        work,
        [(item, purchase_id) for _, item, purchase_id in ended.completed],
        historical=historical,
        payments=payments,
    )
    for (number, _, _), award in zip(ended.completed, awards, strict=True):
        settled = ended.outcomes[number]
        assert isinstance(settled, Settled), "only settled purchases take effect"
        settled.points = award.points if award else 0
    await find_points(work, ended.outcomes)
    return ended.outcomes


async def complete(work: Work, purchase_id: UUID, *, historical: bool = False) -> Settled:
    """A purchase is completed and has its effect; a completed one stays as it is.

    Raise PurchaseNotFound.
    """
    (outcome,) = await complete_all(work, [purchase_id], historical=historical)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def cancel(work: Work, purchase_id: UUID, *, status: str = "cancelled") -> None:
    """A pending purchase is cancelled (or failed) and never earns.

    Raise PurchaseNotFound, or PurchaseNotPending when it is completed: refund it instead.
    """
    ended = await end(work, [(purchase_id, status)])
    (outcome,) = ended.outcomes
    if isinstance(outcome, AppError):
        raise outcome
    if ended.holds_to_release:
        await move_points(work, PointPayments(holds_to_release=ended.holds_to_release))


async def settle_waiting(work: Work, *, limit: int = 1000) -> int:
    """Purchases that were completed by SQL have had their effect, at most `limit`; say how many.

    One that cannot be settled stays as it is; `find_stuck` says why.
    """
    settled = 0
    last: UUID | None = None
    while waiting := await purchases.list_unsettled(work, after=last, limit=limit - settled):
        settled += await settle_some(work, waiting)
        last = waiting[-1]
        if settled >= limit:
            break
    return settled


async def settle_some(work: Work, purchase_ids: Sequence[UUID]) -> int:
    """These completed purchases have had their effect, all at once; say how many.

    Rows written by SQL hold what SQL allows. When one of them breaks the rest, each half is
    settled alone, down to the one that cannot be: it is left, and the others are settled.
    """
    for attempt in range(ATTEMPTS):
        try:
            async with work.savepoint():
                outcomes = await complete_all(work, purchase_ids)
        except CONTENDED:
            # Our locks of this attempt are free again, so whoever we met can go on first.
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - only a wait
            continue
        except UNSETTLEABLE as error:
            if len(purchase_ids) == 1:
                log.warning("purchase %s cannot be settled: %s", purchase_ids[0], error)
                return 0
            middle = len(purchase_ids) // 2
            first = await settle_some(work, purchase_ids[:middle])
            return first + await settle_some(work, purchase_ids[middle:])
        return sum(isinstance(outcome, Settled) and outcome.new for outcome in outcomes)
    log.warning("%d purchases are contended and wait for the next round", len(purchase_ids))
    return 0


async def find_stuck(work: Work, *, limit: int = 100) -> dict[UUID, str]:
    """Return completed purchases that cannot be settled and why, in words, at most `limit`.

    It tries each and undoes it, so it is for a Work that is rolled back at the end.
    """
    stuck: dict[UUID, str] = {}
    for purchase_id in await purchases.list_unsettled(work, after=None, limit=limit):
        try:
            async with work.savepoint():
                await complete(work, purchase_id)
        except UNSETTLEABLE as error:
            stuck[purchase_id] = _words(error)
    return stuck


def _words(error: Exception) -> str:
    if isinstance(error, AppError):
        return f"{error.fields[0].field}: {error.message}" if error.fields else error.message
    return f"{type(error).__name__}: {error}"
