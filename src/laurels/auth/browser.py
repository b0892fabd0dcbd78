"""Signing in with a browser: the operations that machines have, with cookies for tokens.

The answers hold no token, so no script of a page can read one.
"""

from starlette.requests import Request
from starlette.responses import Response

from laurels.config import settings
from laurels.kit.http import cookies
from laurels.kit.http.access import AuthenticatedRequest, RequestOrigin
from laurels.kit.values.ids import decode, encode
from laurels.kit.work import PLATFORM, Actor, on_behalf

from . import operators, sessions
from .errors import RefreshFailed, SessionNotFound, SignInFailed
from .logins import Place, places_of
from .sessions import Tokens, login_of, start_session, working
from .sign_in_links import OperatorSession

PLATFORM_SLUG = "platform"
"""What the console calls the operators' side in addresses; no tenant can have this slug."""


def give(request: Request, response: Response, slug: str, held: Tokens | OperatorSession) -> None:
    """Let the browser hold what somebody has who signed in to this tenant.

    Raise Unauthenticated where a page of another site asked for it.
    """
    cookies.require_own_page(request.scope["headers"])
    host = request.headers.get("host", "")
    tls = settings().address.startswith("https:")
    if isinstance(held, OperatorSession):
        cookies.give(response, host, slug, tls=tls, access=(held.key, held.expires_in))
        return
    lasts = int(sessions.LASTS.total_seconds())
    access, refresh = (held.access_token, held.expires_in), (held.refresh_token, lasts)
    cookies.give(response, host, slug, tls=tls, access=access, refresh=refresh)


def forget(request: Request, response: Response) -> None:
    """Take the cookies of the tenant that the page names out of the browser."""
    if (slug := cookies.tenant_in(request.scope["headers"])) is not None:
        cookies.take(response, slug)


async def refresh(request: Request, response: Response, origin: RequestOrigin) -> None:
    """Exchange the session in the cookies for a fresh one. Raise RefreshFailed or RefreshRaced."""
    headers = request.scope["headers"]
    slug, token = cookies.tenant_in(headers), cookies.refresh_token_in(headers)
    if slug is None or token is None:
        raise RefreshFailed
    give(request, response, slug, await sessions.refresh(origin, token))


async def switch(visitor: AuthenticatedRequest, slug: str) -> Tokens:
    """Return what a person holds who goes on in another tenant that they work for.

    Raise SignInFailed for a tenant where they do not, SessionNotFound for a machine.
    """
    login = await login_of(visitor)
    async with working(visitor.origin, PLATFORM) as work:
        place = _place_in(await places_of(work, login.id), slug)
        await sessions.hold_session(work, visitor)
        async with on_behalf(work, place.tenant_id) as inside:
            inside.actor = Actor("staff", encode("staff", place.staff_id))
            return await start_session(inside, place.staff_id)


def _place_in(places: list[Place], slug: str) -> Place:
    for place in places:
        if place.slug == slug:
            return place
    msg = "You do not work for a tenant of this name, or not any more."
    raise SignInFailed(msg, field="tenant")


async def sign_out(visitor: AuthenticatedRequest) -> int:
    """This browser's session has ended; say how many did. Raise SessionNotFound for a key."""
    who = visitor.principal
    if who.tenant_id == PLATFORM and who.actor.id is not None:
        async with working(visitor.origin, PLATFORM) as work:
            work.actor = who.actor
            await operators.revoke_operator_key(work, decode("operator_key", who.actor.id))
        return 1
    if who.session is None:
        raise SessionNotFound
    return await sessions.sign_out(visitor)
