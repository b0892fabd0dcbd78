"""Access: who is calling, and the permission that every route requires.

`auth` supplies the authenticator and `api.py` plugs it in, so that rooms below `auth` can have
guarded routes too. A route names its permission by an alias such as
`Adjusting = Annotated[Work, requires(Permission.LEDGER_ADJUST)]`, or says that it is `Public`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from laurels.permissions import Permission

from ..db.pool import Database
from ..dry_runs import DryRun
from ..errors import AppError, Forbidden, Unauthenticated
from ..work import Actor, Work
from . import cookies

SIGNED_IN = "signed-in"
"""What a route requires that any authenticated caller may use, whatever their permissions."""
MAX_TOKEN = 1024
"""Bytes of a bearer token; ours are shorter."""
bearer = HTTPBearer(
    auto_error=False,
    description="An API key, `lk_live_…` or `lk_test_…`, or the access token of a person who"
    " signed in at `POST /v1/auth/sign-in`.",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: actor, tenant and permissions.

    `clock` is where the tenant's test clock stands, None where time is the real one. `session` is
    the one that a person signed in to.
    """

    tenant_id: UUID
    actor: Actor
    permissions: frozenset[Permission]
    clock: datetime | None = None
    session: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """Where a request to a public route came from; its caller is not authenticated.

    No transaction is open: an operation that must not hold a connection meanwhile, or that has to
    keep what it noted of a refusal, opens its own.
    """

    database: Database
    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatedRequest:
    """An authenticated request to a route about one's own account; no transaction is open."""

    principal: Principal
    origin: RequestOrigin


@dataclass(frozen=True, slots=True)
class BatchAuthentication:
    """Who holds the credentials of a batch, and what came before.

    `holders`: by token, a principal, why it is refused, or None for nobody. `known_keys`: which of
    the batch's idempotency keys came before, each with its holder. `clock`: where the tenant's test
    clock stands.
    """

    holders: Mapping[str, "Principal | AppError | None"]
    known_keys: frozenset[tuple[str, str]]
    clock: datetime | None = None


class Authenticator(Protocol):
    """Tells who holds a token. The tenant is read from the token, before any look-up."""

    def holder_of(self, token: str) -> tuple[UUID, str] | None:
        """Return the tenant and the id that the token claims, None when it is none of ours."""
        ...

    async def identify(self, work: Work, token: str) -> Principal | None:
        """Return who holds the token, None when nobody (any more)."""
        ...

    async def require_feature(self, work: Work, name: str) -> None:
        """Raise an AppError when this feature is switched off for the tenant."""
        ...

    async def authenticate_batch(
        self, work: Work, tokens: Sequence[str], keys: Sequence[tuple[str, str]]
    ) -> BatchAuthentication:
        """Identify all holders of a batch in one statement, which reads its context too."""
        ...


def require(principal: Principal | None, permission: Permission) -> Principal:
    """Raise Unauthenticated for nobody, Forbidden for somebody without this permission."""
    if principal is None:
        raise Unauthenticated
    if permission not in principal.permissions:
        msg = f"This needs the permission `{permission}`, which these credentials lack."
        raise Forbidden(msg, permission=str(permission))
    return principal


async def still_permitted(
    authenticator: Authenticator, work: Work, token: str, *permissions: Permission
) -> bool:
    """Tell whether a token has these permissions now: an answer that goes on asks again."""
    try:
        who = await authenticator.identify(work, token)
    except Unauthenticated:
        return False
    return who is not None and who.permissions.issuperset(permissions)


def demand(work: Work, permission: Permission, what: str) -> None:
    """Raise Forbidden where the answer would show what whoever asks may not read elsewhere."""
    if work.permissions is not None and permission not in work.permissions:
        msg = f"{what} needs the permission `{permission}`, which these credentials lack."
        raise Forbidden(msg, permission=str(permission))


def token_of(request: Request) -> str:
    """Return the bearer token of a request. Raise Unauthenticated when there is none."""
    token = credential_in(request.scope["headers"])
    if token is None:
        raise Unauthenticated
    return token


def credential_in(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the token among these headers, None when there is none.

    It is the bearer token, else the one that a browser of a person who signed in sends as a cookie.
    Who counts requests and who lets in both ask here, so that they never mean different ones.
    Raise Unauthenticated when there are two, or one that is too long to be of ours.
    """
    headers = list(headers)
    credentials = [value for name, value in headers if name == b"authorization"]
    if len(credentials) > 1:
        msg = "The header `Authorization` was sent more than once; send it once."
        raise Unauthenticated(msg)
    if not credentials:
        return cookies.access_token_in(headers)
    scheme, _, token = credentials[0].partition(b" ")
    if scheme.lower() != b"bearer" or not token.strip():
        return None
    if len(token) > MAX_TOKEN:
        msg = (
            f"The bearer token is longer than {MAX_TOKEN} bytes; send an API key or access token"
            " of Laurels."
        )
        raise Unauthenticated(msg)
    return token.strip().decode("latin-1")


def requires(permission: Permission, *, feature: str | None = None, dry_run: bool = False) -> Any:
    """Return the dependency that checks this permission and opens the request's Work.

    With a `feature` the route is closed while the platform's operator has switched that off. With
    `dry_run` it takes `?dry_run=true`, of which nothing is kept.

    The route (`kit.http.route.TransactionalRoute`) commits before the answer leaves.
    """
    if dry_run:

        async def enter_dry(
            request: Request, dry_run: DryRun = False, _: Any = Depends(bearer)
        ) -> Work:
            return await request.state.request_scope.begin(permission, feature, dry_run=dry_run)

        enter_dry.permission = permission  # type: ignore[attr-defined]
        return Depends(enter_dry)

    async def enter(request: Request, _: Any = Depends(bearer)) -> Work:
        return await request.state.request_scope.begin(permission, feature)

    enter.permission = permission  # type: ignore[attr-defined]
    return Depends(enter)


def redact_on_replay(*fields: str) -> Any:
    """Return the dependency of a route whose answer holds secrets in these fields.

    They leave once and are stored nowhere: a repeat with the same `Idempotency-Key` gets the
    first answer with null in their place.
    """

    async def redact(request: Request) -> None:
        request.state.request_scope.redact(fields)

    return Depends(redact)


async def _public() -> None:
    """Let everybody in. Stands on a route so that openness is a statement, not an omission."""


Public: Any = Depends(_public)


async def _origin(request: Request, _: Any = Public) -> RequestOrigin:
    return request.state.request_scope.origin()


async def _authenticated(request: Request, _: Any = Depends(bearer)) -> AuthenticatedRequest:
    return await request.state.request_scope.authenticate()


_authenticated.permission = SIGNED_IN  # type: ignore[attr-defined]
Anonymous = Annotated[RequestOrigin, Depends(_origin)]
"""Anybody: a route that is open to all, and where the request came from."""
RequiresLogin = Annotated[AuthenticatedRequest, Depends(_authenticated)]
"""Any authenticated caller. These routes take no Idempotency-Key: what is sent there is
about credentials, and none of it may be stored."""
