"""`laurels serve`: the API."""

from types import FrameType
from typing import Annotated

import typer

from laurels.config import settings
from laurels.kit.db import Database
from laurels.kit.memory import expect_batches
from laurels.migrations import runner

from .console import err, run
from .database import kept_running, urls


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the API until it is stopped."""
    found = settings()
    where = host or found.host, found.port if port is None else port
    url = run(urls()).app
    err.print(f"Laurels answers on http://{where[0]}:{where[1]} (Ctrl-C stops it)")
    listen(url, *where)


def listen(url: str, host: str, port: int) -> None:
    """Serve the API on a database."""
    # Only here: every other command starts twice as fast without the web framework.
    import uvicorn

    from laurels.api import create_app

    found = settings()
    database = Database(
        url,
        pool_size=found.pool_size,
        pool_timeout=found.pool_timeout_seconds,
        statement_timeout=found.statement_timeout_seconds,
    )
    expect_batches()
    app = create_app(
        database,
        body_limit=found.body_limit_bytes,
        max_streams=found.max_streams,
        bulk_limit=found.bulk_body_limit_bytes,
        revisions=runner.revisions(),
        trusted_proxies=found.trusted_proxies,
    )

    class Server(uvicorn.Server):
        """A server that ends live streams first, because they never end by themselves."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.streams.end()
            super().handle_exit(sig, frame)

    with kept_running():
        Server(
            uvicorn.Config(
                app, host=host, port=port, log_level="warning", access_log=False,
                # Whom a proxy speaks for is decided in kit.origin alone.
                proxy_headers=False, timeout_graceful_shutdown=5,
            )
        ).run()  # fmt: skip
