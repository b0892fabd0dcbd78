"""Several processes that answer on one port, and the one that looks after them.

The parent takes connections and hands each to the next process in turn. (The kernel can share a
port out, too, but by chance: of sixteen connections one of two processes often gets thirteen.) A
process that dies is started again; when the parent goes, all go.
"""

import asyncio
import contextlib
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
BACKLOG = 2048
"""Connections that wait until somebody takes them."""
RESTARTS, WITHIN_SECONDS = 5, 60.0
"""So many restarts in so many seconds are given; then something is wrong that does not pass."""
PAUSE_SECONDS = 0.2
"""Between a death and a new start, and between two looks for somebody who takes a connection."""
GRACE_SECONDS = 30.0
"""How long they may take to end in peace."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def listener(host: str, port: int, count: int) -> socket.socket:
    """Return a socket that listens there for so many processes.

    End the command with an error when the address cannot be had.
    """
    if sys.platform == "win32":
        fail("Windows hands no connections from one process to another; run one process")
    if count > MOST_PROCESSES:
        fail(f"{count} processes are too many; a processor core is busy with one")
    try:
        kind, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.create_server(place[:2], family=kind, backlog=BACKLOG)
    except OSError as error:
        fail(f"port {port} on {host} cannot be had: {error}")
    made.setblocking(False)
    return made


def keep(
    heard: socket.socket, answering: Sequence[Sequence[str]], others: Sequence[Sequence[str]]
) -> None:
    """Run `laurels` with each of these arguments until a signal comes.

    Those who answer get a further option, the channel on which connections come. End the command
    with an error when one of them cannot live.
    """
    if not asyncio.run(_Family(heard).live(answering, others)):
        fail("a process ended again and again; its last words are above")


def say_ready(channel: socket.socket) -> None:
    """Tell the parent that connections may come."""
    channel.setblocking(False)
    channel.send(b"r")


def receive(channel: socket.socket) -> list[socket.socket]:
    """Return the connections that were handed over and not taken yet. Raise EOFError at the end."""
    found: list[socket.socket] = []
    while True:
        try:
            told, numbers, _, _ = socket.recv_fds(channel, 1, 1)
        except BlockingIOError:
            return found
        if not told:
            raise EOFError
        for number in numbers:
            made = socket.socket(fileno=number)
            made.setblocking(False)
            found.append(made)


class _Family:
    """Processes that live together."""

    def __init__(self, heard: socket.socket) -> None:
        self._heard = heard
        self._channels: deque[socket.socket] = deque()
        self._running: set[asyncio.subprocess.Process] = set()
        self._stop = asyncio.Event()
        self._restarts: deque[float] = deque(maxlen=RESTARTS)
        self._ill = False

    async def live(
        self, answering: Sequence[Sequence[str]], others: Sequence[Sequence[str]]
    ) -> bool:
        """Run all until a signal comes; return False when one of them cannot live."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        keeping = [asyncio.create_task(self._keep(words, answers=True)) for words in answering]
        keeping += [asyncio.create_task(self._keep(words, answers=False)) for words in others]
        handing = asyncio.create_task(self._hand_out())
        await self._stop.wait()
        handing.cancel()
        self._heard.close()
        for process in self._running:
            process.terminate()
        _, late = await asyncio.wait(keeping, timeout=GRACE_SECONDS)
        for process in self._running if late else ():
            process.kill()
        await asyncio.gather(*keeping)
        return not self._ill

    async def _keep(self, words: Sequence[str], *, answers: bool) -> None:
        while not self._stop.is_set():
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            number = theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "laurels", *words,
                *(("--channel", str(number)) if answers else ()),
                pass_fds=(number,) if answers else (), preexec_fn=_dying_with(os.getpid()),
            )  # fmt: skip
            theirs.close()
            self._running.add(process)
            welcoming = asyncio.create_task(self._welcome(ours)) if answers else None
            code = await process.wait()
            self._running.discard(process)
            if welcoming is not None:
                welcoming.cancel()
                await asyncio.wait((welcoming,))
            with contextlib.suppress(ValueError):
                self._channels.remove(ours)
            ours.close()
            if not self._stop.is_set():
                self._note_death(process.pid, code)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _welcome(self, channel: socket.socket) -> None:
        """From the moment a process is ready, it has its turn."""
        with contextlib.suppress(OSError):
            if await asyncio.get_running_loop().sock_recv(channel, 1):
                self._channels.append(channel)

    async def _hand_out(self) -> None:
        """Give each connection to the next process that takes it."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._heard)
            except OSError as error:
                # Too many open files, say: those who wait go on waiting.
                err.print(f"a connection could not be taken: {error}", soft_wrap=True)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            with connection:
                while not self._give(connection):  # noqa: ASYNC110 - nobody tells of room
                    await asyncio.sleep(PAUSE_SECONDS)

    def _give(self, connection: socket.socket) -> bool:
        for _ in range(len(self._channels)):
            channel = self._channels[0]
            self._channels.rotate(-1)
            # Who is about to die or has too much to take is left out.
            with contextlib.suppress(OSError):
                socket.send_fds(channel, [b"c"], [connection.fileno()])
                return True
        return False

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
    """Return what makes a new process end when its parent does, also one that is killed.

    Only Linux knows that; elsewhere those who answer see the end of their channel, and a worker
    goes on by itself.
    """
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)

    def promise() -> None:
        libc.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return promise
