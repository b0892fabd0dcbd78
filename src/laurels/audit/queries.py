"""Reading the audit log."""

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted; each that is given must fit.

    `until` is exclusive. An `action` that ends with a dot means all that begin with it.
    """

    target_type: str | None = None
    target_id: str | None = None
    actor_type: str | None = None
    actor_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_entries(
    work: Work, wanted: Filter, *, after: UUID | None = None, limit: int = 20
) -> list[dict[str, Any]]:
    """Return what was changed, newest first."""
    rows = await work.fetch(
        "select id, action, target_type, target_id, before, after, actor_type, actor_id,"
        " request_id, ip, user_agent, created_at from laurels.audit_log where tenant_id = $1"
        " and ($2::text is null or target_type = $2) and ($3::text is null or target_id = $3)"
        " and ($4::text is null or actor_type = $4) and ($5::text is null or actor_id = $5)"
        " and ($6::text is null or action = $6"
        "  or (right($6, 1) = '.' and starts_with(action, $6)))"
        " and ($7::timestamptz is null or created_at >= $7)"
        " and ($8::timestamptz is null or created_at < $8)"
        " and ($9::uuid is null or id < $9) order by id desc limit $10",
        work.tenant_id, *astuple(wanted), after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]
