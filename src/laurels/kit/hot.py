"""The short way to hot doors: the same endpoints, without the framework's way to them.

A route whose endpoint takes a `Caller` is answered here when the request is as it should be: JSON
that its schema accepts. Whatever else comes (no JSON, a field that is wrong, another method) goes
the framework's way and gets the framework's answer. A test holds that both say the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast, get_args, get_type_hints
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from laurels.permissions import Permission

from . import idempotency
from .access import bearer_in
from .batching import Caller, Lanes
from .errors import Unauthenticated
from .reading import UnreadableBody, parse_json


def caller_at(
    scope: Scope, headers: Mapping[bytes, bytes], permission: Permission, body: bytes
) -> Caller:
    """Return who stands at a hot door. Raise Unauthenticated for what is no key of ours.

    It reads the scope itself: the framework's views of headers, address and body, and its
    response, cost 16 µs more.
    """
    lanes: Lanes = scope["app"].state.lanes
    token = bearer_in(headers.get(b"authorization", b"").decode("latin-1"))
    tenant_id = lanes.authenticator.tenant_of(token)
    if tenant_id is None:
        raise Unauthenticated
    text = headers.get(b"idempotency-key")
    key = None
    if text is not None:
        key = idempotency.key_of(text.decode("latin-1"), scope["method"], scope["path"], body)
    return Caller(lanes, tenant_id, token, permission, scope["state"]["request_id"], key)


class HotRoute:
    """One endpoint: what its path holds, what its body is, what it asks of the caller."""

    def __init__(self, route: APIRoute) -> None:
        hints = get_type_hints(route.endpoint, include_extras=True)
        self.route = route
        self.endpoint: Callable[..., Awaitable[Response]] = route.endpoint
        self.permission = _permission(route)
        prefix, brace, rest = route.path.partition("{")
        self.name, _, self.suffix = rest.partition("}") if brace else ("", "", "")
        self.prefix = prefix
        self._place = TypeAdapter[UUID](hints[self.name]) if brace else None
        self._optional = type(None) in get_args(hints["body"])
        self._body = TypeAdapter[Any](hints["body"])

    def matches(self, path: str) -> bool:
        """Tell whether this path leads here."""
        if not self.name:
            return path == self.prefix
        inner = path[len(self.prefix) : len(path) - len(self.suffix)]
        return bool(inner) and "/" not in inner and path == f"{self.prefix}{inner}{self.suffix}"

    def read(self, path: str, body: bytes) -> dict[str, Any]:
        """Return the endpoint's arguments. Raise for whatever is not as it should be."""
        given: dict[str, Any] = {"body": None}
        if body or not self._optional:
            given["body"] = self._body.validate_python(parse_json(body))
        if self._place is not None:
            inner = path[len(self.prefix) : len(path) - len(self.suffix)]
            given[self.name] = self._place.validate_python(inner)
        return given


def _permission(route: APIRoute) -> Permission:
    for needed in route.dependant.dependencies:  # codespell:ignore
        found = getattr(needed.call, "permission", None)
        if found is not None:
            return found
    msg = f"{route.path} does not say who may come in"
    raise LookupError(msg)


def is_hot(route: Any) -> bool:
    """Tell whether a route waits for a batch."""
    return isinstance(route, APIRoute) and any(
        getattr(needed.call, "hot", False)
        for needed in route.dependant.dependencies  # codespell:ignore
    )


class ShortWay:
    """Answer hot routes at once; let everything else pass."""

    def __init__(self, app: ASGIApp, routes: list[APIRoute]) -> None:
        self._app = app
        self._fixed = {route.path: HotRoute(route) for route in routes if "{" not in route.path}
        self._others = [HotRoute(route) for route in routes if "{" in route.path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.route(scope)
        headers = {} if route is None else dict(scope["headers"])
        # What is said twice, in other words or packed is judged further inside.
        if (
            route is None
            or len(headers) < len(scope["headers"])
            or headers.get(b"content-type", b"").lower() not in _PLAIN_JSON
            or b"content-encoding" in headers
        ):
            await self._app(scope, receive, send)
            return
        scope["route"], scope["endpoint"] = route.route, route.endpoint
        body = b""
        try:
            body = await _whole(receive)
            given = route.read(scope["path"], body)
        except (UnreadableBody, ValidationError, ValueError):
            await self._app(scope, _again(body, receive), send)
            return
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - a body over the limit
            await (await _handled(scope, error))(scope, receive, send)
            return
        try:
            caller = caller_at(scope, headers, route.permission, body)
            response = await route.endpoint(caller=caller, **given)
        except Exception as error:  # noqa: BLE001 - handed to the application's own handlers
            response = await _handled(scope, error)
        await response(scope, receive, send)

    def route(self, scope: Scope) -> HotRoute | None:
        """Return the hot route that this request asks for, if any."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
            return None
        path: str = scope["path"]
        found = self._fixed.get(path)
        if found is None:
            found = next((route for route in self._others if route.matches(path)), None)
        return found


_PLAIN_JSON = frozenset({b"application/json", b"application/json; charset=utf-8"})


async def _whole(receive: Receive) -> bytes:
    """Return the body. Raise ClientDisconnect when the caller left before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body, which was read, once more."""
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


async def _handled(scope: Scope, error: Exception) -> Response:
    """Let the application's handlers answer an error, the nearest class first."""
    request = Request(scope)
    handlers = cast("FastAPI", request.app).exception_handlers
    for kind in type(error).__mro__:
        handler = handlers.get(kind)
        if handler is not None:
            return await cast("Callable[..., Awaitable[Response]]", handler)(request, error)
    raise error
