"""What never ends: heads, lines, chunks, and connections; and how others fare meanwhile."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .raw import request

START = b"GET /echo HTTP/1.1\r\nHost: laurels.test\r\n"
CHUNKED = request("POST", "/echo", "Transfer-Encoding: chunked")
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "header value": (START + b"X-A: ", b"a" * 65536),
    "header name": (START, b"a" * 65536),
    "header lines": (START, b"X-A: b\r\n" * 8192),
    "header lines without a value": (START, b"a:\r\n" * 16384),
    "folded lines": (START + b"X-A: b\r\n", b" c\r\n" * 16384),
    "method": (b"", b"A" * 65536),
    "target": (b"GET /", b"a" * 65536),
    "version": (b"GET / HTTP/1.1", b"1" * 65536),
    "blank lines": (b"", b"\r\n" * 32768),
    "Content-Length digits": (START + b"Content-Length: ", b"1" * 65536),
    "chunk size": (CHUNKED, b"0" * 65536),
    "chunk extension": (CHUNKED + b"1;", b"a" * 65536),
    "trailer value": (CHUNKED + b"0\r\nX-A: ", b"a" * 65536),
    "trailer lines": (CHUNKED + b"0\r\n", b"X-A: b\r\n" * 8192),
}
"""How each begins, and what then comes again and again."""


def pour(port: int, begin: bytes, again: bytes, *, size: int) -> int:
    """Send without end, up to this size; return how many bytes the server took."""
    sent = 0
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    with line, contextlib.suppress(OSError):
        line.sendall(begin)
        while sent < size:
            sent += line.send(again)
    return sent


def seconds_until_closed(port: int, *beginnings: bytes, pause: float, most: float) -> float:
    """Begin, send a byte now and then, and return when the server closes; `most` if it does not."""
    began = time.monotonic()
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    with line, contextlib.suppress(OSError):
        for begin in beginnings:
            line.sendall(begin)
        line.settimeout(pause)
        while time.monotonic() - began < most:
            with contextlib.suppress(TimeoutError):
                if not line.recv(65536):
                    break
            if len(beginnings) > 1:
                line.sendall(beginnings[-1])
    return min(time.monotonic() - began, most)


@dataclass
class Watch:
    """What somebody else felt meanwhile."""

    worst: float = 0.0
    asked: int = 0
    failed: int = 0


@contextlib.contextmanager
def watching(port: int, path: str = "/healthz", every: float = 0.01) -> Iterator[Watch]:
    """Ask for the health again and again on a connection kept open, and note the longest wait."""
    watch, over = Watch(), threading.Event()
    asked = request("GET", path)

    def look() -> None:
        line: socket.socket | None = None
        while not over.wait(every):
            began = time.monotonic()
            try:
                if line is None:
                    line = socket.create_connection(("127.0.0.1", port), timeout=30)
                line.sendall(asked)
                heard = line.recv(65536)
            except OSError:
                watch.failed += 1
                heard = b""
            if not heard and line is not None:
                line.close()
                line = None
                continue
            watch.asked += 1
            watch.worst = max(watch.worst, time.monotonic() - began)
        if line is not None:
            line.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def memory_mb(*pids: int) -> float:
    """Return what these processes hold at the moment, in MB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                total += int(line.split()[1])
    return total / 1024


def many(port: int, count: int, begin: bytes = b"") -> list[socket.socket]:
    """Open so many connections, send this on each, and leave them so."""
    found = []
    with contextlib.suppress(OSError):
        for _ in range(count):
            line = socket.create_connection(("127.0.0.1", port), timeout=2)
            line.sendall(begin)
            found.append(line)
    return found


def deaf(port: int, path: str, *, asked: int = 40) -> socket.socket:
    """Ask for the same again and again on one connection, and read none of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(10)
    line.connect(("127.0.0.1", port))
    with contextlib.suppress(OSError):
        line.sendall(request("GET", path) * asked)
    return line
