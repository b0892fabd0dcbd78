"""What is past its days: sessions, invitations, links to passwords, failures of signing in."""

from laurels.kit.jobs import job
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work


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
    for statement in (
        "delete from laurels.refresh_tokens where tenant_id = $1 and id in ("
        " select t.id from laurels.refresh_tokens as t inner join laurels.staff_sessions as s"
        "  on s.tenant_id = t.tenant_id and s.id = t.session_id where t.tenant_id = $1"
        "  and (s.expires_at < now() - interval '30 days'"
        "   or t.expires_at < now() - interval '1 day') order by t.id limit $2) returning 1",
        "delete from laurels.staff_sessions where tenant_id = $1 and id in ("
        " select s.id from laurels.staff_sessions as s where s.tenant_id = $1"
        "  and s.expires_at < now() - interval '30 days' and not exists ("
        "   select from laurels.refresh_tokens as t where t.tenant_id = $1"
        "   and t.session_id = s.id) order by s.expires_at limit $2) returning 1",
        "delete from laurels.staff_invitations where tenant_id = $1 and id in ("
        " select i.id from laurels.staff_invitations as i where i.tenant_id = $1"
        "  and i.expires_at < now() - interval '30 days' order by i.id limit $2) returning 1",
    ):
        done = max(done, len(await work.fetch(statement, work.tenant_id, limit)))
    row = await work.fetchrow("select laurels.forget_old_attempts($1, $2)", utc_now(), limit)
    return max(done, min(row[0] if row else 0, limit))
