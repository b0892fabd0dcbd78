"""The ladder of tiers, and who stood where, since when and why."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_POINTS, MAX_SUM, SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, moment, money, one_of, tenant_fk, within

CRITERIA = ("points", "spend", "orders", "hybrid")
BASES = ("default", "qualification", "granted", "manual")
REASONS = tuple(
    """
    placed qualification renewal manual refund downgrade expired removed ladder archived merge
    unmerge
    """.split()
)
_MAX_DAYS = 36_500


class Tier(TenantOwned, Base):
    """A rung of the tenant's ladder: what it takes to stand on it, and what that brings."""

    __tablename__ = "tiers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        Index(
            "uq_tiers_name",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("archived_at is null"),
        ),
        Index(
            "uq_tiers_level",
            "tenant_id",
            "level",
            unique=True,
            postgresql_where=text("archived_at is null"),
        ),
        Index(
            "uq_tiers_default",
            "tenant_id",
            unique=True,
            postgresql_where=text("is_default and archived_at is null"),
        ),
        one_of("criteria", *CRITERIA),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("level between 1 and 1000", name="level_bounded"),
        CheckConstraint("length(name) between 1 and 100", name="name_length"),
        CheckConstraint("color ~ '^#[0-9A-Fa-f]{6}$'", name="color_shape"),
        CheckConstraint(
            f"min_points between 0 and {MAX_POINTS} and min_orders between 0 and {MAX_POINTS}"
            f" and birthday_bonus_points between 0 and {MAX_POINTS}",
            name="counts_bounded",
        ),
        CheckConstraint(
            f"qualification_period_days between 0 and {_MAX_DAYS}"
            f" and maintenance_period_days between 1 and {_MAX_DAYS}"
            " and grace_days between 0 and 3650",
            name="days_bounded",
        ),
        CheckConstraint(
            "not (is_default and requires_maintenance)", name="default_needs_no_maintenance"
        ),
        money("min_spend"),
        within("points_multiplier", "0.01", "100"),
        within("discount_percentage", "0", "100"),
        {"comment": "The ladder: what each tier takes and what it brings."},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="What it is called.")
    description: Mapped[str | None] = mapped_column(comment="What members read about it.")
    level: Mapped[int] = mapped_column(comment="Its place in the ladder; 1 is the lowest.")
    color: Mapped[str] = mapped_column(
        server_default=text("'#8B5CF6'"), comment="For cards and badges."
    )
    icon: Mapped[str] = mapped_column(server_default=text("'star'"), comment="For badges.")
    criteria: Mapped[str] = mapped_column(
        server_default=text("'points'"),
        comment="What is counted: points, spend, orders, or hybrid: every minimum that is set.",
    )
    min_points: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Points earned in the period, for points and hybrid."
    )
    min_spend: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="Money spent in the period, for spend and hybrid."
    )
    min_orders: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Purchases in the period; counts with any criteria."
    )
    qualification_period_days: Mapped[int] = mapped_column(
        server_default=text("365"), comment="How far back is counted; 0: the whole life."
    )
    points_multiplier: Mapped[Decimal] = mapped_column(
        Numeric(5, 2), server_default=text("1.00"), comment="What earned points are multiplied by."
    )
    discount_percentage: Mapped[Decimal] = mapped_column(
        Numeric(5, 2), server_default=text("0"), comment="A discount that the shop gives."
    )
    free_shipping: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether the shop ships for nothing."
    )
    early_access: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether its members may buy before others."
    )
    birthday_bonus_points: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Points for a birthday, for rules that give them."
    )
    requires_maintenance: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether it has to be earned again every so often."
    )
    maintenance_period_days: Mapped[int] = mapped_column(
        server_default=text("365"), comment="For how long it is had, where it has to be."
    )
    grace_days: Mapped[int] = mapped_column(
        server_default=text("0"), comment="For how long it is kept when that is over."
    )
    is_default: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The one that new members get."
    )
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts up with every change."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was made."
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it last changed."
    )
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="Since when it is no part of the ladder."
    )


class TierHistory(TenantOwned, Base):
    """That a member stood on a tier: from when to when, why, and what they had done by then."""

    __tablename__ = "tier_history"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        tenant_fk("tier_id", "tiers"),
        Index(
            "uq_tier_history_current",
            "tenant_id",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_tier_history_member", "tenant_id", "member_id", "achieved_at"),
        # Of all rows: were it of present ones, a planner that knows nothing yet would take it for
        # the tenant's and look through them all for one member.
        Index("ix_tier_history_tier", "tenant_id", "tier_id"),
        Index(
            "ix_tier_history_due",
            "tenant_id",
            "due_at",
            postgresql_where=text("ended_at is null and due_at is not null"),
        ),
        one_of("basis", *BASES),
        one_of("reason", *REASONS),
        moment("achieved_at"),
        moment("expires_at"),
        moment("grace_until"),
        CheckConstraint("ended_at >= achieved_at", name="ends_after_beginning"),
        CheckConstraint("grace_until > expires_at", name="grace_follows_expiry"),
        CheckConstraint("basis = 'qualification' or qualified_at is null", name="qualified_known"),
        CheckConstraint("due_at is null or expires_at is not null", name="due_when_it_expires"),
        CheckConstraint("not fixed or basis = 'manual'", name="only_manual_is_fixed"),
        within("spend_at_achievement", "0", str(MAX_SUM)),
        {
            "comment": "Who stood on which tier, from when to when and why; one row per standing.",
            "postgresql_with": {"fillfactor": 80},
        },
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(comment="Who.")
    tier_id: Mapped[UUID] = mapped_column(comment="On which tier.")
    achieved_at: Mapped[datetime] = mapped_column(comment="Since when, in business time.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Until when; null: at present.")
    expires_at: Mapped[datetime | None] = mapped_column(
        comment="When it has to be earned again, or when a manual one is over; null: never."
    )
    grace_until: Mapped[datetime | None] = mapped_column(
        comment="It was not earned again in time and is kept until then."
    )
    due_at: Mapped[datetime | None] = mapped_column(
        comment="When time next matters: the notice, the expiry, the end of grace."
    )
    noticed_at: Mapped[datetime | None] = mapped_column(comment="When the notice was given.")
    basis: Mapped[str] = mapped_column(
        comment="What it stands on: the default, qualification, granted on the way down, manual."
    )
    qualified_at: Mapped[datetime | None] = mapped_column(
        comment="From the period before this moment on is counted whether it still holds."
    )
    fixed: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Manual, and not even raised until it is over."
    )
    reason: Mapped[str] = mapped_column(comment="Why it began.")
    points_at_achievement: Mapped[int | None] = mapped_column(comment="Points counted by then.")
    spend_at_achievement: Mapped[Decimal | None] = mapped_column(
        Numeric(38, 4), comment="Money counted by then."
    )
    orders_at_achievement: Mapped[int | None] = mapped_column(comment="Purchases counted by then.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who brought it about.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
    note: Mapped[str | None] = mapped_column(comment="Why, in somebody's words.")
    merge_id: Mapped[UUID | None] = mapped_column(
        comment="The merge that brought it to its member; undone with it."
    )
    ended_by_merge_id: Mapped[UUID | None] = mapped_column(
        comment="The merge that ended it; it goes on when that is undone."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )
