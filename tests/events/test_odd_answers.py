"""Whatever an endpoint answers, its attempt is booked, and the next one comes in its time."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from laurels.kit.values.ids import new_id
from tests.events.test_delivering import (  # noqa: F401 - the fixture works by being here
    delivering_now,
    endpoint,
    private_allowed,
    states,
    tell,
    webhooks,
)
from tests.support.waiting import until

HEAD = b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n"
ANSWERS = {
    "a number without end": HEAD + b"Retry-After: " + b"9" * 400 + b"\r\n\r\n",
    "a negative number": HEAD + b"Retry-After: -5\r\n\r\n",
    "infinity": HEAD + b"Retry-After: Infinity\r\n\r\n",
    "not a number": HEAD + b"Retry-After: nan\r\n\r\n",
    "digits of elsewhere": HEAD + "Retry-After: ٣٣\r\n\r\n".encode(),
    "a zone that cannot be": HEAD
    + b"Retry-After: Fri, 27 Nov 2026 12:00:00 +99999999999999999999\r\n\r\n",
    "a year that cannot be": HEAD + b"Retry-After: Fri, 27 Nov 99999 12:00:00 GMT\r\n\r\n",
    "a day that cannot be": HEAD + b"Retry-After: Fri, 99 Nov 2026 12:00:00 GMT\r\n\r\n",
    "two of them": HEAD + b"Retry-After: 1\r\nRetry-After: 2\r\n\r\n",
    "status 999": b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
    "status 000": b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n",
    "status 1000": b"HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n",
    "only information": b"HTTP/1.1 103 Early\r\n\r\n" * 50,
    "another protocol": b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "headers of a megabyte": HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "many headers": HEAD + b"X: y\r\n" * 5_000 + b"\r\n",
    "a header of bytes": HEAD + b"X: \xff\xfe\x80\r\n\r\n",
    "a null in a header": HEAD + b"X: a\x00b\r\n\r\n",
    "nulls and half characters": b"HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\n"
    b"\x00\xed\xa0\x80\x1b[2Jz",
    "steering letters": b"HTTP/1.1 500 X\r\nContent-Length: 7\r\n\r\n\x1b]0;hi\x07",
    "a length that lies": b"HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\nx",
    "two lengths": b"HTTP/1.1 500 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "a length of letters": b"HTTP/1.1 500 X\r\nContent-Length: many\r\n\r\n",
    "chunks that are none": b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a packing that is none": b"HTTP/1.1 500 X\r\nContent-Encoding: gzip\r\n"
    b"Content-Length: 3\r\n\r\nabc",
    "a packing that nobody knows": b"HTTP/1.1 500 X\r\nContent-Encoding: x\r\n"
    b"Content-Length: 1\r\n\r\na",
    "away to nowhere": b"HTTP/1.1 302 X\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
    "away to itself": b"HTTP/1.1 307 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "no protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "another version": b"HTTP/9.9 500 X\r\nContent-Length: 0\r\n\r\n",
    "nothing": b"",
}


@asynccontextmanager
async def saying(answer: bytes):
    """A server that says these bytes, whatever it hears, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"


async def attempts(house) -> int:
    async with house.work() as work:
        rows = await work.fetch(
            "select 1 from laurels.outbound_attempts where tenant_id = $1", work.tenant_id
        )
    return len(rows)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_the_attempt_is_booked(house, relay_now, answer):
    async def booked() -> bool:
        return await attempts(house) >= 1

    once = webhooks((3600.0,))
    async with saying(answer) as url, delivering_now(house, once):
        await endpoint(house, url)
        await tell(house, new_id(), "a")
        await relay_now()
        await until(booked)

    assert await attempts(house) == 1
    assert await states(house) == ["waiting"]


async def test_an_answer_that_drips_is_cut_and_booked(house, relay_now):
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while not writer.is_closing():
                writer.write(b"X: y\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def dead() -> bool:
        return await states(house) == ["dead"]

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server, delivering_now(house, webhooks((0.02,), 0.5)):
        await endpoint(house, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await tell(house, new_id(), "a")
        await relay_now()
        await until(dead)

    assert await attempts(house) == 2


async def test_what_was_delivered_in_the_same_turn_is_not_sent_again(house, relay_now):
    from tests.support.sinks import sink

    def answer(message, times):
        bad = message["data"]["fields"] == ["bad"]
        return (503, {"Retry-After": "9" * 400}) if bad else (200, {})

    async def ready() -> bool:
        return sorted(await states(house)) == ["sent"] * 4 + ["waiting"]

    async with sink(answer) as found, delivering_now(house):
        await endpoint(house, found.url)
        for word in ("a", "b", "bad", "c", "d"):
            await tell(house, new_id(), word)
        await relay_now()
        await until(ready)

    assert set(found.times.values()) == {1}
