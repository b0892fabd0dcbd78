"""Members over HTTP. Enrolling is `settlement`'s, because wallets and welcome points go with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator

from laurels.kit.data_export import MAX_PAGE
from laurels.kit.http import expand as expanding
from laurels.kit.http.access import requires
from laurels.kit.http.expand import ExpansionsOf
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code, Email, IdOf, Name
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import choosing, erasing, exporting, finding, merging, queries, service
from .errors import (
    BirthdayInvalid,
    ConsentInvalid,
    EmailTaken,
    ExternalIdTaken,
    IdentityTaken,
    MemberArchived,
    MemberBlocked,
    MemberErased,
    MemberMerged,
    MemberNotFound,
    MemberNotMerged,
    MemberUnidentified,
    MergedWithItself,
    MergeNotLast,
)
from .schemas import (
    ExportOut,
    ListedMemberOut,
    MemberCountOut,
    MemberId,
    MemberIn,
    MemberOut,
    MergeIn,
    MergeOut,
    Status,
)

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=TransactionalRoute)
MAX_COUNT = 100_000
Expand = Annotated[str, ExpansionsOf("member"), Query()]
Reading = Annotated[Work, requires(Permission.MEMBERS_READ)]
Writing = Annotated[Work, requires(Permission.MEMBERS_WRITE)]
Merging = Annotated[Work, requires(Permission.MEMBERS_WRITE, dry_run=True)]
Erasing = Annotated[Work, requires(Permission.MEMBERS_ERASE)]
Exporting = Annotated[Work, requires(Permission.MEMBERS_READ)]


def _listed(row: dict[str, Any], sought: finding.Search | None, more: Any) -> ListedMemberOut:
    matched = sought.matched(row) if sought else []
    return ListedMemberOut.model_validate({**row, "expanded": more, "matched": matched})


def _narrowed(
    segment: Annotated[
        UUID | None,
        IdOf("segment"),
        Query(description="Members of this segment. It requires `segments:read`, too."),
    ] = None,
    criteria: Annotated[
        str | None,
        Query(
            max_length=choosing.MAX_CRITERIA,
            description="Members that match criteria, as JSON: a condition over the fields of"
            " `GET /v1/segments/fields`. It requires `segments:read`, too.",
            examples=['{"field": "points.available", "op": "gte", "value": 500}'],
        ),
    ] = None,
) -> dict[str, str | None]:
    """Return what of other rooms narrows the list, by its name there."""
    return choosing.narrowed(segment, criteria)


Narrowed = Annotated[dict[str, str | None], Depends(_narrowed)]


@router.get("")
async def list_members(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.MEMBERS)],
    narrowed: Narrowed,
    external_id: Annotated[Code | None, Query(description="Exactly this external id.")] = None,
    email: Annotated[Email | None, Query(description="Exactly this e-mail, any case.")] = None,
    identity: Annotated[
        str | None,
        Query(max_length=200, description="Exactly this identity: `kind:value`."),
        AfterValidator(lambda text: text and choosing.check_identity(text)),
    ] = None,
    search: Annotated[
        Name | None,
        Query(
            description="Parts of names, e-mail, external id or telephone number, in any order; of"
            " one or two characters, only how a word begins. Also an id, an identity, or the number"
            " or id of a purchase, refund, redemption, transaction or activity. An e-mail that"
            " nobody has is found with up to two letters wrong. `matched` says what was found."
        ),
    ] = None,
    status: Annotated[
        Status | None,
        Query(
            description="Defaults to active, or to any with `external_id`, `identity` or `since`."
        ),
    ] = None,
    expand: Expand | None = None,
) -> Page[ListedMemberOut]:
    """List members, newest first."""
    sought = await finding.search(work, search)
    rows = await queries.list_members(
        work,
        external_id=external_id,
        email=email,
        identity=identity,
        search=sought,
        status=status,
        narrowed=narrowed,
        asked=asked,
    )
    more = await expanding.expand(work, "member", expand, rows)
    return rows.page(_listed(row, sought, more.get(row["id"])) for row in rows)


@router.get("/count")
async def count_members(
    work: Reading, wanted: Annotated[choosing.MemberFilter, Query()]
) -> MemberCountOut:
    """Count the members that the list shows with the same parameters, up to 100,000."""
    found = await choosing.count(work, wanted, limit=MAX_COUNT + 1)
    return MemberCountOut(count=min(found, MAX_COUNT), more=found > MAX_COUNT)


@router.get("/{member_id}")
@error_responses(MemberNotFound)
async def get_member(member_id: MemberId, work: Reading, expand: Expand | None = None) -> MemberOut:
    """Read one member. A merged one names its survivor in `merged_into`."""
    row = await queries.get_member(work, member_id)
    more = await expanding.expand(work, "member", expand, [row])
    return MemberOut.model_validate({**row, "expanded": more.get(member_id)})


@router.patch("/{member_id}")
@error_responses(
    MemberNotFound,
    MemberMerged,
    MemberErased,
    BirthdayInvalid,
    ConsentInvalid,
    EmailTaken,
    ExternalIdTaken,
    IdentityTaken,
    MemberUnidentified,
)
async def change_member(member_id: MemberId, body: MemberIn, work: Writing) -> MemberOut:
    """Change the fields of a member's profile that are sent; the rest stay as they are."""
    await service.change(work, member_id, body.profile())
    return MemberOut.model_validate(await queries.get_member(work, member_id))


@router.post("/{member_id}/merge")
@error_responses(
    MergedWithItself, MemberNotFound, MemberMerged, MemberArchived, MemberBlocked, MemberErased
)
async def merge_member(member_id: MemberId, body: MergeIn, work: Merging) -> MergeOut:
    """Merge another member into this one, which keeps everything that both had."""
    merge = await merging.merge(work, survivor_id=member_id, merged_id=body.from_id)
    return await _merge(work, merge)


@router.post("/{member_id}/unmerge")
@error_responses(
    MemberNotFound,
    MemberErased,
    MemberNotMerged,
    MergeNotLast,
    EmailTaken,
    MemberArchived,
    MemberBlocked,
    "merge_not_undoable",
)
async def unmerge_member(member_id: MemberId, work: Merging) -> MergeOut:
    """Undo the merge of this member into another, or the latest merge of another into it.

    Points, lots, holds and debt are restored; what the survivor has earned since stays there.
    """
    return await _merge(work, await merging.unmerge(work, member_id))


async def _merge(work: Work, merge: merging.Merge) -> MergeOut:
    survivor = await queries.get_member(work, merge.survivor_id)
    merged = await queries.get_member(work, merge.merged_id)
    return MergeOut(
        id=merge.id,
        merged_at=merge.merged_at,
        unmerged_at=merge.unmerged_at,
        survivor=MemberOut.model_validate(survivor),
        merged=MemberOut.model_validate(merged),
    )


@router.post("/{member_id}/erase")
@error_responses(MemberNotFound, MemberMerged)
async def erase_member(member_id: MemberId, work: Erasing) -> MemberOut:
    """Erase a person for good. The totals in the books stay, but cannot be traced to them."""
    await erasing.erase(work, member_id)
    return MemberOut.model_validate(await queries.get_member(work, member_id))


@router.get("/{member_id}/export")
@error_responses(MemberNotFound)
async def export_member(
    member_id: MemberId,
    work: Exporting,
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the previous page.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows per page.")] = MAX_PAGE,
) -> ExportOut:
    """Export everything stored about one person, by section, in pages of at most 1,000 rows.

    It requires the permissions to read everything in it: activities, audit log, bulk
    actions, earning, events, ledger, purchases, rewards, segments and tiers.
    """
    page = await exporting.export(work, member_id, cursor=cursor, limit=limit)
    data: dict[str, list[dict[str, Any]]] = {}
    for section, row in page.rows:
        data.setdefault(section, []).append(row)
    return ExportOut(
        member_id=member_id,
        data=data,
        has_more=page.next_cursor is not None,
        next_cursor=page.next_cursor,
    )
