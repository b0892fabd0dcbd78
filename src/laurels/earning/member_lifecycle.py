"""Earning's part in the lives of members: awards and the use of caps go with the survivor."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from laurels import activities, purchases
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work
from laurels.permissions import Permission

from .keeping import AWARDS, WHY

SQL = statements(__name__)


CHUNK = 10_000
"""How many ids are in memory at once."""


async def _subjects(work: Work, member_ids: Sequence[UUID]) -> AsyncIterator[list[UUID]]:
    """Yield what members may have awards for: they themselves, purchases, activities, birthdays."""
    yield list(member_ids)
    for ids_of in (purchases.ids_of, activities.ids_of):
        last = FIRST
        while ids := await ids_of(work, member_ids, after=last, limit=CHUNK):
            yield ids
            last = ids[-1]


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has the merged member's awards, and has used of caps what both had."""
    both = [change.merged_id, change.survivor_id]
    async for subjects in _subjects(work, both):
        await work.fetch(
            SQL.hand_over_awards, work.tenant_id, change.merged_id, change.survivor_id, subjects
        )
    # The merged member's own figures stay as they are: they say what to subtract again.
    await work.fetch(SQL.hand_over_usage, work.tenant_id, change.merged_id, change.survivor_id)


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """The merged member has their awards and their use of caps again."""
    async for subjects in _subjects(work, [change.merged_id, change.survivor_id, *change.family]):
        await work.fetch(
            SQL.hand_back_awards,
            work.tenant_id,
            change.merged_id,
            change.survivor_id,
            list(change.family),
            subjects,
        )
    await work.fetch(SQL.hand_back_usage, work.tenant_id, change.merged_id, change.survivor_id)


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The person's awards keep their points and lose what rules read to find them."""
    async for subjects in _subjects(work, change.member_ids):
        await work.fetch("select laurels.scrub_awards($1, $2)", work.tenant_id, subjects)


data_export.add(
    data_export.ExportSection(
        "awards",
        Permission.EARNING_READ,
        ("awards",),
        f"""
    select a.subject_id::text as key, {WHY}, a.points, a.occurred_at {AWARDS}
    where a.tenant_id = $1 and a.member_id = any($2) and a.subject_id::text > $3
    order by a.subject_id::text
    limit $4
""",
    )
)
data_export.add(
    data_export.ExportSection(
        "rule_usage", Permission.EARNING_READ, ("rule_usage",), SQL.export_usage
    )
)
