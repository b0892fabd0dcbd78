"""Pure: what a batch has decided so far, and the few strokes with which decisions are written.

`Draft` gathers everything that a batch will write. A movement that is refused raises before it
changes anything of the draft, so its neighbours in the batch are untouched.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from laurels.events.catalogue import Event
from laurels.events.catalogue.ledger import (
    PointsCredited,
    PointsDebited,
    PointsExpired,
    PointsReversed,
)
from laurels.kit.values.ids import new_id

from .errors import BelowMinimum, InsufficientPoints, PointsNotPositive
from .lots import Dates, Lot, Wallet, draw
from .movements import Balance, Movement, OpenHold, Transaction
from .opened import Opened


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
    expiries: dict[UUID, datetime | None] = field(default_factory=dict[UUID, datetime | None])
    """When the points of earlier credits lapse that are asked for again, by transaction."""
    openings: dict[UUID, Opened] = field(default_factory=dict[UUID, Opened])
    """What earlier openings said that are asked for again, by their first transaction."""
    archived: frozenset[UUID] = frozenset()
    minimums: dict[UUID, int] = field(default_factory=dict[UUID, int])
    """Fewest points that are spent at once, by program."""
    moved: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    """Where the points are of wallets that were merged and are not locked."""


def balance_of(wallet: Wallet) -> Balance:
    """Return the figures of a wallet as they are now."""
    return Balance(
        wallet.id,
        wallet.member_id,
        wallet.program_id,
        wallet.available,
        wallet.pending,
        wallet.held,
        wallet.debt,
        wallet.lifetime_earned,
        wallet.lifetime_redeemed,
        wallet.lifetime_expired,
    )


def add_row(
    draft: Draft,
    wallet: Wallet,
    movement: Movement,
    moment: datetime,
    *,
    id: UUID,  # noqa: A002 - the column's name
    type: str,  # noqa: A002 - the column's name
    amount: int,
    debt_delta: int = 0,
) -> Transaction:
    """Number a movement in its wallet and add it to the draft. The balances are moved before."""
    wallet.seq += 1
    wallet.debt += debt_delta
    wallet.changed = True
    row = Transaction(
        id,
        wallet.id,
        wallet.seq,
        type,
        movement.source,
        movement.source_id,
        movement.key,
        amount,
        debt_delta,
        wallet.balance,
        None,
        movement.reason,
        moment,
        movement.by,
        movement.attributes or None,
        movement.member_note,
    )
    draft.rows.append(row)
    return row


def add_event(
    draft: Draft,
    wallet: Wallet,
    row: Transaction,
    event_type: type[PointsCredited | PointsDebited | PointsReversed | PointsExpired],
) -> None:
    draft.events.append(
        event_type(
            wallet.member_id,
            row.occurred_at,
            wallet.id,
            row.id,
            row.points,
            row.balance_after,
            row.type,
            row.source,
        )
    )


def new_lot(
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


def positive(points: int) -> None:
    """Raise PointsNotPositive for a movement of nothing or of less."""
    if points <= 0:
        raise PointsNotPositive(field="points")


def require(wallet: Wallet, points: int) -> None:
    """Raise InsufficientPoints when fewer points are available, PointsNotPositive for none."""
    positive(points)
    if wallet.available < points:
        msg = f"You asked for {points} points; {wallet.available} are available."
        raise InsufficientPoints(msg, available=wallet.available, asked=points)


def require_minimum(draft: Draft, wallet: Wallet, points: int) -> None:
    """Raise BelowMinimum when fewer points are to be spent than the program allows at once."""
    minimum = draft.minimums.get(wallet.program_id, 0)
    if 0 < points < minimum:
        msg = (
            f"At least {minimum} points are spent at once; you asked for {points}. Send more, or"
            " lower the program's `minimum_redemption_points`."
        )
        raise BelowMinimum(msg, field="points", minimum=minimum, asked=points)


def consume(
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


def take_from(draft: Draft, wallet: Wallet, lot: Lot, points: int, transaction_id: UUID) -> int:
    """Take points from one lot, ripe or not, and say how many it had."""
    part = min(points, lot.remaining)
    if part:
        if lot.pending:
            wallet.pending -= part
        else:
            wallet.available -= part
        lot.take(part)
        draft.entries.append((new_id(), lot.id, transaction_id, None, -part))
    return part
