"""What goes on without being asked: the schedule, the runs of jobs, and what events cause.

Several workers may run at once, in processes of their own or beside the API. Each of the loops
here goes on after an error, and ends when `stop` is set: runs under way finish their step.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from laurels import domains, jobs
from laurels.kit.db.pool import Database

log = logging.getLogger("laurels.worker")
Loop = Callable[[], Awaitable[None]]
DAY = 24 * 3600.0
BACK_OFF = (0.5, 1, 2, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Worker:
    """What the loops share."""

    database: Database
    stop: asyncio.Event
    concurrency: int
    housekeeping: Callable[[], int] | None


async def run(
    database: Database,
    *,
    stop: asyncio.Event,
    concurrency: int = 2,
    housekeeping: Callable[[], int] | None = None,
) -> None:
    """Work until `stop` is set, then finish what is under way.

    `housekeeping` is called once a day, in a thread: what the installation needs, not a tenant.
    """
    worker = Worker(database, stop, concurrency, housekeeping)
    loops: dict[str, Loop] = {
        "the schedule": lambda: jobs.run_planner(database, stop),
        "jobs": lambda: jobs.run_jobs(database, stop, concurrency=worker.concurrency),
        "housekeeping": lambda: _run_housekeeping(worker),
        **{name: partial(loop, database, stop) for name, loop in domains.LOOPS.items()},
    }
    await asyncio.gather(*(_keep_going(name, loop, stop) for name, loop in loops.items()))


async def _keep_going(name: str, loop: Loop, stop: asyncio.Event) -> None:
    """Begin a loop again when it breaks: after a moment, and after longer ones if it goes on."""
    failures = 0
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        try:
            await loop()
        except Exception:
            log.exception("%s broke off; it begins again", name)
        if stop.is_set():
            return
        if asyncio.get_running_loop().time() - began > BACK_OFF[-1]:
            failures = 0
        await _pause(stop, BACK_OFF[min(failures, len(BACK_OFF) - 1)])
        failures += 1


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _run_housekeeping(worker: Worker) -> None:
    """Do once a day what the installation has to do on this machine."""
    while worker.housekeeping is not None and not worker.stop.is_set():
        await asyncio.to_thread(worker.housekeeping)
        await _pause(worker.stop, DAY)
    await worker.stop.wait()
