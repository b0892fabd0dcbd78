"""Plans: how much of what a tenant may have. An absent limit is no limit."""

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

from laurels import events
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from .errors import PlanExceeded

SQL = statements(__name__)


class PlanLimits(BaseModel):
    """The limits of a tenant on the plan; null: no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    earning_rules: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=100_000,
        description="Earning rules that are not archived.",
    )
    programs: int | None = Field(
        default=None, strict=True, ge=1, le=1000, description="Programs of points."
    )
    requests_per_second: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=100_000,
        description="Requests per second that a key may make, whatever the tenant's settings are.",
    )
    webhook_endpoints: int | None = Field(
        default=None, strict=True, ge=0, le=1000, description="Webhook endpoints."
    )


async def plan_of(work: Work) -> asyncpg.Record:
    """Return code, name and limits of the tenant's plan, and the version of name and plan."""
    row = await work.fetchrow(SQL.tenant_plan, work.tenant_id)
    assert row is not None, "every tenant is on a plan"
    return row


async def limits_of(work: Work) -> PlanLimits:
    """Return the limits of the tenant's plan, read once per Work."""
    if PlanLimits not in work.memo:
        row = await work.fetchrow(SQL.plan_limits, work.tenant_id)
        work.memo[PlanLimits] = PlanLimits.model_validate(row["limits"] if row else {})
    return work.memo[PlanLimits]


async def lock_counts(work: Work) -> None:
    """How many of anything the tenant has stands still, so that two at once are not both the last.

    Whoever counts before they add one asks this first: the tenant's row stands for all counts.
    """
    await work.fetch(SQL.lock_tenant, work.tenant_id)


async def require_room(work: Work, what: str, there: int) -> None:
    """Raise PlanExceeded when the tenant has so many of something that its plan allows no more."""
    most: int | None = getattr(await limits_of(work), what)
    if most is not None and there >= most:
        words = what.replace("_", " ")
        msg = f"The plan allows {most} {words}, and the tenant has {there}; ask for a larger plan."
        raise PlanExceeded(msg, limit=most)


@events.bound_endpoints
async def require_room_for_endpoint(work: Work, there: int) -> None:
    """Raise PlanExceeded when the tenant's plan allows no webhook endpoint more."""
    await require_room(work, "webhook_endpoints", there)
