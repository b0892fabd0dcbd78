"""rewards

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "book_redemptions",
    "tenants_with_undelivered",
    "tenants_with_lapsed_redemptions",
)
FILES = "'rewards/functions.sql', 'migrations/functions.sql'"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rewards",
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
            "type",
            sa.Text(),
            nullable=False,
            comment="What sort of thing it is; says what `value` holds.",
        ),
        sa.Column(
            "value",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What it is worth, by its type.",
        ),
        sa.Column("cost_points", sa.BigInteger(), nullable=False, comment="What one costs."),
        sa.Column(
            "program_id",
            sa.Uuid(),
            nullable=True,
            comment="Which points buy it; null: those of the default program.",
        ),
        sa.Column(
            "min_order_value",
            sa.Numeric(precision=19, scale=4),
            nullable=True,
            comment="Smallest purchase that it can be used on; null: any.",
        ),
        sa.Column(
            "stock", sa.BigInteger(), nullable=True, comment="How many are left; null: no limit."
        ),
        sa.Column(
            "codes_left",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Codes of its pool that nobody has yet.",
        ),
        sa.Column(
            "redemptions",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many were had and not given back.",
        ),
        sa.Column(
            "max_redemptions_total",
            sa.BigInteger(),
            nullable=True,
            comment="How many can be had in all; null: no limit.",
        ),
        sa.Column(
            "max_redemptions_per_member",
            sa.BigInteger(),
            nullable=True,
            comment="How many one member can have; null: no limit.",
        ),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), nullable=True, comment="From when, inclusive."
        ),
        sa.Column(
            "ends_at", sa.DateTime(timezone=True), nullable=True, comment="Until when, exclusive."
        ),
        sa.Column(
            "redemption_expiry_days",
            sa.BigInteger(),
            nullable=True,
            comment="Local days after that of delivery in which it can be used; null: no end.",
        ),
        sa.Column(
            "fulfilment",
            sa.Text(),
            nullable=False,
            comment="How it is delivered: code, pool, manual, or provider:<name>.",
        ),
        sa.Column("category", sa.Text(), nullable=True, comment="Under which heading it is shown."),
        sa.Column("terms", sa.Text(), nullable=True, comment="The small print."),
        sa.Column("image_url", sa.Text(), nullable=True, comment="Address of a picture of it."),
        sa.Column(
            "featured",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Shown before the others.",
        ),
        sa.Column(
            "sort_order",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Place in the catalogue; smaller comes first.",
        ),
        sa.Column(
            "active",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="Whether it can be had; false: it is paused.",
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
            comment="When somebody last changed it.",
        ),
        sa.Column(
            "archived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it is out of sight; null: it is in the catalogue.",
        ),
        sa.CheckConstraint(
            "ends_at >= '1970-01-01' and ends_at <= '9999-01-01'",
            name=op.f("ck_rewards_ends_at_bounded"),
        ),
        sa.CheckConstraint(
            "fulfilment in ('code', 'pool', 'manual') or fulfilment ~ '^provider:[a-z0-9_]+$'",
            name=op.f("ck_rewards_fulfilment_known"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(value) = 'object'", name=op.f("ck_rewards_value_is_object")
        ),
        sa.CheckConstraint(
            "starts_at >= '1970-01-01' and starts_at <= '9999-01-01'",
            name=op.f("ck_rewards_starts_at_bounded"),
        ),
        sa.CheckConstraint(
            "type in ('discount_percentage', 'discount_fixed', 'free_shipping', 'free_product', 'store_credit', 'merchandise', 'event', 'tasting', 'gift_card', 'custom')",
            name=op.f("ck_rewards_type_known"),
        ),
        sa.CheckConstraint(
            "codes_left >= 0 and redemptions >= 0", name=op.f("ck_rewards_counts_not_negative")
        ),
        sa.CheckConstraint(
            "cost_points between 1 and 9007199254740991", name=op.f("ck_rewards_cost_bounded")
        ),
        sa.CheckConstraint(
            "max_redemptions_total between 1 and 1000000000 and max_redemptions_per_member between 1 and 1000000000",
            name=op.f("ck_rewards_limits_bounded"),
        ),
        sa.CheckConstraint(
            "min_order_value >= 0 and min_order_value <= 999999999999999",
            name=op.f("ck_rewards_min_order_value_bounded"),
        ),
        sa.CheckConstraint(
            "redemption_expiry_days between 1 and 36500", name=op.f("ck_rewards_validity_bounded")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_rewards_window_order")),
        sa.CheckConstraint(
            "stock between 0 and 1000000000", name=op.f("ck_rewards_stock_never_negative")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"],
            ["laurels.programs.tenant_id", "laurels.programs.id"],
            name=op.f("fk_rewards_tenant_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_rewards_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rewards")),
        schema="laurels",
        comment="What points buy.",
        postgresql_with={"fillfactor": 70},
    )
    protect("rewards")
    op.create_table(
        "redemptions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("reward_id", sa.Uuid(), nullable=False, comment="Which reward."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="Who has it."),
        sa.Column(
            "original_member_id",
            sa.Uuid(),
            nullable=True,
            comment="Who had it before a merge; null: the same.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="pending, completed, used, expired, failed, cancelled or refunded.",
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="How many."),
        sa.Column(
            "points_spent", sa.BigInteger(), nullable=False, comment="What they cost together."
        ),
        sa.Column(
            "transaction_id", sa.Uuid(), nullable=False, comment="The movement that paid for it."
        ),
        sa.Column(
            "refund_transaction_id",
            sa.Uuid(),
            nullable=True,
            comment="The movement that gave the points back, if any did.",
        ),
        sa.Column(
            "reward",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The reward as it was.",
        ),
        sa.Column(
            "fulfilment",
            sa.Text(),
            nullable=False,
            comment="How it is delivered, as the reward said.",
        ),
        sa.Column("code", sa.Text(), nullable=True, comment="What the member shows or types in."),
        sa.Column(
            "discount_amount",
            sa.Numeric(precision=19, scale=4),
            nullable=True,
            comment="What it is worth in money, where that is known.",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Where it was asked for."),
        sa.Column("external_id", sa.Text(), nullable=True, comment="Its number there."),
        sa.Column(
            "redeemed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When, in business time.",
        ),
        sa.Column(
            "completed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was delivered.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when it has to be used; null: no end.",
        ),
        sa.Column(
            "used_at", sa.DateTime(timezone=True), nullable=True, comment="When it was used."
        ),
        sa.Column("used_purchase_id", sa.Uuid(), nullable=True, comment="On which purchase."),
        sa.Column(
            "used_order_ref",
            sa.Text(),
            nullable=True,
            comment="On which order, where that is not a purchase of ours.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it expired, failed, was cancelled or refunded.",
        ),
        sa.Column(
            "failure_reason",
            sa.Text(),
            nullable=True,
            comment="Why the last attempt to deliver it failed.",
        ),
        sa.Column(
            "retry_count",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many attempts to deliver it failed.",
        ),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often a worker took it up; an old one says nothing.",
        ),
        sa.Column(
            "next_attempt_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a worker takes it up next, in real time; null: none will.",
        ),
        sa.Column(
            "notes", sa.Text(), nullable=True, comment="What staff wrote about delivering it."
        ),
        sa.Column(
            "fulfilled_by_type", sa.Text(), nullable=True, comment="Kind of who delivered it."
        ),
        sa.Column("fulfilled_by_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who asked for it."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was booked.",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.CheckConstraint(
            "(next_attempt_at is not null) = (state = 'pending' and fulfilment like 'provider:%')",
            name=op.f("ck_redemptions_undelivered_has_attempt"),
        ),
        sa.CheckConstraint(
            "(state = 'used' and used_at is not null) or (state <> 'used' and (used_at is null or state = 'refunded'))",
            name=op.f("ck_redemptions_used_has_time"),
        ),
        sa.CheckConstraint(
            "(state in ('expired', 'failed', 'cancelled', 'refunded')) = (ended_at is not null)",
            name=op.f("ck_redemptions_end_has_time"),
        ),
        sa.CheckConstraint(
            "expires_at >= '1970-01-01' and expires_at <= '9999-01-01'",
            name=op.f("ck_redemptions_expires_at_bounded"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(reward) = 'object'", name=op.f("ck_redemptions_reward_is_object")
        ),
        sa.CheckConstraint(
            "not (fulfilment in ('code', 'pool') and state in ('completed', 'used')) or code is not null",
            name=op.f("ck_redemptions_completed_has_code"),
        ),
        sa.CheckConstraint(
            "refund_transaction_id is null or state in ('expired', 'failed', 'cancelled', 'refunded')",
            name=op.f("ck_redemptions_open_is_paid_for"),
        ),
        sa.CheckConstraint(
            "state <> 'failed' or failure_reason is not null",
            name=op.f("ck_redemptions_failure_has_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'pending' or (completed_at is null and used_at is null and code is null)",
            name=op.f("ck_redemptions_pending_has_nothing"),
        ),
        sa.CheckConstraint(
            "state in ('pending', 'completed', 'used', 'expired', 'failed', 'cancelled', 'refunded')",
            name=op.f("ck_redemptions_state_known"),
        ),
        sa.CheckConstraint(
            "state not in ('completed', 'used', 'expired', 'refunded') or completed_at is not null",
            name=op.f("ck_redemptions_completed_has_time"),
        ),
        sa.CheckConstraint(
            "discount_amount >= 0 and discount_amount <= 999999999999999",
            name=op.f("ck_redemptions_discount_amount_bounded"),
        ),
        sa.CheckConstraint(
            "points_spent between 1 and 9007199254740991",
            name=op.f("ck_redemptions_points_bounded"),
        ),
        sa.CheckConstraint(
            "quantity between 1 and 1000", name=op.f("ck_redemptions_quantity_bounded")
        ),
        sa.CheckConstraint(
            "retry_count >= 0 and attempts >= 0", name=op.f("ck_redemptions_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_redemptions_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "original_member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_redemptions_tenant_id_original_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "refund_transaction_id"],
            ["laurels.point_transactions.tenant_id", "laurels.point_transactions.id"],
            name=op.f("fk_redemptions_tenant_id_refund_transaction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reward_id"],
            ["laurels.rewards.tenant_id", "laurels.rewards.id"],
            name=op.f("fk_redemptions_tenant_id_reward_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transaction_id"],
            ["laurels.point_transactions.tenant_id", "laurels.point_transactions.id"],
            name=op.f("fk_redemptions_tenant_id_transaction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "used_purchase_id"],
            ["laurels.purchases.tenant_id", "laurels.purchases.id"],
            name=op.f("fk_redemptions_tenant_id_used_purchase_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_redemptions")),
        schema="laurels",
        comment="What members took, and what became of it.",
    )
    protect("redemptions")
    op.create_index(
        "ix_redemptions_code",
        "redemptions",
        ["tenant_id", sa.literal_column("lower(code)")],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("code is not null"),
    )
    op.create_index(
        "ix_redemptions_expiring",
        "redemptions",
        ["tenant_id", "expires_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'completed' and expires_at is not null"),
    )
    op.create_index(
        "ix_redemptions_member",
        "redemptions",
        ["tenant_id", "member_id", "id"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_redemptions_purchase",
        "redemptions",
        ["tenant_id", "used_purchase_id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("used_purchase_id is not null"),
    )
    op.create_index(
        "ix_redemptions_reward",
        "redemptions",
        ["tenant_id", "reward_id", "id"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_redemptions_undelivered",
        "redemptions",
        ["tenant_id", "next_attempt_at"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("next_attempt_at is not null"),
    )
    op.create_index(
        "uq_redemptions_external_id",
        "redemptions",
        ["tenant_id", "source", "external_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "vouchers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("reward_id", sa.Uuid(), nullable=False, comment="Of which reward."),
        sa.Column(
            "code", sa.Text(), nullable=False, comment="The code; capitals make no difference."
        ),
        sa.Column("origin", sa.Text(), nullable=False, comment="Uploaded (pool) or generated."),
        sa.Column(
            "redemption_id",
            sa.Uuid(),
            nullable=True,
            comment="Who has it; null: it is free, or withdrawn.",
        ),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True, comment="Since when."),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it is not given out any more.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was uploaded or generated.",
        ),
        sa.CheckConstraint(
            "origin = 'pool' or redemption_id is not null",
            name=op.f("ck_vouchers_generated_is_given"),
        ),
        sa.CheckConstraint(
            "origin in ('pool', 'generated')", name=op.f("ck_vouchers_origin_known")
        ),
        sa.CheckConstraint(
            "(redemption_id is null) = (assigned_at is null)",
            name=op.f("ck_vouchers_assigned_has_time"),
        ),
        sa.CheckConstraint(
            "withdrawn_at is null or redemption_id is null",
            name=op.f("ck_vouchers_withdrawn_is_nobodys"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "redemption_id"],
            ["laurels.redemptions.tenant_id", "laurels.redemptions.id"],
            name=op.f("fk_vouchers_tenant_id_redemption_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reward_id"],
            ["laurels.rewards.tenant_id", "laurels.rewards.id"],
            name=op.f("fk_vouchers_tenant_id_reward_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint(
            "tenant_id", "redemption_id", name=op.f("uq_vouchers_tenant_id_redemption_id")
        ),
        schema="laurels",
        comment="Codes of rewards: each is unique and given to one redemption at most.",
    )
    protect("vouchers")
    op.create_index(
        "ix_vouchers_free",
        "vouchers",
        ["tenant_id", "reward_id", "id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("redemption_id is null and withdrawn_at is null"),
    )
    op.create_index(
        "uq_vouchers_code",
        "vouchers",
        ["tenant_id", sa.literal_column("lower(code)")],
        unique=True,
        schema="laurels",
    )


def downgrade() -> None:
    """Undo. Points that were spent on rewards stay spent; what was redeemed is forgotten."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name}")
    # The text of these files speaks of tables that go now: they are to be applied anew.
    op.execute(f"delete from laurels.schema_files where name in ({FILES})")
    op.drop_index("uq_vouchers_code", table_name="vouchers", schema="laurels")
    op.drop_index(
        "ix_vouchers_free",
        table_name="vouchers",
        schema="laurels",
        postgresql_where=sa.text("redemption_id is null and withdrawn_at is null"),
    )
    op.drop_table("vouchers", schema="laurels")
    op.drop_index(
        "uq_redemptions_external_id",
        table_name="redemptions",
        schema="laurels",
        postgresql_where=sa.text("external_id is not null"),
    )
    op.drop_index(
        "ix_redemptions_undelivered",
        table_name="redemptions",
        schema="laurels",
        postgresql_where=sa.text("next_attempt_at is not null"),
    )
    op.drop_index("ix_redemptions_reward", table_name="redemptions", schema="laurels")
    op.drop_index(
        "ix_redemptions_purchase",
        table_name="redemptions",
        schema="laurels",
        postgresql_where=sa.text("used_purchase_id is not null"),
    )
    op.drop_index("ix_redemptions_member", table_name="redemptions", schema="laurels")
    op.drop_index(
        "ix_redemptions_expiring",
        table_name="redemptions",
        schema="laurels",
        postgresql_where=sa.text("state = 'completed' and expires_at is not null"),
    )
    op.drop_index(
        "ix_redemptions_code",
        table_name="redemptions",
        schema="laurels",
        postgresql_where=sa.text("code is not null"),
    )
    op.drop_table("redemptions", schema="laurels")
    op.drop_table("rewards", schema="laurels")
