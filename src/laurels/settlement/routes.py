"""Purchases over HTTP, and the enrolment of members."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from laurels import earning, members, purchases
from laurels.events.catalogue import PurchaseCompleted
from laurels.kit.access import begin
from laurels.kit.errors import AppError
from laurels.kit.http import Door
from laurels.kit.paging import Cursor, Limit, Page, page_of, read_cursor
from laurels.kit.schema import Code, Moment
from laurels.kit.work import Work
from laurels.members.schemas import MemberIn, MemberOut
from laurels.permissions import Permission

from . import ending, refunding, service, why
from .schemas import (
    MemberId,
    PurchaseId,
    PurchaseIn,
    PurchaseOut,
    PurchaseSummaryOut,
    RefundIn,
    RefundOut,
    WhyOut,
)

router = APIRouter(prefix="/v1", route_class=Door)
Enrolling = Annotated[Work, begin(Permission.MEMBERS_WRITE)]
Reading = Annotated[Work, begin(Permission.PURCHASES_READ)]
Writing = Annotated[Work, begin(Permission.PURCHASES_WRITE)]


@router.post("/members", status_code=201, tags=["members"])
async def enrol_member(body: MemberIn, work: Enrolling, response: Response) -> MemberOut:
    """Enrol a member, or bring one up to date who has this external id or e-mail (then 200)."""
    upserted = await service.enrol(work, body.profile())
    response.status_code = 201 if upserted.created else 200
    return MemberOut.model_validate(await members.get_member(work, upserted.id))


@router.post("/purchases", status_code=201, tags=["purchases"])
async def post_purchase(body: PurchaseIn, work: Writing, response: Response) -> PurchaseOut:
    """Record a purchase and say what it earned. A repeat gives the same answer with 200."""
    (settled,) = await service.settle(work, [body.to_purchase()])
    if isinstance(settled, AppError):
        raise settled
    response.status_code = 201 if settled.new else 200
    return await _purchase(work, settled.purchase_id)


@router.get("/purchases", tags=["purchases"])
async def list_purchases(
    work: Reading,
    member_id: Annotated[MemberId | None, Query()] = None,
    status: Annotated[
        Literal["pending", "completed", "failed", "cancelled"] | None, Query()
    ] = None,
    source: Annotated[Code | None, Query()] = None,
    external_id: Annotated[Code | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="Occurred at or after.")] = None,
    until: Annotated[Moment | None, Query(description="Occurred before.")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[PurchaseSummaryOut]:
    """List purchases, the newest recorded first."""
    rows = await purchases.list_purchases(
        work, member_id=member_id, status=status, source=source, external_id=external_id,
        since=since, until=until, after=read_cursor(cursor), limit=limit + 1,
    )  # fmt: skip
    found = [PurchaseSummaryOut.model_validate(row) for row in rows]
    return page_of(found, [row["id"] for row in rows], limit)


@router.get("/purchases/{purchase_id}", tags=["purchases"])
async def get_purchase(purchase_id: PurchaseId, work: Reading) -> PurchaseOut:
    """Read a purchase with its award: which rules gave what, and why others did not."""
    return await _purchase(work, purchase_id)


@router.get("/purchases/{purchase_id}/why", tags=["purchases"])
async def explain_purchase(purchase_id: PurchaseId, work: Reading) -> WhyOut:
    """Say why a purchase earned what it earned, or nothing: rule by rule, in sentences."""
    return await why.explain_purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/complete", tags=["purchases"])
async def complete_purchase(purchase_id: PurchaseId, work: Writing) -> PurchaseOut:
    """Complete a pending purchase; its one effect is booked now."""
    await ending.complete(work, purchase_id)
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/cancel", tags=["purchases"])
async def cancel_purchase(purchase_id: PurchaseId, work: Writing) -> PurchaseOut:
    """Cancel a pending purchase; it never earns."""
    await ending.cancel(work, purchase_id)
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/fail", tags=["purchases"])
async def fail_purchase(purchase_id: PurchaseId, work: Writing) -> PurchaseOut:
    """Say that a pending purchase failed; it never earns."""
    await ending.cancel(work, purchase_id, status="failed")
    return await _purchase(work, purchase_id)


@router.post("/purchases/{purchase_id}/refunds", status_code=201, tags=["purchases"])
async def post_refund(
    purchase_id: PurchaseId, work: Writing, response: Response, body: RefundIn | None = None
) -> RefundOut:
    """Refund a purchase, wholly or in part; points go back in proportion."""
    asked = body or RefundIn()
    (refunded,) = await refunding.refund(
        work,
        [
            purchases.NewRefund(
                purchase_id=purchase_id, amount=asked.amount, source=asked.source,
                external_id=asked.external_id, reason=asked.reason,
                occurred_at=asked.occurred_at,
            )
        ],
    )  # fmt: skip
    if isinstance(refunded, AppError):
        raise refunded
    response.status_code = 201 if refunded.new else 200
    purchase = await _purchase(work, purchase_id)
    return RefundOut(
        id=refunded.refund_id, purchase_id=purchase_id, amount=refunded.amount,
        points=refunded.points, purchase=purchase,
    )  # fmt: skip


async def _purchase(work: Work, purchase_id: UUID) -> PurchaseOut:
    found: dict[str, Any] = await purchases.get_purchase(work, purchase_id)
    award = await earning.find_award(work, PurchaseCompleted.name, purchase_id)
    if award is not None:
        for effect in award["effects"]:
            effect["rule_id"] = UUID(effect["rule_id"])
            effect["transaction_id"] = UUID(effect["transaction_id"])
    found["points"] = award["points"] if award else 0
    found["award"] = award
    return PurchaseOut.model_validate(found)
