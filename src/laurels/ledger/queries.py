"""Reading the ledger: wallets, transactions, lots about to expire."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels.kit.db.sql import statements
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

SQL = statements(__name__)


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
        work, asked, f"{SQL.wallets} and w.member_id = $2", work.tenant_id, member_id
    )


async def _wallet_ids(work: Work, member_id: UUID) -> list[UUID]:
    """Return a member's wallets, the default program's first. Raise WalletNotFound for none."""
    rows = await work.fetch(SQL.wallet_ids, work.tenant_id, member_id)
    if not rows:
        msg = "There is no member with this id, or the member has no wallet."
        raise WalletNotFound(msg)
    return [row["id"] for row in rows]


ALL_WALLETS = Listing(
    moment="w.updated_at",
    happened="Last moved",
    sorts={"created_at": None},
    id="w.id",
)


async def list_all_wallets(work: Work, *, in_debt: bool, asked: Asked) -> Found[dict[str, Any]]:
    """Return the wallets of all members, usually newest first, or only those that owe points."""
    owing = "and w.debt > 0" if in_debt else ""
    return await ALL_WALLETS.fetch(work, asked, f"{SQL.wallets} {owing}", work.tenant_id)


async def wallets_of(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the wallets of members, by member, the default program's first."""
    sql = f"{SQL.wallets} and w.member_id = any($2) order by p.is_default desc, w.id"
    rows = await work.fetch(sql, work.tenant_id, list(member_ids))
    wallets: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        wallets.setdefault(row["member_id"], []).append(dict(row))
    return wallets


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
    rows = await work.fetch(SQL.spendable, work.tenant_id, list(member_ids), work.now)
    purses: dict[tuple[UUID, UUID | None], Purse] = {}
    for row in rows:
        purse = Purse(row["program_id"], row["available"], row["minimum_redemption_points"])
        purses[row["member_id"], row["program_id"]] = purse
        if row["is_default"]:
            purses[row["member_id"], None] = purse
    return purses


async def get_wallet(work: Work, wallet_id: UUID) -> asyncpg.Record:
    """Return a wallet. Raise WalletNotFound."""
    row = await work.fetchrow(f"{SQL.wallets} and w.id = $2", work.tenant_id, wallet_id)
    if row is None:
        raise WalletNotFound
    return row


HOLDS = Listing(moment="created_at", happened="Set aside", sorts={"created_at": None})


async def list_holds(
    work: Work, wallet_id: UUID, *, status: str | None, asked: Asked
) -> Found[dict[str, Any]]:
    """Return holds of a wallet, usually newest first. Raise WalletNotFound."""
    await get_wallet(work, wallet_id)
    sql = f"{SQL.holds} and wallet_id = $2 and ($3::text is null or status = $3)"
    return await HOLDS.fetch(work, asked, sql, work.tenant_id, wallet_id, status)


async def list_all_holds(work: Work, *, status: str, asked: Asked) -> Found[dict[str, Any]]:
    """Return all holds of this status, usually newest first."""
    if status == "open":
        # Few are, and an index has them: it is only used where the statement itself says so.
        return await HOLDS.fetch(work, asked, f"{SQL.holds} and status = 'open'", work.tenant_id)
    return await HOLDS.fetch(work, asked, f"{SQL.holds} and status = $2", work.tenant_id, status)


async def get_hold(work: Work, hold_id: UUID) -> asyncpg.Record:
    """Return a hold. Raise HoldNotFound."""
    row = await work.fetchrow(f"{SQL.holds} and id = $2", work.tenant_id, hold_id)
    if row is None:
        raise HoldNotFound
    return row


TRANSACTIONS = Listing(
    moment="t.occurred_at",
    happened="Happened",
    sorts={"created_at": number("t.seq")},
    # Within one wallet `seq` is no one else's, so what a cursor has room for beside it is which.
    id="t.wallet_id",
    words="The list goes wallet by wallet, starting with the default program's.",
)


async def members_of(work: Work, transaction_id: UUID) -> list[UUID]:
    """Return whose points a transaction moved, if there is such a transaction."""
    rows = await work.fetch(SQL.members_of, work.tenant_id, transaction_id)
    return [row[0] for row in rows]


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
        sql = f"""
            {SQL.transactions}
              and t.wallet_id = $2 and ($3::text is null or t.type = $3)
              and ($4::text is null or t.source = $4)
        """
        part = await TRANSACTIONS.fetch(
            work,
            replace(still, limit=1) if full else still,
            sql,
            work.tenant_id,
            wallet_id,
            kind,
            source,
        )
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
    row = await work.fetchrow(SQL.balance_of, work.tenant_id, member_id)
    sums: dict[str, int] = dict(row or {})
    return sums


LOTS = Listing(
    moment="expires_at",
    happened="Expire",
    sorts={"expires_at": at(f"coalesce(expires_at, {END_OF_TIME})", ordered="expires_at")},
    default="expires_at",
    words="It is the order in which points are consumed: those that never expire come last.",
)


async def list_lots(work: Work, wallet_id: UUID, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return the lots of a wallet that still hold points, in the order they are consumed."""
    return await LOTS.fetch(work, asked, SQL.list_lots, work.tenant_id, wallet_id)


async def statement(
    work: Work, *, member_id: UUID, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Return every movement of a member in the order booked, for a printed statement."""
    rows = await work.fetch(SQL.transactions_of_members, work.tenant_id, member_id, since, until)
    return [dict(row) for row in rows]


async def history_of(work: Work, member_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return every movement of these members, wallet by wallet in the order booked.

    With the program, the debt after it, and the number of the purchase that it came of.
    """
    return await work.fetch(SQL.history_of, work.tenant_id, list(member_ids))


async def find_transactions(work: Work, ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """Return transactions by id."""
    rows = await work.fetch(f"{SQL.transactions} and t.id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: row for row in rows}


async def find_wallets(work: Work, ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """Return wallets by id."""
    rows = await work.fetch(f"{SQL.wallets} and w.id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: row for row in rows}


async def find_holds(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return holds by id: their points, status and end, and whose they are in which program."""
    rows = await work.fetch(SQL.holds_with_members, work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


async def get_transaction(work: Work, transaction_id: UUID) -> asyncpg.Record:
    """Return a transaction. Raise TransactionNotFound."""
    row = await work.fetchrow(f"{SQL.transactions} and t.id = $2", work.tenant_id, transaction_id)
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
    rows = await work.fetch(SQL.reversals_of, work.tenant_id, list(transaction_ids))
    return [AboutReversal(*row) for row in rows]


async def taken_back(work: Work, transaction_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many points of these transactions were reversed or refunded, where any were."""
    taken: dict[UUID, int] = {}
    for transaction_id, _, points in await taken_back_by(work, transaction_ids):
        taken[transaction_id] = taken.get(transaction_id, 0) + points
    return taken


async def taken_back_by(
    work: Work, transaction_ids: Sequence[UUID]
) -> list[tuple[UUID, str | None, int]]:
    """Return what took points of these transactions back: transaction, source id, points."""
    rows = await work.fetch(SQL.taken_back_by, work.tenant_id, list(transaction_ids))
    return [(row[0], row[1], row[2]) for row in rows]


async def lots_of(work: Work, transaction_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return the lots that these transactions opened, whether or not anything is left of them."""
    return await work.fetch(SQL.lots_of, work.tenant_id, list(transaction_ids))
