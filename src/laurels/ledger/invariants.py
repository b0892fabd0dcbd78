"""What must always be true of the books. Used by tests, `ledger verify` and nightly checks.

Each check is one statement over one tenant and returns the rows that break it, in words.
"""

from dataclasses import dataclass
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.jobs import Faulty
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

SQL = statements(__name__)

CHECKS: dict[str, str] = {
    "balance, debt and number of transactions agree with the wallet": SQL.wrong_balances,
    "balance_after follows from the transaction before": SQL.broken_chains,
    "a lot holds what its entries leave": SQL.wrong_lots,
    "pending is the sum of unripe lots, and lots hold no more than is available": SQL.wrong_pending,
    "a wallet knows whether it has lots": SQL.wrong_has_lots,
    "held is the sum of open holds": SQL.wrong_held,
    "a hold has from lots at most its points, and nothing once it is closed": SQL.wrong_hold_lots,
    "lifetime figures add up": SQL.wrong_lifetimes,
    "what lapsed is what the lots say lapsed": SQL.wrong_expiries,
    "a transaction is taken back at most once over": SQL.reversed_twice,
    "natural keys belong to transactions": SQL.stray_keys,
}


class BooksFaulty(Faulty):
    """A rule of the books does not hold; raised by the nightly check, with the fault in words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold, for which wallet, and the figures."""

    rule: str
    wallet_id: UUID
    words: str

    def __str__(self) -> str:
        return f"{encode('wallet', self.wallet_id)}: {self.words} (rule: {self.rule})"


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is in a tenant's books."""

    members: int
    wallets: int
    transactions: int
    points_outstanding: int
    debt: int


async def find_faults(work: Work, *, limit: int = 20) -> list[Fault]:
    """Return what is wrong with the tenant's books, at most `limit` per rule; empty when clean."""
    faults: list[Fault] = []
    for rule, sql in CHECKS.items():
        rows = await work.fetch(f"{sql} limit {int(limit)}", work.tenant_id)
        faults += [Fault(rule, row[0], row[1]) for row in rows]
    return faults


async def figures(work: Work) -> Figures:
    """Return how much there is in the tenant's books."""
    row = await work.fetchrow(SQL.figures, work.tenant_id)
    assert row is not None, "an aggregate always has a row"
    return Figures(*row)


async def rebuild_wallets(work: Work) -> set[UUID]:
    """Every wallet says what its transactions, lots and holds say; return which did not.

    The ledger itself is never touched: wallets are derived from it.
    """
    await work.fetch(SQL.lock_all_wallets, work.tenant_id)
    rows = await work.fetch(SQL.rebuild_wallets, work.tenant_id)
    return {row[0] for row in rows}
