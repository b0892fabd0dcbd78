"""Business time: the present moment, or where the test clock of a test tenant stands.

A test clock stands still until it is moved, and it is moved forward only. Business time
(`work.now`) follows it everywhere. Tokens, rate limits, stored answers, the audit log and ids keep
to the real time (docs/concepts/time.md).
"""

from datetime import datetime
from uuid import UUID

from .db.pool import Raw
from .db.sql import statements
from .values.time import utc_now

SQL = statements(__name__)


async def business_now(raw: Raw, tenant_id: UUID) -> datetime:
    """Return the tenant's present moment: its test clock's if it has one, else the real one."""
    clock = await raw.fetchval(SQL.find_test_clock, tenant_id)
    return clock or utc_now()
