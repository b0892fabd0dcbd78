"""The outbox: what happened, written with the change itself, told later by the relay."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db import Base, Id, TenantOwned


class OutboxEvent(TenantOwned, Base):
    """One thing that happened. Rows are marked done, never skipped by a cursor."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("(member_id is null) = (member_seq is null)", name="member_has_seq"),
        CheckConstraint("depth between 0 and 5", name="depth_bounded"),
        {"comment": "Events in the order of their member; the relay numbers and delivers them."},
    )

    id: Mapped[Id]
    type: Mapped[str] = mapped_column(comment="Name in the catalogue, such as points.credited.")
    payload: Mapped[dict[str, Any]] = mapped_column(comment="The event's own fields.")
    member_id: Mapped[UUID | None] = mapped_column(comment="The member it concerns, if any.")
    member_seq: Mapped[int | None] = mapped_column(comment="Its place in the member's order.")
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened, in business time.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was written.")
    historical: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Imported history: never told to the outside."
    )
    cause: Mapped[UUID | None] = mapped_column(comment="The event that led to this one.")
    depth: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many events led to this one, at most 5."
    )
    position: Mapped[int | None] = mapped_column(comment="Place in the stream, by the relay.")
    relayed_at: Mapped[datetime | None] = mapped_column(comment="When the relay was done.")


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
