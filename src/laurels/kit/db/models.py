"""The kit's own tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from .pool import SCHEMA
from .tables import Base, TenantOwned


class IdempotencyKey(TenantOwned, Base):
    """An answer that was given, under the key that the caller chose."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index(None, "tenant_id", "created_at"),
        {"comment": "Answers kept for 7 days under the caller's Idempotency-Key."},
    )

    holder: Mapped[str] = mapped_column(
        primary_key=True, comment="Who holds the credentials that the key came with."
    )
    key: Mapped[str] = mapped_column(primary_key=True, comment="The Idempotency-Key header.")
    fingerprint: Mapped[bytes] = mapped_column(
        LargeBinary,
        comment="SHA-256 of holder, method, path and body; a changed request is refused.",
    )
    status: Mapped[int | None] = mapped_column(SmallInteger, comment="HTTP status answered.")
    body: Mapped[bytes | None] = mapped_column(LargeBinary, comment="Body answered, as sent.")
    created_at: Mapped[datetime] = mapped_column(comment="When the answer was given.")


class Counter(TenantOwned, Base):
    """A number that counts up for one tenant, for codes that people read aloud."""

    __tablename__ = "counters"
    __table_args__ = ({"comment": "Per-tenant numbers, one row per name."},)

    name: Mapped[str] = mapped_column(primary_key=True, comment="What is counted.")
    value: Mapped[int] = mapped_column(comment="The last number given out.")


class TenantClock(TenantOwned, Base):
    """Where the clock of a test tenant stands, and where it is going."""

    __tablename__ = "test_clocks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        CheckConstraint("target >= now", name="goes_forward"),
        CheckConstraint("target is null or run_id is not null", name="run_of_target"),
        {"comment": "Clocks of test tenants; they stand still until they are moved forward."},
    )

    now: Mapped[datetime] = mapped_column(comment="The tenant's present moment.")
    target: Mapped[datetime | None] = mapped_column(comment="Where it is on the way to, if it is.")
    run_id: Mapped[UUID | None] = mapped_column(comment="The job run that moves it, or did last.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was first set, in real time.")


class SchemaFile(Base):
    """Which version of a file of SQL functions is in force; `migrate` re-applies changed ones."""

    __tablename__ = "schema_files"
    __table_args__ = ({"comment": "Files of SQL functions and the checksum that was applied."},)

    name: Mapped[str] = mapped_column(primary_key=True, comment="Path inside the package.")
    checksum: Mapped[str] = mapped_column(comment="SHA-256 of the applied text.")
