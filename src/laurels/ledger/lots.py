"""Pure: wallets and lots in memory, which lots a movement consumes, and when lots fall due.

Points that neither expire nor mature later have no lot; they are spent last.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels.kit.values.time import FAR, end_of_days


@dataclass(slots=True)
class Lot:
    """Points of one earn that share their dates; `remaining` excludes what is held."""

    id: UUID
    wallet_id: UUID
    transaction_id: UUID
    initial: int
    remaining: int
    matures_at: datetime | None
    matured_at: datetime | None
    expires_at: datetime | None
    expired: int = 0
    expired_counted: int = 0
    new: bool = False
    changed: bool = False

    @property
    def pending(self) -> bool:
        """Whether its points cannot be spent yet."""
        return self.matured_at is None

    def dates(self) -> tuple[datetime, datetime]:
        """Return when it ripens and when it lapses; what does not happen is far away."""
        ripens = self.matures_at if self.matured_at is None else None
        return ripens or FAR, self.expires_at or FAR

    def take(self, points: int) -> None:
        """Remove points from it (give them back when negative)."""
        self.remaining -= points
        self.changed = True
        assert 0 <= self.remaining <= self.initial, "a lot never holds less than 0 or more than all"


@dataclass(slots=True)
class Dates:
    """What a program says about the dates of its points."""

    maturity_days: int
    expiry_days: int | None
    grace_days: int
    zone: ZoneInfo

    def matures_at(self, moment: datetime) -> datetime | None:
        """Return when points earned at this moment can be spent, None for at once."""
        return end_of_days(moment, self.maturity_days, self.zone) if self.maturity_days else None

    def expires_at(self, moment: datetime) -> datetime | None:
        """Return when points earned at this moment lapse, None for never."""
        if self.expiry_days is None:
            return None
        return end_of_days(moment, self.expiry_days, self.zone)

    def grace_until(self, moment: datetime) -> datetime:
        """Return when points lapse that came back at this moment after their own time."""
        return end_of_days(moment, self.grace_days, self.zone)


@dataclass(slots=True)
class Wallet:
    """A locked wallet while a batch is being decided."""

    id: UUID
    member_id: UUID
    program_id: UUID
    available: int
    pending: int
    held: int
    debt: int
    lifetime_earned: int
    lifetime_redeemed: int
    lifetime_expired: int
    seq: int
    lots: list[Lot] = field(default_factory=list[Lot])
    changed: bool = False
    closed_for: str | None = None
    merged_into: UUID | None = None
    # A wallet may have a hundred thousand lots, and a batch a thousand movements of it: what was
    # found out about lots is kept. Each says for how many of them it holds; new ones come last.
    _dated: int = 0
    _first_due: datetime = FAR
    _indexed: int = 0
    _by_id: dict[UUID, Lot] = field(default_factory=dict[UUID, Lot])
    _by_transaction: dict[UUID, list[Lot]] = field(default_factory=dict[UUID, list[Lot]])
    _ordered: int = 0
    _order: list[Lot] = field(default_factory=list[Lot])

    @property
    def balance(self) -> int:
        """Everything that is in it: available, pending and held."""
        return self.available + self.pending + self.held

    def spendable_lots(self) -> list[Lot]:
        """Return the lots a movement consumes, in order: earliest expiry first. Some are empty."""
        new = self.lots[self._ordered :]
        if self._ordered:
            for lot in new:
                self._line_up(lot)
        else:
            self._order = [lot for lot in new if not lot.pending]
            self._order.sort(key=consumption_order)
        self._ordered = len(self.lots)
        empty = 0
        while empty < len(self._order) and not self._order[empty].remaining:
            empty += 1
        del self._order[:empty]
        return self._order

    def _line_up(self, lot: Lot) -> None:
        if lot.pending:
            return
        place = bisect_left(self._order, consumption_order(lot), key=consumption_order)
        if place == len(self._order) or self._order[place] is not lot:
            self._order.insert(place, lot)

    def ripen(self, lot: Lot) -> None:
        """One of its lots can be spent from the moment on at which it was to ripen."""
        lot.matured_at = lot.matures_at
        lot.changed = True
        if self._ordered:
            self._line_up(lot)

    def refill(self, lot: Lot, points: int) -> None:
        """Put points back into one of its lots, which may have been empty, or over, by now."""
        lot.take(-points)
        self._first_due = min(self._first_due, *lot.dates())
        if self._ordered:
            self._line_up(lot)

    def unripe_lots(self) -> list[Lot]:
        """Return the lots whose points cannot be spent yet, those that ripen last first."""
        unripe = [lot for lot in self.lots if lot.remaining and lot.pending]
        unripe.sort(key=lambda lot: (lot.matures_at or FAR, lot.id), reverse=True)
        return unripe

    def lots_of(self, transaction_id: UUID) -> list[Lot]:
        """Return the lots that a transaction brought: none, one, or what merges made of it."""
        self._index()
        return self._by_transaction.get(transaction_id, [])

    def lot(self, lot_id: UUID) -> Lot | None:
        """Return one of its lots by id."""
        self._index()
        return self._by_id.get(lot_id)

    def _index(self) -> None:
        for lot in self.lots[self._indexed :]:
            self._by_id[lot.id] = lot
            self._by_transaction.setdefault(lot.transaction_id, []).append(lot)
        self._indexed = len(self.lots)

    def due(self, moment: datetime) -> list[tuple[datetime, bool, Lot]]:
        """Return what falls due by this moment, in order: when, whether it lapses, and the lot.

        A lot may be there twice: it ripens and lapses later. One that lapses first never ripens.
        Whoever asks lets all of it happen.
        """
        for lot in self.lots[self._dated :]:
            if lot.remaining:
                self._first_due = min(self._first_due, *lot.dates())
        self._dated = len(self.lots)
        if moment < self._first_due:
            return []
        due: list[tuple[datetime, bool, Lot]] = []
        later = FAR
        for lot in self.lots:
            if not lot.remaining:
                continue
            ripens, lapses = lot.dates()
            if ripens <= min(moment, lapses):
                due.append((ripens, False, lot))
            if lapses <= moment:
                due.append((lapses, True, lot))
            later = min([later, *(date for date in (ripens, lapses) if date > moment)])
        due.sort(key=lambda step: (step[0], step[1], step[2].id))
        self._first_due = later
        return due


def consumption_order(lot: Lot) -> tuple[datetime, UUID]:
    """Return the sorting key by which lots are consumed: earliest expiry, then oldest."""
    return (lot.expires_at or FAR, lot.id)


def draw(lots: list[Lot], points: int) -> list[tuple[Lot, int]]:
    """Return which of these lots give how much; what they lack comes from points without a lot."""
    taken: list[tuple[Lot, int]] = []
    for lot in lots:
        if points <= 0:
            break
        part = min(lot.remaining, points)
        if part:
            taken.append((lot, part))
            points -= part
    return taken
