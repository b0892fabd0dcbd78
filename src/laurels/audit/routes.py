"""The audit log over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.paging import MAX_PAGE, Page, page_of, read_cursor
from laurels.kit.schema import Code, IdOf, Moment, Schema, View
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


class AuditFilterIn(Schema):
    """Which entries are wanted; each that is given must fit."""

    # As with every list, what is no filter of it is not looked at.
    model_config = ConfigDict(extra="ignore")

    target_type: Code | None = Field(default=None, description="Kind of the thing.")
    target_id: Code | None = Field(default=None, description="Id of the thing, as the API has it.")
    actor_type: Code | None = Field(
        default=None, description="api_key, staff, operator, system, nobody or sql."
    )
    actor_id: Code | None = Field(default=None, description="Which one of that kind.")
    action: Code | None = Field(
        default=None, description="`member.merged`; with a final dot: all that begin so."
    )
    since: Moment | None = Field(default=None, description="At or after.")
    until: Moment | None = Field(default=None, description="Before.")
    cursor: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="`next_cursor` of the page before; absent for the first."
    )
    limit: int = Field(default=20, ge=1, le=MAX_PAGE, description="Rows per page, 1 to 100.")

    def wanted(self) -> queries.Filter:
        """Return the filter without what is about pages."""
        return queries.Filter(**self.model_dump(exclude={"cursor", "limit"}))


@router.get("")
async def list_entries(
    work: Reading, asked: Annotated[AuditFilterIn, Query()]
) -> Page[AuditEntryOut]:
    """List who changed what, newest first."""
    rows = await queries.list_entries(
        work, asked.wanted(), after=read_cursor(asked.cursor), limit=asked.limit + 1
    )
    found = [AuditEntryOut.model_validate(row) for row in rows]
    return page_of(found, [row["id"] for row in rows], asked.limit)
