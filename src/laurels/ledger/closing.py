"""Closing wallets: nothing new begins in them, and what was begun can still be undone."""

from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.work import Work

SQL = statements(__name__)


async def close_wallets(work: Work, member_id: UUID, *, reason: str) -> None:
    """Nothing is earned or spent in the member's wallets; refunds still reach them."""
    await work.fetch(SQL.close_wallets, work.tenant_id, member_id, reason)


async def reopen_wallets(work: Work, member_id: UUID, *, reason: str) -> None:
    """The member earns and spends again, for all that this reason says."""
    await work.fetch(SQL.reopen_wallets, work.tenant_id, member_id, reason)
