"""What follows from purchases that change hands: lifetime totals are what the purchases say."""

from laurels import members, purchases
from laurels.events import Merging, Unmerging, takes_part
from laurels.kit.work import Work


async def _recount(work: Work, story: Merging | Unmerging) -> None:
    both = sorted([story.merged_id, story.survivor_id])
    await members.set_totals(work, await purchases.totals_of(work, both), of=both)


@takes_part(Merging)
async def add_up(work: Work, story: Merging) -> None:
    """The survivor's totals are of both members' purchases; the merged member has none."""
    await _recount(work, story)


@takes_part(Unmerging)
async def tell_apart(work: Work, story: Unmerging) -> None:
    """Both members' totals are of their own purchases again."""
    await _recount(work, story)
