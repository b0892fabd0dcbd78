"""Changing purchases: their states and whose they are. What follows from it is `settlement`."""

from collections.abc import Sequence
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.work import Work

SQL = statements(__name__)


async def set_status(
    work: Work, purchase_ids: Sequence[UUID], status: str, *, settled: bool = False
) -> None:
    """The purchases have this status; the caller holds them locked and checked the step."""
    await work.fetch(SQL.set_status, work.tenant_id, list(purchase_ids), status, work.now, settled)


async def claim(work: Work, purchase_id: UUID, member_id: UUID) -> None:
    """A guest's purchase is this member's; the caller holds both locked."""
    await work.fetch(SQL.claim, work.tenant_id, purchase_id, member_id)


async def hand_over(
    work: Work, purchase_id: UUID, *, from_member_id: UUID, to_member_id: UUID
) -> None:
    """The purchase of a merged member is the survivor's, and remembers whose it was."""
    await work.fetch(SQL.hand_over, work.tenant_id, purchase_id, from_member_id, to_member_id)
