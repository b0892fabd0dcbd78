"""HTTP by hand: bytes into a socket, and what comes back, taken apart."""

import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.waiting import PATIENCE_SECONDS

HALF_CLOSE = object()
"""A step: say that no more will come, and go on listening."""
Step = Any
"""Bytes to send, seconds to wait, or HALF_CLOSE."""


@dataclass
class Answer:
    """One answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any]:
        """What the application said that it saw."""
        return json.loads(self.body)


@dataclass
class Heard:
    """What one connection gave."""

    answers: list[Answer] = field(default_factory=list)
    closed: bool = False
    sent: int = 0
    seconds: float = 0.0
    rest: bytes = b""

    @property
    def statuses(self) -> list[int]:
        """The statuses in order, without those that say to go on."""
        return [each.status for each in self.answers if each.status >= 200]

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What the application saw, request by request."""
        return [each.seen for each in self.answers if each.status == 200]


def converse(
    port: int,
    *steps: Step,
    wait: float = PATIENCE_SECONDS,
    host: str = "127.0.0.1",
    bodiless: bool = False,
    answers: int = 1000,
) -> Heard:
    """Take these steps on a connection of its own and return what was heard.

    It listens until the server closes, until so many `answers` came, or until nothing comes for
    `wait` seconds. Answers to HEAD are `bodiless`.
    """
    heard, data, began = Heard(), b"", time.monotonic()
    with socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for step in steps:
                _take(line, step, heard)
        except OSError:
            heard.closed = True
        line.settimeout(wait)
        try:
            while got := line.recv(65536):
                data += got
                heard.answers, heard.rest = parse(data, bodiless=bodiless)
                if len(heard.statuses) >= answers:
                    break
            else:
                heard.closed = True
        except TimeoutError:
            pass
        except OSError:
            heard.closed = True
    heard.seconds = time.monotonic() - began
    return heard


def _take(line: socket.socket, step: Step, heard: Heard) -> None:
    if step is HALF_CLOSE:
        line.shutdown(socket.SHUT_WR)
    elif isinstance(step, bytes):
        line.sendall(step)
        heard.sent += len(step)
    else:
        time.sleep(step)


def parse(data: bytes, *, bodiless: bool = False) -> tuple[list[Answer], bytes]:
    """Take answers apart; return them and what follows the last whole one."""
    found: list[Answer] = []
    while data.startswith(b"HTTP/1."):
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            break
        first, *lines = head.split(b"\r\n")
        headers = {
            name.decode("latin-1").lower(): value.strip().decode("latin-1")
            for name, _, value in (line.partition(b":") for line in lines)
        }
        status = int(first.split()[1])
        if bodiless or status < 200 or status in {204, 304}:
            body: bytes | None = b""
        elif "chunked" in headers.get("transfer-encoding", ""):
            body, rest = _chunks(rest)
        else:
            size = int(headers.get("content-length", len(rest)))
            body, rest = (rest[:size], rest[size:]) if len(rest) >= size else (None, rest)
        if body is None:
            break
        found.append(Answer(status, headers, body))
        data = rest
    return found, data


def _chunks(rest: bytes) -> tuple[bytes | None, bytes]:
    body = b""
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        body += rest[:length]
        rest = rest[length + 2 :]
        if length == 0:
            return body, rest
    return None, rest


def request(
    method: str = "POST", path: str = "/echo", *fields: str, body: bytes = b"",
    version: str = "HTTP/1.1",
) -> bytes:  # fmt: skip
    """Return a request with these header lines, as they stand, and a Host."""
    lines = [f"{method} {path} {version}", "Host: laurels.test", *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*parts: bytes, trailers: str = "") -> bytes:
    """Return a chunked body of these parts."""
    wire = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return wire + b"0\r\n" + trailers.encode("latin-1") + b"\r\n"
