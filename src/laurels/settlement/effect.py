"""The one effect of a purchase that became completed: rules, points, totals, events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from laurels import earning, members, purchases, tenants
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.errors import AppError
from laurels.kit.work import Work
from laurels.purchases import NewPurchase

from .paying import PointPayments, move_points


@dataclass(slots=True)
class Settled:
    """A purchase in the books. `new` is false when it was there before; then nothing changed.

    `enrolled`: its member was not one before. `award`: what it has just earned, and why; None for
    a guest's purchase and for one that was there before. `was_pending`: it was until now.
    """

    purchase_id: UUID
    member_id: UUID | None
    new: bool
    points: int
    enrolled: bool = False
    award: earning.Awarded | None = None
    was_pending: bool = False


def occurrence_of(
    work: Work, item: NewPurchase, purchase_id: UUID, *, may_owe: bool = False
) -> earning.Occurrence:
    """Return a purchase of a member as the rules see it.

    Below zero, its goods came back: points that are to be taken and are not there are owed if
    that may be.
    """
    assert item.buyer_id is not None, "guests earn nothing"
    return earning.Occurrence(
        subject_id=purchase_id,
        member_id=item.buyer_id,
        occurred_at=item.occurred_at or work.now,
        facts=_facts(item),
        inactive_status=item.inactive_status,
        by=item.by,
        returned=item.amount < 0,
        may_owe=may_owe,
    )


async def take_effect(
    work: Work,
    done: Sequence[tuple[NewPurchase, UUID]],
    *,
    historical: bool,
    with_tiers: bool = True,
    payments: PointPayments | None = None,
) -> list[earning.Awarded | None]:
    """Purchases that became completed have their one effect; return what each earned and why.

    `payments`: the points that are to move for them and others. Raise Unpaid where they cannot.
    """
    awards = await award_purchases(
        work, done, historical=historical, with_tiers=with_tiers, payments=payments
    )
    paid = payments.paid if payments is not None else {}
    events: list[Event] = [
        PurchaseCompleted(
            item.buyer_id,
            item.occurred_at or work.now,
            purchase_id,
            item.amount,
            item.currency,
            award.points if award else 0,
            paid.get(purchase_id, (0,))[0],
        )
        for (item, purchase_id), award in zip(done, awards, strict=True)
    ]
    emit(work, events, historical=historical)
    return awards


async def award_purchases(
    work: Work,
    done: Sequence[tuple[NewPurchase, UUID]],
    *,
    historical: bool,
    with_tiers: bool = True,
    payments: PointPayments | None = None,
) -> list[earning.Awarded | None]:
    """Members have earned what the rules say of these purchases, which count in their totals."""
    of_members = [(n, item, pid) for n, (item, pid) in enumerate(done) if item.buyer_id]
    may_owe = False
    if any(item.amount < 0 for _, item, _ in of_members):
        settings = await tenants.read(work, purchases.PurchaseSettings)
        may_owe = settings.returns_leave_debt
    occurrences = [
        occurrence_of(work, item, purchase_id, may_owe=may_owe)
        for _, item, purchase_id in of_members
    ]
    amounts = {purchase_id: item.amount for _, item, purchase_id in of_members}

    def add_totals(booked: Sequence[earning.Occurrence]) -> None:
        members.add_purchases(
            work, [(o.member_id, amounts[o.subject_id], o.occurred_at) for o in booked]
        )

    async def pay() -> None:
        assert payments is not None, "it is called where points are to move"
        await move_points(work, payments, historical=historical)
        if (await tenants.read(work, earning.EarningSettings)).points_payments_earn:
            return
        for occurrence in occurrences:
            if occurrence.subject_id in payments.paid:
                _, worth = payments.paid[occurrence.subject_id]
                occurrence.facts.update(earning.without_points(occurrence.facts, worth))

    awarded = await earning.award(
        work,
        PurchaseCompleted.name,
        occurrences,
        historical=historical,
        with_tiers=with_tiers,
        on_booked=add_totals,
        on_locked=pay if payments else None,
    )
    awards: list[earning.Awarded | None] = [None] * len(done)
    for (number, _, _), award in zip(of_members, awarded, strict=True):
        awards[number] = award
    return awards


def _facts(item: NewPurchase) -> dict[str, Any]:
    """Return what rules may ask of a purchase; of goods that came back, as if they were bought."""
    sign = -1 if item.amount < 0 else 1
    tax, taxes = purchases.taxes_of(
        (item.amount, item.tax_amount),
        [(line.amount, line.tax_amount) for line in item.lines],
        item.currency,
    )
    lines = [
        {
            "sku": line.sku,
            "name": line.name,
            "category": line.category,
            "quantity": sign * line.quantity,
            "unit_price": line.unit_price,
            "amount": sign * line.amount,
            "net_amount": sign * (line.amount - part),
            "attributes": line.attributes,
        }
        for line, part in zip(item.lines, taxes, strict=True)
    ]
    return earning.purchase_facts(
        amount=abs(item.amount),
        net_amount=abs(item.amount - tax),
        currency=item.currency,
        source=item.source,
        channel=item.channel,
        payment_method=item.payment_method,
        lines=lines,
        attributes=item.attributes,
    )


async def find_points(work: Work, outcomes: Sequence[Settled | AppError | None]) -> None:
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
