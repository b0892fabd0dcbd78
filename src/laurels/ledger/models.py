"""Programs, wallets, point transactions, lots and holds. Only the ledger touches these tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_POINTS, SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, facts, money, one_of, tenant_fk

TYPES = tuple(
    """
    earned redeemed bonus adjusted expired refunded reversed penalty transferred
    """.split()
)
SOURCES = tuple(
    """
    purchase referral signup review social_share birthday campaign manual steps activity achievement
    redemption expiration refund debt merge migration import
    """.split()
)


class Program(TenantOwned, Base):
    """A kind of points: what they are called, when they ripen and lapse, what they are worth."""

    __tablename__ = "programs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        UniqueConstraint("tenant_id", "name"),
        Index(
            "uq_programs_default",
            "tenant_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        CheckConstraint("maturity_days between 0 and 3650", name="maturity_bounded"),
        CheckConstraint(
            "expiry_days between 1 and 36500 and expiry_days > maturity_days",
            name="expires_after_maturity",
        ),
        CheckConstraint("grace_days between 1 and 3650", name="grace_bounded"),
        CheckConstraint("archived_at is null or not is_default", name="default_not_archived"),
        CheckConstraint("minimum_redemption_points >= 0", name="minimum_not_negative"),
        money("point_value"),
        {"comment": "Kinds of points."},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="What the programme is called.")
    unit_name: Mapped[str] = mapped_column(
        server_default=text("'points'"), comment="What its unit is called: points, coins, stamps."
    )
    is_default: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The one that rules mean when they name none."
    )
    point_value: Mapped[Decimal] = mapped_column(
        server_default=text("0.01"), comment="Worth of one point in the tenant's currency."
    )
    minimum_redemption_points: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Smallest number of points paid with at once."
    )
    maturity_days: Mapped[int] = mapped_column(
        server_default=text("0"),
        comment="Local days after that of earning until points can be spent.",
    )
    expiry_days: Mapped[int | None] = mapped_column(
        comment="Local days after that of earning on which points are there; null: for ever."
    )
    grace_days: Mapped[int] = mapped_column(
        server_default=text("30"), comment="Days that points get which come back lapsed."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was made."
    )
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="Since when nothing more is earned in it; what is there can still be spent."
    )


class Wallet(TenantOwned, Base):
    """A member's points of one program: available + pending + held is the balance."""

    __tablename__ = "wallets"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        tenant_fk("program_id", "programs"),
        tenant_fk("merged_into", "wallets"),
        Index(
            "ix_wallets_merged_into",
            "tenant_id",
            "merged_into",
            postgresql_where=text("merged_into is not null"),
        ),
        Index("ix_wallets_debt", "tenant_id", "id", postgresql_where=text("debt > 0")),
        UniqueConstraint("tenant_id", "member_id", "program_id"),
        one_of("closed_for", "blocked", "archived", "merged", "erased"),
        CheckConstraint(
            "(closed_for is not distinct from 'merged') = (merged_into is not null)",
            name="merged_somewhere",
        ),
        CheckConstraint(
            "merged_into is null or (available = 0 and pending = 0 and held = 0 and debt = 0)",
            name="merged_is_empty",
        ),
        CheckConstraint(
            "available >= 0 and pending >= 0 and held >= 0 and debt >= 0", name="never_negative"
        ),
        CheckConstraint("debt = 0 or available = 0", name="debt_only_when_empty"),
        CheckConstraint(
            f"lifetime_earned <= {MAX_POINTS} and debt <= {MAX_POINTS}", name="bounded"
        ),
        # What a survivor gives back may have been earned in a wallet that was merged into this one,
        # so what was earned and redeemed here may be less than nothing; what lapsed may not.
        CheckConstraint("lifetime_expired >= 0 and seq >= 0", name="totals_not_negative"),
        {
            "comment": "Balances. Rebuilt at any time from transactions, lots and holds.",
            "postgresql_with": {"fillfactor": 70},
        },
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(comment="Whose it is.")
    program_id: Mapped[UUID] = mapped_column(comment="Of which program.")
    available: Mapped[int] = mapped_column(server_default=text("0"), comment="Spendable now.")
    pending: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Earned, not yet spendable."
    )
    held: Mapped[int] = mapped_column(server_default=text("0"), comment="Set aside by holds.")
    debt: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Taken back more than there was; the next earn pays."
    )
    lifetime_earned: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Sum of all positive points that came by earning."
    )
    lifetime_redeemed: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Sum of points spent, net of what came back."
    )
    lifetime_expired: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Sum of points that lapsed."
    )
    seq: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Number of its last transaction."
    )
    has_lots: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether any of its lots still holds points."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was opened."
    )
    closed_for: Mapped[str | None] = mapped_column(
        comment="Why nothing is earned or spent in it: blocked, archived, merged, erased; null:"
        " it is open."
    )
    merged_into: Mapped[UUID | None] = mapped_column(
        comment="The wallet that took over what was in it."
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it last changed."
    )


class PointTransaction(TenantOwned, Base):
    """One signed movement of a wallet. Never changed, never deleted; corrected by reversal.

    Columns of a fixed width stand first, which takes eight bytes less per row.
    """

    __tablename__ = "point_transactions"
    __table_args__ = (
        tenant_fk("wallet_id", "wallets"),
        UniqueConstraint("tenant_id", "wallet_id", "seq"),
        # The figures of a period, whoever moved them.
        Index(
            "ix_point_transactions_time",
            "tenant_id",
            "occurred_at",
            postgresql_include=["type", "wallet_id", "points", "amount"],
        ),
        Index(
            "ix_point_transactions_reverses",
            "tenant_id",
            "reverses_id",
            postgresql_where=text("reverses_id is not null"),
        ),
        # What has none is asked nothing: nearly all rows are so.
        CheckConstraint(
            "attributes is null or laurels.are_facts(attributes)", name="attributes_are_facts"
        ),
        one_of("type", *TYPES),
        one_of("source", *SOURCES),
        CheckConstraint("amount <> 0 or debt_delta <> 0", name="does_something"),
        CheckConstraint("balance_after >= 0 and seq > 0", name="balance_not_negative"),
        CheckConstraint(
            "case when type in ('earned', 'bonus') then amount - debt_delta > 0"
            " when type in ('redeemed', 'expired', 'penalty') then amount - debt_delta < 0"
            " else true end",
            name="sign_fits_type",
        ),
        CheckConstraint(
            "debt_delta = 0 or (debt_delta < 0 and (amount >= 0 or source = 'debt'))"
            " or (debt_delta > 0 and (amount <= 0 or source = 'merge'))",
            name="debt_fits_amount",
        ),
        CheckConstraint(
            f"abs(amount) <= {MAX_POINTS} and abs(debt_delta) <= {MAX_POINTS}", name="bounded"
        ),
        {"comment": "The ledger: append-only, one row per movement of a wallet."},
    )

    id: Mapped[Id]
    wallet_id: Mapped[UUID] = mapped_column(comment="The wallet that moved.")
    reverses_id: Mapped[UUID | None] = mapped_column(
        comment="The transaction that this one takes back, wholly or in part."
    )
    seq: Mapped[int] = mapped_column(comment="Its number in the wallet, from 1 without gaps.")
    amount: Mapped[int] = mapped_column(comment="What it did to the balance.")
    debt_delta: Mapped[int] = mapped_column(comment="What it did to the debt.")
    points: Mapped[int] = mapped_column(
        Computed("amount - debt_delta", persisted=True), comment="What the event is worth."
    )
    balance_after: Mapped[int] = mapped_column(comment="Available + pending + held after it.")
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened, in business time.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was booked."
    )
    type: Mapped[str] = mapped_column(comment="What sort of movement it is.")
    source: Mapped[str] = mapped_column(comment="What brought it about.")
    source_id: Mapped[str | None] = mapped_column(comment="Which one of that source.")
    reason: Mapped[str | None] = mapped_column(
        comment="Why, in the words of who works here; members do not see it."
    )
    member_note: Mapped[str | None] = mapped_column(comment="Words for the member; null: none.")
    attributes: Mapped[dict[str, Any] | None] = mapped_column(
        comment="Free facts of whoever moved them; null: none, as nearly all have."
    )
    actor_type: Mapped[str] = mapped_column(comment="Kind of who did it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")


class PostingKey(TenantOwned, Base):
    """The natural key of a movement; a second posting with it is refused."""

    __tablename__ = "posting_keys"
    __table_args__ = ({"comment": "What was booked already: source and key are unique."},)

    source: Mapped[str] = mapped_column(primary_key=True, comment="Source of the movement.")
    key: Mapped[str] = mapped_column(primary_key=True, comment="Its key within the source.")
    transaction_id: Mapped[UUID] = mapped_column(comment="The movement that has it.")


class Lot(TenantOwned, Base):
    """Points of one earn that share their dates."""

    __tablename__ = "lots"
    __table_args__ = (
        tenant_fk("wallet_id", "wallets"),
        Index("ix_lots_transaction", "tenant_id", "transaction_id"),
        Index(
            "ix_lots_open",
            "tenant_id",
            "wallet_id",
            "expires_at",
            "id",
            postgresql_where=text("remaining > 0"),
        ),
        Index(
            "ix_lots_expiring",
            "tenant_id",
            "expires_at",
            postgresql_where=text("remaining > 0 and expires_at is not null"),
        ),
        Index(
            "ix_lots_maturing",
            "tenant_id",
            "matures_at",
            postgresql_where=text("matured_at is null and remaining > 0"),
        ),
        CheckConstraint("initial > 0", name="initial_positive"),
        CheckConstraint("remaining >= 0 and remaining <= initial", name="remaining_within"),
        CheckConstraint("expired >= 0 and expired <= initial", name="expired_within"),
        CheckConstraint(
            "expired_counted >= 0 and expired_counted <= expired", name="counted_within"
        ),
        CheckConstraint("matured_at is not null or matures_at is not null", name="ripens"),
        {
            "comment": "Points that expire or mature, with their dates; earliest expiry first.",
            "postgresql_with": {"fillfactor": 80},
        },
    )

    id: Mapped[Id]
    wallet_id: Mapped[UUID] = mapped_column(comment="The wallet they are in.")
    transaction_id: Mapped[UUID] = mapped_column(comment="The transaction that brought them.")
    initial: Mapped[int] = mapped_column(comment="How many there were.")
    remaining: Mapped[int] = mapped_column(comment="How many are left, holds excluded.")
    expired: Mapped[int] = mapped_column(server_default=text("0"), comment="How many lapsed.")
    expired_counted: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many of the lapsed count as taken by a refund."
    )
    matures_at: Mapped[datetime | None] = mapped_column(comment="When they can be spent.")
    matured_at: Mapped[datetime | None] = mapped_column(comment="When they became spendable.")
    expires_at: Mapped[datetime | None] = mapped_column(comment="When they lapse; null: never.")


class Hold(TenantOwned, Base):
    """Points set aside for something that is not decided yet."""

    __tablename__ = "holds"
    __table_args__ = (
        tenant_fk("wallet_id", "wallets"),
        Index("ix_holds_wallet", "tenant_id", "wallet_id", "id"),
        Index("ix_holds_open", "tenant_id", "id", postgresql_where=text("status = 'open'")),
        Index(
            "ix_holds_expiring",
            "tenant_id",
            "expires_at",
            postgresql_where=text("status = 'open' and expires_at is not null"),
        ),
        facts("attributes"),
        one_of("status", "open", "captured", "released", "expired"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint("captured >= 0 and captured <= points", name="captured_within"),
        CheckConstraint("(status = 'captured') = (captured > 0)", name="captured_known"),
        CheckConstraint("(status = 'open') = (closed_at is null)", name="closed_has_time"),
        {"comment": "Points set aside: captured (spent) or released (given back) later."},
    )

    id: Mapped[Id]
    wallet_id: Mapped[UUID] = mapped_column(comment="The wallet.")
    points: Mapped[int] = mapped_column(comment="How many were set aside.")
    captured: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many of them were spent."
    )
    status: Mapped[str] = mapped_column(comment="open, captured, released or expired.")
    reason: Mapped[str | None] = mapped_column(comment="What for.")
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts of whoever set them aside."
    )
    expires_at: Mapped[datetime | None] = mapped_column(comment="When it lets go by itself.")
    transaction_id: Mapped[UUID | None] = mapped_column(comment="The capture, if any.")
    created_at: Mapped[datetime] = mapped_column(comment="When they were set aside.")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When that ended.")


class LotEntry(TenantOwned, Base):
    """Which transaction or hold took what from which lot, or gave it back."""

    __tablename__ = "lot_entries"
    __table_args__ = (
        tenant_fk("lot_id", "lots"),
        Index("ix_lot_entries_lot", "tenant_id", "lot_id"),
        Index(
            "ix_lot_entries_transaction",
            "tenant_id",
            "transaction_id",
            postgresql_where=text("transaction_id is not null"),
        ),
        Index(
            "ix_lot_entries_hold",
            "tenant_id",
            "hold_id",
            postgresql_where=text("hold_id is not null"),
        ),
        CheckConstraint("amount <> 0", name="does_something"),
        CheckConstraint(
            "(transaction_id is null) <> (hold_id is null)", name="transaction_or_hold"
        ),
        {"comment": "What was taken from lots (negative) and given back (positive)."},
    )

    id: Mapped[Id]
    lot_id: Mapped[UUID] = mapped_column(comment="The lot.")
    transaction_id: Mapped[UUID | None] = mapped_column(comment="The transaction, or")
    hold_id: Mapped[UUID | None] = mapped_column(comment="the hold that did it.")
    amount: Mapped[int] = mapped_column(comment="What it did to the lot's remaining points.")


class WalletMerge(TenantOwned, Base):
    """What one wallet took over from another when their members were merged."""

    __tablename__ = "wallet_merges"
    __table_args__ = (
        tenant_fk("merge_id", "member_merges"),
        tenant_fk("from_wallet_id", "wallets"),
        tenant_fk("to_wallet_id", "wallets"),
        UniqueConstraint("tenant_id", "merge_id", "from_wallet_id"),
        CheckConstraint("from_wallet_id <> to_wallet_id", name="two_wallets"),
        {"comment": "What merges of members moved, so that a merge can be taken back exactly."},
    )

    id: Mapped[Id]
    merge_id: Mapped[UUID] = mapped_column(comment="The merge of their members.")
    from_wallet_id: Mapped[UUID] = mapped_column(comment="The wallet that was emptied.")
    to_wallet_id: Mapped[UUID] = mapped_column(comment="The wallet that took it over.")
    moved: Mapped[dict[str, Any]] = mapped_column(
        comment="Points, debt, lots and holds that moved, and the transactions that did it."
    )
