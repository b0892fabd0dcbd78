"""Waiting for what is to come: for as long as it takes, up to what no machine needs.

A test says what it waits for, never how long that may take: on a busy machine everything takes
longer, and a limit that is reached means that it would never have come.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from laurels.kit.db.pool import Raw
from laurels.kit.work import Work

PATIENCE_SECONDS = 120
T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T]]) -> T:
    """Wait until the question has an answer that is true, and return it."""
    over = time.monotonic() + PATIENCE_SECONDS
    while not (answer := await ask()):
        assert time.monotonic() < over, f"it never came: {ask}"
        await asyncio.sleep(0.01)
    return answer


def until_true(ask: Callable[[], T]) -> T:
    """Wait as `until` does, in tests that have no loop."""
    over = time.monotonic() + PATIENCE_SECONDS
    while not (answer := ask()):
        assert time.monotonic() < over, f"it never came: {ask}"
        time.sleep(0.02)
    return answer


async def until_somebody_waits_for(
    holder: Work | Raw, *, unless: Callable[[], bool] = lambda: False
) -> None:
    """Wait until another transaction waits for a lock that this one has, or needs none."""

    async def waited_for() -> bool:
        return unless() or bool(
            await holder.fetch(
                "select 1 from pg_locks where not granted"
                " and pg_backend_pid() = any(pg_blocking_pids(pid))"
            )
        )

    await until(waited_for)
