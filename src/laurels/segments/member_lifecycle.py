"""The room's part in the lives of members.

Lists by hand follow the person: the survivor is on every list that one of the two was on. What
criteria mean is found out by asking them, so nothing of that is handed over.
"""

from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.work import Work
from laurels.permissions import Permission

SQL = statements(__name__)


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor is on the merged member's lists, who belongs to no segment any more."""
    await work.fetch(
        SQL.copy_lists,
        work.tenant_id,
        change.merged_id,
        change.survivor_id,
        work.now,
        change.merge_id,
    )
    await work.fetch(
        SQL.leave_for_survivor, work.tenant_id, change.merged_id, work.now, change.merge_id
    )


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """The merged member is on their lists again; the survivor leaves those of the merge."""
    await work.fetch(
        SQL.copy_lists_back, work.tenant_id, change.merge_id, work.now, list(change.family)
    )
    await work.fetch(
        SQL.leave_merged, work.tenant_id, change.merge_id, change.survivor_id, work.now
    )


@lifecycle_hook(Erasing)
async def forget(work: Work, change: Erasing) -> None:
    """The person belongs to no segment; that somebody did stays, without what was found of them."""
    await work.fetch(SQL.forget_members, work.tenant_id, list(change.member_ids), work.now)


data_export.add(
    data_export.ExportSection(
        "segments", Permission.SEGMENTS_READ, ("segment_memberships",), SQL.export_memberships
    )
)
