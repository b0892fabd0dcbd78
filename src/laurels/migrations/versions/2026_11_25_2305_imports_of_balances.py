"""imports of balances

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "ck_import_runs_kind_known"
BEFORE = "kind in ('members', 'purchases')"
SINCE = "kind in ('balances', 'members', 'purchases', 'rewards', 'vouchers')"


def upgrade() -> None:
    """Apply."""
    op.execute(f"alter table laurels.import_runs drop constraint {NAME}")
    op.execute(f"alter table laurels.import_runs add constraint {NAME} check ({SINCE})")


def downgrade() -> None:
    """Take back. Runs of kinds that are not known then go with the rows that they refused."""
    op.execute(
        "delete from laurels.rejected_rows as r using laurels.import_runs as i"
        f" where i.tenant_id = r.tenant_id and i.id = r.run_id and not (i.{BEFORE})"
    )
    op.execute(f"delete from laurels.import_runs where not ({BEFORE})")
    op.execute(f"alter table laurels.import_runs drop constraint {NAME}")
    op.execute(f"alter table laurels.import_runs add constraint {NAME} check ({BEFORE})")
