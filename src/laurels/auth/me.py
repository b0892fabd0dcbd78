"""Who asks: what `GET /v1/me` says."""

from typing import Any

from laurels import tenants
from laurels.kit.db.sql import statements
from laurels.kit.http.access import AuthenticatedRequest
from laurels.kit.values.ids import decode
from laurels.kit.work import PLATFORM, Work

from .sessions import working

SQL = statements(__name__)


async def about(visitor: AuthenticatedRequest) -> dict[str, Any]:
    """Return who somebody is, where, and what they may do."""
    who = visitor.principal
    found: dict[str, Any] = {
        "actor_type": who.actor.kind,
        "actor_id": who.actor.id,
        "name": None,
        "email": None,
        "role": None,
        "session_id": who.session,
        "tenant": None,
        "permissions": sorted(who.permissions),
    }
    if who.tenant_id == PLATFORM:
        return found
    async with working(visitor.origin, who.tenant_id) as work:
        found["tenant"] = await tenants.current(work)
        return found | await _named(work, who.actor.kind, who.actor.id or "")


async def _named(work: Work, kind: str, name: str) -> dict[str, Any]:
    if kind == "staff":
        row = await work.fetchrow(SQL.find_name_of_staff, work.tenant_id, decode("staff", name))
    else:
        row = await work.fetchrow(SQL.find_name_of_key, work.tenant_id, decode("api_key", name))
    return dict(row) if row is not None else {}
