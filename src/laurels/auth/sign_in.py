"""Signing in with address and password; and what a wrong password costs.

No transaction is open while a password is hashed. An address that nobody has costs a hash too, gets
the same answer as a wrong password, and at the same time.
"""

import asyncio
import logging
import time

from laurels.kit.db.sql import statements
from laurels.kit.http.access import RequestOrigin
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import PLATFORM, Actor, Work, on_behalf

from . import passwords, throttle
from .errors import SignInFailed, SignInSlowed
from .logins import Login, Place, find_login, lock_login, normal, places_of, replace_hash
from .sessions import Tokens, start_session, working
from .throttle import ATTEMPTS, Subjects

SQL = statements(__name__)

log = logging.getLogger("laurels.auth")
REFUSED_EVERY = 1.0
"""Seconds: a refusal leaves when a whole number of them has passed. How long a hash takes depends
on how it was made, so a quicker answer would tell who was taken over from another system."""


async def sign_in(
    origin: RequestOrigin, *, email: str, password: str, tenant: str | None = None
) -> tuple[Tokens | None, list[Place]]:
    """Somebody is signed in where they work; return what they hold, and where that is.

    Who works for several tenants and names none gets nothing but the list of them. Raise
    SignInFailed, SignInSlowed or HashingBusy.
    """
    began = time.monotonic()
    try:
        return await _sign_in(origin, email, password, tenant)
    except SignInFailed:
        await asyncio.sleep((began - time.monotonic()) % REFUSED_EVERY)
        raise


async def _sign_in(
    origin: RequestOrigin, email: str, password: str, tenant: str | None
) -> tuple[Tokens | None, list[Place]]:
    passwords.require_room()
    subjects = throttle.of_sign_in(normal(email), origin.ip)
    login = await _let_try(origin, email, subjects)
    kept = login.password_hash if login is not None and login.status == "active" else None
    if not await passwords.is_right(password, kept):
        await note_failure(origin, login, subjects)
        raise SignInFailed
    assert login is not None, "nobody has no password"
    assert kept is not None, "a password that is right is kept"
    anew = await passwords.hash_of(password) if passwords.is_old(kept) else None
    async with working(origin, PLATFORM) as work:
        # It may have been changed while it was hashed; then it opens nothing any more.
        if not await lock_login(work, login.id, kept):
            raise SignInFailed
        places = [
            place
            for place in await places_of(work, login.id)
            if tenant is None or place.slug == tenant
        ]
        await throttle.lift(work, subjects)
        if anew is not None:
            await replace_hash(work, login.id, anew, kept)
        found = await _enter(work, login, places[0]) if len(places) == 1 else None
    if not places:
        raise SignInFailed
    ATTEMPTS.labels("signed_in" if found else "choose").inc()
    return found, places


async def _let_try(origin: RequestOrigin, email: str, subjects: Subjects) -> Login | None:
    """Return whose password is to be looked at. Raise SignInSlowed."""
    async with working(origin, PLATFORM) as work:
        wait = await throttle.ask(work, subjects)
        login = None if wait else await find_login(work, email)
    if wait:
        raise SignInSlowed(retry_after=wait)
    return login


async def note_failure(origin: RequestOrigin, login: Login | None, subjects: Subjects) -> None:
    """A wrong password is in the log and in the audit log of those whom it concerns."""
    ATTEMPTS.labels("failed").inc()
    log.warning("a wrong password: account %s", subjects.hint)
    async with working(origin, PLATFORM) as work:
        await work.fetch(
            SQL.note_failure,
            None if login is None else login.id,
            list(subjects.hashes),
            origin.request_id,
            origin.ip,
            origin.user_agent,
            utc_now(),
        )


async def _enter(work: Work, login: Login, place: Place) -> Tokens:
    await work.fetch("select laurels.note_sign_in($1, $2)", login.id, utc_now())
    async with on_behalf(work, place.tenant_id) as inside:
        inside.actor = Actor("staff", encode("staff", place.staff_id))
        return await start_session(inside, place.staff_id)
