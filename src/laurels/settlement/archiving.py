"""Archiving a member: the profile is out of sight and the wallets are closed, in one story."""

from uuid import UUID

from laurels import ledger, members
from laurels.kit.work import Work


async def archive(work: Work, member_id: UUID) -> None:
    """The member is out of sight and neither earns nor spends until restored; a repeat is none.

    Purchases are still recorded, and refunds still take back. Raise MemberNotFound, MemberMerged
    or MemberErased.
    """
    if await members.archive(work, member_id):
        await ledger.close_wallets(work, member_id, reason="archived")


async def restore(work: Work, member_id: UUID) -> None:
    """The archived member is active again, with what they had. Raise also EmailTaken."""
    if await members.restore(work, member_id):
        await ledger.reopen_wallets(work, member_id)
