"""The queue of what leaves the system, and the log of attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk

WAITING = text("state = 'waiting'")


class OutboundMessage(TenantOwned, Base):
    """One message to one destination. The rows that wait are the queue."""

    __tablename__ = "outbound_messages"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "subject_id",
            "channel",
            "destination_id",
            name="uq_outbound_messages_subject",
        ),
        Index(
            "ix_outbound_messages_due",
            "tenant_id",
            "channel",
            "destination_id",
            "next_attempt_at",
            "position",
            postgresql_where=WAITING,
        ),
        Index(
            "ix_outbound_messages_order",
            "tenant_id",
            "channel",
            "destination_id",
            "member_id",
            "position",
            postgresql_where=WAITING,
        ),
        Index(
            "ix_outbound_messages_unsent",
            "tenant_id",
            "id",
            postgresql_where=text("state in ('dead', 'stopped')"),
        ),
        one_of("state", "waiting", "sent", "dead", "stopped"),
        CheckConstraint("(state = 'waiting') = (finished_at is null)", name="finished_has_time"),
        CheckConstraint("attempts >= 0 and failures >= 0", name="counts_not_negative"),
        CheckConstraint("claimed_until is null or state = 'waiting'", name="claimed_while_waiting"),
        CheckConstraint("channel ~ '^[a-z]+(:.+)?$'", name="channel_shape"),
        {"comment": "What leaves the system: the queue and its log. What waits is sent in time."},
    )

    id: Mapped[Id]
    channel: Mapped[str] = mapped_column(
        comment="How it is sent: webhook, mail, or provider: and a name."
    )
    destination_id: Mapped[UUID] = mapped_column(
        comment="Which of the channel's destinations; zeros when it has one only."
    )
    type: Mapped[str] = mapped_column(comment="What it says, such as purchase.completed.")
    subject_id: Mapped[UUID] = mapped_column(
        comment="What it tells of: an event, an invitation, a redemption."
    )
    member_id: Mapped[UUID | None] = mapped_column(
        comment="The member it is about, whose order it keeps where the channel keeps one."
    )
    position: Mapped[int] = mapped_column(comment="Its place in that order.")
    payload: Mapped[dict[str, Any] | None] = mapped_column(
        comment="What the provider needs and cannot read from the subject; never a secret."
    )
    state: Mapped[str] = mapped_column(comment="waiting, sent, dead or stopped.")
    attempts: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="How often a worker took it up."
    )
    failures: Mapped[int] = mapped_column(
        SmallInteger,
        server_default=text("0"),
        comment="How many attempts failed since it began to wait.",
    )
    next_attempt_at: Mapped[datetime] = mapped_column(comment="Not before this moment.")
    claimed_until: Mapped[datetime | None] = mapped_column(
        comment="It is being sent; after this moment whoever sent it is taken for dead."
    )
    last_status: Mapped[int | None] = mapped_column(
        SmallInteger, comment="Status of the last answer."
    )
    last_error: Mapped[str | None] = mapped_column(comment="What the last failure said.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was put into the queue.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ceased to wait.")


class OutboundAttempt(TenantOwned, Base):
    """One attempt to send a message, and what came of it."""

    __tablename__ = "outbound_attempts"
    __table_args__ = (
        tenant_fk("message_id", "outbound_messages"),
        CheckConstraint("duration_ms >= 0", name="duration_not_negative"),
        {"comment": "Every attempt to send, with the beginning of the answer."},
    )

    message_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The message.")
    attempt: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, comment="Which of its attempts."
    )
    sent_at: Mapped[datetime] = mapped_column(comment="When it was sent.")
    duration_ms: Mapped[int] = mapped_column(Integer, comment="How long it took, in milliseconds.")
    status: Mapped[int | None] = mapped_column(
        SmallInteger, comment="Status of the answer; null: none came."
    )
    error: Mapped[str | None] = mapped_column(comment="Why it failed, in words.")
    response: Mapped[str | None] = mapped_column(comment="Beginning of the answer, at most 1 kB.")
