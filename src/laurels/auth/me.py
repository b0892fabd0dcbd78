"""Who asks: what `GET /v1/me` says."""

from dataclasses import asdict
from typing import Any

from laurels import __version__, tenants
from laurels.kit.db.sql import statements
from laurels.kit.http.access import AuthenticatedRequest
from laurels.kit.values.ids import decode
from laurels.kit.work import PLATFORM, Work

from .logins import places_of
from .sessions import login_of, working

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
        "tenants": [],
        "version": __version__,
    }
    if who.tenant_id == PLATFORM:
        return found
    async with working(visitor.origin, who.tenant_id) as work:
        tenant = await tenants.current(work)
        brand = tenant.settings.get("branding", {}).get("brand_color")
        found["tenant"] = {**asdict(tenant), "clock": who.clock, "brand_color": brand}
        found |= await _named(work, who.actor.kind, who.actor.id or "")
    if who.session is not None:
        login = await login_of(visitor)
        async with working(visitor.origin, PLATFORM) as work:
            found["tenants"] = await places_of(work, login.id)
    return found


async def _named(work: Work, kind: str, name: str) -> dict[str, Any]:
    if kind == "staff":
        row = await work.fetchrow(SQL.find_name_of_staff, work.tenant_id, decode("staff", name))
    else:
        row = await work.fetchrow(SQL.find_name_of_key, work.tenant_id, decode("api_key", name))
    return dict(row) if row is not None else {}
