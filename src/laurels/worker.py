"""What goes on without being asked: the schedule, the runs of jobs, and what events cause.

Several workers may run at once, in processes of their own or beside the API. Each of the loops
here goes on after an error, and ends when `stop` is set: runs under way finish their step.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from procrastinate import App, JobContext

from laurels import domains, events, jobs, rewards
from laurels.kit import queue as calls
from laurels.kit.db import Database
from laurels.kit.time import utc_now

log = logging.getLogger("laurels.worker")
Loop = Callable[[], Awaitable[None]]
CARRY_OUT = "laurels.carry_out"
LOOK_EVERY = 0.5
"""Seconds between two looks for runs that wait to be handed to the queue."""
DRAIN = timedelta(seconds=25)
"""How long a worker that is to stop lets its steps end before they are broken off."""
BACK_OFF = (0.5, 1, 2, 5, 10, 30)
KEPT_CALLS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Worker:
    """What the loops share."""

    database: Database
    stop: asyncio.Event
    concurrency: int
    keep_house: Callable[[], int] | None


async def run(
    database: Database,
    *,
    stop: asyncio.Event,
    concurrency: int = 2,
    keep_house: Callable[[], int] | None = None,
) -> None:
    """Work until `stop` is set, then finish what is under way.

    `keep_house` is called once a day, in a thread: what the installation, not a tenant, has to do.
    """
    assert domains.ROOMS, "importing the list of rooms registers their jobs"
    worker = Worker(database, stop, concurrency, keep_house)
    loops: dict[str, Loop] = {
        "the hand-over": lambda: _hand_on(worker),
        "the queue": lambda: _work_off(worker),
        "the relay": lambda: events.run_relay(database, stop),
        "rewards": lambda: rewards.run_fulfilment(database, stop),
        "webhooks": lambda: events.run_deliveries(database, stop),
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


async def _hand_on(worker: Worker) -> None:
    """Hand runs that wait to the queue: planned by the schedule, or asked for by somebody."""
    async with calls.queue_at(worker.database.url).open_async() as queue:
        while not worker.stop.is_set():
            waiting = await jobs.take_waiting(worker.database)
            if waiting:
                await calls.put(
                    queue,
                    CARRY_OUT,
                    [
                        (
                            f"{run.tenant_id}/{run.job}",
                            str(run.id),
                            {"tenant_id": str(run.tenant_id), "run_id": str(run.id)},
                        )
                        for run in waiting
                    ],
                )
            if len(waiting) < jobs.AT_ONCE:
                await _pause(worker.stop, LOOK_EVERY)


async def _work_off(worker: Worker) -> None:
    """Take calls from the queue and carry them out, until told to stop or the database is gone."""
    queue = calls.queue_at(worker.database.url)
    _teach(queue, worker)
    async with queue.open_async():
        working = asyncio.create_task(
            queue.run_worker_async(
                concurrency=worker.concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=calls.BEAT.total_seconds(),
                stalled_worker_timeout=calls.DEAD_AFTER.total_seconds(),
                shutdown_graceful_timeout=DRAIN.total_seconds(),
            )
        )
        stopped = asyncio.create_task(worker.stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            working.cancel()
            (ended,) = await asyncio.gather(working, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended


# pyright: reportUnusedFunction=false
def _teach(queue: App, worker: Worker) -> None:
    """Tell the queue what its calls do; it knows each of these functions by its name."""
    planner = jobs.Planner(worker.database)

    @queue.task(name=CARRY_OUT, pass_context=True, retry=calls.GrowingDelays())
    async def carry_out(context: JobContext, tenant_id: str, run_id: str) -> None:
        await jobs.carry_out(
            worker.database,
            UUID(tenant_id),
            UUID(run_id),
            last_attempt=calls.is_last(context.job.attempts),
            stopping=worker.stop.is_set,
        )

    @queue.periodic(cron="* * * * *")
    @queue.task(name="laurels.plan", queueing_lock="laurels.plan")
    async def plan(timestamp: int) -> None:
        del timestamp  # A look that comes late looks at what is due by now.
        await planner.plan(utc_now())

    @queue.periodic(cron="* * * * * */5")
    @queue.task(name="laurels.take_up_lost", queueing_lock="laurels.take_up_lost")
    async def take_up_lost(timestamp: int) -> None:
        del timestamp
        await calls.take_up_lost(queue)

    @queue.periodic(cron="20 3 * * *")
    @queue.task(name="laurels.keep_house", queueing_lock="laurels.keep_house")
    async def keep_house(timestamp: int) -> None:
        del timestamp
        await queue.job_manager.delete_old_jobs(
            nb_hours=int(KEPT_CALLS.total_seconds() // 3600),
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )
        if worker.keep_house is not None:
            await asyncio.to_thread(worker.keep_house)
