"""Booking the rows of one batch inside of one transaction."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from laurels import purchases, settlement
from laurels.kit.errors import AppError
from laurels.kit.values.text import fold
from laurels.kit.work import Work
from laurels.purchases import NewPurchase, NewRefund

from .errors import OriginMissing
from .newcomers import come, greet
from .parsing import RefundRow
from .report import Booked, Outcome, Skipped

PurchaseItem = NewPurchase | RefundRow


async def book_purchases(
    work: Work,
    items: Sequence[PurchaseItem],
    *,
    source: str,
    welcome: bool,
    with_tiers: bool = True,
) -> list[Outcome]:
    """Purchases and refunds are in the books, in the order of the file; each fails alone.

    Where purchases and refunds take turns, those that are there are locked before any wallet is.
    """
    outcomes: list[Outcome] = []
    if any(isinstance(item, RefundRow) for item in items):
        await purchases.lock_by_key(work, [_key(item, source) for item in items if _named(item)])
    for refunding, part in groupby(items, key=lambda item: isinstance(item, RefundRow)):
        if refunding:
            rows = [item for item in part if isinstance(item, RefundRow)]
            outcomes += await _refund(work, rows, source)
        else:
            bought = [item for item in part if isinstance(item, NewPurchase)]
            outcomes += await _settle(work, bought, welcome=welcome, with_tiers=with_tiers)
    return outcomes


def _named(item: PurchaseItem) -> bool:
    return isinstance(item, RefundRow) or item.external_id is not None


def _key(item: PurchaseItem, source: str) -> tuple[str, str]:
    if isinstance(item, RefundRow):
        return item.source or source, item.of
    return item.source, item.external_id or ""


async def _settle(
    work: Work, items: Sequence[NewPurchase], *, welcome: bool, with_tiers: bool
) -> list[Outcome]:
    settled = await settlement.settle(
        work, items, historical=True, welcome=welcome, with_tiers=with_tiers
    )
    return [_purchase_outcome(item, result) for item, result in zip(items, settled, strict=True)]


def _purchase_outcome(item: NewPurchase, result: settlement.Settled | AppError) -> Outcome:
    if isinstance(result, AppError):
        return result
    if not result.new:
        return Skipped()
    enrolled = item.member if result.enrolled else None
    return Booked(result.points, item.amount, item.status, enrolled)


async def _refund(work: Work, rows: Sequence[RefundRow], source: str) -> list[Outcome]:
    known = await purchases.find_by_key(work, [_key(row, source) for row in rows])
    outcomes: list[Outcome] = []
    wanted: list[NewRefund] = []
    for row in rows:
        purchase_id = known.get(_key(row, source))
        if purchase_id is None:
            msg = (
                f"there is no purchase `{row.of}` of source `{row.source or source}`; put its row"
                " before this one, or import it first under the same source"
            )
            outcomes.append(OriginMissing(msg, field="refund_of"))
            continue
        outcomes.append(Skipped())
        wanted.append(
            NewRefund(
                purchase_id=purchase_id,
                amount=row.amount,
                lines=row.lines,
                member=row.member,
                source=row.source or source,
                external_id=row.external_id,
                occurred_at=row.occurred_at,
                reason=row.reason,
            )
        )
    results = iter(await settlement.refund(work, wanted, historical=True) if wanted else [])
    return [
        outcome if isinstance(outcome, AppError) else _refund_outcome(next(results))
        for outcome in outcomes
    ]


def _refund_outcome(result: settlement.Refunded | AppError) -> Outcome:
    if isinstance(result, AppError):
        return result
    if not result.new:
        return Skipped()
    return Booked(result.points, result.amount, "refunded")


def _known_as(profile: Mapping[str, Any]) -> str:
    """Return what somebody new is known by: their external id, e-mail, or first other identity."""
    if known := profile.get("external_id") or fold(profile.get("email") or ""):
        return known
    return ":".join(min(item for item in profile["identities"].items() if item[1] is not None))


async def book_members(
    work: Work, items: Sequence[dict[str, Any]], *, welcome: bool, known_only: bool
) -> list[Outcome]:
    """Members have these profiles, one after the other; those who are new have wallets.

    Row by row in savepoints, because each row may name a member by either of two keys; wallets
    and welcome are given to all new members at once.
    """
    outcomes: list[Outcome] = []
    created: list[UUID] = []
    for profile in items:
        try:
            upserted = await come(work, profile, known_only=known_only)
        except AppError as error:
            outcomes.append(error)
            continue
        if upserted.created:
            created.append(upserted.id)
            outcomes.append(Booked(enrolled=_known_as(profile)))
        else:
            outcomes.append(Booked() if upserted.changed else Skipped())
    await greet(work, created, welcome=welcome)
    return outcomes
