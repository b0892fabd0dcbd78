"""Blocking and archiving: a member is inactive and their wallets closed, in one transaction."""

from uuid import UUID

from laurels import ledger, members
from laurels.kit.work import Work


async def archive(work: Work, member_id: UUID) -> None:
    """The member is out of sight and neither earns nor spends until restored; a repeat is none.

    Purchases are still recorded, and refunds still take back. Raise MemberNotFound, MemberMerged,
    MemberBlocked or MemberErased.
    """
    if await members.archive(work, member_id):
        await ledger.close_wallets(work, member_id, reason="archived")


async def restore(work: Work, member_id: UUID) -> None:
    """The archived member is active again, with what they had. Raise also EmailTaken."""
    if await members.restore(work, member_id):
        await ledger.reopen_wallets(work, member_id, reason="archived")


async def block(work: Work, member_id: UUID, *, reason: str) -> None:
    """The member stays, and neither earns nor spends until unblocked; a repeat is none.

    Purchases are still recorded, refunds still take back, points still lapse, and whoever sets them
    right by hand still can. Raise MemberNotFound, MemberMerged, MemberArchived or MemberErased.
    """
    if await members.block(work, member_id, reason=reason):
        await ledger.close_wallets(work, member_id, reason="blocked")


async def unblock(work: Work, member_id: UUID, *, reason: str | None = None) -> None:
    """The blocked member is active again, with what they had."""
    if await members.unblock(work, member_id, reason=reason):
        await ledger.reopen_wallets(work, member_id, reason="blocked")
