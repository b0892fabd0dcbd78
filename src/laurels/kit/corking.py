"""One packet per answer: what is written in one turn of the event loop leaves together.

The server writes the head of an answer and its body apart, and each was a call to the system that
wakes the caller up, for 15 µs. Answers of a batch also leave one after the other, when all of them
are ready.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HELD = 64 * 1024
"""Bytes that are held back at most: a stream that never waits is sent as it comes."""


class Cork:
    """A transport that holds what is written until the turn of the event loop is over."""

    __slots__ = ("_all", "_held", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport, corks: "Corks") -> None:
        self._transport = transport
        self._all = corks
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Send this with what else is written in this turn."""
        if not self._held:
            self._all.add(self)
        self._held.append(data)
        self._size += len(data)
        if self._size > MAX_HELD:
            self.flush()

    def flush(self) -> None:
        """Send what is held. Who has gone in the meantime gets nothing."""
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def close(self) -> None:
        """Close the connection once everything is sent."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether the connection is closed or about to be."""
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Corks:
    """Those of one event loop that hold something; they are drawn together."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._full: list[Cork] = []

    def add(self, cork: Cork) -> None:
        """Draw this one at the end of the turn."""
        if not self._full:
            self._loop.call_soon(self._draw)
        self._full.append(cork)

    def _draw(self) -> None:
        full, self._full = self._full, []
        for cork in full:
            cork.flush()


_corks: "WeakKeyDictionary[asyncio.AbstractEventLoop, Corks]" = WeakKeyDictionary()


class CorkedProtocol(HttpToolsProtocol):
    """The server's own HTTP, on corked transports."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        corks = _corks.get(self.loop)
        if corks is None:
            corks = _corks[self.loop] = Corks(self.loop)
        super().connection_made(Cork(transport, corks))  # type: ignore[arg-type]
