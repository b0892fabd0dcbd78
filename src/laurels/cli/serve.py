"""`laurels serve`: the API, and beside it the worker. `laurels worker`: a worker of its own."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from laurels.config import Settings, settings
from laurels.kit import mail
from laurels.kit.db.pool import Database
from laurels.kit.process import logs
from laurels.migrations import dump, runner

from . import server
from .console import err, fail, run
from .database import kept_running, urls
from .memory import expect_batches

if TYPE_CHECKING:
    from fastapi import FastAPI

    from laurels.kit.http.middleware import Limits

log = logging.getLogger(__name__)
BURST_SECONDS = 10
"""So many seconds' worth of requests a key may make at once: a till that was offline catches up."""
SPARE_CONNECTIONS = 8
"""What a worker needs beside one connection per run: looks, the relay, handlers, webhooks."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    worker: Annotated[
        bool | None,
        typer.Option(
            "--worker/--no-worker",
            help="Also run jobs and deliver events. Default: LAURELS_WORKER, else yes.",
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Number of processes that answer, at most one per core."),
    ] = None,
) -> None:
    """Serve the API and run background work until stopped."""
    found = settings()
    where = host or found.host, found.port if port is None else port
    url = run(urls()).app
    err.print(f"Laurels answers on http://{where[0]}:{where[1]} (Ctrl-C stops it)")
    say_where_mail_goes(found)
    listen(url, *where, works=worker, processes=processes)


def say_where_mail_goes(found: Settings) -> None:
    """Say into which folder mails go, where no server is configured that takes them."""
    if found.smtp_url is None:
        folder = mail.folder_of(found)
        err.print(
            f"Mails are written to {folder}; set LAURELS_SMTP_URL to send them", soft_wrap=True
        )
    else:
        try:
            mail.Server.at(found.smtp_url.get_secret_value())
        except ValueError as error:
            fail(str(error))


def listen(
    url: str, host: str, port: int, *, works: bool | None = None, processes: int | None = None
) -> None:
    """Serve the API on a database, with a worker beside it unless told otherwise."""
    found = settings()
    if found.public_url is None:
        # Links in mails lead to where it listens, also when a command chose another port.
        found.public_url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    count = found.processes if processes is None else processes
    if count > 1 and sys.platform == "win32":
        fail("Windows cannot share a port among processes; run one process")
    logs.configure(found.log, found.log_level)
    place = server.Listen(host, port, count, found.max_connections)
    siblings = server.Siblings(count)
    works = found.worker if works is None else works
    with kept_running():
        server.serve(
            partial(_load, url, found, siblings, works=works),
            place,
            siblings,
            level=found.log_level,
        )


def _load(url: str, found: Settings, siblings: server.Siblings, *, works: bool) -> "FastAPI":
    """Return the application of one of the processes; it is called in each of them."""
    # Only here: every other command starts twice as fast without the web framework.
    from laurels.api import create_app, monitoring

    database = Database(
        url,
        pool_size=found.pool_size,
        pool_timeout=found.pool_timeout_seconds,
        statement_timeout=found.statement_timeout_seconds,
    )

    async def live(stop: asyncio.Event) -> None:
        siblings.join(app.state.streams.end)
        number = await siblings.number(stop)
        if number is None:
            return
        async with contextlib.AsyncExitStack() as stack:
            if found.metrics_port is not None:
                watched = server.beside(monitoring(app), found.host, found.metrics_port + number)
                await stack.enter_async_context(watched)
            if works and number == 0:
                try:
                    await working(url, found)(stop)
                except Exception:
                    # A process that only seems to work is worse than one that is replaced.
                    log.exception("the worker broke, and its process with it")
                    signal.raise_signal(signal.SIGTERM)
            await stop.wait()

    app = create_app(
        database,
        limits=_limits(found),
        access=logs.configure(found.log, found.log_level),
        max_streams=found.max_streams,
        revisions=runner.revisions(),
        trusted_proxies=found.trusted_proxies,
        metrics=found.metrics_port is None,
        beside=live,
    )
    expect_batches()
    return app


def _limits(found: Settings) -> "Limits":
    from laurels.kit.http.middleware import Limits

    return Limits(
        body_bytes=found.body_limit_bytes,
        bulk_body_bytes=found.bulk_body_limit_bytes,
        seconds=found.request_timeout_seconds,
        requests_per_second=found.requests_per_second,
        burst_seconds=BURST_SECONDS,
        failures_per_minute=found.failures_per_minute,
    )


def work(
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="Number of runs at once. Default: the setting."),
    ] = None,
) -> None:
    """Run jobs and deliver events until stopped. Several workers can run at once.

    SIGTERM or Ctrl-C finishes the steps in progress first; a second one stops at once.
    """
    found = settings()
    if concurrency is not None:
        found = found.model_copy(update={"worker_concurrency": concurrency})
    logs.configure(found.log, found.log_level)
    url = run(urls()).app
    expect_batches()
    if found.worker_metrics_port is not None:
        _give_metrics(found.host, found.worker_metrics_port)
    err.print("The worker is running (Ctrl-C stops it)")
    with kept_running():
        run(_until_stopped(working(url, found)))
    err.print("The worker has stopped; nothing was left half done.")


def working(url: str, found: Settings) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return what works on this database until its event is set, on connections of its own."""

    async def work_on(stop: asyncio.Event) -> None:
        # Only here, as with the web framework.
        from laurels import worker

        database = Database(
            url,
            pool_size=found.worker_concurrency + SPARE_CONNECTIONS,
            pool_timeout=found.pool_timeout_seconds,
            statement_timeout=None,
        )
        dumps = found.data_dir / "dumps"
        try:
            await worker.run(
                database,
                stop=stop,
                concurrency=found.worker_concurrency,
                housekeeping=partial(dump.forget_old, dumps),
            )
        finally:
            await database.close()

    return work_on


async def _until_stopped(work_on: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None, "commands run in a task"

    def end() -> None:
        if stop.is_set():
            main.cancel()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        # Not on Windows; there Ctrl-C breaks off at once.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, end)
    with contextlib.suppress(asyncio.CancelledError):
        await work_on(stop)


def _give_metrics(host: str, port: int) -> None:
    from prometheus_client import start_http_server

    try:
        start_http_server(port, addr=host)
    except OSError as error:
        fail(f"port {port} for the metrics cannot be used: {error}")
