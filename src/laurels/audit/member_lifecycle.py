"""The audit log's part in exports: what was done to a person's data, and by whom.

Entries are about the member that they name, so a merge moves none; `members.erase` blanks them.
"""

from laurels.kit import data_export
from laurels.permissions import Permission

STAYS = "an entry is about the thing that it names, whatever became of it"
"""Why this room registers no handler."""

data_export.add(
    data_export.ExportSection(
        "audit",
        Permission.AUDIT_READ,
        (),
        "select x.id::text as key, x.id, x.action, x.target_type, x.target_id, x.before, x.after,"
        " x.actor_type, x.created_at from laurels.audit_log as x where x.tenant_id = $1"
        " and x.target_type = 'member' and x.target_id = any("
        "  select laurels.type_id('mem', m) from unnest($2::uuid[]) as m)"
        " and x.id::text > $3 order by x.id::text limit $4",
        kind="audit_entry",
    )
)
