"""Locks on wallets, taken in the order of their ids, the same everywhere."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from laurels.kit.values.ids import new_id
from laurels.kit.work import Work, uniform

from .lots import Wallet


def read_wallet(row: asyncpg.Record) -> Wallet:
    """Return a wallet as `lock_wallets` gives it."""
    return Wallet(*row[:11], closed_for=row[12], merged_into=row[13])


async def lock_rows(
    work: Work, pairs: set[tuple[UUID, UUID]], wallet_ids: set[UUID]
) -> list[asyncpg.Record]:
    """Lock wallets named by id or by member and program, opening those that are missing."""
    members = [member for member, _ in pairs]
    programs = [program for _, program in pairs]
    for opening in (False, True):
        new_ids = [new_id() for _ in pairs] if opening else None
        rows = await work.fetch(
            "select * from laurels.lock_wallets($1, $2, $3, $4, $5)",
            work.tenant_id, members, uniform(programs), new_ids, list(wallet_ids) or None,
        )  # fmt: skip
        if not pairs or len(rows) >= len(pairs):
            return rows
    return []


async def lock_wallets_of(work: Work, member_ids: Sequence[UUID]) -> None:
    """Lock all wallets that these members have, before anything else of theirs is written."""
    await work.fetch(
        # Each is looked up by itself: in the order of ids all wallets of a tenant would be read.
        "select 1 from laurels.wallets as w where w.tenant_id = $1 and w.id = any(array("
        "  select x.id from unnest($2::uuid[]) as n (id) cross join lateral (select o.id"
        "   from laurels.wallets as o where o.tenant_id = $1 and o.member_id = n.id offset 0) as x"
        " )) order by w.id for update",
        work.tenant_id, list(member_ids),
    )  # fmt: skip


async def lapsed_holds(work: Work, holding: Sequence[UUID]) -> list[UUID]:
    """Return the holds of these wallets whose time is over, though no job has come by."""
    if not holding:
        return []
    rows = await work.fetch(
        "select id from laurels.holds where tenant_id = $1 and wallet_id = any($2)"
        " and status = 'open' and expires_at <= $3",
        work.tenant_id, list(holding), work.now,
    )  # fmt: skip
    return [row[0] for row in rows]
