"""Rewards, their codes, what members are offered and what they took, over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from laurels import members
from laurels.kit.errors import Invalid
from laurels.kit.hot import Caller, requires_batched
from laurels.kit.http import expand as expanding
from laurels.kit.http.access import requires
from laurels.kit.http.expand import ExpansionsOf
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.query import Switch
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code, Moment
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.ledger import BelowMinimum, InsufficientPoints
from laurels.permissions import Permission
from laurels.purchases import PurchaseNotFound
from laurels.tenants import LoyaltyOff, TenantSuspended

from . import answers, ending, offers, picture_routes, queries, redeeming, service, using, vouchers
from .errors import (
    CodeTaken,
    ForceNeeded,
    MemberLimitReached,
    OutOfStock,
    ProviderUnknown,
    PurchaseBelowMinimum,
    PurchaseNotUsable,
    PurchaseOfAnother,
    QuantityNotAllowed,
    RedemptionAltered,
    RedemptionInvalid,
    RedemptionLapsed,
    RedemptionMoved,
    RedemptionNotFound,
    RewardArchived,
    RewardEnded,
    RewardHasNoPool,
    RewardInvalid,
    RewardLimitReached,
    RewardNotFound,
    RewardNotOpen,
    RewardPaused,
    RewardsOff,
    SegmentRequired,
    TierNotAllowed,
    TierTooLow,
    TooManyPending,
    TooManyRewards,
)
from .expanding import REDEMPTION
from .redemption_schemas import (
    CancellationIn,
    CompleteIn,
    FailureIn,
    GiftIn,
    RedemptionIn,
    RedemptionOut,
    RedemptionPatch,
    TakingBackIn,
    UseIn,
)
from .schemas import (
    MemberId,
    OffersOut,
    ReachOut,
    RedemptionId,
    RewardId,
    RewardIn,
    RewardOut,
    RewardPatch,
    RewardType,
    State,
    StatsOut,
)
from .voucher_schemas import CodesIn, CodesOut, HandledOut, VoucherOut

router = APIRouter(prefix="/v1", tags=["rewards"], route_class=TransactionalRoute)
router.include_router(picture_routes.router)
Reading = Annotated[Work, requires(Permission.REWARDS_READ)]
Writing = Annotated[Work, requires(Permission.REWARDS_WRITE)]
Redeeming = Annotated[Caller, requires_batched(Permission.REWARDS_REDEEM)]
Using = Annotated[Work, requires(Permission.REWARDS_REDEEM)]
Giving = Annotated[Work, requires(Permission.REWARDS_GIVE)]
Fulfilling = Annotated[Work, requires(Permission.REWARDS_FULFIL)]
Expand = Annotated[str, ExpansionsOf(REDEMPTION), Query()]
Category = Annotated[Code | None, Query(description="Only those in this category.")]
MAX_EXTENSION = timedelta(days=366)
USUAL = timedelta(days=30)


def _window(
    since: Annotated[Moment | None, Query(description="Redeemed at or after.")] = None,
    until: Annotated[Moment | None, Query(description="Redeemed before.")] = None,
) -> tuple[datetime | None, datetime | None]:
    """Return the two ends of a span of time; either may be open."""
    return since, until


def _filters(
    member_id: Annotated[MemberId | None, Query()] = None,
    reward_id: Annotated[RewardId | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    code: Annotated[Code | None, Query(description="Exactly this code, any case.")] = None,
    source: Annotated[Code | None, Query()] = None,
    external_id: Annotated[Code | None, Query()] = None,
) -> dict[str, Any]:
    """Return what a list of redemptions is narrowed down to."""
    return {
        "member_id": member_id,
        "reward_id": reward_id,
        "state": state,
        "code": code,
        "source": source,
        "external_id": external_id,
    }


Window = Annotated[tuple[datetime | None, datetime | None], Depends(_window)]
Filters = Annotated[dict[str, Any], Depends(_filters)]


# Rewards ------------------------------------------------------------------------------------------


@router.get("/rewards")
async def list_rewards(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.REWARDS)],
    type: Annotated[RewardType | None, Query()] = None,  # noqa: A002 - the field's name
    category: Category = None,
    featured: Annotated[Switch | None, Query()] = None,
    status: Annotated[
        Literal["active", "paused", "archived"] | None,
        Query(description="Only those with this status; by default all that are not archived."),
    ] = None,
) -> Page[RewardOut]:
    """List rewards, newest first."""
    rows = await queries.list_rewards(
        work, kind=type, category=category, featured=featured, status=status, asked=asked
    )
    return rows.page(RewardOut.model_validate(row) for row in rows)


@router.post("/rewards", status_code=201)
@error_responses(RewardInvalid, ProviderUnknown, TooManyRewards)
async def create_reward(body: RewardIn, work: Writing) -> RewardOut:
    """Add a reward to the catalogue."""
    return await _reward(work, await service.create_reward(work, body.values()))


@router.get("/rewards/{reward_id}")
@error_responses(RewardNotFound)
async def get_reward(reward_id: RewardId, work: Reading) -> RewardOut:
    """Read a reward, including an archived one."""
    return await _reward(work, reward_id)


@router.patch("/rewards/{reward_id}")
@error_responses(RewardNotFound, VersionConflict, RewardArchived, RewardInvalid, ProviderUnknown)
async def change_reward(reward_id: RewardId, body: RewardPatch, work: Writing) -> RewardOut:
    """Change the fields that are sent; existing redemptions keep the reward as it was."""
    await service.change_reward(work, reward_id, body.values(), version=body.version)
    return await _reward(work, reward_id)


@router.post("/rewards/{reward_id}/pause")
@error_responses(RewardNotFound, RewardArchived)
async def pause_reward(reward_id: RewardId, work: Writing) -> RewardOut:
    """Pause a reward: it cannot be redeemed until it is resumed."""
    await service.set_active(work, reward_id, active=False)
    return await _reward(work, reward_id)


@router.post("/rewards/{reward_id}/resume")
@error_responses(RewardNotFound, RewardArchived)
async def resume_reward(reward_id: RewardId, work: Writing) -> RewardOut:
    """Resume a paused reward."""
    await service.set_active(work, reward_id, active=True)
    return await _reward(work, reward_id)


@router.post("/rewards/{reward_id}/archive")
@error_responses(RewardNotFound)
async def archive_reward(reward_id: RewardId, work: Writing) -> RewardOut:
    """Archive a reward: it leaves the catalogue; existing redemptions stay as they are."""
    await service.set_archived(work, reward_id, archived=True)
    return await _reward(work, reward_id)


@router.post("/rewards/{reward_id}/restore")
@error_responses(RewardNotFound, TooManyRewards)
async def restore_reward(reward_id: RewardId, work: Writing) -> RewardOut:
    """Restore an archived reward; it is paused until it is resumed."""
    await service.set_archived(work, reward_id, archived=False)
    return await _reward(work, reward_id)


@router.post("/rewards/{reward_id}/duplicate", status_code=201)
@error_responses(RewardNotFound, RewardInvalid, ProviderUnknown, TooManyRewards)
async def duplicate_reward(reward_id: RewardId, work: Writing) -> RewardOut:
    """Copy a reward; the copy starts paused and without redemptions."""
    return await _reward(work, await service.duplicate(work, reward_id))


@router.get("/rewards/{reward_id}/stats")
@error_responses(RewardNotFound)
async def reward_stats(reward_id: RewardId, work: Reading, window: Window) -> StatsOut:
    """Count a reward's redemptions by state and local day, over at most 366 days (default 30)."""
    await queries.get_reward(work, reward_id)
    until = window[1] or work.now + timedelta(microseconds=1)
    since = window[0] or until - USUAL
    if not timedelta(0) < until - since <= MAX_EXTENSION:
        msg = "`until` must be after `since`, by at most 366 days"
        raise Invalid(msg, field="until")
    rows = await queries.stats(work, reward_id, since, until)
    return answers.stats_out(reward_id, since, until, rows)


@router.get("/rewards/{reward_id}/reach")
@error_responses(RewardNotFound)
async def reward_reach(reward_id: RewardId, work: Reading) -> ReachOut:
    """Count the members that a reward is for, and those who could redeem one now."""
    reward = await queries.get_reward(work, reward_id)
    return answers.reach_out(reward, await queries.reach(work, reward), work.now)


async def _reward(work: Work, reward_id: UUID) -> RewardOut:
    return RewardOut.model_validate(await queries.get_reward(work, reward_id))


# Codes --------------------------------------------------------------------------------------------


@router.get("/rewards/{reward_id}/vouchers")
@error_responses(RewardNotFound)
async def list_vouchers(
    reward_id: RewardId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.VOUCHERS)],
    state: Annotated[Literal["free", "assigned", "withdrawn"] | None, Query()] = None,
) -> Page[VoucherOut]:
    """List the codes of a reward, newest first."""
    await queries.get_reward(work, reward_id)
    rows = await queries.list_vouchers(work, reward_id, state=state, asked=asked)
    return rows.page(VoucherOut.model_validate(row) for row in rows)


@router.post("/rewards/{reward_id}/vouchers")
@error_responses(RewardNotFound, RewardArchived, RewardHasNoPool)
async def upload_vouchers(reward_id: RewardId, body: CodesIn, work: Writing) -> CodesOut:
    """Upload up to 1,000 codes to a pool. Each has its own outcome; duplicates are listed."""
    return await _codes(work, reward_id, await vouchers.upload(work, reward_id, body.codes))


@router.post("/rewards/{reward_id}/vouchers/withdraw")
@error_responses(RewardNotFound)
async def withdraw_vouchers(reward_id: RewardId, body: CodesIn, work: Writing) -> CodesOut:
    """Withdraw codes that are not assigned yet. Each has its own outcome."""
    return await _codes(work, reward_id, await vouchers.withdraw(work, reward_id, body.codes))


async def _codes(work: Work, reward_id: UUID, handled: list[vouchers.Handled]) -> CodesOut:
    reward = await queries.get_reward(work, reward_id)
    told = [HandledOut.model_validate(each) for each in handled]
    return CodesOut(data=told, codes_left=reward["codes_left"])


# Offers and redemptions ---------------------------------------------------------------------------


@router.get("/members/{member_id}/rewards")
@error_responses(
    members.MemberNotFound,
    members.MemberMerged,
    members.MemberErased,
    members.MemberBlocked,
    members.MemberArchived,
)
async def list_offers(
    member_id: MemberId,
    work: Reading,
    type: Annotated[RewardType | None, Query()] = None,  # noqa: A002 - the field's name
    category: Category = None,
    featured: Annotated[Switch | None, Query()] = None,
    available: Annotated[
        Switch | None,
        Query(
            description="`true`: only rewards the member can redeem now; `false`: only the others."
        ),
    ] = None,
) -> OffersOut:
    """List, for each reward, whether a member can redeem it; if not, why and what is missing."""
    found = await offers.offers_for(
        work, member_id, kind=type, category=category, featured=featured, available=available
    )
    return OffersOut(data=[answers.offer_out(each) for each in found])


@router.post(
    "/redemptions",
    status_code=201,
    response_model=RedemptionOut,
    responses={200: {"model": RedemptionOut, "description": "It was there before."}},
)
@error_responses(
    TenantSuspended,
    members.MemberNotFound,
    RewardNotFound,
    RedemptionAltered,
    QuantityNotAllowed,
    members.MemberMerged,
    members.MemberErased,
    members.MemberBlocked,
    members.MemberArchived,
    LoyaltyOff,
    RewardsOff,
    RewardArchived,
    RewardPaused,
    RewardNotOpen,
    RewardEnded,
    TierTooLow,
    TierNotAllowed,
    SegmentRequired,
    MemberLimitReached,
    RewardLimitReached,
    OutOfStock,
    TooManyPending,
    BelowMinimum,
    InsufficientPoints,
)
async def redeem_reward(body: RedemptionIn, caller: Redeeming) -> Response:
    """Redeem a reward for points. A repeat returns the same answer with 200."""
    return await caller.submit(answers.redeem, body.to_redemption())


@router.post(
    "/rewards/{reward_id}/give",
    status_code=201,
    responses={200: {"model": RedemptionOut, "description": "It was there before."}},
)
@error_responses(
    TenantSuspended,
    members.MemberNotFound,
    RewardNotFound,
    RedemptionAltered,
    QuantityNotAllowed,
    members.MemberMerged,
    members.MemberErased,
    members.MemberBlocked,
    members.MemberArchived,
    LoyaltyOff,
    RewardsOff,
    RewardArchived,
    RewardPaused,
    RewardNotOpen,
    RewardEnded,
    RewardLimitReached,
    OutOfStock,
)
async def give_reward(
    reward_id: RewardId, body: GiftIn, work: Giving, response: Response
) -> RedemptionOut:
    """Give a member a reward for nothing, whatever their points, tier and segments.

    It takes from stock and codes like any other redemption. A repeat returns the same answer with
    200.
    """
    given = await redeeming.give(work, body.to_redemption(reward_id))
    if not given.new:
        response.status_code = 200
    return await _redemption(work, given.id)


@router.get("/redemptions")
async def list_redemptions(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.REDEMPTIONS)],
    filters: Filters,
    expand: Expand | None = None,
) -> Page[RedemptionOut]:
    """List redemptions, newest first."""
    rows = await queries.list_redemptions(work, filters=filters, asked=asked)
    more = await expanding.expand(work, REDEMPTION, expand, rows)
    return rows.page(
        RedemptionOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get("/redemptions/{redemption_id}")
@error_responses(RedemptionNotFound)
async def get_redemption(
    redemption_id: RedemptionId, work: Reading, expand: Expand | None = None
) -> RedemptionOut:
    """Read a redemption."""
    row = await queries.get_redemption(work, redemption_id)
    more = await expanding.expand(work, REDEMPTION, expand, [row])
    return RedemptionOut.model_validate({**row, "expanded": more.get(redemption_id)})


@router.patch("/redemptions/{redemption_id}")
@error_responses(RedemptionNotFound)
async def change_redemption(
    redemption_id: RedemptionId, body: RedemptionPatch, work: Fulfilling
) -> RedemptionOut:
    """Change the notes for staff and your free facts on a redemption."""
    await ending.describe(work, redemption_id, body.values())
    return await _redemption(work, redemption_id)


@router.post("/redemptions/{redemption_id}/complete")
@error_responses(TenantSuspended, RedemptionNotFound, RedemptionMoved, RedemptionInvalid, CodeTaken)
async def complete_redemption(
    redemption_id: RedemptionId, work: Fulfilling, body: CompleteIn | None = None
) -> RedemptionOut:
    """Mark a pending redemption as delivered, with its code if it has one."""
    await ending.complete(work, redemption_id, (body or CompleteIn()).to_delivery())
    return await _redemption(work, redemption_id)


@router.post("/redemptions/{redemption_id}/fail")
@error_responses(TenantSuspended, RedemptionNotFound, RedemptionMoved)
async def fail_redemption(
    redemption_id: RedemptionId, body: FailureIn, work: Fulfilling
) -> RedemptionOut:
    """Report a failed delivery attempt; after the last or a `final` one, points are returned."""
    await ending.fail(work, redemption_id, body.reason, final=body.final)
    return await _redemption(work, redemption_id)


@router.post("/redemptions/{redemption_id}/cancel")
@error_responses(TenantSuspended, RedemptionNotFound, RedemptionMoved)
async def cancel_redemption(
    redemption_id: RedemptionId, work: Using, body: CancellationIn | None = None
) -> RedemptionOut:
    """Cancel a redemption that is not delivered yet; its points are returned."""
    await ending.cancel(work, redemption_id, (body or CancellationIn()).reason)
    return await _redemption(work, redemption_id)


@router.post("/redemptions/{redemption_id}/use")
@error_responses(
    TenantSuspended,
    RedemptionNotFound,
    RedemptionMoved,
    members.MemberBlocked,
    RedemptionInvalid,
    RedemptionLapsed,
    PurchaseNotFound,
    PurchaseNotUsable,
    PurchaseOfAnother,
    PurchaseBelowMinimum,
)
async def use_redemption(redemption_id: RedemptionId, body: UseIn, work: Using) -> RedemptionOut:
    """Use a redemption, once. Find it by its code with `GET /v1/redemptions?code=`."""
    await using.use(work, redemption_id, body.to_use())
    return await _redemption(work, redemption_id)


@router.post("/redemptions/{redemption_id}/refund")
@error_responses(TenantSuspended, RedemptionNotFound, RedemptionMoved, ForceNeeded)
async def refund_redemption(
    redemption_id: RedemptionId, work: Fulfilling, body: TakingBackIn | None = None
) -> RedemptionOut:
    """Refund a delivered redemption: its points are returned and its code becomes invalid."""
    asked = body or TakingBackIn()
    await ending.refund(
        work, redemption_id, reason=asked.reason, force=asked.force, restock=asked.restock
    )
    return await _redemption(work, redemption_id)


async def _redemption(work: Work, redemption_id: UUID) -> RedemptionOut:
    return RedemptionOut.model_validate(await queries.get_redemption(work, redemption_id))
