"""Members over HTTP. Enrolling is `settlement`'s, because wallets and welcome points go with it."""

from typing import Annotated

from fastapi import APIRouter, Query

from laurels.kit.access import begin
from laurels.kit.http import Door
from laurels.kit.paging import Cursor, Limit, Page, page_of, read_cursor
from laurels.kit.schema import Code, Email, Name
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import queries, service
from .schemas import MemberId, MemberIn, MemberOut

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=Door)
Reading = Annotated[Work, begin(Permission.MEMBERS_READ)]
Writing = Annotated[Work, begin(Permission.MEMBERS_WRITE)]


@router.get("")
async def list_members(
    work: Reading,
    external_id: Annotated[Code | None, Query(description="Exactly this external id.")] = None,
    email: Annotated[Email | None, Query(description="Exactly this e-mail, any case.")] = None,
    search: Annotated[Name | None, Query(description="Part of name, e-mail or id.")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[MemberOut]:
    """List members, newest first."""
    rows = await queries.list_members(
        work,
        external_id=external_id,
        email=email,
        search=search,
        after=read_cursor(cursor),
        limit=limit + 1,
    )
    found = [MemberOut.model_validate(row) for row in rows]
    return page_of(found, [row["id"] for row in rows], limit)


@router.get("/{member_id}")
async def get_member(member_id: MemberId, work: Reading) -> MemberOut:
    """Read one member."""
    return MemberOut.model_validate(await queries.get_member(work, member_id))


@router.patch("/{member_id}")
async def change_member(member_id: MemberId, body: MemberIn, work: Writing) -> MemberOut:
    """Change what is sent of a member's profile; the rest stays."""
    await service.change(work, member_id, body.profile())
    return MemberOut.model_validate(await queries.get_member(work, member_id))
