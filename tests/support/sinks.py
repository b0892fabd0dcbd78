"""Endpoints that webhooks are sent to: real servers that work, fail, hang, dawdle or are gone."""

import asyncio
import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

HANG = -1
Answer = Callable[[dict[str, Any], int], tuple[int, dict[str, str]]]


@dataclass
class Received:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        """The event that it tells of."""
        return orjson.loads(self.body)


@dataclass
class Sink:
    """A server of one endpoint. `answer(message, times)` gives status and headers."""

    answer: Answer
    delay: float = 0.0
    body: bytes = b"ok"
    url: str = ""
    received: list[Received] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    accepted: list[dict[str, Any]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to let go of those who hang."""
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    open: int = 0
    most_open: int = 0

    def ids(self) -> list[str]:
        """Ids of the events that were accepted, in order, each as often as it was."""
        return [message["id"] for message in self.accepted]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        mine = asyncio.current_task()
        assert mine is not None
        self.serving.add(mine)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self.serving.discard(mine)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:-2]
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        found = Received(headers, body)
        self.received.append(found)
        self.times[headers["webhook-id"]] += 1
        status, more = self.answer(found.message, self.times[headers["webhook-id"]])
        if status == HANG:
            await self.over.wait()
            return False
        if self.delay:
            await asyncio.sleep(self.delay)
        said = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-length: {len(self.body)}\r\n{said}\r\n".encode()
            + self.body
        )
        await writer.drain()
        if 200 <= status < 300:
            # Written after the answer is on its way: what a crash in between loses is sent twice.
            self.accepted.append(found.message)
        return True


def _always(status: int) -> Answer:
    return lambda _message, _times: (status, {})


@asynccontextmanager
async def sink(answer: Answer | int = 200, **options: Any) -> AsyncIterator[Sink]:
    """Serve an endpoint on a free port of this machine until the block ends."""
    found = Sink(answer if callable(answer) else _always(answer), **options)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks?a=b"
    try:
        yield found
    finally:
        found.over.set()
        server.close()
        # Who keeps a connection for the next request is left here, not to the collector.
        for task in (serving := list(found.serving)):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def verifies(received: Received, secret: str) -> bool:
    """Whether one of the signatures is that of this secret, by the specification alone."""
    signed = b"%s.%s.%s" % (
        received.headers["webhook-id"].encode(),
        received.headers["webhook-timestamp"].encode(),
        received.body,
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{right}" in received.headers["webhook-signature"].split(" ")
