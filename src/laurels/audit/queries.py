"""Reading the audit log."""

from dataclasses import astuple, dataclass
from typing import Any

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.work import Work

SQL = statements(__name__)


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
    return await ENTRIES.fetch(work, asked, SQL.list_entries, work.tenant_id, *astuple(wanted))
