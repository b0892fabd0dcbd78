"""API keys, and the people who sign in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, moment, one_of, tenant_fk

_EMAIL = """email = lower(email collate "C") and position('@' in email) > 1"""


class ApiKey(TenantOwned, Base):
    """A key for machines. The key itself is shown once and never stored."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        one_of("mode", "test", "live"),
        {"comment": "API keys by hash, with scopes and expiry."},
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="What the key is for, in its owner's words.")
    mode: Mapped[str] = mapped_column(comment="test or live, as its prefix says.")
    hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the whole key.")
    hint: Mapped[str] = mapped_column(comment="Last four letters, to recognise it by.")
    scopes: Mapped[list[str]] = mapped_column(
        ARRAY(Text()), comment="Permissions it has; `*` is all of them, later ones too."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    expires_at: Mapped[datetime | None] = mapped_column(comment="When it ends, if ever.")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="When it was withdrawn.")
    last_used_at: Mapped[datetime | None] = mapped_column(
        comment="When it was last used, to the minute."
    )


class OperatorKey(Base):
    """A key of somebody who runs the platform. It opens no tenant's routes."""

    __tablename__ = "operator_keys"
    __table_args__ = ({"comment": "Keys of operators, by hash; they belong to no tenant."},)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(comment="Whose the key is, or what it is for.")
    hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the whole key.")
    hint: Mapped[str] = mapped_column(comment="Last four letters, to recognise it by.")
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text()), comment="Permissions it has.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    expires_at: Mapped[datetime | None] = mapped_column(comment="When it ends, if ever.")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="When it was withdrawn.")
    last_used_at: Mapped[datetime | None] = mapped_column(
        comment="When it was last used, to the minute."
    )


class User(Base):
    """A person's login. It belongs to no tenant: one password for all who work with them."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(_EMAIL, name="email_shape"),
        CheckConstraint("length(email) <= 254 and length(name) <= 200", name="text_bounded"),
        CheckConstraint("length(password_hash) <= 512", name="hash_bounded"),
        CheckConstraint("cardinality(tenants) <= 1000", name="tenants_bounded"),
        one_of("status", "active", "disabled"),
        {"comment": "Logins of people, by e-mail address; functions alone read and write them."},
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True, comment="E-mail address, in small letters.")
    name: Mapped[str] = mapped_column(comment="What the person is called.")
    password_hash: Mapped[str | None] = mapped_column(
        comment="argon2id, or bcrypt until the first sign-in after an import; null: none yet."
    )
    status: Mapped[str] = mapped_column(
        server_default=text("'active'"), comment="active, or disabled: signs in nowhere."
    )
    tenants: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid()),
        server_default=text("'{}'"),
        comment="Tenants in which to look for them among the staff.",
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    password_changed_at: Mapped[datetime | None] = mapped_column(
        comment="When the password was last chosen."
    )
    last_sign_in_at: Mapped[datetime | None] = mapped_column(comment="When they last signed in.")


class PasswordReset(Base):
    """Somebody asked for a new password. What the mail holds is derived from the id, not stored."""

    __tablename__ = "password_resets"
    __table_args__ = (
        Index("ix_password_resets_user_id", "user_id"),
        Index("ix_password_resets_expires_at", "expires_at"),
        {"comment": "Requests for a new password; each is good for one, for an hour."},
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{SCHEMA}.users.id", ondelete="CASCADE"), comment="Whose password."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was asked for.")
    expires_at: Mapped[datetime] = mapped_column(comment="When it ends.")
    used_at: Mapped[datetime | None] = mapped_column(
        comment="When it was used, or made void by a newer one or another change."
    )


class SignInLink(Base):
    """A link that signs a person or an operator in once, without a password."""

    __tablename__ = "sign_in_links"
    __table_args__ = (
        Index("ix_sign_in_links_user_id", "user_id"),
        Index("ix_sign_in_links_expires_at", "expires_at"),
        CheckConstraint(
            "(user_id is null) = (operator is not null) and (user_id is null) = (tenant is null)",
            name="for_somebody",
        ),
        {"comment": "Links that sign in; each works once, within minutes."},
    )

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(comment="SHA-256 of what the link holds.")
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(f"{SCHEMA}.users.id", ondelete="CASCADE"), comment="Who; null for an operator."
    )
    tenant: Mapped[str | None] = mapped_column(comment="Slug of the tenant that they sign in to.")
    operator: Mapped[str | None] = mapped_column(comment="Name of the operator that signs in.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    expires_at: Mapped[datetime] = mapped_column(comment="When it ends.")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used.")


class SignInThrottle(Base):
    """How often something failed lately, for one account, address, or both together."""

    __tablename__ = "sign_in_throttles"
    __table_args__ = (
        one_of("kind", "account", "address", "pair", "mail"),
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        moment("next_at"),
        Index("ix_sign_in_throttles_last_at", "last_at"),
        {"comment": "Failures of signing in, by keyed hash; they slow down those that follow."},
    )

    subject: Mapped[bytes] = mapped_column(
        LargeBinary, primary_key=True, comment="Keyed hash of the kind and whom it is about."
    )
    kind: Mapped[str] = mapped_column(
        comment="account, address, pair of both, or mail that was asked for."
    )
    failures: Mapped[int] = mapped_column(comment="Attempts that count, since the last calm hour.")
    last_at: Mapped[datetime] = mapped_column(comment="When the last of them was let through.")
    next_at: Mapped[datetime | None] = mapped_column(comment="Until when attempts are refused.")
    succeeded_at: Mapped[datetime | None] = mapped_column(
        comment="When this account last signed in from this address; of pairs alone."
    )


class Staff(TenantOwned, Base):
    """A person's place in one tenant: invited, active or removed, in a role."""

    __tablename__ = "staff"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint("tenant_id", "user_id"),
        one_of("role", "owner", "admin", "manager", "support", "analyst", "cashier"),
        one_of("status", "invited", "active", "removed"),
        CheckConstraint(_EMAIL, name="email_shape"),
        CheckConstraint("length(email) <= 254 and length(name) <= 200", name="text_bounded"),
        CheckConstraint("status <> 'active' or user_id is not null", name="active_has_login"),
        CheckConstraint("(status = 'removed') = (removed_at is not null)", name="removed_has_time"),
        {"comment": "People who run the programme, each in a role."},
    )

    id: Mapped[Id]
    user_id: Mapped[UUID | None] = mapped_column(
        comment="Their login, once the invitation was accepted; no foreign key (it is global)."
    )
    email: Mapped[str] = mapped_column(comment="Address they were invited at, in small letters.")
    name: Mapped[str] = mapped_column(comment="What they are called here.")
    role: Mapped[str] = mapped_column(comment="owner, admin, manager, support, analyst, cashier.")
    status: Mapped[str] = mapped_column(comment="invited, active or removed.")
    invited_by: Mapped[str | None] = mapped_column(comment="Id of who invited them.")
    created_at: Mapped[datetime] = mapped_column(comment="When they were first invited.")
    joined_at: Mapped[datetime | None] = mapped_column(comment="When they accepted.")
    removed_at: Mapped[datetime | None] = mapped_column(comment="When they were removed.")


class StaffInvitation(TenantOwned, Base):
    """An invitation by mail. What the mail holds is derived from the id, not stored."""

    __tablename__ = "staff_invitations"
    __table_args__ = (
        tenant_fk("staff_id", "staff"),
        Index("ix_staff_invitations_staff_id", "tenant_id", "staff_id"),
        CheckConstraint("accepted_at is null or revoked_at is null", name="one_end"),
        {"comment": "Invitations; each is good once, for a week, until a newer one is sent."},
    )

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(comment="Who is invited.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    expires_at: Mapped[datetime] = mapped_column(comment="When it ends.")
    accepted_at: Mapped[datetime | None] = mapped_column(comment="When it was accepted.")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="When it was taken back.")


ENDS = ("signed_out", "password_changed", "removed", "reuse")


class StaffSession(TenantOwned, Base):
    """A person is signed in somewhere: the family of the refresh tokens that follow each other."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        tenant_fk("staff_id", "staff"),
        Index("ix_staff_sessions_staff_id", "tenant_id", "staff_id"),
        Index("ix_staff_sessions_expires_at", "tenant_id", "expires_at"),
        one_of("end_reason", *ENDS),
        CheckConstraint("(ended_at is null) = (end_reason is null)", name="end_has_reason"),
        {"comment": "Where people are signed in, and until when."},
    )

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(comment="Who is signed in.")
    created_at: Mapped[datetime] = mapped_column(comment="When they signed in.")
    refreshed_at: Mapped[datetime] = mapped_column(comment="When its last token was given.")
    expires_at: Mapped[datetime] = mapped_column(comment="When it ends unless it is refreshed.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was ended before that.")
    end_reason: Mapped[str | None] = mapped_column(
        comment="signed_out, password_changed, removed, or reuse of a token that was spent."
    )
    ip: Mapped[str | None] = mapped_column(comment="Address they last signed in or refreshed from.")
    user_agent: Mapped[str | None] = mapped_column(comment="Program that they used.")


class RefreshToken(TenantOwned, Base):
    """A token that can be exchanged once for the next pair, and the access token beside it."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        tenant_fk("session_id", "staff_sessions"),
        Index("ix_refresh_tokens_session_id", "tenant_id", "session_id"),
        CheckConstraint("(rotated_at is null) = (rotated_to is null)", name="rotated_whole"),
        CheckConstraint("reused_at is null or rotated_at is not null", name="reuse_after_use"),
        {"comment": "Refresh and access tokens by hash, in pairs that follow each other."},
    )

    id: Mapped[Id]
    session_id: Mapped[UUID] = mapped_column(comment="The session: the family of the token.")
    hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the whole token.")
    access_hash: Mapped[bytes] = mapped_column(
        LargeBinary, comment="SHA-256 of the access token that was given with it."
    )
    access_expires_at: Mapped[datetime] = mapped_column(comment="When that access token ends.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was given.")
    expires_at: Mapped[datetime] = mapped_column(comment="When it ends.")
    rotated_at: Mapped[datetime | None] = mapped_column(comment="When it was exchanged.")
    rotated_to: Mapped[UUID | None] = mapped_column(comment="The token that it was exchanged for.")
    reused_at: Mapped[datetime | None] = mapped_column(
        comment="When it came again although it was exchanged; that ends the session."
    )


class SavedView(TenantOwned, Base):
    """A view of a list that somebody keeps: what stood in its address, under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (
        tenant_fk("staff_id", "staff"),
        UniqueConstraint("tenant_id", "staff_id", "screen", "name"),
        CheckConstraint("length(name) <= 100 and length(screen) <= 60", name="text_bounded"),
        CheckConstraint("jsonb_typeof(search) = 'object'", name="search_object"),
        CheckConstraint("length(search::text) <= 16000", name="search_bounded"),
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_saved_views_shared", "tenant_id", "screen", postgresql_where=text("shared")),
        {"comment": "Views of lists that people keep, and share."},
    )

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(comment="Who saved it.")
    screen: Mapped[str] = mapped_column(comment="The list that it is a view of, by its path.")
    name: Mapped[str] = mapped_column(comment="What it is called.")
    search: Mapped[dict[str, Any]] = mapped_column(comment="Filters, order and columns.")
    shared: Mapped[bool] = mapped_column(comment="Whether everyone of the tenant sees it.")
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts the changes; an edit names the one it began from."
    )
    created_at: Mapped[datetime] = mapped_column(comment="When it was saved.")
    updated_at: Mapped[datetime] = mapped_column(comment="When it last changed.")


class DefaultView(TenantOwned, Base):
    """The view with which a list opens for a person."""

    __tablename__ = "default_views"
    __table_args__ = (
        tenant_fk("staff_id", "staff"),
        tenant_fk("view_id", "saved_views", ondelete="CASCADE"),
        Index("ix_default_views_view_id", "tenant_id", "view_id"),
        CheckConstraint("length(screen) <= 60", name="text_bounded"),
        {"comment": "With which view each list opens, by person."},
    )

    staff_id: Mapped[UUID] = mapped_column(primary_key=True, comment="For whom.")
    screen: Mapped[str] = mapped_column(primary_key=True, comment="The list, by its path.")
    view_id: Mapped[UUID] = mapped_column(comment="The view.")
