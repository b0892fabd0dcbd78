"""Out of sight and back: nothing of an archived member is lost, and nothing goes on."""

from uuid import UUID

import asyncpg

from laurels import audit
from laurels.events import emit
from laurels.events.catalogue import MemberArchived, MemberRestored
from laurels.kit.ids import encode
from laurels.kit.work import Work

from .errors import EmailTaken, MemberNotFound
from .queries import lock_persons, require_own_life


async def _status(work: Work, member_id: UUID) -> str:
    """Return the member's status, locked. Raise MemberNotFound, MemberMerged or MemberErased."""
    row = (await lock_persons(work, [member_id])).get(member_id)
    if row is None:
        raise MemberNotFound
    require_own_life(row)
    return row["status"]


async def archive(work: Work, member_id: UUID) -> bool:
    """The member is out of sight; say whether that is new. Wallets are `settlement`'s part."""
    if await _status(work, member_id) == "archived":
        return False
    await _set(work, member_id, "archived")
    emit(work, [MemberArchived(member_id, work.now)])
    return True


async def restore(work: Work, member_id: UUID) -> bool:
    """The member is active again; say whether that is new. Raise EmailTaken."""
    if await _status(work, member_id) == "active":
        return False
    try:
        async with work.savepoint():
            await _set(work, member_id, "active")
    except asyncpg.UniqueViolationError:
        msg = "Another member has this e-mail by now; change it there, or merge the two."
        raise EmailTaken(msg) from None
    emit(work, [MemberRestored(member_id, work.now)])
    return True


async def _set(work: Work, member_id: UUID, status: str) -> None:
    await work.fetch(
        "update laurels.members set status = $3, updated_at = now()"
        " where tenant_id = $1 and id = $2",
        work.tenant_id, member_id, status,
    )  # fmt: skip
    await audit.record(
        work,
        action=f"member.{'archived' if status == 'archived' else 'restored'}",
        target_type="member",
        target_id=encode("member", member_id),
        after={"status": status},
    )
