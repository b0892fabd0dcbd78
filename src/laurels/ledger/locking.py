"""Locks on wallets, taken in the order of their ids, the same everywhere."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.work import Call, Work, uniform

from .lots import Wallet
from .programs import load_programs

SQL = statements(__name__)


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
        work.tenant_id,
        [member for member, _ in pairs],
        uniform([program for _, program in pairs]),
        new_ids,
        list(wallet_ids) or None,
    )


async def open_wallets(work: Work, member_ids: Sequence[UUID]) -> None:
    """Each member has a wallet of the default program."""
    programs = await load_programs(work)
    await lock_rows(work, {(member_id, programs.default_id) for member_id in member_ids}, set())


async def lock_wallets_of(work: Work, member_ids: Sequence[UUID]) -> None:
    """Lock all wallets that these members have, before anything else of theirs is written."""
    await work.fetch(
        # Each is looked up by itself: in the order of ids all wallets of a tenant would be read.
        SQL.lock_wallets_of,
        work.tenant_id,
        list(member_ids),
    )


async def lapsed_holds(work: Work, holding: Sequence[UUID]) -> list[UUID]:
    """Return the holds of these wallets whose time is over, though no job has come by."""
    if not holding:
        return []
    rows = await work.fetch(SQL.lapsed_holds, work.tenant_id, list(holding), work.now)
    return [row[0] for row in rows]
