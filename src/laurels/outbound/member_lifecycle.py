"""The queue's part in exports: what was sent about a person, and what came of it."""

from laurels.kit import data_export
from laurels.permissions import Permission

STAYS = "a message is about the member it was written for; `events` asks `scrub` to erase words"
"""Why this room registers no handler: it stands below the events."""

data_export.add(
    data_export.ExportSection(
        "outbound_messages",
        Permission.OUTBOUND_READ,
        ("outbound_messages",),
        "select x.id::text as key, x.id, x.channel, x.type, x.state, x.attempts,"
        " x.last_status, x.last_error, x.created_at, x.finished_at"
        " from laurels.outbound_messages as x"
        " where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3"
        " order by x.id::text limit $4",
        kind="outbound_message",
    )
)
