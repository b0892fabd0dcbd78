"""Tenants and their settings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of


class Tenant(Base):
    """Somebody who runs a loyalty programme. The one table that is its own tenant."""

    __tablename__ = "tenants"
    __table_args__ = (
        one_of("status", "active", "suspended"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="slug_shape"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_shape"),
        CheckConstraint("version > 0", name="version_positive"),
        {"comment": "Who runs a programme: a shop, a merchant, a winery, a brand."},
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True, comment="Short name for commands and URLs.")
    name: Mapped[str] = mapped_column(comment="Name that people read.")
    preset: Mapped[str] = mapped_column(comment="What it was set up as; nothing asks later.")
    status: Mapped[str] = mapped_column(
        server_default=text("'active'"), comment="active, or suspended: earns and spends nothing."
    )
    test: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="A test tenant: test keys, movable clock."
    )
    plan: Mapped[str] = mapped_column(
        ForeignKey(f"{SCHEMA}.plans.code"),
        server_default=text("'standard'"),
        comment="The plan that says how much of what it may have.",
    )
    currency: Mapped[str] = mapped_column(comment="The one currency it trades in, ISO 4217.")
    time_zone: Mapped[str] = mapped_column(comment="IANA zone in which its days are counted.")
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts up with every change of name or plan."
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was created."
    )


class TenantSettings(TenantOwned, Base):
    """The values of one section of settings that differ from the defaults."""

    __tablename__ = "tenant_settings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        {"comment": "Typed settings by section; absent values are the section's defaults."},
    )

    section: Mapped[str] = mapped_column(primary_key=True, comment="Name of the section.")
    values: Mapped[dict[str, Any]] = mapped_column(comment="Values by name.")
    version: Mapped[int] = mapped_column(comment="Counts up with every change.")
    updated_at: Mapped[datetime] = mapped_column(comment="When it last changed.")


class TenantSettingsHistory(TenantOwned, Base):
    """What a section of settings was, version by version."""

    __tablename__ = "tenant_settings_history"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        {"comment": "Every version of every section of settings, with who made it."},
    )

    section: Mapped[str] = mapped_column(primary_key=True, comment="Name of the section.")
    version: Mapped[int] = mapped_column(primary_key=True, comment="Which version.")
    values: Mapped[dict[str, Any]] = mapped_column(comment="Values by name in this version.")
    changed_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who made it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")


class LoginTenant(Base):
    """Which tenant a database login of the integration or BI role is bound to.

    The policies read it, so that no session setting can open the wall for such a login.
    """

    __tablename__ = "login_tenants"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        {"comment": "Database logins of people and integrations, each bound to one tenant."},
    )

    login: Mapped[str] = mapped_column(primary_key=True, comment="Name of the database login.")
    tenant_id: Mapped[UUID] = mapped_column(comment="The tenant it may see.")


TYPES = ("string", "number", "boolean", "json")


class Plan(Base):
    """How much of what a tenant may have. The plan `standard` is always there."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_-]{0,39}$'", name="code_shape"),
        CheckConstraint("jsonb_typeof(limits) = 'object'", name="limits_object"),
        CheckConstraint("version > 0", name="version_positive"),
        {"comment": "What tenants may have how much of; an absent limit is none."},
    )

    code: Mapped[str] = mapped_column(primary_key=True, comment="Short name of the plan.")
    name: Mapped[str] = mapped_column(comment="Name that people read.")
    limits: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Largest numbers by name; absent: no limit."
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
        comment="When it was withdrawn; no tenant can be put on it since."
    )


class PlatformSetting(Base):
    """A setting of the whole installation that differs from its default."""

    __tablename__ = "platform_settings"
    __table_args__ = (
        one_of("type", *TYPES),
        CheckConstraint("version > 0", name="version_positive"),
        {"comment": "Settings of the platform and feature flags; absent ones have their default."},
    )

    name: Mapped[str] = mapped_column(primary_key=True, comment="Name, such as tenants.max.")
    type: Mapped[str] = mapped_column(comment="string, number, boolean or json.")
    value: Mapped[Any] = mapped_column(JSONB(), comment="The value, of that type.")
    version: Mapped[int] = mapped_column(comment="Counts up with every change.")
    updated_at: Mapped[datetime] = mapped_column(comment="When it last changed.")


class PlatformSettingHistory(Base):
    """What a platform setting was, version by version."""

    __tablename__ = "platform_settings_history"
    __table_args__ = (
        one_of("type", *TYPES),
        {"comment": "Every version of every platform setting, with who made it."},
    )

    name: Mapped[str] = mapped_column(primary_key=True, comment="Name of the setting.")
    version: Mapped[int] = mapped_column(primary_key=True, comment="Which version.")
    type: Mapped[str] = mapped_column(comment="string, number, boolean or json.")
    value: Mapped[Any] = mapped_column(JSONB(), comment="Value in this version.")
    changed_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who made it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
