"""The activities' part in the lives of members: they go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission

SQL = statements(__name__)


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The merged member's activities are the survivor's, and remember whose they were."""
    await work.fetch(SQL.hand_over, work.tenant_id, change.merged_id, change.survivor_id)


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """Activities that came with the merged member are theirs again; later ones stay."""
    await work.fetch(
        SQL.hand_back, work.tenant_id, change.merged_id, change.survivor_id, list(change.family)
    )


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """What the person's activities were about, free facts and reasons are gone; kinds stay."""
    rows = await work.fetch(SQL.erase_words, work.tenant_id, list(change.member_ids))
    # What was written by SQL is noted with its values.
    await audit.blank(work, [encode("activity", row[0]) for row in rows])


data_export.add(
    data_export.ExportSection(
        "activities",
        Permission.ACTIVITIES_READ,
        ("activities",),
        SQL.export_activities,
        kind="activity",
    )
)
