"""The operator's routes, for operator keys (`lk_op_…`) alone."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request

from laurels import tenants
from laurels.kit.http.access import redact_on_replay, requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Name
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.permissions import Permission
from laurels.tenants.errors import (
    SettingInvalid,
    SettingNotFound,
    SlugTaken,
    TenantInvalid,
    TenantNotFound,
    UnknownPreset,
)

from . import plans, queries, service
from .errors import PlanInUse, PlanNotFound, TenantsExhausted
from .schemas import (
    NewTenantOut,
    PlanCode,
    PlanIn,
    PlanOut,
    PlansOut,
    PlatformHealthOut,
    PlatformTenantOut,
    SettingIn,
    SettingOut,
    SettingsOut,
    SettingVersionOut,
    StatusIn,
    TenantFiguresOut,
    TenantId,
    TenantIn,
    TenantPatch,
    TenantsFiguresOut,
)

router = APIRouter(prefix="/v1/platform", tags=["platform"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.PLATFORM_READ)]
Writing = Annotated[Work, requires(Permission.PLATFORM_WRITE)]
SettingName = Annotated[str, Path(max_length=60, description="Name of the setting.")]


@router.get("/tenants")
async def list_platform_tenants(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.TENANTS)],
    status: Annotated[Literal["active", "suspended"] | None, Query()] = None,
    plan: Annotated[PlanCode | None, Query()] = None,
    search: Annotated[
        Name | None, Query(description="Words or parts of words in slug and name.")
    ] = None,
) -> Page[PlatformTenantOut]:
    """List the tenants of the platform, newest first."""
    rows = await queries.list_tenants(work, status=status, plan=plan, search=search, asked=asked)
    return rows.page(PlatformTenantOut.model_validate(row) for row in rows)


@router.post("/tenants", status_code=201, dependencies=[redact_on_replay("api_key")])
@error_responses(TenantsExhausted, PlanNotFound, SlugTaken, UnknownPreset, TenantInvalid)
async def create_platform_tenant(body: TenantIn, work: Writing, request: Request) -> NewTenantOut:
    """Create a tenant, and invite its owner. Its first API key is shown only in this answer."""
    tenant_id, key = await service.create_tenant(
        work,
        apply_preset=request.app.state.preset_installers,
        owner=body.owner_email,
        values=body.model_dump(exclude={"owner_email"}),
    )
    tenant = PlatformTenantOut.model_validate(await queries.get_tenant(work, tenant_id))
    return NewTenantOut(tenant=tenant, api_key=key.key)


@router.get("/tenants/{tenant_id}")
@error_responses(TenantNotFound)
async def get_platform_tenant(tenant_id: TenantId, work: Reading) -> PlatformTenantOut:
    """Read one tenant."""
    return PlatformTenantOut.model_validate(await queries.get_tenant(work, tenant_id))


@router.patch("/tenants/{tenant_id}")
@error_responses(TenantNotFound, PlanNotFound, VersionConflict)
async def change_platform_tenant(
    tenant_id: TenantId, body: TenantPatch, work: Writing
) -> PlatformTenantOut:
    """Rename a tenant or move it to another plan."""
    values = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"version"})
    await service.change_tenant(work, tenant_id, values, version=body.version)
    return PlatformTenantOut.model_validate(await queries.get_tenant(work, tenant_id))


@router.post("/tenants/{tenant_id}/suspend")
@error_responses(TenantNotFound)
async def suspend_platform_tenant(
    tenant_id: TenantId, work: Writing, body: StatusIn | None = None
) -> PlatformTenantOut:
    """Suspend a tenant: it cannot earn or spend until it is resumed."""
    await service.set_status(work, tenant_id, "suspended", body.reason if body else None)
    return PlatformTenantOut.model_validate(await queries.get_tenant(work, tenant_id))


@router.post("/tenants/{tenant_id}/resume")
@error_responses(TenantNotFound)
async def resume_platform_tenant(
    tenant_id: TenantId, work: Writing, body: StatusIn | None = None
) -> PlatformTenantOut:
    """Resume a suspended tenant."""
    await service.set_status(work, tenant_id, "active", body.reason if body else None)
    return PlatformTenantOut.model_validate(await queries.get_tenant(work, tenant_id))


@router.get("/figures")
@error_responses(TenantInvalid)
async def list_tenant_figures(
    work: Reading,
    tenant_ids: Annotated[
        str, Query(max_length=4000, description="Ids of tenants, separated by commas.")
    ],
) -> TenantsFiguresOut:
    """Read how large tenants are: members, purchases, staff. Nothing of whom they are about."""
    rows = await queries.figures(work, queries.read_ids(tenant_ids))
    return TenantsFiguresOut(data=[TenantFiguresOut.model_validate(row) for row in rows])


@router.get("/plans")
async def list_plans(work: Reading) -> PlansOut:
    """List the plans with the number of their tenants."""
    return PlansOut(data=[PlanOut.model_validate(row) for row in await plans.list_plans(work)])


@router.put("/plans/{code}")
@error_responses(PlanInUse, VersionConflict)
async def set_plan(code: PlanCode, body: PlanIn, work: Writing) -> PlanOut:
    """Create or change a plan. A tenant that exceeds the new limits keeps what it has."""
    found = await plans.set_plan(
        work,
        code,
        name=body.name,
        limits=body.limits,
        archived=body.archived,
        version=body.version,
    )
    return PlanOut.model_validate(found)


@router.get("/settings")
async def list_platform_settings(work: Reading) -> SettingsOut:
    """List the settings of the platform with their values, feature flags among them."""
    rows = await tenants.list_settings(work)
    return SettingsOut(data=[SettingOut.model_validate(row) for row in rows])


@router.put("/settings/{name}")
@error_responses(SettingNotFound, SettingInvalid, VersionConflict)
async def change_platform_setting(name: SettingName, body: SettingIn, work: Writing) -> SettingOut:
    """Change a setting of the platform."""
    row = await tenants.change_setting(work, name, body.value, version=body.version)
    return SettingOut.model_validate(row)


@router.get("/settings/{name}/history")
@error_responses(SettingNotFound)
async def get_platform_setting_history(
    name: SettingName, work: Reading, asked: Annotated[Asked, Depends(tenants.SETTING_HISTORY)]
) -> Page[SettingVersionOut]:
    """List all versions of a setting, newest first."""
    rows = await tenants.setting_history(work, name, asked)
    return rows.page(SettingVersionOut.model_validate(row) for row in rows)


@router.get("/health")
async def get_platform_health(work: Reading) -> PlatformHealthOut:
    """Read how the database and the queues of all tenants are doing."""
    return PlatformHealthOut.model_validate(await queries.health(work))
