"""birthdays: since when a day of birth is known, and who was born on a day of the year

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What is known now counts as known since its member joined."""
    op.execute("alter table laurels.members add column birthday_known_at timestamptz")
    op.execute(
        "comment on column laurels.members.birthday_known_at is"
        " 'When the day of birth was told as it is now; null: when they joined.'"
    )
    op.execute(
        "create index ix_members_birthday on laurels.members (tenant_id,"
        " ((extract(month from birthday) * 100 + extract(day from birthday))::integer), id)"
        " where birthday is not null and status = 'active'"
    )


def downgrade() -> None:
    """Undo."""
    op.execute("drop index laurels.ix_members_birthday")
    op.execute("alter table laurels.members drop column birthday_known_at")
