"""Putting right what faults of the past have left in the books; `laurels ledger rebuild`."""

from collections.abc import Sequence
from uuid import UUID

import orjson

from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from .drafting import Draft
from .invariants import rebuild_wallets
from .locking import lock_rows, read_wallet
from .merging import Moved, move_lot
from .posting import read_details, write
from .programs import load_programs

SQL = statements(__name__)


async def rebuild(work: Work) -> int:
    """Every wallet says what its transactions, lots and holds say; return how many did not.

    Rows that were booked are never touched: wallets are derived from them. Open holds that a merge
    did not see go where their points are.
    """
    moved = await _move_stray_holds(work)
    return len(moved | await rebuild_wallets(work))


async def _move_stray_holds(work: Work) -> set[UUID]:
    """Holds that are open in a merged wallet are in the survivor's; return the wallets.

    Such a hold was booked while a merge waited, which had looked before. Its points went along.
    """
    changed: set[UUID] = set()
    while True:
        row = await work.fetchrow(SQL.move_stray_holds, work.tenant_id)
        if row is None:
            return changed
        hold_id, source_id, target_id, merge_id, stored = row
        await _move_hold(work, hold_id, source_id, target_id, merge_id, Moved(**stored))
        changed |= {source_id, target_id}


async def lock_to_move(
    work: Work,
    wallet_ids: Sequence[UUID],
    *,
    pairs: set[tuple[UUID, UUID]] | None = None,
    held_in: Sequence[UUID] = (),
    hold_ids: Sequence[UUID] = (),
    lot_ids: Sequence[UUID] = (),
) -> Draft:
    """Lock wallets in the order of their ids, opening those of `pairs` that are missing.

    Then read: lots, the holds that are named, and all that are open in the wallets `held_in`. What
    was read before the locks could have changed by now.
    """
    programs = await load_programs(work)
    rows = await lock_rows(work, pairs or set(), set(wallet_ids))
    wallets = {row[0]: read_wallet(row) for row in rows}
    draft = Draft(
        now=work.now,
        dates=programs.dates,
        wallets=wallets,
        by_member={(wallet.member_id, wallet.program_id): wallet for wallet in wallets.values()},
    )
    holds = await work.fetch(SQL.lock_to_move, work.tenant_id, list(hold_ids), list(held_in))
    with_lots = [row[0] for row in rows if row[11]]
    await read_details(work, draft, with_lots, [row[0] for row in holds], [], lot_ids)
    return draft


async def _move_hold(
    work: Work, hold_id: UUID, source_id: UUID, target_id: UUID, merge_id: UUID, moved: Moved
) -> None:
    draft = await lock_to_move(work, [source_id, target_id], hold_ids=[hold_id])
    source, target, hold = draft.wallets[source_id], draft.wallets[target_id], draft.holds[hold_id]
    for lot in sorted(source.lots, key=lambda lot: lot.id):
        copy = move_lot(draft, lot, target, [hold], UUID(moved.rows["points_out"]))
        if copy is not None:
            moved.lots.append((str(lot.id), str(copy.id), copy.initial))
    hold.wallet_id, hold.changed = target_id, True
    moved.holds.append(str(hold_id))
    write(work, draft)
    # An undoing of the merge brings it back with the rest.
    await work.fetch(
        SQL.move_hold, work.tenant_id, merge_id, source_id, orjson.dumps(moved.as_json()).decode()
    )
