"""Segments over HTTP."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from laurels import members
from laurels.kit.http import expand as expansions
from laurels.kit.http.access import demand, requires
from laurels.kit.http.expand import ExpansionsOf, offer
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.query import Switch
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Day
from laurels.kit.values.ids import encode
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.members.schemas import MemberOut
from laurels.permissions import Permission

from . import criteria as registry
from . import expanding, lists, narrowing, queries, service
from .errors import (
    CriteriaInvalid,
    SegmentArchived,
    SegmentIsDynamic,
    SegmentIsStatic,
    SegmentNameTaken,
    SegmentNotFound,
    TooManySegments,
)
from .schemas import (
    DuplicateIn,
    Kind,
    ListedIn,
    ListedOut,
    ListedResultOut,
    MemberId,
    MemberSearchIn,
    OverlapOut,
    OverlapsOut,
    RecomputeIn,
    RecomputeOut,
    SegmentDayOut,
    SegmentFieldOut,
    SegmentFieldsOut,
    SegmentId,
    SegmentIn,
    SegmentMembershipOut,
    SegmentOut,
    SegmentPatch,
    SegmentPerformanceOut,
    SegmentPreviewIn,
    SegmentPreviewOut,
)

router = APIRouter(prefix="/v1", tags=["segments"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.SEGMENTS_READ)]
Writing = Annotated[Work, requires(Permission.SEGMENTS_WRITE)]
History = Annotated[Switch, Query(description="Include stays that have ended, with when and why.")]
offer("member", "segments", expanding.segments, reads=Permission.SEGMENTS_READ)
offer("segment_membership", "member", expanding.members_of, reads=Permission.MEMBERS_READ)
offer("sample", "member", expanding.members_of, reads=Permission.MEMBERS_READ)
members.narrow("segment", narrowing.of_segment)
members.narrow("criteria", narrowing.by_criteria)
Expand = Annotated[str, ExpansionsOf("segment"), Query()]
OfMembership = Annotated[str, ExpansionsOf("segment_membership"), Query()]
MAX_SPAN = timedelta(days=366)


@router.get("/segments")
async def list_segments(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.SEGMENTS)],
    kind: Annotated[Kind | None, Query()] = None,
    archived: Annotated[
        Switch, Query(description="Archived segments instead of active ones.")
    ] = False,
    expand: Expand | None = None,
) -> Page[SegmentOut]:
    """List segments, newest first."""
    rows = await queries.list_segments(work, kind=kind, archived=archived, asked=asked)
    more = await expansions.expand(work, "segment", expand, rows)
    return rows.page(
        SegmentOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get("/segments/fields")
async def list_segment_fields(work: Reading) -> SegmentFieldsOut:
    """List the fields that criteria can use, with types and operators."""
    del work  # The same for every tenant; the permission is what was asked.
    return SegmentFieldsOut(
        data=[
            SegmentFieldOut.of(field, nightly=registry.is_relative_field(field))
            for field in registry.FIELDS
        ],
        collections=registry.FIELDS.collections(),
    )


@router.post("/segments/preview")
@error_responses(CriteriaInvalid)
async def preview_segment(body: SegmentPreviewIn, work: Reading) -> SegmentPreviewOut:
    """Try criteria: count the matching members and show the newest. Nothing is stored."""
    found = await queries.preview(work, registry.read(body.criteria))
    rows = [{"id": row["member_id"], **row} for row in found.sample]
    more = await expansions.expand(work, "sample", body.expand, rows)
    sample = [{**row, "expanded": more.get(row["id"])} for row in rows]
    return SegmentPreviewOut.model_validate(replace(found, sample=sample))


@router.post("/members/search", tags=["members"])
@error_responses(CriteriaInvalid)
async def search_members(body: MemberSearchIn, work: Reading) -> Page[MemberOut]:
    """List the members that match criteria, newest first. It requires `members:read`, too."""
    demand(work, Permission.MEMBERS_READ, "Listing members by criteria")
    asked = Asked(cursor=body.cursor, limit=body.limit)
    rows = await queries.list_matches(work, registry.read(body.criteria), asked)
    profiles = await members.get_facts(work, [row["id"] for row in rows])
    return rows.page(MemberOut.model_validate(profiles[row["id"]]) for row in rows)


@router.post("/segments", status_code=201)
@error_responses(CriteriaInvalid, SegmentNameTaken, TooManySegments)
async def create_segment(body: SegmentIn, work: Writing) -> SegmentOut:
    """Create a segment. It is computed at once, or by a job if there are many members."""
    return SegmentOut.model_validate(await service.create(work, body.model_dump()))


@router.get("/segments/{segment_id}")
@error_responses(SegmentNotFound)
async def get_segment(
    segment_id: SegmentId, work: Reading, expand: Expand | None = None
) -> SegmentOut:
    """Read a segment."""
    row = await queries.get_segment(work, segment_id)
    more = await expansions.expand(work, "segment", expand, [row])
    return SegmentOut.model_validate({**row, "expanded": more.get(segment_id)})


@router.patch("/segments/{segment_id}")
@error_responses(
    SegmentNotFound,
    SegmentArchived,
    SegmentIsStatic,
    CriteriaInvalid,
    SegmentNameTaken,
    VersionConflict,
)
async def change_segment(segment_id: SegmentId, body: SegmentPatch, work: Writing) -> SegmentOut:
    """Change the fields that are sent. New criteria are computed as for a new segment."""
    row = await service.change(work, segment_id, body.content(), edited=body.version)
    return SegmentOut.model_validate(row)


@router.post("/segments/{segment_id}/archive")
@error_responses(SegmentNotFound)
async def archive_segment(segment_id: SegmentId, work: Writing) -> SegmentOut:
    """Archive a segment; its history stays, and it can be restored."""
    return SegmentOut.model_validate(await service.archive(work, segment_id))


@router.post("/segments/{segment_id}/restore")
@error_responses(SegmentNotFound, SegmentNameTaken, TooManySegments)
async def restore_segment(segment_id: SegmentId, work: Writing) -> SegmentOut:
    """Restore an archived segment, with the members that its criteria match now."""
    return SegmentOut.model_validate(await service.restore(work, segment_id))


@router.post("/segments/{segment_id}/duplicate", status_code=201)
@error_responses(SegmentNotFound, SegmentNameTaken, TooManySegments)
async def duplicate_segment(segment_id: SegmentId, body: DuplicateIn, work: Writing) -> SegmentOut:
    """Create another segment with the same criteria, or a list with the same members."""
    return SegmentOut.model_validate(await service.duplicate(work, segment_id, name=body.name))


@router.post("/segments/{segment_id}/recompute")
@error_responses(SegmentNotFound, SegmentArchived, SegmentIsStatic)
async def recompute_segment(
    segment_id: SegmentId, work: Writing, body: RecomputeIn | None = None
) -> RecomputeOut:
    """Compute a segment's members now: at once, or by a job if there are many members."""
    notify = body.notify if body is not None else None
    run = await service.ask_to_compute(work, segment_id, notify=notify)
    segment = SegmentOut.model_validate(await queries.get_segment(work, segment_id))
    return RecomputeOut(segment=segment, run_id=None if run is None else run.id)


@router.get("/segments/{segment_id}/members")
@error_responses(SegmentNotFound)
async def list_segment_members(
    segment_id: SegmentId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.MEMBERSHIPS)],
    history: History = False,
    expand: OfMembership | None = None,
) -> Page[SegmentMembershipOut]:
    """List the members of a segment, newest first, with why they joined."""
    await queries.get_segment(work, segment_id)
    rows = await queries.list_memberships(work, segment_id=segment_id, history=history, asked=asked)
    more = await expansions.expand(work, "segment_membership", expand, rows)
    return rows.page(
        SegmentMembershipOut.model_validate({**row, "expanded": more.get(row["id"])})
        for row in rows
    )


@router.post("/segments/{segment_id}/members")
@error_responses(SegmentNotFound, SegmentArchived, SegmentIsDynamic)
async def add_segment_members(
    segment_id: SegmentId, body: ListedIn, work: Writing
) -> ListedResultOut:
    """Add members to a static segment. Each succeeds or fails on its own."""
    found = await lists.add(work, segment_id, body.names())
    return await _listed(work, segment_id, found)


@router.post("/segments/{segment_id}/members/remove")
@error_responses(SegmentNotFound, SegmentArchived, SegmentIsDynamic)
async def remove_segment_members(
    segment_id: SegmentId, body: ListedIn, work: Writing
) -> ListedResultOut:
    """Remove members from a static segment; its history keeps that they were in it."""
    found = await lists.remove(work, segment_id, body.names())
    return await _listed(work, segment_id, found)


async def _listed(work: Work, segment_id: UUID, found: Sequence[lists.Listed]) -> ListedResultOut:
    segment = await queries.get_segment(work, segment_id)
    data = [
        ListedOut(
            name=_said(each.name),
            member_id=each.member_id,
            outcome=each.outcome,
        )
        for each in found
    ]
    return ListedResultOut(data=data, member_count=segment["member_count"])


def _said(name: lists.Named) -> str:
    if isinstance(name, UUID):
        return encode("member", name)
    return name if isinstance(name, str) else name.text


@router.get("/segments/{segment_id}/performance")
@error_responses(SegmentNotFound)
async def get_segment_performance(
    segment_id: SegmentId,
    work: Reading,
    since: Annotated[Day | None, Query(description="Defaults to 30 days before `until`.")] = None,
    until: Annotated[
        Day | None, Query(description="Defaults to today. The span is at most a year.")
    ] = None,
) -> SegmentPerformanceOut:
    """Read what a segment's members did day by day: revenue, purchases, points."""
    await queries.get_segment(work, segment_id)
    last = until or work.now.date() + timedelta(days=1)
    first = max(since or last - timedelta(days=30), last - MAX_SPAN)
    rows = await queries.list_days(work, segment_id, since=first, until=last)
    return SegmentPerformanceOut(data=[SegmentDayOut.model_validate(row) for row in rows])


@router.get("/segments/{segment_id}/overlap")
@error_responses(SegmentNotFound)
async def get_segment_overlap(segment_id: SegmentId, work: Reading) -> OverlapsOut:
    """Count the members that a segment shares with each other segment."""
    rows = await queries.overlaps(work, segment_id)
    return OverlapsOut(data=[OverlapOut.model_validate(row) for row in rows])


@router.get("/members/{member_id}/segments")
@error_responses(members.MemberNotFound)
async def list_member_segments(
    member_id: MemberId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.MEMBERSHIPS)],
    history: History = False,
) -> Page[SegmentMembershipOut]:
    """List the segments that a member belongs to, newest first."""
    await members.get_member(work, member_id)
    rows = await queries.list_memberships(work, member_id=member_id, history=history, asked=asked)
    return rows.page(SegmentMembershipOut.model_validate(row) for row in rows)
