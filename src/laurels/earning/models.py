"""Earning rules, awards and what caps have used up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_POINTS, SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk, within


class EarningRule(TenantOwned, Base):
    """One version of a rule. Editing a rule writes a new version; old ones stay as they were."""

    __tablename__ = "earning_rules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        tenant_fk("program_id", "programs"),
        Index(
            "uq_earning_rules_current",
            "tenant_id",
            "id",
            unique=True,
            postgresql_where=text("current"),
        ),
        Index(
            "uq_earning_rules_managed",
            "tenant_id",
            "managed_by",
            unique=True,
            postgresql_where=text("current and managed_by is not null"),
        ),
        CheckConstraint("managed_by ~ '^[a-z_]+[.][a-z_]+$'", name="managed_by_shape"),
        one_of("status", "active", "paused", "archived"),
        one_of("stacking", "stack", "exclusive"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("starts_at < ends_at", name="window_order"),
        {"comment": "Rules that say what an event earns, version by version."},
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(primary_key=True, comment="Which version, from 1.")
    current: Mapped[bool] = mapped_column(comment="The version in force.")
    name: Mapped[str] = mapped_column(comment="What it is called.")
    trigger: Mapped[str] = mapped_column(comment="The event that it listens to.")
    status: Mapped[str] = mapped_column(comment="active, paused or archived.")
    priority: Mapped[int] = mapped_column(comment="Higher goes first where only one may win.")
    conditions: Mapped[dict[str, Any] | None] = mapped_column(
        comment="When it fires; null: always."
    )
    award: Mapped[dict[str, Any]] = mapped_column(comment="What it gives.")
    caps: Mapped[list[Any]] = mapped_column(comment="At most how much, per member.")
    starts_at: Mapped[datetime | None] = mapped_column(comment="From when, inclusive.")
    ends_at: Mapped[datetime | None] = mapped_column(comment="Until when, exclusive.")
    stacking: Mapped[str] = mapped_column(comment="stack, or exclusive: shuts out the others.")
    exclusion_group: Mapped[str | None] = mapped_column(comment="Only the best of a group wins.")
    program_id: Mapped[UUID | None] = mapped_column(comment="Which points; null: the default.")
    managed_by: Mapped[str | None] = mapped_column(
        comment="The setting that says what it gives, as section.name; null: nobody's but its own."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When this version was made.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who made it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")


class Explanation(TenantOwned, Base):
    """What equal awards say of themselves, their figures left out. Never changed."""

    __tablename__ = "explanations"
    __table_args__ = ({"comment": "Why events earned what they did, kept once for all alike."},)

    digest: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-1, comment="Beginning of the SHA-256 of trigger and body."
    )
    trigger: Mapped[str] = mapped_column(comment="The event that was judged.")
    body: Mapped[str] = mapped_column(
        comment="Explanation and effects as JSON; the character 31 stands for each figure."
    )


class Award(TenantOwned, Base):
    """What an event earned, and why: the rules that fired, those that did not, and what capped.

    No foreign key leads to the explanation: checking it would lock one row that all awards of a
    tenant share. Both are written by one function, and nobody may delete explanations.
    """

    __tablename__ = "awards"
    __table_args__ = (
        within("points", f"-{MAX_POINTS}", str(MAX_POINTS)),
        {"comment": "What every event earned; `laurels.why(body, figures)` tells why."},
    )

    subject_id: Mapped[UUID] = mapped_column(
        primary_key=True, comment="The purchase, member or activity it was about."
    )
    member_id: Mapped[UUID] = mapped_column(comment="Who earned.")
    original_member_id: Mapped[UUID | None] = mapped_column(
        comment="Who it was judged for, before members were merged; null: member_id."
    )
    explanation_digest: Mapped[UUID] = mapped_column(comment="What it says, but for the figures.")
    points: Mapped[int] = mapped_column(
        comment="What it earned in all; below zero: goods came back and took so many."
    )
    occurred_at: Mapped[datetime] = mapped_column(comment="When the event happened.")
    figures: Mapped[str] = mapped_column(comment="Its figures and transactions, in order.")


class RuleUsage(TenantOwned, Base):
    """What a member has had from a capped rule in a period."""

    __tablename__ = "rule_usage"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points_not_negative"),
        {"comment": "Points had from capped rules, per member and period."},
    )

    rule_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The rule, all versions.")
    member_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The member.")
    period: Mapped[str] = mapped_column(
        primary_key=True, comment="day:2026-11-21, month:2026-11 or lifetime."
    )
    points: Mapped[int] = mapped_column(comment="Points had so far.")
