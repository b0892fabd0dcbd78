"""Pure: what movements do to locked wallets. Values in, values out; no database, no clock."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from laurels.events.catalogue.ledger import HoldOpened, HoldReleased, PointsDebited
from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import FAR

from .coming_in import bring, credit
from .drafting import (
    Draft,
    add_event,
    add_row,
    balance_of,
    consume,
    positive,
    require,
    require_minimum,
    take_from,
)
from .errors import (
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    PointsOverLimit,
    ProgramNotFound,
    TransactionNotFound,
    WalletClosed,
    WalletNotFound,
)
from .falling_due import apply_due, pay_debt
from .lots import Wallet, draw
from .movements import (
    ApplyDue,
    Capture,
    Credit,
    Debit,
    HoldPoints,
    Movement,
    OpenHold,
    Opening,
    Posted,
    Release,
    Reversal,
)
from .reversing import reverse

CLOSED = {
    "blocked": "The member is blocked: nothing is earned or spent until they are unblocked. To"
    " move points by hand, send `source` `manual` and a `reason`.",
    "archived": "The member is archived: nothing is earned or spent until they are restored.",
    "erased": "The member was erased; their wallet is closed for good.",
}
"""Why a wallet is closed, in words."""


def decide(draft: Draft, movement: Movement) -> Posted:
    """Add to the draft what one movement does. Raise the ledger's errors, in their order."""
    wallet = wallet_of(draft, movement)
    _require_open(wallet, movement)
    moment = movement.occurred_at or draft.now
    if wallet.lots:
        apply_due(draft, wallet, moment)
    match movement:
        case Credit():
            return credit(draft, wallet, movement, moment)
        case Opening():
            return bring(draft, wallet, movement, moment)
        case Debit():
            return _debit(draft, wallet, movement, moment)
        case Reversal():
            return reverse(draft, wallet, movement, moment)
        case HoldPoints():
            return _hold(draft, wallet, movement, moment)
        case Capture():
            return _capture(draft, wallet, movement, moment)
        case Release():
            return _release(draft, wallet, movement, moment)
        case ApplyDue():
            return Posted(None, balance_of(wallet))
        case _:  # pragma: no cover - the union above is complete
            msg = f"no such movement: {type(movement).__name__}"
            raise TypeError(msg)


def release_lapsed_holds(draft: Draft, *, named: Collection[UUID]) -> None:
    """Holds whose time is over let go before anything else; those `named` are asked to anyway."""
    over = [
        hold
        for hold in draft.holds.values()
        if hold.status == "open"
        and hold.id not in named
        and hold.expires_at is not None
        and hold.expires_at <= draft.now
    ]
    for hold in sorted(over, key=lambda hold: (hold.expires_at or FAR, hold.id)):
        wallet = follow_merge(draft, draft.wallets[hold.wallet_id])
        apply_due(draft, wallet, draft.now)
        _close(draft, wallet, hold, "expired", hold.points, draft.now)


def wallet_of(draft: Draft, movement: Movement) -> Wallet:
    """Return the locked wallet that a movement is about. Raise what is not there."""
    wallet: Wallet | None = None
    if isinstance(movement, Capture | Release):
        hold = draft.holds.get(movement.hold_id)
        if hold is None:
            raise HoldNotFound
        wallet = draft.wallets.get(hold.wallet_id)
    elif isinstance(movement, Reversal):
        original = draft.originals.get(movement.transaction_id)
        if original is None:
            raise TransactionNotFound
        wallet = draft.wallets.get(original.transaction.wallet_id)
    elif movement.wallet_id is not None:
        wallet = draft.wallets.get(movement.wallet_id)
    elif movement.member_id is not None and movement.program_id is not None:
        if movement.program_id not in draft.dates:
            raise ProgramNotFound
        wallet = draft.by_member.get((movement.member_id, movement.program_id))
    if wallet is None:
        raise WalletNotFound
    return follow_merge(draft, wallet)


def follow_merge(draft: Draft, wallet: Wallet) -> Wallet:
    """Return the wallet that a merge moved the points of this one to, or this one."""
    while wallet.merged_into is not None:
        wallet = draft.wallets[wallet.merged_into]
    return wallet


def _require_open(wallet: Wallet, movement: Movement) -> None:
    """Raise WalletClosed where nothing new may begin; what was begun may be ended or undone."""
    if wallet.closed_for is None or isinstance(movement, Capture | Reversal | Release | ApplyDue):
        return
    if wallet.closed_for == "blocked" and _is_by_hand(movement):
        return
    raise WalletClosed(CLOSED[wallet.closed_for], reason=wallet.closed_for)


def _is_by_hand(movement: Movement) -> bool:
    """Whether somebody sets points right who says why, as they may for a blocked member too."""
    if not isinstance(movement, Credit | Debit) or movement.reason is None:
        return False
    return movement.type == "penalty" or (movement.type, movement.source) == ("adjusted", "manual")


def _debit(draft: Draft, wallet: Wallet, movement: Debit, moment: datetime) -> Posted:
    if movement.type == "redeemed":
        require_minimum(draft, wallet, movement.points)
    if movement.shortfall == "refuse":
        require(wallet, movement.points)
    positive(movement.points)
    available = min(movement.points, wallet.available)
    # Whoever takes what there is takes unripe points as well: they would ripen for nothing.
    unripe = wallet.unripe_lots() if movement.shortfall != "refuse" else []
    pending = draw(unripe, movement.points - available)
    taken = available + sum(part for _, part in pending)
    owed = movement.points - taken if movement.shortfall == "owe" else 0
    if not taken and not owed:
        return Posted(None, balance_of(wallet))
    if wallet.debt + owed > MAX_POINTS:
        raise PointsOverLimit
    transaction_id = movement.transaction_id or new_id()
    if available:
        consume(draft, wallet, available, transaction_id=transaction_id)
    for lot, part in pending:
        take_from(draft, wallet, lot, part, transaction_id)
    wallet.lifetime_redeemed += taken + owed
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=transaction_id,
        type=movement.type,
        amount=-taken,
        debt_delta=owed,
    )
    add_event(draft, wallet, row, PointsDebited)
    return Posted(row, balance_of(wallet))


def _hold(draft: Draft, wallet: Wallet, movement: HoldPoints, moment: datetime) -> Posted:
    require_minimum(draft, wallet, movement.points)
    require(wallet, movement.points)
    hold = OpenHold(
        id=new_id(),
        wallet_id=wallet.id,
        points=movement.points,
        status="open",
        reason=movement.reason,
        expires_at=movement.expires_at,
        created_at=moment,
        attributes=movement.attributes or {},
        changed=True,
    )
    hold.takes = consume(draft, wallet, movement.points, hold_id=hold.id)
    wallet.held += movement.points
    draft.holds[hold.id] = hold
    draft.events.append(HoldOpened(wallet.member_id, moment, wallet.id, hold.id, movement.points))
    return Posted(None, balance_of(wallet), hold)


def _open_hold(draft: Draft, hold_id: UUID) -> OpenHold:
    hold = draft.holds[hold_id]
    if hold.status != "open":
        msg = f"The hold is no longer open: it is {hold.status}."
        raise HoldClosed(msg, status=hold.status)
    return hold


def _capture(draft: Draft, wallet: Wallet, movement: Capture, moment: datetime) -> Posted:
    hold = draft.holds[movement.hold_id]
    if hold.status in {"open", "expired"} and (hold.expires_at or FAR) <= moment:
        msg = "The hold has expired; its points return to the member."
        raise HoldClosed(msg, status="expired")
    _open_hold(draft, movement.hold_id)
    points = hold.points if movement.points is None else movement.points
    positive(points)
    if points > hold.points:
        msg = f"The hold has {hold.points} points; you asked to capture {points}."
        raise CaptureTooLarge(msg, held=hold.points, asked=points)
    if points < hold.points:
        # All of a hold can be spent: that was promised when the points were set aside.
        require_minimum(draft, wallet, points)
    transaction_id = new_id()
    rest = points
    for index, (lot_id, part) in enumerate(hold.takes):
        spent = min(part, rest)
        rest -= spent
        if spent:
            draft.entries.append((new_id(), lot_id, None, hold.id, spent))
            draft.entries.append((new_id(), lot_id, transaction_id, None, -spent))
        hold.takes[index] = (lot_id, part - spent)
    wallet.held -= points
    wallet.lifetime_redeemed += points
    row = add_row(
        draft, wallet, movement, moment, id=transaction_id, type="redeemed", amount=-points
    )
    add_event(draft, wallet, row, PointsDebited)
    hold.captured, hold.transaction_id = points, row.id
    _close(draft, wallet, hold, "captured", hold.points - points, moment)
    return Posted(row, balance_of(wallet), hold)


def _release(draft: Draft, wallet: Wallet, movement: Release, moment: datetime) -> Posted:
    hold = _open_hold(draft, movement.hold_id)
    status = "expired" if movement.expired else "released"
    _close(draft, wallet, hold, status, hold.points, moment)
    return Posted(None, balance_of(wallet), hold)


def _close(
    draft: Draft, wallet: Wallet, hold: OpenHold, status: str, points: int, moment: datetime
) -> None:
    """End a hold and give back what it still holds: to its lots, then to debt, then to be spent."""
    for lot_id, part in hold.takes:
        if part:
            lot = wallet.lot(lot_id)
            assert lot is not None, "what a hold took is in a lot of its wallet"
            wallet.refill(lot, part)
            draft.entries.append((new_id(), lot_id, None, hold.id, part))
    hold.takes = []
    hold.status, hold.closed_at, hold.changed = status, moment, True
    wallet.held -= points
    wallet.available += points
    wallet.changed = True
    if points:
        draft.events.append(HoldReleased(wallet.member_id, moment, wallet.id, hold.id, points))
    pay_debt(draft, wallet, moment)
    if wallet.lots:
        apply_due(draft, wallet, moment)
