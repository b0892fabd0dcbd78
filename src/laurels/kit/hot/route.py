"""The way to a hot route: it reads the request, hands it to a batch, and answers.

FastAPI only describes these routes. Its way to an endpoint costs as much as the rest of a batched
purchase, so a plain ASGI endpoint stands before it, at the same path.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, get_args, get_type_hints
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from laurels.permissions import Permission

from ..dry_runs import DryRun
from ..errors import AppError, Forbidden, Unauthenticated
from ..http import idempotency, query
from ..http.access import bearer, token_of
from ..http.bodies import require_json
from ..http.origin import address_of, agent_of
from ..http.problems import problem, problem_of
from ..http.route import RequestScope, respond
from ..values.strict_json import parse_json
from ..work import PLATFORM
from .batch import Caller, Item, Operation, QueueFull, Queues


def requires_batched(permission: Permission) -> Any:
    """Return what makes a route hot: whoever has this permission, their items booked in batches.

    Whether they have it is found out in the batch's own transaction, before anything else is done.
    A dry run waits for nobody and has a transaction of its own.
    """

    async def described(dry_run: DryRun = False, _: Any = Depends(bearer)) -> Any:  # noqa: ARG001
        msg = "FastAPI describes hot routes; it does not answer them"
        raise AssertionError(msg)

    described.permission = permission  # type: ignore[attr-defined]
    described.hot = True  # type: ignore[attr-defined]
    return Depends(described)


def install(app: FastAPI, routers: Sequence[APIRouter], queues: Queues) -> None:
    """Let the hot ones of these routes be answered by batches."""
    app.state.queues = queues
    app.add_exception_handler(QueueFull, _on_full)
    endpoints = [
        HotEndpoint(route, permission, queues)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and (permission := _permission_of(route)) is not None
    ]
    app.router.routes.insert(0, HotRoutes(endpoints))


class HotRoutes(BaseRoute):
    """All hot routes, looked at before the framework's, which describe them."""

    def __init__(self, endpoints: Sequence["HotEndpoint"]) -> None:
        self._fixed = {
            endpoint.route.path: endpoint for endpoint in endpoints if not endpoint.is_pattern
        }
        self._patterns = [endpoint for endpoint in endpoints if endpoint.is_pattern]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for a hot route; other methods are left to the framework."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return Match.NONE, {}
        endpoint = self._fixed.get(scope["path"])
        if endpoint is not None:
            return Match.FULL, {"endpoint": endpoint, "path_params": {}}
        for endpoint in self._patterns:
            match = endpoint.route.path_regex.match(scope["path"])
            if match is not None:
                return Match.FULL, {"endpoint": endpoint, "path_params": match.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the endpoint that was found answer."""
        await scope["endpoint"](scope, receive, send)


def _permission_of(route: APIRoute) -> Permission | None:
    """Return the permission that a hot route asks for; None when a route is none."""
    for needed in route.dependant.dependencies:  # codespell:ignore
        if getattr(needed.call, "hot", False):
            return getattr(needed.call, "permission", None)
    return None


async def _on_full(request: Request, _: Exception) -> Response:
    detail = (
        "Too many requests are waiting for this tenant; try again in a moment with the same key."
    )
    return problem(request, 503, "unavailable", detail, headers={"Retry-After": "1"})


class HotEndpoint:
    """One endpoint: what its path holds, what its body is, what it asks of the caller."""

    def __init__(self, route: APIRoute, permission: Permission, queues: Queues) -> None:
        hints = get_type_hints(route.endpoint, include_extras=True)
        self.route = route
        self.endpoint: Callable[..., Awaitable[Response]] = route.endpoint
        self.permission = permission
        self.queues = queues
        self._path = {name: TypeAdapter[UUID](hints[name]) for name in route.param_convertors}
        self.is_pattern = bool(self._path)
        self._optional = type(None) in get_args(hints["body"])
        self._body = TypeAdapter[Any](hints["body"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. What it raises, the application's handlers answer."""
        scope["route"], scope["endpoint"] = self.route, self.endpoint
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        dry_run = bool(request.scope["query_string"]) and _reads_dry_run(request)
        body = await request.body()
        content = None
        if body:
            require_json(request.headers)
            content = parse_json(body)
        caller = self._caller_of(request, body)
        if caller.tenant_id == PLATFORM:
            # Operators have no wallets and no purchases: their permissions open no hot route.
            await self.queues.check(caller)
            raise Forbidden
        try:
            arguments = self._read(request.path_params, content)
        except RequestValidationError:
            # Somebody whom nobody knows is told so first.
            await self.queues.check(caller)
            raise
        if dry_run:
            return await self._dry_run(request, caller, arguments)
        return await self.endpoint(caller=caller, **arguments)

    def _caller_of(self, request: Request, body: bytes) -> Caller:
        """Return who stands here. Raise Unauthenticated for what is no credential of ours."""
        token = token_of(request)
        holder = self.queues.authenticator.holder_of(token)
        if holder is None:
            raise Unauthenticated
        tenant_id, name = holder
        text = request.headers.get("idempotency-key")
        key = None
        if text is not None:
            key = idempotency.key_of(text, name, request.method, request.url.path, body)
        trusted = getattr(request.app.state, "trusted_proxies", ())
        return Caller(
            self.queues,
            tenant_id,
            token,
            self.permission,
            key,
            request.state.request_id,
            address_of(request, trusted),
            agent_of(request),
        )

    def _read(self, path: Mapping[str, str], content: Any) -> dict[str, Any]:
        """Return the endpoint's arguments. Raise RequestValidationError, which names all fields."""
        arguments: dict[str, Any] = {"body": None}
        faults: list[Any] = []
        for name, kind in self._path.items():
            try:
                arguments[name] = kind.validate_python(path[name])
            except ValidationError as error:
                faults += _placed(error, "path", name)
        if content is None and not self._optional:
            faults.append({"type": "missing", "loc": ("body",), "msg": "Field required"})
        elif content is not None:
            try:
                arguments["body"] = self._body.validate_python(content)
            except ValidationError as error:
                faults += _placed(error, "body")
        if faults:
            raise RequestValidationError(faults)
        return arguments

    async def _dry_run(
        self, request: Request, caller: Caller, arguments: dict[str, Any]
    ) -> Response:
        """Do it in a transaction of its own, which is undone, and say what would have followed."""
        async with AsyncExitStack() as stack:
            current = RequestScope(request, stack)
            try:
                work = await current.begin(self.permission, dry_run=True)

                async def do(operation: Operation, content: Any) -> Response:
                    (outcome,) = await operation(work, [Item.of(work, content)])
                    if isinstance(outcome, AppError):
                        raise outcome
                    return await current.dry_run_answer(respond(outcome), work)

                return await self.endpoint(caller=replace(caller, dry_run=do), **arguments)
            except AppError as error:
                if not current.is_dry_run:
                    raise
                return await current.dry_run_answer(await problem_of(request, error), None)


def _placed(error: ValidationError, *place: str) -> list[Any]:
    """Return what a validation found wrong, with the part of the request that it was found in."""
    return [{**fault, "loc": (*place, *fault["loc"])} for fault in error.errors()]


def _reads_dry_run(request: Request) -> bool:
    """Return whether `dry_run` is on. Raise for any other query parameter, and what it is not."""
    query.check(request.scope["query_string"], frozenset({"dry_run"}))
    try:
        return _SWITCH.validate_python(request.query_params.get("dry_run", "false"))
    except ValidationError as error:
        raise RequestValidationError(_placed(error, "query", "dry_run")) from None


_SWITCH = TypeAdapter[bool](query.Switch)
