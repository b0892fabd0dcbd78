"""The queue: procrastinate, told about our schema, our delays and our workers.

A queued job is a call to a run that is kept elsewhere, by tenant and id, and holds nothing more. So
losing one costs a moment, and one too many finds nothing to do. procrastinate gives the calls out
to workers, repeats those that failed, and knows which workers are alive.
"""

from datetime import timedelta
from typing import Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status

from .db import QUEUE

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 1800, 3600, 3600, 3600))
"""After which time a call that failed is repeated; after the last one it has failed for good."""
BEAT = timedelta(seconds=5)
DEAD_AFTER = timedelta(seconds=30)
"""A worker that has shown no life for so long is dead, and its calls are given to others."""


class GrowingDelays(BaseRetryStrategy):
    """Repeat after the delays, one after the other."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        """Return when to repeat, None when it was the last time."""
        del exception  # What cannot succeed ends by the number of attempts, too.
        if job.attempts >= len(DELAYS):
            return None
        return RetryDecision(retry_in={"seconds": int(DELAYS[job.attempts].total_seconds())})


def is_last(attempts: int) -> bool:
    """Tell whether a call that was begun so often before is not repeated when it fails."""
    return attempts >= len(DELAYS)


def queue_at(url: str) -> App:
    """Return the queue of a database. Nothing is opened before it is used."""
    return App(
        connector=PsycopgConnector(
            conninfo=url,
            min_size=1,
            max_size=4,
            timeout=10,
            kwargs={
                "options": f"-c search_path={QUEUE}",
                "application_name": "laurels queue",
                # What a pooler in transaction mode could not keep.
                "prepare_threshold": None,
            },
        ),
        periodic_defaults={"max_delay": 90},
    )


async def take_up_lost(queue: App) -> int:
    """Calls whose worker died wait for another one; return how many there were."""
    lost = await queue.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=DEAD_AFTER.total_seconds()
    )
    count = 0
    for call in lost:
        assert call.id is not None, "what was read has an id"
        try:
            await queue.job_manager.retry_job(call)
        except UniqueViolation:
            # The same call waits already; this one is not needed any more.
            await queue.job_manager.finish_job_by_id_async(call.id, Status.FAILED, delete_job=True)
        except ConnectorException:
            # Another worker was quicker, or it has ended after all.
            continue
        count += 1
    return count


async def put(queue: App, task: str, calls: list[tuple[str, str, dict[str, Any]]]) -> None:
    """The calls wait in the queue: each a lock, a name of its own, and what it is called with.

    Of calls with one lock one runs at a time. A name that waits already is not put in again.
    """
    try:
        await queue.job_manager.batch_defer_jobs_async([_call(queue, task, call) for call in calls])
    except AlreadyEnqueued:
        # One of many was there already; then each for itself.
        for call in calls:
            try:
                await queue.job_manager.defer_job_async(_call(queue, task, call))
            except AlreadyEnqueued:
                continue


def _call(queue: App, task: str, call: tuple[str, str, dict[str, Any]]) -> QueuedJob:
    lock, name, arguments = call
    configured = queue.configure_task(task, lock=lock, queueing_lock=name, task_kwargs=arguments)
    return configured.job
