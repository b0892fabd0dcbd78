"""Actions on many members over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from laurels import members
from laurels.kit.http.access import demand, requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import actions, queries, service
from .errors import BulkActionNotFound, NobodyChosen, TooManyBulkActions, TooManyChosen
from .schemas import (
    BulkActionId,
    BulkActionIn,
    BulkActionOut,
    BulkMemberOut,
    BulkPreviewOut,
)

router = APIRouter(prefix="/v1/bulk-actions", tags=["bulk"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.BULK_READ)]
Running = Annotated[Work, requires(Permission.BULK_RUN)]


def _asked(work: Work, body: BulkActionIn) -> tuple[dict[str, object], service.Chosen]:
    demand(work, Permission.MEMBERS_READ, "Choosing members")
    demand(work, actions.NEEDS[body.action.type], f"`{body.action.type}`")
    chosen = service.Chosen(member_ids=body.member_ids, filter=body.filter)
    return body.action.model_dump(mode="json", exclude_none=True), chosen


@router.post("", status_code=202)
@error_responses(NobodyChosen, TooManyChosen, TooManyBulkActions)
async def create_bulk_action(body: BulkActionIn, work: Running) -> BulkActionOut:
    """Do something to many members. A worker carries it out; read the action for its progress.

    It needs the permission to do the same to one member, such as `ledger:adjust`. Whom it is for is
    settled now, at most 100,000. Each member has it done to them once, or not; nobody twice.
    """
    action_id = await service.create(work, *_asked(work, body))
    return BulkActionOut.model_validate(await queries.get_action(work, action_id))


@router.post("/preview")
@error_responses(NobodyChosen, TooManyChosen)
async def preview_bulk_action(body: BulkActionIn, work: Running) -> BulkPreviewOut:
    """Count whom an action is for, and try it on the first 100. Nothing is kept."""
    return BulkPreviewOut.model_validate(await service.preview(work, *_asked(work, body)))


@router.get("")
async def list_bulk_actions(
    work: Reading, asked: Annotated[Asked, Depends(queries.ACTIONS)]
) -> Page[BulkActionOut]:
    """List actions on many members, newest first. They are kept for 90 days."""
    rows = await queries.list_actions(work, asked)
    return rows.page(BulkActionOut.model_validate(row) for row in rows)


@router.get("/{bulk_action_id}")
@error_responses(BulkActionNotFound)
async def get_bulk_action(bulk_action_id: BulkActionId, work: Reading) -> BulkActionOut:
    """Read an action: how far it is, and why it failed for whom it failed."""
    return BulkActionOut.model_validate(await queries.get_action(work, bulk_action_id))


@router.get("/{bulk_action_id}/members")
@error_responses(BulkActionNotFound)
async def list_bulk_action_members(
    bulk_action_id: BulkActionId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.MEMBERS)],
    outcome: Annotated[
        Literal["done", "unchanged", "failed"] | None,
        Query(description="Only those of whom this came; by default all."),
    ] = None,
) -> Page[BulkMemberOut]:
    """List whom an action is for, and what came of each. It requires `members:read`, too."""
    demand(work, Permission.MEMBERS_READ, "Listing members")
    rows = await queries.list_members(work, bulk_action_id, outcome=outcome, asked=asked)
    profiles = await members.get_facts(work, [row["member_id"] for row in rows])
    return rows.page(
        BulkMemberOut.model_validate({**row, "member": _name(profiles[row["member_id"]])})
        for row in rows
    )


def _name(member: dict[str, object]) -> str:
    names = [str(member[part]) for part in ("first_name", "last_name") if member[part]]
    return " ".join(names) or str(member["email"] or member["external_id"] or "")


@router.post("/{bulk_action_id}/cancel")
@error_responses(BulkActionNotFound)
async def cancel_bulk_action(bulk_action_id: BulkActionId, work: Running) -> BulkActionOut:
    """Stop an action: it is done to nobody else. What was done stays."""
    await service.cancel(work, bulk_action_id)
    return BulkActionOut.model_validate(await queries.get_action(work, bulk_action_id))
