"""Closing wallets: nothing new begins in them, and what was begun can still be undone."""

from uuid import UUID

from laurels.kit.work import Work


async def close_wallets(work: Work, member_id: UUID, *, reason: str) -> None:
    """Nothing is earned or spent in the member's wallets; refunds still reach them."""
    await work.fetch(
        "update laurels.wallets set closed_for = $3 where tenant_id = $1 and member_id = $2"
        " and merged_into is null",
        work.tenant_id, member_id, reason,
    )  # fmt: skip


async def reopen_wallets(work: Work, member_id: UUID, *, reason: str) -> None:
    """The member earns and spends again, for all that this reason says."""
    await work.fetch(
        "update laurels.wallets set closed_for = null where tenant_id = $1 and member_id = $2"
        " and closed_for = $3",
        work.tenant_id, member_id, reason,
    )  # fmt: skip
