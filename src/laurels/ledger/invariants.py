"""What must always be true of the books. Used by tests, `ledger verify` and nightly checks.

Each check is one statement over one tenant and returns the rows that break it, in words.
"""

from dataclasses import dataclass
from uuid import UUID

from laurels.kit.values.ids import encode
from laurels.kit.work import Work

CHECKS: dict[str, str] = {
    "balance, debt and number of transactions agree with the wallet": """
        select w.id, format(
          'transactions give balance %s, debt %s, seq %s; the wallet says %s, %s, %s',
          coalesce(t.balance, 0), coalesce(t.debt, 0), coalesce(t.n, 0),
          w.available + w.pending + w.held, w.debt, w.seq)
        from laurels.wallets as w
        left join (
          select wallet_id, sum(amount) as balance, sum(debt_delta) as debt, count(*) as n,
            max(seq) as last
          from laurels.point_transactions where tenant_id = $1 group by wallet_id
        ) as t on t.wallet_id = w.id
        where w.tenant_id = $1 and (
          coalesce(t.balance, 0) <> w.available + w.pending + w.held
          or coalesce(t.debt, 0) <> w.debt or coalesce(t.n, 0) <> w.seq
          or coalesce(t.last, 0) <> w.seq)""",
    "balance_after follows from the transaction before": """
        select wallet_id, format('transaction %s: %s + %s is not %s',
          seq, before, amount, balance_after)
        from (
          select wallet_id, seq, amount, balance_after, coalesce(
            lag(balance_after) over (partition by wallet_id order by seq), 0) as before
          from laurels.point_transactions where tenant_id = $1
        ) as t where before + amount <> balance_after""",
    "a lot holds what its entries leave": """
        select l.wallet_id, format('lot %s has %s left; %s and its entries give %s', l.id,
          l.remaining, l.initial, l.initial + coalesce(e.amount, 0))
        from laurels.lots as l
        left join (
          select lot_id, sum(amount) as amount from laurels.lot_entries where tenant_id = $1
          group by lot_id
        ) as e on e.lot_id = l.id
        where l.tenant_id = $1 and l.remaining <> l.initial + coalesce(e.amount, 0)""",
    "pending is the sum of unripe lots, and lots hold no more than is available": """
        select w.id, format('unripe lots hold %s and ripe ones %s; pending is %s, available %s',
          coalesce(l.unripe, 0), coalesce(l.ripe, 0), w.pending, w.available)
        from laurels.wallets as w
        left join (
          select wallet_id,
            sum(remaining) filter (where matured_at is null) as unripe,
            sum(remaining) filter (where matured_at is not null) as ripe
          from laurels.lots where tenant_id = $1 group by wallet_id
        ) as l on l.wallet_id = w.id
        where w.tenant_id = $1 and (
          coalesce(l.unripe, 0) <> w.pending or coalesce(l.ripe, 0) > w.available)""",
    "a wallet knows whether it has lots": """
        select w.id, format('has_lots is %s', w.has_lots)
        from laurels.wallets as w
        where w.tenant_id = $1 and w.has_lots <> exists (
          select 1 from laurels.lots as l
          where l.tenant_id = $1 and l.wallet_id = w.id and l.remaining > 0)""",
    "held is the sum of open holds": """
        select w.id, format('open holds have %s, held is %s', coalesce(h.points, 0), w.held)
        from laurels.wallets as w
        left join (
          select wallet_id, sum(points) as points from laurels.holds
          where tenant_id = $1 and status = 'open' group by wallet_id
        ) as h on h.wallet_id = w.id
        where w.tenant_id = $1 and coalesce(h.points, 0) <> w.held""",
    "a hold has from lots at most its points, and nothing once it is closed": """
        select h.wallet_id, format('hold %s (%s) has %s from lots', h.id, h.status, -e.amount)
        from laurels.holds as h
        inner join (
          select hold_id, sum(amount) as amount from laurels.lot_entries
          where tenant_id = $1 and hold_id is not null group by hold_id
        ) as e on e.hold_id = h.id
        where h.tenant_id = $1 and (
          -e.amount > h.points or e.amount > 0 or (h.status <> 'open' and e.amount <> 0))""",
    "lifetime figures add up": """
        select w.id, format('%s earned - %s redeemed - %s expired is not %s - %s',
          w.lifetime_earned, w.lifetime_redeemed, w.lifetime_expired,
          w.available + w.pending + w.held, w.debt)
        from laurels.wallets as w
        where w.tenant_id = $1 and w.lifetime_earned - w.lifetime_redeemed - w.lifetime_expired
          <> w.available + w.pending + w.held - w.debt""",
    "what lapsed is what the lots say lapsed": """
        select w.id, format('expired rows give %s, lots %s, the wallet says %s',
          coalesce(t.points, 0), coalesce(l.expired, 0), w.lifetime_expired)
        from laurels.wallets as w
        left join (
          select wallet_id, -sum(points) as points from laurels.point_transactions
          where tenant_id = $1 and type = 'expired' group by wallet_id
        ) as t on t.wallet_id = w.id
        left join (
          select wallet_id, sum(expired) as expired from laurels.lots where tenant_id = $1
          group by wallet_id
        ) as l on l.wallet_id = w.id
        where w.tenant_id = $1 and (coalesce(t.points, 0) <> w.lifetime_expired
          or coalesce(l.expired, 0) <> w.lifetime_expired)""",
    "a transaction is taken back at most once over": """
        select t.wallet_id, format('%s points were taken back of %s', r.points, t.points)
        from laurels.point_transactions as t
        inner join (
          select reverses_id, sum(abs(points)) as points from laurels.point_transactions
          where tenant_id = $1 and reverses_id is not null group by reverses_id
        ) as r on r.reverses_id = t.id
        where t.tenant_id = $1 and r.points > abs(t.points)""",
    "natural keys belong to transactions": """
        select k.transaction_id, format('key %s of %s belongs to no transaction', k.key, k.source)
        from laurels.posting_keys as k
        where k.tenant_id = $1 and not exists (
          select 1 from laurels.point_transactions as t
          where t.tenant_id = $1 and t.id = k.transaction_id)""",
}  # fmt: skip


class BooksFaulty(Exception):
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
    found: list[Fault] = []
    for rule, sql in CHECKS.items():
        rows = await work.fetch(f"{sql} limit {int(limit)}", work.tenant_id)
        found += [Fault(rule, row[0], row[1]) for row in rows]
    return found


async def figures(work: Work) -> Figures:
    """Return how much there is in the tenant's books."""
    row = await work.fetchrow(
        "select (select count(*) from laurels.members where tenant_id = $1),"
        " count(*), (select count(*) from laurels.point_transactions where tenant_id = $1),"
        " coalesce(sum(available + pending + held), 0)::bigint,"
        " coalesce(sum(debt), 0)::bigint from laurels.wallets where tenant_id = $1",
        work.tenant_id,
    )
    assert row is not None, "an aggregate always has a row"
    return Figures(*row)


REBUILT = """
  select w.id,
    coalesce(t.balance, 0) - coalesce(l.unripe, 0) - coalesce(h.points, 0) as available,
    coalesce(l.unripe, 0) as pending,
    coalesce(h.points, 0) as held,
    coalesce(t.debt, 0) as debt,
    coalesce(t.earned, 0) as earned,
    coalesce(t.redeemed, 0) as redeemed,
    coalesce(t.expired, 0) as expired,
    coalesce(t.n, 0) as seq,
    coalesce(l.has_lots, false) as has_lots
  from laurels.wallets as w
  left join (
    select m.wallet_id, sum(m.amount) as balance, sum(m.debt_delta) as debt, count(*) as n,
      -sum(m.points) filter (where m.type = 'expired') as expired,
      sum(m.points) filter (where m.type <> 'expired' and coalesce(o.points, m.points) > 0)
        as earned,
      -sum(m.points) filter (where m.type <> 'expired' and coalesce(o.points, m.points) < 0)
        as redeemed
    from laurels.point_transactions as m
    left join laurels.point_transactions as o
      on o.tenant_id = m.tenant_id and o.id = m.reverses_id
    where m.tenant_id = $1 group by m.wallet_id
  ) as t on t.wallet_id = w.id
  left join (
    select wallet_id, sum(remaining) filter (where matured_at is null) as unripe,
      bool_or(remaining > 0) as has_lots
    from laurels.lots where tenant_id = $1 group by wallet_id
  ) as l on l.wallet_id = w.id
  left join (
    select wallet_id, sum(points) as points from laurels.holds
    where tenant_id = $1 and status = 'open' group by wallet_id
  ) as h on h.wallet_id = w.id
  where w.tenant_id = $1
"""


async def rebuild_wallets(work: Work) -> set[UUID]:
    """Every wallet says what its transactions, lots and holds say; return which did not.

    The ledger itself is never touched: wallets are derived from it.
    """
    await work.fetch("select 1 from laurels.wallets where tenant_id = $1 order by id for update",
                     work.tenant_id)  # fmt: skip
    rows = await work.fetch(
        "update laurels.wallets as w set available = n.available, pending = n.pending,"
        " held = n.held, debt = n.debt, lifetime_earned = n.earned,"
        " lifetime_redeemed = n.redeemed, lifetime_expired = n.expired, seq = n.seq,"
        f" has_lots = n.has_lots, updated_at = now() from ({REBUILT}) as n"
        " where w.tenant_id = $1 and w.id = n.id and (w.available, w.pending, w.held, w.debt,"
        " w.lifetime_earned, w.lifetime_redeemed, w.lifetime_expired, w.seq, w.has_lots)"
        " is distinct from"
        " (n.available, n.pending, n.held, n.debt, n.earned, n.redeemed, n.expired, n.seq,"
        " n.has_lots)"
        " returning w.id",
        work.tenant_id,
    )
    return {row[0] for row in rows}
