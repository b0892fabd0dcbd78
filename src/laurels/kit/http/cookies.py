"""Cookies of browsers in which a person signed in; no page can read them.

A browser holds two per tenant: the access token, sent to the whole API, and the refresh token, sent
only where it is exchanged. A cookie authenticates nothing by itself: the page has to name the
tenant, which it takes from its own address, in the header `Laurels-Tenant`. So two tabs never act
in each other's tenant, and a page of another site, which cannot send that header, acts in none.
"""

import re
from collections.abc import Sequence

from starlette.requests import cookie_parser
from starlette.responses import Response

from ..errors import Unauthenticated

TENANT_HEADER = "Laurels-Tenant"
ACCESS = "laurels_access_"
REFRESH = "laurels_refresh_"
ACCESS_PATH = "/v1"
REFRESH_PATH = "/v1/auth/browser"
_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?", re.IGNORECASE)
_SLUG = re.compile(rb"[a-z0-9-]{1,63}")
_OWN = (b"same-origin", b"none")

Headers = Sequence[tuple[bytes, bytes]]


def access_token_in(headers: Headers) -> str | None:
    """Return the access token of the tenant that the page names, None without one.

    Raise Unauthenticated for a request that a page of another site made.
    """
    return _cookie_in(headers, ACCESS)


def refresh_token_in(headers: Headers) -> str | None:
    """Return the refresh token of the tenant that the page names, None without one.

    Raise Unauthenticated for a request that a page of another site made.
    """
    return _cookie_in(headers, REFRESH)


def tenant_in(headers: Headers) -> str | None:
    """Return the short name of the tenant that the page names, None without a proper one."""
    slug = _only(headers, b"laurels-tenant")
    return slug.decode("ascii") if slug is not None and _SLUG.fullmatch(slug) else None


def _cookie_in(headers: Headers, prefix: str) -> str | None:
    slug = tenant_in(headers)
    if slug is None:
        return None
    require_own_page(headers)
    jar = b"; ".join(value for name, value in headers if name == b"cookie")
    return cookie_parser(jar.decode("latin-1")).get(prefix + slug) or None


def require_own_page(headers: Headers) -> None:
    """Raise Unauthenticated for a request that a page of another site made.

    Browsers say so in `Sec-Fetch-Site`; those that do not send it say it in `Origin`.
    """
    site = _only(headers, b"sec-fetch-site")
    if site is not None:
        own = site in _OWN
    else:
        origin = _only(headers, b"origin")
        host = _only(headers, b"host") or b""
        own = origin in {None, b"http://" + host, b"https://" + host}
    if not own:
        msg = "A page of another site sent this request; only pages of this address may."
        raise Unauthenticated(msg)


def _only(headers: Headers, wanted: bytes) -> bytes | None:
    found = [value for name, value in headers if name == wanted]
    if len(found) > 1:
        msg = f"The header `{wanted.decode()}` was sent more than once; send it once."
        raise Unauthenticated(msg)
    return found[0] if found else None


def give(
    response: Response,
    host: str,
    slug: str,
    *,
    tls: bool,
    access: tuple[str, int],
    refresh: tuple[str, int] | None = None,
) -> None:
    """Put these tokens, each with the seconds that it lasts, into the browser's cookies.

    They are sent over TLS only, except to this very machine without `tls`.
    """
    secure = tls or _LOOPBACK.fullmatch(host) is None
    for prefix, path, held in ((ACCESS, ACCESS_PATH, access), (REFRESH, REFRESH_PATH, refresh)):
        if held is not None:
            token, lasts = held
            response.set_cookie(
                prefix + slug,
                token,
                max_age=lasts,
                path=path,
                secure=secure,
                httponly=True,
                samesite="lax",
            )


def take(response: Response, slug: str) -> None:
    """Take a tenant's cookies out of the browser."""
    response.delete_cookie(ACCESS + slug, path=ACCESS_PATH, httponly=True, samesite="lax")
    response.delete_cookie(REFRESH + slug, path=REFRESH_PATH, httponly=True, samesite="lax")
