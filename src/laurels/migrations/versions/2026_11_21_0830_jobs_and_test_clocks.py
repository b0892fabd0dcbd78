"""jobs and test clocks

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from laurels.migrations.wall import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "plan_job_runs",
    "take_job_runs",
    "last_job_runs",
    "list_time_zones",
    "tenants_with_old_answers",
    "tenants_with_old_runs",
    "tenants_with_old_events",
    "tenants_with_due_lots",
    "tenants_with_due_holds",
    "tenants_with_unsettled_purchases",
)
FILES = "'jobs/functions.sql', 'ledger/functions.sql', 'purchases/functions.sql', 'the job queue'"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job_runs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "id",
            sa.Uuid(),
            server_default=sa.text("laurels.new_id()"),
            nullable=False,
            comment="UUIDv7, made by the application (by the database for rows written by SQL).",
        ),
        sa.Column("job", sa.Text(), nullable=False, comment="Name of the job, `room.deed`."),
        sa.Column(
            "period",
            sa.Text(),
            nullable=False,
            comment="The period it is for: a local day, a minute …",
        ),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=False,
            comment="The schedule, somebody's hand, or a test clock.",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, running, done or failed."),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was due, in business time.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was planned."
        ),
        sa.Column(
            "queued_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last handed on.",
        ),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was first begun.",
        ),
        sa.Column(
            "beat_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it last showed life.",
        ),
        sa.Column(
            "finished_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended."
        ),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it was begun; an older attempt may not write.",
        ),
        sa.Column(
            "done",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How much is done.",
        ),
        sa.Column(
            "total", sa.BigInteger(), nullable=True, comment="Out of how much, where that is known."
        ),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="What came of it, in numbers.",
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="Why the last attempt failed."),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'done', 'failed')",
            name=op.f("ck_job_runs_state_known"),
        ),
        sa.CheckConstraint(
            "origin in ('schedule', 'hand', 'clock')", name=op.f("ck_job_runs_origin_known")
        ),
        sa.CheckConstraint(
            "attempts >= 0 and done >= 0", name=op.f("ck_job_runs_counts_not_negative")
        ),
        sa.CheckConstraint(
            "total is null or total >= 0", name=op.f("ck_job_runs_total_not_negative")
        ),
        sa.CheckConstraint(
            "(state in ('done', 'failed')) = (finished_at is not null)",
            name=op.f("ck_job_runs_end_has_time"),
        ),
        sa.CheckConstraint(
            "state <> 'failed' or error is not null", name=op.f("ck_job_runs_failure_has_error")
        ),
        sa.CheckConstraint(
            "state <> 'running' or beat_at is not null", name=op.f("ck_job_runs_running_beats")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_job_runs_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_job_runs")),
        sa.UniqueConstraint(
            "tenant_id", "job", "period", name=op.f("uq_job_runs_tenant_id_job_period")
        ),
        schema="laurels",
        comment="What ran for whom, when and with which outcome; kept for 30 days.",
        postgresql_with={"fillfactor": 80},
    )
    protect("job_runs", app="select, insert, update, delete")
    op.create_index("ix_job_runs_job", "job_runs", ["tenant_id", "job", "id"], schema="laurels")
    op.create_index(
        "ix_job_runs_open",
        "job_runs",
        ["tenant_id", "created_at"],
        schema="laurels",
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    )
    op.create_table(
        "test_clocks",
        sa.Column("tenant_id", sa.Uuid(), nullable=False, comment="The tenant that owns the row."),
        sa.Column(
            "now",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The tenant's present moment.",
        ),
        sa.Column(
            "target",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Where it is on the way to, if it is.",
        ),
        sa.Column(
            "run_id", sa.Uuid(), nullable=True, comment="The job run that moves it, or did last."
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was first set, in real time.",
        ),
        sa.CheckConstraint("target >= now", name=op.f("ck_test_clocks_goes_forward")),
        sa.CheckConstraint(
            "target is null or run_id is not null", name=op.f("ck_test_clocks_run_of_target")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["laurels.tenants.id"], name=op.f("fk_test_clocks_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_test_clocks")),
        schema="laurels",
        comment="Clocks of test tenants; they stand still until they are moved forward.",
    )
    protect("test_clocks")


def downgrade() -> None:
    """Undo. Runs that wait are lost; what they would have done is due again afterwards."""
    for name in FUNCTIONS:
        op.execute(f"drop function if exists laurels.{name}")
    # The text of these files has more functions than the schema now: they are to be applied anew.
    op.execute(f"delete from laurels.schema_files where name in ({FILES})")
    op.drop_table("test_clocks", schema="laurels")
    op.drop_index(
        "ix_job_runs_open",
        table_name="job_runs",
        schema="laurels",
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    )
    op.drop_index("ix_job_runs_job", table_name="job_runs", schema="laurels")
    op.drop_table("job_runs", schema="laurels")
    op.execute("drop schema if exists laurels_jobs cascade")
