"""What tiers do about events: a member who is back is looked at again.

What members earn, buy and give back raises and lowers them in its own transaction (`progress`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from laurels import events, ledger
from laurels.events.catalogue.members import MemberRestored, MemberUnblocked
from laurels.kit.work import Work

from .ladder import load_ladder
from .progress import lock_progress, reconsider
from .reviewing import review


async def _has_ladder(work: Work) -> bool:
    return bool((await load_ladder(work)).tiers)


@events.handler("tiers.on_restored", MemberRestored, MemberUnblocked, batch=500, wanted=_has_ladder)
async def on_restored(work: Work, happened: Sequence[events.StoredEvent]) -> None:
    """Whoever is back stands where they belong."""
    await review(work, sorted({each.member_id for each in happened if each.member_id}))


@ledger.around_reversals
@asynccontextmanager
async def around_reversals(
    work: Work, reversals: Sequence[ledger.AboutReversal]
) -> AsyncGenerator[None]:
    """Members whose points are taken back by hand stand where they belong, at once."""
    member_ids = sorted({who for each in reversals for who in each.member_ids})
    progress_of = await lock_progress(work, member_ids)
    yield
    await reconsider(work, progress_of, dict.fromkeys(member_ids, work.now))
