"""Live streams (server-sent events): what happens, as soon as the relay has numbered it.

One connection per process listens to the relay and wakes the streams of the tenant that has news.
A stream that waits holds no connection to the database.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakSet

import asyncpg
from prometheus_client import Gauge
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from laurels.kit.db.pool import Database, PoolExhausted
from laurels.kit.http.access import Authenticator, still_permitted
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import open_work
from laurels.permissions import Permission

from . import queries
from .errors import TooManyStreams
from .relaying import CHANNEL, tenant_digest
from .telling import as_json

log = logging.getLogger("laurels.streams")
KEEP_ALIVE_SECONDS = 15.0
KEY_CHECK_SECONDS = 5.0
"""How long a stream may go on telling what happens before it looks again whether its key still
is valid. One that has nothing to tell looks when it gives its next sign of life."""
_BATCH = 100
OPEN = Gauge("laurels_streams_open", "Live streams that are open.")


class Seat:
    """A place in the audience: a stream of one tenant, held with one key."""

    def __init__(self, tenant_id: UUID, key: str, token: str) -> None:
        self.tenant_id = tenant_id
        self.name = tenant_digest(tenant_id)
        self.key = key
        self.token = token
        self.news = asyncio.Event()


class Streams:
    """All live streams of a process."""

    def __init__(self, database: Database, authenticator: Authenticator, *, per_key: int) -> None:
        self.database = database
        self.authenticator = authenticator
        self._per_key = per_key
        # Seats whose answer never began to leave vanish by themselves.
        self._seats: WeakSet[Seat] = WeakSet()
        self._listening: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    def take_seat(self, tenant_id: UUID, key: str, token: str) -> Seat:
        """Return a seat for this key. Raise TooManyStreams when it has as many as it may."""
        if sum(seat.key == key for seat in self._seats) >= self._per_key:
            raise TooManyStreams(limit=self._per_key)
        seat = Seat(tenant_id, key, token)
        self._seats.add(seat)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        return seat

    def leave(self, seat: Seat) -> None:
        """Give the seat back."""
        self._seats.discard(seat)

    def end(self) -> None:
        """End all streams; their clients come again, to this process or another one."""
        self.closed.set()
        self._wake(None)

    async def close(self) -> None:
        """End all streams and stop listening."""
        self.end()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def _wake(self, name: object | None) -> None:
        for seat in list(self._seats):
            if name is None or seat.name == name:
                seat.news.set()

    async def _listen(self) -> None:
        """Hear the relay while anybody is here; connect anew when the connection is lost."""
        rest = 0.1
        while self._seats:
            try:
                await self._listen_once()
                rest = 0.1
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("streams cannot hear the relay: %s", type(error).__name__)
                rest = min(rest * 2, 5.0)
            await asyncio.sleep(rest)

    async def _listen_once(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(self.database.url, timeout=10)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._hear)
            # What was said before we listened.
            self._wake(None)
            while self._seats and not lost.is_set():
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        await lost.wait()
                except TimeoutError:
                    await connection.execute("select 1")
        finally:
            connection.terminate()

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        # Any login of the database may say anything here; what names no seat wakes nobody.
        self._wake(str(payload))


class EventStream(StreamingResponse):
    """An answer that goes on for as long as the client listens."""

    def __init__(self, streams: Streams, seat: Seat, place: int, types: Sequence[str]) -> None:
        self._streams = streams
        self._seat = seat
        super().__init__(
            follow(streams, seat, place, types),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the seat is free again when the client is gone."""
        OPEN.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            OPEN.dec()
            self._streams.leave(self._seat)


async def follow(
    streams: Streams, seat: Seat, place: int, types: Sequence[str]
) -> AsyncGenerator[bytes]:
    """Yield what comes after a position as server-sent events, with a sign of life in between.

    Ends when the key is withdrawn or the process stops.
    """
    yield b"retry: 2000\n\n"
    told_position, checked, welcome = place, time.monotonic(), True
    while not streams.closed.is_set():
        seat.news.clear()
        try:
            now = utc_now()
            async with open_work(streams.database, tenant_id=seat.tenant_id, now=now) as work:
                if time.monotonic() - checked >= KEY_CHECK_SECONDS:
                    checked = time.monotonic()
                    welcome = await still_permitted(
                        streams.authenticator, work, seat.token, Permission.EVENTS_READ
                    )
                news, place = await queries.events_after(work, place, types=types, limit=_BATCH)
                end = await queries.last_position(work)
                quiet = (
                    await queries.event_at(work, place)
                    if not news and place > told_position
                    else None
                )
        except PoolExhausted:
            # Many streams wake together. Those that ended would come again all at once.
            yield b": alive\n\n"
            continue
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # The client keeps its place and comes again; the database may be back by then.
            log.warning("a stream ended: the database is not there")
            return
        if not welcome:
            yield b": the key is not valid any more\n\n"
            return
        for event in news:
            yield sse(event.id, event.type, as_json(event, seat.tenant_id))
            told_position = event.position
        if quiet is not None:
            # What was left out counts as seen: the place to go on from does not grow old.
            yield f"id: {encode('event', quiet)}\n\n".encode()
            told_position = place
        if place >= end and not await _news(seat):
            yield b": alive\n\n"


async def _news(seat: Seat) -> bool:
    """Wait for news; say False when there were none for a while."""
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            await seat.news.wait()
    except TimeoutError:
        return False
    return True


def sse(event_id: UUID, name: str, data: bytes) -> bytes:
    """Return one server-sent event; JSON of ours has no line breaks."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        encode("event", event_id).encode(),
        name.encode(),
        data,
    )
