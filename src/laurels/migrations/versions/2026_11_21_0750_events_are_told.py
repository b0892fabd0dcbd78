"""events are told

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "outbox_leases",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "last_position",
            sa.BigInteger(),
            nullable=False,
            comment="Position of the last event relayed.",
        ),
        sa.Column(
            "relayed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the relay was last here.",
        ),
        sa.CheckConstraint(
            "last_position >= 0", name=op.f("ck_outbox_leases_last_position_not_negative")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_outbox_leases")),
        schema="laurels",
        comment="One row per tenant: its lock is the lease of the relay.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("url", sa.Text(), nullable=False, comment="Where deliveries are sent."),
        sa.Column(
            "description", sa.Text(), nullable=True, comment="What it is for, in its owner's words."
        ),
        sa.Column(
            "event_types",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Types that it is told of; none is all of them, later ones too.",
        ),
        sa.Column("status", sa.Text(), nullable=False, comment="enabled, disabled or deleted."),
        sa.Column("disabled_reason", sa.Text(), nullable=True, comment="Why it was disabled."),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="Signing secret, encrypted."),
        sa.Column(
            "previous_secret",
            sa.LargeBinary(),
            nullable=True,
            comment="The secret before the last rotation, encrypted.",
        ),
        sa.Column(
            "previous_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when deliveries are signed with the previous secret too.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it last changed.",
        ),
        sa.CheckConstraint(
            "disabled_reason is null or status <> 'enabled'",
            name=op.f("ck_webhook_endpoints_enabled_has_no_reason"),
        ),
        sa.CheckConstraint(
            "status in ('enabled', 'disabled', 'deleted')",
            name=op.f("ck_webhook_endpoints_status_known"),
        ),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("ck_webhook_endpoints_url_shape")),
        sa.CheckConstraint(
            "(previous_secret is null) = (previous_until is null)",
            name=op.f("ck_webhook_endpoints_previous_has_end"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_endpoints")),
        schema="laurels",
        comment="Addresses that are told what happened, by Standard Webhooks.",
    )
    op.create_table(
        "event_handlings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="The event."),
        sa.Column("handler", sa.Text(), nullable=False, comment="Name of the handler."),
        sa.Column(
            "event_type", sa.Text(), nullable=False, comment="Name of the event in the catalogue."
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True, comment="Whose order it keeps, if any."),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="Place of the event in the stream."
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, done, dead or discarded."),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it failed since it began to wait.",
        ),
        sa.Column(
            "next_attempt_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Not before this moment.",
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="What the last failure said."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the relay wrote it.",
        ),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it ceased to wait.",
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (finished_at is null)",
            name=op.f("ck_event_handlings_finished_has_time"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'dead', 'discarded')",
            name=op.f("ck_event_handlings_state_known"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_event_handlings_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["laurels.outbox.tenant_id", "laurels.outbox.id"],
            name=op.f("fk_event_handlings_tenant_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event_handlings")),
        sa.UniqueConstraint("tenant_id", "event_id", "handler", name="uq_event_handlings_event"),
        schema="laurels",
        comment="What each handler has done about each event it listens to.",
    )
    op.create_index(
        "ix_event_handlings_dead",
        "event_handlings",
        ["tenant_id", "id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_event_handlings_due",
        "event_handlings",
        ["tenant_id", "handler", "next_attempt_at", "position"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_event_handlings_order",
        "event_handlings",
        ["tenant_id", "handler", "member_id", "position"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False, comment="Who is told."),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="What is told."),
        sa.Column(
            "event_type", sa.Text(), nullable=False, comment="Name of the event in the catalogue."
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True, comment="Whose order it keeps, if any."),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="Place of the event in the stream."
        ),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="waiting, delivered, dead or stopped."
        ),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it was sent since it began to wait.",
        ),
        sa.Column(
            "next_attempt_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Not before this moment.",
        ),
        sa.Column(
            "claimed_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="It is being sent; after this moment whoever sent it is taken for dead.",
        ),
        sa.Column(
            "last_status",
            sa.BigInteger(),
            nullable=True,
            comment="HTTP status of the last attempt.",
        ),
        sa.Column("last_error", sa.Text(), nullable=True, comment="What the last failure said."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the relay wrote it.",
        ),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it ceased to wait.",
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (finished_at is null)",
            name=op.f("ck_webhook_deliveries_finished_has_time"),
        ),
        sa.CheckConstraint(
            "claimed_until is null or state = 'waiting'",
            name=op.f("ck_webhook_deliveries_claimed_while_waiting"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'delivered', 'dead', 'stopped')",
            name=op.f("ck_webhook_deliveries_state_known"),
        ),
        sa.CheckConstraint(
            "attempts >= 0", name=op.f("ck_webhook_deliveries_attempts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["laurels.webhook_endpoints.tenant_id", "laurels.webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_tenant_id_endpoint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["laurels.outbox.tenant_id", "laurels.outbox.id"],
            name=op.f("fk_webhook_deliveries_tenant_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "tenant_id", "event_id", "endpoint_id", name="uq_webhook_deliveries_event"
        ),
        schema="laurels",
        comment="The delivery log, and the queue: what waits is sent when its time comes.",
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", "next_attempt_at", "position"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_webhook_deliveries_order",
        "webhook_deliveries",
        ["tenant_id", "endpoint_id", "member_id", "position"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_webhook_deliveries_undelivered",
        "webhook_deliveries",
        ["tenant_id", "id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("state in ('dead', 'stopped')"),
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("delivery_id", sa.Uuid(), nullable=False, comment="The delivery it was for."),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), nullable=False, comment="When it was sent."
        ),
        sa.Column(
            "duration_ms",
            sa.BigInteger(),
            nullable=False,
            comment="How long the answer took, in milliseconds.",
        ),
        sa.Column(
            "status", sa.BigInteger(), nullable=True, comment="HTTP status; null when none came."
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="Why it failed, in words."),
        sa.Column(
            "response", sa.Text(), nullable=True, comment="Beginning of the answer, at most 1 kB."
        ),
        sa.CheckConstraint(
            "duration_ms >= 0", name=op.f("ck_webhook_attempts_duration_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["laurels.webhook_deliveries.tenant_id", "laurels.webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_tenant_id_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_attempts")),
        schema="laurels",
        comment="Every request to an endpoint, with the beginning of its answer.",
    )
    op.create_index(
        "ix_webhook_attempts_delivery",
        "webhook_attempts",
        ["tenant_id", "delivery_id", "id"],
        unique=False,
        schema="laurels",
    )
    op.alter_column(
        "outbox",
        "depth",
        existing_type=sa.BIGINT(),
        comment="How many events led to this one; the sixth is parked.",
        existing_comment="How many events led to this one, at most 5.",
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        schema="laurels",
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["tenant_id", "id"],
        unique=False,
        schema="laurels",
        postgresql_where=sa.text("relayed_at is null"),
    )
    op.create_index(
        "ix_outbox_pending_member",
        "outbox",
        ["tenant_id", "member_id", "member_seq"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("relayed_at is null"),
    )
    op.create_index(
        "ix_outbox_position",
        "outbox",
        ["tenant_id", "position"],
        unique=True,
        schema="laurels",
        postgresql_where=sa.text("position is not null"),
    )
    op.drop_constraint(op.f("ck_outbox_depth_bounded"), "outbox", schema="laurels")
    op.create_check_constraint(
        op.f("ck_outbox_depth_bounded"), "outbox", "depth between 0 and 6", schema="laurels"
    )
    op.create_check_constraint(
        op.f("ck_outbox_relayed_has_position"),
        "outbox",
        "(position is null) = (relayed_at is null)",
        schema="laurels",
    )
    # After a way down and up again the numbers go on where they were.
    op.execute(
        "insert into laurels.outbox_leases (tenant_id, last_position, relayed_at)"
        " select tenant_id, max(position), max(relayed_at) from laurels.outbox"
        " where position is not null group by tenant_id"
    )
    protect("outbox_leases", bi=False)
    protect("event_handlings")
    protect("webhook_endpoints", bi=False)
    protect("webhook_deliveries")
    protect("webhook_attempts", app="select, insert")


FUNCTIONS = (
    "tenants_to_relay",
    "relay_events",
    "is_told",
    "handlings_due",
    "take_handlings",
    "endpoints_due",
    "claim_deliveries",
    "book_deliveries",
    "wake_deliveries",
    "forget_events",
)


def downgrade() -> None:
    """Undo. What endpoints were told is forgotten; the events and their numbers stay."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name} cascade")
    # The way up applies the file again.
    op.execute("delete from laurels.schema_files where name = 'events/functions.sql'")
    op.drop_constraint(op.f("ck_outbox_relayed_has_position"), "outbox", schema="laurels")
    op.drop_constraint(op.f("ck_outbox_depth_bounded"), "outbox", schema="laurels")
    op.execute("update laurels.outbox set depth = 5 where depth > 5")
    op.create_check_constraint(
        op.f("ck_outbox_depth_bounded"), "outbox", "depth between 0 and 5", schema="laurels"
    )
    op.drop_index(
        "ix_outbox_position",
        table_name="outbox",
        schema="laurels",
        postgresql_where=sa.text("position is not null"),
    )
    op.drop_index(
        "ix_outbox_pending_member",
        table_name="outbox",
        schema="laurels",
        postgresql_where=sa.text("relayed_at is null"),
    )
    op.drop_index(
        "ix_outbox_pending",
        table_name="outbox",
        schema="laurels",
        postgresql_where=sa.text("relayed_at is null"),
    )
    op.alter_column(
        "outbox",
        "depth",
        existing_type=sa.BIGINT(),
        comment="How many events led to this one, at most 5.",
        existing_comment="How many events led to this one; the sixth is parked.",
        existing_nullable=False,
        existing_server_default=sa.text("0"),
        schema="laurels",
    )
    op.drop_index("ix_webhook_attempts_delivery", table_name="webhook_attempts", schema="laurels")
    op.drop_table("webhook_attempts", schema="laurels")
    op.drop_index(
        "ix_webhook_deliveries_order",
        table_name="webhook_deliveries",
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "ix_webhook_deliveries_due",
        table_name="webhook_deliveries",
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("webhook_deliveries", schema="laurels")
    op.drop_index(
        "ix_event_handlings_order",
        table_name="event_handlings",
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "ix_event_handlings_due",
        table_name="event_handlings",
        schema="laurels",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "ix_event_handlings_dead",
        table_name="event_handlings",
        schema="laurels",
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_table("event_handlings", schema="laurels")
    op.drop_table("webhook_endpoints", schema="laurels")
    op.drop_table("outbox_leases", schema="laurels")
