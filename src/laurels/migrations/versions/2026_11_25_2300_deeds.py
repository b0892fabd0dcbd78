"""deeds: what members do besides buying

Points that such a deed earns and that the ledger has no name of its own for come of `activity`.

Revision ID: 0009
Revises: 0008
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SOURCES_BEFORE = (
    "purchase", "referral", "signup", "review", "social_share", "birthday", "campaign", "manual",
    "steps", "achievement", "redemption", "expiration", "refund", "debt", "merge", "migration",
    "import",
)  # fmt: skip
SOURCES_NOW = (*SOURCES_BEFORE[:9], "activity", *SOURCES_BEFORE[9:])
CHECK = "ck_point_transactions_source_known"


def _text(name: str, comment: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=null, comment=comment)


def _moment(name: str, comment: str) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "deeds",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        _text("source", "Who reports it: api, an app; laurels: we do."),
        _text("external_id", "Its number there; unique per source.", null=True),
        sa.Column("member_id", sa.Uuid(), nullable=False, comment="Who did it."),
        sa.Column(
            "original_member_id",
            sa.Uuid(),
            nullable=True,
            comment="Who it was recorded for, before members were merged; null: member_id.",
        ),
        _text("kind", "What it is: review, social_share, visit, …"),
        _text("subject", "What it is about, such as a product.", null=True),
        sa.Column(
            "value",
            sa.Numeric(precision=19, scale=4),
            nullable=True,
            comment="A number that rules may count.",
        ),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Free facts that rules may read.",
        ),
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'recorded'"),
            nullable=False,
            comment="recorded, or revoked: it counts no more.",
        ),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of what was sent; tells a repeat from a change.",
        ),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it happened.",
        ),
        _moment("revoked_at", "When it was revoked."),
        _text("revoked_reason", "Why.", null=True),
        sa.Column(
            "revoked_points",
            sa.BigInteger(),
            nullable=True,
            comment="What the revocation did to the member's points, zero or less.",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the row was written.",
        ),
        sa.CheckConstraint("status in ('recorded', 'revoked')", name=op.f("ck_deeds_status_known")),
        sa.CheckConstraint("kind ~ '^[a-z][a-z0-9_]{0,39}$'", name=op.f("ck_deeds_kind_shape")),
        sa.CheckConstraint("length(source) between 1 and 64", name=op.f("ck_deeds_source_length")),
        sa.CheckConstraint(
            "length(external_id) between 1 and 128", name=op.f("ck_deeds_external_id_length")
        ),
        sa.CheckConstraint(
            "length(subject) between 1 and 128", name=op.f("ck_deeds_subject_length")
        ),
        sa.CheckConstraint(
            "value >= 0 and value <= 999999999999999", name=op.f("ck_deeds_value_bounded")
        ),
        sa.CheckConstraint(
            "occurred_at >= '1970-01-01' and occurred_at <= '9999-01-01'",
            name=op.f("ck_deeds_occurred_at_bounded"),
        ),
        sa.CheckConstraint(
            "revoked_at >= '1970-01-01' and revoked_at <= '9999-01-01'",
            name=op.f("ck_deeds_revoked_at_bounded"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(attributes) = 'object'", name=op.f("ck_deeds_attributes_object")
        ),
        sa.CheckConstraint(
            "(status = 'revoked') = (revoked_at is not null)"
            " and (status = 'revoked') = (revoked_points is not null)",
            name=op.f("ck_deeds_revoked_has_time"),
        ),
        sa.CheckConstraint(
            "revoked_points <= 0", name=op.f("ck_deeds_revoked_points_not_positive")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["laurels.members.tenant_id", "laurels.members.id"],
            name=op.f("fk_deeds_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deeds")),
        sa.UniqueConstraint("tenant_id", "source", "external_id", name="uq_deeds_natural_key"),
        schema="laurels",
        comment="What members did besides buying. Each is judged by the rules once.",
    )
    protect("deeds")
    op.create_index(
        "ix_deeds_member", "deeds", ["tenant_id", "member_id", "occurred_at"], schema="laurels"
    )
    _know(SOURCES_NOW)


def downgrade() -> None:
    """Undo. Refused while there are points whose source is `activity`: rows never change."""
    _know(SOURCES_BEFORE)
    op.execute("drop trigger if exists audit_outside on laurels.deeds")
    op.execute("drop function if exists laurels.record_deeds")
    # What these files say is more than the schema has now: they are to be applied anew.
    op.execute(
        "delete from laurels.schema_files"
        " where name in ('activity/functions.sql', 'audit/functions.sql')"
    )
    op.drop_index("ix_deeds_member", table_name="deeds", schema="laurels")
    op.drop_table("deeds", schema="laurels")


def _know(sources: tuple[str, ...]) -> None:
    """Let the ledger know these sources; added first and then checked, so writers hardly wait."""
    listed = ", ".join(f"'{source}'" for source in sources)
    op.execute(f"alter table laurels.point_transactions drop constraint {CHECK}")
    op.execute(
        f"alter table laurels.point_transactions add constraint {CHECK}"
        f" check (source in ({listed})) not valid"
    )
    op.execute(f"alter table laurels.point_transactions validate constraint {CHECK}")
