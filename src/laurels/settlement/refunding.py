"""Refunds: money and goods that went back take their points with them.

The order is fixed: purchases, redemptions, usage of caps, wallets, totals, outbox.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels import earning, ledger, members, purchases, rewards, tenants, tiers
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.purchases import PurchaseCompleted, PurchaseRefunded
from laurels.kit.errors import AppError, refused
from laurels.kit.work import Work
from laurels.purchases import NewRefund

from . import buyers
from .ending import settle_some
from .errors import MAX_BATCH, BatchTooLarge, MemberMismatch
from .going_back import back_by
from .paying import find_returns

log = logging.getLogger("laurels.settlement")


@dataclass(slots=True)
class Refunded:
    """A refund in the books and what it did to the member's points (zero or negative)."""

    refund_id: UUID
    purchase_id: UUID
    new: bool
    amount: Decimal
    points: int
    points_returned: int = 0


async def refund(
    work: Work, refunds: Sequence[NewRefund], *, historical: bool = False
) -> list[Refunded | AppError]:
    """Each refund is in the books, and what its purchase earned for that is back.

    Each award goes back by the lines that it counted, and in proportion where none are named (see
    `going_back`). Three partial refunds end where one full refund ends. Nothing is judged anew.
    """
    if len(refunds) > MAX_BATCH:
        raise BatchTooLarge
    await tenants.require_active(work)
    outcomes: dict[int, Refunded | AppError] = {}
    for numbers in await _rounds(work, refunds):
        chosen = [refunds[number] for number in numbers]
        booked = await _refund_together(work, chosen, historical=historical)
        outcomes |= dict(zip(numbers, booked, strict=True))
    return [outcomes[number] for number in range(len(refunds))]


async def _rounds(work: Work, refunds: Sequence[NewRefund]) -> list[list[int]]:
    """Return which refunds are booked together: of one member one in each round, in their order.

    Each can take a tier, as of its own moment. Where there are no tiers there is one round.
    """
    if len(refunds) < 2 or not await tiers.has_tiers(work):
        return [list(range(len(refunds)))]
    rows = await buyers.lock_purchases(work, [refund.purchase_id for refund in refunds])
    order = sorted(range(len(refunds)), key=lambda n: refunds[n].occurred_at or work.now)
    rounds: list[list[int]] = []
    next_round: dict[UUID | None, int] = {}
    for number in order:
        row = rows.get(refunds[number].purchase_id)
        member_id = row["member_id"] if row else None
        place = next_round.get(member_id, 0)
        if member_id is not None:
            next_round[member_id] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(number)
    return rounds


async def _refund_together(
    work: Work, refunds: Sequence[NewRefund], *, historical: bool
) -> list[Refunded | AppError]:
    await _settle_before(work, [refund.purchase_id for refund in refunds])
    outcomes: list[Refunded | AppError | None] = [*await _refuse_others(work, refunds)]
    accepted = [number for number, outcome in enumerate(outcomes) if outcome is None]
    recorded = await purchases.record_refunds(work, [refunds[number] for number in accepted])
    fresh = [r for r in recorded if isinstance(r, purchases.RecordedRefund) and r.new]
    await rewards.reopen_refunded(work, [r.purchase["id"] for r in fresh])
    awards = await earning.find_awards(
        work, PurchaseCompleted.name, [r.purchase["id"] for r in fresh]
    )
    progress_of = await tiers.lock_progress(
        work, [r.purchase["member_id"] for r in fresh if r.purchase["member_id"]]
    )
    taken = await take_back(work, fresh, awards, historical=historical)
    returned = {r.id: r.points_returned for r in fresh}
    await purchases.set_refund_points(work, taken, returned)
    members.add_refunds(
        work,
        [
            (r.purchase["member_id"], r.amount, r.after.whole)
            for r in fresh
            if r.purchase["member_id"]
        ],
    )
    events: list[Event] = [
        PurchaseRefunded(
            r.purchase["member_id"],
            r.occurred_at,
            r.purchase["id"],
            r.id,
            r.amount,
            r.purchase["currency"],
            taken[r.id],
            returned[r.id],
        )
        for r in fresh
    ]
    emit(work, events, historical=historical)
    # After the events, so that a tier is told to be lost after what took it.
    moments = {r.purchase["member_id"]: r.occurred_at for r in fresh}
    await tiers.reconsider(work, progress_of, moments, historical=historical)
    for number, r in zip(accepted, recorded, strict=True):
        outcomes[number] = (
            r
            if isinstance(r, AppError)
            else Refunded(
                r.id,
                r.purchase["id"],
                r.new,
                r.amount,
                taken.get(r.id, r.points),
                r.points_returned,
            )
        )
    return [outcome for outcome in outcomes if outcome is not None]


async def _refuse_others(work: Work, refunds: Sequence[NewRefund]) -> list[AppError | None]:
    """Return for each refund that names a member what is wrong, if the purchase is not theirs."""
    named = [refund for refund in refunds if refund.member is not None]
    if not named:
        return [None] * len(refunds)
    known = await members.find(work, [refund.member or "" for refund in named])
    rows = await buyers.lock_purchases(work, [refund.purchase_id for refund in named])
    refusals: list[AppError | None] = []
    for refund in refunds:
        row = rows.get(refund.purchase_id)
        if refund.member is None or row is None:
            refusals.append(None)
            continue
        is_theirs = row["member_id"] is not None and row["member_id"] == known.get(refund.member)
        words = "does not own this purchase; it belongs to another member or to a guest"
        refusals.append(None if is_theirs else refused(MemberMismatch, "member", words))
    return refusals


async def _settle_before(work: Work, purchase_ids: Sequence[UUID]) -> None:
    """What was completed by SQL has had its effect before it is undone.

    The purchases are locked first, so that none becomes completed between the look and the refund.
    One that cannot be settled stays as it is, and its refund is refused.
    """
    rows = await buyers.lock_purchases(work, purchase_ids)
    waiting = [
        purchase_id
        for purchase_id, row in rows.items()
        if row["status"] == "completed" and row["settled_at"] is None
    ]
    if waiting and await settle_some(work, waiting) < len(waiting):
        log.warning("a purchase that was completed by SQL cannot be settled, nor refunded")


def _parts(
    fresh: Sequence[purchases.RecordedRefund], awards: dict[UUID, dict[str, Any]]
) -> list[tuple[purchases.RecordedRefund, dict[str, Any], dict[str, Any]]]:
    return [
        (refund, award, effect)
        for refund in fresh
        if (award := awards.get(refund.purchase["id"])) is not None
        for effect in award["effects"]
    ]


def _usage_parts(
    fresh: Sequence[purchases.RecordedRefund], awards: dict[UUID, dict[str, Any]]
) -> list[tuple[UUID, UUID, str, int]]:
    parts: list[tuple[UUID, UUID, str, int]] = []
    for refund, award, effect in _parts(fresh, awards):
        points = back_by(effect, refund.after) - back_by(effect, refund.before)
        if points > 0:
            parts += [
                (UUID(effect["rule_id"]), award["member_id"], period, points)
                for period in effect["usage"]
            ]
    return parts


async def take_back(
    work: Work,
    fresh: Sequence[purchases.RecordedRefund],
    awards: dict[UUID, dict[str, Any]],
    *,
    historical: bool,
) -> dict[UUID, int]:
    """Take back what these refunds take of the awards, caps included; return the points of each.

    Points that the purchases were paid with come back first, so that they can be taken.
    """
    await earning.give_back_usage(work, _usage_parts(fresh, awards))
    parts = _parts(fresh, awards)
    reversals = [
        ledger.Reversal(
            transaction_id=UUID(effect["transaction_id"]),
            total=back_by(effect, refund.after),
            type="refunded",
            source="refund",
            source_id=str(refund.id),
            occurred_at=refund.occurred_at,
            by=refund.by,
        )
        for refund, _, effect in parts
    ]
    returns = await find_returns(work, fresh)
    posted = await ledger.post(
        work,
        [*(reversal for _, reversal in returns), *reversals],
        keys_are_fresh=True,
        historical=historical,
    )
    back: dict[UUID, int] = {}
    for (refund, reversal), outcome in zip(returns, posted, strict=False):
        if isinstance(outcome, AppError):
            raise outcome
        if outcome.transaction is not None:
            points = outcome.transaction.points
            refund.points_returned += points
            back[reversal.transaction_id] = back.get(reversal.transaction_id, 0) + points
    if back:
        await purchases.give_back(work, back)
    taken = dict.fromkeys((refund.id for refund in fresh), 0)
    for (refund, _, _), outcome in zip(parts, posted[len(returns) :], strict=True):
        if isinstance(outcome, AppError):
            raise outcome
        if outcome.transaction is not None:
            taken[refund.id] += outcome.transaction.points
    return taken
