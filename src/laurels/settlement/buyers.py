"""Whose a purchase or an activity is at present: members may be merged, blocked or archived."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from laurels import members, purchases
from laurels.kit.work import Work
from laurels.purchases import NewPurchase


class Reported(Protocol):
    """Something that is reported of a member: how they are named, and who that turned out to be."""

    source: str
    external_id: str | None
    member: str | None
    member_id: UUID | None
    occurred_at: datetime | None
    named_id: UUID | None
    inactive_status: str | None

    @property
    def buyer_id(self) -> UUID | None:
        """Who it turned out to be, None while nobody knows."""
        ...

    @buyer_id.setter
    def buyer_id(self, found: UUID | None) -> None: ...


async def find_by_our_id(
    work: Work, items: Sequence[Reported]
) -> list[members.MemberNotFound | members.MemberErased | None]:
    """Know the buyers that are named by our ids; whoever was merged is the survivor.

    Return for each what is wrong with it, if anything.
    """
    present = await members.lock_present(work, [i for item in items if (i := item.member_id)])
    refusals: list[members.MemberNotFound | members.MemberErased | None] = []
    for item in items:
        named = item.member_id
        if named is None or named not in present:
            refusals.append(members.MemberNotFound(field="member_id"))
            continue
        buyer = present[named]
        erased = buyer.status == "erased"
        refusals.append(members.MemberErased(field="member_id") if erased else None)
        item.buyer_id = buyer.id
        item.named_id = named if named != buyer.id else None
        item.inactive_status = None if buyer.status == "active" else buyer.status
    return refusals


async def find_present(work: Work, waiting: Mapping[UUID, NewPurchase]) -> None:
    """Purchases that waited belong to whoever goes on for their member, and know if they earn.

    One may have come in while its member was being merged; then it follows the others.
    """
    wanted = {item.buyer_id for item in waiting.values() if item.buyer_id is not None}
    if not wanted:
        return
    present = await members.lock_present(work, wanted)
    for purchase_id, item in waiting.items():
        if item.buyer_id is None:
            continue
        member = present[item.buyer_id]
        if member.id != item.buyer_id:
            await purchases.hand_over(
                work, purchase_id, from_member_id=item.buyer_id, to_member_id=member.id
            )
            item.buyer_id = member.id
        item.inactive_status = None if member.status == "active" else member.status


async def lock_purchases(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return purchases by id, locked, and before them their members, as everywhere.

    Nobody is merged or erased between the look and the commit.
    """
    while True:
        known = await purchases.members_of(work, ids)
        await members.lock_present(work, known)
        rows = await purchases.lock(work, ids)
        # A merge that came in between has handed some over to somebody who is not locked.
        if known.issuperset(row["member_id"] for row in rows.values() if row["member_id"]):
            return rows
