"""Pure: taking an earlier transaction back, wholly or in part, at most once over."""

from datetime import datetime
from uuid import UUID

from laurels.events.catalogue.ledger import PointsReversed
from laurels.kit.values.ids import PREFIXES, new_id

from .drafting import Draft, Original, add_event, add_row, balance_of, consume, new_lot, take_from
from .errors import NotReversible
from .falling_due import apply_due
from .lots import Lot, Wallet, consumption_order
from .movements import Posted, Reversal

REVERSIBLE = frozenset({"earned", "bonus", "redeemed", "adjusted", "penalty"})


def reverse(draft: Draft, wallet: Wallet, movement: Reversal, moment: datetime) -> Posted:
    original = draft.originals[movement.transaction_id]
    row = original.transaction
    if row.type not in REVERSIBLE or row.source == "debt" or row.reverses_id is not None:
        msg = f"A transaction of type `{row.type}` cannot be reversed."
        raise NotReversible(msg)
    if _of_redemption(row.source_id) and movement.source != "redemption":
        # Taken back here, its code would stay good.
        msg = (
            f"These points paid for the redemption `{row.source_id}`; refund it with"
            f" POST /v1/redemptions/{row.source_id}/refund, or cancel it while it is pending."
        )
        raise NotReversible(msg, redemption_id=row.source_id)
    if row.points > 0:
        return _take_back(draft, wallet, movement, original, moment)
    return _give_back(draft, wallet, movement, original, moment)


def _of_redemption(source_id: str | None) -> bool:
    return source_id is not None and source_id.startswith(f"{PREFIXES['redemption']}_")


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
    taken = 0
    for own in wallet.lots_of(original.transaction.id):
        part = take_from(draft, wallet, own, points, transaction_id)
        taken += part
        points -= part
    points -= _count_lapsed(draft, original.transaction.id, points)
    rest = min(points, wallet.available)
    if rest:
        consume(draft, wallet, rest, transaction_id=transaction_id)
        taken += rest
        points -= rest
    if not taken and not points:
        return Posted(None, balance_of(wallet), details={"lapsed": True})
    wallet.lifetime_earned -= taken + points
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=transaction_id,
        type=movement.type,
        amount=-taken,
        debt_delta=points,
    )
    row.reverses_id = original.transaction.id
    add_event(draft, wallet, row, PointsReversed)
    return Posted(row, balance_of(wallet))


def _count_lapsed(draft: Draft, transaction_id: UUID, points: int) -> int:
    """Count what lapsed of a transaction's own lots as taken, in whatever wallets they are."""
    counted = 0
    for wallet in draft.wallets.values():
        for own in wallet.lots_of(transaction_id):
            lapsed = min(points - counted, own.expired - own.expired_counted)
            if lapsed:
                own.expired_counted += lapsed
                own.changed = True
                counted += lapsed
    return counted


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
    unripe = 0
    if amount:
        unripe = _refill(draft, wallet, original, amount, paid, transaction_id, moment)
    wallet.available += amount - unripe
    wallet.pending += unripe
    wallet.lifetime_redeemed -= points
    original.taken_back += points
    row = add_row(
        draft,
        wallet,
        movement,
        moment,
        id=transaction_id,
        type=movement.type,
        amount=amount,
        debt_delta=-paid,
    )
    row.reverses_id = original.transaction.id
    add_event(draft, wallet, row, PointsReversed)
    if unripe:
        # Some may have been due to ripen while they were gone.
        apply_due(draft, wallet, moment)
    return Posted(row, balance_of(wallet))


def _refill(
    draft: Draft,
    wallet: Wallet,
    original: Original,
    amount: int,
    paid: int,
    transaction_id: UUID,
    moment: datetime,
) -> int:
    """Put points back into the lots they were drawn from, past those that went back before.

    Return how many of them cannot be spent yet, as they could not when they were taken.
    """
    lots = {
        lot_id: lot
        for lot_id, _ in original.takes
        for wallet_of in draft.wallets.values()
        if (lot := wallet_of.lot(lot_id)) is not None
    }
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
    unripe = 0
    for lot, size in portions:
        passed = min(skip, size)
        skip -= passed
        part = min(size - passed, amount)
        amount -= part
        if lot is None or not part:
            continue
        late = lot.expires_at is not None and lot.expires_at <= moment
        ripens = None if late or not lot.pending else lot.matures_at
        unripe += part if ripens else 0
        if late or lot.wallet_id != wallet.id:
            # Its own lot is over, or in a wallet that was merged into this one.
            until = dates.grace_until(moment) if late else lot.expires_at
            ripe_since = None if ripens else moment
            wallet.lots.append(
                new_lot(
                    wallet, transaction_id, part, until, matures_at=ripens, matured_at=ripe_since
                )
            )
        else:
            wallet.refill(lot, part)
            draft.entries.append((new_id(), lot.id, transaction_id, None, part))
    return unripe
