"""The outbox, who has heard of it inside (handlings), and who is told outside (endpoints)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk

PENDING = text("relayed_at is null")
WAITING = text("state = 'waiting'")


class OutboxEvent(TenantOwned, Base):
    """One thing that happened. Rows are marked done, never skipped by a cursor."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("(member_id is null) = (member_seq is null)", name="member_has_seq"),
        CheckConstraint("depth between 0 and 6", name="depth_bounded"),
        CheckConstraint("(position is null) = (relayed_at is null)", name="relayed_has_position"),
        Index("ix_outbox_pending", "tenant_id", "id", postgresql_where=PENDING),
        Index(
            "ix_outbox_pending_member",
            "tenant_id",
            "member_id",
            "member_seq",
            unique=True,
            postgresql_where=PENDING,
        ),
        Index(
            "ix_outbox_position",
            "tenant_id",
            "position",
            unique=True,
            postgresql_where=text("position is not null"),
        ),
        {"comment": "Events in the order of their member; the relay numbers and delivers them."},
    )

    id: Mapped[Id]
    member_id: Mapped[UUID | None] = mapped_column(comment="The member it concerns, if any.")
    cause: Mapped[UUID | None] = mapped_column(comment="The event that led to this one.")
    member_seq: Mapped[int | None] = mapped_column(comment="Its place in the member's order.")
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened, in business time.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was written.")
    position: Mapped[int | None] = mapped_column(comment="Place in the stream, by the relay.")
    relayed_at: Mapped[datetime | None] = mapped_column(comment="When the relay was done.")
    depth: Mapped[int] = mapped_column(
        SmallInteger,
        server_default=text("0"),
        comment="How many events led to this one; the sixth is parked.",
    )
    historical: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Imported history: never told to the outside."
    )
    type: Mapped[str] = mapped_column(comment="Name in the catalogue, such as points.credited.")
    payload: Mapped[dict[str, Any]] = mapped_column(comment="Its other fields.")


class MemberSequence(TenantOwned, Base):
    """How many events a member has had; its row lock is the order within the member."""

    __tablename__ = "member_sequences"
    __table_args__ = (
        {
            "comment": "Last event number per member.",
            "postgresql_with": {"fillfactor": 70},
        },
    )

    member_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The member.")
    last_seq: Mapped[int] = mapped_column(comment="Number of the member's last event.")


class OutboxLease(TenantOwned, Base):
    """Whose row lock lets one worker at a time number a tenant's events; holds the last number."""

    __tablename__ = "outbox_leases"
    __table_args__ = (
        CheckConstraint("last_position >= 0", name="last_position_not_negative"),
        {
            "comment": "One row per tenant: its lock is the lease of the relay.",
            "postgresql_with": {"fillfactor": 70},
        },
    )

    last_position: Mapped[int] = mapped_column(comment="Position of the last event relayed.")
    relayed_at: Mapped[datetime] = mapped_column(comment="When the relay was last here.")


class EventHandling(TenantOwned, Base):
    """One event for one handler inside Laurels: waiting, done, or a dead letter."""

    __tablename__ = "event_handlings"
    __table_args__ = (
        tenant_fk("event_id", "outbox"),
        UniqueConstraint("tenant_id", "event_id", "handler", name="uq_event_handlings_event"),
        Index(
            "ix_event_handlings_due",
            "tenant_id",
            "handler",
            "next_attempt_at",
            "position",
            postgresql_where=WAITING,
        ),
        Index(
            "ix_event_handlings_order",
            "tenant_id",
            "handler",
            "member_id",
            "position",
            postgresql_where=WAITING,
        ),
        Index(
            "ix_event_handlings_dead", "tenant_id", "id", postgresql_where=text("state = 'dead'")
        ),
        one_of("state", "waiting", "done", "dead", "discarded"),
        CheckConstraint("(state = 'waiting') = (finished_at is null)", name="finished_has_time"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        {"comment": "What each handler has done about each event it listens to."},
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(comment="The event.")
    handler: Mapped[str] = mapped_column(comment="Name of the handler.")
    event_type: Mapped[str] = mapped_column(comment="Name of the event in the catalogue.")
    member_id: Mapped[UUID | None] = mapped_column(comment="Whose order it keeps, if any.")
    position: Mapped[int] = mapped_column(comment="Place of the event in the stream.")
    state: Mapped[str] = mapped_column(comment="waiting, done, dead or discarded.")
    attempts: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How often it failed since it began to wait."
    )
    next_attempt_at: Mapped[datetime] = mapped_column(comment="Not before this moment.")
    error: Mapped[str | None] = mapped_column(comment="What the last failure said.")
    created_at: Mapped[datetime] = mapped_column(comment="When the relay wrote it.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ceased to wait.")


class WebhookEndpoint(TenantOwned, Base):
    """An address outside that is told what happened."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        one_of("status", "enabled", "disabled", "deleted"),
        CheckConstraint("url ~ '^https?://'", name="url_shape"),
        CheckConstraint(
            "(previous_secret is null) = (previous_until is null)", name="previous_has_end"
        ),
        CheckConstraint(
            "disabled_reason is null or status <> 'enabled'", name="enabled_has_no_reason"
        ),
        {"comment": "Addresses that are told what happened, by Standard Webhooks."},
    )

    id: Mapped[Id]
    url: Mapped[str] = mapped_column(comment="Where deliveries are sent.")
    description: Mapped[str | None] = mapped_column(comment="What it is for, in its owner's words.")
    event_types: Mapped[list[str]] = mapped_column(
        ARRAY(Text()), comment="Types that it is told of; none is all of them, later ones too."
    )
    status: Mapped[str] = mapped_column(comment="enabled, disabled or deleted.")
    disabled_reason: Mapped[str | None] = mapped_column(comment="Why it was disabled.")
    secret: Mapped[bytes] = mapped_column(LargeBinary, comment="Signing secret, encrypted.")
    previous_secret: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="The secret before the last rotation, encrypted."
    )
    previous_until: Mapped[datetime | None] = mapped_column(
        comment="Until when deliveries are signed with the previous secret too."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    updated_at: Mapped[datetime] = mapped_column(comment="When it last changed.")
