"""The tenant itself and its settings over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page, Whole
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import IdOf, View
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service, settings
from .errors import PlanExceeded, TenantInvalid, UnknownSection

router = APIRouter(prefix="/v1", tags=["tenants"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.TENANTS_READ)]
Writing = Annotated[Work, requires(Permission.TENANTS_WRITE)]
SectionName = Annotated[str, Path(max_length=40, description="Name of the section.")]
TenantId = Annotated[UUID, IdOf("tenant")]


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
    created_at: datetime


class SectionOut(View):
    """A section of settings with every value, defaults included."""

    section: str = Field(description="Name of the section.")
    values: dict[str, Any] = Field(description="Every setting of the section with its value.")


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
    return TenantOut.model_validate(await service.current(work))


@router.get("/settings")
async def list_settings(work: Reading) -> SectionsOut:
    """Read every section of settings."""
    sections = [await settings.read(work, model) for model in settings.sections().values()]
    return SectionsOut(
        data=[SectionOut(section=s.section, values=s.model_dump(mode="json")) for s in sections]
    )


@router.get("/settings/{section}")
@error_responses(UnknownSection)
async def get_settings(section: SectionName, work: Reading) -> SectionOut:
    """Read a section of settings."""
    section_settings = await settings.read(work, settings.section_named(section))
    return SectionOut(section=section, values=section_settings.model_dump(mode="json"))


@router.patch("/settings/{section}")
@error_responses(UnknownSection, TenantInvalid, PlanExceeded, "too_many_rules")
async def change_settings(section: SectionName, body: dict[str, Any], work: Writing) -> SectionOut:
    """Change the settings that are sent; the rest stay. Their effects apply at once."""
    changed = await settings.change_section(work, section, body)
    return SectionOut(section=section, values=changed.model_dump(mode="json"))


@router.get("/settings/{section}/history")
@error_responses(UnknownSection)
async def get_settings_history(
    section: SectionName, work: Reading, asked: Annotated[Asked, Depends(settings.HISTORY)]
) -> Page[VersionOut]:
    """List all versions of a section, newest first."""
    rows = await settings.history(work, section, asked)
    return rows.page(VersionOut.model_validate(row) for row in rows)
