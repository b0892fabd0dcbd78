"""Pure: what falls due in a wallet. Lots ripen, lots lapse, debt is paid as soon as it can."""

from datetime import datetime

from laurels.events.catalogue.ledger import PointsExpired, PointsMatured
from laurels.kit.values.ids import new_id
from laurels.kit.work import SYSTEM

from .drafting import Draft, add_event, add_row, consume, take_from
from .lots import Lot, Wallet
from .movements import ApplyDue


def apply_due(draft: Draft, wallet: Wallet, moment: datetime) -> None:
    """Mature and expire what is due by this moment, in the order in which it fell due."""
    for due_at, lapses, lot in wallet.due(moment):
        if not lot.remaining:
            continue
        if lapses:
            _expire(draft, wallet, lot, due_at)
        else:
            _mature(draft, wallet, lot)


def pay_debt(draft: Draft, wallet: Wallet, moment: datetime) -> None:
    """Debt is paid as soon as anything is available: an adjusted row that is worth nothing."""
    paid = min(wallet.debt, wallet.available)
    if not paid:
        return
    transaction_id = new_id()
    consume(draft, wallet, paid, transaction_id=transaction_id)
    add_row(
        draft,
        wallet,
        ApplyDue(source="debt", by=SYSTEM),
        moment,
        id=transaction_id,
        type="adjusted",
        amount=-paid,
        debt_delta=-paid,
    )


def _mature(draft: Draft, wallet: Wallet, lot: Lot) -> None:
    assert lot.matures_at is not None, "only pending lots mature"
    wallet.ripen(lot)
    wallet.pending -= lot.remaining
    wallet.available += lot.remaining
    wallet.changed = True
    draft.events.append(
        PointsMatured(wallet.member_id, lot.matures_at, wallet.id, lot.id, lot.remaining)
    )
    pay_debt(draft, wallet, lot.matures_at)


def _expire(draft: Draft, wallet: Wallet, lot: Lot, moment: datetime) -> None:
    points = lot.remaining
    transaction_id = new_id()
    take_from(draft, wallet, lot, points, transaction_id)
    lot.expired += points
    wallet.lifetime_expired += points
    row = add_row(
        draft,
        wallet,
        ApplyDue(source="expiration", by=SYSTEM),
        moment,
        id=transaction_id,
        type="expired",
        amount=-points,
    )
    add_event(draft, wallet, row, PointsExpired)
