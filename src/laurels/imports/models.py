"""Imports: files that are imported, what came of them, and the rows that were refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk

OPEN = "status in ('waiting', 'running', 'stopping')"


class ImportRun(TenantOwned, Base):
    """One import of one file: how it is to be read, how far it came and what it did."""

    __tablename__ = "import_runs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        one_of("kind", "balances", "members", "purchases", "rewards", "vouchers"),
        one_of(
            "status",
            "uploading",
            "draft",
            "waiting",
            "running",
            "stopping",
            "stopped",
            "finished",
            "failed",
        ),
        CheckConstraint("read >= 0 and booked >= 0 and skipped >= 0 and rejected >= 0", name="n"),
        CheckConstraint("read = booked + skipped + rejected", name="adds_up"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("received_bytes <= size_bytes and done_bytes >= 0", name="bytes"),
        Index("ix_import_runs_open", "tenant_id", "id", postgresql_where=text(OPEN)),
        {"comment": "Imports of files, with progress; one that broke off goes on."},
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="What is imported.")
    source: Mapped[str] = mapped_column(comment="Name that its natural keys begin with.")
    file_name: Mapped[str] = mapped_column(comment="Name of the file.")
    status: Mapped[str] = mapped_column(
        comment="uploading, draft, waiting, running, stopping, stopped, finished or failed."
    )
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Counts up with each change of its settings."
    )
    settings: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="How the file is to be read."
    )
    columns: Mapped[list[str] | None] = mapped_column(
        ARRAY(Text), comment="Columns of the file; null before it is there."
    )
    seen: Mapped[dict[str, Any] | None] = mapped_column(
        comment="What was seen in the file: its delimiter and its first rows, until it is deleted."
    )
    size_bytes: Mapped[int | None] = mapped_column(
        comment="Size of a file that was uploaded; null: a command read it where it lay."
    )
    received_bytes: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How much of the file is here."
    )
    done_bytes: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How much of the file is read by what is under way."
    )
    dry_run: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether what waits or runs is a dry run."
    )
    dry_runs: Mapped[int] = mapped_column(server_default=text("0"), comment="Dry runs so far.")
    dry_run_result: Mapped[dict[str, Any] | None] = mapped_column(
        comment="What the last dry run came to."
    )
    read: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows read.")
    booked: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows booked.")
    skipped: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Rows that were there already."
    )
    rejected: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows refused.")
    result: Mapped[dict[str, Any] | None] = mapped_column(
        comment="The difference it made: points, members, amounts, reasons."
    )
    error: Mapped[str | None] = mapped_column(comment="Why it failed.")
    created_by_kind: Mapped[str] = mapped_column(
        server_default=text("'system'"), comment="Who began it: staff, api_key, operator …"
    )
    created_by: Mapped[str | None] = mapped_column(comment="Which one of them.")
    created_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When it was made."
    )
    started_at: Mapped[datetime | None] = mapped_column(comment="When it began.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ended.")
    file_deleted_at: Mapped[datetime | None] = mapped_column(comment="When its file was deleted.")


class ImportChunk(TenantOwned, Base):
    """A part of a file that was uploaded."""

    __tablename__ = "import_chunks"
    __table_args__ = (
        tenant_fk("run_id", "import_runs"),
        {"comment": "Files of imports, in parts, until they are deleted."},
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The import.")
    begins_at: Mapped[int] = mapped_column(primary_key=True, comment="Its place, in bytes.")
    content: Mapped[bytes] = mapped_column(comment="The bytes.")


class RejectedRow(TenantOwned, Base):
    """A row that could not be imported, and why."""

    __tablename__ = "rejected_rows"
    __table_args__ = (
        tenant_fk("run_id", "import_runs"),
        {"comment": "Rows refused by imports, with the reason and the remedy."},
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The import.")
    dry_run: Mapped[int] = mapped_column(
        primary_key=True,
        autoincrement=False,
        server_default=text("0"),
        comment="Number of the dry run that refused it; 0 is the import itself.",
    )
    line: Mapped[int] = mapped_column(primary_key=True, comment="Line in the file, from 1.")
    field: Mapped[str | None] = mapped_column(comment="Column that is wrong.")
    code: Mapped[str] = mapped_column(comment="What sort of trouble.")
    message: Mapped[str] = mapped_column(comment="What is wrong and what would be right.")
    row: Mapped[dict[str, Any]] = mapped_column(comment="The row as read.")
