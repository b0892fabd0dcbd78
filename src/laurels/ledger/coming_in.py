"""Pure: how points come in, by earning or from elsewhere. Debt is paid first, the rest is lots."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from laurels.events.catalogue.ledger import PointsCredited, PointsDebited, PointsExpired
from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.values.ids import new_id

from .drafting import Draft, add_event, add_row, balance_of, consume, new_lot, positive
from .errors import LapsedAlready, PointsOverLimit, ProgramArchived
from .lots import Wallet
from .movements import Credit, Movement, Opening, Posted, Transaction


def credit(draft: Draft, wallet: Wallet, movement: Credit, moment: datetime) -> Posted:
    """Points come in, with the dates of the program or an end of their own."""
    positive(movement.points)
    _require_room(draft, wallet, movement.points)
    dates = draft.dates[wallet.program_id]
    row = _receive(
        draft,
        wallet,
        movement,
        moment,
        points=movement.points,
        type=movement.type,
        matures_at=dates.matures_at(moment),
        expires_at=movement.expires_at or dates.expires_at(moment),
    )
    return Posted(row, balance_of(wallet))


def bring(draft: Draft, wallet: Wallet, movement: Opening, moment: datetime) -> Posted:
    """What a member had elsewhere is in their wallet: what is gone of it, then what there is."""
    gone = movement.redeemed + movement.expired
    if not movement.points:
        positive(gone)
    _require_room(draft, wallet, abs(movement.points) + gone)
    dates = draft.dates[wallet.program_id]
    matures_at, expires_at = movement.matures_at, movement.expires_at
    if matures_at == "program":
        matures_at = dates.matures_at(moment)
    if expires_at == "program":
        expires_at = dates.expires_at(moment)
    if movement.points > 0 and expires_at is not None and expires_at <= draft.now:
        msg = f"These points lapsed at {expires_at.isoformat()}; count them as expired instead."
        raise LapsedAlready(msg, field="expires_at")
    first = _remember(draft, wallet, movement, moment) if gone else None
    rest = replace(movement, key=None) if first else movement
    row: Transaction | None = None
    if movement.points > 0:
        row = _receive(
            draft,
            wallet,
            rest,
            moment,
            points=movement.points,
            type="adjusted",
            matures_at=matures_at,
            expires_at=expires_at,
        )
    elif movement.points:
        row = _owe(draft, wallet, rest, -movement.points, moment)
    return Posted(first or row, balance_of(wallet))


def _require_room(draft: Draft, wallet: Wallet, points: int) -> None:
    """Raise ProgramArchived where nothing more comes in, PointsOverLimit where it is too much."""
    if wallet.program_id in draft.archived:
        raise ProgramArchived
    if max(wallet.lifetime_earned, wallet.debt) + points > MAX_POINTS:
        raise PointsOverLimit


def _receive(
    draft: Draft,
    wallet: Wallet,
    movement: Movement,
    moment: datetime,
    *,
    points: int,
    type: str,  # noqa: A002 - the column's name
    matures_at: datetime | None,
    expires_at: datetime | None,
) -> Transaction:
    named = movement.transaction_id if isinstance(movement, Credit) else None
    transaction_id = named or new_id()
    paid = min(wallet.debt, points)
    amount = points - paid
    ripe = matures_at is None or matures_at <= draft.now
    if ripe:
        wallet.available += amount
    else:
        wallet.pending += amount
    if amount and (not ripe or expires_at is not None):
        matured_at = (matures_at or moment) if ripe else None
        wallet.lots.append(
            new_lot(
                wallet,
                transaction_id,
                amount,
                expires_at,
                matures_at=matures_at,
                matured_at=matured_at,
            )
        )
    wallet.lifetime_earned += points
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=transaction_id,
        type=type,
        amount=amount,
        debt_delta=-paid,
    )
    add_event(draft, wallet, row, PointsCredited)
    return row


def _owe(
    draft: Draft, wallet: Wallet, movement: Opening, points: int, moment: datetime
) -> Transaction:
    """Points that are owed go out of what is available; what is not there is debt."""
    transaction_id = new_id()
    taken = min(wallet.available, points)
    if taken:
        consume(draft, wallet, taken, transaction_id=transaction_id)
    wallet.lifetime_redeemed += points
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=transaction_id,
        type="adjusted",
        amount=-taken,
        debt_delta=points - taken,
    )
    add_event(draft, wallet, row, PointsDebited)
    return row


def _remember(draft: Draft, wallet: Wallet, movement: Opening, moment: datetime) -> Transaction:
    """What was earned elsewhere and is gone comes in and goes out again; no balance changes."""
    redeemed, expired = movement.redeemed, movement.expired
    rest = replace(movement, key=None)
    wallet.available += redeemed + expired
    wallet.lifetime_earned += redeemed + expired
    first = add_row(
        draft, wallet, movement, moment, id=new_id(), type="adjusted", amount=redeemed + expired
    )
    add_event(draft, wallet, first, PointsCredited)
    if redeemed:
        wallet.available -= redeemed
        wallet.lifetime_redeemed += redeemed
        row = add_row(draft, wallet, rest, moment, id=new_id(), type="adjusted", amount=-redeemed)
        add_event(draft, wallet, row, PointsDebited)
    if expired:
        wallet.available -= expired
        wallet.lifetime_expired += expired
        row = add_row(draft, wallet, rest, moment, id=new_id(), type="expired", amount=-expired)
        add_event(draft, wallet, row, PointsExpired)
        _lapse(draft, wallet, first.id, row.id, expired, moment)
    return first


def _lapse(
    draft: Draft, wallet: Wallet, came: UUID, went: UUID, points: int, moment: datetime
) -> None:
    """A lot says what lapsed, as for everything that lapses here."""
    lot = new_lot(wallet, came, points, moment, matures_at=None, matured_at=moment)
    lot.take(points)
    lot.expired = points
    wallet.lots.append(lot)
    draft.entries.append((new_id(), lot.id, went, None, -points))
