"""A light load generator: HTTP/1.1 over kept connections, one request at a time on each.

It runs in a process of its own, so that it takes no time from what measures. The same program
drives the floor and Laurels, so it weighs on both alike. It prints its findings as JSON.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4


def floor_requests() -> Iterator[bytes]:
    """Yield requests to the floor: a random wallet, a fresh key."""
    while True:
        wallet = random.randint(1, 100_000)
        body = json.dumps({"w": wallet, "a": 1, "k": str(uuid4())}).encode()
        yield _post("/", "", body)


def purchase_requests(tokens: list[str], members: int, *, lines: bool) -> Iterator[bytes]:
    """Yield purchases of random members, each with a number and an Idempotency-Key of its own.

    The keys take turns. With `lines` a purchase has two.
    """
    run = uuid4().hex[:12]
    number = 0
    while True:
        number += 1
        token = tokens[number % len(tokens)]
        head = f"Authorization: Bearer {token}\r\nIdempotency-Key: {run}-{number}\r\n"
        said = _with_lines(run, number, members) if lines else _purchase(run, number, members)
        yield _post("/v1/purchases", head, json.dumps(said).encode())


def _with_lines(run: str, number: int, members: int) -> dict[str, Any]:
    prices = [random.randint(50, 10_000) for _ in range(2)]
    return {
        **_purchase(run, number, members),
        "amount": f"{sum(prices) / 100:.2f}",
        "lines": [
            {
                "sku": f"s-{random.randrange(500)}",
                "category": random.choice(("wine", "food", "other")),
                "quantity": "1",
                "unit_price": f"{price / 100:.2f}",
            }
            for price in prices
        ],
    }


def bulk_requests(token: str, members: int, size: int = 1000) -> Iterator[bytes]:
    """Yield a thousand purchases per request."""
    run = uuid4().hex[:12]
    number = 0
    while True:
        items = [_purchase(run, number + n, members) for n in range(size)]
        number += size
        head = f"Authorization: Bearer {token}\r\nIdempotency-Key: {run}-{number}\r\n"
        yield _post("/v1/purchases/bulk", head, json.dumps({"items": items}).encode())


def _purchase(run: str, number: int, members: int) -> dict[str, str]:
    return {
        "member": f"c{random.randrange(members)}",
        "amount": f"{random.randint(100, 20_000) / 100:.2f}",
        "currency": "USD",
        "external_id": f"{run}-{number}",
        "source": "bench",
    }


def _post(path: str, head: str, body: bytes) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{head}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Connection(asyncio.Protocol):
    """One kept connection that sends its next request when the last one is answered."""

    def __init__(self, requests: Iterator[bytes], until: Callable[[], bool]) -> None:
        self.requests, self.until = requests, until
        self.took: list[float] = []
        self.failed: list[bytes] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Send a request and start its watch."""
        self.sent = time.perf_counter()
        self.transport.write(next(self.requests))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Gather an answer; when it is whole, note it and go on."""
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(rest) < length:
            return
        self.took.append(time.perf_counter() - self.sent)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            self.failed.append(self.buffer[:2000])
        self.buffer = b""
        if self.until():
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """Say that this connection is over."""
        self.over.set_result(None)


async def drive(port: int, connections: int, seconds: float, requests: Iterator[bytes]) -> dict:
    """Keep so many connections busy for so long and say what it took."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()

    def more() -> bool:
        return time.perf_counter() - started < seconds

    made = [
        (await loop.create_connection(lambda: Connection(requests, more), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.over for connection in made))
    spent = time.perf_counter() - started
    took = [t for connection in made for t in connection.took]
    failed = [text.decode() for connection in made for text in connection.failed]
    return {"count": len(took), "seconds": spent, "failed": failed[:3], **quantiles(took)}


def quantiles(took: list[float]) -> dict[str, float]:
    """Return what half of them and all but one in a hundred stayed under."""
    took = sorted(took)
    return {"p50": took[len(took) // 2], "p99": took[min(len(took) - 1, len(took) * 99 // 100)]}


def main() -> None:
    """Read what to do from the command line; tokens come from the standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["floor", "purchases", "realistic", "bulk"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--members", type=int, default=20_000)
    asked = parser.parse_args()
    tokens = sys.stdin.readline().split()
    made = {
        "floor": floor_requests,
        "purchases": lambda: purchase_requests(tokens, asked.members, lines=False),
        "realistic": lambda: purchase_requests(tokens, asked.members, lines=True),
        "bulk": lambda: bulk_requests(tokens[0], asked.members),
    }[asked.what]()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run
    found = run(drive(asked.port, asked.connections, asked.seconds, made))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
