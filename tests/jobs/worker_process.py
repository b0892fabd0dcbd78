"""A worker in a process of its own, as `laurels worker` is, which is sooner taken for dead.

python -m tests.jobs.worker_process URL
"""

import asyncio
import logging
import signal
import sys
from datetime import timedelta

from laurels import worker
from laurels.jobs import running, working
from laurels.kit.db.pool import Database


async def main(url: str) -> None:
    """Work until told to stop."""
    running.BEAT_SECONDS, working.LEASE = 0.3, timedelta(seconds=1.5)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(url, pool_size=6, statement_timeout=None)
    await worker.run(database, stop=stop)
    await database.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(sys.argv[1]))
