"""What segments do by themselves: follow events by the minute, everything else at night."""

from laurels.kit.jobs import MINUTE, job
from laurels.kit.work import Work

from . import days, recomputing


@job(
    "segments.keep_up",
    every=MINUTE,
    limit=5000,
    waiting="tenants_with_segment_news",
    business=False,
)
async def keep_up(work: Work, *, limit: int) -> int:
    """Let segments follow what happened to members in the last minutes."""
    return await recomputing.keep_up(work, limit=limit)


@job(
    "segments.recompute_asked",
    every=MINUTE,
    limit=1,
    waiting="tenants_with_segments_asked",
    business=False,
)
async def recompute_asked(work: Work, *, limit: int) -> int:
    """Compute segments that somebody asked to be computed."""
    return await recomputing.recompute_some(work, asked=True, limit=limit)


@job("segments.refresh", daily="03:20", limit=1, waiting="tenants_with_segments_to_refresh")
async def refresh(work: Work, *, limit: int) -> int:
    """Compute every segment that follows its criteria by itself, once a night."""
    return await recomputing.recompute_some(work, asked=False, limit=limit)


@job("segments.count_days", daily="03:50", waiting="tenants_with_days_to_count")
async def count_days(work: Work, *, limit: int) -> int:
    """Count what the members of each segment did on the day before."""
    del limit  # One statement counts all segments; each has one row per day.
    await days.count_days(work)
    await recomputing.summarise_lists(work)
    return 0
