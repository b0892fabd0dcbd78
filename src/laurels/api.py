"""The application: middleware, routers, errors. One place where everything meets."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from inspect import cleandoc
from typing import Any

import asyncpg
from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from laurels import __version__, auth, domains
from laurels.events.catalogue import CATALOGUE
from laurels.events.streaming import Streams
from laurels.events.telling import form_of
from laurels.imports import Exports
from laurels.kit import dry_runs
from laurels.kit.db.pool import Database, PoolExhausted
from laurels.kit.hot.batch import Queues
from laurels.kit.hot.route import install as install_hot
from laurels.kit.http import expand
from laurels.kit.http.access import Public
from laurels.kit.http.api_docs import router as api_docs
from laurels.kit.http.media import router as media
from laurels.kit.http.middleware import Application, Limits, RequestMiddleware
from laurels.kit.http.openapi import describe
from laurels.kit.http.origin import networks
from laurels.kit.http.problems import install_errors
from laurels.kit.http.rate_limits import Rates
from laurels.kit.http.web_pages import router as web_pages
from laurels.kit.process.logs import AccessLog
from laurels.settlement import DryRunOut, follow

ROUTERS: list[APIRouter] = [module.router for module in domains.modules("routes")]
DESCRIPTION = (
    "Loyalty points, exact and explained. Every write except sign-in (`/v1/auth`) takes an"
    " `Idempotency-Key`; errors are problems (RFC 9457) with a stable `code`; money is a decimal"
    " string, points are integers."
)


def create_app(
    database: Database,
    *,
    limits: Limits | None = None,
    access: AccessLog | None = None,
    close_database: bool = True,
    max_streams: int = 10,
    revisions: Sequence[str] = (),
    trusted_proxies: str = "",
    metrics: bool = True,
    beside: Callable[[asyncio.Event], Awaitable[None]] | None = None,
) -> FastAPI:
    """Return the application on a database. Nothing is opened before the first request.

    `access` is the log of requests; without one they leave no line.
    `revisions` are those of the schema that this version knows, the oldest first; it is ready when
    the database is at the newest. Without them any schema will do. `metrics` says whether
    `/metrics` is among its routes. `beside` runs as long as the application does; the event tells
    it to come to an end.
    """
    given = limits or Limits()
    usual, burst = given.requests_per_second, given.burst_seconds
    rates = Rates(usual=usual, burst_seconds=burst, failures_per_minute=given.failures_per_minute)
    authenticator = auth.KeyAuthenticator(rates)
    streams = Streams(database, authenticator, per_key=max_streams)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        stop = asyncio.Event()
        companion = asyncio.ensure_future(beside(stop)) if beside is not None else None
        yield
        stop.set()
        await streams.close()
        await app.state.queues.close()
        if companion is not None:
            await companion
        if close_database:
            await database.close()

    app = Application(
        title="Laurels",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        openapi_url=None,  # FastAPI would write it anew for everybody who asks.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # It would lead to whatever Host the caller sent.
    )
    app.state.database = database
    app.state.authenticator = authenticator
    app.state.streams = streams
    app.state.exports = Exports(database, authenticator)
    app.state.preset_installers = domains.PRESET_INSTALLERS
    app.state.follow = follow
    app.state.trusted_proxies = networks(trusted_proxies)
    for router in (*ROUTERS, media, api_docs, web_pages):
        app.include_router(router)
    _webhooks(app)
    _health(app, Readiness(database, revisions), metrics=metrics)
    install_errors(app)
    install_hot(app, ROUTERS, Queues(database, authenticator))
    tags = {**domains.sentences(), "health": "Whether the process and its database are up."}
    ended = [auth.KeyExpired, auth.KeyRevoked, auth.TokenExpired]
    describe(app, tags, ended, _extended)
    app.outermost = partial(RequestMiddleware, limits=given, rates=rates, access=access)
    return app


def _extended(document: dict[str, Any]) -> None:
    """Add to the OpenAPI document what dry runs are answered with, and what `expand` gives."""
    dry_runs.describe(document, DryRunOut)
    expand.describe(document)


def _webhooks(app: FastAPI) -> None:
    """Document what webhooks send: every event of the catalogue."""
    for name, event in sorted(CATALOGUE.items()):

        async def announce(body: Any) -> None:
            """Stand for the receiver; only its description is used."""

        announce.__annotations__["body"] = form_of(event)
        app.webhooks.add_api_route(
            name,
            announce,
            methods=["POST"],
            name=name,
            summary=event.__name__,
            description=cleandoc(event.__doc__ or ""),
            tags=["events"],
            response_description="Any 2xx says that it arrived; 410 stops the endpoint.",
        )


class Readiness:
    """Whether the database answers and has the schema that this version needs."""

    def __init__(self, database: Database, revisions: Sequence[str]) -> None:
        self._database = database
        self._revisions = revisions
        self._right = not revisions

    async def trouble(self) -> str | None:
        """Return what is in the way, None when nothing is. A schema that was right stays so."""
        try:
            async with asyncio.timeout(2), self._database.connection() as raw:
                if self._right:
                    await raw.fetchval("select 1")
                    return None
                found = await raw.fetchval("select version_num from laurels.alembic_version")
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return "the database was never migrated; run `laurels migrate`"
        except (
            TimeoutError,
            OSError,
            PoolExhausted,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
        ):
            return "the database does not answer"
        # One that we do not know is newer than we are: a rolling upgrade migrates first.
        if found == self._revisions[-1] or (found and found not in self._revisions):
            self._right = True
            return None
        newest = self._revisions[-1]
        return f"the schema is at {found or 'nothing'}, not {newest}; run `laurels migrate`"


_READY: dict[int | str, dict[str, Any]] = {
    200: {"model": dict[str, str], "description": "The database answers."},
    503: {"model": dict[str, str], "description": "It does not, or not within two seconds."},
}


def _health(app: FastAPI, readiness: Readiness, *, metrics: bool) -> None:
    app.state.readiness = readiness

    @app.get("/healthz", dependencies=[Public], tags=["health"])
    async def healthz() -> dict[str, str]:
        """Check that the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", dependencies=[Public], tags=["health"], responses=_READY)
    async def readyz() -> Response:
        """Check that the database answers and has the schema this version needs."""
        return await _ready(readiness)

    async def tell() -> Response:
        return _metrics()

    if metrics:
        app.get("/metrics", dependencies=[Public], include_in_schema=False)(tell)
        app.head("/metrics", dependencies=[Public], include_in_schema=False)(tell)
    # Probes and load balancers ask so; it is not worth an operation of its own.
    for path, route in (("/healthz", healthz), ("/readyz", readyz)):
        app.head(path, dependencies=[Public], include_in_schema=False)(route)


def monitoring(app: FastAPI) -> Starlette:
    """Return what an application tells about itself, to be served on a port of its own."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        return await _ready(app.state.readiness)

    async def metrics(_: Request) -> Response:
        return _metrics()

    told = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, route) for path, route in told.items()])


async def _ready(readiness: Readiness) -> Response:
    if trouble := await readiness.trouble():
        return JSONResponse({"status": "unavailable", "detail": trouble}, 503)
    return JSONResponse({"status": "ready"})


def _metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
