"""Purchases, their lines and refunds."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_MONEY, MAX_POINTS
from laurels.kit.db.tables import (
    Base,
    Id,
    TenantOwned,
    facts,
    key,
    line,
    moment,
    money,
    one_of,
    prose,
    tenant_fk,
    within,
)


def _part_of_amount(column: str) -> CheckConstraint:
    """Return the constraint that a column holds a part of the amount, with its sign, or NULL."""
    return CheckConstraint(
        f"{column} >= -{MAX_MONEY} and {column} <= {MAX_MONEY}"
        f" and {column} between least(amount, 0) and greatest(amount, 0)",
        name=f"{column}_bounded",
    )


class Purchase(TenantOwned, Base):
    """Money spent by a member, or by a guest. Pending until it completes, fails or is cancelled.

    Below zero it is a return without its purchase, or an exchange that gave money back.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("tenant_id", "source", "external_id", name="uq_purchases_natural_key"),
        # An index keeps equal keys once, so the first has no moment and the second no id: the
        # purchases of one member, or of one moment, are few enough to be sorted.
        Index("ix_purchases_member", "tenant_id", "member_id", "id"),
        Index(
            "ix_purchases_time",
            "tenant_id",
            "occurred_at",
            postgresql_include=["status", "member_id", "amount", "refunded"],
        ),
        Index(
            "ix_purchases_unsettled",
            "tenant_id",
            "id",
            postgresql_where=text("status = 'completed' and settled_at is null"),
        ),
        one_of("status", "pending", "completed", "failed", "cancelled"),
        within("amount", f"-{MAX_MONEY}", str(MAX_MONEY)),
        _part_of_amount("tax_amount"),
        money("refunded"),
        CheckConstraint(
            "refunded >= 0 and refunded <= greatest(amount, 0)", name="refunded_within_amount"
        ),
        CheckConstraint(
            "(refunded = 0 and refund_state = 'none') or status = 'completed'",
            name="only_completed_refunded",
        ),
        one_of("refund_state", "none", "partial", "full"),
        CheckConstraint(
            "case refund_state when 'none' then refunded = 0 when 'full' then refunded = amount"
            " else refunded < amount or amount = 0 end",
            name="refund_state_told",
        ),
        CheckConstraint(
            "(status = 'completed') = (completed_at is not null)", name="completed_has_time"
        ),
        moment("completed_at"),
        CheckConstraint("settled_at is null or status = 'completed'", name="settled_completed"),
        facts("attributes"),
        key("source", 64),
        key("external_id", 128),
        key("channel", 64),
        one_of("payment_method", "cash", "card", "mobile", "other"),
        prose("note", 1000),
        CheckConstraint(
            "occurred_at >= '1970-01-01' and occurred_at < '9999-01-01'", name="occurred_at_sane"
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        {"comment": "Money spent. A completed purchase is settled exactly once."},
    )

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(comment="Where it came from: api, a shop, a file.")
    external_id: Mapped[str | None] = mapped_column(comment="Its number there; unique per source.")
    member_id: Mapped[UUID | None] = mapped_column(comment="Who bought; null for a guest.")
    original_member_id: Mapped[UUID | None] = mapped_column(
        comment="Who it was recorded for, before members were merged; null: member_id."
    )
    status: Mapped[str] = mapped_column(comment="pending, completed, failed or cancelled.")
    amount: Mapped[Decimal] = mapped_column(
        comment="What was paid, in the tenant's currency; below zero: goods came back."
    )
    tax_amount: Mapped[Decimal | None] = mapped_column(
        comment="The tax in the amount, with its sign; null where nobody says, or only lines do."
    )
    refunded: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="What went back so far, in the same currency."
    )
    refund_state: Mapped[str] = mapped_column(
        server_default=text("'none'"), comment="none, partial or full: what went back of it so far."
    )
    currency: Mapped[str] = mapped_column(comment="ISO 4217 code.")
    channel: Mapped[str | None] = mapped_column(comment="Where it happened, such as online.")
    payment_method: Mapped[str | None] = mapped_column(comment="cash, card, mobile or other.")
    note: Mapped[str | None] = mapped_column(comment="A remark.")
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts that rules may read."
    )
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Digest of what was sent; tells a repeat from a change."
    )
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened.")
    completed_at: Mapped[datetime | None] = mapped_column(comment="When it became completed.")
    settled_at: Mapped[datetime | None] = mapped_column(
        comment="When its effect on points was booked; null for one completed by SQL."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )


class PurchaseLine(TenantOwned, Base):
    """One position of a purchase."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        tenant_fk("purchase_id", "purchases"),
        UniqueConstraint("tenant_id", "purchase_id", "position"),
        within("quantity", f"-{MAX_MONEY}", str(MAX_MONEY)),
        CheckConstraint("quantity <> 0", name="quantity_not_zero"),
        facts("attributes"),
        within("position", "1", str(MAX_POINTS)),
        key("sku", 128),
        line("name", 200),
        key("category", 128),
        money("unit_price"),
        within("amount", f"-{MAX_MONEY}", str(MAX_MONEY)),
        CheckConstraint(
            "case when quantity > 0 then amount >= 0 else amount <= 0 end",
            name="amount_has_sign_of_quantity",
        ),
        _part_of_amount("tax_amount"),
        money("refunded_quantity"),
        money("refunded_amount"),
        CheckConstraint(
            "refunded_quantity between 0 and greatest(quantity, 0)"
            " and refunded_amount between 0 and greatest(amount, 0)",
            name="refunded_within_line",
        ),
        {"comment": "Positions of purchases."},
    )

    id: Mapped[Id]
    purchase_id: Mapped[UUID] = mapped_column(comment="The purchase.")
    position: Mapped[int] = mapped_column(comment="Place in the purchase, from 1.")
    sku: Mapped[str | None] = mapped_column(comment="Stock number of the product.")
    name: Mapped[str | None] = mapped_column(comment="What the product is called.")
    category: Mapped[str | None] = mapped_column(comment="Group of products.")
    quantity: Mapped[Decimal] = mapped_column(comment="How many; below zero: brought back.")
    unit_price: Mapped[Decimal] = mapped_column(comment="Price of one.")
    amount: Mapped[Decimal] = mapped_column(comment="Price of all, after discounts.")
    tax_amount: Mapped[Decimal | None] = mapped_column(
        comment="The tax in the amount, with its sign; null where nobody says."
    )
    refunded_quantity: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="How many went back by refunds that name the line."
    )
    refunded_amount: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="How much of the amount went back by such refunds."
    )
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts that rules may read."
    )


class PurchasePayment(TenantOwned, Base):
    """Points that a part of a purchase is paid with."""

    __tablename__ = "purchase_payments"
    __table_args__ = (
        tenant_fk("purchase_id", "purchases"),
        tenant_fk("program_id", "programs"),
        tenant_fk("hold_id", "holds"),
        tenant_fk("transaction_id", "point_transactions"),
        UniqueConstraint("tenant_id", "purchase_id", "position"),
        UniqueConstraint("tenant_id", "hold_id"),
        UniqueConstraint("tenant_id", "transaction_id"),
        within("position", "1", str(MAX_POINTS)),
        within("points", "1", str(MAX_POINTS)),
        CheckConstraint("hold_id is not null or points is not null", name="points_named"),
        CheckConstraint("not own_hold or hold_id is not null", name="own_hold_there"),
        money("value"),
        CheckConstraint("returned between 0 and coalesce(points, 0)", name="returned_within"),
        CheckConstraint(
            "transaction_id is null or (points is not null and value is not null)",
            name="taken_told",
        ),
        {"comment": "Points that parts of purchases are paid with."},
    )

    id: Mapped[Id]
    purchase_id: Mapped[UUID] = mapped_column(comment="The purchase.")
    position: Mapped[int] = mapped_column(comment="Place among its payments, from 1.")
    points: Mapped[int | None] = mapped_column(
        comment="How many points; null: all of the hold, until they are taken."
    )
    hold_id: Mapped[UUID | None] = mapped_column(
        comment="The hold that set them aside; null: they are taken at once."
    )
    own_hold: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether the purchase made the hold itself."
    )
    program_id: Mapped[UUID | None] = mapped_column(
        comment="Which points; null: those of the hold, or of the default program."
    )
    value: Mapped[Decimal | None] = mapped_column(
        comment="What they are worth as money; null until they are held or taken."
    )
    transaction_id: Mapped[UUID | None] = mapped_column(
        comment="The transaction that took them; null until the purchase is settled."
    )
    returned: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many of them refunds gave back."
    )


class Refund(TenantOwned, Base):
    """Money that went back, wholly or in part."""

    __tablename__ = "refunds"
    __table_args__ = (
        tenant_fk("purchase_id", "purchases"),
        UniqueConstraint("tenant_id", "source", "external_id", name="uq_refunds_natural_key"),
        Index("ix_refunds_purchase", "tenant_id", "purchase_id"),
        money("amount"),
        moment("occurred_at"),
        key("source", 64),
        key("external_id", 128),
        prose("reason", 1000),
        facts("attributes"),
        CheckConstraint("jsonb_typeof(lines) = 'array'", name="lines_array"),
        CheckConstraint("points <= 0", name="points_not_positive"),
        CheckConstraint("points_returned >= 0", name="points_returned_not_negative"),
        {"comment": "Money that went back to the buyer."},
    )

    id: Mapped[Id]
    purchase_id: Mapped[UUID] = mapped_column(comment="The purchase.")
    source: Mapped[str] = mapped_column(comment="Where it came from.")
    external_id: Mapped[str | None] = mapped_column(comment="Its number there.")
    amount: Mapped[Decimal] = mapped_column(comment="What went back.")
    lines: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'"), comment="Lines that went back: line, quantity, amount of each."
    )
    points: Mapped[int | None] = mapped_column(
        comment="What it did to the member's points, zero or less; null until it is settled."
    )
    points_returned: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Points the purchase was paid with that went back."
    )
    reason: Mapped[str | None] = mapped_column(comment="Why.")
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts of the tenant's."
    )
    occurred_at: Mapped[datetime] = mapped_column(comment="When it happened.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )
