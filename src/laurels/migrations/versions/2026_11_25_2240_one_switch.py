"""one switch for the whole programme

`earning.enabled` becomes `loyalty.loyalty_enabled`, which stops redeeming as well. The history of
both sections stays as it was; the move is a version of its own.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVE = (
    (
        # The switch where it is now.
        "insert into laurels.tenant_settings as t (tenant_id, section, values, version, updated_at)"
        " select s.tenant_id, '{to_section}', jsonb_build_object('{to_name}', s.values ->"
        " '{from_name}'), 1 + coalesce((select max(h.version) from laurels.tenant_settings_history as h"
        "  where h.tenant_id = s.tenant_id and h.section = '{to_section}'), 0), now()"
        " from laurels.tenant_settings as s"
        " where s.section = '{from_section}' and s.values ? '{from_name}'"
        " on conflict (tenant_id, section) do update set values = t.values || excluded.values,"
        " version = excluded.version, updated_at = excluded.updated_at"
    ),
    (
        "update laurels.tenant_settings set values = values - '{from_name}', version = version + 1,"
        " updated_at = now() where section = '{from_section}' and values ? '{from_name}'"
    ),
    (
        # Both are versions, made by nobody.
        "insert into laurels.tenant_settings_history (tenant_id, section, version, values,"
        " changed_at, actor_type) select s.tenant_id, s.section, s.version, s.values, s.updated_at,"
        " 'migration' from laurels.tenant_settings as s"
        " where s.section in ('{from_section}', '{to_section}') and not exists (select"
        "  from laurels.tenant_settings_history as h where h.tenant_id = s.tenant_id"
        "  and h.section = s.section and h.version = s.version)"
    ),
)


def upgrade() -> None:
    """Apply."""
    _move(
        from_section="earning", from_name="enabled",
        to_section="loyalty", to_name="loyalty_enabled",
    )  # fmt: skip


def downgrade() -> None:
    """Undo. What else the section `loyalty` says is not known to the version before."""
    _move(
        from_section="loyalty", from_name="loyalty_enabled",
        to_section="earning", to_name="enabled",
    )  # fmt: skip


def _move(**names: str) -> None:
    op.execute("set local laurels.audit = 'off'")
    for statement in MOVE:
        op.execute(statement.format(**names))
