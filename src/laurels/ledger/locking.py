"""Locks on wallets, taken in the order of their ids, the same everywhere."""

from uuid import UUID

import asyncpg

from laurels.kit.ids import new_id
from laurels.kit.work import Along, Work, uniform

from .lots import Wallet
from .programs import load_programs

_LOCK = "select * from laurels.lock_wallets({}, {}, {}, {}, {})"
_AHEAD = "wallets that were locked ahead"


def read_wallet(row: asyncpg.Record) -> Wallet:
    """Return a wallet as `lock_wallets` gives it."""
    return Wallet(*row[:11], closed_for=row[12], merged_into=row[13])


async def lock_rows(
    work: Work, pairs: set[tuple[UUID, UUID]], wallet_ids: set[UUID]
) -> list[asyncpg.Record]:
    """Lock wallets named by id or by member and program, opening those that are missing."""
    ahead = _locked_ahead(work, pairs)
    if ahead and not wallet_ids:
        return ahead
    members = [member for member, _ in pairs]
    programs = [program for _, program in pairs]
    for opening in (False, True):
        new_ids = [new_id() for _ in pairs] if opening else None
        rows = await work.fetch(
            _LOCK.format("$1", "$2", "$3", "$4", "$5"),
            work.tenant_id, members, uniform(programs), new_ids, list(wallet_ids) or None,
        )  # fmt: skip
        if not pairs or len(rows) >= len(pairs):
            return rows
    return []


async def lock_along(work: Work, member_ids: set[UUID]) -> Along:
    """Return what locks these members' wallets of the default program along with a statement.

    The next movements of these members find them locked. Only for a statement after which nothing
    is locked any more that comes before wallets.
    """
    programs = await load_programs(work)
    return Along(
        _AHEAD, _LOCK, (work.tenant_id, list(member_ids), [programs.default_id], None, None)
    )


def _locked_ahead(work: Work, pairs: set[tuple[UUID, UUID]]) -> list[asyncpg.Record]:
    """Return the wallets of these pairs if all were locked ahead. They are good for one look."""
    rows: list[asyncpg.Record] = work.memo.pop(_AHEAD, [])
    chosen = [row for row in rows if (row[1], row[2]) in pairs]
    return chosen if len(chosen) == len(pairs) else []
