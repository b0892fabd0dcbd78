"""Business time: the present moment, or where the test clock of a test tenant stands.

A test clock stands still until it is moved, and it is moved forward only. Business time
(`work.now`) follows it everywhere. Tokens, rate limits, stored answers, the audit log and ids keep
to the real time (docs/concepts/time.md).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .db import SCHEMA, Base, Raw, TenantOwned
from .time import utc_now


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


async def business_now(raw: Raw, tenant_id: UUID) -> datetime:
    """Return the tenant's present moment: its test clock's if it has one, else the real one."""
    clock = await raw.fetchval(
        "select now from laurels.test_clocks where tenant_id = $1", tenant_id
    )
    return clock or utc_now()
