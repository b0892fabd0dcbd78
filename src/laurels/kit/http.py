"""HTTP: one transaction per request, problems by RFC 9457, exact JSON, stored answers.

`Door` is the route class of every router. It opens the visit, lets FastAPI run the endpoint and
render the answer, stores the answer under its `Idempotency-Key`, commits, and only then lets the
answer leave. A failing commit is therefore never a 2xx (docs/decisions/0003).
"""

import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from laurels.permissions import Permission

from . import idempotency, query, rehearsing
from .access import Authenticator, Stranger, Visitor, require, token_of
from .bodies import BodyCut, BodyTooLarge, UnsupportedBody, require_json
from .db import Database, PoolExhausted
from .errors import HTTP_STATUS, AppError, FieldError, Unauthenticated
from .origin import address_of, agent_of
from .reading import UnreadableBody, parse_json
from .time import utc_now
from .versions import is_deprecated
from .words import fault_of
from .work import REQUEST, OutcomeUnknown, Work, open_work

log = logging.getLogger("laurels.http")


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


class Visit:
    """One request's stay: at most one Work, opened by the door's permission."""

    def __init__(self, request: Request, stack: AsyncExitStack) -> None:
        self._request = request
        self._stack = stack
        self._work: Work | None = None
        self._key: idempotency.Key | None = None
        self._withheld: tuple[str, ...] = ()
        self.rehearses = False

    def withhold(self, fields: tuple[str, ...]) -> None:
        """Store none of these fields of the answer; they hold secrets."""
        self._withheld = fields

    async def enter(
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
            await self._stack.enter_async_context(idempotency.alone(tenant_id, key))
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
            rehearsing.start(self._work)
            self.rehearses = True
        elif key is not None:
            self._key = key
            answer = await idempotency.claim(self._work, key)
            if answer is not None:
                raise Replayed(answer)
        return self._work

    def stranger(self) -> Stranger:
        """Return where the request came from, for a door that is open to everybody."""
        app = cast("FastAPI", self._request.app)
        return Stranger(
            app.state.database,
            self._request.state.request_id,
            address_of(self._request, getattr(app.state, "trusted_proxies", ())),
            agent_of(self._request),
        )

    async def look(self) -> Visitor:
        """Authenticate in a transaction of its own. Raise Unauthenticated."""
        app = cast("FastAPI", self._request.app)
        authenticator: Authenticator = app.state.authenticator
        token, tenant_id, _ = _holder_at(self._request)
        origin = self.stranger()
        async with open_work(origin.database, tenant_id=tenant_id, now=utc_now()) as work:
            principal = await authenticator.identify(work, token)
        if principal is None:
            raise Unauthenticated
        return Visitor(principal, origin)

    async def _sent_key(self, holder: str) -> idempotency.Key | None:
        """Return the key that a write came with. Raise Invalid for one that cannot be."""
        text = self._request.headers.get("idempotency-key")
        if text is None or self._request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
            return None
        return idempotency.key_of(
            text, holder, self._request.method, self._request.url.path, await self._request.body()
        )

    async def tell(self, response: Response, work: Work | None) -> Response:
        """Return what a dry run would have answered, and what would have followed in its work."""
        follow: rehearsing.Follow = cast("FastAPI", self._request.app).state.follow
        return rehearsing.respond(response.status_code, response.body, await follow(work))

    async def leave(self, response: Response) -> Response:
        """Store a successful answer beside its effect, in the same transaction, and return it.

        Of a dry run nothing is stored, and what would have followed is told with the answer.
        """
        if self.rehearses:
            return await self.tell(response, self._work)
        if self._key is not None and self._work is not None and response.status_code < 300:
            body = _without(response.body, self._withheld)
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


class Door(APIRoute):
    """A route whose answer leaves after the commit."""

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
            await _read_ahead(request)
            stack = AsyncExitStack()
            visit = request.state.visit = Visit(request, stack)
            try:
                async with stack:
                    response = await answer(request)
                    response = await visit.leave(response)
            except Replayed as replay:
                return respond(replay.answer)
            except AppError as error:
                if not visit.rehearses:
                    raise
                return await visit.tell(await problem_of(request, error), None)
            return response

        return handle


async def _read_ahead(request: ExactRequest) -> None:
    """Read a JSON body before a connection is taken; what cannot be read costs nothing else."""
    if request.method in {"GET", "HEAD"}:
        return
    if await request.body():
        require_json(request.headers)
        await request.json()


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    fields: list[FieldError] | None = None,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a problem document (RFC 9457) with a stable `code` and the fields that are wrong."""
    placed = [_placed(request, fault) for fault in fields or ()]
    body = body_of(status, code, detail, placed, extra or {})
    body["request_id"] = getattr(request.state, "request_id", None)
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def body_of(
    status: int, code: str, detail: str, fields: Sequence[FieldError], extra: dict[str, Any]
) -> dict[str, Any]:
    """Return what a problem says, without the request that it is about."""
    body: dict[str, Any] = {
        "type": f"urn:laurels:error:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if fields:
        body["errors"] = [_told(fault) for fault in fields]
    body.update({k: v for k, v in extra.items() if k not in body})
    return body


def fields_of(errors: Sequence[Any]) -> list[FieldError]:
    """Return the fields that a validation found wrong, in words of ours."""
    fields: list[FieldError] = []
    for item in errors:
        first, *rest = (str(part) for part in item["loc"] or ("item",))
        place, inner = (first, rest) if first in _PLACES else ("body", [first, *rest])
        code, words = fault_of(item)
        fields.append(FieldError(".".join(inner) or first, words, code, place))
    return fields


_PLACES = frozenset({"body", "query", "path", "header"})


def _told(fault: FieldError) -> dict[str, str]:
    """Return a fault as a problem says it, with the place where its field was sent."""
    if fault.place == "body":
        where = {"pointer": "/" + fault.field.replace(".", "/")}
    else:
        where = {"header" if fault.place == "header" else "parameter": fault.field}
    return {"field": fault.field, **where, "code": fault.code, "message": fault.message}


def _placed(request: Request, fault: FieldError) -> FieldError:
    """Return the fault of an operation, which knows no HTTP, with the place of its field."""
    if fault.place != "body":
        return fault
    if fault.field == "Idempotency-Key":
        return replace(fault, place="header")
    if fault.field in request.query_params or fault.field in request.path_params:
        return replace(fault, place="query")
    return fault


def install_errors(app: FastAPI) -> None:
    """Teach the application to answer every failure with a problem."""
    app.add_exception_handler(AppError, problem_of)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(UnreadableBody, _on_unreadable)
    app.add_exception_handler(UnsupportedBody, _on_unsupported)
    app.add_exception_handler(BodyTooLarge, _on_too_large)
    app.add_exception_handler(BodyCut, _on_cut)
    app.add_exception_handler(PoolExhausted, _on_busy)
    app.add_exception_handler(idempotency.KeyInUse, _on_busy)
    app.add_exception_handler(OutcomeUnknown, _on_unknown)
    app.add_exception_handler(asyncpg.PostgresError, _on_database)
    app.add_exception_handler(OSError, _on_busy)
    app.add_exception_handler(asyncpg.InterfaceError, _on_busy)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_crash)


async def problem_of(request: Request, error: Exception) -> Response:
    """Return the problem document of an AppError."""
    found = cast("AppError", error)
    status = HTTP_STATUS[found.kind]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if found.retry_after is not None:
        headers["Retry-After"] = str(found.retry_after)
    if isinstance(found, Unauthenticated) and found.was_known:
        request.state.was_known = True
    extra = json.loads(json.dumps(found.details, default=str))
    return problem(
        request,
        status,
        found.code,
        found.message,
        fields=found.fields,
        extra=extra,
        headers=headers,
    )


async def _on_validation(request: Request, error: Exception) -> Response:
    fields = fields_of(cast("RequestValidationError", error).errors())
    detail = "; ".join(f"{f.field}: {f.message}" for f in fields[:5])
    return problem(request, 422, "invalid", detail, fields=fields[:100])


async def _on_unreadable(request: Request, error: Exception) -> Response:
    return problem(request, 400, "unreadable_body", str(error))


async def _on_unsupported(request: Request, error: Exception) -> Response:
    return problem(request, 415, "unsupported_media_type", str(error))


async def _on_too_large(request: Request, error: Exception) -> Response:
    limit = cast("BodyTooLarge", error).limit
    return problem(request, 413, "body_too_large", str(error), extra={"limit_bytes": limit})


async def _on_cut(request: Request, error: Exception) -> Response:
    return problem(request, 400, "incomplete_body", str(error))


async def _on_busy(request: Request, error: Exception) -> Response:
    log.warning("database unavailable: %s", type(error).__name__)
    detail = "The database is busy or restarting; try again in a moment with the same key."
    return problem(request, 503, "unavailable", detail, headers={"Retry-After": "1"})


async def _on_unknown(request: Request, error: Exception) -> Response:
    log.warning("the outcome of a commit is unknown: %r", error.__cause__)
    detail = (
        "The outcome of the commit is unknown: the request may have been booked or not. Send it"
        " again with the same Idempotency-Key to find out."
    )
    return problem(request, 503, "outcome_unknown", detail, headers={"Retry-After": "1"})


_RETRYABLE = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
)


async def _on_database(request: Request, error: Exception) -> Response:
    if isinstance(error, asyncpg.LockNotAvailableError):
        detail = (
            "Another operation holds a lock that this one needs. Nothing was booked; try again."
        )
        return problem(request, 503, "unavailable", detail, headers={"Retry-After": "1"})
    if isinstance(error, _RETRYABLE):
        return await _on_busy(request, error)
    return await _on_crash(request, error)


async def _on_http(request: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    asked = f"{request.method} {request.scope['path'][:200]}"
    if found.status_code == 404:
        return problem(request, 404, "no_such_route", f"There is no route {asked}.")
    if found.status_code == 405:
        known = ", ".join(_methods_at(request))
        detail = f"There is no route {asked}; this path supports {known}."
        return problem(request, 405, "method_not_allowed", detail, headers={"Allow": known})
    return problem(request, found.status_code, "http_error", str(found.detail))


def _methods_at(request: Request) -> list[str]:
    """Return the methods that the path of the request knows."""
    path = request.scope["path"]
    return sorted(
        {
            method
            for route in iter_route_contexts(cast("FastAPI", request.app).routes)
            if route.path and compile_path(route.path)[0].match(path)
            for method in route.methods or ()
        }
    )


async def _on_crash(request: Request, error: Exception) -> Response:
    _without_values(error)
    log.error("request %s failed", getattr(request.state, "request_id", "?"), exc_info=error)
    detail = (
        "Something broke on our side; nothing was booked. Report the request id to the operator."
    )
    return problem(request, 500, "internal", detail)


def _without_values(error: BaseException | None) -> None:
    """Take the values that the database quotes out of its errors; the log is no place for them."""
    while error is not None:
        if isinstance(error, asyncpg.PostgresError):
            error.detail = None
            error.args = (type(error).__name__,)
        error = error.__cause__ or error.__context__


__all__ = ["Door", "install_errors", "problem"]
