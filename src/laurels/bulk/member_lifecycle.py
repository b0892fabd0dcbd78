"""The room's part in the lives of members.

What came of a member stays with the one whom it was for: a merged member is refused by whatever
still waits for them, so nobody has an action done to them twice.
"""

from laurels.events import Erasing, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.work import Work
from laurels.permissions import Permission

SQL = statements(__name__)

STAYS = "results are history of the member they are about, and merging changes none of it"


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """No result holds words about the person any more."""
    await work.fetch(SQL.erase_messages, work.tenant_id, list(change.member_ids))


data_export.add(
    data_export.ExportSection(
        "bulk_actions", Permission.BULK_READ, ("bulk_action_members",), SQL.export_bulk_actions
    )
)
