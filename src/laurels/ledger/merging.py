"""Pure: one wallet takes over what another has, and gives it back when that was a mistake.

Points move by rows of type `transferred`. A lot that moves is emptied, and a new one with the
same dates and the same origin is opened where it goes; a hold moves as it is, with its id.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.values.ids import new_id

from .drafting import Draft, add_row, new_lot
from .errors import MergeNotUndoable
from .falling_due import apply_due, pay_debt
from .lots import Lot, Wallet
from .movements import ApplyDue, Movement, OpenHold

Take = tuple[UUID, int]


@dataclass(slots=True)
class Moved:
    """What one wallet took over from another, so that it can be given back exactly."""

    points: int
    debt: int
    paid: int
    paid_from: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    lots: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    holds: list[str] = field(default_factory=list[str])
    rows: dict[str, str] = field(default_factory=dict[str, str])
    seq: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)


def _movement(merge_id: UUID) -> Movement:
    return ApplyDue(source="merge", source_id=str(merge_id))


def take_over(
    draft: Draft,
    source: Wallet,
    target: Wallet,
    *,
    holds: Sequence[OpenHold],
    merge_id: UUID,
    moment: datetime,
) -> Moved:
    """The target has everything that the source had, and the source has nothing.

    Debt moves too, and is paid from what is available, as it always is.
    """
    for wallet in (source, target):
        apply_due(draft, wallet, moment)
    moved = Moved(source.balance, source.debt, 0)
    rows = {"points_out": new_id(), "points_in": new_id()}
    for lot in sorted(source.lots, key=lambda lot: lot.id):
        copy = move_lot(draft, lot, target, holds, rows["points_out"])
        if copy is not None:
            moved.lots.append((str(lot.id), str(copy.id), copy.initial))
    _move_figures(source, target, source.available, source.pending, source.held)
    movement = _movement(merge_id)
    for wallet, name, points in (
        (source, "points_out", -moved.points),
        (target, "points_in", moved.points),
    ):
        if points:
            _write(draft, wallet, movement, moment, rows[name], amount=points)
    for wallet, name, debt in ((source, "debt_out", -moved.debt), (target, "debt_in", moved.debt)):
        if debt:
            rows[name] = new_id()
            _write(draft, wallet, movement, moment, rows[name], debt_delta=debt)
    for hold in holds:
        hold.wallet_id, hold.changed = target.id, True
        moved.holds.append(str(hold.id))
    _note_payment(draft, target, moved, moment)
    moved.rows = {name: str(row) for name, row in rows.items()}
    moved.seq = target.seq
    return moved


def move_lot(
    draft: Draft, lot: Lot, target: Wallet, holds: Sequence[OpenHold], transaction_id: UUID
) -> Lot | None:
    """Empty a lot into a new one of the target, with what open holds have of it."""
    parts = [
        (hold, place, part)
        for hold in holds
        for place, (lot_id, part) in enumerate(hold.takes)
        if lot_id == lot.id and part
    ]
    for hold, _, part in parts:
        lot.take(-part)
        draft.entries.append((new_id(), lot.id, None, hold.id, part))
    if not lot.remaining:
        return None
    whole = lot.remaining
    copy = new_lot(
        target,
        lot.transaction_id,
        whole,
        lot.expires_at,
        matures_at=lot.matures_at,
        matured_at=lot.matured_at,
    )
    target.lots.append(copy)
    lot.take(whole)
    draft.entries.append((new_id(), lot.id, transaction_id, None, -whole))
    for hold, place, part in parts:
        copy.take(part)
        draft.entries.append((new_id(), copy.id, None, hold.id, -part))
        hold.takes[place] = (copy.id, part)
    return copy


def _move_figures(source: Wallet, target: Wallet, available: int, pending: int, held: int) -> None:
    for wallet, sign in ((source, -1), (target, 1)):
        wallet.available += sign * available
        wallet.pending += sign * pending
        wallet.held += sign * held
        wallet.changed = True


def _write(
    draft: Draft,
    wallet: Wallet,
    movement: Movement,
    moment: datetime,
    row_id: UUID,
    *,
    amount: int = 0,
    debt_delta: int = 0,
    reverses: str | None = None,
) -> None:
    """Write a row of a transfer; lifetime figures count it as they count what it takes back."""
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=row_id,
        type="transferred",
        amount=amount,
        debt_delta=debt_delta,
    )
    incoming = row.points > 0
    if reverses is not None:
        row.reverses_id = UUID(reverses)
        incoming = not incoming
    if incoming:
        wallet.lifetime_earned += row.points
    else:
        wallet.lifetime_redeemed -= row.points


def _note_payment(draft: Draft, target: Wallet, moved: Moved, moment: datetime) -> None:
    """Let debt be paid from what is available now, and remember what paid it."""
    before, entries = target.debt, len(draft.entries)
    pay_debt(draft, target, moment)
    moved.paid = before - target.debt
    moved.paid_from = [
        (str(lot_id), -amount) for _, lot_id, _, _, amount in draft.entries[entries:]
    ]


# Taking it back ----------------------------------------------------------------------------


def give_back(
    draft: Draft,
    source: Wallet,
    target: Wallet,
    *,
    moved: Moved,
    holds: Sequence[OpenHold],
    merge_id: UUID,
    moment: datetime,
) -> None:
    """The source has again what the target took over from it; what came since stays.

    What lapsed in the meantime is gone, as it would have been. Raise MergeNotUndoable when
    anything else of it is not there any more.
    """
    movement = _movement(merge_id)
    apply_due(draft, target, moment)
    _return_payment(draft, target, moved, movement, moment)
    apply_due(draft, target, moment)
    still_held = [hold for hold in holds if hold.status == "open"]
    _require_uncaptured(holds)
    lots = {str(lot.id): lot for wallet in (source, target) for lot in wallet.lots}
    parts = [
        _LotBack(lots[own], lots[copy], whole, _held_of(still_held, lots[copy].id))
        for own, copy, whole in moved.lots
    ]
    for part in parts:
        part.require_whole()
    loose, loose_held = _loose(target, moved, parts, still_held)
    rows = {"points": new_id(), "points_back": new_id()}
    for part in parts:
        part.move(draft, still_held, out=rows["points"], back=rows["points_back"])
    _move_figures(
        target,
        source,
        sum(p.free for p in parts if p.ripe) + loose - loose_held,
        sum(p.free for p in parts if not p.ripe),
        sum(hold.points for hold in still_held),
    )
    points = sum(part.points for part in parts) + loose
    if points:
        _write(
            draft,
            target,
            movement,
            moment,
            rows["points"],
            amount=-points,
            reverses=moved.rows["points_in"],
        )
        _write(
            draft,
            source,
            movement,
            moment,
            rows["points_back"],
            amount=points,
            reverses=moved.rows["points_out"],
        )
    _move_debt_back(draft, source, target, moved, movement, moment)
    for hold in still_held:
        hold.wallet_id, hold.changed = source.id, True
    for wallet in (target, source):
        pay_debt(draft, wallet, moment)
        apply_due(draft, wallet, moment)


def _return_payment(
    draft: Draft, target: Wallet, moved: Moved, movement: Movement, moment: datetime
) -> None:
    """Undo that one's points paid the other's debt: both are there again, for the moment."""
    if not moved.paid:
        return
    row_id = new_id()
    lots = {str(lot.id): lot for lot in target.lots}
    for lot_id, part in moved.paid_from:
        lot = lots[lot_id]
        target.refill(lot, part)
        draft.entries.append((new_id(), lot.id, row_id, None, part))
    target.available += moved.paid
    add_row(
        draft,
        target,
        movement,
        moment,
        id=row_id,
        type="transferred",
        amount=moved.paid,
        debt_delta=moved.paid,
    )


def _require_uncaptured(holds: Sequence[OpenHold]) -> None:
    for hold in holds:
        if hold.status == "captured":
            msg = (
                "Points that the merged member had on hold have since been captured, so the merge"
                " cannot be undone. Credit them by hand, or reverse the capture first."
            )
            raise MergeNotUndoable(msg, captured=hold.captured)


def _held_of(holds: Sequence[OpenHold], lot_id: UUID) -> int:
    return sum(part for hold in holds for taken, part in hold.takes if taken == lot_id)


@dataclass(slots=True)
class _LotBack:
    """A lot on its way back: the one it came from, the one it is in, and how much of it."""

    own: Lot
    copy: Lot
    whole: int
    held: int
    free: int = 0
    points: int = 0
    ripe: bool = True

    def require_whole(self) -> None:
        """Raise MergeNotUndoable when points were taken out of it."""
        self.free = self.copy.remaining
        self.points = self.free + self.held
        self.ripe = not self.copy.pending
        missing = self.whole - self.points - self.copy.expired
        if missing:
            raise MergeNotUndoable(_MISSING.format(missing), missing=missing)

    def move(self, draft: Draft, holds: Sequence[OpenHold], *, out: UUID, back: UUID) -> None:
        """Empty the copy into the lot that it came from, with what open holds have of it."""
        parts = [
            (hold, place, part)
            for hold in holds
            for place, (lot_id, part) in enumerate(hold.takes)
            if lot_id == self.copy.id and part
        ]
        for hold, _, part in parts:
            self.copy.take(-part)
            draft.entries.append((new_id(), self.copy.id, None, hold.id, part))
        self.own.matured_at = self.copy.matured_at
        if self.points:
            self.copy.take(self.points)
            draft.entries.append((new_id(), self.copy.id, out, None, -self.points))
            self.own.take(-self.points)
            draft.entries.append((new_id(), self.own.id, back, None, self.points))
        for hold, place, part in parts:
            self.own.take(part)
            draft.entries.append((new_id(), self.own.id, None, hold.id, -part))
            hold.takes[place] = (self.own.id, part)


_MISSING = (
    "{} of the points that the merged member brought have since been spent, held or taken back."
    " Reverse those movements first, then undo the merge."
)


def _loose(
    target: Wallet, moved: Moved, parts: Sequence[_LotBack], holds: Sequence[OpenHold]
) -> tuple[int, int]:
    """Return how many points without a lot go back, and how many of them are on hold.

    Raise MergeNotUndoable when the target has fewer than that.
    """
    wanted = moved.points - sum(part.whole for part in parts)
    held = sum(hold.points - sum(part for _, part in hold.takes) for hold in holds)
    there = target.available - sum(lot.remaining for lot in target.lots if not lot.pending)
    missing = wanted - held - there
    if missing > 0:
        raise MergeNotUndoable(_MISSING.format(missing), missing=missing)
    return wanted, held


def _move_debt_back(
    draft: Draft, source: Wallet, target: Wallet, moved: Moved, movement: Movement, moment: datetime
) -> None:
    """Let the source owe again what it owed; what the target has paid of it comes back to it."""
    if not moved.debt:
        return
    owed = min(moved.debt, target.debt)
    paid_since = moved.debt - owed
    row_id = new_id()
    if paid_since:
        target.available += paid_since
        until = draft.dates[target.program_id].expires_at(moment)
        if until is not None:
            lot = new_lot(target, row_id, paid_since, until, matures_at=None, matured_at=moment)
            target.lots.append(lot)
    _write(
        draft,
        target,
        movement,
        moment,
        row_id,
        amount=paid_since,
        debt_delta=-owed,
        reverses=moved.rows["debt_in"],
    )
    _write(
        draft,
        source,
        movement,
        moment,
        new_id(),
        debt_delta=moved.debt,
        reverses=moved.rows["debt_out"],
    )
