"""rules that settings manage

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Rules that are there are managed by nobody."""
    op.execute("alter table laurels.earning_rules add column managed_by text")
    op.execute(
        "comment on column laurels.earning_rules.managed_by is 'The setting that says what it"
        " gives, as section.name; null: nobody''s but its own.'"
    )
    op.execute(
        "alter table laurels.earning_rules add constraint ck_earning_rules_managed_by_shape"
        " check (managed_by ~ '^[a-z_]+[.][a-z_]+$')"
    )
    op.execute(
        "create unique index uq_earning_rules_managed on laurels.earning_rules"
        " (tenant_id, managed_by) where current and managed_by is not null"
    )


def downgrade() -> None:
    """Undo. Managed rules stay, as rules of their own."""
    op.execute("drop index laurels.uq_earning_rules_managed")
    op.execute(
        "alter table laurels.earning_rules drop constraint ck_earning_rules_managed_by_shape"
    )
    op.execute("alter table laurels.earning_rules drop column managed_by")
