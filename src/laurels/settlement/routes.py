"""Purchases and activities over HTTP, and the enrolment of members."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from laurels import activities, members, purchases, tenants
from laurels.kit.hot import Caller, requires_batched
from laurels.kit.http import bulk
from laurels.kit.http import expand as expanding
from laurels.kit.http.access import demand, requires
from laurels.kit.http.bulk import BulkIn, BulkOut
from laurels.kit.http.expand import ExpansionsOf
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Found, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code, SignedAmount
from laurels.kit.work import Work
from laurels.members.errors import (
    EmailTaken,
    MemberArchived,
    MemberBlocked,
    MemberErased,
    MemberMerged,
    MemberNotFound,
)
from laurels.members.schemas import MemberIn, MemberOut
from laurels.permissions import Permission

from . import answers, archiving, changing, claiming, ending, recording, service, simulating, why
from .errors import (
    CHANGING,
    CLAIMING,
    COMPLETING,
    DOING,
    ENROLLING,
    REFUNDING,
    REVOKING,
    SETTLING,
    SIMULATING,
)
from .expanding import ACTIVITY, ACTIVITY_SUMMARY, PURCHASE, SUMMARY
from .schemas import (
    ActivityId,
    ActivityIn,
    ActivityKind,
    ActivityOut,
    ActivitySource,
    ActivitySummaryOut,
    ActivityWhyOut,
    MemberBlockIn,
    MemberId,
    MemberUnblockIn,
    PurchaseId,
    PurchaseOut,
    PurchaseSummaryOut,
    RefundId,
    RefundOut,
    RefundState,
    RefundSummaryOut,
    RevokeIn,
    WhyOut,
)
from .sent import PurchaseClaimIn, PurchaseIn, PurchasePatch, RefundIn, RefundOfIn
from .simulation_schemas import SimulationIn, SimulationOut

router = APIRouter(prefix="/v1", route_class=TransactionalRoute)
Enrolling = Annotated[Work, requires(Permission.MEMBERS_WRITE)]
ExpandPurchase = Annotated[str, ExpansionsOf(PURCHASE), Query()]
ExpandSummary = Annotated[str, ExpansionsOf(SUMMARY), Query()]
Reading = Annotated[Work, requires(Permission.PURCHASES_READ)]
Simulating = Annotated[Work, requires(Permission.EARNING_READ)]
Writing = Annotated[Work, requires(Permission.PURCHASES_WRITE)]
EnrollingInBulk = Annotated[Work, requires(Permission.MEMBERS_WRITE, feature="bulk")]
InBulk = Annotated[Work, requires(Permission.PURCHASES_WRITE, feature="bulk", dry_run=True)]
Settling = Annotated[Work, requires(Permission.PURCHASES_WRITE, dry_run=True)]
ReadingActivities = Annotated[Work, requires(Permission.ACTIVITIES_READ)]
Revoking = Annotated[Work, requires(Permission.ACTIVITIES_WRITE, dry_run=True)]
DoingInBulk = Annotated[Work, requires(Permission.ACTIVITIES_WRITE, feature="bulk", dry_run=True)]
Doing = Annotated[Caller, requires_batched(Permission.ACTIVITIES_WRITE)]
ExpandActivity = Annotated[str, ExpansionsOf(ACTIVITY), Query()]
ExpandActivities = Annotated[str, ExpansionsOf(ACTIVITY_SUMMARY), Query()]
Buying = Annotated[Caller, requires_batched(Permission.PURCHASES_WRITE)]


def _natural_key(
    source: Annotated[
        ActivitySource | None, Query(description="Only those from this source.")
    ] = None,
    external_id: Annotated[
        Code | None, Query(description="Only the one with this external id.")
    ] = None,
) -> tuple[str | None, str | None]:
    """Return the natural key that is looked for; either part may be open."""
    return source, external_id


NaturalKey = Annotated[tuple[str | None, str | None], Depends(_natural_key)]


def _buyer(
    member_id: Annotated[MemberId | None, Query()] = None,
    member: Annotated[
        Code | None, Query(description="Only those of the member with this external id.")
    ] = None,
) -> tuple[UUID | None, str | None]:
    """Return whose purchases are looked for, by our id, by theirs, or both."""
    return member_id, member


Buyer = Annotated[tuple[UUID | None, str | None], Depends(_buyer)]


@router.post(
    "/members",
    status_code=201,
    tags=["members"],
    responses={
        200: {"model": MemberOut, "description": "The member already existed and was updated."}
    },
)
@error_responses(*ENROLLING)
async def enrol_member(body: MemberIn, work: Enrolling, response: Response) -> MemberOut:
    """Enrol a member, or update the one with this external id or e-mail (then 200)."""
    upserted = await service.enrol(work, body.profile())
    response.status_code = 201 if upserted.created else 200
    return MemberOut.model_validate(await members.get_member(work, upserted.id))


@router.post("/members/bulk", tags=["members"], response_model=BulkOut[MemberOut])
@error_responses("tenant_suspended", "feature_off")
async def enrol_members(body: BulkIn[MemberIn], work: EnrollingInBulk) -> Response:
    """Enrol or update up to 1,000 members at once. Each succeeds or fails on its own."""
    return await bulk.run(work, body.items, MemberIn, MemberIn.profile, answers.enrol)


@router.delete("/members/{member_id}", tags=["members"])
@error_responses(MemberNotFound, MemberMerged, MemberBlocked, MemberErased)
async def archive_member(member_id: MemberId, work: Enrolling) -> MemberOut:
    """Archive a member: hidden from lists, and unable to earn or spend until restored."""
    await archiving.archive(work, member_id)
    return MemberOut.model_validate(await members.get_member(work, member_id))


@router.post("/members/{member_id}/restore", tags=["members"])
@error_responses(MemberNotFound, MemberMerged, MemberBlocked, MemberErased, EmailTaken)
async def restore_member(member_id: MemberId, work: Enrolling) -> MemberOut:
    """Restore an archived member. Answers 409 `email_taken` if another member has the e-mail."""
    await archiving.restore(work, member_id)
    return MemberOut.model_validate(await members.get_member(work, member_id))


@router.post("/members/{member_id}/block", tags=["members"])
@error_responses(MemberNotFound, MemberMerged, MemberArchived, MemberErased)
async def block_member(member_id: MemberId, body: MemberBlockIn, work: Enrolling) -> MemberOut:
    """Block a member: still visible, but unable to earn or spend until unblocked."""
    await archiving.block(work, member_id, reason=body.reason)
    return MemberOut.model_validate(await members.get_member(work, member_id))


@router.post("/members/{member_id}/unblock", tags=["members"])
@error_responses(MemberNotFound, MemberMerged, MemberArchived, MemberErased)
async def unblock_member(
    member_id: MemberId, work: Enrolling, body: MemberUnblockIn | None = None
) -> MemberOut:
    """Unblock a member, who can earn and spend again."""
    await archiving.unblock(work, member_id, reason=(body or MemberUnblockIn()).reason)
    return MemberOut.model_validate(await members.get_member(work, member_id))


@router.post(
    "/purchases",
    status_code=201,
    tags=["purchases"],
    response_model=PurchaseOut,
    responses={200: {"model": PurchaseOut, "description": "It already existed."}},
)
@error_responses(*SETTLING)
async def post_purchase(body: PurchaseIn, caller: Buying) -> Response:
    """Record a purchase and return what it earned. A repeat returns the same answer with 200."""
    return await caller.submit(answers.buy, body.to_purchase())


@router.post("/purchases/bulk", tags=["purchases"], response_model=BulkOut[PurchaseOut])
@error_responses("tenant_suspended", "feature_off")
async def post_purchases(body: BulkIn[PurchaseIn], work: InBulk) -> Response:
    """Record up to 1,000 purchases at once. Each succeeds or fails on its own."""
    return await bulk.run(work, body.items, PurchaseIn, PurchaseIn.to_purchase, answers.buy)


@router.get("/purchases", tags=["purchases"])
async def list_purchases(
    work: Reading,
    asked: Annotated[Asked, Depends(purchases.PURCHASES)],
    key: NaturalKey,
    buyer: Buyer,
    status: Annotated[
        Literal["pending", "completed", "failed", "cancelled"] | None, Query()
    ] = None,
    refund_state: Annotated[
        RefundState | None, Query(description="Only those with this refund state.")
    ] = None,
    min_amount: Annotated[
        SignedAmount | None, Query(description="Of at least this amount.")
    ] = None,
    max_amount: Annotated[SignedAmount | None, Query(description="Of at most this amount.")] = None,
    expand: ExpandSummary | None = None,
) -> Page[PurchaseSummaryOut]:
    """List purchases, the newest recorded first."""
    member_id, member = buyer
    if member is not None:
        known = (await members.find(work, [member])).get(member)
        if known is None or member_id not in {None, known}:
            return Found[Any]().page([])
        member_id = known
    rows = await purchases.list_purchases(
        work,
        member_id=member_id,
        status=status,
        refund_state=refund_state,
        key=key,
        amounts=(min_amount, max_amount),
        asked=asked,
    )
    more = await expanding.expand(work, SUMMARY, expand, rows)
    return rows.page(
        PurchaseSummaryOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get("/purchases/{purchase_id}", tags=["purchases"])
@error_responses(purchases.PurchaseNotFound)
async def get_purchase(
    purchase_id: PurchaseId, work: Reading, expand: ExpandPurchase | None = None
) -> PurchaseOut:
    """Read a purchase with its award: which rules gave what, and why others did not."""
    purchase = await _purchase(work, purchase_id)
    more = await expanding.expand(
        work, PURCHASE, expand, [{"id": purchase.id, "member_id": purchase.member_id}]
    )
    return purchase.model_copy(update={"expanded": more.get(purchase.id)})


@router.get("/purchases/{purchase_id}/why", tags=["purchases"])
@error_responses(purchases.PurchaseNotFound)
async def explain_purchase(purchase_id: PurchaseId, work: Reading) -> WhyOut:
    """Explain, rule by rule and in sentences, why a purchase earned what it did."""
    return await why.explain_purchase(work, purchase_id)


@router.patch("/purchases/{purchase_id}", tags=["purchases"])
@error_responses(*CHANGING)
async def change_purchase(
    purchase_id: PurchaseId, body: PurchasePatch, work: Settling
) -> PurchaseOut:
    """Change a pending purchase: its amount, lines, member and details."""
    currency = (await tenants.current(work)).currency
    await changing.change(work, purchase_id, body.changes(currency))
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/claim", tags=["purchases"])
@error_responses(*CLAIMING)
async def claim_purchase(
    purchase_id: PurchaseId, body: PurchaseClaimIn, work: Settling
) -> PurchaseOut:
    """Assign a guest's purchase to a member; a completed one earns them points now.

    It earns as of the time of the purchase, by the rules in force now, less what has been refunded
    since. Repeating the request changes nothing.
    """
    await claiming.claim(work, purchase_id, member=body.member, member_id=body.member_id)
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/complete", tags=["purchases"])
@error_responses(*COMPLETING)
async def complete_purchase(purchase_id: PurchaseId, work: Settling) -> PurchaseOut:
    """Complete a purchase and book what it earns.

    A failed or cancelled purchase can be completed too, if it is paid after all.
    """
    await ending.complete(work, purchase_id)
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/cancel", tags=["purchases"])
@error_responses(purchases.PurchaseNotFound, purchases.PurchaseNotPending)
async def cancel_purchase(purchase_id: PurchaseId, work: Writing) -> PurchaseOut:
    """Cancel a pending purchase; it earns nothing."""
    await ending.cancel(work, purchase_id)
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/fail", tags=["purchases"])
@error_responses(purchases.PurchaseNotFound, purchases.PurchaseNotPending)
async def fail_purchase(purchase_id: PurchaseId, work: Writing) -> PurchaseOut:
    """Mark a pending purchase as failed; it earns nothing."""
    await ending.cancel(work, purchase_id, status="failed")
    return await _purchase(work, purchase_id)


@router.post(
    "/purchases/{purchase_id}/refunds",
    status_code=201,
    tags=["purchases"],
    response_model=RefundOut,
    responses={200: {"model": RefundOut, "description": "It already existed."}},
)
@error_responses(*REFUNDING)
async def post_refund(
    purchase_id: PurchaseId, caller: Buying, body: RefundIn | None = None
) -> Response:
    """Refund a purchase: in full, by line, or by amount.

    Points are taken back for the refunded lines that each award counted. If the refund names no
    lines, they are taken back in proportion.
    """
    refund = body or RefundIn()
    return await caller.submit(answers.give_back, refund.to_refund(purchase_id))


@router.get("/refunds", tags=["purchases"])
async def list_refunds(
    work: Reading,
    asked: Annotated[Asked, Depends(purchases.REFUNDS)],
    key: NaturalKey,
    purchase_id: Annotated[PurchaseId | None, Query()] = None,
) -> Page[RefundSummaryOut]:
    """List refunds, the newest recorded first."""
    rows = await purchases.list_refunds(work, purchase_id=purchase_id, key=key, asked=asked)
    return rows.page(await answers.show_refund_rows(work, rows))


@router.get("/refunds/{refund_id}", tags=["purchases"])
@error_responses(purchases.RefundNotFound)
async def get_refund(refund_id: RefundId, work: Reading) -> RefundSummaryOut:
    """Read a refund: the money returned, the lines it names and the points it took back."""
    (refund,) = await answers.show_refund_rows(work, [await purchases.get_refund(work, refund_id)])
    return refund


@router.post("/refunds/bulk", tags=["purchases"], response_model=BulkOut[RefundOut])
@error_responses("tenant_suspended", "feature_off")
async def post_refunds(body: BulkIn[RefundOfIn], work: InBulk) -> Response:
    """Book up to 1,000 refunds at once. Each succeeds or fails on its own."""
    return await bulk.run(work, body.items, RefundOfIn, RefundOfIn.of_its_own, answers.give_back)


@router.post(
    "/activities",
    status_code=201,
    tags=["activities"],
    response_model=ActivityOut,
    responses={200: {"model": ActivityOut, "description": "It already existed."}},
)
@error_responses(*DOING)
async def post_activity(body: ActivityIn, caller: Doing) -> Response:
    """Record what a member did and say what it earned. A repeat gives the same with 200."""
    return await caller.submit(answers.record, body.to_activity())


@router.post("/activities/bulk", tags=["activities"], response_model=BulkOut[ActivityOut])
@error_responses("tenant_suspended", "feature_off")
async def post_activities(body: BulkIn[ActivityIn], work: DoingInBulk) -> Response:
    """Record up to 1,000 activities at once; each has its own result, and one fails alone."""
    return await bulk.run(work, body.items, ActivityIn, ActivityIn.to_activity, answers.record)


@router.get("/activities", tags=["activities"])
async def list_activities(
    work: ReadingActivities,
    asked: Annotated[Asked, Depends(activities.ACTIVITIES)],
    key: NaturalKey,
    member_id: Annotated[MemberId | None, Query()] = None,
    kind: Annotated[ActivityKind | None, Query()] = None,
    status: Annotated[Literal["recorded", "revoked"] | None, Query()] = None,
    expand: ExpandActivities | None = None,
) -> Page[ActivitySummaryOut]:
    """List what members did, the newest recorded first."""
    rows = await activities.list_activities(
        work, member_id=member_id, kind=kind, status=status, key=key, asked=asked
    )
    more = await expanding.expand(work, ACTIVITY_SUMMARY, expand, rows)
    return rows.page(
        ActivitySummaryOut.model_validate({**row, "expanded": more.get(row["id"])}) for row in rows
    )


@router.get("/activities/{activity_id}", tags=["activities"])
@error_responses(activities.ActivityNotFound)
async def get_activity(
    activity_id: ActivityId, work: ReadingActivities, expand: ExpandActivity | None = None
) -> ActivityOut:
    """Read an activity with its award: which rules gave what, and why others did not."""
    activity = await _activity(work, activity_id)
    more = await expanding.expand(
        work, ACTIVITY, expand, [{"id": activity.id, "member_id": activity.member_id}]
    )
    return activity.model_copy(update={"expanded": more.get(activity.id)})


@router.get("/activities/{activity_id}/why", tags=["activities"])
@error_responses(activities.ActivityNotFound)
async def explain_activity(activity_id: ActivityId, work: ReadingActivities) -> ActivityWhyOut:
    """Say why an activity earned what it earned, or nothing: rule by rule, in sentences."""
    return await why.explain_activity(work, activity_id)


@router.post("/activities/{activity_id}/revoke", tags=["activities"])
@error_responses(*REVOKING)
async def revoke_activity(
    activity_id: ActivityId, work: Revoking, body: RevokeIn | None = None
) -> ActivityOut:
    """Revoke an activity, such as a removed review: what it earned is taken back, once."""
    await recording.revoke_activity(work, activity_id, reason=body.reason if body else None)
    return await _activity(work, activity_id)


async def _activity(work: Work, activity_id: UUID) -> ActivityOut:
    activity = (await answers.read_activities(work, [activity_id])).get(activity_id)
    if activity is None:
        raise activities.ActivityNotFound
    return activity


async def _purchase(work: Work, purchase_id: UUID) -> PurchaseOut:
    purchase = (await answers.read(work, [purchase_id])).get(purchase_id)
    if purchase is None:
        raise purchases.PurchaseNotFound
    return purchase


@router.post("/earning-rules/simulate", tags=["earning"])
@error_responses(*SIMULATING)
async def simulate_event(body: SimulationIn, work: Simulating) -> SimulationOut:
    """Simulate a purchase or an activity: what each rule would give, and why not. Nothing is kept.

    Rules that you have not published can be tried with it.
    """
    if body.sent.member is not None or body.sent.member_id is not None:
        demand(work, Permission.MEMBERS_READ, "Simulating for a member")
    return await simulating.simulate(work, body)
