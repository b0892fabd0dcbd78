"""Segments, who belongs to them since when and why, and how they did day by day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_POINTS, MAX_SUM, SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk, within


class Segment(TenantOwned, Base):
    """A group of members: by criteria, or a list by hand."""

    __tablename__ = "segments"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        Index(
            "uq_segments_name",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("archived_at is null"),
        ),
        one_of("kind", "dynamic", "static"),
        one_of("segment_type", "behavioral", "demographic", "value"),
        CheckConstraint("length(name) between 1 and 200", name="name_length"),
        CheckConstraint("(kind = 'dynamic') = (criteria is not null)", name="dynamic_has_criteria"),
        CheckConstraint("kind = 'dynamic' or not auto_update", name="static_stays"),
        CheckConstraint("(failed_at is null) = (failure is null)", name="failure_with_time"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("computed_version between 1 and version", name="computed_known"),
        CheckConstraint("member_count >= 0", name="count_not_negative"),
        CheckConstraint(
            f"avg_points_balance between 0 and {MAX_POINTS}", name="points_balance_bounded"
        ),
        within("avg_lifetime_value", "0", str(MAX_SUM)),
        {
            "comment": "Groups of members, by criteria or by hand.",
            "postgresql_with": {"fillfactor": 70},
        },
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="What it is called; unique while not archived.")
    description: Mapped[str | None] = mapped_column(comment="What it is for.")
    kind: Mapped[str] = mapped_column(comment="dynamic: by criteria; static: a list by hand.")
    segment_type: Mapped[str | None] = mapped_column(
        comment="A label: behavioral, demographic or value."
    )
    criteria: Mapped[dict[str, Any] | None] = mapped_column(
        comment="Who belongs to it, in the condition form; null for a list by hand."
    )
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts up with each change."
    )
    computed_version: Mapped[int | None] = mapped_column(
        comment="Of which version the members are; null: never computed."
    )
    auto_update: Mapped[bool] = mapped_column(
        comment="Whether members come and go by themselves; else when somebody asks."
    )
    member_count: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Members when it was last computed or changed."
    )
    avg_lifetime_value: Mapped[Decimal] = mapped_column(
        Numeric(38, 4), server_default=text("0"), comment="Their spend on average, net of refunds."
    )
    avg_points_balance: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Their balance on average, in the default program."
    )
    last_computed_at: Mapped[datetime | None] = mapped_column(
        comment="When all members were last computed, in business time."
    )
    by_day: Mapped[bool] = mapped_column(
        server_default=text("true"),
        comment="Whether days alone change who belongs to it, by the criteria last computed.",
    )
    asked_at: Mapped[datetime | None] = mapped_column(
        comment="Since when a job is to compute it, because somebody asked; null: nobody waits."
    )
    asked_notify: Mapped[bool | None] = mapped_column(
        comment="Whether that is to be told as events; null: as usual."
    )
    failed_at: Mapped[datetime | None] = mapped_column(
        comment="When a job could not compute it, in business time; null: the last time went well."
    )
    failure: Mapped[str | None] = mapped_column(comment="Why not, in words.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    updated_at: Mapped[datetime] = mapped_column(comment="When somebody last changed it.")
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="Since when it is out of use; its history stays."
    )


class SegmentMembership(TenantOwned, Base):
    """One stay of a member in a segment. Who comes back has another row."""

    __tablename__ = "segment_memberships"
    __table_args__ = (
        tenant_fk("segment_id", "segments"),
        tenant_fk("member_id", "members"),
        Index(
            "uq_segment_memberships_current",
            "tenant_id",
            "segment_id",
            "member_id",
            unique=True,
            postgresql_where=text("left_at is null"),
        ),
        Index("ix_segment_memberships_segment", "tenant_id", "segment_id", "id"),
        Index("ix_segment_memberships_member", "tenant_id", "member_id", "id"),
        one_of("reason", "criteria", "hand", "merge"),
        one_of("left_reason", "criteria", "hand", "merge", "erased"),
        CheckConstraint("(left_at is null) = (left_reason is null)", name="leaves_for_a_reason"),
        CheckConstraint("left_at >= joined_at", name="leaves_after_joining"),
        CheckConstraint("merge_id is null or reason = 'merge'", name="joined_by_merge"),
        CheckConstraint("left_merge_id is null or left_reason = 'merge'", name="left_by_merge"),
        {"comment": "Who was in which segment from when to when, and why."},
    )

    id: Mapped[Id]
    segment_id: Mapped[UUID] = mapped_column(comment="The segment.")
    member_id: Mapped[UUID] = mapped_column(comment="The member.")
    joined_at: Mapped[datetime] = mapped_column(comment="Since when they belong to it.")
    reason: Mapped[str] = mapped_column(comment="What brought them: criteria, a hand, a merge.")
    version: Mapped[int | None] = mapped_column(
        comment="Of which version of it, where criteria did."
    )
    found: Mapped[dict[str, Any] | None] = mapped_column(
        comment="The comparisons that held, by field, with what was found unless it is private."
    )
    merge_id: Mapped[UUID | None] = mapped_column(
        comment="The merge that brought them, if one did."
    )
    left_at: Mapped[datetime | None] = mapped_column(comment="Until when; null: they still do.")
    left_reason: Mapped[str | None] = mapped_column(
        comment="What ended it: criteria, a hand, a merge, or that they were erased."
    )
    left_merge_id: Mapped[UUID | None] = mapped_column(
        comment="The merge that ended it, if one did."
    )


class SegmentDay(TenantOwned, Base):
    """What a segment's members did on one day."""

    __tablename__ = "segment_days"
    __table_args__ = (
        tenant_fk("segment_id", "segments"),
        CheckConstraint(
            "members >= 0 and joined >= 0 and left_count >= 0 and purchases >= 0"
            " and points_earned >= 0 and points_redeemed >= 0",
            name="counts_not_negative",
        ),
        within("revenue", "0", str(MAX_SUM)),
        {"comment": "Per segment and local day: what its members of that moment did."},
    )

    segment_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The segment.")
    day: Mapped[date] = mapped_column(primary_key=True, comment="The tenant's own day.")
    members: Mapped[int] = mapped_column(comment="Members at the end of the day.")
    joined: Mapped[int] = mapped_column(comment="How many joined.")
    left_count: Mapped[int] = mapped_column(comment="How many left.")
    revenue: Mapped[Decimal] = mapped_column(
        Numeric(38, 4), comment="What members bought for, net of refunds known by then."
    )
    purchases: Mapped[int] = mapped_column(comment="How many completed purchases that were.")
    points_earned: Mapped[int] = mapped_column(comment="Points they earned.")
    points_redeemed: Mapped[int] = mapped_column(comment="Points they spent.")
    computed_at: Mapped[datetime] = mapped_column(comment="When this was counted.")


class SegmentCursor(TenantOwned, Base):
    """How far a tenant's segments have followed its events."""

    __tablename__ = "segment_cursors"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        CheckConstraint("position >= 0", name="position_not_negative"),
        {"comment": "Up to which event the segments of a tenant are up to date."},
    )

    position: Mapped[int] = mapped_column(comment="Position of the last event that was looked at.")
