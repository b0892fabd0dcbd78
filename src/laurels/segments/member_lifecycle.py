"""The room's part in the lives of members.

Lists by hand follow the person: the survivor is on every list that one of the two was on. What
criteria mean is found out by asking them, so nothing of that is handed over.
"""

from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.work import Work
from laurels.permissions import Permission

_STATIC = (
    "x.segment_id in (select s.id from laurels.segments as s"
    " where s.tenant_id = $1 and s.kind = 'static')"
)


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor is on the merged member's lists, who belongs to no segment any more."""
    await work.fetch(
        "insert into laurels.segment_memberships (tenant_id, segment_id, member_id, joined_at,"
        " reason, merge_id) select $1, x.segment_id, $3, $4, 'merge', $5"
        " from laurels.segment_memberships as x where x.tenant_id = $1 and x.member_id = $2"
        f" and x.left_at is null and {_STATIC} order by x.segment_id"
        " on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing",
        work.tenant_id, change.merged_id, change.survivor_id, work.now, change.merge_id,
    )  # fmt: skip
    await work.fetch(
        "update laurels.segment_memberships set left_at = greatest(joined_at, $3),"
        " left_reason = 'merge', left_merge_id = $4"
        " where tenant_id = $1 and member_id = $2 and left_at is null",
        work.tenant_id, change.merged_id, work.now, change.merge_id,
    )  # fmt: skip


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """The merged member is on their lists again; the survivor leaves those of the merge."""
    await work.fetch(
        "insert into laurels.segment_memberships (tenant_id, segment_id, member_id, joined_at,"
        " reason, merge_id) select $1, x.segment_id, x.member_id, $3, 'merge', $2"
        f" from laurels.segment_memberships as x where x.tenant_id = $1 and {_STATIC}"
        " and x.member_id = any($4) and x.left_merge_id = $2 order by x.segment_id"
        " on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing",
        work.tenant_id, change.merge_id, work.now, list(change.family),
    )  # fmt: skip
    await work.fetch(
        "update laurels.segment_memberships set left_at = greatest(joined_at, $4),"
        " left_reason = 'merge', left_merge_id = $2 where tenant_id = $1 and merge_id = $2"
        " and member_id = $3 and left_at is null",
        work.tenant_id, change.merge_id, change.survivor_id, work.now,
    )  # fmt: skip


@lifecycle_hook(Erasing)
async def forget(work: Work, change: Erasing) -> None:
    """The person belongs to no segment; that somebody did stays, without what was found of them."""
    await work.fetch(
        "update laurels.segment_memberships set found = null,"
        " left_reason = case when left_at is null then 'erased' else left_reason end,"
        " left_at = coalesce(left_at, greatest(joined_at, $3))"
        " where tenant_id = $1 and member_id = any($2)",
        work.tenant_id, list(change.member_ids), work.now,
    )  # fmt: skip


data_export.add(
    data_export.ExportSection(
        "segments",
        Permission.SEGMENTS_READ,
        ("segment_memberships",),
        "select x.id::text as key, x.segment_id, s.name, x.member_id, x.joined_at, x.reason,"
        " x.found, x.left_at, x.left_reason from laurels.segment_memberships as x"
        " inner join laurels.segments as s on s.tenant_id = $1 and s.id = x.segment_id"
        " where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3"
        " order by x.id::text limit $4",
    )
)
