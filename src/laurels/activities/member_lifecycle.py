"""The activities' part in the lives of members: they go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The merged member's activities are the survivor's, and remember whose they were."""
    await work.fetch(
        "update laurels.activities"
        " set member_id = $3, original_member_id = coalesce(original_member_id, member_id)"
        " where tenant_id = $1 and member_id = $2",
        work.tenant_id, change.merged_id, change.survivor_id,
    )  # fmt: skip


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """Activities that came with the merged member are theirs again; later ones stay."""
    await work.fetch(
        "update laurels.activities set member_id = $2,"
        " original_member_id = nullif(original_member_id, $2)"
        " where tenant_id = $1 and member_id = $3 and original_member_id = any($4)",
        work.tenant_id, change.merged_id, change.survivor_id, list(change.family),
    )  # fmt: skip


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """What the person's activities were about, free facts and reasons are gone; kinds stay."""
    rows = await work.fetch(
        "update laurels.activities set subject = null, attributes = '{}', revoked_reason = null"
        " where tenant_id = $1 and member_id = any($2) returning id",
        work.tenant_id, list(change.member_ids),
    )  # fmt: skip
    # What was written by SQL is noted with its values.
    await audit.blank(work, [encode("activity", row[0]) for row in rows])


data_export.add(
    data_export.ExportSection(
        "activities",
        Permission.ACTIVITIES_READ,
        ("activities",),
        "select x.id::text as key, x.id, x.source, x.external_id, x.member_id,"
        " x.original_member_id, x.kind, x.subject, x.value, x.attributes, x.status, x.occurred_at,"
        " x.revoked_at, x.revoked_reason, x.revoked_points, x.created_at"
        " from laurels.activities as x where x.tenant_id = $1 and x.member_id = any($2)"
        " and x.id::text > $3 order by x.id::text limit $4",
        kind="activity",
    )
)
