"""The audit log over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from laurels.kit.http.access import requires
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code, IdOf, View
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import queries

router = APIRouter(prefix="/v1/audit-log", tags=["audit"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.AUDIT_READ)]


class AuditEntryOut(View):
    """One change: who changed what, from where, and the values before and after."""

    id: Annotated[UUID, IdOf("audit_entry")]
    action: str = Field(description="What was done, such as `member.merged`.")
    target_type: str = Field(description="Type of the object that was changed.")
    target_id: str = Field(description="Id of the changed object, as in the API.")
    before: dict[str, Any] | None = Field(
        description="The changed values before the change; null: none."
    )
    after: dict[str, Any] | None = Field(
        description="The changed values after the change; null: none."
    )
    actor_type: str
    actor_id: str | None
    request_id: str | None = Field(
        description="Identifies the request in the log; null if no request caused it."
    )
    ip: str | None = Field(description="IP address that the request came from; null when unknown.")
    user_agent: str | None = Field(description="Program the request came from; null when unknown.")
    created_at: datetime = Field(description="When it was done.")


def _filter(
    target_type: Annotated[Code | None, Query(description="Type of the changed object.")] = None,
    target_id: Annotated[
        Code | None, Query(description="Id of the changed object, as in the API.")
    ] = None,
    actor_type: Annotated[
        Code | None,
        Query(
            description="Kind of actor: `api_key`, `staff`, `operator`, `system`,"
            " `nobody` or `sql`."
        ),
    ] = None,
    actor_id: Annotated[Code | None, Query(description="Id of the actor.")] = None,
    action: Annotated[
        Code | None,
        Query(
            description="Such as `member.merged`; with a trailing dot, all actions"
            " that start with it."
        ),
    ] = None,
) -> queries.Filter:
    """Return which entries are wanted; each that is given must fit."""
    return queries.Filter(
        target_type=target_type,
        target_id=target_id,
        actor_type=actor_type,
        actor_id=actor_id,
        action=action,
    )


@router.get("")
async def list_entries(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.ENTRIES)],
    wanted: Annotated[queries.Filter, Depends(_filter)],
) -> Page[AuditEntryOut]:
    """List who changed what, newest first."""
    rows = await queries.list_entries(work, wanted, asked)
    return rows.page(AuditEntryOut.model_validate(row) for row in rows)
