"""Changing activities: the one step that there is. What follows from it is `settlement`."""

from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.work import Work

SQL = statements(__name__)


async def set_revoked(work: Work, activity_id: UUID, *, points: int, reason: str | None) -> None:
    """The activity counts no more, and says what that did to points; the caller holds it locked."""
    await work.fetch(SQL.revoke, work.tenant_id, activity_id, work.now, points, reason)
