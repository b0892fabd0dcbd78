"""The outbox's part in the lives of members.

A merge moves no event: what happened to the merged member stays in that member's order, which
ends with the merge, and the survivor's order goes on. Erasing leaves ids, numbers and kinds.
"""

from laurels import outbound
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.work import Work
from laurels.permissions import Permission

from .lifecycle_hooks import Erasing, lifecycle_hook

SQL = statements(__name__)

STAYS = "events belong to the order of the member they happened to; the merge is its last one"
"""Why merging moves nothing of this room."""


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The person's events hold no words of theirs any more, also where they wait to be sent.

    What receivers answered and what handlers failed with may quote the person, so it goes too.
    """
    await outbound.scrub(work, change.member_ids)
    await work.fetch("select laurels.scrub_events($1, $2)", work.tenant_id, list(change.member_ids))


data_export.add(
    data_export.ExportSection(
        "events",
        Permission.EVENTS_READ,
        ("outbox", "member_sequences"),
        SQL.export_events,
        kind="event",
    )
)
data_export.add(
    data_export.ExportSection(
        "event_handlings",
        Permission.EVENTS_READ,
        ("event_handlings",),
        SQL.export_handlings,
        kind="dead_letter",
    )
)
