"""The one connection that stays out of the pool between its users, with the next beginning done.

Who has just committed a batch will most likely begin the next one. So the next transaction begins
in the same message as the last one commits, and its user saves a round trip.
"""

import asyncio
from typing import Any

import asyncpg

BEGUN_SECONDS = 0.004
"""How long a transaction that was begun ahead waits for its user: its `now()` is at most so much
older than what it is told. It holds no lock and no snapshot."""


class Spare:
    """A connection in waiting, with or without a transaction that has begun already."""

    def __init__(self) -> None:
        self._raw: Any = None
        self._begun: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._undoing: asyncio.Task[None] | None = None

    @property
    def there(self) -> bool:
        """Whether a connection is waiting here."""
        return self._raw is not None

    def put(self, raw: Any, begun: str | None = None) -> None:
        """Let a connection wait here; `begun` is what began the transaction that it is in."""
        self._raw, self._begun = raw, begun
        if begun is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(BEGUN_SECONDS, self._give_up)

    def take(self, begin: str | None = None) -> tuple[Any, bool, "asyncio.Task[None] | None"]:
        """Return the connection, which may be closed by now, and whether `begin` was run on it.

        And what it is busy with, if anything: what was begun for somebody else is undone.
        """
        if self._timer is not None:
            self._timer.cancel()
            if self._begun != begin:
                self._give_up()
        raw, begun, undoing = self._raw, self._begun is not None, self._undoing
        self._raw = self._begun = self._timer = self._undoing = None
        return raw, begun, undoing

    def _give_up(self) -> None:
        """Nobody came for what was begun: end it. The connection goes on waiting."""
        self._begun = self._timer = None
        self._undoing = asyncio.create_task(undo(self._raw))


async def undo(raw: Any) -> None:
    """Roll back. When that fails, the connection is closed, and its next user gets another."""
    try:
        await raw.execute("rollback")
    except Exception:  # noqa: BLE001 - whatever it is, the connection is of no use any more
        raw.terminate()


def is_gone(raw: Any) -> bool:
    """Tell whether a connection is closed, or was taken from us by the pool when it closed."""
    try:
        return raw.is_closed()
    except asyncpg.InterfaceError:
        return True
