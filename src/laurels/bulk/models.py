"""Actions on many members, and what came of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk


class BulkAction(TenantOwned, Base):
    """Something that is done to many members."""

    __tablename__ = "bulk_actions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        Index(
            "ix_bulk_actions_open",
            "tenant_id",
            "id",
            postgresql_where=text("finished_at is null"),
        ),
        one_of("state", "waiting", "running", "finished", "cancelled"),
        CheckConstraint(
            "(state in ('finished', 'cancelled')) = (finished_at is not null)", name="end_has_time"
        ),
        CheckConstraint(
            "done >= 0 and unchanged >= 0 and failed >= 0 and done + unchanged + failed <= total",
            name="counts_fit",
        ),
        CheckConstraint("jsonb_typeof(action) = 'object'", name="action_object"),
        {"comment": "What was done to many members at once, by whom; kept for 90 days."},
    )

    id: Mapped[Id]
    action: Mapped[dict[str, Any]] = mapped_column(comment="What is done, by type, with values.")
    filter: Mapped[dict[str, Any] | None] = mapped_column(
        comment="How the members were found; null: they were named."
    )
    state: Mapped[str] = mapped_column(comment="waiting, running, finished or cancelled.")
    total: Mapped[int] = mapped_column(comment="How many members it is for.")
    done: Mapped[int] = mapped_column(server_default=text("0"), comment="To how many it was done.")
    unchanged: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Of how many it was so before."
    )
    failed: Mapped[int] = mapped_column(
        server_default=text("0"), comment="To how many it could not be done."
    )
    actor_type: Mapped[str] = mapped_column(comment="Kind of who asked for it.")
    actor_id: Mapped[str | None] = mapped_column(comment="Which one of that kind.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was asked for.")
    started_at: Mapped[datetime | None] = mapped_column(comment="When the first batch was done.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ended.")


class BulkActionMember(TenantOwned, Base):
    """A member whom an action is for, and what came of it."""

    __tablename__ = "bulk_action_members"
    __table_args__ = (
        tenant_fk("action_id", "bulk_actions", ondelete="CASCADE"),
        tenant_fk("member_id", "members"),
        Index("ix_bulk_action_members_member_id", "tenant_id", "member_id"),
        Index(
            "ix_bulk_action_members_waiting",
            "tenant_id",
            "action_id",
            "member_id",
            postgresql_where=text("outcome is null"),
        ),
        Index(
            "ix_bulk_action_members_failed",
            "tenant_id",
            "action_id",
            "member_id",
            postgresql_where=text("outcome = 'failed'"),
        ),
        one_of("outcome", "done", "unchanged", "failed"),
        CheckConstraint("(outcome is null) = (decided_at is null)", name="outcome_has_time"),
        CheckConstraint("(outcome = 'failed') = (code is not null)", name="failure_has_code"),
        {"comment": "Whom each action is for, and what came of it."},
    )

    action_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The action.")
    member_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The member.")
    outcome: Mapped[str | None] = mapped_column(
        comment="done, unchanged (it was so before) or failed; null: waits."
    )
    code: Mapped[str | None] = mapped_column(comment="Why it failed, as errors are named.")
    message: Mapped[str | None] = mapped_column(comment="Why it failed, in words.")
    decided_at: Mapped[datetime | None] = mapped_column(comment="When that was.")
