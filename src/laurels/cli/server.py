"""The HTTP server and its processes: granian, set up once for everything that we serve.

What is said on the wire (framing, upgrades, trailers, heads that never end, connections that do
nothing) is the server's business; docs/decisions/0027 tells why it is this one. The parent only
starts processes, replaces one that died, and ends them.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from types import FrameType
from typing import Any

from .console import fail

log = logging.getLogger(__name__)
App = Callable[..., Any]
"""An ASGI application."""

MAX_HEAD_BYTES = 24_576
"""Of a request line and its headers, and of what the server reads ahead of a chunked body."""
HEAD_SECONDS = 10
"""How long a head may take to arrive, and how long a connection may be idle between requests."""
UNREAD_SECONDS = 30
"""How long a caller may take nothing of an answer, until the connection is closed."""
UNREAD_BYTES = 131_072
"""How much of an answer the system holds beyond what is under way to its caller."""
BACKLOG = 2048
"""Connections that wait until one of the processes takes them."""
RESERVED_FILES = 128
"""Files that a process needs besides the connections of callers."""
GRACE_SECONDS = 30
"""How long a process may take to end in peace."""
LOOK_SECONDS = 0.5
PORT_SECONDS = 5.0
"""How long a port may still be held by processes whose parent was killed."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen, with how many processes, and for how many connections in each."""

    host: str
    port: int
    processes: int
    connections: int
    head_seconds: int = HEAD_SECONDS
    unread_seconds: int = UNREAD_SECONDS


class Siblings:
    """What the processes that answer share: the end of their parent, and who is which number."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._hears, self._lives = Pipe(duplex=False)
        handle, name = tempfile.mkstemp(prefix="laurels-serve-")
        os.close(handle)
        self._numbers = Path(name)

    # -- in the parent

    def end(self) -> None:
        """Tell all that it is over; the kernel does it for a parent that is killed."""
        self._lives.close()

    def forget(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self._numbers.unlink()

    # -- in each of the processes

    def join(self, over: Callable[[], None]) -> None:
        """Become one of them; `over` is called when it is over, whatever became of the parent."""
        self._lives.close()
        loop = asyncio.get_running_loop()

        def heard() -> None:
            loop.remove_reader(self._hears.fileno())
            over()
            signal.raise_signal(signal.SIGTERM)

        # Windows tells of no pipes; there Ctrl-C reaches everybody.
        with contextlib.suppress(NotImplementedError):
            loop.add_reader(self._hears.fileno(), heard)

    async def number(self, stop: asyncio.Event) -> int | None:
        """Wait for a number that none of the living has, and keep it; None once `stop` is set."""
        if sys.platform == "win32":
            return 0
        import fcntl

        self._held = self._numbers.open("wb")
        while not stop.is_set():
            for number in range(self._count):
                # The lock of a process ends with it, also when it is killed.
                with contextlib.suppress(OSError):
                    fcntl.lockf(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
                    return number
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        return None


def serve(load: Callable[[], App], listen: Listen, siblings: Siblings, *, level: str) -> None:
    """Serve what `load` gives, in processes of its own, until a signal comes.

    End the command with an error when the address cannot be had or the processes cannot live.
    """
    from granian.server import Server

    _be_alone(listen.host, listen.port)
    server = Server(
        "laurels",
        address=listen.host,
        port=listen.port,
        workers=listen.processes,
        backlog=BACKLOG,
        backpressure=_connections(listen.connections),
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        **_options(level, listen.head_seconds),
        loop=_loop(),
        interface=_interface(lifespan=True),
    )
    server.on_startup(partial(_before_signals, siblings.end))
    try:
        server.serve(target_loader=partial(_bounded, load, listen), wrap_loader=False)
    except SystemExit:
        fail("a process that answers ended again and again; its last words are above")
    finally:
        siblings.forget()


@asynccontextmanager
async def beside(app: App, host: str, port: int) -> AsyncGenerator[None]:
    """Serve a second application in this process and loop while the block runs."""
    from granian.server.embed import Server

    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OSError as error:
        log.error("port %s for monitoring cannot be used: %s", port, error)  # noqa: TRY400
        yield
        return
    server = Server(
        app,
        address=host,
        port=port,
        backlog=128,
        # It would warn each time that it is experimental.
        **_options("error"),
        interface=_interface(lifespan=False),
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.stop()
        await serving


def _bounded(load: Callable[[], App], listen: Listen) -> App:
    """Return the application; once it lives, those who do not read are not waited for."""
    app = load()

    async def bounded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        bounding = asyncio.ensure_future(_bound_unread(listen))
        try:
            await app(scope, receive, send)
        finally:
            bounding.cancel()

    return bounded


async def _bound_unread(listen: Listen) -> None:
    """Connections end when nothing of an answer is taken for too long, and hold little of it.

    Neither the server nor an application can tell that an answer is not read; the system can, and
    connections inherit it from the socket that listens. That socket is the server's and has no
    name for us, so it is looked for among the files of this process.
    """
    if sys.platform != "linux":
        return
    while True:
        if _bind_all(listen):
            return
        await asyncio.sleep(LOOK_SECONDS / 10)


def _bind_all(listen: Listen) -> bool:
    # All of them: whoever was quicker than this look is bound as well.
    bound = [_bind(int(file.name), listen) for file in Path("/proc/self/fd").iterdir()]
    return any(bound)


def _bind(file: int, listen: Listen) -> bool:
    """Bind a socket if it is one of the port. Tell whether it listens."""
    with contextlib.suppress(OSError):
        # A copy of anything else would be left over, and a pipe with a copy never ends.
        if not stat.S_ISSOCK(os.fstat(file).st_mode):
            return False
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(file)) as found:
        inet = found.family in {socket.AF_INET, socket.AF_INET6}
        if inet and found.getsockname()[1] == listen.port:
            for option, limit in (
                (socket.TCP_USER_TIMEOUT, listen.unread_seconds * 1000),
                (socket.TCP_NOTSENT_LOWAT, UNREAD_BYTES),
            ):
                found.setsockopt(socket.IPPROTO_TCP, option, limit)
            return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False


def _options(level: str, head_seconds: int = HEAD_SECONDS) -> dict[str, Any]:
    from granian.constants import HTTPModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    # Its own lines go where ours go: our handlers stand at the root.
    plain: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "http": HTTPModes.http1,
        "websockets": False,
        "http1_settings": HTTP1Settings(
            max_buffer_size=MAX_HEAD_BYTES, header_read_timeout=head_seconds * 1000
        ),
        "log_level": LogLevels.error if level == "error" else LogLevels.warning,
        "log_dictconfig": {"loggers": {"_granian": plain, "granian.access": plain}},
    }


def _interface(*, lifespan: bool) -> Any:
    from granian.constants import Interfaces

    return Interfaces.ASGI if lifespan else Interfaces.ASGINL


def _loop() -> Any:
    from granian.constants import Loops

    return Loops.auto if sys.platform == "win32" else Loops.uvloop


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _be_alone(host: str, port: int) -> None:
    """The processes share the port, so the system would let strangers of ours share it too."""
    until = time.monotonic() + PORT_SECONDS
    while True:
        try:
            socket.create_server((host, port), family=_family(host)).close()
        except OSError as error:
            if time.monotonic() > until:
                fail(f"port {port} on {host} cannot be used: {error}")
            time.sleep(LOOK_SECONDS)
        else:
            return


def _connections(wanted: int) -> int:
    """Return for how many connections there are files, raising their limit as far as allowed."""
    if sys.platform == "win32":
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(1, soft - RESERVED_FILES)
    return wanted


def _before_signals(told: Callable[[], None]) -> None:
    """Hear of the end before the server does: live streams would otherwise never end."""
    for name in (signal.SIGTERM, signal.SIGINT):
        then = signal.getsignal(name)

        def hear(number: int, frame: FrameType | None, then: Any = then) -> None:
            told()
            then(number, frame)

        signal.signal(name, hear)
