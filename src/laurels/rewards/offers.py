"""What a member is offered: each reward, whether they can have it, and if not, why not."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from laurels import members
from laurels.kit.work import Work

from . import queries
from .eligibility import Asker, Offer, Reason, judge, most
from .facts import gather, offer_of


@dataclass(frozen=True, slots=True)
class Offered:
    """A reward as one member sees it."""

    reward: dict[str, Any]
    reasons: tuple[Reason, ...]
    points_to_go: int
    most: int | None


async def offers_for(
    work: Work,
    member_id: UUID,
    *,
    kind: str | None = None,
    category: str | None = None,
    featured: bool | None = None,
    available: bool | None = None,
) -> list[Offered]:
    """Return the catalogue as this member sees it, in the order in which it is shown.

    The number of statements does not depend on the number of rewards. Raise MemberNotFound.
    """
    member = await members.get_member(work, member_id)
    rewards = await queries.list_catalogue(work, kind=kind, category=category, featured=featured)
    facts = await gather(work, {member_id: member})
    await facts.learn(rewards)
    found = [_see(each, offer_of(each), facts.asker(member_id, each)) for each in rewards]
    return [each for each in found if available is None or available == (not each.reasons)]


def _see(reward: dict[str, Any], offer: Offer, asker: Asker) -> Offered:
    return Offered(
        reward, judge(offer, asker), max(offer.cost_points - asker.available, 0), most(offer, asker)
    )
