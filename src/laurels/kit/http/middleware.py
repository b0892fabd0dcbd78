"""Around every request, as plain ASGI: its id, its limits, what is counted and logged of it.

It is the outermost part of the application, so that every answer, also to a crash, has its
headers, its line in the log and its place in the metrics.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import Limited, Unauthenticated
from ..process import logs
from ..values.ids import new_id
from . import metrics
from .access import credential_in
from .bodies import BodyCut, BodyTooLarge
from .origin import address_of
from .problems import problem
from .rate_limits import Bucket, RateLimited, RateLimitEntry, Rates, TooManyFailures

Header = tuple[bytes, bytes]

SECURITY: Sequence[Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Fields of every answer that has none of these names by itself."""
_SECURITY_NAMES = frozenset(name for name, _ in SECURITY)
SINGLE = frozenset(
    {b"content-length", b"content-type", b"host", b"idempotency-key", b"x-request-id"}
)
"""Headers that may come once: of two, one reader would see the first and another the last."""
_SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")
LARGE = ("/bulk", "/content", "/picture")
"""What paths end with whose bodies may be as large as a bulk request: lists and files."""
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
PIECE_BYTES = 16_384
"""An answer is handed on in pieces of this size, each when the one before it is under way.

Whole, it would stay in the memory of the process for as long as its caller does not read it.
"""
GONE = 499
"""Stands in log and metrics for a caller who left before the answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost, and how often one may ask. 0 requests a second: no limit."""

    body_bytes: int = 1_000_000
    bulk_body_bytes: int = 5_000_000
    seconds: float = 30.0
    headers: int = 100
    header_bytes: int = 16_384
    requests_per_second: int = 0
    burst_seconds: int = 1
    failures_per_minute: int = 0


class Application(FastAPI):
    """FastAPI with a layer of ours around all others, also those that are added later."""

    outermost: Callable[[ASGIApp], ASGIApp] | None = None

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers, from the outside to the routes."""
        inner = super().build_middleware_stack()
        return inner if self.outermost is None else self.outermost(inner)


class RequestMiddleware:
    """Give every request an id, hold it to its limits, and note how it was answered."""

    def __init__(
        self, app: ASGIApp, *, limits: Limits, rates: Rates, access: logs.AccessLog | None = None
    ) -> None:
        self.app = app
        self.limits = limits
        self.rates = rates
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(self, scope, receive, send)
        token = logs.request_id.set(exchange.request_id)
        try:
            await exchange.run()
        finally:
            exchange.record()
            logs.request_id.reset(token)


class _Exchange:
    """One request on its way through."""

    def __init__(
        self, middleware: RequestMiddleware, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._middleware = middleware
        self._scope = scope
        self._receive = receive
        self._send = send
        self._began = time.perf_counter()
        self._status = GONE
        self._timer: asyncio.Timeout | None = None
        self._entry: RateLimitEntry | None = None
        self._token: str | None = None
        self._refused: Unauthenticated | None = None
        self._header_bytes = 0
        self._announced = 0
        self._has_body = False
        self._arrived = 0
        self._complete = False
        self._answered = False
        self._repeated: str | None = None
        self.request_id = self._read_headers() or str(new_id())
        scope.setdefault("state", {})["request_id"] = self.request_id

    def _read_headers(self) -> str | None:
        """Find what concerns us among the headers; return the caller's own id when it is sane."""
        request_id: str | None = None
        size = 0
        met: set[bytes] = set()
        for name, value in self._scope["headers"]:
            size += len(name) + len(value)
            if name in SINGLE:
                if name in met:
                    self._repeated = name.decode()
                met.add(name)
            if name == b"content-length" and value.isdigit():
                self._announced = int(value[:18])
                self._has_body = self._announced > 0
            elif name == b"transfer-encoding":
                self._has_body = True
            elif name == b"x-request-id" and _SANE_ID.fullmatch(value):
                request_id = value.decode("ascii")
        self._header_bytes = size
        try:
            self._token = credential_in(self._scope["headers"])
        except Unauthenticated as error:
            self._refused = error
        return request_id

    async def run(self) -> None:
        """Let the application answer, within the limits."""
        refusal = self._refuse()
        if refusal is not None:
            await refusal(self._scope, self._receive, self.send)
            return
        timer = self._timer = asyncio.timeout(self._middleware.limits.seconds)
        try:
            async with timer:
                await self._middleware.app(self._scope, self.receive, self.send)
        except Exception:
            if timer.expired() and self._status == GONE:
                self._timer = None
                await self._timeout_answer()(self._scope, self._receive, self.send)
            elif not self._answered:
                # What was answered with a 500 is in the log; half an answer ends the connection.
                raise

    def _timeout_answer(self) -> Response:
        """Return what is said of a request that took too long."""
        request = Request(self._scope)
        seconds = f"{self._middleware.limits.seconds:g} seconds"
        if self._has_body and not self._complete:
            detail = f"The body did not arrive within {seconds}; send it faster, or in parts."
            return problem(request, 408, "slow_body", detail, headers={"Connection": "close"})
        detail = (
            f"The request took longer than {seconds} and was not waited for. Ask for less, or send"
            " it again with the same Idempotency-Key to learn its outcome."
        )
        return problem(request, 503, "timed_out", detail, headers={"Retry-After": "1"})

    def _refuse(self) -> Response | None:
        """Return the answer to a request that is not even let through to the application."""
        limits = self._middleware.limits
        if self._header_bytes > limits.header_bytes or len(self._scope["headers"]) > limits.headers:
            detail = (
                f"Send at most {limits.headers} headers and {limits.header_bytes} bytes of them."
            )
            return problem(Request(self._scope), 431, "headers_too_large", detail)
        if self._refused is not None:
            headers = {"WWW-Authenticate": "Bearer"}
            return problem(
                Request(self._scope),
                401,
                self._refused.code,
                self._refused.message,
                headers=headers,
            )
        if self._repeated is not None:
            detail = f"The header {self._repeated} was sent more than once; send it once."
            return problem(Request(self._scope), 400, "repeated_header", detail)
        if self._token is None:
            return None
        rates = self._middleware.rates
        entry = self._entry = rates.entry(self._token)
        closed = rates.shut_out(entry, self._address)
        if closed is not None:
            return self._too_fast(TooManyFailures(), closed)
        if not entry.bucket.take(time.monotonic()):
            return self._too_fast(RateLimited(), entry.bucket)
        return None

    def _too_fast(self, error: Limited, bucket: Bucket) -> Response:
        wait = {"Retry-After": str(bucket.wait())}
        return problem(Request(self._scope), 429, error.code, error.message, headers=wait)

    @property
    def _address(self) -> str:
        if trusted := getattr(self._scope["app"].state, "trusted_proxies", ()):
            return address_of(Request(self._scope), trusted) or ""
        client = self._scope.get("client")
        return client[0] if client else ""

    async def receive(self) -> Message:
        """Hand on a part of the body. Raise BodyTooLarge or BodyCut as soon as that is known."""
        limit = self._middleware.limits.body_bytes
        if self._scope["path"].endswith(LARGE):
            limit = self._middleware.limits.bulk_body_bytes
        if self._announced > limit:
            raise BodyTooLarge(limit)
        message = await self._receive()
        if message["type"] == "http.request":
            self._arrived += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._arrived > limit:
                raise BodyTooLarge(limit)
            if self._complete and self._arrived < self._announced:
                raise BodyCut
        elif self._has_body and not self._complete:
            raise BodyCut
        return message

    async def send(self, message: Message) -> None:
        """Hand on the answer with the fields that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            # A stream may take as long as it likes once it has begun.
            if self._timer is not None and not self._timer.expired():
                self._timer.reschedule(None)
            if self._status == 401 and self._token is not None:
                known = self._scope["state"].get("was_known", False)
                self._middleware.rates.fail(self._token, None if known else self._address)
            message["headers"] = [*message["headers"], *self._fields(message["headers"])]
        body: bytes = message.get("body", b"")
        if len(body) > PIECE_BYTES:
            for at in range(0, len(body), PIECE_BYTES):
                piece = body[at : at + PIECE_BYTES]
                await self._send({"type": message["type"], "body": piece, "more_body": True})
            await self._send({**message, "body": b""})
        else:
            await self._send(message)
        self._answered = message["type"] == "http.response.body" and not message.get("more_body")

    def _fields(self, there: Sequence[Header]) -> list[Header]:
        names = {name for name, _ in there}
        fields: list[Header] = [(b"x-request-id", self.request_id.encode())]
        fields += SECURITY if names.isdisjoint(_SECURITY_NAMES) else _missing(names)
        if self._entry is not None:
            fields += self._entry.headers()
        fields += getattr(self._scope.get("endpoint"), "deprecation", ())
        return fields

    def record(self) -> None:
        """Count the request and write its line."""
        seconds = time.perf_counter() - self._began
        route: str = getattr(self._scope.get("route"), "path", metrics.NO_ROUTE)
        method: str = self._scope["method"]
        metrics.count(method, route, self._status, seconds)
        access = self._middleware.access
        if access is None or (route in _QUIET_ROUTES and self._status < 400):
            return
        entry = self._entry
        who = (None, None) if entry is None else (entry.tenant, entry.actor)
        access.write(method, route, self._status, seconds, who, self.request_id)


def _missing(names: set[bytes]) -> list[Header]:
    return [field for field in SECURITY if field[0] not in names]
