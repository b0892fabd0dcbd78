"""Pure: what movements do to locked wallets. Values in, values out; no database, no clock.

`Draft` gathers everything that a batch will write. A movement that is refused raises before it
changes anything of the draft, so its neighbours in the batch are untouched.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from laurels.events.catalogue import (
    Event,
    HoldOpened,
    HoldReleased,
    PointsCredited,
    PointsDebited,
    PointsExpired,
    PointsMatured,
    PointsReversed,
)
from laurels.kit.db import MAX_POINTS
from laurels.kit.ids import new_id

from .errors import (
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    InsufficientPoints,
    NotReversible,
    PointsOverLimit,
    ProgramNotFound,
    TransactionNotFound,
    WalletNotFound,
)
from .lots import Dates, Lot, Wallet, consumption_order, draw
from .movements import (
    Balance,
    Capture,
    Credit,
    Debit,
    HoldPoints,
    Movement,
    OpenHold,
    Posted,
    Release,
    Reversal,
    Settle,
    Transaction,
)

REVERSIBLE = frozenset({"earned", "bonus", "redeemed", "adjusted", "penalty"})


@dataclass(slots=True)
class Original:
    """A transaction that is to be taken back: how much is back already, and what it drew on."""

    transaction: Transaction
    taken_back: int
    takes: list[tuple[UUID, int]]


@dataclass(slots=True)
class Draft:
    """What a batch has decided so far, on the wallets that it holds locked."""

    now: datetime
    dates: dict[UUID, Dates]
    wallets: dict[UUID, Wallet]
    by_member: dict[tuple[UUID, UUID], Wallet]
    originals: dict[UUID, Original] = field(default_factory=dict[UUID, Original])
    holds: dict[UUID, OpenHold] = field(default_factory=dict[UUID, OpenHold])
    rows: list[Transaction] = field(default_factory=list[Transaction])
    entries: list[tuple[UUID, UUID, UUID | None, UUID | None, int]] = field(
        default_factory=list[tuple[UUID, UUID, UUID | None, UUID | None, int]]
    )
    events: list[Event] = field(default_factory=list[Event])


def decide(draft: Draft, movement: Movement) -> Posted:
    """Add to the draft what one movement does. Raise the ledger's errors, in their order."""
    wallet = wallet_of(draft, movement)
    moment = movement.occurred_at or draft.now
    if wallet.lots:
        settle_due(draft, wallet, moment)
    match movement:
        case Credit():
            return _credit(draft, wallet, movement, moment)
        case Debit():
            return _debit(draft, wallet, movement, moment)
        case Reversal():
            return _reverse(draft, wallet, movement, moment)
        case HoldPoints():
            return _hold(draft, wallet, movement, moment)
        case Capture():
            return _capture(draft, wallet, movement, moment)
        case Release():
            return _release(draft, wallet, movement, moment)
        case Settle():
            return Posted(None, balance_of(wallet))
        case _:  # pragma: no cover - the union above is complete
            msg = f"no such movement: {type(movement).__name__}"
            raise TypeError(msg)


def wallet_of(draft: Draft, movement: Movement) -> Wallet:
    """Return the locked wallet that a movement is about. Raise what is not there."""
    found: Wallet | None = None
    if isinstance(movement, Capture | Release):
        hold = draft.holds.get(movement.hold_id)
        if hold is None:
            raise HoldNotFound
        found = draft.wallets.get(hold.wallet_id)
    elif isinstance(movement, Reversal):
        original = draft.originals.get(movement.transaction_id)
        if original is None:
            raise TransactionNotFound
        found = draft.wallets.get(original.transaction.wallet_id)
    elif movement.wallet_id is not None:
        found = draft.wallets.get(movement.wallet_id)
    elif movement.member_id is not None and movement.program_id is not None:
        if movement.program_id not in draft.dates:
            raise ProgramNotFound
        found = draft.by_member.get((movement.member_id, movement.program_id))
    if found is None:
        raise WalletNotFound
    return found


def balance_of(wallet: Wallet) -> Balance:
    """Return the figures of a wallet as they are now."""
    return Balance(
        wallet.id, wallet.member_id, wallet.program_id, wallet.available, wallet.pending,
        wallet.held, wallet.debt,
    )  # fmt: skip


def _row(
    draft: Draft,
    wallet: Wallet,
    movement: Movement,
    moment: datetime,
    *,
    id: UUID,  # noqa: A002 - the column's name
    type: str,  # noqa: A002 - the column's name
    amount: int,
    debt_delta: int = 0,
    reverses_id: UUID | None = None,
) -> Transaction:
    """Number a movement in its wallet and add it to the draft. The balances are moved before."""
    wallet.seq += 1
    wallet.debt += debt_delta
    wallet.changed = True
    row = Transaction(
        id, wallet.id, wallet.seq, type, movement.source, movement.source_id, movement.key,
        amount, debt_delta, wallet.balance, reverses_id, movement.reason, moment,
    )  # fmt: skip
    draft.rows.append(row)
    return row


def _tell(
    draft: Draft,
    wallet: Wallet,
    row: Transaction,
    event: type[PointsCredited | PointsDebited | PointsReversed | PointsExpired],
) -> None:
    draft.events.append(
        event(
            wallet.member_id, row.occurred_at, wallet.id, row.id, row.points, row.balance_after,
            row.type, row.source,
        )
    )  # fmt: skip


# Points in ---------------------------------------------------------------------------------


def _credit(draft: Draft, wallet: Wallet, movement: Credit, moment: datetime) -> Posted:
    if wallet.lifetime_earned + movement.points > MAX_POINTS:
        raise PointsOverLimit
    transaction_id = new_id()
    paid = min(wallet.debt, movement.points)
    amount = movement.points - paid
    dates = draft.dates[wallet.program_id]
    matures_at = dates.matures_at(moment)
    expires_at = movement.expires_at or dates.expires_at(moment)
    ripe = matures_at is None or matures_at <= draft.now
    if ripe:
        wallet.available += amount
    else:
        wallet.pending += amount
    if amount and (not ripe or expires_at is not None):
        matured_at = (matures_at or moment) if ripe else None
        wallet.lots.append(
            _new_lot(
                wallet, transaction_id, amount, expires_at,
                matures_at=matures_at, matured_at=matured_at,
            )
        )  # fmt: skip
    wallet.lifetime_earned += movement.points
    row = _row(
        draft, wallet, movement, moment, id=transaction_id, type=movement.type, amount=amount,
        debt_delta=-paid,
    )  # fmt: skip
    _tell(draft, wallet, row, PointsCredited)
    return Posted(row, balance_of(wallet))


def _new_lot(
    wallet: Wallet,
    transaction_id: UUID,
    points: int,
    expires_at: datetime | None,
    *,
    matures_at: datetime | None,
    matured_at: datetime | None,
) -> Lot:
    return Lot(
        id=new_id(),
        wallet_id=wallet.id,
        transaction_id=transaction_id,
        initial=points,
        remaining=points,
        matures_at=matures_at,
        matured_at=matured_at,
        expires_at=expires_at,
        new=True,
    )


def _give_back(
    draft: Draft, wallet: Wallet, movement: Reversal, original: Original, moment: datetime
) -> Posted:
    """Return spent points to where they came from: first those without a lot, then by latest
    expiry, so that the member gets back what lasts longest."""
    spent = -original.transaction.points
    points = min(spent, movement.total if movement.total is not None else spent)
    points -= original.taken_back
    if points <= 0:
        return Posted(None, balance_of(wallet))
    transaction_id = new_id()
    paid = min(wallet.debt, points)
    amount = points - paid
    if amount:
        _refill(draft, wallet, original, amount, paid, transaction_id, moment)
    wallet.available += amount
    wallet.lifetime_redeemed -= points
    original.taken_back += points
    row = _row(
        draft, wallet, movement, moment, id=transaction_id, type=movement.type, amount=amount,
        debt_delta=-paid, reverses_id=original.transaction.id,
    )  # fmt: skip
    _tell(draft, wallet, row, PointsReversed)
    return Posted(row, balance_of(wallet))


def _refill(
    draft: Draft,
    wallet: Wallet,
    original: Original,
    amount: int,
    paid: int,
    transaction_id: UUID,
    moment: datetime,
) -> None:
    """Put points back into the lots they were drawn from, past those that went back before."""
    lots = {lot.id: lot for lot in wallet.lots}
    drawn = sum(points for _, points in original.takes)
    portions: list[tuple[Lot | None, int]] = [(None, -original.transaction.amount - drawn)]
    by_expiry = sorted(
        ((lots[lot_id], points) for lot_id, points in original.takes),
        key=lambda take: consumption_order(take[0]),
        reverse=True,
    )
    portions += by_expiry
    skip = original.taken_back + paid
    dates = draft.dates[wallet.program_id]
    for lot, size in portions:
        passed = min(skip, size)
        skip -= passed
        part = min(size - passed, amount)
        amount -= part
        if lot is None or not part:
            continue
        if lot.expires_at is not None and lot.expires_at <= moment:
            grace_until = dates.grace_until(moment)
            wallet.lots.append(
                _new_lot(
                    wallet, transaction_id, part, grace_until, matures_at=None, matured_at=moment
                )
            )
        else:
            lot.take(-part)
            draft.entries.append((new_id(), lot.id, transaction_id, None, part))


# Points out --------------------------------------------------------------------------------


def _debit(draft: Draft, wallet: Wallet, movement: Debit, moment: datetime) -> Posted:
    _require(wallet, movement.points)
    transaction_id = new_id()
    _consume(draft, wallet, movement.points, transaction_id=transaction_id)
    wallet.lifetime_redeemed += movement.points
    row = _row(
        draft, wallet, movement, moment, id=transaction_id, type=movement.type,
        amount=-movement.points,
    )  # fmt: skip
    _tell(draft, wallet, row, PointsDebited)
    return Posted(row, balance_of(wallet))


def _require(wallet: Wallet, points: int) -> None:
    if wallet.available < points:
        msg = f"{points} points were asked for, {wallet.available} are available."
        raise InsufficientPoints(msg, available=wallet.available, asked=points)


def _consume(
    draft: Draft,
    wallet: Wallet,
    points: int,
    *,
    transaction_id: UUID | None = None,
    hold_id: UUID | None = None,
) -> list[tuple[UUID, int]]:
    """Take available points, lots by earliest expiry first, and say which lots gave what."""
    assert points <= wallet.available, "checked before"
    wallet.available -= points
    wallet.changed = True
    takes: list[tuple[UUID, int]] = []
    if wallet.lots:
        for lot, part in draw(wallet.spendable_lots(), points):
            lot.take(part)
            takes.append((lot.id, part))
            draft.entries.append((new_id(), lot.id, transaction_id, hold_id, -part))
    return takes


def _reverse(draft: Draft, wallet: Wallet, movement: Reversal, moment: datetime) -> Posted:
    original = draft.originals[movement.transaction_id]
    row = original.transaction
    if row.type not in REVERSIBLE or row.source == "debt" or row.reverses_id is not None:
        msg = f"A transaction of type `{row.type}` cannot be taken back."
        raise NotReversible(msg)
    if row.points > 0:
        return _take_back(draft, wallet, movement, original, moment)
    return _give_back(draft, wallet, movement, original, moment)


def _take_back(
    draft: Draft, wallet: Wallet, movement: Reversal, original: Original, moment: datetime
) -> Posted:
    """Take earned points back: own lot, then what lapsed of it, then what is there, then debt."""
    earned = original.transaction.points
    points = min(earned, movement.total if movement.total is not None else earned)
    points -= original.taken_back
    if points <= 0:
        return Posted(None, balance_of(wallet))
    transaction_id = new_id()
    original.taken_back += points
    own = wallet.lot_of(original.transaction.id)
    taken = 0
    if own is not None:
        taken = _take_from(draft, wallet, own, points, transaction_id)
        points -= taken
        lapsed = min(points, own.expired - own.expired_counted)
        if lapsed:
            own.expired_counted += lapsed
            own.changed = True
            points -= lapsed
    rest = min(points, wallet.available)
    if rest:
        _consume(draft, wallet, rest, transaction_id=transaction_id)
        taken += rest
        points -= rest
    if not taken and not points:
        return Posted(None, balance_of(wallet), details={"lapsed": True})
    wallet.lifetime_earned -= taken + points
    row = _row(
        draft, wallet, movement, moment, id=transaction_id, type=movement.type, amount=-taken,
        debt_delta=points, reverses_id=original.transaction.id,
    )  # fmt: skip
    _tell(draft, wallet, row, PointsReversed)
    return Posted(row, balance_of(wallet))


def _take_from(draft: Draft, wallet: Wallet, lot: Lot, points: int, transaction_id: UUID) -> int:
    part = min(points, lot.remaining)
    if part:
        if lot.pending:
            wallet.pending -= part
        else:
            wallet.available -= part
        lot.take(part)
        draft.entries.append((new_id(), lot.id, transaction_id, None, -part))
    return part


# Holds -------------------------------------------------------------------------------------


def _hold(draft: Draft, wallet: Wallet, movement: HoldPoints, moment: datetime) -> Posted:
    _require(wallet, movement.points)
    hold = OpenHold(
        id=new_id(),
        wallet_id=wallet.id,
        points=movement.points,
        status="open",
        reason=movement.reason,
        expires_at=movement.expires_at,
        created_at=moment,
        changed=True,
    )
    hold.takes = _consume(draft, wallet, movement.points, hold_id=hold.id)
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
    hold = _open_hold(draft, movement.hold_id)
    if hold.expires_at is not None and hold.expires_at <= moment:
        msg = "The hold has expired; its points are the member's again."
        raise HoldClosed(msg, status="expired")
    points = hold.points if movement.points is None else movement.points
    if points > hold.points:
        msg = f"The hold holds {hold.points} points, {points} were asked for."
        raise CaptureTooLarge(msg, held=hold.points, asked=points)
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
    row = _row(draft, wallet, movement, moment, id=transaction_id, type="redeemed", amount=-points)
    _tell(draft, wallet, row, PointsDebited)
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
    lots = {lot.id: lot for lot in wallet.lots}
    for lot_id, part in hold.takes:
        if part:
            lots[lot_id].take(-part)
            draft.entries.append((new_id(), lot_id, None, hold.id, part))
    hold.takes = []
    hold.status, hold.closed_at, hold.changed = status, moment, True
    wallet.held -= points
    wallet.available += points
    wallet.changed = True
    if points:
        draft.events.append(HoldReleased(wallet.member_id, moment, wallet.id, hold.id, points))
    _pay_debt(draft, wallet, moment)
    if wallet.lots:
        settle_due(draft, wallet, moment)


# What falls due ----------------------------------------------------------------------------


def _pay_debt(draft: Draft, wallet: Wallet, moment: datetime) -> None:
    """Debt is paid as soon as anything is available: an adjusted row that is worth nothing."""
    paid = min(wallet.debt, wallet.available)
    if not paid:
        return
    transaction_id = new_id()
    _consume(draft, wallet, paid, transaction_id=transaction_id)
    _row(
        draft, wallet, Settle(source="debt"), moment, id=transaction_id, type="adjusted",
        amount=-paid, debt_delta=-paid,
    )  # fmt: skip


def settle_due(draft: Draft, wallet: Wallet, moment: datetime) -> None:
    """Mature and expire what is due by this moment, in the order in which it fell due."""
    for due_at, lapses, lot in wallet.due(moment):
        if not lot.remaining:
            continue
        if lapses:
            _expire(draft, wallet, lot, due_at)
        else:
            _mature(draft, wallet, lot)


def _mature(draft: Draft, wallet: Wallet, lot: Lot) -> None:
    assert lot.matures_at is not None, "only pending lots mature"
    lot.matured_at = lot.matures_at
    lot.changed = True
    wallet.pending -= lot.remaining
    wallet.available += lot.remaining
    wallet.changed = True
    draft.events.append(
        PointsMatured(wallet.member_id, lot.matures_at, wallet.id, lot.id, lot.remaining)
    )
    _pay_debt(draft, wallet, lot.matures_at)


def _expire(draft: Draft, wallet: Wallet, lot: Lot, moment: datetime) -> None:
    points = lot.remaining
    transaction_id = new_id()
    _take_from(draft, wallet, lot, points, transaction_id)
    lot.expired += points
    wallet.lifetime_expired += points
    row = _row(
        draft, wallet, Settle(source="expiration"), moment, id=transaction_id, type="expired",
        amount=-points,
    )  # fmt: skip
    _tell(draft, wallet, row, PointsExpired)
