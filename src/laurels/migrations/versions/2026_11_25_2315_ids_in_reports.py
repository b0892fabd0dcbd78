"""ids in reports: the function `id_of`, which views in the words of other systems call

The function and the views are files that `migrate` applies; here is only the way back.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""


def downgrade() -> None:
    """Take back. Views are away while migrations run, so nothing stands on the function."""
    op.execute("drop function if exists laurels.id_of(text)")
    op.execute("delete from laurels.schema_files where name = 'kit/functions.sql'")
