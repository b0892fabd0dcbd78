"""Away and back: blocked or archived. Nothing of such a member is lost, and nothing goes on.

A blocked member stays in sight and keeps their ids and e-mail, so that nobody comes back by the
same address; an archived one is out of sight, and gives the e-mail free. One leads to the other by
way of an active member only.
"""

from uuid import UUID

import asyncpg

from laurels import audit
from laurels.events import emit
from laurels.events.catalogue import members as happens
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from .errors import EmailTaken, MemberArchived, MemberBlocked, MemberNotFound
from .queries import lock_persons, require_own_life

SQL = statements(__name__)


async def _status(work: Work, member_id: UUID) -> str:
    """Return the member's status, locked. Raise MemberNotFound, MemberMerged or MemberErased."""
    row = (await lock_persons(work, [member_id])).get(member_id)
    if row is None:
        raise MemberNotFound
    require_own_life(row)
    return row["status"]


async def archive(work: Work, member_id: UUID) -> bool:
    """The member is out of sight; say whether that is new. Wallets are `settlement`'s part."""
    status = await _status(work, member_id)
    if status == "blocked":
        raise MemberBlocked
    if status == "archived":
        return False
    await _set(work, member_id, "archived", "member.archived")
    emit(work, [happens.MemberArchived(member_id, work.now)])
    return True


async def restore(work: Work, member_id: UUID) -> bool:
    """The archived member is active again; say whether that is new. Raise EmailTaken."""
    status = await _status(work, member_id)
    if status == "blocked":
        raise MemberBlocked
    if status == "active":
        return False
    try:
        async with work.savepoint():
            await _set(work, member_id, "active", "member.restored")
    except asyncpg.UniqueViolationError:
        msg = "Another member now has this e-mail; change it there, or merge the two."
        raise EmailTaken(msg) from None
    emit(work, [happens.MemberRestored(member_id, work.now)])
    return True


async def block(work: Work, member_id: UUID, *, reason: str) -> bool:
    """The member is blocked; say whether that is new. Wallets are `settlement`'s part."""
    status = await _status(work, member_id)
    if status == "archived":
        raise MemberArchived
    if status == "blocked":
        return False
    await _set(work, member_id, "blocked", "member.blocked", reason=reason)
    emit(work, [happens.MemberBlocked(member_id, work.now)])
    return True


async def unblock(work: Work, member_id: UUID, *, reason: str | None = None) -> bool:
    """The blocked member is active again; say whether that is new."""
    status = await _status(work, member_id)
    if status == "archived":
        raise MemberArchived
    if status == "active":
        return False
    await _set(work, member_id, "active", "member.unblocked", reason=reason)
    emit(work, [happens.MemberUnblocked(member_id, work.now)])
    return True


async def _set(
    work: Work, member_id: UUID, status: str, action: str, *, reason: str | None = None
) -> None:
    blocked = status == "blocked"
    await work.fetch(
        SQL.set_status,
        work.tenant_id,
        member_id,
        status,
        work.now if blocked else None,
        reason if blocked else None,
    )
    await audit.record(
        work,
        action,
        "member",
        member_id,
        after={"status": status} | ({} if reason is None else {"reason": reason}),
    )
