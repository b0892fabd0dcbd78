"""The only code that moves points: lock and read, decide in memory, book. Always set-based."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels import tenants
from laurels.events import emit
from laurels.kit import dry_runs
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.work import Work, sparse, uniform

from .deciding import decide, follow_merge, release_lapsed_holds, wallet_of
from .drafting import Draft, Original, balance_of
from .dry_runs import note
from .errors import PostingKeyTaken
from .locking import lapsed_holds, lock_rows, read_wallet
from .lots import Lot
from .movements import (
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
    Transaction,
)
from .opened import Opened, read_openings
from .programs import Programs, load_programs

SQL = statements(__name__)

Outcome = Posted | AppError


async def post(
    work: Work,
    movements: Sequence[Movement],
    *,
    keys_are_fresh: bool = False,
    historical: bool = False,
    locked_wallets: Sequence[asyncpg.Record] = (),
) -> list[Outcome]:
    """Move points. Each movement is booked, or refused with its own error; order is kept.

    A movement with a natural key (`source`, `key`) that was booked before gives the first answer
    again. `keys_are_fresh` says that the caller already made sure of that, which saves the look-up.
    `locked_wallets` are rows that the caller has locked by `wallets_call`.
    """
    if not movements:
        return []
    await tenants.require_active(work)
    programs = await load_programs(work)
    for movement in movements:
        if movement.program_id is None:
            movement.program_id = programs.default_id
    for last_try in (False, False, True):
        draft = await _lock(work, movements, programs, locked_wallets=locked_wallets)
        if historical:
            draft.minimums = {}  # What was spent elsewhere was spent by the rules of that time.
        known = {} if keys_are_fresh else await _known_keys(work, movements)
        draft.moved = await _whereabouts(work, draft, known)
        await _read_expiries(work, draft, movements, known)
        await read_openings(work, draft.openings, movements, known)
        release_lapsed_holds(draft, named={m.hold_id for m in movements if isinstance(m, Release)})
        outcomes = [_outcome(draft, movement, known) for movement in movements]
        if await _write_draft(work, draft, keys_are_fresh=keys_are_fresh, last_try=last_try):
            emit(work, draft.events, historical=historical)
            if dry_runs.under_way(work):
                note(work, draft)
            return outcomes
    raise AssertionError  # the last try books or raises


def _outcome(
    draft: Draft, movement: Movement, known: dict[tuple[str, str], Transaction]
) -> Outcome:
    try:
        if movement.key is not None:
            before = known.get((movement.source, movement.key))
            if before is not None:
                return _replay(draft, movement, before)
        posted = decide(draft, movement)
    except AppError as error:
        return error
    if movement.key is not None and posted.transaction is not None:
        known[movement.source, movement.key] = posted.transaction
        if isinstance(movement, Credit):
            draft.expiries[posted.transaction.id] = movement.expires_at
        elif isinstance(movement, Opening):
            draft.openings[posted.transaction.id] = Opened(
                movement.parts, (movement.matures_at, movement.expires_at)
            )
    return posted


def _replay(draft: Draft, movement: Movement, before: Transaction) -> Posted:
    """Give the first answer again when the movement is the same. Raise PostingKeyTaken if not."""
    wallet = wallet_of(draft, movement)
    there = draft.wallets.get(before.wallet_id)
    own = draft.moved.get(before.wallet_id) if there is None else follow_merge(draft, there).id
    if wallet.id != own or not _same(draft, movement, before):
        raise PostingKeyTaken(source=movement.source, key=movement.key)
    hold = draft.holds[movement.hold_id] if isinstance(movement, Capture) else None
    return Posted(before, balance_of(wallet), hold, replayed=True)


def _same(draft: Draft, movement: Movement, before: Transaction) -> bool:
    """Whether a movement asks for what was booked. How far a reversal went is not compared."""
    match movement:
        case Credit():
            own = draft.expiries.get(before.id)
            # Without an end of its own a credit has that of its program, whatever it was then,
            # and what went into a debt has no end at all.
            if movement.expires_at is not None and before.amount and movement.expires_at != own:
                return False
            terms = (movement.type, movement.points, None)
        case Opening():
            return draft.openings[before.id].says(movement)
        case Debit():
            # How many more were asked for than were there is not kept.
            forgiven = movement.shortfall == "forgive" and movement.points > -before.points
            terms = (movement.type, before.points if forgiven else -movement.points, None)
        case Reversal():
            terms = (movement.type, before.points, movement.transaction_id)
        case Capture():
            hold = draft.holds[movement.hold_id]
            points = hold.points if movement.points is None else movement.points
            return hold.transaction_id == before.id and hold.captured == points
        case _:
            return False
    return terms == (before.type, before.points, before.reverses_id)


# Lock and read -----------------------------------------------------------------------------


async def _lock(
    work: Work,
    movements: Sequence[Movement],
    programs: Programs,
    *,
    also: frozenset[UUID] = frozenset(),
    locked_wallets: Sequence[asyncpg.Record] = (),
) -> Draft:
    """Lock the wallets of all movements, then read what the decisions depend on."""
    pairs: set[tuple[UUID, UUID]] = set()
    wallet_ids: set[UUID] = set(also)
    hold_ids: list[UUID] = []
    transaction_ids: list[UUID] = []
    for movement in movements:
        if isinstance(movement, Capture | Release):
            hold_ids.append(movement.hold_id)
        elif isinstance(movement, Reversal):
            transaction_ids.append(movement.transaction_id)
        elif movement.wallet_id is not None:
            wallet_ids.add(movement.wallet_id)
        elif movement.member_id is not None:
            program_id = movement.program_id or programs.default_id
            if program_id in programs.dates:
                pairs.add((movement.member_id, program_id))
    if hold_ids or transaction_ids:
        wallet_ids |= await _wallets_of(work, hold_ids, transaction_ids)
    rows = [row for row in locked_wallets if (row[1], row[2]) in pairs]
    if wallet_ids or len(rows) < len(pairs):
        rows = await lock_rows(work, pairs, wallet_ids)
    hold_ids += await lapsed_holds(work, [row[0] for row in rows if row[5]])
    wallets = {row[0]: read_wallet(row) for row in rows}
    draft = Draft(
        now=work.now,
        dates=programs.dates,
        wallets=wallets,
        by_member={(wallet.member_id, wallet.program_id): wallet for wallet in wallets.values()},
        archived=programs.archived,
        minimums={program_id: named.minimum for program_id, named in programs.named.items()},
    )
    await read_details(work, draft, [row[0] for row in rows if row[11]], hold_ids, transaction_ids)
    moved_to = _moved_to(draft)
    if moved_to:
        # Something was merged, perhaps between the look and the locks; now it is there to be seen.
        return await _lock(work, movements, programs, also=also | moved_to)
    return draft


def _moved_to(draft: Draft) -> set[UUID]:
    """Return the wallets that a merge moved something into and that are not locked."""
    wallet_ids = {hold.wallet_id for hold in draft.holds.values()}
    wallet_ids |= {wallet.merged_into for wallet in draft.wallets.values() if wallet.merged_into}
    return wallet_ids - draft.wallets.keys()


async def _wallets_of(work: Work, hold_ids: list[UUID], transaction_ids: list[UUID]) -> set[UUID]:
    """Return the wallets of holds and transactions, and those that these were merged into."""
    rows = await work.fetch(SQL.wallets_of_moves, work.tenant_id, hold_ids, transaction_ids)
    return {row[0] for row in rows}


async def read_details(
    work: Work,
    draft: Draft,
    with_lots: list[UUID],
    hold_ids: list[UUID],
    transaction_ids: list[UUID],
    more_lots: Sequence[UUID] = (),
) -> None:
    """Read, now that the wallets are locked, the holds, originals and lots that matter."""
    lot_ids: set[UUID] = set(more_lots)
    if hold_ids:
        lot_ids |= await _read_holds(work, draft, hold_ids)
    if transaction_ids:
        lot_ids |= await _read_originals(work, draft, transaction_ids)
    if not (with_lots or lot_ids or transaction_ids):
        return
    rows = await work.fetch(
        SQL.lots_of_transactions, work.tenant_id, with_lots, list(lot_ids), transaction_ids
    )
    for row in rows:
        if row[1] in draft.wallets:
            draft.wallets[row[1]].lots.append(Lot(*row))
    for original in draft.originals.values():
        for wallet in draft.wallets.values():
            for own in wallet.lots_of(original.transaction.id):
                original.taken_back += own.expired_counted


async def _read_holds(work: Work, draft: Draft, hold_ids: list[UUID]) -> set[UUID]:
    rows = await work.fetch(SQL.find_holds, work.tenant_id, hold_ids)
    draft.holds = {row[0]: OpenHold(*row) for row in rows}
    takes = await work.fetch(SQL.lots_of_holds, work.tenant_id, hold_ids)
    for hold_id, lot_id, points in takes:
        draft.holds[hold_id].takes.append((lot_id, points))
    return {row[1] for row in takes}


async def _read_originals(work: Work, draft: Draft, ids: list[UUID]) -> set[UUID]:
    rows = await work.fetch(SQL.find_originals, work.tenant_id, ids)
    takes = await work.fetch(SQL.lots_of_originals, work.tenant_id, ids)
    by_transaction: dict[UUID, list[tuple[UUID, int]]] = {}
    for transaction_id, lot_id, points in takes:
        by_transaction.setdefault(transaction_id, []).append((lot_id, points))
    for row in rows:
        transaction = Transaction(*row[:13])
        draft.originals[row[0]] = Original(transaction, row[13], by_transaction.get(row[0], []))
    return {row[1] for row in takes}


async def _read_expiries(
    work: Work,
    draft: Draft,
    movements: Sequence[Movement],
    known: dict[tuple[str, str], Transaction],
) -> None:
    """Know when the points lapse of credits that are asked for again with an end of their own."""
    again = [
        known[movement.source, movement.key].id
        for movement in movements
        if isinstance(movement, Credit)
        and movement.expires_at is not None
        and movement.key is not None
        and (movement.source, movement.key) in known
    ]
    if again:
        rows = await work.fetch(SQL.find_expiries, work.tenant_id, again)
        draft.expiries.update({row[0]: row[1] for row in rows})


async def _known_keys(
    work: Work, movements: Sequence[Movement]
) -> dict[tuple[str, str], Transaction]:
    keyed = [(m.source, m.key) for m in movements if m.key is not None]
    if not keyed:
        return {}
    rows = await work.fetch(
        SQL.find_by_keys, work.tenant_id, [source for source, _ in keyed], [key for _, key in keyed]
    )
    return {(row[4], row[6]): Transaction(*row) for row in rows}


async def _whereabouts(
    work: Work, draft: Draft, known: dict[tuple[str, str], Transaction]
) -> dict[UUID, UUID]:
    """Return where the points of wallets are now that are not locked and had a key before."""
    ids = {row.wallet_id for row in known.values()} - draft.wallets.keys()
    if not ids:
        return {}
    rows = await work.fetch(SQL.follow_merges, work.tenant_id, list(ids))
    return {row[0]: row[1] for row in rows}


# Book --------------------------------------------------------------------------------------


async def _write_draft(work: Work, draft: Draft, *, keys_are_fresh: bool, last_try: bool) -> bool:
    """Write what was decided. Return False when nothing was, because a natural key is taken now.

    The lock on a wallet keeps a key from being used twice in it at once; in two wallets it can be.
    The second to write finds that out and decides anew, knowing what the first one booked.
    """
    if keys_are_fresh or not any(row.key for row in draft.rows):
        write(work, draft)
        return True
    # The same order everywhere, so that two batches never wait for each other's keys.
    draft.rows.sort(key=lambda row: (row.source, row.key or ""))
    try:
        async with work.savepoint():
            write(work, draft)
    except asyncpg.UniqueViolationError:
        if last_try:
            raise
        return False
    return True


def write(work: Work, draft: Draft) -> None:
    """Write everything in one call."""
    changed = [wallet for wallet in draft.wallets.values() if wallet.changed]
    more = _more(draft)
    if not (changed or more):
        return
    rows = draft.rows
    actors = [row.by or work.actor for row in rows]
    work.write(
        "laurels.book_postings",
        work.tenant_id,
        uniform([actor.kind for actor in actors]),
        uniform([actor.id for actor in actors]),
        [row.id for row in rows],
        [row.wallet_id for row in rows],
        [row.seq for row in rows],
        uniform([row.type for row in rows]),
        uniform([row.source for row in rows]),
        sparse([row.source_id for row in rows]),
        sparse([row.key for row in rows]),
        [row.amount for row in rows],
        sparse([row.debt_delta for row in rows]),
        [row.balance_after for row in rows],
        sparse([row.reverses_id for row in rows]),
        sparse([row.reason for row in rows]),
        sparse([row.member_note for row in rows]),
        sparse([row.attributes and orjson.dumps(row.attributes).decode() for row in rows]),
        [row.occurred_at for row in rows],
        [wallet.id for wallet in changed],
        sparse([wallet.available for wallet in changed]),
        sparse([wallet.pending for wallet in changed]),
        sparse([wallet.held for wallet in changed]),
        sparse([wallet.debt for wallet in changed]),
        sparse([wallet.lifetime_earned for wallet in changed]),
        sparse([wallet.lifetime_redeemed for wallet in changed]),
        sparse([wallet.lifetime_expired for wallet in changed]),
        [wallet.seq for wallet in changed],
        sparse([any(lot.remaining for lot in wallet.lots) for wallet in changed]),
        more,
    )


def _more(draft: Draft) -> str | None:
    """Return lots, entries and holds as JSON for the rarer half of a booking."""
    lots = [lot for wallet in draft.wallets.values() for lot in wallet.lots]
    new = [_lot(lot) for lot in lots if lot.new]
    changed = [_lot(lot) for lot in lots if lot.changed and not lot.new]
    holds = [_hold(hold) for hold in draft.holds.values() if hold.changed]
    if not (new or changed or holds or draft.entries):
        return None
    names = ("id", "lot_id", "transaction_id", "hold_id", "amount")
    entries = [dict(zip(names, entry, strict=True)) for entry in draft.entries]
    more = {"new_lots": new, "lots": changed, "entries": entries, "holds": holds}
    return orjson.dumps(more, default=str).decode()


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "id": lot.id,
        "wallet_id": lot.wallet_id,
        "transaction_id": lot.transaction_id,
        "initial": lot.initial,
        "remaining": lot.remaining,
        "expired": lot.expired,
        "expired_counted": lot.expired_counted,
        "matures_at": _iso(lot.matures_at),
        "matured_at": _iso(lot.matured_at),
        "expires_at": _iso(lot.expires_at),
    }


def _hold(hold: OpenHold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "wallet_id": hold.wallet_id,
        "points": hold.points,
        "captured": hold.captured,
        "status": hold.status,
        "reason": hold.reason,
        "attributes": hold.attributes,
        "expires_at": _iso(hold.expires_at),
        "transaction_id": hold.transaction_id,
        "created_at": _iso(hold.created_at),
        "closed_at": _iso(hold.closed_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


# One at a time -----------------------------------------------------------------------------


async def post_one(work: Work, movement: Movement) -> Posted:
    """Move points once. Raise the error when the movement is refused."""
    (outcome,) = await post(work, [movement])
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def credit(work: Work, movement: Credit) -> Posted:
    """Points have come in; debt was paid first."""
    return await post_one(work, movement)


async def debit(work: Work, movement: Debit) -> Posted:
    """Points have gone out, earliest expiry first. Raise InsufficientPoints."""
    return await post_one(work, movement)


async def reverse(work: Work, movement: Reversal) -> Posted:
    """An earlier transaction is taken back. Raise TransactionNotFound or NotReversible."""
    return await post_one(work, movement)


async def hold(work: Work, movement: HoldPoints) -> Posted:
    """Points are set aside. Raise InsufficientPoints."""
    return await post_one(work, movement)


async def release(work: Work, movement: Release) -> Posted:
    """Points set aside came back. Raise HoldNotFound or HoldClosed."""
    return await post_one(work, movement)
