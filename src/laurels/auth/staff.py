"""Staff: people are invited, change their role, are removed and restored.

A change holds from the person's next request on: who they are is read with each. Somebody always
owns the tenant. You cannot assign, change or remove a role that has permissions you lack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, events, outbound, tenants
from laurels.events.catalogue.auth import StaffChanged, StaffInvited, StaffRemoved, StaffRestored
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.http.paging import ALL, Asked, Found, Listing, text
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work
from laurels.permissions import Role

from . import passwords, throttle
from .errors import LastOwner, MailSlowed, StaffExists, StaffFull, StaffNotFound, StaffNotInvited
from .holding import require_role
from .links import INVITATION_MAIL
from .logins import join_login, normal
from .sessions import end_sessions

SQL = statements(__name__)

INVITATION_LASTS = timedelta(days=7)
MAX_STAFF = 1000
"""People on the staff of one tenant, those who were removed included."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited just now, and the invitation that a mail will carry."""

    staff_id: UUID
    invitation_id: UUID


async def invite(work: Work, *, email: str, role: Role, name: str = "") -> Invited:
    """Somebody is invited into a role; a mail will tell them.

    Raise StaffExists, StaffFull, RoleNotHeld or MailSlowed.
    """
    await require_role(work, role)
    staff_id = await _add(work, email=email, role=role, name=name, status="invited")
    await audit.record(
        work,
        "staff.invited",
        "staff",
        staff_id,
        after={"email": normal(email), "name": name, "role": role},
    )
    return await _send(work, staff_id, email)


async def _add(
    work: Work, *, email: str, role: Role, name: str, status: str, user_id: UUID | None = None
) -> UUID:
    await tenants.lock_counts(work)
    row = await work.fetchrow(SQL.count_staff, work.tenant_id)
    if row is not None and row[0] >= MAX_STAFF:
        raise StaffFull
    staff_id = new_id()
    try:
        async with work.savepoint():
            await work.fetch(
                SQL.add_staff,
                work.tenant_id,
                staff_id,
                user_id,
                normal(email),
                name,
                role,
                status,
                work.actor.id,
            )
    except asyncpg.UniqueViolationError:
        raise StaffExists(field="email") from None
    return staff_id


async def invite_again(work: Work, staff_id: UUID) -> Invited:
    """A new invitation is sent, and the one before opens nothing any more.

    Raise StaffNotFound, StaffNotInvited, RoleNotHeld or MailSlowed.
    """
    row = await get_staff(work, staff_id)
    if row["status"] != "invited":
        raise StaffNotInvited
    await require_role(work, Role(row["role"]))
    await audit.record(work, "staff.invited_again", "staff", staff_id)
    return await _send(work, staff_id, row["email"])


async def _send(work: Work, staff_id: UUID, email: str) -> Invited:
    """There is one invitation that is good, and the mail about it is on its way."""
    wait = await throttle.ask(work, throttle.of_invitation(normal(email)))
    # Who asks at the keyboard of the server is not slowed down.
    if wait and work.actor.kind != "operator":
        raise MailSlowed(retry_after=wait)
    await _revoke_invitations(work, staff_id)
    invitation_id = new_id()
    await work.fetch(
        SQL.add_invitation,
        work.tenant_id,
        invitation_id,
        staff_id,
        utc_now(),
        utc_now() + INVITATION_LASTS,
    )
    events.emit(
        work,
        [
            StaffInvited(
                member_id=None, occurred_at=work.now, staff_id=staff_id, invitation_id=invitation_id
            )
        ],
    )
    await outbound.enqueue_mail(work, INVITATION_MAIL, invitation_id)
    return Invited(staff_id, invitation_id)


async def _revoke_invitations(work: Work, staff_id: UUID) -> None:
    await work.fetch(SQL.revoke_invitations, work.tenant_id, staff_id)


# -- changes -------------------------------------------------------------------------------------


async def _take(work: Work, staff_id: UUID, *, owner_after: bool) -> asyncpg.Record:
    """Lock a person and the owners, in one order. Raise StaffNotFound, RoleNotHeld or LastOwner."""
    rows = await work.fetch(SQL.lock_staff_and_owners, work.tenant_id, staff_id)
    found = next((row for row in rows if row["id"] == staff_id), None)
    if found is None:
        raise StaffNotFound
    await require_role(work, Role(found["role"]))
    owns = found["role"] == Role.OWNER and found["status"] == "active"
    if owns and not owner_after and len(rows) == 1:
        raise LastOwner
    return found


async def change(
    work: Work, staff_id: UUID, *, role: Role | None = None, name: str | None = None
) -> None:
    """A person has this role and name, from their next request on; what is None stays.

    Raise StaffNotFound, RoleNotHeld or LastOwner.
    """
    before = await _take(work, staff_id, owner_after=role in {None, Role.OWNER})
    if role is not None:
        await require_role(work, role)
    wanted = {"role": role, "name": name}
    after = {
        key: value for key, value in wanted.items() if value is not None and value != before[key]
    }
    if not after:
        return
    await work.fetch(SQL.change_staff, work.tenant_id, staff_id, role, name)
    await audit.record(
        work,
        "staff.changed",
        "staff",
        staff_id,
        before={key: before[key] for key in after},
        after=after,
    )
    changed = StaffChanged(
        member_id=None, occurred_at=work.now, staff_id=staff_id, fields=sorted(after)
    )
    events.emit(work, [changed])


async def remove(work: Work, staff_id: UUID) -> None:
    """A person works here no more, from their next request on; repeating changes nothing.

    Raise StaffNotFound, RoleNotHeld or LastOwner.
    """
    before = await _take(work, staff_id, owner_after=False)
    if before["status"] == "removed":
        return
    await work.fetch(SQL.remove_staff, work.tenant_id, staff_id)
    await _revoke_invitations(work, staff_id)
    await work.fetch(SQL.forget_views_of_staff, work.tenant_id, staff_id)
    await work.fetch(SQL.forget_defaults_of_staff, work.tenant_id, staff_id)
    ended = await end_sessions(work, staff_id, reason="removed")
    await audit.record(
        work,
        "staff.removed",
        "staff",
        staff_id,
        before={"status": before["status"]},
        after={"status": "removed", "sessions_ended": ended},
    )
    events.emit(work, [StaffRemoved(member_id=None, occurred_at=work.now, staff_id=staff_id)])


async def restore(work: Work, staff_id: UUID) -> None:
    """A removed person is back in their role; who had never joined is invited anew.

    They sign in again with the password that they had. Raise StaffNotFound or RoleNotHeld.
    """
    before = await _take(work, staff_id, owner_after=True)
    if before["status"] != "removed":
        return
    status = "invited" if before["user_id"] is None else "active"
    await work.fetch(SQL.restore_staff, work.tenant_id, staff_id, status)
    await audit.record(
        work,
        "staff.restored",
        "staff",
        staff_id,
        before={"status": "removed"},
        after={"status": status},
    )
    events.emit(work, [StaffRestored(member_id=None, occurred_at=work.now, staff_id=staff_id)])
    if status == "invited":
        await _send(work, staff_id, before["email"])


# -- from another system -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as another system knew them, with the hash of their password."""

    email: str
    name: str
    role: Role
    password_hash: str | None


async def take_over(work: Work, people: Sequence[Newcomer]) -> int:
    """People of another system work here with the passwords that they had; how many are new.

    Who has none signs in by a link, or chooses one by mail. Hashes are bcrypt or argon2id; they
    are hashed anew at the first sign-in. Who has a login here keeps its password. Who is on the
    staff already stays as they are. Raise Invalid with the place of a hash that is neither.
    """
    new = 0
    for place, person in enumerate(people):
        if person.password_hash is not None and not passwords.is_hash(person.password_hash):
            msg = "is neither a bcrypt hash nor an argon2id hash of acceptable cost"
            raise Invalid(msg, field=f"{place}.password_hash")
        await require_role(work, person.role)
        known = await work.fetchrow(SQL.find_staff_by_email, work.tenant_id, normal(person.email))
        if known is not None:
            continue
        user_id = await join_login(
            work, email=person.email, name=person.name, password_hash=person.password_hash
        )
        staff_id = await _add(
            work,
            email=person.email,
            role=person.role,
            name=person.name,
            status="active",
            user_id=user_id,
        )
        await audit.record(
            work,
            "staff.taken_over",
            "staff",
            staff_id,
            after={"email": normal(person.email), "role": person.role},
        )
        new += 1
    return new


# -- reading -------------------------------------------------------------------------------------


async def get_staff(work: Work, staff_id: UUID) -> dict[str, Any]:
    """Read a person on the staff. Raise StaffNotFound."""
    row = await work.fetchrow(f"{SQL.staff} and id = $2", work.tenant_id, staff_id)
    if row is None:
        raise StaffNotFound
    return dict(row)


async def find_staff(work: Work, email: str) -> dict[str, Any]:
    """Return the person of this address. Raise StaffNotFound."""
    row = await work.fetchrow(f"{SQL.staff} and email = $2", work.tenant_id, normal(email))
    if row is None:
        raise StaffNotFound
    return dict(row)


STAFF = Listing(
    moment="created_at",
    happened="Invited",
    # A tenant has at most MAX_STAFF people: they may be sorted.
    sorts={"created_at": None, "name": text("name"), "email": text("email")},
)


async def list_staff(
    work: Work, *, status: str | None = None, asked: Asked = ALL
) -> Found[dict[str, Any]]:
    """Return people of the staff, usually the newest first; of one status where it is given."""
    sql = f"{SQL.staff} and ($2::text is null or status = $2)"
    return await STAFF.fetch(work, asked, sql, work.tenant_id, status)
