"""segments, and two facts about members

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FILES = "'audit/functions.sql', 'segments/functions.sql'"
FUNCTIONS = ("tenants_with_segment_news", "tenants_with_segments_asked")
LOGGED_IN = "last_login_at >= '1970-01-01' and last_login_at <= '9999-01-01'"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "members",
        sa.Column(
            "is_vip",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the tenant treats them as a VIP.",
        ),
        schema="laurels",
    )
    op.add_column(
        "members",
        sa.Column(
            "last_login_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When they were last signed in at the tenant's, as the tenant says.",
        ),
        schema="laurels",
    )
    name = "ck_members_last_login_at_bounded"
    op.execute(f"alter table laurels.members add constraint {name} check ({LOGGED_IN}) not valid")
    op.execute(f"alter table laurels.members validate constraint {name}")
    op.create_table(
        "segments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="What it is called; unique while not archived.",
        ),
        sa.Column("description", sa.Text(), nullable=True, comment="What it is for."),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="dynamic: by criteria; static: a list by hand.",
        ),
        sa.Column(
            "segment_type",
            sa.Text(),
            nullable=True,
            comment="A label: behavioral, demographic or value.",
        ),
        sa.Column(
            "criteria",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Who belongs to it, in the condition form; null for a list by hand.",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="Which criteria these are; each change counts up.",
        ),
        sa.Column(
            "computed_version",
            sa.BigInteger(),
            nullable=True,
            comment="Of which criteria the members are; null: never computed.",
        ),
        sa.Column(
            "auto_update",
            sa.Boolean(),
            nullable=False,
            comment="Whether members come and go by themselves; else when somebody asks.",
        ),
        sa.Column(
            "member_count",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Members when it was last computed or changed.",
        ),
        sa.Column(
            "avg_lifetime_value",
            sa.Numeric(precision=38, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="Their spend on average, net of refunds.",
        ),
        sa.Column(
            "avg_points_balance",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Their balance on average, in the default program.",
        ),
        sa.Column(
            "last_computed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When all members were last computed, in business time.",
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when a job is to compute it, because somebody asked; null: nobody waits.",
        ),
        sa.Column(
            "asked_notify",
            sa.Boolean(),
            nullable=True,
            comment="Whether that is to be told as events; null: as usual.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When somebody last changed it.",
        ),
        sa.Column(
            "archived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it is out of use; its history stays.",
        ),
        sa.CheckConstraint(
            "(kind = 'dynamic') = (criteria is not null)",
            name=op.f("ck_segments_dynamic_has_criteria"),
        ),
        sa.CheckConstraint(
            "kind = 'dynamic' or not auto_update", name=op.f("ck_segments_static_stays")
        ),
        sa.CheckConstraint("kind in ('dynamic', 'static')", name=op.f("ck_segments_kind_known")),
        sa.CheckConstraint(
            "segment_type in ('behavioral', 'demographic', 'value')",
            name=op.f("ck_segments_segment_type_known"),
        ),
        sa.CheckConstraint(
            "avg_lifetime_value >= 0 and avg_lifetime_value <= 1000000000000000000000000000000000",
            name=op.f("ck_segments_avg_lifetime_value_bounded"),
        ),
        sa.CheckConstraint(
            "avg_points_balance between 0 and 9007199254740991",
            name=op.f("ck_segments_points_balance_bounded"),
        ),
        sa.CheckConstraint(
            "computed_version between 1 and version", name=op.f("ck_segments_computed_known")
        ),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_segments_name_length")),
        sa.CheckConstraint("member_count >= 0", name=op.f("ck_segments_count_not_negative")),
        sa.CheckConstraint("version > 0", name=op.f("ck_segments_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_segments_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_segments")),
        schema="laurels",
        comment="Groups of members, by criteria or by hand.",
        postgresql_with={"fillfactor": 70},
    )
    protect("segments")
    op.create_index(
        "uq_segments_name",
        "segments",
        ["tenant_id", "name"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("archived_at is null"),
    )
    op.create_table(
        "segment_memberships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("segment_id", sa.Uuid(), nullable=False, comment="The segment."),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="The member."),
        sa.Column(
            "joined_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Since when they belong to it.",
        ),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=False,
            comment="What brought them: criteria, a hand, a merge.",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            nullable=True,
            comment="Of which criteria, where criteria did.",
        ),
        sa.Column(
            "found",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The comparisons that held, by field, with what was found unless it is private.",
        ),
        sa.Column(
            "merge_id", sa.Uuid(), nullable=True, comment="The merge that brought them, if one did."
        ),
        sa.Column(
            "left_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when; null: they still do.",
        ),
        sa.Column(
            "left_reason",
            sa.Text(),
            nullable=True,
            comment="What ended it: criteria, a hand, a merge, or that they were erased.",
        ),
        sa.Column(
            "left_merge_id",
            sa.Uuid(),
            nullable=True,
            comment="The merge that ended it, if one did.",
        ),
        sa.CheckConstraint(
            "left_merge_id is null or left_reason = 'merge'",
            name=op.f("ck_segment_memberships_left_by_merge"),
        ),
        sa.CheckConstraint(
            "left_reason in ('criteria', 'hand', 'merge', 'erased')",
            name=op.f("ck_segment_memberships_left_reason_known"),
        ),
        sa.CheckConstraint(
            "merge_id is null or reason = 'merge'",
            name=op.f("ck_segment_memberships_joined_by_merge"),
        ),
        sa.CheckConstraint(
            "reason in ('criteria', 'hand', 'merge')",
            name=op.f("ck_segment_memberships_reason_known"),
        ),
        sa.CheckConstraint(
            "(left_at is null) = (left_reason is null)",
            name=op.f("ck_segment_memberships_leaves_for_a_reason"),
        ),
        sa.CheckConstraint(
            "left_at >= joined_at", name=op.f("ck_segment_memberships_leaves_after_joining")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_segment_memberships_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "segment_id"],
            ["laurels.segments.tenant_id", "laurels.segments.id"],
            name=op.f("fk_segment_memberships_tenant_id_segment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_segment_memberships")),
        schema="laurels",
        comment="Who was in which segment from when to when, and why.",
    )
    protect("segment_memberships")
    op.create_index(
        "ix_segment_memberships_member",
        "segment_memberships",
        ["tenant_id", "member_id", "id"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "ix_segment_memberships_segment",
        "segment_memberships",
        ["tenant_id", "segment_id", "id"],
        unique=False,
        schema="laurels",
    )
    op.create_index(
        "uq_segment_memberships_current",
        "segment_memberships",
        ["tenant_id", "segment_id", "member_id"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_table(
        "segment_days",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column("segment_id", sa.Uuid(), nullable=False, comment="The segment."),
        sa.Column("day", sa.Date(), nullable=False, comment="The tenant's own day."),
        sa.Column(
            "members", sa.BigInteger(), nullable=False, comment="Members at the end of the day."
        ),
        sa.Column("joined", sa.BigInteger(), nullable=False, comment="How many joined."),
        sa.Column("left_count", sa.BigInteger(), nullable=False, comment="How many left."),
        sa.Column(
            "revenue",
            sa.Numeric(precision=38, scale=4),
            nullable=False,
            comment="What members bought for, net of refunds known by then.",
        ),
        sa.Column(
            "purchases",
            sa.BigInteger(),
            nullable=False,
            comment="How many completed purchases that were.",
        ),
        sa.Column("points_earned", sa.BigInteger(), nullable=False, comment="Points they earned."),
        sa.Column("points_redeemed", sa.BigInteger(), nullable=False, comment="Points they spent."),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When this was counted.",
        ),
        sa.CheckConstraint(
            "members >= 0 and joined >= 0 and left_count >= 0 and purchases >= 0 and points_earned >= 0 and points_redeemed >= 0",
            name=op.f("ck_segment_days_counts_not_negative"),
        ),
        sa.CheckConstraint(
            "revenue >= 0 and revenue <= 1000000000000000000000000000000000",
            name=op.f("ck_segment_days_revenue_bounded"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "segment_id"],
            ["laurels.segments.tenant_id", "laurels.segments.id"],
            name=op.f("fk_segment_days_tenant_id_segment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "segment_id", "day", name=op.f("pk_segment_days")),
        schema="laurels",
        comment="Per segment and local day: what its members of that moment did.",
    )
    protect("segment_days")
    op.create_table(
        "segment_cursors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="Position of the last event that was looked at.",
        ),
        sa.CheckConstraint("position >= 0", name=op.f("ck_segment_cursors_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_segment_cursors_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_segment_cursors")),
        schema="laurels",
        comment="Up to which event the segments of a tenant are up to date.",
    )
    protect("segment_cursors")


def downgrade() -> None:
    """Undo. Segments go with their history; the files of functions count as not applied."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name}")
    op.execute(f"delete from laurels.schema_files where name in ({FILES})")
    for table in ("segment_cursors", "segment_days", "segment_memberships", "segments"):
        op.drop_table(table, schema="laurels")
    op.drop_column("members", "last_login_at", schema="laurels")
    op.drop_column("members", "is_vip", schema="laurels")
