"""Problems: every failure is answered with a document by RFC 9457 that names code and fields."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from ..db.pool import PoolExhausted
from ..errors import HTTP_STATUS, AppError, FieldError, Unauthenticated
from ..values.faults import fault_of
from ..values.strict_json import UnreadableBody
from ..work import OutcomeUnknown
from . import idempotency
from .bodies import BodyCut, BodyTooLarge, UnsupportedBody

log = logging.getLogger("laurels.http")


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
    app_error = cast("AppError", error)
    status = HTTP_STATUS[app_error.kind]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if app_error.retry_after is not None:
        headers["Retry-After"] = str(app_error.retry_after)
    if isinstance(app_error, Unauthenticated) and app_error.was_known:
        request.state.was_known = True
    extra = json.loads(json.dumps(app_error.details, default=str))
    return problem(
        request,
        status,
        app_error.code,
        app_error.message,
        fields=app_error.fields,
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
    http_error = cast("HTTPException", error)
    target = f"{request.method} {request.scope['path'][:200]}"
    if http_error.status_code == 404:
        return problem(request, 404, "no_such_route", f"There is no route {target}.")
    if http_error.status_code == 405:
        known = ", ".join(_methods_at(request))
        detail = f"There is no route {target}; this path supports {known}."
        return problem(request, 405, "method_not_allowed", detail, headers={"Allow": known})
    return problem(request, http_error.status_code, "http_error", str(http_error.detail))


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
