"""What a purchase causes and a refund undoes, in one transaction and a fixed order.

settle:  check, member, purchase, award (rules, ledger, why), totals, outbox
refund:  purchase, usage of caps, ledger, totals, outbox
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels import earning, ledger, members, purchases, tenants
from laurels.events import emit
from laurels.events.catalogue import (
    Event,
    MemberEnrolled,
    PurchaseChanged,
    PurchaseCompleted,
    PurchaseRefunded,
)
from laurels.kit.errors import AppError
from laurels.kit.work import Work
from laurels.purchases import NewPurchase, NewRefund, Recorded

from .errors import BatchTooLarge, MemberMismatch

log = logging.getLogger("laurels.settlement")
MAX_BATCH = 10_000
UNSETTLEABLE = (
    AppError, asyncpg.DataError, ArithmeticError, LookupError, TypeError, ValueError,
    AttributeError,
)  # fmt: skip
"""What can be wrong with a row that somebody wrote by SQL."""


@dataclass(slots=True)
class Settled:
    """A purchase in the books. `new` is false when it was there before; then nothing changed.

    `enrolled`: its member was not one before.
    """

    purchase_id: UUID
    member_id: UUID | None
    new: bool
    points: int
    enrolled: bool = False


@dataclass(slots=True)
class Refunded:
    """A refund in the books and what it did to the member's points (zero or negative)."""

    refund_id: UUID
    purchase_id: UUID
    new: bool
    amount: Decimal
    points: int


async def settle(
    work: Work,
    items: Sequence[NewPurchase],
    *,
    historical: bool = False,
    welcome: bool = True,
) -> list[Settled | AppError]:
    """Each purchase is recorded once and, if completed, has had its effect once.

    A refused item is its own error; the others are booked. `historical` keeps events from the
    outside; `welcome` lets members who are enrolled on the way earn what sign-up rules say.
    """
    if len(items) > MAX_BATCH:
        raise BatchTooLarge
    tenant = await tenants.require_active(work)
    limits = await tenants.read(work, purchases.PurchaseSettings)
    outcomes: list[Settled | AppError | None] = [None] * len(items)
    for number, item in enumerate(items):
        try:
            if item.member is not None and item.member_id is not None:
                raise MemberMismatch(field="member")
            purchases.check(item, tenant.currency, work.now, limits.max_amount)
        except AppError as error:
            outcomes[number] = error
    enrolled = await _find_members(work, items, outcomes, historical=historical, welcome=welcome)
    good = [number for number, outcome in enumerate(outcomes) if outcome is None]
    recorded = await purchases.record(
        work, [items[number] for number in good], currency=tenant.currency
    )
    completed: list[tuple[int, UUID]] = []
    late: list[tuple[int, UUID]] = []
    for number, outcome in zip(good, recorded, strict=True):
        if isinstance(outcome, AppError):
            outcomes[number] = outcome
            continue
        item = items[number]
        outcomes[number] = Settled(
            outcome.id, item.buyer_id, outcome.new, 0, item.buyer_id in enrolled
        )
        if outcome.new and item.status == "completed":
            completed.append((number, outcome.id))
        elif not outcome.new and _contradicts(item, outcome):
            msg = f"The purchase is {outcome.status}; that is final."
            outcomes[number] = purchases.PurchaseNotPending(msg, status=outcome.status)
        elif _completes(item, outcome):
            late.append((number, outcome.id))
    points = await _take_effect(
        work, [(items[number], purchase_id) for number, purchase_id in completed],
        historical=historical,
    )  # fmt: skip
    for (number, _), earned in zip(completed, points, strict=True):
        settled = outcomes[number]
        assert isinstance(settled, Settled), "only settled items take effect"
        settled.points = earned
    for number, purchase_id in late:
        try:
            async with work.savepoint():
                outcomes[number] = await complete(work, purchase_id, historical=historical)
        except AppError as error:
            outcomes[number] = error
    await _find_points(work, outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


def _completes(item: NewPurchase, recorded: Recorded) -> bool:
    """Whether a repeat says that a pending purchase has been completed since."""
    return not recorded.new and recorded.status == "pending" and item.status == "completed"


def _contradicts(item: NewPurchase, recorded: Recorded) -> bool:
    """Whether a repeat wants another end than the one that the purchase has come to."""
    ends = {"completed", "failed", "cancelled"}
    return recorded.status in ends and item.status in ends and recorded.status != item.status


async def _find_points(work: Work, outcomes: Sequence[Settled | AppError | None]) -> None:
    """Say of purchases that were there before what they earned then."""
    repeats = [o for o in outcomes if isinstance(o, Settled) and not o.new and not o.points]
    if not repeats:
        return
    awards = await earning.find_awards(
        work, PurchaseCompleted.name, [repeat.purchase_id for repeat in repeats]
    )
    for repeat in repeats:
        award = awards.get(repeat.purchase_id)
        repeat.points = award["points"] if award else 0


async def _find_members(
    work: Work,
    items: Sequence[NewPurchase],
    outcomes: list[Settled | AppError | None],
    *,
    historical: bool,
    welcome: bool,
) -> frozenset[UUID | None]:
    """Know the member of each item by id; guests stay guests. Return those enrolled just now."""
    named = [n for n, item in enumerate(items) if outcomes[n] is None and item.member is not None]
    first_seen: dict[str, datetime] = {}
    for number in named:
        external_id, moment = items[number].member, items[number].occurred_at or work.now
        assert external_id is not None, "named items have a member"
        first_seen[external_id] = min(moment, first_seen.get(external_id, moment))
    await _refuse_strangers(work, items, outcomes, named)
    wanted = [n for n in named if outcomes[n] is None]
    found, new = await members.ensure_new(
        work,
        [items[n].member or "" for n in wanted],
        enrolled_at=first_seen,
        historical=historical,
    )
    for number in wanted:
        items[number].buyer_id = found[items[number].member or ""]
    given = [
        n
        for n, item in enumerate(items)
        if outcomes[n] is None and item.member is None and item.member_id is not None
    ]
    if given:
        there = await members.get_facts(work, [i for n in given if (i := items[n].member_id)])
        for number in given:
            if items[number].member_id not in there:
                outcomes[number] = members.MemberNotFound(field="member_id")
            items[number].buyer_id = items[number].member_id
    if new:
        await ledger.open_wallets(work, new)
        if welcome:
            await award_enrolment(work, new, historical=historical)
    return frozenset(new)


async def _refuse_strangers(
    work: Work,
    items: Sequence[NewPurchase],
    outcomes: list[Settled | AppError | None],
    named: Sequence[int],
) -> None:
    """Refuse a purchase that is there already under somebody else, before anybody is enrolled."""
    there = await members.find(work, [items[n].member or "" for n in named])
    strange = [n for n in named if items[n].member not in there and items[n].external_id]
    if not strange:
        return
    keys = {n: (items[n].source, items[n].external_id or "") for n in strange}
    known = await purchases.find_by_key(work, list(keys.values()))
    for number, key in keys.items():
        if key in known:
            outcomes[number] = purchases.PurchaseAltered(field="external_id")


async def award_enrolment(
    work: Work, member_ids: Sequence[UUID], *, historical: bool = False
) -> None:
    """New members have earned what sign-up rules say, once each."""
    occurrences = [
        earning.Occurrence(
            subject_id=member_id, member_id=member_id, occurred_at=work.now, facts={}
        )
        for member_id in member_ids
    ]
    await earning.award(work, MemberEnrolled.name, occurrences, historical=historical)


async def enrol(work: Work, profile: dict[str, Any]) -> members.Upserted:
    """The member exists with this profile, has a wallet, and was welcomed if they are new."""
    await tenants.require_active(work)
    upserted = await members.upsert(work, profile)
    if upserted.created:
        await ledger.open_wallets(work, [upserted.id])
        await award_enrolment(work, [upserted.id])
    return upserted


async def _take_effect(
    work: Work, done: Sequence[tuple[NewPurchase, UUID]], *, historical: bool
) -> list[int]:
    """Purchases that became completed have their one effect; return what each earned."""
    of_members = [(n, item, pid) for n, (item, pid) in enumerate(done) if item.buyer_id]
    occurrences = [
        earning.Occurrence(
            subject_id=purchase_id,
            member_id=item.buyer_id or purchase_id,
            occurred_at=item.occurred_at or work.now,
            facts=_facts(item),
        )
        for _, item, purchase_id in of_members
    ]
    awarded = await earning.award(work, PurchaseCompleted.name, occurrences, historical=historical)
    points = [0] * len(done)
    for (number, _, _), award in zip(of_members, awarded, strict=True):
        points[number] = award.points
    await members.add_purchases(
        work,
        [
            (occurrence.member_id, item.amount, occurrence.occurred_at)
            for occurrence, (_, item, _) in zip(occurrences, of_members, strict=True)
        ],
    )
    events: list[Event] = [
        PurchaseCompleted(
            item.buyer_id, item.occurred_at or work.now, purchase_id, item.amount,
            item.currency, earned,
        )
        for (item, purchase_id), earned in zip(done, points, strict=True)
    ]  # fmt: skip
    emit(work, events, historical=historical)
    return points


def _facts(item: NewPurchase) -> dict[str, Any]:
    lines = [
        {
            "sku": line.sku,
            "name": line.name,
            "category": line.category,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "amount": line.amount,
            "attributes": line.attributes,
        }
        for line in item.lines
    ]
    return earning.purchase_facts(
        amount=item.amount,
        currency=item.currency,
        source=item.source,
        channel=item.channel,
        payment_method=item.payment_method,
        lines=lines,
        attributes=item.attributes,
    )


async def complete(work: Work, purchase_id: UUID, *, historical: bool = False) -> Settled:
    """A pending purchase is completed and has its effect; a completed one stays as it is.

    Raise PurchaseNotFound, or PurchaseNotPending when it failed or was cancelled.
    """
    tenant = await tenants.require_active(work)
    row = (await purchases.lock(work, [purchase_id])).get(purchase_id)
    if row is None:
        raise purchases.PurchaseNotFound
    if row["status"] == "completed" and row["settled_at"] is not None:
        settled = Settled(purchase_id, row["member_id"], new=False, points=0)
        await _find_points(work, [settled])
        return settled
    if row["status"] not in {"pending", "completed"}:
        msg = f"The purchase is {row['status']}; that is final."
        raise purchases.PurchaseNotPending(msg, status=row["status"])
    if row["currency"] != tenant.currency:
        raise purchases.CurrencyNotTraded(field="currency")
    await purchases.set_status(work, [purchase_id], "completed", settled=True)
    lines = [purchases.Line(**line) for line in await purchases.lines_of(work, purchase_id)]
    item = NewPurchase(
        amount=row["amount"],
        currency=row["currency"],
        source=row["source"],
        external_id=row["external_id"],
        buyer_id=row["member_id"],
        occurred_at=row["occurred_at"],
        lines=lines,
        channel=row["channel"],
        payment_method=row["payment_method"],
        attributes=row["attributes"],
    )
    (points,) = await _take_effect(work, [(item, purchase_id)], historical=historical)
    return Settled(purchase_id, row["member_id"], new=True, points=points)


async def settle_waiting(work: Work, *, limit: int = 1000) -> int:
    """Purchases that were completed by SQL have had their effect, at most `limit`; say how many.

    One that cannot be settled (a currency that is not traded) stays as it is.
    """
    settled = 0
    last: UUID | None = None
    while waiting := await purchases.list_unsettled(work, after=last, limit=limit - settled):
        for purchase_id in waiting:
            try:
                async with work.savepoint():
                    await complete(work, purchase_id)
            except UNSETTLEABLE:
                # Rows written by SQL hold what SQL allows; one of them must not stop the others.
                log.exception("purchase %s cannot be settled", purchase_id)
                continue
            settled += 1
        last = waiting[-1]
        if settled >= limit:
            break
    return settled


async def cancel(work: Work, purchase_id: UUID, *, status: str = "cancelled") -> None:
    """A pending purchase is cancelled (or failed) and never earns.

    Raise PurchaseNotFound, or PurchaseNotPending when it is completed: refund it instead.
    """
    row = (await purchases.lock(work, [purchase_id])).get(purchase_id)
    if row is None:
        raise purchases.PurchaseNotFound
    if row["status"] == status:
        return
    if row["status"] != "pending":
        msg = f"The purchase is {row['status']}; only a pending one can become {status}."
        if row["status"] == "completed":
            msg += " Send a refund instead."
        raise purchases.PurchaseNotPending(msg, status=row["status"])
    await purchases.set_status(work, [purchase_id], status)
    emit(work, [PurchaseChanged(row["member_id"], work.now, purchase_id, status)])


async def refund(
    work: Work, refunds: Sequence[NewRefund], *, historical: bool = False
) -> list[Refunded | AppError]:
    """Each refund is in the books, and the points that its purchase earned are back in proportion.

    Of every row the purchase caused, floor(points * refunded so far / amount) is back: three
    partial refunds end where one full refund ends. Nothing is judged anew.
    """
    if len(refunds) > MAX_BATCH:
        raise BatchTooLarge
    await tenants.require_active(work)
    await _settle_before(work, [refund.purchase_id for refund in refunds])
    recorded = await purchases.record_refunds(work, refunds)
    fresh = [r for r in recorded if isinstance(r, purchases.RecordedRefund) and r.new]
    awards = await earning.find_awards(
        work, PurchaseCompleted.name, [r.purchase["id"] for r in fresh]
    )
    await earning.give_back_usage(work, _usage_parts(fresh, awards))
    taken = await _take_back(work, fresh, awards, historical=historical)
    await purchases.set_refund_points(work, taken)
    await members.add_refunds(
        work,
        [(r.purchase["member_id"], r.amount) for r in fresh if r.purchase["member_id"]],
    )
    events: list[Event] = [
        PurchaseRefunded(
            r.purchase["member_id"], r.occurred_at, r.purchase["id"], r.id, r.amount,
            r.purchase["currency"], taken[r.id],
        )
        for r in fresh
    ]  # fmt: skip
    emit(work, events, historical=historical)
    return [
        r
        if isinstance(r, AppError)
        else Refunded(r.id, r.purchase["id"], r.new, r.amount, taken.get(r.id, r.points))
        for r in recorded
    ]


async def _settle_before(work: Work, purchase_ids: Sequence[UUID]) -> None:
    """What was completed by SQL has had its effect before it is undone.

    The purchases are locked first, so that none becomes completed between the look and the refund.
    One that cannot be settled stays as it is, and its refund is refused.
    """
    await purchases.lock(work, purchase_ids)
    for purchase_id in await purchases.find_unsettled(work, purchase_ids):
        try:
            async with work.savepoint():
                await complete(work, purchase_id)
        except AppError:
            log.warning("purchase %s was completed by SQL and cannot be settled", purchase_id)


def back_by(points: int, refunded: Decimal, amount: Decimal) -> int:
    """Return how many of these points are back once so much of the amount is refunded.

    In whole units of the smallest scale, so that nothing is ever rounded on the way.
    """
    return points * int(refunded.scaleb(4)) // int(amount.scaleb(4))


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
    found: list[tuple[UUID, UUID, str, int]] = []
    for refund, award, effect in _parts(fresh, awards):
        amount: Decimal = refund.purchase["amount"]
        before = back_by(effect["points"], refund.refunded_before, amount)
        after = back_by(effect["points"], refund.refunded_before + refund.amount, amount)
        if after > before:
            found += [
                (UUID(effect["rule_id"]), award["member_id"], period, after - before)
                for period in effect["usage"]
            ]
    return found


async def _take_back(
    work: Work,
    fresh: Sequence[purchases.RecordedRefund],
    awards: dict[UUID, dict[str, Any]],
    *,
    historical: bool,
) -> dict[UUID, int]:
    parts = _parts(fresh, awards)
    reversals = [
        ledger.Reversal(
            transaction_id=UUID(effect["transaction_id"]),
            total=back_by(
                effect["points"], refund.refunded_before + refund.amount, refund.purchase["amount"]
            ),
            type="refunded",
            source="refund",
            source_id=str(refund.id),
            occurred_at=refund.occurred_at,
        )
        for refund, _, effect in parts
    ]
    posted = await ledger.post(work, reversals, keys_are_fresh=True, historical=historical)
    taken = dict.fromkeys((refund.id for refund in fresh), 0)
    for (refund, _, _), outcome in zip(parts, posted, strict=True):
        if isinstance(outcome, AppError):
            raise outcome
        if outcome.transaction is not None:
            taken[refund.id] += outcome.transaction.points
    return taken
