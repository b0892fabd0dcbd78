"""Changing activities: the one step that there is. What follows from it is `settlement`."""

from uuid import UUID

from laurels.kit.work import Work


async def set_revoked(work: Work, activity_id: UUID, *, points: int, reason: str | None) -> None:
    """The activity counts no more, and says what that did to points; the caller holds it locked."""
    await work.fetch(
        "update laurels.activities set status = 'revoked', revoked_at = $3, revoked_points = $4,"
        " revoked_reason = $5 where tenant_id = $1 and id = $2",
        work.tenant_id, activity_id, work.now, points, reason,
    )  # fmt: skip
