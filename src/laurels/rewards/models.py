"""Rewards, the codes they are delivered by, and what was redeemed."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_POINTS, SCHEMA
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

from .states import STATES
from .values import MAX_NUMBER, MAX_QUANTITY, VALUES

CODED = "fulfilment in ('code', 'pool')"


class Picture(TenantOwned, Base):
    """A picture whose files are stored: called by its content, so the same one is there once."""

    __tablename__ = "pictures"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        Index(
            "ix_pictures_kept",
            "tenant_id",
            "last_used_at",
            postgresql_where=text("removed_at is null"),
        ),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_is_one"),
        CheckConstraint("width > 0 and height > 0", name="size_positive"),
        {"comment": "Pictures that were uploaded; their files lie in the media store."},
    )

    digest: Mapped[str] = mapped_column(
        primary_key=True, comment="SHA-256 of the larger file; the name of the files."
    )
    width: Mapped[int] = mapped_column(comment="Of the larger file, in pixels.")
    height: Mapped[int] = mapped_column(comment="Of the larger file, in pixels.")
    last_used_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When something last took it or let go of it."
    )
    removed_at: Mapped[datetime | None] = mapped_column(
        comment="Since when its files are gone; null: they are there."
    )


class Reward(TenantOwned, Base):
    """Something that points buy: what it costs, who can have it, how it is delivered."""

    __tablename__ = "rewards"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        tenant_fk("program_id", "programs"),
        ForeignKeyConstraint(
            ["tenant_id", "picture"], [f"{SCHEMA}.pictures.tenant_id", f"{SCHEMA}.pictures.digest"]
        ),
        CheckConstraint("version > 0", name="version_positive"),
        one_of("type", *VALUES),
        CheckConstraint(
            r"fulfilment in ('code', 'pool', 'manual') or fulfilment ~ '^provider:[a-z0-9_]+$'",
            name="fulfilment_known",
        ),
        CheckConstraint(f"cost_points between 1 and {MAX_POINTS}", name="cost_bounded"),
        CheckConstraint(f"stock between 0 and {MAX_NUMBER}", name="stock_never_negative"),
        CheckConstraint("codes_left >= 0 and redemptions >= 0", name="counts_not_negative"),
        CheckConstraint(
            f"max_redemptions_total between 1 and {MAX_NUMBER}"
            f" and max_redemptions_per_member between 1 and {MAX_NUMBER}",
            name="limits_bounded",
        ),
        CheckConstraint("min_tier_level between 1 and 1000", name="tier_level_bounded"),
        CheckConstraint(
            "cardinality(tier_ids) <= 50 and cardinality(segment_ids) <= 50", name="lists_bounded"
        ),
        CheckConstraint("redemption_expiry_days between 1 and 36500", name="validity_bounded"),
        CheckConstraint("starts_at < ends_at", name="window_order"),
        CheckConstraint("jsonb_typeof(value) = 'object'", name="value_is_object"),
        facts("attributes"),
        money("min_order_value"),
        moment("starts_at"),
        moment("ends_at"),
        {"comment": "What points buy.", "postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="What it is called.")
    description: Mapped[str | None] = mapped_column(comment="What members read about it.")
    type: Mapped[str] = mapped_column(comment="What sort of thing it is; says what `value` holds.")
    value: Mapped[dict[str, Any]] = mapped_column(comment="What it is worth, by its type.")
    cost_points: Mapped[int] = mapped_column(comment="What one costs.")
    program_id: Mapped[UUID | None] = mapped_column(
        comment="Which points buy it; null: those of the default program."
    )
    min_order_value: Mapped[Decimal | None] = mapped_column(
        comment="Smallest purchase that it can be used on; null: any."
    )
    stock: Mapped[int | None] = mapped_column(comment="How many are left; null: no limit.")
    codes_left: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Codes of its pool that nobody has yet."
    )
    redemptions: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many were had and not given back."
    )
    max_redemptions_total: Mapped[int | None] = mapped_column(
        comment="How many can be had in all; null: no limit."
    )
    max_redemptions_per_member: Mapped[int | None] = mapped_column(
        comment="How many one member can have; null: no limit."
    )
    starts_at: Mapped[datetime | None] = mapped_column(comment="From when, inclusive.")
    ends_at: Mapped[datetime | None] = mapped_column(comment="Until when, exclusive.")
    min_tier_level: Mapped[int | None] = mapped_column(
        comment="Lowest tier level that can have it; null: everybody."
    )
    tier_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid()),
        server_default=text("'{}'"),
        comment="Only members of these tiers can have it; none: of any. Tiers are never deleted.",
    )
    segment_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid()),
        server_default=text("'{}'"),
        comment="Only members of one of these segments can have it; none: everybody.",
    )
    redemption_expiry_days: Mapped[int | None] = mapped_column(
        comment="Local days after that of delivery in which it can be used; null: no end."
    )
    fulfilment: Mapped[str] = mapped_column(
        comment="How it is delivered: code, pool, manual, or provider:<name>."
    )
    category: Mapped[str | None] = mapped_column(comment="Under which heading it is shown.")
    terms: Mapped[str | None] = mapped_column(comment="The small print.")
    image_url: Mapped[str | None] = mapped_column(comment="Address of a picture of it.")
    picture: Mapped[str | None] = mapped_column(
        comment="The picture that was uploaded for it, by its digest."
    )
    featured: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Shown before the others."
    )
    sort_order: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Place in the catalogue; smaller comes first."
    )
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts of the tenant's."
    )
    active: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="Whether it can be had; false: it is paused."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was made."
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When somebody last changed it."
    )
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="Since when it is out of sight; null: it is in the catalogue."
    )
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts up with every change by people."
    )


class Redemption(TenantOwned, Base):
    """A reward that a member has taken: its state, its code, and the reward as it was."""

    __tablename__ = "redemptions"
    __table_args__ = (
        tenant_fk("reward_id", "rewards"),
        tenant_fk("member_id", "members"),
        tenant_fk("original_member_id", "members"),
        tenant_fk("transaction_id", "point_transactions"),
        tenant_fk("refund_transaction_id", "point_transactions"),
        tenant_fk("used_purchase_id", "purchases"),
        Index("ix_redemptions_member", "tenant_id", "member_id", "id"),
        Index("ix_redemptions_reward", "tenant_id", "reward_id", "id"),
        Index(
            "uq_redemptions_external_id",
            "tenant_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
        Index(
            "uq_redemptions_code",
            "tenant_id",
            text("""lower(code collate "C")"""),
            unique=True,
            postgresql_where=text("code is not null"),
        ),
        Index(
            "ix_redemptions_expiring",
            "tenant_id",
            "expires_at",
            postgresql_where=text("state = 'completed' and expires_at is not null"),
        ),
        Index(
            "ix_redemptions_pending",
            "tenant_id",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_redemptions_purchase",
            "tenant_id",
            "used_purchase_id",
            postgresql_where=text("used_purchase_id is not null"),
        ),
        one_of("state", *STATES),
        CheckConstraint(f"quantity between 1 and {MAX_QUANTITY}", name="quantity_bounded"),
        CheckConstraint(f"points_spent between 0 and {MAX_POINTS}", name="points_bounded"),
        CheckConstraint("(points_spent = 0) = (transaction_id is null)", name="gift_costs_nothing"),
        CheckConstraint("retry_count >= 0", name="counts_not_negative"),
        CheckConstraint(
            "state <> 'pending' or (completed_at is null and used_at is null and code is null)",
            name="pending_has_nothing",
        ),
        CheckConstraint(
            "state not in ('completed', 'used', 'expired', 'refunded') or completed_at is not null",
            name="completed_has_time",
        ),
        CheckConstraint(
            f"not ({CODED} and state in ('completed', 'used')) or code is not null",
            name="completed_has_code",
        ),
        CheckConstraint(
            "(state = 'used' and used_at is not null)"
            " or (state <> 'used' and (used_at is null or state = 'refunded'))",
            name="used_has_time",
        ),
        CheckConstraint(
            "(state in ('expired', 'failed', 'cancelled', 'refunded')) = (ended_at is not null)",
            name="end_has_time",
        ),
        CheckConstraint(
            "state <> 'failed' or failure_reason is not null", name="failure_has_reason"
        ),
        CheckConstraint(
            "refund_transaction_id is null"
            " or state in ('expired', 'failed', 'cancelled', 'refunded')",
            name="open_is_paid_for",
        ),
        CheckConstraint("jsonb_typeof(reward) = 'object'", name="reward_is_object"),
        facts("attributes"),
        money("discount_amount"),
        moment("expires_at"),
        key("code", 128),
        key("source", 64),
        key("external_id", 128),
        key("used_order_ref", 128),
        prose("notes", 1000),
        {"comment": "What members took, and what became of it."},
    )

    id: Mapped[Id]
    reward_id: Mapped[UUID] = mapped_column(comment="Which reward.")
    member_id: Mapped[UUID] = mapped_column(comment="Who has it.")
    original_member_id: Mapped[UUID | None] = mapped_column(
        comment="Who had it before a merge; null: the same."
    )
    state: Mapped[str] = mapped_column(
        comment="pending, completed, used, expired, failed, cancelled or refunded."
    )
    quantity: Mapped[int] = mapped_column(comment="How many.")
    points_spent: Mapped[int] = mapped_column(comment="What they cost together; 0: a gift.")
    transaction_id: Mapped[UUID | None] = mapped_column(
        comment="The movement that paid for it; null: a gift."
    )
    refund_transaction_id: Mapped[UUID | None] = mapped_column(
        comment="The movement that gave the points back, if any did."
    )
    reward: Mapped[dict[str, Any]] = mapped_column(comment="The reward as it was.")
    fulfilment: Mapped[str] = mapped_column(comment="How it is delivered, as the reward said.")
    code: Mapped[str | None] = mapped_column(comment="What the member shows or types in.")
    discount_amount: Mapped[Decimal | None] = mapped_column(
        comment="What it is worth in money, where that is known."
    )
    source: Mapped[str] = mapped_column(comment="Where it was asked for.")
    external_id: Mapped[str | None] = mapped_column(comment="Its number there.")
    redeemed_at: Mapped[datetime] = mapped_column(comment="When, in business time.")
    completed_at: Mapped[datetime | None] = mapped_column(comment="When it was delivered.")
    expires_at: Mapped[datetime | None] = mapped_column(
        comment="Until when it has to be used; null: no end."
    )
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used.")
    used_purchase_id: Mapped[UUID | None] = mapped_column(comment="On which purchase.")
    used_order_ref: Mapped[str | None] = mapped_column(
        comment="On which order, where that is not a purchase of ours."
    )
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="When it expired, failed, was cancelled or refunded."
    )
    failure_reason: Mapped[str | None] = mapped_column(
        comment="Why the last attempt to deliver it failed."
    )
    retry_count: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many attempts to deliver it failed."
    )
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts of the tenant's."
    )
    notes: Mapped[str | None] = mapped_column(comment="What staff wrote about delivering it.")
    fulfilled_by_type: Mapped[str | None] = mapped_column(comment="Kind of who delivered it.")
    fulfilled_by_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who asked for it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was booked."
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it last changed."
    )


class Voucher(TenantOwned, Base):
    """A code: uploaded for a reward and waiting, or given to one redemption, once."""

    __tablename__ = "vouchers"
    __table_args__ = (
        tenant_fk("reward_id", "rewards"),
        tenant_fk("redemption_id", "redemptions"),
        Index("uq_vouchers_code", "tenant_id", text("""lower(code collate "C")"""), unique=True),
        Index(
            "ix_vouchers_free",
            "tenant_id",
            "reward_id",
            "id",
            postgresql_where=text("redemption_id is null and withdrawn_at is null"),
        ),
        UniqueConstraint("tenant_id", "redemption_id"),
        key("code", 128),
        one_of("origin", "pool", "generated", "delivered"),
        CheckConstraint("origin = 'pool' or redemption_id is not null", name="generated_is_given"),
        CheckConstraint(
            "(redemption_id is null) = (assigned_at is null)", name="assigned_has_time"
        ),
        CheckConstraint(
            "withdrawn_at is null or redemption_id is null", name="withdrawn_is_nobodys"
        ),
        {"comment": "Codes of rewards: each is unique and given to one redemption at most."},
    )

    id: Mapped[Id]
    reward_id: Mapped[UUID] = mapped_column(comment="Of which reward.")
    code: Mapped[str] = mapped_column(comment="The code; capitals make no difference.")
    origin: Mapped[str] = mapped_column(
        comment="Uploaded (pool), generated, or delivered by a person or provider."
    )
    redemption_id: Mapped[UUID | None] = mapped_column(
        comment="Who has it; null: it is free, or withdrawn."
    )
    assigned_at: Mapped[datetime | None] = mapped_column(comment="Since when.")
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        comment="Since when it is not given out any more."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was uploaded or generated."
    )
