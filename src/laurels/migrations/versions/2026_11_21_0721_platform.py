"""Operators, plans, and settings of the platform

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the operator keeps; every tenant is on the plan `standard`."""
    op.create_table(
        "operator_keys",
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="Whose the key is, or what it is for."
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the whole key."),
        sa.Column(
            "hint", sa.Text(), nullable=False, comment="Last four letters, to recognise it by."
        ),
        sa.Column(
            "scopes", postgresql.ARRAY(sa.Text()), nullable=False, comment="Permissions it has."
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it ends, if ever.",
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was withdrawn.",
        ),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last used, to the minute.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_keys")),
        schema="laurels",
        comment="Keys of operators, by hash; they belong to no tenant.",
    )
    op.create_table(
        "plans",
        sa.Column("code", sa.Text(), nullable=False, comment="Short name of the plan."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name that people read."),
        sa.Column(
            "limits",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Largest numbers by name; absent: no limit.",
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
            comment="When it was withdrawn; no tenant can be put on it since.",
        ),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_-]{0,39}$'", name=op.f("ck_plans_code_shape")),
        sa.CheckConstraint("jsonb_typeof(limits) = 'object'", name=op.f("ck_plans_limits_object")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_plans")),
        schema="laurels",
        comment="What tenants may have how much of; an absent limit is none.",
    )
    op.create_table(
        "platform_settings",
        sa.Column("name", sa.Text(), nullable=False, comment="Name, such as tenants.max."),
        sa.Column("type", sa.Text(), nullable=False, comment="string, number, boolean or json."),
        sa.Column(
            "value",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The value, of that type.",
        ),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts up with every change."
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.CheckConstraint(
            "type in ('string', 'number', 'boolean', 'json')",
            name=op.f("ck_platform_settings_type_known"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_platform_settings_version_positive")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_platform_settings")),
        schema="laurels",
        comment="Settings of the platform and feature flags; absent ones have their default.",
    )
    op.create_table(
        "platform_settings_history",
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the setting."),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Which version."),
        sa.Column("type", sa.Text(), nullable=False, comment="string, number, boolean or json."),
        sa.Column(
            "value",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Value in this version.",
        ),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column("actor_type", sa.Text(), nullable=False, comment="Kind of who made it."),
        sa.Column("actor_id", sa.Text(), nullable=True, comment="Which one of that kind."),
        sa.CheckConstraint(
            "type in ('string', 'number', 'boolean', 'json')",
            name=op.f("ck_platform_settings_history_type_known"),
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_platform_settings_history")),
        schema="laurels",
        comment="Every version of every platform setting, with who made it.",
    )
    op.execute("insert into laurels.plans (code, name) values ('standard', 'Standard')")
    op.add_column(
        "tenants",
        sa.Column(
            "plan",
            sa.Text(),
            server_default=sa.text("'standard'"),
            nullable=False,
            comment="The plan that says how much of what it may have.",
        ),
        schema="laurels",
    )
    op.create_foreign_key(
        op.f("fk_tenants_plan"),
        "tenants",
        "plans",
        ["plan"],
        ["code"],
        source_schema="laurels",
        referent_schema="laurels",
    )
    for statement in WALL:
        op.execute(statement)
    append_only("platform_settings_history")


OPERATOR = (
    "nullif(current_setting('app.tenant_id', true), '')::uuid"
    " = '00000000-0000-0000-0000-000000000000'"
)
WALL = (
    # Only work for the platform itself sees operators' keys; no tenant's work does.
    "alter table laurels.operator_keys enable row level security",
    "alter table laurels.operator_keys force row level security",
    "create policy owner_all on laurels.operator_keys to laurels_owner, laurels_maintenance"
    " using (true) with check (true)",
    f"create policy app_platform on laurels.operator_keys to laurels_app"
    f" using ({OPERATOR}) with check ({OPERATOR})",
    "grant select, insert on laurels.operator_keys to laurels_app",
    "grant update (revoked_at, last_used_at) on laurels.operator_keys to laurels_app",
    "grant update (plan) on laurels.tenants to laurels_app",
    # Everybody reads plans and settings; functions of the maintenance role write them.
    "grant select on laurels.plans, laurels.platform_settings, laurels.platform_settings_history"
    " to laurels_app",
    "grant select on laurels.platform_settings to laurels_bi",
    "grant select, insert, update on laurels.plans, laurels.platform_settings"
    " to laurels_maintenance",
    "grant select, insert on laurels.platform_settings_history to laurels_maintenance",
)
FUNCTIONS = (
    "set_platform_setting", "set_plan", "count_tenants_by_plan", "platform_tenant", "app_tenant",
)  # fmt: skip


def downgrade() -> None:
    """Take it away again."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name} cascade")
    op.drop_constraint(op.f("fk_tenants_plan"), "tenants", schema="laurels", type_="foreignkey")
    op.drop_column("tenants", "plan", schema="laurels")
    op.drop_table("platform_settings_history", schema="laurels")
    op.drop_table("platform_settings", schema="laurels")
    op.drop_table("plans", schema="laurels")
    op.drop_table("operator_keys", schema="laurels")
