"""What is in wallets, portion by portion: points that share their dates, and what is owed.

From it a wallet can be opened elsewhere (`Opening`). What a hold has set aside is told where it
came from; a lot that is over counts as lapsed, whether or not that is booked yet.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work


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
    wallets = await work.fetch(
        "select w.id, w.member_id, p.name, w.available, w.pending, w.held, w.debt,"
        " w.lifetime_redeemed, w.lifetime_expired from laurels.wallets as w"
        " inner join laurels.programs as p on p.tenant_id = $1 and p.id = w.program_id"
        " where w.tenant_id = $1 and w.id > $2"
        "  and w.closed_for is null order by w.id limit $3",
        work.tenant_id, after or FIRST, limit,
    )  # fmt: skip
    if not wallets:
        return [], []
    lots = await work.fetch(
        "select l.wallet_id, l.id, l.remaining + coalesce(h.points, 0) as points, t.occurred_at,"
        " l.matures_at, l.matured_at, l.expires_at from laurels.lots as l"
        " left join (select e.lot_id, -sum(e.amount)::bigint as points"
        "  from laurels.holds as o inner join laurels.lot_entries as e"
        "   on e.tenant_id = $1 and e.hold_id = o.id"
        "  where o.tenant_id = $1 and o.wallet_id = any($2) and o.status = 'open'"
        "  group by e.lot_id) as h on h.lot_id = l.id"
        " left join laurels.point_transactions as t"
        "  on t.tenant_id = $1 and t.id = l.transaction_id"
        " where l.tenant_id = $1 and l.wallet_id = any($2)"
        "  and l.remaining + coalesce(h.points, 0) > 0 order by l.id",
        work.tenant_id, [row["id"] for row in wallets],
    )  # fmt: skip
    by_wallet: dict[UUID, list[asyncpg.Record]] = {}
    for lot in lots:
        by_wallet.setdefault(lot["wallet_id"], []).append(lot)
    found: list[Portion] = []
    for wallet in wallets:
        found += _portions(wallet, by_wallet.get(wallet["id"], []), work.now)
    return found, [row["id"] for row in wallets]


async def count_wallets(work: Work) -> int:
    """Return how many wallets are open: those that `list_portions` goes through."""
    row = await work.fetchrow(
        "select count(*) from laurels.wallets where tenant_id = $1 and closed_for is null",
        work.tenant_id,
    )
    return row[0] if row else 0


def _portions(wallet: asyncpg.Record, lots: list[asyncpg.Record], now: datetime) -> list[Portion]:
    """Return the portions of one wallet: its lots, the rest, the debt; nothing for an empty one."""
    whose = (wallet["id"], wallet["member_id"], wallet["name"])
    over = sum(lot["points"] for lot in lots if _is_over(lot, now))
    found = [
        Portion(
            *whose, lot["points"], lot["id"], lot["occurred_at"],
            None if lot["matured_at"] else lot["matures_at"], lot["expires_at"],
        )
        for lot in lots
        if not _is_over(lot, now)
    ]  # fmt: skip
    balance = wallet["available"] + wallet["pending"] + wallet["held"]
    rest = balance - sum(lot["points"] for lot in lots)
    if rest:
        found.append(Portion(*whose, rest))
    if wallet["debt"]:
        found.append(Portion(*whose, -wallet["debt"]))
    # What is owed will count as spent again where it is brought.
    redeemed = max(wallet["lifetime_redeemed"] - wallet["debt"], 0)
    expired = wallet["lifetime_expired"] + over
    if not (redeemed or expired):
        return found
    first = found[0] if found else Portion(*whose, 0)
    gone = Portion(
        *whose, first.points, first.lot_id, first.earned_at, first.matures_at, first.expires_at,
        redeemed, expired,
    )  # fmt: skip
    return [gone, *found[1:]]


def _is_over(lot: asyncpg.Record, now: datetime) -> bool:
    return lot["expires_at"] is not None and lot["expires_at"] <= now
