"""Earning rules over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from laurels import tenants
from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.paging import Asked, Page
from laurels.kit.schema import IdOf, View
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service
from .errors import (
    FactUnknown,
    RuleArchived,
    RuleManaged,
    RuleNotFound,
    RuleProgramUnknown,
    RulesTooHeavy,
    TooManyRules,
    UnknownTrigger,
)
from .schemas import EarningRuleIn

router = APIRouter(prefix="/v1/earning-rules", tags=["earning"], route_class=Door)
Reading = Annotated[Work, begin(Permission.EARNING_READ)]
Writing = Annotated[Work, begin(Permission.EARNING_WRITE)]
RuleId = Annotated[UUID, IdOf("earning_rule")]
ProgramId = Annotated[UUID, IdOf("program")]


class EarningRuleOut(View):
    """The current version of a rule."""

    id: RuleId
    version: int = Field(description="Counts up with every change; awards name it.")
    name: str = Field(description="What the rule is called.")
    trigger: str = Field(description="The event that triggers it, such as `purchase.completed`.")
    status: str = Field(description="`active`, `paused` or `archived`.")
    priority: int = Field(description="The higher priority wins where only one rule may apply.")
    conditions: dict[str, Any] | None = Field(description="When it fires; null: always.")
    award: dict[str, Any] = Field(description="What it gives; `type` says how.")
    caps: list[dict[str, Any]] = Field(description="Limits per member; empty: none.")
    starts_at: datetime | None = Field(
        description="When it takes effect, inclusive; null: at once."
    )
    ends_at: datetime | None = Field(description="When it stops, exclusive; null: no end.")
    stacking: str = Field(description="`stack`, or `exclusive`: shuts out all other rules.")
    exclusion_group: str | None = Field(
        description="Of the rules in one group, only the best gives points; null: it is in none."
    )
    program_id: ProgramId | None = Field(
        description="The program whose points it gives; null: the default program."
    )
    managed_by: str | None = Field(
        description="The setting that manages it, such as `earning.welcome_points`; change it"
        " there. Null: it is not managed."
    )
    created_at: datetime = Field(description="When this version was made.")


@router.get("")
async def list_earning_rules(
    work: Reading,
    asked: Annotated[Asked, Depends(service.RULES)],
    status: Annotated[Literal["active", "paused", "archived"] | None, Query()] = None,
) -> Page[EarningRuleOut]:
    """List the current version of each rule, newest first."""
    rows = await service.list_rules(work, status=status, asked=asked)
    return rows.page(EarningRuleOut.model_validate(row) for row in rows)


@router.post("", status_code=201)
@refuses(
    UnknownTrigger, FactUnknown, RuleProgramUnknown, TooManyRules, RulesTooHeavy,
    tenants.PlanExceeded,
)  # fmt: skip
async def create_earning_rule(body: EarningRuleIn, work: Writing) -> EarningRuleOut:
    """Create a rule; it takes effect at once."""
    return EarningRuleOut.model_validate(await service.create_rule(work, body))


@router.get("/{rule_id}")
@refuses(RuleNotFound)
async def get_earning_rule(rule_id: RuleId, work: Reading) -> EarningRuleOut:
    """Read the current version of a rule."""
    return EarningRuleOut.model_validate(await service.get_rule(work, rule_id))


@router.get("/{rule_id}/versions")
@refuses(RuleNotFound)
async def list_earning_rule_versions(
    rule_id: RuleId, work: Reading, asked: Annotated[Asked, Depends(service.VERSIONS)]
) -> Page[EarningRuleOut]:
    """List all versions of a rule, newest first."""
    rows = await service.list_versions(work, rule_id, asked)
    return rows.page(EarningRuleOut.model_validate(row) for row in rows)


@router.put("/{rule_id}")
@refuses(
    RuleNotFound, RuleArchived, RuleManaged, UnknownTrigger, FactUnknown, RuleProgramUnknown,
    RulesTooHeavy,
)  # fmt: skip
async def replace_earning_rule(
    rule_id: RuleId, body: EarningRuleIn, work: Writing
) -> EarningRuleOut:
    """Replace a rule with a new version; points that the old one gave stay."""
    return EarningRuleOut.model_validate(await service.replace_rule(work, rule_id, body))


@router.post("/{rule_id}/pause")
@refuses(RuleNotFound, RuleManaged, RuleArchived)
async def pause_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Pause a rule: it gives no points until it is resumed."""
    return EarningRuleOut.model_validate(await service.set_status(work, rule_id, "paused"))


@router.post("/{rule_id}/resume")
@refuses(RuleNotFound, RuleManaged, RuleArchived, TooManyRules, RulesTooHeavy, tenants.PlanExceeded)
async def resume_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Resume a paused rule."""
    return EarningRuleOut.model_validate(await service.set_status(work, rule_id, "active"))


@router.post("/{rule_id}/archive")
@refuses(RuleNotFound, RuleManaged)
async def archive_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Archive a rule: it gives no more points and leaves the list; its awards and versions stay."""
    return EarningRuleOut.model_validate(await service.set_status(work, rule_id, "archived"))


@router.post("/{rule_id}/restore")
@refuses(RuleNotFound, RuleManaged)
async def restore_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Restore an archived rule. It is paused until you resume it."""
    return EarningRuleOut.model_validate(await service.restore_rule(work, rule_id))
