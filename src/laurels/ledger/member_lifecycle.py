"""The ledger's part in the lives of members: merging, taking that back, erasing, exporting."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, emit, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.http import idempotency
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work
from laurels.permissions import Permission

from .closing import close_wallets
from .dry_runs import note
from .errors import MergeNotUndoable
from .merging import Moved, give_back, take_over
from .posting import write
from .repairing import lock_to_move

SQL = statements(__name__)


@lifecycle_hook(Merging)
async def merge_wallets(work: Work, change: Merging) -> None:
    """The survivor's wallets have taken over what was in those of the merged member."""
    # No wallet is opened meanwhile: that asks for the members, who are locked.
    rows = await work.fetch(SQL.wallets_of_both, work.tenant_id, change.merged_id)
    if not rows:
        return
    sources = [row[0] for row in rows]
    draft = await lock_to_move(
        work, sources, pairs={(change.survivor_id, row[1]) for row in rows}, held_in=sources
    )
    for wallet_id in sources:
        source = draft.wallets[wallet_id]
        target = draft.by_member[change.survivor_id, source.program_id]
        moved = take_over(
            draft,
            source,
            target,
            holds=[hold for hold in draft.holds.values() if hold.wallet_id == source.id],
            merge_id=change.merge_id,
            moment=work.now,
        )
        await _remember(work, change.merge_id, source.id, target.id, moved)
    write(work, draft)
    note(work, draft)
    await work.fetch(SQL.close_merged, work.tenant_id, sources, change.survivor_id)
    emit(work, draft.events)


async def _remember(
    work: Work, merge_id: UUID, source_id: UUID, target_id: UUID, moved: Moved
) -> None:
    await work.fetch(
        SQL.note_merged,
        work.tenant_id,
        new_id(),
        merge_id,
        source_id,
        target_id,
        orjson.dumps(moved.as_json()).decode(),
    )


@lifecycle_hook(Unmerging)
async def unmerge_wallets(work: Work, change: Unmerging) -> None:
    """The merged member's wallets have again what the merge took out of them.

    Raise MergeNotUndoable when it is not all there any more.
    """
    rows = await work.fetch(SQL.find_merged, work.tenant_id, change.merge_id)
    plans = [(row[0], row[1], _moved(row[2])) for row in rows]
    if not plans:
        return
    draft = await lock_to_move(
        work,
        sorted({wallet_id for plan in plans for wallet_id in plan[:2]}),
        hold_ids=[UUID(hold) for plan in plans for hold in plan[2].holds],
        lot_ids=_lots_of(plans),
    )
    await _refuse_refunded(work, plans)
    # They are opened before they are filled: a merged wallet is empty, says the database.
    await work.fetch(SQL.reopen_merged, work.tenant_id, [plan[0] for plan in plans])
    for source_id, target_id, moved in plans:
        give_back(
            draft,
            draft.wallets[source_id],
            draft.wallets[target_id],
            moved=moved,
            holds=[draft.holds[UUID(hold)] for hold in moved.holds],
            merge_id=change.merge_id,
            moment=work.now,
        )
    write(work, draft)
    note(work, draft)
    emit(work, draft.events)


Plans = Sequence[tuple[UUID, UUID, Moved]]


def _moved(stored: dict[str, Any]) -> Moved:
    known = {column.name for column in fields(Moved)}
    return Moved(**{name: value for name, value in stored.items() if name in known})


def _lots_of(plans: Plans) -> list[UUID]:
    return [
        UUID(lot)
        for *_, moved in plans
        for lot in (
            *(lot for own, copy, _ in moved.lots for lot in (own, copy)),
            *(lot for lot, _ in moved.paid_from),
        )
    ]


async def _refuse_refunded(work: Work, plans: Plans) -> None:
    """Raise MergeNotUndoable when the survivor's points paid for a refund of the other's."""
    row = await work.fetchrow(
        SQL.count_refunded,
        work.tenant_id,
        [p[0] for p in plans],
        [p[1] for p in plans],
        [p[2].seq for p in plans],
    )
    if row is not None and row[0]:
        msg = (
            "A refund or reversal has since changed points that the merged member had earned or"
            " spent, so this merge cannot be undone exactly."
        )
        raise MergeNotUndoable(msg)


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The person's wallets are closed; reasons and keys that could name them are blank.

    Points stay as they are: the sums of the books are nobody's personal data.
    """
    for member_id in change.member_ids:
        await close_wallets(work, member_id, reason="erased")
    rows = await work.fetch(SQL.wallets_of_members, work.tenant_id, list(change.member_ids))
    wallets = [row[0] for row in rows]
    await work.fetch(SQL.scrub_ledger, work.tenant_id, wallets, list(change.texts))
    await work.fetch(SQL.erase_words_of_holds, work.tenant_id, wallets)
    # Movements by hand are noted with their reason, and stored answers repeat it.
    named = [encode("wallet", wallet) for wallet in wallets]
    await audit.blank(work, named)
    await idempotency.scrub(work, named)


_WALLETS = """
inner join laurels.wallets as w on w.tenant_id = $1 and w.id = x.wallet_id
where x.tenant_id = $1 and w.member_id = any($2)
"""
for _name, _tables, _columns, _from in (
    (
        "wallets",
        ("wallets",),
        "x.id::text as key, x.id, x.program_id, p.name as program, x.available, x.pending, x.held,"
        " x.debt, x.lifetime_earned, x.lifetime_redeemed, x.lifetime_expired, x.closed_for,"
        " x.created_at",
        """
laurels.wallets as x
inner join laurels.programs as p on p.tenant_id = $1 and p.id = x.program_id
where x.tenant_id = $1 and x.member_id = any($2)
""",
    ),
    (
        "transactions",
        ("point_transactions",),
        "x.id::text as key, x.id, x.wallet_id, x.seq, x.type, x.source, x.source_id, x.amount,"
        " x.debt_delta, x.points, x.balance_after, x.reverses_id, x.reason,"
        " x.member_note, x.attributes, x.occurred_at, x.created_at",
        "laurels.point_transactions as x" + _WALLETS,
    ),
    (
        "lots",
        ("lots", "lot_entries"),
        "x.id::text as key, x.id, x.wallet_id, x.transaction_id, x.initial, x.remaining,"
        " x.expired, x.matures_at, x.matured_at, x.expires_at",
        "laurels.lots as x" + _WALLETS,
    ),
    (
        "holds",
        ("holds",),
        "x.id::text as key, x.id, x.wallet_id, x.points, x.captured, x.status, x.reason,"
        " x.attributes, x.expires_at, x.transaction_id, x.created_at, x.closed_at",
        "laurels.holds as x" + _WALLETS,
    ),
):
    data_export.add(
        data_export.ExportSection(
            _name,
            Permission.LEDGER_READ,
            _tables,
            f"select {_columns} from {_from} and x.id::text > $3 order by x.id::text limit $4",
            kind=_name.removesuffix("s"),
        )
    )
