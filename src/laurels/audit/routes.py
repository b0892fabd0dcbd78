"""The audit log over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.paging import Asked, Page
from laurels.kit.schema import Code, IdOf, View
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import queries

router = APIRouter(prefix="/v1/audit-log", tags=["audit"], route_class=Door)
Reading = Annotated[Work, begin(Permission.AUDIT_READ)]


class AuditEntryOut(View):
    """One change: who did what to which thing, from where, and what was there before and after."""

    id: Annotated[UUID, IdOf("audit_entry")]
    action: str = Field(description="What was done, such as `member.merged`.")
    target_type: str = Field(description="Kind of the thing it was done to.")
    target_id: str = Field(description="Id of the thing, as the API has it.")
    before: dict[str, Any] | None = Field(
        description="What was there before, of what changed; null: nothing."
    )
    after: dict[str, Any] | None = Field(
        description="What was there after, of what changed; null: nothing."
    )
    actor_type: str
    actor_id: str | None
    request_id: str | None = Field(
        description="Finds the request in the log; null for what no request did."
    )
    ip: str | None = Field(description="Address the request came from; null when unknown.")
    user_agent: str | None = Field(description="Program the request came from; null when unknown.")
    created_at: datetime = Field(description="When it was done.")


def _filter(
    target_type: Annotated[Code | None, Query(description="Kind of the thing.")] = None,
    target_id: Annotated[
        Code | None, Query(description="Id of the thing, as the API has it.")
    ] = None,
    actor_type: Annotated[
        Code | None, Query(description="api_key, staff, operator, system, nobody or sql.")
    ] = None,
    actor_id: Annotated[Code | None, Query(description="Which one of that kind.")] = None,
    action: Annotated[
        Code | None, Query(description="`member.merged`; with a final dot: all that begin so.")
    ] = None,
) -> queries.Filter:
    """Return which entries are wanted; each that is given must fit."""
    return queries.Filter(
        target_type=target_type, target_id=target_id, actor_type=actor_type, actor_id=actor_id,
        action=action,
    )  # fmt: skip


@router.get("")
async def list_entries(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.ENTRIES)],
    wanted: Annotated[queries.Filter, Depends(_filter)],
) -> Page[AuditEntryOut]:
    """List who changed what, newest first."""
    rows = await queries.list_entries(work, wanted, asked)
    return rows.page(AuditEntryOut.model_validate(row) for row in rows)
