"""Several processes that answer on one port, and the one that looks after them.

Each has a socket of its own on the port, and the kernel hands connections out among them: one that
is busy takes nobody's turn. Only Linux does that. One that dies is started again; when the parent
goes, all go.
"""

import asyncio
import ctypes
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence

from .console import err, fail

MOST_PROCESSES = 64
RESTARTS, WITHIN_SECONDS = 5, 60.0
"""So many restarts in so many seconds are given; then something is wrong that does not pass."""
GRACE_SECONDS = 30.0
"""How long they may take to end in peace."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def shared_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket that others of this family may bind alike. Raise OSError."""
    kind, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(place)
    except OSError:
        made.close()
        raise
    return made


def require_place(host: str, port: int, count: int) -> None:
    """So many processes can share this port. End the command with an error when they cannot.

    Nobody may have it: others that share theirs would let us in unnoticed.
    """
    if sys.platform != "linux":
        fail("several processes share a port on Linux only; run one behind a proxy each")
    if count > MOST_PROCESSES:
        fail(f"{count} processes are too many; a processor core is busy with one")
    kind, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(place)
            tried.listen()
        except OSError as error:
            fail(f"port {port} on {host} cannot be had: {error}")


def keep(commands: Sequence[Sequence[str]]) -> None:
    """Run `laurels` with each of these arguments until a signal comes.

    End the command with an error when one of them cannot live.
    """
    if not asyncio.run(_Family(commands).live()):
        fail("a process ended again and again; its last words are above")


class _Family:
    """Processes that live together."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._running: set[asyncio.subprocess.Process] = set()
        self._stop = asyncio.Event()
        self._restarts: deque[float] = deque(maxlen=RESTARTS)
        self._ill = False

    async def live(self) -> bool:
        """Run all until a signal comes; return False when one of them cannot live."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        keeping = [asyncio.create_task(self._keep(command)) for command in self._commands]
        await self._stop.wait()
        for process in self._running:
            process.terminate()
        _, late = await asyncio.wait(keeping, timeout=GRACE_SECONDS)
        for process in self._running if late else ():
            process.kill()
        await asyncio.gather(*keeping)
        return not self._ill

    async def _keep(self, command: Sequence[str]) -> None:
        while not self._stop.is_set():
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "laurels", *command, preexec_fn=_dying_with(os.getpid())
            )
            self._running.add(process)
            code = await process.wait()
            self._running.discard(process)
            if not self._stop.is_set():
                self._note_death(process.pid, code)
                await asyncio.sleep(0.2)

    def _note_death(self, pid: int, code: int) -> None:
        now = time.monotonic()
        full = len(self._restarts) == RESTARTS and now - self._restarts[0] < WITHIN_SECONDS
        self._restarts.append(now)
        if full:
            self._ill = True
            self._stop.set()
            return
        err.print(f"process {pid} ended with {code} and is started again", soft_wrap=True)


def _dying_with(parent: int) -> Callable[[], None]:
    """Return what makes a new process end when its parent does, also one that is killed."""
    libc = ctypes.CDLL(None)

    def promise() -> None:
        libc.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return promise
