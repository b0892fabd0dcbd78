"""The queue's part in exports: what was sent about a person, and what came of it."""

from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.permissions import Permission

SQL = statements(__name__)

STAYS = "a message is about the member it was written for; `events` asks `scrub` to erase words"
"""Why this room registers no handler: it stands below the events."""

data_export.add(
    data_export.ExportSection(
        "outbound_messages",
        Permission.OUTBOUND_READ,
        ("outbound_messages",),
        SQL.export_messages,
        kind="outbound_message",
    )
)
