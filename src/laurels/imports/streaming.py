"""An export as an answer that goes on: read while it is sent, and held to a time and a number.

A client that reads slowly, or goes away, must not keep a snapshot of the database alive.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from uuid import UUID
from weakref import WeakSet

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from laurels.kit.db import Database
from laurels.kit.work import Actor

from .errors import TooManyExports
from .exporting import export

log = logging.getLogger("laurels.exports")
AT_ONCE = 3
"""Exports that one process sends at the same time; each holds a connection. One per tenant."""
LONGEST_SECONDS = 900.0


class Seat:
    """The right to send one export of a tenant."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id


class Exports:
    """All exports that a process is sending."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Seats whose answer never began to leave vanish by themselves.
        self._seats: WeakSet[Seat] = WeakSet()

    def stream(self, tenant_id: UUID, kind: str, actor: Actor) -> "ExportStream":
        """Return the answer. Raise TooManyExports while others are being sent."""
        if len(self._seats) >= AT_ONCE or any(s.tenant_id == tenant_id for s in self._seats):
            raise TooManyExports
        seat = Seat(tenant_id)
        self._seats.add(seat)
        return ExportStream(self, seat, tenant_id, kind, actor)

    async def read(self, tenant_id: UUID, kind: str, actor: Actor) -> AsyncGenerator[bytes]:
        """Yield the lines of an export."""
        async with export(self._database, tenant_id, kind, actor=actor) as pages:
            async for page in pages:
                yield page

    def leave(self, seat: Seat) -> None:
        """Give the seat back."""
        self._seats.discard(seat)


class ExportStream(StreamingResponse):
    """An answer of which the last byte says that it is whole: one that broke off ends without."""

    def __init__(
        self, exports: Exports, seat: Seat, tenant_id: UUID, kind: str, actor: Actor
    ) -> None:
        self._exports = exports
        self._seat = seat
        self._rows = exports.read(tenant_id, kind, actor)
        super().__init__(
            self._rows,
            media_type="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="{kind}.csv"',
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; connection and seat are free again when the client has everything or is gone."""
        async with AsyncExitStack() as stack:
            stack.callback(self._exports.leave, self._seat)
            stack.push_async_callback(self._rows.aclose)
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    await super().__call__(scope, receive, send)
            except TimeoutError:
                log.warning("an export took longer than %g seconds and was given up",
                            LONGEST_SECONDS)  # fmt: skip
                raise
