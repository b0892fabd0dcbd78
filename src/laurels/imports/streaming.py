"""An export as an answer that goes on: read while it is sent, and held to a time and a number.

A client that reads slowly, or goes away, must not keep a snapshot of the database alive; one whose
key is revoked meanwhile reads no more.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from uuid import UUID
from weakref import WeakSet

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from laurels.kit.db.pool import Database
from laurels.kit.errors import Unauthenticated
from laurels.kit.http.access import Authenticator, still_permitted
from laurels.kit.values.time import utc_now
from laurels.kit.work import Actor, open_work
from laurels.permissions import Permission

from .errors import TooManyExports
from .exporting import Exported, export

log = logging.getLogger("laurels.exports")
AT_ONCE = 3
"""Exports that one process sends at the same time; each holds a connection. One per tenant."""
MAX_SECONDS = 900.0
KEY_CHECK_SECONDS = 5.0
"""How long an export goes on before it looks again whether its key is still valid."""


class Seat:
    """The right to send one export of a tenant, for as long as its token has these permissions."""

    def __init__(self, tenant_id: UUID, token: str, permissions: Sequence[Permission]) -> None:
        self.tenant_id = tenant_id
        self.token = token
        self.permissions = permissions


class Exports:
    """All exports that a process is sending."""

    def __init__(self, database: Database, authenticator: Authenticator) -> None:
        self._database = database
        self._authenticator = authenticator
        # Seats whose answer never began to leave vanish by themselves.
        self._seats: WeakSet[Seat] = WeakSet()

    def stream(
        self,
        tenant_id: UUID,
        kind: str | Exported,
        actor: Actor,
        *,
        token: str,
        permissions: Sequence[Permission],
        name: str | None = None,
    ) -> "ExportStream":
        """Return the answer, a file. Raise TooManyExports while others are being sent."""
        if len(self._seats) >= AT_ONCE or any(s.tenant_id == tenant_id for s in self._seats):
            raise TooManyExports
        seat = Seat(tenant_id, token, permissions)
        self._seats.add(seat)
        return ExportStream(self, seat, kind, actor, name or f"{kind}.csv")

    async def read(self, seat: Seat, kind: str | Exported, actor: Actor) -> AsyncGenerator[bytes]:
        """Yield the lines of an export. Raise Unauthenticated once the token has ended."""
        checked = time.monotonic()
        async with export(self._database, seat.tenant_id, kind, actor=actor) as pages:
            async for page in pages:
                if time.monotonic() - checked >= KEY_CHECK_SECONDS:
                    await self._look(seat)
                    checked = time.monotonic()
                yield page

    async def _look(self, seat: Seat) -> None:
        # In a transaction of its own: the snapshot of the export is as old as its beginning.
        async with open_work(self._database, tenant_id=seat.tenant_id, now=utc_now()) as work:
            if not await still_permitted(self._authenticator, work, seat.token, *seat.permissions):
                log.warning("an export was given up: its key is not valid any more")
                raise Unauthenticated

    def leave(self, seat: Seat) -> None:
        """Give the seat back."""
        self._seats.discard(seat)


class ExportStream(StreamingResponse):
    """An answer of which the last byte says that it is whole: one that broke off ends without."""

    def __init__(
        self, exports: Exports, seat: Seat, kind: str | Exported, actor: Actor, name: str
    ) -> None:
        self._exports = exports
        self._seat = seat
        self._rows = exports.read(seat, kind, actor)
        super().__init__(
            self._rows,
            media_type="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
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
                async with asyncio.timeout(MAX_SECONDS):
                    await super().__call__(scope, receive, send)
            except TimeoutError:
                log.warning("an export took longer than %g seconds and was given up", MAX_SECONDS)
                raise
