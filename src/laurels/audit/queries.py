"""Reading the audit log."""

from dataclasses import astuple, dataclass
from typing import Any

from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted; each that is given must fit.

    An `action` that ends with a dot means all that begin with it.
    """

    target_type: str | None = None
    target_id: str | None = None
    actor_type: str | None = None
    actor_id: str | None = None
    action: str | None = None


ENTRIES = Listing(moment="created_at", happened="Done", sorts={"created_at": None})


async def list_entries(work: Work, wanted: Filter, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return what was changed, usually newest first."""
    return await ENTRIES.fetch(
        work, asked,
        "select id, action, target_type, target_id, before, after, actor_type, actor_id,"
        " request_id, ip, user_agent, created_at from laurels.audit_log where tenant_id = $1"
        " and ($2::text is null or target_type = $2) and ($3::text is null or target_id = $3)"
        " and ($4::text is null or actor_type = $4) and ($5::text is null or actor_id = $5)"
        " and ($6::text is null or action = $6"
        "  or (right($6, 1) = '.' and starts_with(action, $6)))",
        work.tenant_id, *astuple(wanted),
    )  # fmt: skip
