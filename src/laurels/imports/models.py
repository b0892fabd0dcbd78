"""Runs of imports and the rows that they refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from laurels.kit.db.pool import SCHEMA
from laurels.kit.db.tables import Base, Id, TenantOwned, one_of, tenant_fk


class ImportRun(TenantOwned, Base):
    """One run over one file: how far it came and what it did."""

    __tablename__ = "import_runs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenants.id"]),
        one_of("kind", "balances", "members", "purchases", "rewards", "vouchers"),
        one_of("status", "running", "finished", "failed"),
        CheckConstraint("read >= 0 and booked >= 0 and skipped >= 0 and rejected >= 0", name="n"),
        {"comment": "Imports of files, with progress; a broken run is simply run again."},
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="What was imported.")
    source: Mapped[str] = mapped_column(comment="Name that its natural keys begin with.")
    file_name: Mapped[str] = mapped_column(comment="Name of the file.")
    status: Mapped[str] = mapped_column(comment="running, finished or failed.")
    read: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows read.")
    booked: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows booked.")
    skipped: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Rows that were there already."
    )
    rejected: Mapped[int] = mapped_column(server_default=text("0"), comment="Rows refused.")
    started_at: Mapped[datetime] = mapped_column(comment="When it began.")
    finished_at: Mapped[datetime | None] = mapped_column(comment="When it ended.")


class RejectedRow(TenantOwned, Base):
    """A row that could not be imported, and why."""

    __tablename__ = "rejected_rows"
    __table_args__ = (
        tenant_fk("run_id", "import_runs"),
        {"comment": "Rows refused by imports, with the reason and the remedy."},
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The run.")
    line: Mapped[int] = mapped_column(primary_key=True, comment="Line in the file, from 1.")
    field: Mapped[str | None] = mapped_column(comment="Column that is wrong.")
    code: Mapped[str] = mapped_column(comment="What sort of trouble.")
    message: Mapped[str] = mapped_column(comment="What is wrong and what would be right.")
    row: Mapped[dict[str, Any]] = mapped_column(comment="The row as read.")
