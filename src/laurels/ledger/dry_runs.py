"""What a dry run has done to points: its transactions, the lots they opened, the wallets after."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from laurels.kit import dry_runs
from laurels.kit.work import Work

from . import queries
from .drafting import Draft

MAX_ITEMS = 1000
"""How many transactions, lots and wallets are shown of a dry run; more are only counted."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a transaction that is still open has moved. `left_out` says how much is not shown."""

    transactions: list[asyncpg.Record]
    lots: list[asyncpg.Record]
    wallets: list[asyncpg.Record]
    left_out: int


def note(work: Work, draft: Draft) -> None:
    """Remember what a batch has booked, for whoever looks at it before it is rolled back."""
    dry_runs.note(work, "transactions", [row.id for row in draft.rows])
    changed = [wallet.id for wallet in draft.wallets.values() if wallet.changed]
    dry_runs.note(work, "wallets", changed)


async def moved(work: Work) -> Moved:
    """Return what this dry run has moved so far, in the order in which it was booked."""
    transactions: list[UUID] = list(dry_runs.noted(work, "transactions"))
    wallets: list[UUID] = list(dict.fromkeys(dry_runs.noted(work, "wallets")))
    if not wallets:
        return Moved([], [], [], 0)
    shown = transactions[:MAX_ITEMS]
    rows = await queries.find_transactions(work, shown)
    lots = await queries.lots_of(work, shown)
    after = await queries.find_wallets(work, wallets[:MAX_ITEMS])
    return Moved(
        [rows[key] for key in shown],
        lots[:MAX_ITEMS],
        [after[key] for key in wallets[:MAX_ITEMS]],
        sum(max(len(all_of) - MAX_ITEMS, 0) for all_of in (transactions, lots, wallets)),
    )
