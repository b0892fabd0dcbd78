"""The time that each request has, under one timer for all of them.

A timer of the event loop for every request costs it 3.6 µs, and nearly none ever goes off. All
have the same time, so the one that began first is late first: it is looked at now and then.
"""

import asyncio
import time
from collections.abc import Awaitable

LOOKS = 20
"""How often it is looked in the time of one request, which may therefore last a 20th longer."""


class Late(Exception):
    """The time of a request is over."""


class Deadlines:
    """Who runs at present, and until when at most."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[Deadline, None] = {}
        self._looking = False

    async def hold(self, deadline: "Deadline", doing: Awaitable[None]) -> None:
        """Await something. Raise Late, with it cancelled, when it takes longer than it may."""
        task = asyncio.current_task()
        assert task is not None, "requests run in tasks"
        deadline.task, deadline.at = task, time.monotonic() + self._seconds
        self._running[deadline] = None
        if not self._looking:
            self._look_later()
        try:
            await doing
        except asyncio.CancelledError:
            if deadline.late and task.uncancel() == 0:
                raise Late from None
            raise
        finally:
            self._running.pop(deadline, None)

    def lift(self, deadline: "Deadline") -> None:
        """It may take as long as it likes from now on."""
        self._running.pop(deadline, None)

    def _look_later(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(self._seconds / LOOKS, self._look)

    def _look(self) -> None:
        """Cancel who is late. Who began later has more time, so the first in time ends the look."""
        self._looking = False
        now = time.monotonic()
        for deadline in list(self._running):
            if deadline.at > now:
                break
            del self._running[deadline]
            deadline.late = True
            deadline.task.cancel()
        if self._running:
            self._look_later()


class Deadline:
    """Until when one request may run."""

    __slots__ = ("at", "late", "task")

    def __init__(self) -> None:
        self.at = 0.0
        self.late = False
        self.task: asyncio.Task[None]
