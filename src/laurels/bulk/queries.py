"""Reading actions on many members."""

from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import Asked, Found, Listing
from laurels.kit.work import Work

from .errors import BulkActionNotFound

SQL = statements(__name__)

ACTIONS = Listing(moment="created_at", happened="Asked for", sorts={"created_at": None})
MEMBERS = Listing(
    moment="decided_at",
    happened="Decided",
    sorts={"member_id": None},
    default="member_id",
    id="member_id",
    limit=50,
)


async def get_action(work: Work, action_id: UUID) -> dict[str, Any]:
    """Return an action with why it failed. Raise BulkActionNotFound."""
    row = await work.fetchrow(f"{SQL.bulk_actions} and id = $2", work.tenant_id, action_id)
    if row is None:
        raise BulkActionNotFound
    problems = await work.fetch(SQL.problems_of, work.tenant_id, action_id)
    return {**dict(row), "problems": [dict(each) for each in problems]}


async def list_actions(work: Work, asked: Asked) -> Found[dict[str, Any]]:
    """Return actions, usually the newest first."""
    return await ACTIONS.fetch(work, asked, SQL.bulk_actions, work.tenant_id)


async def list_members(
    work: Work, action_id: UUID, *, outcome: str | None, asked: Asked
) -> Found[dict[str, Any]]:
    """Return whom an action is for, with what came of each. Raise BulkActionNotFound."""
    await get_action(work, action_id)
    # A text of its own for each outcome, so that the index of the few that failed can serve.
    also = "" if outcome is None else f" and outcome = '{outcome}'"
    assert outcome in {None, "done", "unchanged", "failed"}, "the route checks it"
    return await MEMBERS.fetch(work, asked, SQL.bulk_members + also, work.tenant_id, action_id)
