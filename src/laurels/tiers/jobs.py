"""What tiers do by themselves."""

from uuid import UUID

from laurels import members
from laurels.kit.jobs import MINUTE, NotYet, Stride, job, walk
from laurels.kit.work import Work

from . import queries
from .progress import catch_up, lock_progress
from .reviewing import review
from .service import REVIEW


@job(
    "tiers.apply_due_standings",
    every=MINUTE,
    limit=500,
    waiting="tenants_with_due_standings",
    next_due=queries.next_due,
)
async def apply_due_standings(work: Work, *, limit: int) -> int:
    """Renew, keep in grace or lower tiers whose time is over; give notice of those to end soon."""
    await _wait_for_history(work)
    due = await queries.due_members(work, limit=limit)
    progress_of = await lock_progress(work, due)
    await catch_up(work, dict.fromkeys(progress_of, work.now), progress_of)
    await review(work, due)
    return len(due)


@walk(
    REVIEW,
    daily="03:30",
    limit=500,
    waiting="tenants_with_tiers",
    count=members.count_active,
    business=False,
)
async def review_everybody(work: Work, *, limit: int, after: UUID | None) -> Stride:
    """Review every member, also after the ladder was changed: each stands where they belong."""
    await _wait_for_history(work)
    ids = await queries.active_after(work, after, limit=limit)
    await review(work, ids, cause="ladder")
    return Stride(len(ids), ids[-1] if ids else after)


async def _wait_for_history(work: Work) -> None:
    """Judge nobody as of now while an import brings what they did. Raise NotYet."""
    row = await work.fetchrow("select laurels.is_importing($1)", work.tenant_id)
    if row is not None and row[0]:
        raise NotYet
