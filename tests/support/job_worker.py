"""A worker of jobs alone, in a process of its own, which can be killed.

python -m tests.support.job_worker URL
"""

import asyncio
import sys

from laurels import domains, jobs
from laurels.kit.db.pool import Database


async def main(url: str) -> None:
    """Work until it is killed."""
    assert domains.LOOPS, "the rooms have declared their jobs"
    await jobs.run_jobs(Database(url, pool_size=4), asyncio.Event(), concurrency=1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
