"""Pure: wallets and lots in memory, which lots a movement consumes, and when lots fall due.

Points that neither expire nor mature later have no lot; they are spent last.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels.kit.time import FAR, end_of_days


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

    @property
    def balance(self) -> int:
        """Everything that is in it: available, pending and held."""
        return self.available + self.pending + self.held

    def spendable_lots(self) -> list[Lot]:
        """Return the lots a movement consumes, in order: earliest expiry first."""
        found = [lot for lot in self.lots if lot.remaining and lot.matured_at is not None]
        found.sort(key=consumption_order)
        return found

    def unripe_lots(self) -> list[Lot]:
        """Return the lots whose points cannot be spent yet, those that ripen last first."""
        found = [lot for lot in self.lots if lot.remaining and lot.pending]
        found.sort(key=lambda lot: (lot.matures_at or FAR, lot.id), reverse=True)
        return found

    def lots_of(self, transaction_id: UUID) -> list[Lot]:
        """Return the lots that a transaction brought: none, one, or what merges made of it."""
        return [lot for lot in self.lots if lot.transaction_id == transaction_id]

    def due(self, moment: datetime) -> list[tuple[datetime, bool, Lot]]:
        """Return what falls due by this moment, in order: when, whether it lapses, and the lot.

        A lot may be there twice: it ripens and lapses later. One that lapses first never ripens.
        """
        found: list[tuple[datetime, bool, Lot]] = []
        for lot in self.lots:
            if not lot.remaining:
                continue
            lapses = lot.expires_at or FAR
            if lot.pending and lot.matures_at is not None and lot.matures_at <= min(moment, lapses):
                found.append((lot.matures_at, False, lot))
            if lapses <= moment:
                found.append((lapses, True, lot))
        found.sort(key=lambda step: (step[0], step[1], step[2].id))
        return found


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
