"""Sessions: what a person who signed in holds, refreshes and ends.

A session is the family of refresh tokens that follow each other. Each can be exchanged once. One
that comes again after it was exchanged is in two hands, so the session ends for both; within ten
seconds it may be the same page asking twice, and then nothing is given and nothing ends.
"""

import hmac
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, Unauthenticated
from laurels.kit.http.access import AuthenticatedRequest, RequestOrigin
from laurels.kit.http.paging import MAX_PAGE, Asked, Found, Listing, at
from laurels.kit.values.ids import decode, encode, new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import PLATFORM, Actor, Work, on_behalf, open_work

from . import tokens
from .errors import RefreshFailed, RefreshRaced, SessionNotFound, SignInFailed
from .logins import Login, places_of, read_login
from .service import fingerprint

SQL = statements(__name__)

log = logging.getLogger("laurels.auth")
LASTS = timedelta(days=30)
"""How long a session lasts after it was last refreshed."""
HONEST_REPEAT = timedelta(seconds=10)
"""How long after its exchange a token that comes again is not taken for a stolen one."""
MAX_SESSIONS = 50
"""Sessions of one person in one tenant; one more ends the one that was idle longest."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a person holds who is signed in, at the one moment in which it can be read."""

    access_token: str
    refresh_token: str
    session_id: UUID
    expires_in: int = int(tokens.ACCESS_LASTS.total_seconds())


@asynccontextmanager
async def working(
    origin: RequestOrigin, tenant_id: UUID, *, staff_id: UUID | None = None
) -> AsyncGenerator[Work]:
    """Run the block in a transaction of this tenant, on behalf of who came from there.

    Time is the real one: credentials do not follow a test clock.
    """
    actor = Actor("nobody") if staff_id is None else Actor("staff", encode("staff", staff_id))
    async with open_work(origin.database, tenant_id=tenant_id, actor=actor, now=utc_now()) as work:
        work.request_id, work.ip, work.user_agent = (
            origin.request_id,
            origin.ip,
            origin.user_agent,
        )
        yield work


async def start_session(work: Work, staff_id: UUID) -> Tokens:
    """A person is signed in; the actor is theirs already.

    Raise SignInFailed for who was removed in the meantime: a removal ends the sessions that it
    sees, so it and a new session wait for each other.
    """
    row = await work.fetchrow(SQL.lock_staff_of_session, work.tenant_id, staff_id)
    if row is None:
        raise SignInFailed
    session_id = new_id()
    await work.fetch(
        SQL.start_session,
        work.tenant_id,
        session_id,
        staff_id,
        utc_now(),
        utc_now() + LASTS,
        work.ip,
        work.user_agent,
    )
    await work.fetch(SQL.end_surplus_sessions, work.tenant_id, staff_id, MAX_SESSIONS)
    _, found = await _give(work, staff_id, session_id)
    await audit.record(
        work,
        "auth.signed_in",
        "staff",
        staff_id,
        after={"session_id": encode("staff_session", session_id)},
    )
    return found


async def _give(work: Work, staff_id: UUID, session_id: UUID) -> tuple[UUID, Tokens]:
    pair_id, now = new_id(), utc_now()
    access = tokens.access_token(work.tenant_id, staff_id, pair_id)
    token = tokens.refresh_token(work.tenant_id, pair_id)
    await work.fetch(
        SQL.add_tokens,
        work.tenant_id,
        pair_id,
        session_id,
        fingerprint(token),
        now,
        now + LASTS,
        fingerprint(access),
        now + tokens.ACCESS_LASTS,
    )
    return pair_id, Tokens(access, token, session_id)


async def refresh(origin: RequestOrigin, token: str) -> Tokens:
    """Exchange a refresh token for the next one. Raise RefreshFailed or RefreshRaced."""
    ids = tokens.read_refresh_token(token)
    if ids is None:
        raise RefreshFailed
    async with working(origin, ids[0]) as work:
        outcome = await _exchange(work, ids[1], token)
    # Raised only now: that a session ended because of this is to be kept.
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def _exchange(work: Work, token_id: UUID, token: str) -> Tokens | AppError:
    row = await work.fetchrow(SQL.lock_token, work.tenant_id, token_id)
    if row is None or not hmac.compare_digest(bytes(row["hash"]), fingerprint(token)):
        return RefreshFailed()
    if row["ended_at"] is not None or not row["lasts"] or row["status"] != "active":
        return RefreshFailed()
    work.actor = Actor("staff", encode("staff", row["staff_id"]))
    if row["rotated_at"] is not None:
        if row["rotated_at"] > utc_now() - HONEST_REPEAT:
            return RefreshRaced()
        await _end_stolen(work, row, token_id)
        return RefreshFailed()
    login = await read_login(work, row["user_id"])
    if login is None or login.status != "active":
        return RefreshFailed()
    next_id, found = await _give(work, row["staff_id"], row["session_id"])
    await work.fetch(SQL.rotate_token, work.tenant_id, token_id, utc_now(), next_id)
    await work.fetch(
        SQL.prolong_session,
        work.tenant_id,
        row["session_id"],
        utc_now(),
        utc_now() + LASTS,
        work.ip,
        work.user_agent,
    )
    return found


async def _end_stolen(work: Work, row: asyncpg.Record, token_id: UUID) -> None:
    """A token is in two hands, and nobody can tell whose are right: the session is over."""
    await work.fetch(SQL.note_reuse, work.tenant_id, token_id)
    await end_sessions(work, row["staff_id"], reason="reuse", only=row["session_id"])
    await audit.record(
        work,
        "auth.refresh_token_reused",
        "staff",
        row["staff_id"],
        after={"session_id": encode("staff_session", row["session_id"])},
    )
    log.warning(
        "a spent refresh token came again; session %s ended",
        encode("staff_session", row["session_id"]),
    )


async def end_sessions(
    work: Work, staff_id: UUID, *, reason: str, only: UUID | None = None, but: UUID | None = None
) -> int:
    """The person's sessions in this tenant have ended; their tokens open nothing from now on."""
    rows = await work.fetch(SQL.end_sessions, work.tenant_id, staff_id, reason, only, but)
    return len(rows)


async def end_everywhere(
    work: Work, login: Login, *, reason: str, action: str, but: UUID | None = None
) -> int:
    """The person's sessions have ended in every tenant; how many. The work is the platform's."""
    ended = 0
    for place in await places_of(work, login.id):
        name = encode("staff", place.staff_id)
        async with on_behalf(work, place.tenant_id) as inside:
            inside.actor = Actor("staff", name)
            here = await end_sessions(inside, place.staff_id, reason=reason, but=but)
            await audit.record(inside, action, "staff", name, after={"sessions_ended": here})
        ended += here
    return ended


# -- one's own -----------------------------------------------------------------------------------


def staff_of(visitor: AuthenticatedRequest) -> UUID | None:
    """Return who signed in; None for a machine with a key."""
    actor = visitor.principal.actor
    return decode("staff", actor.id) if actor.kind == "staff" and actor.id else None


async def sign_out(visitor: AuthenticatedRequest, session_id: UUID | None = None) -> int:
    """A session of one's own has ended, this one unless another is named; say how many did.

    Raise SessionNotFound for one that is not there.
    """
    staff_id = staff_of(visitor)
    wanted = session_id or visitor.principal.session
    if staff_id is None or wanted is None:
        raise SessionNotFound
    tenant_id = visitor.principal.tenant_id
    async with working(visitor.origin, tenant_id, staff_id=staff_id) as work:
        ended = await end_sessions(work, staff_id, reason="signed_out", only=wanted)
        if session_id is not None and not ended:
            raise SessionNotFound
        if ended:
            await audit.record(
                work,
                "auth.signed_out",
                "staff",
                staff_id,
                after={"session_id": encode("staff_session", wanted)},
            )
    return ended


async def sign_out_everywhere(visitor: AuthenticatedRequest) -> int:
    """All sessions of this person have ended, in every tenant; how many. Raise SessionNotFound."""
    login = await login_of(visitor)
    async with working(visitor.origin, PLATFORM) as work:
        return await end_everywhere(
            work, login, reason="signed_out", action="auth.signed_out_everywhere"
        )


async def login_of(visitor: AuthenticatedRequest) -> Login:
    """Return the login of the person who signed in. Raise SessionNotFound for a machine."""
    staff_id = staff_of(visitor)
    if staff_id is None:
        raise SessionNotFound
    async with working(visitor.origin, visitor.principal.tenant_id) as work:
        row = await work.fetchrow(SQL.find_login_of_staff, work.tenant_id, staff_id)
        login = None if row is None else await read_login(work, row["user_id"])
    if login is None:
        raise SessionNotFound
    return login


SESSIONS = Listing(
    moment="created_at",
    happened="Signed in",
    # A person has at most MAX_SESSIONS: they may be sorted.
    sorts={"refreshed_at": at("refreshed_at"), "created_at": None},
    default="-refreshed_at",
    limit=MAX_PAGE,
)


async def hold_session(work: Work, visitor: AuthenticatedRequest) -> None:
    """The session of who asks goes on until this work ends. Raise Unauthenticated if it ended."""
    async with on_behalf(work, visitor.principal.tenant_id) as inside:
        row = await inside.fetchrow(SQL.lock_session, inside.tenant_id, visitor.principal.session)
    if row is None:
        raise Unauthenticated


async def list_sessions(visitor: AuthenticatedRequest, asked: Asked) -> Found[dict[str, Any]]:
    """Return one's own sessions in this tenant, usually where one was last first.

    A machine has none.
    """
    staff_id = staff_of(visitor)
    if staff_id is None:
        return Found()
    async with working(visitor.origin, visitor.principal.tenant_id) as work:
        found = await SESSIONS.fetch(work, asked, SQL.list_sessions, work.tenant_id, staff_id)
    return found.map(lambda row: {**row, "current": row["id"] == visitor.principal.session})
