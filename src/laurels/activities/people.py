"""The activities' part in the lives of members: they go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, takes_part
from laurels.kit import dossier
from laurels.kit.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission


@takes_part(Merging)
async def hand_over(work: Work, story: Merging) -> None:
    """The merged member's activities are the survivor's, and remember whose they were."""
    await work.fetch(
        "update laurels.activities"
        " set member_id = $3, original_member_id = coalesce(original_member_id, member_id)"
        " where tenant_id = $1 and member_id = $2",
        work.tenant_id, story.merged_id, story.survivor_id,
    )  # fmt: skip


@takes_part(Unmerging)
async def hand_back(work: Work, story: Unmerging) -> None:
    """Activities that came with the merged member are theirs again; later ones stay."""
    await work.fetch(
        "update laurels.activities set member_id = $2,"
        " original_member_id = nullif(original_member_id, $2)"
        " where tenant_id = $1 and member_id = $3 and original_member_id = any($4)",
        work.tenant_id, story.merged_id, story.survivor_id, list(story.family),
    )  # fmt: skip


@takes_part(Erasing)
async def erase_words(work: Work, story: Erasing) -> None:
    """What the person's activities were about, free facts and reasons are gone; kinds stay."""
    rows = await work.fetch(
        "update laurels.activities set subject = null, attributes = '{}', revoked_reason = null"
        " where tenant_id = $1 and member_id = any($2) returning id",
        work.tenant_id, list(story.member_ids),
    )  # fmt: skip
    # What was written by SQL is noted with its values.
    await audit.blank(work, [encode("activity", row[0]) for row in rows])


dossier.add(
    dossier.Chapter(
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
