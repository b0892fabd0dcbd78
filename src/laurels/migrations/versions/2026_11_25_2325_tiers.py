"""tiers and who stood on them

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from laurels.migrations.wall import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "lock_standings",
    "tier_metrics",
    "earlier_standings",
    "book_standings",
    "place_in_tier",
    "date_standings",
    "tenants_with_tiers",
    "tenants_with_due_standings",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tiers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What it is called."),
        sa.Column("description", sa.Text(), nullable=True, comment="What members read about it."),
        sa.Column(
            "level",
            sa.BigInteger(),
            nullable=False,
            comment="Its place in the ladder; 1 is the lowest.",
        ),
        sa.Column(
            "color",
            sa.Text(),
            server_default=sa.text("'#8B5CF6'"),
            nullable=False,
            comment="For cards and badges.",
        ),
        sa.Column(
            "icon",
            sa.Text(),
            server_default=sa.text("'star'"),
            nullable=False,
            comment="For badges.",
        ),
        sa.Column(
            "criteria",
            sa.Text(),
            server_default=sa.text("'points'"),
            nullable=False,
            comment="What is counted: points, spend, orders, or hybrid: every minimum that is set.",
        ),
        sa.Column(
            "min_points",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Points earned in the period, for points and hybrid.",
        ),
        sa.Column(
            "min_spend",
            sa.Numeric(precision=19, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="Money spent in the period, for spend and hybrid.",
        ),
        sa.Column(
            "min_orders",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Purchases in the period; counts with any criteria.",
        ),
        sa.Column(
            "qualification_period_days",
            sa.BigInteger(),
            server_default=sa.text("365"),
            nullable=False,
            comment="How far back is counted; 0: the whole life.",
        ),
        sa.Column(
            "points_multiplier",
            sa.Numeric(precision=5, scale=2),
            server_default=sa.text("1.00"),
            nullable=False,
            comment="What earned points are multiplied by.",
        ),
        sa.Column(
            "discount_percentage",
            sa.Numeric(precision=5, scale=2),
            server_default=sa.text("0"),
            nullable=False,
            comment="A discount that the shop gives.",
        ),
        sa.Column(
            "free_shipping",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the shop ships for nothing.",
        ),
        sa.Column(
            "early_access",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether its members may buy before others.",
        ),
        sa.Column(
            "birthday_bonus_points",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Points for a birthday, for rules that give them.",
        ),
        sa.Column(
            "requires_maintenance",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it has to be earned again every so often.",
        ),
        sa.Column(
            "maintenance_period_days",
            sa.BigInteger(),
            server_default=sa.text("365"),
            nullable=False,
            comment="For how long it is had, where it has to be.",
        ),
        sa.Column(
            "grace_days",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="For how long it is kept when that is over.",
        ),
        sa.Column(
            "is_default",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The one that new members get.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made.",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.Column(
            "archived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it is no part of the ladder.",
        ),
        sa.CheckConstraint("color ~ '^#[0-9A-Fa-f]{6}$'", name=op.f("ck_tiers_color_shape")),
        sa.CheckConstraint(
            "criteria in ('points', 'spend', 'orders', 'hybrid')",
            name=op.f("ck_tiers_criteria_known"),
        ),
        sa.CheckConstraint(
            "discount_percentage >= 0 and discount_percentage <= 100",
            name=op.f("ck_tiers_discount_percentage_bounded"),
        ),
        sa.CheckConstraint("length(name) between 1 and 100", name=op.f("ck_tiers_name_length")),
        sa.CheckConstraint("level between 1 and 1000", name=op.f("ck_tiers_level_bounded")),
        sa.CheckConstraint(
            "min_points between 0 and 9007199254740991 and min_orders between 0 and 9007199254740991 and birthday_bonus_points between 0 and 9007199254740991",
            name=op.f("ck_tiers_counts_bounded"),
        ),
        sa.CheckConstraint(
            "min_spend >= 0 and min_spend <= 999999999999999",
            name=op.f("ck_tiers_min_spend_bounded"),
        ),
        sa.CheckConstraint(
            "not (is_default and requires_maintenance)",
            name=op.f("ck_tiers_default_needs_no_maintenance"),
        ),
        sa.CheckConstraint(
            "points_multiplier >= 0.01 and points_multiplier <= 100",
            name=op.f("ck_tiers_points_multiplier_bounded"),
        ),
        sa.CheckConstraint(
            "qualification_period_days between 0 and 36500 and maintenance_period_days between 1 and 36500 and grace_days between 0 and 3650",
            name=op.f("ck_tiers_days_bounded"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_tiers_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tiers")),
        schema="laurels",
        comment="The ladder: what each tier takes and what it brings.",
    )
    op.create_index(
        "uq_tiers_default",
        "tiers",
        ["tenant_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("is_default and archived_at is null"),
    )
    op.create_index(
        "uq_tiers_level",
        "tiers",
        ["tenant_id", "level"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("archived_at is null"),
    )
    op.create_index(
        "uq_tiers_name",
        "tiers",
        ["tenant_id", "name"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("archived_at is null"),
    )
    protect("tiers")
    op.create_table(
        "tier_history",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="Who."),
        sa.Column("tier_id", sa.Uuid(), nullable=False, comment="On which tier."),
        sa.Column(
            "achieved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Since when, in business time.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when; null: at present.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it has to be earned again, or when a manual one is over; null: never.",
        ),
        sa.Column(
            "grace_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="It was not earned again in time and is kept until then.",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When time next matters: the notice, the expiry, the end of grace.",
        ),
        sa.Column(
            "noticed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the notice was given.",
        ),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="What it stands on: the default, qualification, granted on the way down, manual.",
        ),
        sa.Column(
            "qualified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="From the period before this moment on is counted whether it still holds.",
        ),
        sa.Column(
            "fixed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Manual, and not even raised until it is over.",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it began."),
        sa.Column(
            "points_at_achievement",
            sa.BigInteger(),
            nullable=True,
            comment="Points counted by then.",
        ),
        sa.Column(
            "spend_at_achievement",
            sa.Numeric(precision=38, scale=4),
            nullable=True,
            comment="Money counted by then.",
        ),
        sa.Column(
            "orders_at_achievement",
            sa.BigInteger(),
            nullable=True,
            comment="Purchases counted by then.",
        ),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who brought it about."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.Column("note", sa.Text(), nullable=True, comment="Why, in somebody's words."),
        sa.Column(
            "merge_id",
            sa.Uuid(),
            nullable=True,
            comment="The merge that brought it to its member; undone with it.",
        ),
        sa.Column(
            "ended_by_merge_id",
            sa.Uuid(),
            nullable=True,
            comment="The merge that ended it; it goes on when that is undone.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row was written.",
        ),
        sa.CheckConstraint(
            "achieved_at >= '1970-01-01' and achieved_at <= '9999-01-01'",
            name=op.f("ck_tier_history_achieved_at_bounded"),
        ),
        sa.CheckConstraint(
            "basis = 'qualification' or qualified_at is null",
            name=op.f("ck_tier_history_qualified_known"),
        ),
        sa.CheckConstraint(
            "basis in ('default', 'qualification', 'granted', 'manual')",
            name=op.f("ck_tier_history_basis_known"),
        ),
        sa.CheckConstraint(
            "expires_at >= '1970-01-01' and expires_at <= '9999-01-01'",
            name=op.f("ck_tier_history_expires_at_bounded"),
        ),
        sa.CheckConstraint(
            "grace_until >= '1970-01-01' and grace_until <= '9999-01-01'",
            name=op.f("ck_tier_history_grace_until_bounded"),
        ),
        sa.CheckConstraint(
            "not fixed or basis = 'manual'", name=op.f("ck_tier_history_only_manual_is_fixed")
        ),
        sa.CheckConstraint(
            "reason in ('placed', 'qualification', 'renewal', 'manual', 'refund', 'downgrade', 'expired', 'removed', 'ladder', 'archived', 'merge', 'unmerge')",
            name=op.f("ck_tier_history_reason_known"),
        ),
        sa.CheckConstraint(
            "due_at is null or expires_at is not null",
            name=op.f("ck_tier_history_due_when_it_expires"),
        ),
        sa.CheckConstraint(
            "ended_at >= achieved_at", name=op.f("ck_tier_history_ends_after_beginning")
        ),
        sa.CheckConstraint(
            "grace_until > expires_at", name=op.f("ck_tier_history_grace_follows_expiry")
        ),
        sa.CheckConstraint(
            "spend_at_achievement >= 0 and spend_at_achievement <= 1000000000000000000000000000000000",
            name=op.f("ck_tier_history_spend_at_achievement_bounded"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_tier_history_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["laurels.tiers.tenant_id", "laurels.tiers.id"],
            name=op.f("fk_tier_history_tenant_id_tier_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tier_history")),
        schema="laurels",
        comment="Who stood on which tier, from when to when and why; one row per standing.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_tier_history_due",
        "tier_history",
        ["tenant_id", "due_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("ended_at is null and due_at is not null"),
    )
    op.create_index(
        "ix_tier_history_member",
        "tier_history",
        ["tenant_id", "member_id", "achieved_at"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_tier_history_tier",
        "tier_history",
        ["tenant_id", "tier_id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "uq_tier_history_current",
        "tier_history",
        ["tenant_id", "member_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("ended_at is null"),
    )
    protect("tier_history")


def downgrade() -> None:
    """Undo. The ladder and everybody's standings are lost."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name}")
    op.execute(
        "delete from laurels.schema_files"
        " where name in ('tiers/functions.sql', 'migrations/functions.sql')"
    )
    op.drop_table("tier_history", schema="laurels")
    op.drop_table("tiers", schema="laurels")
