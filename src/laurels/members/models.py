"""Members and what they have spent."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import MAX_SUM
from laurels.kit.db.tables import (
    Base,
    Id,
    TenantOwned,
    facts,
    key,
    line,
    moment,
    one_of,
    prose,
    tenant_fk,
    within,
)


class Member(TenantOwned, Base):
    """A person in one tenant's programme."""

    __tablename__ = "members"
    __table_args__ = (
        Index(
            "uq_members_external_id",
            "tenant_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
        Index(
            "uq_members_email",
            "tenant_id",
            text("""lower(email collate "C")"""),
            unique=True,
            postgresql_where=text("email is not null and status in ('active', 'blocked')"),
        ),
        Index(
            "ix_members_merged_email",
            "tenant_id",
            text("""lower(email collate "C")"""),
            postgresql_where=text("email is not null and status = 'merged'"),
        ),
        Index(
            "ix_members_survivor",
            "tenant_id",
            "survivor_id",
            postgresql_where=text("survivor_id is not null"),
        ),
        Index(
            "ix_members_merged_into",
            "tenant_id",
            "merged_into",
            postgresql_where=text("merged_into is not null"),
        ),
        Index(
            "ix_members_birthday",
            "tenant_id",
            text("((extract(month from birthday) * 100 + extract(day from birthday))::integer)"),
            "id",
            postgresql_where=text("birthday is not null and status = 'active'"),
        ),
        Index("ix_members_updated", "tenant_id", "updated_at"),
        Index("ix_members_enrolled", "tenant_id", "enrolled_at", postgresql_include=["status"]),
        Index("ix_members_name", "tenant_id", "name_key", "id"),
        Index("ix_members_email", "tenant_id", "email_key", "id"),
        Index(
            "ix_members_search",
            "tenant_id",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
        tenant_fk("merged_into", "members"),
        tenant_fk("survivor_id", "members"),
        one_of("status", "active", "blocked", "archived", "merged", "erased"),
        CheckConstraint("(status = 'blocked') = (blocked_at is not null)", name="blocked_has_time"),
        CheckConstraint(
            "(blocked_at is null) = (blocked_reason is null)", name="blocked_has_reason"
        ),
        prose("blocked_reason", 1000),
        CheckConstraint(
            "(status = 'merged') = (merged_into is not null)"
            " and (merged_into is null) = (survivor_id is null)",
            name="merged_somewhere",
        ),
        CheckConstraint("merged_into <> id and survivor_id <> id", name="not_merged_into_itself"),
        CheckConstraint(
            "status <> 'erased' or num_nonnulls(external_id, email, first_name, last_name, phone,"
            " birthday, user_id) = 0",
            name="erased_is_nobody",
        ),
        key("external_id", 128),
        key("email", 254),
        line("first_name", 200),
        line("last_name", 200),
        line("phone", 32),
        facts("attributes"),
        moment("last_login_at"),
        moment("email_opt_in_at"),
        moment("sms_opt_in_at"),
        key("email_opt_in_source", 64),
        key("sms_opt_in_source", 64),
        CheckConstraint(
            "num_nonnulls(email_opt_in, email_opt_in_at, email_opt_in_source) in (0, 3)"
            " and num_nonnulls(sms_opt_in, sms_opt_in_at, sms_opt_in_source) in (0, 3)",
            name="consent_has_time_and_source",
        ),
        {"comment": "People in a tenant's programme."},
    )

    id: Mapped[Id]
    external_id: Mapped[str | None] = mapped_column(comment="The tenant's own id of the person.")
    email: Mapped[str | None] = mapped_column(
        comment="Unique among members that are active or blocked; capitals of ASCII aside."
    )
    first_name: Mapped[str | None] = mapped_column(comment="Given name.")
    last_name: Mapped[str | None] = mapped_column(comment="Family name.")
    phone: Mapped[str | None] = mapped_column(comment="Telephone number, as E.164 if readable.")
    birthday: Mapped[date | None] = mapped_column(comment="Day of birth.")
    birthday_known_at: Mapped[datetime | None] = mapped_column(
        comment="When the day of birth was told as it is now; null: when they joined."
    )
    status: Mapped[str] = mapped_column(
        server_default=text("'active'"),
        comment="active; blocked: earns and spends nothing; archived: out of sight, too; merged"
        " into another; erased for good.",
    )
    blocked_at: Mapped[datetime | None] = mapped_column(
        comment="Since when they are blocked; null: they are not."
    )
    blocked_reason: Mapped[str | None] = mapped_column(comment="Why they are blocked.")
    merged_into: Mapped[UUID | None] = mapped_column(
        comment="The member that this one was merged into, at that time."
    )
    survivor_id: Mapped[UUID | None] = mapped_column(
        comment="Whom this member's ids mean now: the end of the chain of merges."
    )
    email_opt_in: Mapped[bool | None] = mapped_column(
        comment="May get e-mail; null: nobody knows, so no."
    )
    email_opt_in_at: Mapped[datetime | None] = mapped_column(comment="When that was said.")
    email_opt_in_source: Mapped[str | None] = mapped_column(comment="Where that was said.")
    sms_opt_in: Mapped[bool | None] = mapped_column(
        comment="May get SMS; null: nobody knows, so no."
    )
    sms_opt_in_at: Mapped[datetime | None] = mapped_column(comment="When that was said.")
    sms_opt_in_source: Mapped[str | None] = mapped_column(comment="Where that was said.")
    is_vip: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether the tenant treats them as a VIP."
    )
    last_login_at: Mapped[datetime | None] = mapped_column(
        comment="When they were last signed in at the tenant's, as the tenant says."
    )
    attributes: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Free facts that rules may read."
    )
    user_id: Mapped[UUID | None] = mapped_column(comment="The person's global login, if any.")
    enrolled_at: Mapped[datetime] = mapped_column(comment="When they joined.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row last changed."
    )
    name_key: Mapped[str] = mapped_column(
        Text(collation="C"),
        Computed(
            "left(ltrim(laurels.plain(coalesce(last_name, '') || ' ' ||"
            " coalesce(first_name, ''))), 200)",
            persisted=True,
        ),
        comment="What lists are sorted by name with: last name and first, as they are searched.",
    )
    email_key: Mapped[str] = mapped_column(
        Text(collation="C"),
        Computed("""lower(coalesce(email, '') collate "C")""", persisted=True),
        comment="What lists are sorted by e-mail with: in small letters, empty for none.",
    )
    search_key: Mapped[str] = mapped_column(
        Computed(
            "laurels.plain(' ' || coalesce(external_id, '') || ' ' || coalesce(email, '') || ' '"
            " || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' '"
            " || coalesce(last_name || first_name, '') || ' '"
            " || coalesce(regexp_replace(phone, '[^0-9]', '', 'g'), ''))",
            persisted=True,
        ),
        comment="What is searched: id, e-mail, names and the digits of the telephone number, each"
        " after a blank.",
    )


class MemberTotals(TenantOwned, Base):
    """What a member has bought in all, kept up by every purchase and refund."""

    __tablename__ = "member_totals"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        CheckConstraint("spend >= 0 and refunded >= 0", name="money"),
        CheckConstraint("purchases >= 0", name="purchases"),
        within("spend", "0", str(MAX_SUM)),
        within("refunded", "0", str(MAX_SUM)),
        {
            "comment": "Lifetime totals per member.",
            "postgresql_with": {"fillfactor": 70},
        },
    )

    member_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The member.")
    spend: Mapped[Decimal] = mapped_column(Numeric(38, 4), comment="Sum of completed purchases.")
    refunded: Mapped[Decimal] = mapped_column(Numeric(38, 4), comment="Sum of refunds.")
    purchases: Mapped[int] = mapped_column(comment="Number of completed purchases.")
    first_purchase_at: Mapped[datetime | None] = mapped_column(comment="Earliest purchase.")
    last_purchase_at: Mapped[datetime | None] = mapped_column(comment="Latest purchase.")


class MemberIdentity(TenantOwned, Base):
    """Something else by which a member is known: a card, a number in a CRM, a telephone."""

    __tablename__ = "member_identities"
    __table_args__ = (
        tenant_fk("member_id", "members"),
        UniqueConstraint("tenant_id", "member_id", "kind", name="uq_member_identities_member"),
        Index("ix_member_identities_value", "tenant_id", "value"),
        CheckConstraint("kind ~ '^[a-z][a-z0-9_]{0,39}$'", name="kind_shape"),
        key("value", 128),
        {"comment": "What members are known by besides external id and e-mail; each means one."},
    )

    kind: Mapped[str] = mapped_column(primary_key=True, comment="What it is: card, crm_id, phone.")
    value: Mapped[str] = mapped_column(primary_key=True, comment="The id itself.")
    member_id: Mapped[UUID] = mapped_column(comment="Whom it was given to.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When the row was written."
    )


class MemberMerge(TenantOwned, Base):
    """Two members that turned out to be one person, and whether that was taken back."""

    __tablename__ = "member_merges"
    __table_args__ = (
        tenant_fk("merged_id", "members"),
        tenant_fk("survivor_id", "members"),
        Index(
            "uq_member_merges_merged",
            "tenant_id",
            "merged_id",
            unique=True,
            postgresql_where=text("unmerged_at is null"),
        ),
        Index("ix_member_merges_survivor", "tenant_id", "survivor_id", "id"),
        CheckConstraint("merged_id <> survivor_id", name="two_members"),
        {"comment": "Merges of members, in their order; one that was taken back stays here."},
    )

    id: Mapped[Id]
    merged_id: Mapped[UUID] = mapped_column(comment="The member that was merged.")
    survivor_id: Mapped[UUID] = mapped_column(comment="The member that goes on.")
    merged_at: Mapped[datetime] = mapped_column(comment="When they were merged.")
    unmerged_at: Mapped[datetime | None] = mapped_column(comment="When that was taken back.")
