"""Activities: what members did besides buying."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.tables import (
    Base,
    Id,
    TenantOwned,
    facts,
    key,
    moment,
    money,
    one_of,
    prose,
    tenant_fk,
)


class Activity(TenantOwned, Base):
    """Something that a member did: a review, a share, a visit, a birthday, an event of a shop's."""

    __tablename__ = "activities"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("tenant_id", "source", "external_id", name="uq_activities_natural_key"),
        Index("ix_activities_member", "tenant_id", "member_id", "occurred_at"),
        one_of("status", "recorded", "revoked"),
        CheckConstraint("kind ~ '^[a-z][a-z0-9_]{0,39}$'", name="kind_shape"),
        key("source", 64),
        key("external_id", 128),
        key("subject", 128),
        prose("revoked_reason", 1000),
        facts("attributes"),
        money("value"),
        moment("occurred_at"),
        moment("revoked_at"),
        CheckConstraint(
            "(status = 'revoked') = (revoked_at is not null)"
            " and (status = 'revoked') = (revoked_points is not null)",
            name="revoked_has_time",
        ),
        CheckConstraint("revoked_points <= 0", name="revoked_points_not_positive"),
        {"comment": "What members did besides buying. Each is judged by the rules once."},
    )

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(comment="Who reports it: api, an app; laurels: we do.")
    external_id: Mapped[str | None] = mapped_column(comment="Its number there; unique per source.")
    member_id: Mapped[UUID] = mapped_column(comment="Who did it.")
    original_member_id: Mapped[UUID | None] = mapped_column(
        comment="Who it was recorded for, before members were merged; null: member_id."
    )
    kind: Mapped[str] = mapped_column(comment="What it is: review, social_share, visit, …")
    subject: Mapped[str | None] = mapped_column(comment="What it is about, such as a product.")
    value: Mapped[Decimal | None] = mapped_column(comment="A number that rules may count.")
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts that rules may read."
    )
    status: Mapped[str] = mapped_column(
        server_default=text("'recorded'"), comment="recorded, or revoked: it counts no more."
    )
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Digest of what was sent; tells a repeat from a change."
    )
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened.")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="When it was revoked.")
    revoked_reason: Mapped[str | None] = mapped_column(comment="Why.")
    revoked_points: Mapped[int | None] = mapped_column(
        comment="What the revocation did to the member's points, zero or less."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )
