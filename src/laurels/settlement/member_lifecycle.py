"""What follows from purchases that change hands: lifetime totals are what the purchases say."""

from laurels import members, purchases
from laurels.events import Merging, Unmerging, lifecycle_hook
from laurels.kit.work import Work


async def _recount(work: Work, change: Merging | Unmerging) -> None:
    both = sorted([change.merged_id, change.survivor_id])
    await members.set_totals(work, await purchases.totals_of(work, both), of=both)


@lifecycle_hook(Merging)
async def add_up(work: Work, change: Merging) -> None:
    """The survivor's totals are of both members' purchases; the merged member has none."""
    await _recount(work, change)


@lifecycle_hook(Unmerging)
async def tell_apart(work: Work, change: Unmerging) -> None:
    """Both members' totals are of their own purchases again."""
    await _recount(work, change)
