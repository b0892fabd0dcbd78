"""The tenant itself and its settings over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path

from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.schema import IdOf, View
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service, settings
from .errors import PlanExceeded, TenantInvalid, UnknownSection

router = APIRouter(prefix="/v1", tags=["tenants"], route_class=Door)
Reading = Annotated[Work, begin(Permission.TENANTS_READ)]
Writing = Annotated[Work, begin(Permission.TENANTS_WRITE)]
SectionName = Annotated[str, Path(max_length=40, description="Name of the section.")]
TenantId = Annotated[UUID, IdOf("tenant")]


class TenantOut(View):
    """The tenant that the credentials belong to."""

    id: TenantId
    slug: str
    name: str
    preset: str
    status: str
    test: bool
    currency: str
    time_zone: str
    created_at: datetime


class SectionOut(View):
    """A section of settings with every value, defaults included."""

    section: str
    values: dict[str, Any]


class SectionsOut(View):
    """All sections of settings, by name."""

    data: list[SectionOut]


class VersionOut(View):
    """One version of a section: the values that differed from the defaults, and who made it."""

    version: int
    values: dict[str, Any]
    changed_at: datetime
    actor_type: str
    actor_id: str | None


class HistoryOut(View):
    """The versions of a section, newest first."""

    data: list[VersionOut]


@router.get("/tenant")
async def get_tenant(work: Reading) -> TenantOut:
    """Read the tenant that the credentials belong to."""
    return TenantOut.model_validate(await service.current(work))


@router.get("/settings")
async def list_settings(work: Reading) -> SectionsOut:
    """Read every section of settings."""
    found = [await settings.read(work, model) for model in settings.sections().values()]
    return SectionsOut(
        data=[SectionOut(section=s.section, values=s.model_dump(mode="json")) for s in found]
    )


@router.get("/settings/{section}")
@refuses(UnknownSection)
async def get_settings(section: SectionName, work: Reading) -> SectionOut:
    """Read a section of settings."""
    found = await settings.read(work, settings.section_named(section))
    return SectionOut(section=section, values=found.model_dump(mode="json"))


@router.patch("/settings/{section}")
@refuses(UnknownSection, TenantInvalid, PlanExceeded, "too_many_rules")
async def change_settings(section: SectionName, body: dict[str, Any], work: Writing) -> SectionOut:
    """Change what is sent of a section; the rest stays. What follows from it is done with it."""
    found = await settings.change_section(work, section, body)
    return SectionOut(section=section, values=found.model_dump(mode="json"))


@router.get("/settings/{section}/history")
@refuses(UnknownSection)
async def get_settings_history(section: SectionName, work: Reading) -> HistoryOut:
    """Read every version that a section has had."""
    rows = await settings.history(work, section)
    return HistoryOut(data=[VersionOut.model_validate(row) for row in rows])
