"""Earning rules over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from laurels import tenants
from laurels.kit.http.access import requires
from laurels.kit.http.expand import Rows, offer
from laurels.kit.http.listed_fields import FieldOut
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page, Whole
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import IdOf, View
from laurels.kit.versions import VersionConflict
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
from .facts import FIELDS
from .schemas import EarningRuleIn, EarningRuleReplacement
from .supplying import missing_facts, triggers_of

router = APIRouter(prefix="/v1/earning-rules", tags=["earning"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.EARNING_READ)]
Writing = Annotated[Work, requires(Permission.EARNING_WRITE)]
RuleId = Annotated[UUID, IdOf("earning_rule")]
Status = Literal["active", "paused", "archived"]
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
    missing_facts: list[str] = Field(
        description="Facts that it uses and that are no longer available; while there are any, it"
        " gives no points. Empty: all is well."
    )
    created_at: datetime = Field(description="When this version was made.")
    actor_type: str = Field(description="Kind of who made this version, such as `staff`.")
    actor_id: str | None = Field(description="Which one of that kind; null when there is none.")


class NamedRuleOut(View):
    """A rule by its name."""

    id: RuleId
    name: str = Field(description="What the rule is called.")
    status: str = Field(description="`active` or `paused`.")


async def _naming_segments(work: Work, rows: Rows) -> Mapping[UUID, list[NamedRuleOut]]:
    found = await service.list_naming_segments(work, list(rows))
    return {
        segment_id: [NamedRuleOut.model_validate(rule) for rule in rules]
        for segment_id, rules in found.items()
    }


offer("segment", "earning_rules", _naming_segments, reads=Permission.EARNING_READ)


class EarningFieldOut(FieldOut):
    """A fact that conditions of rules can use."""

    triggers: list[str] = Field(description="The events that have it.")


class EarningFieldsOut(Whole):
    """All facts that rules can use; collections are queried with `some`, `every` or `none`."""

    data: list[EarningFieldOut] = Field(description="All facts.")
    collections: list[str] = Field(
        description="Names of collections, queried with `some`, `every` or `none`."
    )


class RuleUsageOut(View):
    """What a rule did in the latest events."""

    rule_id: RuleId
    events: int = Field(description="How many of the latest 1,000 events were of its trigger.")
    times: int = Field(description="In how many of these it gave points, or multiplied them.")
    points: int = Field(
        description="Points that it gave in them, whatever was taken back since; 0 for a"
        " multiplier, whose points are those of the rules that it multiplied."
    )
    last_at: datetime | None = Field(description="When the last of them happened; null: never.")


class RulesUsageOut(Whole):
    """What each rule that is not archived did in the latest events."""

    data: list[RuleUsageOut] = Field(description="Each rule that is not archived.")


def _shown(rule: dict[str, Any]) -> EarningRuleOut:
    missing = missing_facts(rule["trigger"], rule["conditions"], rule["award"])
    return EarningRuleOut.model_validate({**rule, "missing_facts": missing})


@router.get("")
async def list_earning_rules(
    work: Reading,
    asked: Annotated[Asked, Depends(service.RULES)],
    status: Annotated[
        Status | None,
        Query(description="Only those with this status; by default all that are not archived."),
    ] = None,
) -> Page[EarningRuleOut]:
    """List the current version of each rule, newest first."""
    rows = await service.list_rules(work, status=status, asked=asked)
    return rows.page(map(_shown, rows))


@router.post("", status_code=201)
@error_responses(
    UnknownTrigger,
    FactUnknown,
    RuleProgramUnknown,
    TooManyRules,
    RulesTooHeavy,
    tenants.PlanExceeded,
)
async def create_earning_rule(body: EarningRuleIn, work: Writing) -> EarningRuleOut:
    """Create a rule; it takes effect at once."""
    return _shown(await service.create_rule(work, body))


@router.get("/fields")
async def list_earning_fields(work: Reading) -> EarningFieldsOut:
    """List the facts that conditions can use, with types, operators and the events that have them.

    Numbers can be counted by `per_unit`, too.
    """
    del work  # The same for every tenant; the permission is what was asked.
    return EarningFieldsOut(
        data=[EarningFieldOut.of(field, triggers=triggers_of(field)) for field in FIELDS],
        collections=FIELDS.collections(),
    )


@router.get("/usage")
async def list_earning_rules_usage(work: Reading) -> RulesUsageOut:
    """Count how often each rule fired in the latest 1,000 events that were judged, and for what."""
    usage = await service.recent_usage(work)
    return RulesUsageOut(data=[RuleUsageOut.model_validate(each) for each in usage])


@router.get("/{rule_id}")
@error_responses(RuleNotFound)
async def get_earning_rule(rule_id: RuleId, work: Reading) -> EarningRuleOut:
    """Read the current version of a rule."""
    return _shown(await service.get_rule(work, rule_id))


@router.get("/{rule_id}/versions")
@error_responses(RuleNotFound)
async def list_earning_rule_versions(
    rule_id: RuleId, work: Reading, asked: Annotated[Asked, Depends(service.VERSIONS)]
) -> Page[EarningRuleOut]:
    """List all versions of a rule, newest first."""
    rows = await service.list_versions(work, rule_id, asked)
    return rows.page(map(_shown, rows))


@router.put("/{rule_id}")
@error_responses(
    RuleNotFound,
    RuleArchived,
    RuleManaged,
    VersionConflict,
    UnknownTrigger,
    FactUnknown,
    RuleProgramUnknown,
    RulesTooHeavy,
)
async def replace_earning_rule(
    rule_id: RuleId, body: EarningRuleReplacement, work: Writing
) -> EarningRuleOut:
    """Replace a rule with a new version; points that the old one gave stay."""
    return _shown(await service.replace_rule(work, rule_id, body, version=body.version))


@router.post("/{rule_id}/pause")
@error_responses(RuleNotFound, RuleManaged, RuleArchived)
async def pause_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Pause a rule: it gives no points until it is resumed."""
    return _shown(await service.set_status(work, rule_id, "paused"))


@router.post("/{rule_id}/resume")
@error_responses(
    RuleNotFound, RuleManaged, RuleArchived, TooManyRules, RulesTooHeavy, tenants.PlanExceeded
)
async def resume_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Resume a paused rule."""
    return _shown(await service.set_status(work, rule_id, "active"))


@router.post("/{rule_id}/archive")
@error_responses(RuleNotFound, RuleManaged)
async def archive_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Archive a rule: it gives no more points and leaves the list; its awards and versions stay."""
    return _shown(await service.set_status(work, rule_id, "archived"))


@router.post("/{rule_id}/restore")
@error_responses(RuleNotFound, RuleManaged)
async def restore_earning_rule(rule_id: RuleId, work: Writing) -> EarningRuleOut:
    """Restore an archived rule. It is paused until you resume it."""
    return _shown(await service.restore_rule(work, rule_id))
