"""Loops that never die: a step again and again until they are told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

log = logging.getLogger("laurels.worker")
IDLE_SECONDS = 0.25
"""How long a loop rests after a step that found nothing to do."""
_MAX_PAUSE_SECONDS = 30.0
_GRACE_SECONDS = 5.0

Step = Callable[[], Awaitable[bool]]


async def run(steps: Sequence[tuple[str, Step]], stop: asyncio.Event) -> None:
    """Repeat each of the steps beside the others until `stop` is set; then end within seconds."""
    tasks = [asyncio.create_task(_repeat(name, step, stop), name=name) for name, step in steps]
    try:
        await stop.wait()
        await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(name: str, step: Step, stop: asyncio.Event) -> None:
    """Do the step at once again while it is busy; rest when idle, longer after each failure."""
    failures = 0
    while not stop.is_set():
        try:
            busy = await step()
            failures = 0
            rest = 0.0 if busy else IDLE_SECONDS
        except Exception:
            failures += 1
            rest = min(IDLE_SECONDS * 2**failures, _MAX_PAUSE_SECONDS)
            log.exception("%s failed %d times in a row; next in %.1f s", name, failures, rest)
        await rest_until(stop, rest)


async def rest_until(stop: asyncio.Event, seconds: float) -> None:
    """Rest for this long, or until `stop` is set."""
    if seconds <= 0:
        # Others get their turn, also when there is always something to do.
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
