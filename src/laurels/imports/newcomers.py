"""Who is met in a file for the first time: enrolled, given a wallet, and welcomed where asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from laurels import ledger, members, settlement, tiers
from laurels.kit.work import Work

from .errors import MemberUnknown
from .parsing import KNOWN_BY


async def come(work: Work, profile: dict[str, Any], *, known_only: bool) -> members.Upserted:
    """The member with this profile is there. Raise MemberUnknown where nobody new may come."""
    async with work.savepoint():
        upserted = await members.upsert(work, profile, historical=True)
        if upserted.created and known_only:
            raise MemberUnknown(field=next(name for name in KNOWN_BY if name in profile))
    return upserted


async def greet(work: Work, created: Sequence[UUID], *, welcome: bool) -> None:
    """New members have wallets, the default tier and, if asked, what sign-up rules say."""
    if not created:
        return
    await ledger.open_wallets(work, created)
    await tiers.place(work, created, historical=True)
    if welcome:
        await settlement.award_enrolment(work, created, historical=True)
