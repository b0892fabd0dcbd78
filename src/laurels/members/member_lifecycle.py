"""The members' part in exports: the profile, every id they ever answered to, and totals.

Merging and erasing begin in this room (`merging.py`, `erasing.py`), so it has no hook.
"""

from laurels.kit import data_export
from laurels.permissions import Permission

STAYS = "members, merges and totals are written by the operations that start a change"
"""Why this room registers no handler."""

for _name, _table, _where, _key, _kind in (
    ("members", "members", "x.id = any($2)", "x.id::text", "member"),
    ("totals", "member_totals", "x.member_id = any($2)", "x.member_id::text", None),
    ("identities", "member_identities", "x.member_id = any($2)", "x.kind || ' ' || x.value", None),
    (
        "merges",
        "member_merges",
        "(x.merged_id = any($2) or x.survivor_id = any($2))",
        "x.id::text",
        "member_merge",
    ),
):
    _sql = f"""
        select {_key} as key, x.*
        from laurels.{_table} as x
        where x.tenant_id = $1 and {_where} and {_key} > $3
        order by {_key}
        limit $4
    """
    data_export.add(
        data_export.ExportSection(_name, Permission.MEMBERS_READ, (_table,), _sql, kind=_kind)
    )
