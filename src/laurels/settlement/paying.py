"""Paying with points: what purchases take out of their members' wallets, and what comes back.

Points move when everything is locked that is locked before wallets (`on_locked` of
`earning.award`), and before what the purchase earns comes in: nobody pays with what they are about
to get.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar
from uuid import UUID

from laurels import ledger, purchases, tenants
from laurels.kit.errors import AppError, FieldError, refused
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.purchases import NewPurchase, Payment

from .errors import MemberMismatch

T = TypeVar("T")
_Movement = ledger.Capture | ledger.Debit | ledger.HoldPoints | ledger.Release
PointsAction = Literal["take", "take_held", "hold", "release"]
"""What happens to the points of a purchase: taken at once; taken of one that was pending, whose
hold may be over by now; held, because it is pending; or released, because it was not paid."""


POINTS_ACTIONS: dict[str, PointsAction] = {
    "completed": "take",
    "pending": "hold",
    "failed": "release",
    "cancelled": "release",
}
"""What happens to them of a purchase that comes with this status."""


class Unpaid(Exception):
    """These purchases cannot be paid for as they say; what was written in this attempt is void."""

    def __init__(self, refusals: Mapping[Any, AppError]) -> None:
        self.refusals = dict(refusals)
        super().__init__()


@dataclass(slots=True)
class PointPayments:
    """The points that are to move for purchases, and what they came to once they have."""

    purchases: list[tuple[NewPurchase, UUID, PointsAction]] = field(
        default_factory=list[tuple[NewPurchase, UUID, PointsAction]]
    )
    holds_to_release: list[UUID] = field(default_factory=list[UUID])
    """Holds of purchases that are not paid with them after all."""
    paid: dict[UUID, tuple[int, Decimal]] = field(default_factory=dict[UUID, tuple[int, Decimal]])
    """Points and their worth by purchase, of those that are completed."""

    def add(self, item: NewPurchase, purchase_id: UUID, action: PointsAction) -> None:
        """Note a purchase, if any of it is paid with points."""
        if item.payments:
            self.purchases.append((item, purchase_id, action))

    def __bool__(self) -> bool:
        return bool(self.purchases or self.holds_to_release)


@dataclass(slots=True)
class _Part:
    """One payment on its way."""

    purchase_id: UUID
    place: str
    payment: Payment
    movement: _Movement | None


async def attempt_without_unpaid(
    work: Work, attempt: Callable[[Mapping[Any, AppError]], Awaitable[T]]
) -> T:
    """Attempt it until all that is left can be paid for; each attempt leaves out what cannot."""
    refusals: dict[Any, AppError] = {}
    while True:
        try:
            async with work.savepoint():
                return await attempt(refusals)
        except Unpaid as unpaid:
            refusals |= unpaid.refusals


async def move_points(work: Work, payments: PointPayments, *, historical: bool = False) -> None:
    """The points have left the wallets, are held, or are there again. Raise Unpaid."""
    named = [p.hold_id for item, _, _ in payments.purchases for p in item.payments if p.hold_id]
    holds = await ledger.find_holds(work, [*named, *payments.holds_to_release])
    members = {item.buyer_id for item, _, _ in payments.purchases if item.buyer_id is not None}
    members |= {holds[hold_id]["member_id"] for hold_id in payments.holds_to_release}
    await ledger.lock_wallets_of(work, sorted(members))
    # Looked at anew, now that nobody else can end them.
    holds = await ledger.find_holds(work, named) if named else {}
    purchase_by_hold = await purchases.purchases_of_holds(work, named) if named else {}
    parts: list[_Part] = []
    refusals: dict[UUID, AppError] = {}
    for item, purchase_id, action in payments.purchases:
        try:
            parts += await _plan(work, item, purchase_id, action, holds, purchase_by_hold)
        except AppError as error:
            refusals[purchase_id] = error
    moving = [part for part in parts if part.movement is not None]
    # A hold may have let go by itself since; then there is nothing to release.
    movements: list[_Movement] = [
        ledger.Release(hold_id=hold_id) for hold_id in payments.holds_to_release
    ]
    movements += [part.movement for part in moving if part.movement is not None]
    posted = await ledger.post(work, movements, keys_are_fresh=True, historical=historical)
    for part, outcome in zip(moving, posted[len(payments.holds_to_release) :], strict=True):
        if isinstance(outcome, AppError):
            refusals.setdefault(part.purchase_id, _at(outcome, part.place))
        elif outcome.transaction is not None:
            part.payment.transaction_id = outcome.transaction.id
        elif isinstance(part.movement, ledger.HoldPoints) and outcome.hold is not None:
            part.payment.hold_id, part.payment.own_hold = outcome.hold.id, True
    if refusals:
        raise Unpaid(refusals)
    await _record_payments(work, payments, parts)


async def _record_payments(work: Work, payments: PointPayments, parts: Sequence[_Part]) -> None:
    recorded: dict[UUID, list[Payment]] = {}
    for part in parts:
        recorded.setdefault(part.purchase_id, []).append(part.payment)
    if recorded:
        await purchases.book_payments(work, recorded)
    payments.paid = {
        purchase_id: (
            sum(payment.points or 0 for payment in recorded[purchase_id]),
            sum((payment.value or Decimal(0) for payment in recorded[purchase_id]), Decimal(0)),
        )
        for _, purchase_id, action in payments.purchases
        if action in {"take", "take_held"}
    }


async def _plan(
    work: Work,
    item: NewPurchase,
    purchase_id: UUID,
    action: PointsAction,
    holds: Mapping[UUID, Mapping[str, Any]],
    purchase_by_hold: Mapping[UUID, UUID],
) -> list[_Part]:
    """Return how a purchase is paid with points. Raise what stands in the way, with its place."""
    parts: list[_Part] = []
    for number, reported in enumerate(item.payments):
        part = _Part(purchase_id, f"payments.{number}", replace(reported), None)
        try:
            if reported.hold_id is None:
                part.movement = await _take(work, item, part, action)
            else:
                if purchase_by_hold.get(reported.hold_id, purchase_id) != purchase_id:
                    msg = "The hold already pays for another purchase; send one of its own."
                    raise ledger.HoldClosed(msg, field="hold_id")
                part.movement = await _use(work, item, part, action, holds.get(reported.hold_id))
        except AppError as error:
            raise _at(error, part.place) from None
        parts.append(part)
    worth = sum((part.payment.value or Decimal(0) for part in parts), Decimal(0))
    if worth > item.amount:
        words = f"are worth {worth}, more than the amount of {item.amount}; send fewer points"
        raise refused(purchases.PurchaseInvalid, "payments", words)
    return parts


async def _take(
    work: Work, item: NewPurchase, part: _Part, action: PointsAction
) -> ledger.Debit | ledger.HoldPoints | None:
    """Points that were not set aside are taken, or held while the purchase is pending."""
    if action != "release" and not await tenants.loyalty_enabled(work):
        raise tenants.LoyaltyOff(field="points")
    await _price(work, part.payment)
    return None if action == "release" else _spend(item, part, action)


async def _use(
    work: Work, item: NewPurchase, part: _Part, action: PointsAction, hold: Mapping[str, Any] | None
) -> _Movement | None:
    """Points that a hold set aside are taken; a purchase that is pending leaves them there."""
    payment = part.payment
    if hold is None:
        raise ledger.HoldNotFound(field="hold_id")
    if hold["member_id"] != item.buyer_id:
        msg = "The hold is of another member's points."
        raise MemberMismatch(msg, field="hold_id")
    payment.points = payment.points or hold["points"]
    payment.program_id = hold["program_id"]
    if payment.points > hold["points"]:
        msg = f"The hold has {hold['points']} points; you asked for {payment.points}."
        raise ledger.CaptureTooLarge(msg, field="points", held=hold["points"])
    await _price(work, payment)
    over = hold["expires_at"] is not None and hold["expires_at"] <= work.now
    if hold["status"] == "open" and not over:
        if action == "hold":
            return None
        if action == "release":
            return ledger.Release(hold_id=hold["id"])
        return ledger.Capture(
            hold_id=hold["id"], points=payment.points, **_about(item, part, action)
        )
    if action == "release":
        return None
    if action == "take_held" and hold["status"] != "captured":
        # It let go while the purchase waited: the points are taken if they are still there.
        spent = _spend(item, part, action)
        assert isinstance(spent, ledger.Debit), "what was held is not held again"
        return spent
    status = "expired" if over else hold["status"]
    msg = f"The hold is no longer open: it is {status}. Hold the points again, or name `points`."
    raise ledger.HoldClosed(msg, field="hold_id", status=status)


def _spend(
    item: NewPurchase, part: _Part, action: PointsAction
) -> ledger.Debit | ledger.HoldPoints:
    payment = part.payment
    assert payment.points is not None, "a payment without a hold says how many"
    whose: dict[str, Any] = {"member_id": item.buyer_id, "program_id": payment.program_id}
    if action == "hold":
        reason = f"Held for {encode('purchase', part.purchase_id)}"
        return ledger.HoldPoints(points=payment.points, reason=reason, **whose)
    return ledger.Debit(points=payment.points, **whose, **_about(item, part, action))


def _about(item: NewPurchase, part: _Part, action: PointsAction) -> dict[str, Any]:
    return {
        "source": "purchase",
        "source_id": encode("purchase", part.purchase_id),
        "occurred_at": item.occurred_at if action == "take" else None,
        "by": item.by,
    }


async def _price(work: Work, payment: Payment) -> None:
    """The payment says what it is worth: as it was when the points were set aside."""
    assert payment.points is not None, "a payment without a hold says how many"
    payment.program_id = payment.program_id or await ledger.default_program(work)
    if payment.value is not None:
        return
    payment.value = await ledger.worth(work, payment.points, payment.program_id)
    if not payment.value:
        msg = f"{payment.points} points are worth nothing; send more, or set a `point_value`."
        raise purchases.PurchaseInvalid(msg, field="points")


def _at(error: AppError, place: str) -> AppError:
    """Return an error as one of a payment."""
    name = error.fields[0].field if error.fields else "points"
    error.fields = [FieldError(f"{place}.{name}", error.message, error.code)]
    return error


# Back again --------------------------------------------------------------------------------


async def find_returns(
    work: Work, fresh: Sequence[purchases.RecordedRefund]
) -> list[tuple[purchases.RecordedRefund, ledger.Reversal]]:
    """Return what these refunds give back of the points that were paid with.

    So many are back by then: floor(points x refunded so far / amount of the purchase), and all of
    them when all of the purchase is. Parts never add up to more than was paid.
    """
    wanted = [refund.purchase["id"] for refund in fresh if refund.purchase["paid_with_points"]]
    paid = await purchases.payments_of(work, wanted) if wanted else {}
    return [
        (
            refund,
            ledger.Reversal(
                transaction_id=payment.transaction_id,
                total=_back_by(payment, refund.after),
                type="refunded",
                source="refund",
                source_id=str(refund.id),
                occurred_at=refund.occurred_at,
                by=refund.by,
            ),
        )
        for refund in fresh
        for payment in paid.get(refund.purchase["id"], ())
        if payment.transaction_id is not None
    ]


def _back_by(payment: Payment, after: purchases.Returned) -> int:
    assert payment.points is not None, "what was taken has a number"
    if after.whole:
        return payment.points
    return int(payment.points * Fraction(after.money) / Fraction(after.paid))


async def holds_of(work: Work, purchase_ids: Sequence[UUID]) -> list[UUID]:
    """Return the holds that were to pay for these purchases and are still open."""
    paid = await purchases.payments_of(work, purchase_ids)
    named = [p.hold_id for payments in paid.values() for p in payments if p.hold_id is not None]
    holds = await ledger.find_holds(work, named) if named else {}
    return sorted(hold_id for hold_id, hold in holds.items() if hold["status"] == "open")
