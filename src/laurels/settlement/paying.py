"""Paying with points: what purchases take out of their members' wallets, and what comes back.

Points move when everything is locked that is locked before wallets (`earning.award`, `locked`), and
before what the purchase earns comes in: nobody pays with what they are about to get.
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
Way = Literal["taken", "late", "held", "kept"]
"""How the points of a purchase move: taken at once; taken of one that waited, whose hold may be
over by now; held, because the purchase is pending; or not at all, because it was not paid."""


WAYS: dict[str, Way] = {
    "completed": "taken",
    "pending": "held",
    "failed": "kept",
    "cancelled": "kept",
}
"""How they move of a purchase that comes with this status."""


class Unpaid(Exception):
    """These purchases cannot be paid for as they say; what was written in this attempt is void."""

    def __init__(self, refusals: Mapping[Any, AppError]) -> None:
        self.refusals = dict(refusals)
        super().__init__()


@dataclass(slots=True)
class Due:
    """The points that are to move for purchases, and what they came to once they have."""

    purchases: list[tuple[NewPurchase, UUID, Way]] = field(
        default_factory=list[tuple[NewPurchase, UUID, Way]]
    )
    releasing: list[UUID] = field(default_factory=list[UUID])
    """Holds of purchases that are not paid with them after all."""
    paid: dict[UUID, tuple[int, Decimal]] = field(default_factory=dict[UUID, tuple[int, Decimal]])
    """Points and their worth by purchase, of those that are completed."""

    def add(self, item: NewPurchase, purchase_id: UUID, way: Way) -> None:
        """Note a purchase, if any of it is paid with points."""
        if item.payments:
            self.purchases.append((item, purchase_id, way))

    def __bool__(self) -> bool:
        return bool(self.purchases or self.releasing)


@dataclass(slots=True)
class _Part:
    """One payment on its way."""

    purchase_id: UUID
    place: str
    payment: Payment
    movement: _Movement | None


async def as_far_as_paid(
    work: Work, attempt: Callable[[Mapping[Any, AppError]], Awaitable[T]]
) -> T:
    """Attempt it until all that is left can be paid for; each attempt knows whom to leave out."""
    refusals: dict[Any, AppError] = {}
    while True:
        try:
            async with work.savepoint():
                return await attempt(refusals)
        except Unpaid as unpaid:
            refusals |= unpaid.refusals


async def move_points(work: Work, due: Due, *, historical: bool = False) -> None:
    """What is due has left the wallets, is held, or is there again. Raise Unpaid."""
    named = [p.hold_id for item, _, _ in due.purchases for p in item.payments if p.hold_id]
    holds = await ledger.find_holds(work, [*named, *due.releasing])
    members = {item.buyer_id for item, _, _ in due.purchases if item.buyer_id is not None}
    members |= {holds[hold_id]["member_id"] for hold_id in due.releasing}
    await ledger.lock_wallets_of(work, sorted(members))
    # Looked at anew, now that nobody else can end them.
    holds = await ledger.find_holds(work, named) if named else {}
    taken = await purchases.purchases_of_holds(work, named) if named else {}
    parts: list[_Part] = []
    refusals: dict[UUID, AppError] = {}
    for item, purchase_id, way in due.purchases:
        try:
            parts += await _plan(work, item, purchase_id, way, holds, taken)
        except AppError as error:
            refusals[purchase_id] = error
    moving = [part for part in parts if part.movement is not None]
    # A hold may have let go by itself since; then there is nothing to release.
    movements: list[_Movement] = [ledger.Release(hold_id=each) for each in due.releasing]
    movements += [part.movement for part in moving if part.movement is not None]
    posted = await ledger.post(work, movements, keys_are_fresh=True, historical=historical)
    for part, outcome in zip(moving, posted[len(due.releasing) :], strict=True):
        if isinstance(outcome, AppError):
            refusals.setdefault(part.purchase_id, _at(outcome, part.place))
        elif outcome.transaction is not None:
            part.payment.transaction_id = outcome.transaction.id
        elif isinstance(part.movement, ledger.HoldPoints) and outcome.hold is not None:
            part.payment.hold_id, part.payment.own_hold = outcome.hold.id, True
    if refusals:
        raise Unpaid(refusals)
    await _book(work, due, parts)


async def _book(work: Work, due: Due, parts: Sequence[_Part]) -> None:
    booked: dict[UUID, list[Payment]] = {}
    for part in parts:
        booked.setdefault(part.purchase_id, []).append(part.payment)
    if booked:
        await purchases.book_payments(work, booked)
    due.paid = {
        purchase_id: (
            sum(payment.points or 0 for payment in booked[purchase_id]),
            sum((payment.value or Decimal(0) for payment in booked[purchase_id]), Decimal(0)),
        )
        for _, purchase_id, way in due.purchases
        if way in {"taken", "late"}
    }


async def _plan(
    work: Work,
    item: NewPurchase,
    purchase_id: UUID,
    way: Way,
    holds: Mapping[UUID, Mapping[str, Any]],
    taken: Mapping[UUID, UUID],
) -> list[_Part]:
    """Return how a purchase is paid with points. Raise what stands in the way, with its place."""
    parts: list[_Part] = []
    for number, said in enumerate(item.payments):
        part = _Part(purchase_id, f"payments.{number}", replace(said), None)
        try:
            if said.hold_id is None:
                part.movement = await _take(work, item, part, way)
            else:
                if taken.get(said.hold_id, purchase_id) != purchase_id:
                    msg = "The hold already pays for another purchase; send one of its own."
                    raise ledger.HoldClosed(msg, field="hold_id")
                part.movement = await _use(work, item, part, way, holds.get(said.hold_id))
        except AppError as error:
            raise _at(error, part.place) from None
        parts.append(part)
    worth = sum((part.payment.value or Decimal(0) for part in parts), Decimal(0))
    if worth > item.amount:
        words = f"are worth {worth}, more than the amount of {item.amount}; send fewer points"
        raise refused(purchases.PurchaseInvalid, "payments", words)
    return parts


async def _take(
    work: Work, item: NewPurchase, part: _Part, way: Way
) -> ledger.Debit | ledger.HoldPoints | None:
    """Points that were not set aside are taken, or held while the purchase is pending."""
    if way != "kept" and not await tenants.loyalty_enabled(work):
        raise tenants.LoyaltyOff(field="points")
    await _price(work, part.payment)
    return None if way == "kept" else _spend(item, part, way)


async def _use(
    work: Work, item: NewPurchase, part: _Part, way: Way, hold: Mapping[str, Any] | None
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
        if way == "held":
            return None
        if way == "kept":
            return ledger.Release(hold_id=hold["id"])
        return ledger.Capture(hold_id=hold["id"], points=payment.points, **_about(item, part, way))
    if way == "kept":
        return None
    if way == "late" and hold["status"] != "captured":
        # It let go while the purchase waited: the points are taken if they are still there.
        spent = _spend(item, part, way)
        assert isinstance(spent, ledger.Debit), "what is late is not held again"
        return spent
    status = "expired" if over else hold["status"]
    msg = f"The hold is no longer open: it is {status}. Hold the points again, or name `points`."
    raise ledger.HoldClosed(msg, field="hold_id", status=status)


def _spend(item: NewPurchase, part: _Part, way: Way) -> ledger.Debit | ledger.HoldPoints:
    payment = part.payment
    assert payment.points is not None, "a payment without a hold says how many"
    whose: dict[str, Any] = {"member_id": item.buyer_id, "program_id": payment.program_id}
    if way == "held":
        reason = f"Held for {encode('purchase', part.purchase_id)}"
        return ledger.HoldPoints(points=payment.points, reason=reason, **whose)
    return ledger.Debit(points=payment.points, **whose, **_about(item, part, way))


def _about(item: NewPurchase, part: _Part, way: Way) -> dict[str, Any]:
    return {
        "source": "purchase",
        "source_id": encode("purchase", part.purchase_id),
        "occurred_at": item.occurred_at if way == "taken" else None,
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
    wanted = [each.purchase["id"] for each in fresh if each.purchase["paid_with_points"]]
    paid = await purchases.payments_of(work, wanted) if wanted else {}
    return [
        (
            each,
            ledger.Reversal(
                transaction_id=payment.transaction_id,
                total=_back_by(payment, each.after),
                type="refunded",
                source="refund",
                source_id=str(each.id),
                occurred_at=each.occurred_at,
                by=each.by,
            ),
        )
        for each in fresh
        for payment in paid.get(each.purchase["id"], ())
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
