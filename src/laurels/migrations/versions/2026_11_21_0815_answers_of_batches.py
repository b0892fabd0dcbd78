"""The answers of a batch are kept by a function, which goes with the way back.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Nothing changes in the tables; the function comes with `kit/functions.sql`."""


def downgrade() -> None:
    """Undo; the file of functions counts as not applied."""
    op.execute("drop function if exists laurels.keep_answers cascade")
    op.execute("delete from laurels.schema_files where name = 'kit/functions.sql'")
