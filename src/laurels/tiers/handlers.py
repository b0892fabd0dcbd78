"""What tiers do about events: a member who is back is looked at again.

What members earn, buy and give back raises and lowers them in its own transaction (`progress`).
"""

from collections.abc import Sequence
from uuid import UUID

from laurels import events, ledger
from laurels.events.catalogue import MemberRestored, MemberUnblocked
from laurels.kit.work import Work

from .ladder import load_ladder
from .progress import reconsider, watch
from .reviewing import review


async def _has_ladder(work: Work) -> bool:
    return bool((await load_ladder(work)).tiers)


@events.handler("tiers.on_restored", MemberRestored, MemberUnblocked, batch=500, wanted=_has_ladder)
async def on_restored(work: Work, happened: Sequence[events.Happened]) -> None:
    """Whoever is back stands where they belong."""
    await review(work, sorted({each.member_id for each in happened if each.member_id}))


@ledger.after_reversals
async def on_reversals(work: Work, member_ids: Sequence[UUID]) -> None:
    """Members whose points were taken back by hand stand where they belong, at once."""
    watched = await watch(work, member_ids)
    await reconsider(work, watched, dict.fromkeys(member_ids, work.now))
