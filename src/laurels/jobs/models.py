"""Runs of jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of


class JobRun(TenantOwned, Base):
    """One run of a job for one tenant: of a period of its schedule, or asked for by somebody."""

    __tablename__ = "job_runs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        UniqueConstraint("tenant_id", "job", "period"),
        Index("ix_job_runs_job", "tenant_id", "job", "id"),
        Index(
            "ix_job_runs_open",
            "tenant_id",
            "created_at",
            postgresql_where=text("state in ('waiting', 'running')"),
        ),
        one_of("state", "waiting", "running", "done", "failed"),
        one_of("origin", "schedule", "hand", "clock"),
        CheckConstraint("attempts >= 0 and done >= 0", name="counts_not_negative"),
        CheckConstraint("total is null or total >= 0", name="total_not_negative"),
        CheckConstraint(
            "(state in ('done', 'failed')) = (finished_at is not null)", name="end_has_time"
        ),
        CheckConstraint("state <> 'failed' or error is not null", name="failure_has_error"),
        CheckConstraint("state <> 'running' or beat_at is not null", name="running_beats"),
        {
            "comment": "What ran for whom, when and with which outcome; kept for 45 days, the last"
            " of each job longer.",
            "postgresql_with": {"fillfactor": 80},
        },
    )

    id: Mapped[Id]
    job: Mapped[str] = mapped_column(comment="Name of the job, `room.operation`.")
    period: Mapped[str] = mapped_column(comment="The period it is for: a local day, a minute …")
    origin: Mapped[str] = mapped_column(comment="The schedule, somebody's hand, or a test clock.")
    state: Mapped[str] = mapped_column(comment="waiting, running, done or failed.")
    due_at: Mapped[datetime] = mapped_column(comment="When it was due, in business time.")
    created_at: Mapped[datetime] = mapped_column(comment="When it was planned.")
    next_attempt_at: Mapped[datetime | None] = mapped_column(
        comment="Before when it is not tried again; null is at once."
    )
    started_at: Mapped[datetime | None] = mapped_column(comment="When it was first begun.")
    beat_at: Mapped[datetime | None] = mapped_column(comment="When it last showed life.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ended.")
    attempts: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How often it was begun; an older attempt may not write."
    )
    done: Mapped[int] = mapped_column(server_default=text("0"), comment="How much is done.")
    total: Mapped[int | None] = mapped_column(comment="Out of how much, where that is known.")
    result: Mapped[dict[str, Any] | None] = mapped_column(comment="What came of it, in numbers.")
    error: Mapped[str | None] = mapped_column(comment="Why the last attempt failed.")
