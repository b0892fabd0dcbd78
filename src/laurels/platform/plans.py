"""Plans as the operator keeps them."""

from typing import Any

import orjson

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.versions import check_version
from laurels.kit.work import Work
from laurels.tenants import PlanLimits

from .errors import PlanInUse, PlanNotFound

SQL = statements(__name__)

STANDARD = "standard"


async def list_plans(work: Work) -> list[dict[str, Any]]:
    """Return every plan with the number of its tenants, by code."""
    rows = await work.fetch(SQL.list_plans)
    return [dict(row) for row in rows]


async def get_plan(work: Work, code: str) -> dict[str, Any]:
    """Return a plan. Raise PlanNotFound."""
    found = next((plan for plan in await list_plans(work) if plan["code"] == code), None)
    if found is None:
        raise PlanNotFound
    return found


async def set_plan(
    work: Work,
    code: str,
    *,
    name: str,
    limits: PlanLimits,
    archived: bool = False,
    version: int | None = None,
) -> dict[str, Any]:
    """The plan has this name and these limits; `version` is the one edited, 0 for a new plan.

    Tenants that have more than a lowered limit keep what they have; they get no more. Raise
    PlanInUse when it is to be archived but used, or VersionConflict.
    """
    before = next((plan for plan in await list_plans(work) if plan["code"] == code), None)
    if archived and (code == STANDARD or (before is not None and before["tenants"])):
        raise PlanInUse(field="archived")
    values = limits.model_dump(exclude_none=True)
    row = await work.fetchrow(
        SQL.set_plan, code, name, orjson.dumps(values).decode(), work.now, archived, version
    )
    assert row is not None, "the function always answers"
    check_version(version, row["version"])
    await audit.record(
        work,
        "platform.plan_changed" if before else "platform.plan_created",
        "plan",
        code,
        before=before and {"name": before["name"], "limits": before["limits"]},
        after={"name": name, "limits": values, "archived": archived},
    )
    return await get_plan(work, code)
