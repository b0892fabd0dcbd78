"""Whose a purchase or a deed is at present: members may have been merged or archived by now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
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
    barred: bool

    @property
    def buyer_id(self) -> UUID | None:
        """Who it turned out to be, None while nobody knows."""
        ...

    @buyer_id.setter
    def buyer_id(self, found: UUID | None) -> None: ...


async def find_given(
    work: Work, items: Sequence[Reported]
) -> list[members.MemberNotFound | members.MemberErased | None]:
    """Know the buyers that are named by our ids; whoever was merged is the survivor.

    Return for each what is wrong with it, if anything.
    """
    there = await members.get_facts(work, [i for item in items if (i := item.member_id)])
    merged = [facts["survivor_id"] for facts in there.values() if facts["survivor_id"]]
    if merged:
        there |= await members.get_facts(work, merged)
    refusals: list[members.MemberNotFound | members.MemberErased | None] = []
    for item in items:
        named = item.member_id
        if named is None or named not in there:
            refusals.append(members.MemberNotFound(field="member_id"))
            continue
        buyer: UUID = there[named]["survivor_id"] or named
        erased = there[buyer]["status"] == "erased"
        refusals.append(members.MemberErased(field="member_id") if erased else None)
        item.buyer_id = buyer
        item.named_id = named if named != buyer else None
        item.barred = there[buyer]["status"] != "active"
    return refusals


async def find_present(work: Work, said: Mapping[UUID, NewPurchase]) -> None:
    """Purchases that waited belong to whoever goes on for their member, and know if they earn.

    One may have come in while its member was being merged; then it follows the others.
    """
    wanted = {item.buyer_id for item in said.values() if item.buyer_id is not None}
    if not wanted:
        return
    there = await members.get_facts(work, sorted(wanted))
    merged = [facts["survivor_id"] for facts in there.values() if facts["survivor_id"]]
    if merged:
        there |= await members.get_facts(work, merged)
    for purchase_id, item in said.items():
        if item.buyer_id is None:
            continue
        survivor: UUID | None = there[item.buyer_id]["survivor_id"]
        if survivor is not None:
            await purchases.hand_over(
                work, purchase_id, from_member_id=item.buyer_id, to_member_id=survivor
            )
            item.buyer_id = survivor
        item.barred = there[item.buyer_id]["status"] != "active"
