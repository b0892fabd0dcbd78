"""API keys."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db import SCHEMA, Base, Id, TenantOwned, one_of


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
    """A key of somebody who runs the platform. It opens no tenant's doors."""

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
