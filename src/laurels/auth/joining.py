"""Joining: what an invitation opens, for somebody new and for somebody who has a login already."""

from dataclasses import dataclass
from uuid import UUID

from laurels import audit, events, tenants
from laurels.events.catalogue.auth import StaffJoined
from laurels.kit.db.sql import statements
from laurels.kit.http.access import RequestOrigin
from laurels.kit.work import Work

from . import passwords, throttle, tokens
from .errors import LinkInvalid, PasswordWrong, SignInSlowed
from .logins import Login, find_login, join_login, lock_login
from .sessions import Tokens, start_session, working
from .sign_in import note_failure

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation that can be accepted, and whom it is for."""

    tenant_id: UUID
    tenant_slug: str
    tenant_name: str
    staff_id: UUID
    email: str
    name: str
    role: str
    login: Login | None

    @property
    def has_login(self) -> bool:
        """Whether the person joins with a password that they have already."""
        return self.login is not None and self.login.password_hash is not None


_HAS_LOGIN = "You already have a login; send its password, or request a new one by mail first."


def _ids(token: str) -> tuple[UUID, UUID]:
    found = tokens.read_invitation_token(token)
    if found is None:
        raise LinkInvalid(field="token")
    return found


async def look_at(origin: RequestOrigin, token: str) -> Opened:
    """Return what an invitation is to. Raise LinkInvalid."""
    tenant_id, invitation_id = _ids(token)
    async with working(origin, tenant_id) as work:
        row = await work.fetchrow(SQL.find_invitation, tenant_id, invitation_id)
        if row is None:
            raise LinkInvalid(field="token")
        tenant = await tenants.current(work)
        login = await find_login(work, row["email"])
    if login is not None and login.status != "active":
        raise LinkInvalid(field="token")
    return Opened(
        tenant_id,
        tenant.slug,
        tenant.name,
        row["staff_id"],
        row["email"],
        row["name"],
        row["role"],
        login,
    )


async def accept(origin: RequestOrigin, *, token: str, name: str, password: str) -> Tokens:
    """The invited person works here and is signed in, with a new password or the one they had.

    Raise LinkInvalid, WeakPassword, PasswordWrong, SignInSlowed or HashingBusy.
    """
    opened = await look_at(origin, token)
    kept = None
    if opened.has_login:
        await _require_own(origin, opened, password)
    else:
        passwords.check(password, email=opened.email, name=name)
        kept = await passwords.hash_of(password)
    async with working(origin, opened.tenant_id, staff_id=opened.staff_id) as work:
        await _join(work, opened, token, name, kept)
        await throttle.lift(work, throttle.of_sign_in(opened.email, origin.ip))
        return await start_session(work, opened.staff_id)


async def _require_own(origin: RequestOrigin, opened: Opened, password: str) -> None:
    """Raise PasswordWrong unless this is the password of the login that is there."""
    assert opened.login is not None, "only a login has a password"
    passwords.require_room()
    subjects = throttle.of_sign_in(opened.email, origin.ip)
    async with working(origin, opened.tenant_id) as work:
        wait = await throttle.ask(work, subjects)
    if wait:
        raise SignInSlowed(retry_after=wait)
    if not await passwords.is_right(password, opened.login.password_hash):
        await note_failure(origin, opened.login, subjects)
        raise PasswordWrong(_HAS_LOGIN, field="password")


async def _join(work: Work, opened: Opened, token: str, name: str, kept: str | None) -> None:
    _, invitation_id = _ids(token)
    # The person first, as whoever changes or removes them does.
    await work.fetch(SQL.lock_staff, work.tenant_id, opened.staff_id)
    row = await work.fetchrow(SQL.find_invitation, work.tenant_id, invitation_id)
    if row is None:
        raise LinkInvalid(field="token")
    user_id = await join_login(work, email=opened.email, name=name, password_hash=kept)
    # Another invitation may have given the login a password meanwhile, or somebody a new one.
    own = kept or (opened.login and opened.login.password_hash)
    if not await lock_login(work, user_id, own):
        raise PasswordWrong(_HAS_LOGIN, field="password")
    await work.fetch(SQL.activate_staff, work.tenant_id, opened.staff_id, user_id, name)
    await work.fetch(SQL.accept_invitation, work.tenant_id, invitation_id)
    await audit.record(
        work,
        "staff.joined",
        "staff",
        opened.staff_id,
        before={"status": "invited"},
        after={"status": "active", "name": name},
    )
    events.emit(work, [StaffJoined(member_id=None, occurred_at=work.now, staff_id=opened.staff_id)])
