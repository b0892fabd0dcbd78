"""Who may come in: a principal, and the permission that stands at every door.

`auth` supplies the authenticator and `api.py` plugs it in, so that rooms below `auth` can have
guarded routes too. A route names its permission by an alias such as
`Adjusting = Annotated[Work, begin(Permission.LEDGER_ADJUST)]`, or says that it is `Public`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from laurels.permissions import Permission

from .db import Database
from .errors import Unauthenticated
from .preface import Ahead
from .rehearsing import DryRun
from .work import Actor, Work

SIGNED_IN = "signed-in"
"""What a door asks for that opens to whoever has shown who they are, whatever they may do."""
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

    No transaction is open: a deed that must not hold a connection meanwhile, or that has to keep
    what it noted of a refusal, opens its own.
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
class LetIn:
    """A principal who was let in with a batch, and which of its idempotency keys came before."""

    principal: Principal
    known_keys: list[str]


class Authenticator(Protocol):
    """Tells who holds a token. The tenant is read from the token, before any look-up."""

    def tenant_of(self, token: str) -> UUID | None:
        """Return the tenant that the token carries, None when it is no token of ours."""
        ...

    async def identify(self, work: Work, token: str) -> Principal | None:
        """Return who holds the token, None when nobody (any more)."""
        ...

    async def require_feature(self, work: Work, name: str) -> None:
        """Raise an AppError when this feature is switched off for the tenant."""
        ...

    async def let_in(
        self, work: Work, token: str, keys: Sequence[str], ahead: Ahead | None = None
    ) -> LetIn | None:
        """Identify, and read with the same statement what deeds want to know first."""
        ...


def token_of(request: Request) -> str:
    """Return the bearer token of a request. Raise Unauthenticated when there is none."""
    return bearer_in(request.headers.get("authorization", ""))


def bearer_in(authorization: str) -> str:
    """Return the bearer token of such a header. Raise Unauthenticated when there is none."""
    scheme, token = get_authorization_scheme_param(authorization)
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


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


def enter(permission: Permission) -> Any:
    """Return the dependency of a hot door: who comes waits for the batch that is under way.

    Whether they may is found out in the batch's own transaction, before anything else is done.
    A dry run waits for nobody and has a transaction of its own.
    """

    async def come_in(request: Request, dry_run: DryRun = False, _: Any = Depends(bearer)) -> Any:
        return await request.state.visit.caller(permission, dry_run=dry_run)

    come_in.permission = permission  # type: ignore[attr-defined]
    come_in.hot = True  # type: ignore[attr-defined]
    return Depends(come_in)


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
