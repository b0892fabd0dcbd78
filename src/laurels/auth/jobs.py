"""What is past its days: sessions, invitations, links to passwords, failures of signing in."""

from laurels.kit.db.sql import statements
from laurels.kit.jobs import job
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

SQL = statements(__name__)


@job(
    "auth.forget_old_sign_ins",
    daily="02:50",
    limit=5_000,
    waiting="tenants_with_old_sign_ins",
    business=False,
)
async def forget_old_sign_ins(work: Work, *, limit: int) -> int:
    """Forget sessions and invitations thirty days after their end, and failures after a day."""
    done = 0
    for statement in (SQL.delete_old_tokens, SQL.delete_old_sessions, SQL.delete_old_invitations):
        done = max(done, len(await work.fetch(statement, work.tenant_id, limit)))
    row = await work.fetchrow("select laurels.forget_old_attempts($1, $2)", utc_now(), limit)
    return max(done, min(row[0] if row else 0, limit))
