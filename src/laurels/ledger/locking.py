"""Locks on wallets, taken in the order of their ids, the same everywhere."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from laurels.kit.values.ids import new_id
from laurels.kit.work import Call, Work, uniform

from .lots import Wallet
from .programs import load_programs


def read_wallet(row: asyncpg.Record) -> Wallet:
    """Return a wallet as `lock_wallets` gives it."""
    return Wallet(*row[:11], closed_for=row[12], merged_into=row[13])


async def lock_rows(
    work: Work, pairs: set[tuple[UUID, UUID]], wallet_ids: set[UUID]
) -> list[asyncpg.Record]:
    """Lock wallets named by id or by member and program, opening those that are missing."""
    for opening in (False, True):
        function, values = wallets_call(work, pairs, wallet_ids, opening=opening)
        rows = await work.fetch(f"select * from {function}($1, $2, $3, $4, $5)", *values)
        if not pairs or len(rows) >= len(pairs):
            return rows
    return []


def wallets_call(
    work: Work,
    pairs: Collection[tuple[UUID, UUID]],
    wallet_ids: Collection[UUID] = (),
    *,
    opening: bool = False,
) -> Call:
    """Return what locks wallets by member and program, all of them or none where some are missing.

    `post` takes the rows, if nothing else was booked in the meantime.
    """
    new_ids = [new_id() for _ in pairs] if opening else None
    return "laurels.lock_wallets", (
        work.tenant_id, [member for member, _ in pairs],
        uniform([program for _, program in pairs]), new_ids, list(wallet_ids) or None,
    )  # fmt: skip


async def open_wallets(work: Work, member_ids: Sequence[UUID]) -> None:
    """Each member has a wallet of the default program."""
    programs = await load_programs(work)
    await lock_rows(work, {(member_id, programs.default_id) for member_id in member_ids}, set())


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
