"""The answers of a batch are kept by a function, which goes with the way back.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Nothing changes in the tables; the function comes with `kit/functions.sql`."""


def downgrade() -> None:
    """Undo; the file of functions counts as not applied."""
    op.execute("drop function if exists laurels.keep_answers cascade")
    op.execute("delete from laurels.schema_files where name = 'kit/functions.sql'")
