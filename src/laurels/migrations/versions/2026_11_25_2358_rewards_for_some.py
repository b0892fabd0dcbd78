"""rewards for members of tiers and segments

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LISTS = {
    "tier_ids": "Only members of these tiers can have it; none: of any. Tiers are never deleted.",
    "segment_ids": "Only members of one of these segments can have it; none: everybody.",
}
CHECKS = {
    "tier_level_bounded": "min_tier_level between 1 and 1000",
    "lists_bounded": "cardinality(tier_ids) <= 50 and cardinality(segment_ids) <= 50",
}


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "rewards",
        sa.Column(
            "min_tier_level",
            sa.BigInteger(),
            nullable=True,
            comment="Lowest tier level that can have it; null: everybody.",
        ),
        schema="laurels",
    )
    for name, comment in LISTS.items():
        op.add_column(
            "rewards",
            sa.Column(
                name,
                sa.ARRAY(sa.Uuid()),
                server_default=sa.text("'{}'"),
                nullable=False,
                comment=comment,
            ),
            schema="laurels",
        )
    for name, condition in CHECKS.items():
        op.create_check_constraint(
            op.f(f"ck_rewards_{name}"), "rewards", sa.text(condition), schema="laurels"
        )


def downgrade() -> None:
    """Undo. Refused while a reward is for some members only: without these it would be for all."""
    op.execute(
        "do $$ begin if exists (select from laurels.rewards where min_tier_level is not null"
        " or tier_ids <> '{}' or segment_ids <> '{}')"
        " then raise exception 'there are rewards for members of some tiers or segments only'; end if;"
        " end $$"
    )
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_rewards_{name}"), "rewards", schema="laurels")
    for name in ("min_tier_level", *LISTS):
        op.drop_column("rewards", name, schema="laurels")
