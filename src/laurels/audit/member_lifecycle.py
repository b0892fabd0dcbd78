"""The audit log's part in exports: what was done to a person's data, and by whom.

Entries are about the member that they name, so a merge moves none; `members.erase` blanks them.
"""

from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.permissions import Permission

SQL = statements(__name__)

STAYS = "an entry is about the thing that it names, whatever became of it"
"""Why this room registers no handler."""

data_export.add(
    data_export.ExportSection(
        "audit", Permission.AUDIT_READ, (), SQL.export_entries, kind="audit_entry"
    )
)
