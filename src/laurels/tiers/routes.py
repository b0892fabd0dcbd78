"""The ladder, and where members stand on it, over HTTP."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from laurels import members
from laurels.kit.http.access import requires
from laurels.kit.http.expand import Rows, offer
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.members import MemberErased, MemberNotFound
from laurels.members.schemas import MemberOut
from laurels.permissions import Permission

from . import assigning, overview, previewing, queries, saving, service
from .errors import (
    DefaultTierNeeded,
    TierArchived,
    TierBelowStanding,
    TierExpiryInvalid,
    TierHasMembers,
    TierInvalid,
    TierLevelTaken,
    TierNameTaken,
    TierNotAssigned,
    TierNotFound,
    TooManyTiers,
)
from .schemas import (
    ArchiveIn,
    DistributionOut,
    LadderIn,
    ManualTierIn,
    MemberId,
    MemberTierOut,
    MovingMember,
    PreviewIn,
    PreviewOut,
    StandingOut,
    TierHistoryOut,
    TierId,
    TierIn,
    TierMove,
    TierOut,
    TierPatch,
    TierRef,
    TierShare,
    TiersOut,
)

router = APIRouter(prefix="/v1", tags=["tiers"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.TIERS_READ)]
Writing = Annotated[Work, requires(Permission.TIERS_WRITE)]
Assigning = Annotated[Work, requires(Permission.TIERS_ASSIGN, dry_run=True)]


async def _standings(work: Work, rows: Rows) -> Mapping[UUID, StandingOut]:
    found = await queries.current_rows(work, list(rows))
    return {member_id: StandingOut.of(row) for member_id, row in found.items()}


offer("member", "tier", _standings, reads=Permission.TIERS_READ)


@router.get("/tiers")
async def list_tiers(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.TIERS)],
    archived: Annotated[bool, Query(description="The archived ones instead.")] = False,
) -> Page[TierOut]:
    """List the ladder, the lowest tier first."""
    rows = await queries.list_tiers(work, archived=archived, asked=asked)
    return rows.page(TierOut.model_validate(row) for row in rows)


@router.post("/tiers", status_code=201)
@error_responses(TierInvalid, TierNameTaken, TierLevelTaken, TooManyTiers)
async def create_tier(body: TierIn, work: Writing) -> TierOut:
    """Add a tier to the ladder. A review of all members follows; preview it first."""
    return await _tier(work, await service.create_tier(work, body.model_dump()))


@router.put("/tiers")
@error_responses(
    TierNotFound,
    TierInvalid,
    TierNameTaken,
    TierLevelTaken,
    TooManyTiers,
    DefaultTierNeeded,
    TierHasMembers,
    VersionConflict,
)
async def save_tiers(body: LadderIn, work: Writing) -> TiersOut:
    """Save a previewed ladder all at once. Tiers may swap levels; a review follows."""
    await saving.save_ladder(work, body.proposal(), move_members=body.move_members)
    return TiersOut(data=[TierOut.model_validate(row) for row in await queries.list_tiers(work)])


@router.get("/tiers/distribution")
async def get_tier_distribution(work: Reading) -> DistributionOut:
    """Read how many active members are on each tier."""
    rows, without = await queries.distribution(work)
    total = sum(row["members"] for row in rows) + without
    shares = [
        TierShare.model_validate({**row, "percentage": _share(row["members"], total)})
        for row in rows
    ]
    return DistributionOut(data=shares, without_tier=without, total=total)


def _share(part: int, total: int) -> Decimal:
    return (Decimal(100 * part) / Decimal(total or 1)).quantize(Decimal("0.01"))


@router.post("/tiers/preview")
@error_responses(TierNotFound, TierInvalid, TierNameTaken, TierLevelTaken, TooManyTiers)
async def preview_tiers(body: PreviewIn, work: Writing) -> PreviewOut:
    """Show which members would move if the ladder were changed. Nothing is saved."""
    most = body.at_most or previewing.MAX_PREVIEW
    found = await previewing.preview(work, body.proposal(), at_most=most)
    people: Mapping[UUID, dict[str, Any]] = {}
    if work.permissions is None or Permission.MEMBERS_READ in work.permissions:
        people = await members.get_facts(work, sorted(one.member_id for one in found.sample))
    return _previewed(found, people)


def _previewed(found: previewing.Preview, people: Mapping[UUID, Mapping[str, Any]]) -> PreviewOut:
    moves = sorted(
        found.moves.items(), key=lambda item: (-item[1], *(ref[2] if ref else 0 for ref in item[0]))
    )
    return PreviewOut(
        members=found.members,
        active=found.active,
        complete=found.complete,
        up=found.up,
        down=found.down,
        moves=[
            TierMove(from_tier=_ref(old), to_tier=_ref(new), members=count)
            for (old, new), count in moves
        ],
        sample=[
            MovingMember(
                member_id=one.member_id,
                member=MemberOut.model_validate(people[one.member_id])
                if one.member_id in people
                else None,
                from_tier=_ref(one.before),
                to_tier=_ref(one.after),
            )
            for one in found.sample
        ],
    )


def _ref(tier: previewing.Ref | None) -> TierRef | None:
    return None if tier is None else TierRef(id=tier[0], name=tier[1], level=tier[2])


@router.get("/tiers/{tier_id}")
@error_responses(TierNotFound)
async def get_tier(tier_id: TierId, work: Reading) -> TierOut:
    """Read one tier."""
    return await _tier(work, tier_id)


@router.patch("/tiers/{tier_id}")
@error_responses(
    TierNotFound,
    VersionConflict,
    TierArchived,
    TierInvalid,
    TierNameTaken,
    TierLevelTaken,
    DefaultTierNeeded,
)
async def change_tier(tier_id: TierId, body: TierPatch, work: Writing) -> TierOut:
    """Change the fields that are sent. If they affect who qualifies, a review follows."""
    await service.change_tier(work, tier_id, body.values(), version=body.version)
    return await _tier(work, tier_id)


@router.delete("/tiers/{tier_id}")
@error_responses(TierNotFound, DefaultTierNeeded, TierHasMembers)
async def delete_tier(tier_id: TierId, work: Writing) -> TierOut:
    """Archive a tier without members; its history stays, and it can be restored."""
    await service.archive_tier(work, tier_id)
    return await _tier(work, tier_id)


@router.post("/tiers/{tier_id}/archive")
@error_responses(TierNotFound, DefaultTierNeeded, TierHasMembers)
async def archive_tier(tier_id: TierId, work: Writing, body: ArchiveIn | None = None) -> TierOut:
    """Archive a tier. With `move_members`, its members move to the tier they qualify for."""
    move = body is not None and body.move_members
    await service.archive_tier(work, tier_id, move_members=move)
    return await _tier(work, tier_id)


@router.post("/tiers/{tier_id}/restore")
@error_responses(TierNotFound, TierNameTaken, TierLevelTaken, TooManyTiers, TierInvalid)
async def restore_tier(tier_id: TierId, work: Writing) -> TierOut:
    """Bring an archived tier back into the ladder. A review of all members follows."""
    await service.restore_tier(work, tier_id)
    return await _tier(work, tier_id)


async def _tier(work: Work, tier_id: UUID) -> TierOut:
    return TierOut.model_validate(await queries.get_tier(work, tier_id))


@router.get("/members/{member_id}/tier")
@error_responses(MemberNotFound)
async def get_member_tier(member_id: MemberId, work: Reading) -> MemberTierOut:
    """Read a member's tier, what counts towards it, and what is missing for the next one."""
    return await overview.tier_of_member(work, member_id)


@router.get("/members/{member_id}/tier/history")
@error_responses(MemberNotFound)
async def list_member_tier_history(
    member_id: MemberId, work: Reading, asked: Annotated[Asked, Depends(queries.HISTORY)]
) -> Page[TierHistoryOut]:
    """List the tiers that a member has had, newest first, with reasons and figures."""
    await members.get_member(work, member_id)
    rows = await queries.list_history(work, member_id, asked)
    return rows.page(TierHistoryOut.of(row) for row in rows)


@router.put("/members/{member_id}/tier")
@error_responses(
    MemberNotFound,
    "member_archived",
    "member_blocked",
    "member_merged",
    MemberErased,
    TierNotFound,
    TierArchived,
    TierExpiryInvalid,
    TierBelowStanding,
)
async def assign_member_tier(
    member_id: MemberId, body: ManualTierIn, work: Assigning
) -> MemberTierOut:
    """Assign a tier to a member by hand, for a time or for good."""
    await assigning.assign(
        work, member_id, body.tier_id, expires_at=body.expires_at, fixed=body.fixed, note=body.note
    )
    return await overview.tier_of_member(work, member_id)


@router.delete("/members/{member_id}/tier")
@error_responses(
    MemberNotFound,
    "member_archived",
    "member_blocked",
    "member_merged",
    MemberErased,
    TierNotAssigned,
)
async def unassign_member_tier(member_id: MemberId, work: Assigning) -> MemberTierOut:
    """Remove a tier that was assigned by hand; the member returns to the tier they qualify for."""
    await assigning.unassign(work, member_id)
    return await overview.tier_of_member(work, member_id)
