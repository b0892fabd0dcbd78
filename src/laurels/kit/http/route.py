"""Routes: one transaction per request, exact JSON, stored answers.

`TransactionalRoute` is the route class of every router. It opens the request's scope, lets FastAPI
run the endpoint and render the answer, stores it under its `Idempotency-Key`, commits, and only
then lets it leave. A failing commit is therefore never a 2xx (docs/decisions/0003).
"""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, cast
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from laurels.permissions import Permission

from .. import dry_runs
from ..db.pool import Database
from ..errors import AppError, Unauthenticated
from ..values.strict_json import parse_json
from ..values.time import utc_now
from ..work import REQUEST, Work, open_work
from . import idempotency, query
from .access import AuthenticatedRequest, Authenticator, RequestOrigin, require, token_of
from .bodies import require_json, require_unpacked
from .deprecation import is_deprecated
from .origin import address_of, agent_of
from .problems import problem_of


class Replayed(Exception):
    """The request was answered before; carries that answer."""

    def __init__(self, answer: idempotency.Answer) -> None:
        self.answer = answer
        super().__init__()


class ExactRequest(Request):
    """A request whose JSON numbers arrive as exact decimals, never as binary fractions."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class RequestScope:
    """What belongs to one request: at most one Work, opened by the route's permission."""

    def __init__(self, request: Request, stack: AsyncExitStack) -> None:
        self._request = request
        self._stack = stack
        self._work: Work | None = None
        self._key: idempotency.Key | None = None
        self._redacted: tuple[str, ...] = ()
        self.is_dry_run = False

    def redact(self, fields: tuple[str, ...]) -> None:
        """Store none of these fields of the answer; they hold secrets."""
        self._redacted = fields

    async def begin(
        self, permission: Permission, feature: str | None = None, *, dry_run: bool = False
    ) -> Work:
        """Authenticate, begin the transaction, check the right, claim the idempotency key.

        Raise Unauthenticated or Forbidden; a replayed answer leaves by Replayed. A dry run leaves
        the key alone, and its transaction is rolled back.
        """
        app = cast("FastAPI", self._request.app)
        authenticator: Authenticator = app.state.authenticator
        database: Database = app.state.database
        token, tenant_id, holder = _holder_at(self._request)
        key = await self._sent_key(holder)
        if key is not None and not dry_run:
            await self._stack.enter_async_context(idempotency.one_at_a_time(tenant_id, key))
        work = await self._stack.enter_async_context(
            open_work(database, tenant_id=tenant_id, now=utc_now(), dry_run=dry_run, kind=REQUEST)
        )
        principal = require(await authenticator.identify(work, token), permission)
        if feature is not None:
            await authenticator.require_feature(work, feature)
        work.actor, work.now = principal.actor, principal.clock or work.now
        work.permissions = principal.permissions
        work.request_id = self._request.state.request_id
        work.ip = address_of(self._request, getattr(app.state, "trusted_proxies", ()))
        work.user_agent = agent_of(self._request)
        self._work = work
        if dry_run:
            dry_runs.start(self._work)
            self.is_dry_run = True
        elif key is not None:
            self._key = key
            answer = await idempotency.claim(self._work, key)
            if answer is not None:
                raise Replayed(answer)
        return self._work

    def origin(self) -> RequestOrigin:
        """Return where the request came from, for a route that is open to everybody."""
        app = cast("FastAPI", self._request.app)
        return RequestOrigin(
            app.state.database,
            self._request.state.request_id,
            address_of(self._request, getattr(app.state, "trusted_proxies", ())),
            agent_of(self._request),
        )

    async def authenticate(self) -> AuthenticatedRequest:
        """Authenticate in a transaction of its own. Raise Unauthenticated."""
        app = cast("FastAPI", self._request.app)
        authenticator: Authenticator = app.state.authenticator
        token, tenant_id, _ = _holder_at(self._request)
        origin = self.origin()
        async with open_work(origin.database, tenant_id=tenant_id, now=utc_now()) as work:
            principal = await authenticator.identify(work, token)
        if principal is None:
            raise Unauthenticated
        return AuthenticatedRequest(principal, origin)

    async def _sent_key(self, holder: str) -> idempotency.Key | None:
        """Return the key that a write came with. Raise Invalid for one that cannot be."""
        text = self._request.headers.get("idempotency-key")
        if text is None or self._request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
            return None
        return idempotency.key_of(
            text, holder, self._request.method, self._request.url.path, await self._request.body()
        )

    async def dry_run_answer(self, response: Response, work: Work | None) -> Response:
        """Return what a dry run would have answered, and what would have followed in its work."""
        follow: dry_runs.Follow = cast("FastAPI", self._request.app).state.follow
        return dry_runs.respond(response.status_code, response.body, await follow(work))

    async def finish(self, response: Response) -> Response:
        """Store a successful answer beside its effect, in the same transaction, and return it.

        Of a dry run nothing is stored, and what would have followed is told with the answer.
        """
        if self.is_dry_run:
            return await self.dry_run_answer(response, self._work)
        if self._key is not None and self._work is not None and response.status_code < 300:
            body = _without(response.body, self._redacted)
            await idempotency.keep(self._work, self._key, response.status_code, body)
        return response


def _holder_at(request: Request) -> tuple[str, UUID, str]:
    """Return the token of a request, and the tenant and the id that it claims.

    Raise Unauthenticated for what is no credential of ours.
    """
    authenticator: Authenticator = cast("FastAPI", request.app).state.authenticator
    token = token_of(request)
    holder = authenticator.holder_of(token)
    if holder is None:
        raise Unauthenticated
    return token, *holder


def respond(answer: idempotency.Answer) -> Response:
    """Return the response that gives this answer, and says so when it was given before."""
    headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
    return Response(answer.body, answer.status, headers, media_type="application/json")


def _without(body: bytes | memoryview, fields: tuple[str, ...]) -> bytes | memoryview:
    """Return a JSON object with null in place of these fields; the body itself when none."""
    if not fields:
        return body
    return orjson.dumps({**orjson.loads(body), **dict.fromkeys(fields)})


class TransactionalRoute(APIRoute):
    """A route whose answer leaves after the commit."""

    reads_json = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if is_deprecated(endpoint):
            options["deprecated"] = True
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        known = query.names_of(self.dependant)  # codespell:ignore

        async def handle(request: Request) -> Response:
            request = ExactRequest(request.scope, request.receive)
            if request.scope["query_string"]:
                query.check(request.scope["query_string"], known)
            await _read_ahead(request, json=self.reads_json)
            stack = AsyncExitStack()
            current = request.state.request_scope = RequestScope(request, stack)
            try:
                async with stack:
                    response = await answer(request)
                    response = await current.finish(response)
            except Replayed as replay:
                return respond(replay.answer)
            except AppError as error:
                if not current.is_dry_run:
                    raise
                return await current.dry_run_answer(await problem_of(request, error), None)
            return response

        return handle


class FileRoute(TransactionalRoute):
    """A route whose body is a file, as it is; the endpoint takes it from the request."""

    reads_json = False


async def _read_ahead(request: ExactRequest, *, json: bool) -> None:
    """Read the body before a connection is taken; what cannot be read costs nothing else."""
    if request.method in {"GET", "HEAD"}:
        return
    if not await request.body():
        return
    if json:
        require_json(request.headers)
        await request.json()
    else:
        require_unpacked(request.headers)
