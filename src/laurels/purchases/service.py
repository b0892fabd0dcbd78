"""Changing purchases: their states and whose they are. What follows from it is `settlement`."""

from collections.abc import Sequence
from uuid import UUID

from laurels.kit.work import Work


async def set_status(
    work: Work, purchase_ids: Sequence[UUID], status: str, *, settled: bool = False
) -> None:
    """The purchases have this status; the caller holds them locked and checked the step."""
    await work.fetch(
        "update laurels.purchases set status = $3,"
        " completed_at = case when $3 = 'completed' then coalesce(completed_at, $4) end,"
        " settled_at = case when $5 then $4 end where tenant_id = $1 and id = any($2)",
        work.tenant_id, list(purchase_ids), status, work.now, settled,
    )  # fmt: skip


async def claim(work: Work, purchase_id: UUID, member_id: UUID) -> None:
    """A guest's purchase is this member's; the caller holds both locked."""
    await work.fetch(
        "update laurels.purchases set member_id = $3"
        " where tenant_id = $1 and id = $2 and member_id is null",
        work.tenant_id, purchase_id, member_id,
    )  # fmt: skip


async def hand_over(
    work: Work, purchase_id: UUID, *, from_member_id: UUID, to_member_id: UUID
) -> None:
    """The purchase of a merged member is the survivor's, and remembers whose it was."""
    await work.fetch(
        "update laurels.purchases set member_id = $4,"
        " original_member_id = coalesce(original_member_id, $3)"
        " where tenant_id = $1 and id = $2 and member_id = $3",
        work.tenant_id, purchase_id, from_member_id, to_member_id,
    )  # fmt: skip
