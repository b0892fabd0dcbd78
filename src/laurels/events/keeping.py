"""How long events are kept."""

from datetime import timedelta

from laurels.kit.db.sql import statements
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

SQL = statements(__name__)

RETENTION = timedelta(days=30)
"""How long events and what handlers did are kept, and streams can go back."""


async def forget_old(work: Work, *, limit: int = 1000) -> int:
    """Events older than 30 days are gone, with their log, at most `limit`; return how many.

    What was not relayed, waits to be delivered, or is a dead letter nobody dealt with stays. The
    age is real time; a test tenant's clock does not move it.
    """
    row = await work.fetchrow(SQL.forget_events, work.tenant_id, utc_now() - RETENTION, limit)
    assert row is not None, "the function always answers"
    return row["gone"]
