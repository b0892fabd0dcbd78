"""Who may come in: a principal, and the permission that stands at every door.

`auth` supplies the authenticator and `api.py` plugs it in, so that rooms below `auth` can have
guarded routes too. A route names its permission by an alias such as
`Adjusting = Annotated[Work, begin(Permission.LEDGER_ADJUST)]`, or says that it is `Public`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from laurels.permissions import Permission

from .db import Database
from .errors import AppError, Forbidden, Unauthenticated
from .rehearsing import DryRun
from .work import Actor, Work

SIGNED_IN = "signed-in"
"""What a door asks for that opens to whoever has shown who they are, whatever they may do."""
MAX_TOKEN = 1024
"""Bytes of a bearer token; ours are shorter."""
bearer = HTTPBearer(
    auto_error=False,
    description="An API key, `lk_live_…` or `lk_test_…`, or the access token of a person who"
    " signed in at `POST /v1/auth/sign-in`.",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who they are: actor, tenant and what they may do.

    `clock` is where the tenant's test clock stands, None where time is the real one. `session` is
    the one that a person signed in to.
    """

    tenant_id: UUID
    actor: Actor
    permissions: frozenset[Permission]
    clock: datetime | None = None
    session: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who has not shown who they are, at a door that is open to everybody.

    No transaction is open: an operation that must not hold a connection meanwhile, or that has to
    keep what it noted of a refusal, opens its own.
    """

    database: Database
    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has shown who they are, at a door of their own; no transaction is open."""

    principal: Principal
    origin: Stranger


@dataclass(frozen=True, slots=True)
class Entrance:
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

    async def let_in(
        self, work: Work, tokens: Sequence[str], keys: Sequence[tuple[str, str]]
    ) -> Entrance:
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


async def still_opens(
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
    """Return the bearer token among these headers, None when there is none.

    Who counts requests and who lets in both ask here, so that they never mean different ones.
    Raise Unauthenticated when there are two, or one that is too long to be of ours.
    """
    found = [value for name, value in headers if name == b"authorization"]
    if len(found) > 1:
        msg = "The header `Authorization` was sent more than once; send it once."
        raise Unauthenticated(msg)
    scheme, _, token = found[0].partition(b" ") if found else (b"", b"", b"")
    if scheme.lower() != b"bearer" or not token.strip():
        return None
    if len(token) > MAX_TOKEN:
        msg = (
            f"The bearer token is longer than {MAX_TOKEN} bytes; send an API key or access token"
            " of Laurels."
        )
        raise Unauthenticated(msg)
    return token.strip().decode("latin-1")


def begin(permission: Permission, *, feature: str | None = None, rehearsable: bool = False) -> Any:
    """Return the dependency that lets in whoever has this permission and begins their Work.

    With a `feature` the door is shut while the platform's operator has switched that off. What is
    `rehearsable` can be asked for as a dry run, of which nothing is kept.

    The transaction is committed by the route (`kit.http.Door`) before the answer leaves.
    """
    if rehearsable:

        async def rehearse(
            request: Request, dry_run: DryRun = False, _: Any = Depends(bearer)
        ) -> Work:
            return await request.state.visit.enter(permission, feature, dry_run=dry_run)

        rehearse.permission = permission  # type: ignore[attr-defined]
        return Depends(rehearse)

    async def enter(request: Request, _: Any = Depends(bearer)) -> Work:
        return await request.state.visit.enter(permission, feature)

    enter.permission = permission  # type: ignore[attr-defined]
    return Depends(enter)


def once(*fields: str) -> Any:
    """Return the dependency of a route whose answer holds secrets in these fields.

    They leave once and are stored nowhere: a repeat with the same `Idempotency-Key` gets the
    first answer with null in their place.
    """

    async def withhold(request: Request) -> None:
        request.state.visit.withhold(fields)

    return Depends(withhold)


async def _public() -> None:
    """Let everybody in. Stands on a route so that openness is a statement, not an omission."""


Public: Any = Depends(_public)


async def _stranger(request: Request, _: Any = Public) -> Stranger:
    return request.state.visit.stranger()


async def _visitor(request: Request, _: Any = Depends(bearer)) -> Visitor:
    return await request.state.visit.look()


_visitor.permission = SIGNED_IN  # type: ignore[attr-defined]
Anybody = Annotated[Stranger, Depends(_stranger)]
"""Whoever comes: a door that is open to everybody, and where they came from."""
Known = Annotated[Visitor, Depends(_visitor)]
"""Whoever has shown who they are. These doors take no Idempotency-Key: what is said there is
about credentials, and none of it may be stored."""
