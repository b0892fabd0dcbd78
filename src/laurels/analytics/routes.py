"""Figures over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Day, IdOf, MoneyOut, View
from laurels.kit.work import Work
from laurels.ledger import ProgramNotFound
from laurels.permissions import Permission

from .first_steps import first_steps
from .overview import Overview, overview

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.ANALYTICS_READ)]
ProgramId = Annotated[UUID, IdOf("program")]


class DayFiguresOut(View):
    """What happened on one day of the tenant's."""

    day: date = Field(description="The day, where the tenant is.")
    points_issued: int = Field(description="Points earned, given as a bonus or added by hand.")
    points_redeemed: int = Field(description="Points spent on rewards or as payment.")
    points_expired: int = Field(description="Points that lapsed unused.")
    purchases: int = Field(description="Completed purchases, with or without a member.")
    revenue: MoneyOut = Field(description="Their amounts, less what was refunded since.")
    members_revenue: MoneyOut = Field(description="The part of it that members brought.")
    members_enrolled: int = Field(description="Members who joined.")


class FiguresOut(View):
    """What a period adds up to."""

    points_issued: int = Field(description="Points earned, given as a bonus or added by hand.")
    points_redeemed: int = Field(description="Points spent on rewards or as payment.")
    points_expired: int = Field(description="Points that lapsed unused.")
    points_outstanding: int = Field(
        description="Points that members held at the end of the period, pending and held ones too."
    )
    outstanding_value: MoneyOut | None = Field(
        description="What these are worth when they are paid with; null if points have no value."
    )
    purchases: int = Field(description="Completed purchases, with or without a member.")
    revenue: MoneyOut = Field(description="Their amounts, less what was refunded since.")
    members_revenue: MoneyOut = Field(description="The part of it that members brought.")
    members: int = Field(description="Members there are, blocked ones too, at the end.")
    members_enrolled: int = Field(description="Members who joined in the period.")
    active_members: int = Field(description="Members who bought something in the period.")


class PartOut(View):
    """One part of those who bought something in the period."""

    part: Literal["redeeming", "not_redeeming", "not_joined"] = Field(
        description="Members who also spent points in the period, members who did not, and people"
        " whose purchases belong to no member."
    )
    members: int = Field(description="Members; 0 for people who are none.")
    purchases: int = Field(description="Their completed purchases.")
    revenue: MoneyOut = Field(description="What they paid, less what was refunded since.")


class OverviewOut(View):
    """The figures of a period, those of the period before, and each day."""

    first_day: date = Field(description="First day of the period, included.")
    last_day: date = Field(description="Last day of the period, included.")
    complete: bool = Field(description="False while the last day is not over.")
    time_zone: str = Field(description="Where days begin and end.")
    currency: str = Field(description="Currency of all amounts (ISO 4217).")
    program_id: ProgramId = Field(description="The program whose points these are.")
    figures: FiguresOut = Field(description="The period asked for.")
    previous: FiguresOut = Field(description="As many days, right before it.")
    series: list[DayFiguresOut] = Field(description="Every day of the period, the first one first.")
    parts: list[PartOut] = Field(description="Those who bought something, in three parts.")


class StepOut(View):
    """Something that a new tenant does first."""

    name: Literal[
        "name", "brand", "rule", "reward", "integration", "import", "staff", "member", "purchase"
    ] = Field(
        description="`name` and `brand`: the tenant has its own. `rule`: an earning rule is in"
        " force. `reward`: there is one. `integration`: a program has used the API with a key."
        " `import`: a file was imported. `staff`: somebody else is invited. `member`, `purchase`:"
        " there is one."
    )
    done: bool = Field(description="Whether it is done, as the books have it.")


class FirstStepsOut(View):
    """What a new tenant does first, and what of it is done."""

    shown: bool = Field(description="Whether the setting `console.first_steps` is on.")
    steps: list[StepOut] = Field(description="The steps in their order, by the tenant's preset.")


def _out(found: Overview) -> dict[str, Any]:
    return {
        "first_day": found.span.first,
        "last_day": found.span.last,
        "complete": found.complete,
        "time_zone": found.time_zone,
        "currency": found.currency,
        "program_id": found.program_id,
        "figures": found.figures,
        "previous": found.previous,
        "series": found.series,
        "parts": found.parts,
    }


@router.get("/overview")
@error_responses(ProgramNotFound)
async def get_overview(
    work: Reading,
    first_day: Annotated[
        Day | None, Query(description="First day, included; by default 29 days before the last.")
    ] = None,
    last_day: Annotated[
        Day | None, Query(description="Last day, included; by default today.")
    ] = None,
    program_id: Annotated[
        ProgramId | None, Query(description="Whose points; by default the default program's.")
    ] = None,
) -> OverviewOut:
    """Read the figures of a period beside those of the period before, and day by day.

    Days are those of the tenant's time zone. Everything counts on the day on which it happened,
    also what was booked later, and an amount counts less what was refunded since. At most 731 days.
    """
    found = await overview(work, first=first_day, last=last_day, program=program_id)
    return OverviewOut.model_validate(_out(found))


@router.get("/first-steps")
async def get_first_steps(work: Reading) -> FirstStepsOut:
    """Read what a new tenant does first and what of it is done. Nothing is ticked by hand."""
    return FirstStepsOut.model_validate(await first_steps(work))
