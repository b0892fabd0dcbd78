"""An answer leaves in one packet; nothing is held longer than one turn of the event loop."""

import asyncio

import pytest
import uvicorn

from laurels.kit.corking import MAX_HELD, Cork, CorkedProtocol, Corks


class Wire(asyncio.Transport):
    """The edge: it notes what is sent, packet by packet."""

    def __init__(self):
        super().__init__()
        self.sent = []
        self.closed = False

    def write(self, data):
        assert not self.closed
        self.sent.append(bytes(data))

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed


@pytest.fixture
async def wire():
    """A wire and the cork on it."""
    found = Wire()
    return found, Cork(found, Corks(asyncio.get_running_loop()))


async def test_what_is_written_in_one_turn_leaves_together(wire):
    sent, cork = wire
    cork.write(b"head ")
    cork.write(b"body")
    assert sent.sent == []

    await asyncio.sleep(0)
    assert sent.sent == [b"head body"]

    cork.write(b"next")
    await asyncio.sleep(0)
    assert sent.sent == [b"head body", b"next"]


async def test_a_stream_that_never_waits_is_not_gathered_without_end(wire):
    sent, cork = wire
    for _ in range(10):
        cork.write(b"x" * (MAX_HELD // 2))

    assert len(sent.sent) >= 3
    await asyncio.sleep(0)
    assert len(b"".join(sent.sent)) == 10 * (MAX_HELD // 2)


async def test_closing_sends_what_is_held(wire):
    sent, cork = wire
    cork.write(b"bye")
    cork.close()

    assert (sent.sent, sent.closed) == ([b"bye"], True)
    await asyncio.sleep(0)
    assert sent.sent == [b"bye"]


async def test_who_has_gone_gets_nothing_and_disturbs_nobody(wire):
    gone, cork = wire
    other = Wire()
    beside = Cork(other, cork._all)
    cork.write(b"a")
    beside.write(b"b")
    gone.closed = True

    await asyncio.sleep(0)

    assert (gone.sent, other.sent) == ([], [b"b"])


async def answer(scope, _receive, send):
    """Answer with a body, or with a stream whose second part takes its time."""
    if scope["type"] != "http":
        return
    kind = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    if scope["path"] == "/stream":
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.sleep(0.3)
    await send({"type": "http.response.body", "body": b"last"})


@pytest.fixture
async def port():
    """A real server with corked connections."""
    config = uvicorn.Config(
        answer, port=0, http=CorkedProtocol, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def test_head_and_body_come_in_one_packet(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        packet = await reader.read(65536)
        assert packet.startswith(b"HTTP/1.1 200 OK")
        assert packet.endswith(b"4\r\nlast\r\n0\r\n\r\n")
    writer.close()


async def test_the_beginning_of_a_stream_is_not_held_back(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    async with asyncio.timeout(0.2):
        begun = await reader.readuntil(b"first\r\n")
    assert b"200 OK" in begun
    assert (await reader.read()).endswith(b"last\r\n0\r\n\r\n")
    writer.close()
