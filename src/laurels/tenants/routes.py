"""The tenant itself and its settings over HTTP."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import ConfigDict, Field

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page, Whole
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import IdOf, Name, Schema, View
from laurels.kit.versions import EditedOrNew, EditedVersion, VersionConflict
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service, settings
from .errors import PlanExceeded, TenantInvalid, UnknownSection
from .plans import PlanLimits, plan_of

router = APIRouter(prefix="/v1", tags=["tenants"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.TENANTS_READ)]
Writing = Annotated[Work, requires(Permission.TENANTS_WRITE)]
SectionName = Annotated[str, Path(max_length=40, description="Name of the section.")]
TenantId = Annotated[UUID, IdOf("tenant")]


class TenantPlanOut(View):
    """The plan that a tenant is on."""

    code: str = Field(description="Short name of the plan.")
    name: str = Field(description="What the plan is called.")
    limits: PlanLimits = Field(description="Its limits; null: no limit.")


class TenantOut(View):
    """The tenant that the credentials belong to."""

    id: TenantId
    slug: str = Field(description="Short name, as used in commands.")
    name: str = Field(description="What the tenant is called.")
    preset: str = Field(description="The preset it was created with.")
    status: str = Field(description="`active`, or `suspended`: cannot earn or spend.")
    test: bool = Field(description="Whether it is a test tenant, whose clock can be moved.")
    currency: str = Field(description="ISO 4217 code of all its amounts.")
    time_zone: str = Field(description="IANA name, such as `Europe/Berlin`; its days begin there.")
    plan: TenantPlanOut = Field(description="How much of what it may have.")
    version: int = Field(description="Counts up with every change of name or plan.")
    created_at: datetime


class OwnTenantPatch(Schema):
    """What a tenant changes of itself; fields that are not sent stay as they are."""

    name: Name | None = Field(default=None, description="What it is called.")
    version: EditedVersion = None


class SectionOut(View):
    """A section of settings with every value, defaults included."""

    section: str = Field(description="Name of the section.")
    description: str = Field(description="What its settings are about.")
    values: dict[str, Any] = Field(description="Every setting of the section with its value.")
    defaults: dict[str, Any] = Field(description="Every setting of the section with its default.")
    properties: dict[str, Any] = Field(
        description="JSON Schema of each setting, with what it means as its description."
    )
    version: int = Field(description="Counts up with every change; 0: never changed.")
    updated_at: datetime | None = Field(description="When it last changed; null: never.")


class SettingsPatch(Schema):
    """Settings of a section by their names, and the version that they were edited in."""

    model_config = ConfigDict(extra="allow")

    version: EditedOrNew = None


class SectionsOut(Whole):
    """All sections of settings, by name."""

    data: list[SectionOut] = Field(description="All sections, by name.")


class VersionOut(View):
    """One version of a section: the values that differed from the defaults, and who set them."""

    version: int = Field(description="Counts up with every change.")
    values: dict[str, Any] = Field(description="The values that differed from the defaults.")
    changed_at: datetime = Field(description="When it was set.")
    actor_type: str
    actor_id: str | None


@router.get("/tenant")
async def get_tenant(work: Reading) -> TenantOut:
    """Read the tenant that the credentials belong to."""
    return await _tenant_out(work)


@router.patch("/tenant")
@error_responses(VersionConflict)
async def change_tenant(body: OwnTenantPatch, work: Writing) -> TenantOut:
    """Rename the tenant. Only its operator moves it to another plan."""
    if body.name is not None:
        await service.change(work, {"name": body.name}, version=body.version)
    return await _tenant_out(work)


async def _tenant_out(work: Work) -> TenantOut:
    plan = await plan_of(work)
    return TenantOut(
        **asdict(await service.current(work)),
        plan=TenantPlanOut.model_validate(dict(plan)),
        version=plan["version"],
    )


def _section_out(edition: settings.Edition) -> SectionOut:
    model = type(edition.settings)
    return SectionOut(
        section=model.section,
        description=model.__doc__ or "",
        values=edition.settings.model_dump(mode="json"),
        defaults=model().model_dump(mode="json"),
        properties=model.model_json_schema()["properties"],
        version=edition.version,
        updated_at=edition.updated_at,
    )


@router.get("/settings")
async def list_settings(work: Reading) -> SectionsOut:
    """Read every section of settings."""
    return SectionsOut(data=[_section_out(each) for each in await settings.editions(work)])


@router.get("/settings/{section}")
@error_responses(UnknownSection)
async def get_settings(section: SectionName, work: Reading) -> SectionOut:
    """Read a section of settings."""
    return _section_out(await settings.edition(work, section))


@router.patch("/settings/{section}")
@error_responses(UnknownSection, VersionConflict, TenantInvalid, PlanExceeded, "too_many_rules")
async def change_settings(section: SectionName, body: SettingsPatch, work: Writing) -> SectionOut:
    """Change the settings that are sent; the rest stay. Their effects apply at once."""
    await settings.change_section(work, section, body.model_extra or {}, version=body.version)
    return _section_out(await settings.edition(work, section))


@router.get("/settings/{section}/history")
@error_responses(UnknownSection)
async def get_settings_history(
    section: SectionName, work: Reading, asked: Annotated[Asked, Depends(settings.HISTORY)]
) -> Page[VersionOut]:
    """List all versions of a section, newest first."""
    rows = await settings.history(work, section, asked)
    return rows.page(VersionOut.model_validate(row) for row in rows)
