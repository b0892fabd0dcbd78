"""What operators do with tenants."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from laurels import auth, tenants
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work, on_behalf

from .errors import PlanNotFound, TenantsExhausted
from .queries import count_tenants, get_tenant, is_open_plan


async def create_tenant(
    work: Work,
    *,
    apply_preset: Sequence[tenants.PresetInstaller],
    owner: str | None = None,
    values: dict[str, Any],
) -> tuple[UUID, auth.NewKey]:
    """A tenant exists, set up by its preset, with a key of full access; return its id and the key.

    Whoever has the address `owner` is invited as its owner. Raise TenantsExhausted, PlanNotFound,
    or what `tenants.establish` raises.
    """
    if await count_tenants(work) >= await tenants.read_setting(work, "tenants.max"):
        raise TenantsExhausted
    plan = values.get("plan") or await tenants.read_setting(work, "tenants.default_plan")
    await _require_plan(work, plan)
    tenant_id = new_id()
    async with on_behalf(work, tenant_id) as inside:
        made = await tenants.establish(
            inside, apply_preset=apply_preset, **{**values, "plan": plan}
        )
        key = await auth.create_key(inside, name="first key", test=made.test)
        if owner is not None:
            await auth.invite(inside, email=owner, role=auth.Role.OWNER)
    return tenant_id, key


async def set_status(work: Work, tenant_id: UUID, status: str, reason: str | None) -> None:
    """The tenant is `active`, or `suspended`: it earns and spends nothing. Raise TenantNotFound."""
    before = await get_tenant(work, tenant_id)
    if before["status"] == status:
        return
    async with on_behalf(work, tenant_id) as inside:
        await tenants.set_status(inside, status, reason=reason)


async def change_tenant(
    work: Work, tenant_id: UUID, values: dict[str, Any], *, version: int | None = None
) -> None:
    """The tenant has this name and plan; what is not sent stays.

    Raise TenantNotFound, PlanNotFound or VersionConflict.
    """
    before = await get_tenant(work, tenant_id)
    if "plan" in values and values["plan"] != before["plan"]:
        await _require_plan(work, values["plan"])
    async with on_behalf(work, tenant_id) as inside:
        await tenants.change(inside, values, version=version)


async def _require_plan(work: Work, code: str) -> None:
    if not await is_open_plan(work, code):
        msg = f"There is no active plan `{code[:40]}`."
        raise PlanNotFound(msg, field="plan")
