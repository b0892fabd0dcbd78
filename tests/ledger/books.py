"""Books in memory: one wallet on which movements are decided, kept as the tables keep them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels.kit.values.ids import new_id
from laurels.ledger.deciding import decide, release_lapsed_holds
from laurels.ledger.drafting import Draft, Original
from laurels.ledger.lots import Dates, Lot, Wallet
from laurels.ledger.movements import (
    ApplyDue,
    Capture,
    Credit,
    Debit,
    HoldPoints,
    Movement,
    OpenHold,
    Posted,
    Release,
    Reversal,
    Transaction,
)
from tests.support.make import NOON

VIENNA = ZoneInfo("Europe/Vienna")
Entry = tuple[UUID, UUID, UUID | None, UUID | None, int]


@dataclass
class Books:
    """One wallet of one program, its rows, entries and holds, and a clock that stands still."""

    maturity: int = 0
    expiry: int | None = None
    grace: int = 30
    now: datetime = NOON
    rows: list[Transaction] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    holds: dict[UUID, OpenHold] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wallet = Wallet(new_id(), new_id(), new_id(), 0, 0, 0, 0, 0, 0, 0, 0)

    def later(self, **span: float) -> None:
        """Move the clock forward by a timedelta(**span)."""
        self.now += timedelta(**span)

    def do(self, movement: Movement) -> Posted:
        """Decide one movement as a batch of its own and keep what it wrote."""
        movement.wallet_id = self.wallet.id
        dates = Dates(self.maturity, self.expiry, self.grace, VIENNA)
        draft = Draft(
            now=self.now,
            dates={self.wallet.program_id: dates},
            wallets={self.wallet.id: self.wallet},
            by_member={},
            originals={row.id: self._original(row) for row in self.rows},
            holds={hold.id: self._hold(hold) for hold in self.holds.values()},
        )
        try:
            named = {movement.hold_id} if isinstance(movement, Release) else set()
            release_lapsed_holds(draft, named=named)
            return decide(draft, movement)
        finally:
            self.rows += draft.rows
            self.entries += draft.entries
            self.holds = draft.holds
            self.events += [event.name for event in draft.events]

    def _original(self, row: Transaction) -> Original:
        back = sum(abs(other.points) for other in self.rows if other.reverses_id == row.id)
        back += sum(own.expired_counted for own in self.wallet.lots_of(row.id))
        takes: dict[UUID, int] = defaultdict(int)
        for _, lot_id, transaction_id, _, amount in self.entries:
            if transaction_id == row.id and amount < 0:
                takes[lot_id] -= amount
        return Original(row, back, list(takes.items()))

    def _hold(self, hold: OpenHold) -> OpenHold:
        has: dict[UUID, int] = defaultdict(int)
        for _, lot_id, _, hold_id, amount in self.entries:
            if hold_id == hold.id:
                has[lot_id] -= amount
        order = [lot.id for lot in sorted(self.wallet.lots, key=_by_expiry)]
        hold.takes = [(lot_id, has[lot_id]) for lot_id in order if has[lot_id]]
        return hold

    # What tests ask for ----------------------------------------------------------------------

    def earn(self, points: int, **more: object) -> Posted:
        """Points come in."""
        return self.do(Credit(points=points, **more))  # type: ignore[arg-type]

    def spend(self, points: int, **more: object) -> Posted:
        """Points go out."""
        return self.do(Debit(points=points, **more))  # type: ignore[arg-type]

    def take_back(self, posted: Posted, total: int | None = None) -> Posted:
        """A movement is taken back until this many of its points are back."""
        assert posted.transaction is not None
        return self.do(Reversal(transaction_id=posted.transaction.id, total=total, type="refunded"))

    def hold(self, points: int, **more: object) -> UUID:
        """Points are set aside; return the id of the hold."""
        posted = self.do(HoldPoints(points=points, **more))  # type: ignore[arg-type]
        assert posted.hold is not None
        return posted.hold.id

    def capture(self, hold_id: UUID, points: int | None = None) -> Posted:
        """Points set aside are spent."""
        return self.do(Capture(hold_id=hold_id, points=points))

    def release(self, hold_id: UUID) -> Posted:
        """Points set aside come back."""
        return self.do(Release(hold_id=hold_id))

    def settle(self) -> Posted:
        """What is due by now matures and expires."""
        return self.do(ApplyDue())

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """Available, pending, held and debt."""
        wallet = self.wallet
        return wallet.available, wallet.pending, wallet.held, wallet.debt

    @property
    def lots(self) -> list[tuple[int, int]]:
        """Remaining points of each lot and the local days after today on which they are there."""
        return [(lot.remaining, self.days_left(lot)) for lot in self.wallet.lots]

    def days_left(self, lot: Lot) -> int:
        """Local days after today on which a lot is still there, -1 for ever."""
        if lot.expires_at is None:
            return -1
        last = (lot.expires_at - timedelta(microseconds=1)).astimezone(VIENNA).date()
        return (last - self.now.astimezone(VIENNA).date()).days

    def moves(self) -> list[tuple[str, int, int]]:
        """Type, amount and debt of every row, in order."""
        return [(row.type, row.amount, row.debt_delta) for row in self.rows]


def _by_expiry(lot: Lot) -> tuple[bool, datetime, UUID]:
    return (lot.expires_at is None, lot.expires_at or NOON, lot.id)


def find_flaws(books: Books) -> list[str]:
    """Return what the tables would refuse or the nightly check would find in these books."""
    wallet = books.wallet
    ripe = sum(lot.remaining for lot in wallet.lots if lot.matured_at is not None)
    unripe = sum(lot.remaining for lot in wallet.lots if lot.matured_at is None)
    earned, redeemed = wallet.lifetime_earned, wallet.lifetime_redeemed
    worth = wallet.balance - wallet.debt
    lapsed = sum(lot.expired for lot in wallet.lots)
    held = sum(hold.points for hold in books.holds.values() if hold.status == "open")
    rules = {
        "nothing is negative": min(*books.figures, earned, redeemed) >= 0,
        "debt only when nothing is available": not (wallet.debt and wallet.available),
        "rows give the balance": sum(row.amount for row in books.rows) == wallet.balance,
        "rows give the debt": sum(row.debt_delta for row in books.rows) == wallet.debt,
        "lots hold no more than is available": ripe <= wallet.available,
        "pending is in unripe lots": unripe == wallet.pending,
        "held is in open holds": held == wallet.held,
        "lifetime figures add up": earned - redeemed - wallet.lifetime_expired == worth,
        "what lapsed is in the lots": lapsed == wallet.lifetime_expired,
        "rows are numbered": [row.seq for row in books.rows] == list(range(1, wallet.seq + 1)),
    }
    flaws = [rule for rule, kept in rules.items() if not kept]
    return flaws + _flaws_of_lots(books) + _flaws_of_rows(books)


def _flaws_of_lots(books: Books) -> list[str]:
    left: dict[UUID, int] = {lot.id: lot.initial for lot in books.wallet.lots}
    in_holds: dict[UUID, int] = defaultdict(int)
    for _, lot_id, _, hold_id, amount in books.entries:
        left[lot_id] += amount
        if hold_id is not None:
            in_holds[hold_id] -= amount
    flaws = [
        f"lot {lot.id} has {lot.remaining}, its entries leave {left[lot.id]}"
        for lot in books.wallet.lots
        if lot.remaining != left[lot.id] or not 0 <= lot.expired_counted <= lot.expired
    ]
    for hold in books.holds.values():
        most = hold.points if hold.status == "open" else 0
        if not 0 <= in_holds[hold.id] <= most:
            flaws.append(f"hold {hold.id} ({hold.status}) has {in_holds[hold.id]} from lots")
    return flaws


def _flaws_of_rows(books: Books) -> list[str]:
    flaws: list[str] = []
    balance = 0
    signs = {"earned": 1, "bonus": 1, "redeemed": -1, "expired": -1, "penalty": -1}
    for row in books.rows:
        balance += row.amount
        if row.balance_after != balance or balance < 0:
            flaws.append(f"row {row.seq} says {row.balance_after} after it, not {balance}")
        if not (row.amount or row.debt_delta) or row.points * signs.get(row.type, 0) < 0:
            flaws.append(f"row {row.seq} ({row.type}) is worth {row.points}")
        back = sum(abs(other.points) for other in books.rows if other.reverses_id == row.id)
        if back > abs(row.points):
            flaws.append(f"row {row.seq} is taken back more than once over")
    return flaws
