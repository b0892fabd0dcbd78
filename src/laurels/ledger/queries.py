"""Reading the ledger: wallets, transactions, lots about to expire."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels.kit.errors import Invalid
from laurels.kit.http.paging import (
    END_OF_TIME,
    FIRST,
    MAX_PAGE,
    Asked,
    Found,
    Listing,
    Place,
    at,
    number,
)
from laurels.kit.work import Work

from .errors import HoldNotFound, TransactionNotFound, WalletNotFound

_WALLET = (
    "select w.id, w.member_id, w.program_id, p.name as program_name, p.unit_name, p.point_value,"
    " p.minimum_redemption_points, w.available,"
    " w.pending, w.held, w.debt, w.available + w.pending + w.held as balance, w.lifetime_earned,"
    " w.lifetime_redeemed, w.lifetime_expired, w.updated_at"
    " from laurels.wallets as w inner join laurels.programs as p"
    "  on p.tenant_id = w.tenant_id and p.id = w.program_id where w.tenant_id = $1"
)


WALLETS = Listing(
    moment="w.updated_at",
    happened="Last moved",
    sorts={
        "default_first": number("case when p.is_default then 0 else 1 end"),
        "balance": number("w.available + w.pending + w.held"),
        "updated_at": at("w.updated_at"),
    },
    default="default_first",
    id="w.id",
    limit=MAX_PAGE,
    words="`default_first` starts with the wallet of the default program.",
)


async def list_wallets(work: Work, member_id: UUID, asked: Asked) -> Found[dict[str, Any]]:
    """Return a member's wallets. Raise WalletNotFound where they have none at all."""
    await _wallet_ids(work, member_id)
    return await WALLETS.fetch(
        work, asked, f"{_WALLET} and w.member_id = $2", work.tenant_id, member_id
    )


async def _wallet_ids(work: Work, member_id: UUID) -> list[UUID]:
    """Return a member's wallets, the default program's first. Raise WalletNotFound for none."""
    rows = await work.fetch(
        "select w.id from laurels.wallets as w inner join laurels.programs as p"
        "  on p.tenant_id = w.tenant_id and p.id = w.program_id"
        " where w.tenant_id = $1 and w.member_id = $2 order by p.is_default desc, w.id",
        work.tenant_id, member_id,
    )  # fmt: skip
    if not rows:
        msg = "There is no member with this id, or the member has no wallet."
        raise WalletNotFound(msg)
    return [row["id"] for row in rows]


async def wallets_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the wallets of members, by member, the default program's first."""
    rows = await work.fetch(
        f"{_WALLET} and w.member_id = any($2) order by p.is_default desc, w.id",
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["member_id"], []).append(dict(row))
    return found


@dataclass(frozen=True, slots=True)
class Purse:
    """What a member can spend of one program: points, and how many are paid with at once."""

    program_id: UUID
    available: int
    minimum: int


async def spendable(
    work: Work, member_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID | None], Purse]:
    """Return what members can spend now, by member and program; None is the default program.

    What is due is counted as if it had matured, lapsed and been let go. It is a look, not a
    promise: only a movement knows what is there.
    """
    rows = await work.fetch(
        "select m.id as member_id, p.id as program_id, p.is_default, p.minimum_redemption_points,"
        " greatest(coalesce(w.available - w.debt, 0) + coalesce(d.ripe, 0) - coalesce(d.gone, 0)"
        "  + coalesce(o.back, 0), 0)::bigint as available"
        " from unnest($2::uuid[]) as m (id)"
        " inner join laurels.programs as p on p.tenant_id = $1"
        " left join laurels.wallets as w"
        "  on w.tenant_id = $1 and w.member_id = m.id and w.program_id = p.id"
        " left join lateral (select"
        "   sum(l.remaining) filter (where l.matured_at is null and l.matures_at <= $3"
        "    and (l.expires_at is null or l.expires_at > $3)) as ripe,"
        "   sum(l.remaining) filter (where l.matured_at is not null and l.expires_at <= $3) as gone"
        "  from laurels.lots as l"
        "  where l.tenant_id = $1 and l.wallet_id = w.id and l.remaining > 0) as d on w.has_lots"
        " left join lateral (select sum(h.points - coalesce((select -sum(e.amount)"
        "    from laurels.lot_entries as e inner join laurels.lots as l"
        "     on l.tenant_id = $1 and l.id = e.lot_id and l.expires_at <= $3"
        "    where e.tenant_id = $1 and e.hold_id = h.id), 0)) as back"
        "  from laurels.holds as h where h.tenant_id = $1 and h.wallet_id = w.id"
        "   and h.status = 'open' and h.expires_at <= $3) as o on w.held > 0",
        work.tenant_id, list(member_ids), work.now,
    )  # fmt: skip
    found: dict[tuple[UUID, UUID | None], Purse] = {}
    for row in rows:
        purse = Purse(row["program_id"], row["available"], row["minimum_redemption_points"])
        found[row["member_id"], row["program_id"]] = purse
        if row["is_default"]:
            found[row["member_id"], None] = purse
    return found


async def get_wallet(work: Work, wallet_id: UUID) -> asyncpg.Record:
    """Return a wallet. Raise WalletNotFound."""
    row = await work.fetchrow(f"{_WALLET} and w.id = $2", work.tenant_id, wallet_id)
    if row is None:
        raise WalletNotFound
    return row


_HOLD = """
select id, wallet_id, points, captured, status, reason, attributes, expires_at,
  transaction_id, created_at, closed_at
from laurels.holds
"""


HOLDS = Listing(moment="created_at", happened="Set aside", sorts={"created_at": None})


async def list_holds(
    work: Work, wallet_id: UUID, *, status: str | None, asked: Asked
) -> Found[dict[str, Any]]:
    """Return holds of a wallet, usually newest first. Raise WalletNotFound."""
    await get_wallet(work, wallet_id)
    return await HOLDS.fetch(
        work, asked,
        f"{_HOLD} where tenant_id = $1 and wallet_id = $2 and ($3::text is null or status = $3)",
        work.tenant_id, wallet_id, status,
    )  # fmt: skip


async def get_hold(work: Work, hold_id: UUID) -> asyncpg.Record:
    """Return a hold. Raise HoldNotFound."""
    row = await work.fetchrow(f"{_HOLD} where tenant_id = $1 and id = $2", work.tenant_id, hold_id)
    if row is None:
        raise HoldNotFound
    return row


_TRANSACTION = (
    "select t.id, t.wallet_id, t.seq, t.type, t.source, t.source_id, t.points, t.amount,"
    " t.debt_delta, t.balance_after, t.reverses_id, t.reason,"
    " coalesce(t.attributes, '{}') as attributes, t.actor_type, t.actor_id,"
    " t.occurred_at, t.created_at from laurels.point_transactions as t"
)


TRANSACTIONS = Listing(
    moment="t.occurred_at",
    happened="Happened",
    sorts={"created_at": number("t.seq")},
    # Within one wallet `seq` is no one else's, so what a cursor has room for beside it is which.
    id="t.wallet_id",
    words="The list goes wallet by wallet, starting with the default program's.",
)


async def list_transactions(
    work: Work,
    *,
    member_id: UUID,
    kind: str | None = None,
    source: str | None = None,
    asked: Asked = FIRST,
) -> Found[dict[str, Any]]:
    """Return a member's transactions.

    Wallet by wallet, the default program's first, and in each usually the newest first: by `seq`,
    which is exact where clocks are not, and which the index has.
    """
    wallets = await _wallet_ids(work, member_id)
    place = TRANSACTIONS.place(asked)
    if place is not None:
        if place.id not in wallets:
            msg = "is not a cursor of this member's list; send `next_cursor` of the previous page"
            raise Invalid(msg, field="cursor")
        wallets = wallets[wallets.index(place.id) :]
    found = Found[dict[str, Any]]()
    still = asked
    for wallet_id in wallets:
        full = still.limit == 0
        part = await TRANSACTIONS.fetch(
            work, replace(still, limit=1) if full else still,
            f"{_TRANSACTION} where t.tenant_id = $1 and t.wallet_id = $2"
            " and ($3::text is null or t.type = $3) and ($4::text is null or t.source = $4)",
            work.tenant_id, wallet_id, kind, source,
        )  # fmt: skip
        if full and part:
            last = Place(found[-1]["seq"], found[-1]["wallet_id"])
            found.next_cursor = TRANSACTIONS.cursor(asked, last)
        elif not full:
            found += part
            found.next_cursor = part.next_cursor
            left = None if still.limit is None else still.limit - len(part)
            still = replace(still, cursor=None, limit=left)
        if found.next_cursor:
            break
    return found


async def balance(work: Work, member_id: UUID) -> dict[str, int]:
    """Return the sums over a member's wallets of the default program; zeros when there is none."""
    row = await work.fetchrow(
        "select coalesce(sum(w.available), 0)::bigint as available,"
        " coalesce(sum(w.pending), 0)::bigint as pending,"
        " coalesce(sum(w.held), 0)::bigint as held, coalesce(sum(w.debt), 0)::bigint as debt"
        " from laurels.wallets as w inner join laurels.programs as p"
        "  on p.tenant_id = w.tenant_id and p.id = w.program_id and p.is_default"
        " where w.tenant_id = $1 and w.member_id = $2",
        work.tenant_id, member_id,
    )  # fmt: skip
    found: dict[str, int] = dict(row or {})
    return found


LOTS = Listing(
    moment="expires_at",
    happened="Expire",
    sorts={"expires_at": at(f"coalesce(expires_at, {END_OF_TIME})", ordered="expires_at")},
    default="expires_at",
    words="It is the order in which points are consumed: those that never expire come last.",
)


async def list_lots(work: Work, wallet_id: UUID, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return the lots of a wallet that still hold points, in the order they are consumed."""
    return await LOTS.fetch(
        work, asked,
        "select id, transaction_id, initial, remaining, matures_at, matured_at, expires_at"
        " from laurels.lots where tenant_id = $1 and wallet_id = $2 and remaining > 0",
        work.tenant_id, wallet_id,
    )  # fmt: skip


async def statement(
    work: Work, *, member_id: UUID, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Return every movement of a member in the order booked, for a printed statement."""
    rows = await work.fetch(
        f"{_TRANSACTION} inner join laurels.wallets as w"
        "  on w.tenant_id = t.tenant_id and w.id = t.wallet_id"
        " where t.tenant_id = $1 and w.member_id = $2"
        "  and ($3::timestamptz is null or t.occurred_at >= $3)"
        "  and ($4::timestamptz is null or t.occurred_at < $4) order by t.wallet_id, t.seq",
        work.tenant_id, member_id, since, until,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def history_of(work: Work, member_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return every movement of these members, wallet by wallet in the order booked.

    With the program, the debt after it, and the number of the purchase that it came of.
    """
    return await work.fetch(
        """
        select
          w.member_id, g.name as program, t.seq as number, t.type, t.source, t.points,
          t.balance_after, t.reason, t.occurred_at,
          sum(t.debt_delta) over (partition by t.wallet_id order by t.seq)::bigint as debt_after,
          case t.source
            when 'purchase' then (
              select p.external_id from laurels.purchases as p
              where p.tenant_id = t.tenant_id and p.id = laurels.id_of(t.source_id)
            )
            when 'refund' then (
              select p.external_id from laurels.refunds as r
              inner join laurels.purchases as p
                on p.tenant_id = r.tenant_id and p.id = r.purchase_id
              where r.tenant_id = t.tenant_id and r.id = laurels.id_of(t.source_id)
            )
          end as purchase
        from laurels.point_transactions as t
        inner join laurels.wallets as w on w.tenant_id = t.tenant_id and w.id = t.wallet_id
        inner join laurels.programs as g on g.tenant_id = w.tenant_id and g.id = w.program_id
        where t.tenant_id = $1 and w.member_id = any($2)
        order by w.member_id, g.name, t.wallet_id, t.seq
        """,
        work.tenant_id, list(member_ids),
    )  # fmt: skip


async def find_transactions(work: Work, ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """Return transactions by id."""
    rows = await work.fetch(
        f"{_TRANSACTION} where t.tenant_id = $1 and t.id = any($2)", work.tenant_id, list(ids)
    )
    return {row["id"]: row for row in rows}


async def find_wallets(work: Work, ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """Return wallets by id."""
    rows = await work.fetch(f"{_WALLET} and w.id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: row for row in rows}


async def find_holds(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return holds by id: their points, status and end, and whose they are in which program."""
    rows = await work.fetch(
        "select h.id, h.points, h.status, h.expires_at, w.member_id, w.program_id"
        " from laurels.holds as h inner join laurels.wallets as w"
        "  on w.tenant_id = h.tenant_id and w.id = h.wallet_id"
        " where h.tenant_id = $1 and h.id = any($2)",
        work.tenant_id, list(ids),
    )  # fmt: skip
    return {row["id"]: dict(row) for row in rows}


async def get_transaction(work: Work, transaction_id: UUID) -> asyncpg.Record:
    """Return a transaction. Raise TransactionNotFound."""
    row = await work.fetchrow(
        f"{_TRANSACTION} where t.tenant_id = $1 and t.id = $2", work.tenant_id, transaction_id
    )
    if row is None:
        raise TransactionNotFound
    return row


@dataclass(frozen=True, slots=True)
class AboutReversal:
    """A transaction that is reversed by hand: what it was for, and whose it is and was."""

    transaction_id: UUID
    points: int
    source_id: str | None
    member_ids: list[UUID]


async def about_reversals(work: Work, transaction_ids: Sequence[UUID]) -> list[AboutReversal]:
    """Return what is to be known of transactions before they are reversed; those that are there.

    Whose they are: the member for whom each was booked, and those who took them in since.
    """
    rows = await work.fetch(
        "with recursive found (transaction_id, wallet_id) as ("
        " select id, wallet_id from laurels.point_transactions"
        " where tenant_id = $1 and id = any($2)"
        " union select f.transaction_id, w.merged_into from found as f"
        "  inner join laurels.wallets as w on w.tenant_id = $1 and w.id = f.wallet_id"
        "  and w.merged_into is not null"
        ") select t.id, t.points, t.source_id, array_agg(w.member_id) from found as f"
        " inner join laurels.point_transactions as t"
        "  on t.tenant_id = $1 and t.id = f.transaction_id"
        " inner join laurels.wallets as w on w.tenant_id = $1 and w.id = f.wallet_id"
        " group by t.id, t.points, t.source_id",
        work.tenant_id, list(transaction_ids),
    )  # fmt: skip
    return [AboutReversal(*row) for row in rows]


async def taken_back(work: Work, transaction_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many points of these transactions were reversed or refunded, where any were."""
    found: dict[UUID, int] = {}
    for transaction_id, _, points in await taken_back_by(work, transaction_ids):
        found[transaction_id] = found.get(transaction_id, 0) + points
    return found


async def taken_back_by(
    work: Work, transaction_ids: Sequence[UUID]
) -> list[tuple[UUID, str | None, int]]:
    """Return what took points of these transactions back: transaction, source id, points."""
    rows = await work.fetch(
        "select reverses_id, source_id, sum(-points)::bigint from laurels.point_transactions"
        " where tenant_id = $1 and reverses_id = any($2) group by reverses_id, source_id",
        work.tenant_id, list(transaction_ids),
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


async def lots_of(work: Work, transaction_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return the lots that these transactions opened, whether or not anything is left of them."""
    return await work.fetch(
        "select l.id, l.transaction_id, w.program_id, l.initial, l.remaining, l.matures_at,"
        " l.matured_at, l.expires_at from laurels.lots as l"
        " inner join laurels.wallets as w on w.tenant_id = l.tenant_id and w.id = l.wallet_id"
        " where l.tenant_id = $1 and l.transaction_id = any($2) order by l.id",
        work.tenant_id, list(transaction_ids),
    )  # fmt: skip
