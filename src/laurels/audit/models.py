"""The audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.tables import Base, Id, TenantOwned


class AuditEntry(TenantOwned, Base):
    """One change: who, what, on which thing, before and after."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "tenant_id", "target_type", "target_id", "created_at"),
        {"comment": "Every change of configuration, member data and manual movement."},
    )

    id: Mapped[Id]
    action: Mapped[str] = mapped_column(comment="What was done, `room.verb`.")
    target_type: Mapped[str] = mapped_column(comment="Kind of the thing that changed.")
    target_id: Mapped[str] = mapped_column(comment="Id of the thing that changed.")
    before: Mapped[dict[str, Any] | None] = mapped_column(comment="Changed values before.")
    after: Mapped[dict[str, Any] | None] = mapped_column(comment="Changed values after.")
    actor_type: Mapped[str] = mapped_column(comment="Kind of who did it: api_key, operator, …")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
    request_id: Mapped[str | None] = mapped_column(comment="The request it happened in.")
    ip: Mapped[str | None] = mapped_column(comment="The address that it was asked from.")
    user_agent: Mapped[str | None] = mapped_column(comment="The program that asked.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was done.")
