"""A new password: chosen by who knows the old one, or by who gets the mail."""

import asyncio
from datetime import timedelta
from uuid import UUID

from laurels import audit, events, outbound
from laurels.events.catalogue.auth import PasswordResetRequested
from laurels.kit.db.sql import statements
from laurels.kit.http.access import AuthenticatedRequest, RequestOrigin
from laurels.kit.values.ids import encode, new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import PLATFORM, Actor, Work, on_behalf

from . import passwords, throttle, tokens
from .errors import LinkInvalid, MailSlowed, PasswordWrong, SignInSlowed
from .links import RESET_MAIL
from .logins import (
    Login,
    Place,
    find_login,
    lock_login,
    normal,
    places_of,
    read_login,
    set_password,
)
from .passwords import WeakPassword
from .sessions import end_everywhere, hold_session, login_of, working
from .sign_in import note_failure

SQL = statements(__name__)

RESET_LASTS = timedelta(hours=1)
ALWAYS_TAKES = 0.3
"""Seconds that the answer takes, whether or not there is such an address."""


async def change_password(visitor: AuthenticatedRequest, *, current: str, new: str) -> int:
    """Who signed in has a new password, and is signed out everywhere else; say where, in number.

    Raise PasswordWrong, WeakPassword, SignInSlowed, HashingBusy or SessionNotFound.
    """
    passwords.require_room()
    origin = visitor.origin
    login = await login_of(visitor)
    subjects = throttle.of_sign_in(login.email, origin.ip)
    async with working(origin, PLATFORM) as work:
        wait = await throttle.ask(work, subjects)
    if wait:
        raise SignInSlowed(retry_after=wait)
    if not await passwords.is_right(current, login.password_hash):
        await note_failure(origin, login, subjects)
        raise PasswordWrong(field="current_password")
    if new == current:
        msg = "is your current password; choose another one"
        raise WeakPassword(msg, field="new_password")
    passwords.check(new, email=login.email, name=login.name, field="new_password")
    kept = await passwords.hash_of(new)
    async with working(origin, PLATFORM) as work:
        # Either may have ended while passwords were hashed.
        if not await lock_login(work, login.id, login.password_hash):
            raise PasswordWrong(field="current_password")
        await hold_session(work, visitor)
        await throttle.lift(work, subjects)
        return await _set(work, login, kept, but=visitor.principal.session)


async def _set(work: Work, login: Login, kept: str, *, but: UUID | None = None) -> int:
    await set_password(work, login.id, kept)
    return await end_everywhere(
        work, login, reason="password_changed", action="auth.password_changed", but=but
    )


async def forget_password(origin: RequestOrigin, *, email: str) -> None:
    """Whoever has this address gets a mail with a link; nobody learns whether anybody has it.

    Raise MailSlowed.
    """
    async with asyncio.TaskGroup() as both:
        both.create_task(asyncio.sleep(ALWAYS_TAKES))
        asked = both.create_task(_ask(origin, normal(email)))
    if asked.result():
        raise MailSlowed(retry_after=asked.result())


async def _ask(origin: RequestOrigin, email: str) -> int:
    """Note the request; return the seconds to wait when there were too many."""
    async with working(origin, PLATFORM) as work:
        wait = await throttle.ask(work, throttle.of_mail(email, origin.ip))
        if wait:
            return wait
        login = await find_login(work, email)
        if login is None or login.status != "active":
            return 0
        # The mail goes out on behalf of one of those whom they work for.
        for place in (await places_of(work, login.id))[:1]:
            await ask_reset(work, login, place)
    return 0


async def ask_reset(work: Work, login: Login, place: Place) -> UUID:
    """A link to a new password is on its way by mail; return its id. The work is the platform's."""
    reset_id, now = new_id(), utc_now()
    await work.fetch(SQL.ask_password_reset, reset_id, login.id, now, now + RESET_LASTS)
    async with on_behalf(work, place.tenant_id) as inside:
        await audit.record(inside, "auth.password_reset_requested", "staff", place.staff_id)
        asked = PasswordResetRequested(
            member_id=None, occurred_at=work.now, staff_id=place.staff_id, reset_id=reset_id
        )
        events.emit(inside, [asked])
        await outbound.enqueue_mail(inside, RESET_MAIL, reset_id)
    return reset_id


async def reset_password(origin: RequestOrigin, *, token: str, new: str) -> None:
    """Who got the mail has a new password, and is signed out everywhere.

    Raise LinkInvalid, WeakPassword or HashingBusy.
    """
    reset_id = tokens.read_reset_token(token)
    if reset_id is None:
        raise LinkInvalid(field="token")
    async with working(origin, PLATFORM) as work:
        person = await read_reset(work, reset_id)
    if person is None:
        raise LinkInvalid(field="token")
    _, email, name = person
    passwords.check(new, email=email, name=name, field="new_password")
    kept = await passwords.hash_of(new)
    async with working(origin, PLATFORM) as work:
        row = await work.fetchrow("select laurels.use_password_reset($1, $2)", reset_id, utc_now())
        login = await read_login(work, row[0] if row else None)
        if login is None:
            raise LinkInvalid(field="token")
        work.actor = Actor("user", encode("user", login.id))
        await _set(work, login, kept)
        # Whoever reads the person's mail is let try from here, whatever others did.
        await throttle.lift(work, throttle.of_sign_in(login.email, origin.ip))


async def read_reset(work: Work, reset_id: UUID) -> tuple[UUID, str, str] | None:
    """Return id, address and name of whom a link is for; None when it is good no more."""
    row = await work.fetchrow(SQL.read_password_reset, reset_id, utc_now())
    return None if row is None else (row["user_id"], row["email"], row["name"])
