"""What is in wallets, portion by portion: points that share their dates, and what is owed.

From it a wallet can be opened elsewhere (`Opening`). What a hold has set aside is told where it
came from; a lot that is over counts as lapsed, whether or not that is booked yet.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class Portion:
    """Points of one wallet with the same dates, those without any, or (less than zero) a debt.

    The first portion of a wallet tells what is gone, too. `lot_id` is None for points without
    dates; `matures_at` is None for what can be spent, `expires_at` for what never lapses.
    """

    wallet_id: UUID
    member_id: UUID
    program: str
    points: int
    lot_id: UUID | None = None
    earned_at: datetime | None = None
    matures_at: datetime | None = None
    expires_at: datetime | None = None
    redeemed: int = 0
    expired: int = 0


async def list_portions(
    work: Work, *, after: UUID | None, limit: int
) -> tuple[list[Portion], list[UUID]]:
    """Return what the next wallets hold that are open, and the ids of these wallets.

    In the order of their ids, from above `after`; one that is empty has no portion.
    """
    wallets = await work.fetch(SQL.wallets_of_portions, work.tenant_id, after or FIRST, limit)
    if not wallets:
        return [], []
    lots = await work.fetch(SQL.lots_of_portions, work.tenant_id, [row["id"] for row in wallets])
    by_wallet: dict[UUID, list[asyncpg.Record]] = {}
    for lot in lots:
        by_wallet.setdefault(lot["wallet_id"], []).append(lot)
    portions: list[Portion] = []
    for wallet in wallets:
        portions += _portions(wallet, by_wallet.get(wallet["id"], []), work.now)
    return portions, [row["id"] for row in wallets]


async def count_wallets(work: Work) -> int:
    """Return how many wallets are open: those that `list_portions` goes through."""
    row = await work.fetchrow(SQL.count_wallets, work.tenant_id)
    return row[0] if row else 0


def _portions(wallet: asyncpg.Record, lots: list[asyncpg.Record], now: datetime) -> list[Portion]:
    """Return the portions of one wallet: its lots, the rest, the debt; nothing for an empty one."""
    whose = (wallet["id"], wallet["member_id"], wallet["name"])
    over = sum(lot["points"] for lot in lots if _is_over(lot, now))
    portions = [
        Portion(
            *whose,
            lot["points"],
            lot["id"],
            lot["occurred_at"],
            None if lot["matured_at"] else lot["matures_at"],
            lot["expires_at"],
        )
        for lot in lots
        if not _is_over(lot, now)
    ]
    balance = wallet["available"] + wallet["pending"] + wallet["held"]
    rest = balance - sum(lot["points"] for lot in lots)
    if rest:
        portions.append(Portion(*whose, rest))
    if wallet["debt"]:
        portions.append(Portion(*whose, -wallet["debt"]))
    # What is owed will count as spent again where it is brought.
    redeemed = max(wallet["lifetime_redeemed"] - wallet["debt"], 0)
    expired = wallet["lifetime_expired"] + over
    if not (redeemed or expired):
        return portions
    first = portions[0] if portions else Portion(*whose, 0)
    gone = Portion(
        *whose,
        first.points,
        first.lot_id,
        first.earned_at,
        first.matures_at,
        first.expires_at,
        redeemed,
        expired,
    )
    return [gone, *portions[1:]]


def _is_over(lot: asyncpg.Record, now: datetime) -> bool:
    return lot["expires_at"] is not None and lot["expires_at"] <= now
