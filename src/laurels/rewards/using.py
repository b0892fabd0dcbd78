"""Using a redemption on a purchase or an order, and opening it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from uuid import UUID

from laurels import members, purchases, tenants
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.rewards import RedemptionReopened, RedemptionUsed
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.values.money import require_at_most, scale
from laurels.kit.work import Work

from . import queries
from .ending import is_over, lock, lock_one, note
from .errors import (
    PurchaseBelowMinimum,
    PurchaseNotUsable,
    PurchaseOfAnother,
    RedemptionInvalid,
    RedemptionLapsed,
)
from .queries import Row
from .settings import RewardSettings
from .states import transition
from .values import check_discount, most_on

SQL = statements(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """On what a redemption is used: a purchase of ours, an order elsewhere, or both."""

    purchase_id: UUID | None = None
    order_ref: str | None = None
    discount_amount: Decimal | None = None


async def use(work: Work, redemption_id: UUID, use: Use) -> None:
    """The redemption is used, once.

    Raise RedemptionNotFound, RedemptionMoved, MemberBlocked, RedemptionLapsed, PurchaseNotFound,
    PurchaseNotUsable, PurchaseOfAnother, PurchaseBelowMinimum or RedemptionInvalid.
    """
    # Purchases are locked before redemptions everywhere: nothing is used on one while it ends.
    there: Row | None = None
    # Members come before both, so that neither is handed over by a merge meanwhile, or blocked.
    found = await queries.find_redemptions(work, [redemption_id])
    people = {row["member_id"] for row in found.values()}
    if use.purchase_id is not None:
        people |= await purchases.members_of(work, [use.purchase_id])
    present = await members.lock_present(work, people)
    if use.purchase_id is not None:
        there = (await purchases.lock(work, [use.purchase_id])).get(use.purchase_id)
    row = await lock_one(work, redemption_id)
    state = transition("use", row["state"])
    if row["member_id"] in present and present[row["member_id"]].status == "blocked":
        raise members.MemberBlocked
    if is_over(row, work.now):
        msg = f"The redemption expired at {row['expires_at'].isoformat()}."
        raise RedemptionLapsed(msg, expires_at=row["expires_at"].isoformat())
    await tenants.require_active(work)
    tenant = await tenants.current(work)
    check_discount(use.discount_amount, row["reward"], row["quantity"], tenant.currency)
    if use.purchase_id is not None:
        if there is None:
            raise purchases.PurchaseNotFound
        _check_purchase(row, there)
        _check_share(use.discount_amount, row["reward"], there)
    await work.fetch(
        SQL.use,
        work.tenant_id,
        redemption_id,
        state,
        work.now,
        use.purchase_id,
        use.order_ref,
        use.discount_amount,
    )
    await note(work, row, "used", state)
    emit(
        work,
        [
            RedemptionUsed(
                row["member_id"], work.now, redemption_id, row["reward_id"], use.purchase_id
            )
        ],
    )


def _check_purchase(row: Row, purchase: Row) -> None:
    """Raise what is wrong with using this redemption on this purchase. A guest's may be anybody's.

    What the buyer paid is what the purchase says, after the discount.
    """
    if purchase["status"] in {"failed", "cancelled"}:
        raise PurchaseNotUsable(field="purchase_id", status=purchase["status"])
    if purchase["refund_state"] == "full":
        raise PurchaseNotUsable(field="purchase_id", status="refunded")
    if purchase["member_id"] not in {None, row["member_id"]}:
        raise PurchaseOfAnother(field="purchase_id")
    least = Decimal(row["reward"].get("min_order_value", 0))
    if purchase["amount"] < least:
        msg = f"The reward requires a purchase of at least {least}."
        raise PurchaseBelowMinimum(msg, field="purchase_id", min_order_value=str(least))


def _check_share(discount: Decimal | None, reward: Row, purchase: Row) -> None:
    """Raise RedemptionInvalid for more than so many percent of what was paid and taken off."""
    if discount is None or reward["type"] != "discount_percentage":
        return
    if Decimal(reward["value"]["percentage"]) == 100:
        return
    most = most_on(reward["value"], purchase["amount"])
    coin = Decimal(1).scaleb(-scale(purchase["currency"]))
    require_at_most(
        discount,
        most.quantize(coin, ROUND_UP),
        purchase["currency"],
        field="discount_amount",
        of=f"{reward['value']['percentage']} % of the purchase before the discount",
        error=RedemptionInvalid,
    )


async def reopen_refunded(work: Work, purchase_ids: Sequence[UUID]) -> int:
    """What was used on purchases that are refunded wholly can be used again, where settings say so.

    Return how many redemptions it was. One whose time is over expires as any other.
    """
    settings = await tenants.read(work, RewardSettings)
    if not purchase_ids or not settings.reopen_on_refund:
        return 0
    found = await purchases.find_purchases(work, purchase_ids)
    whole = [each["id"] for each in found.values() if each["refund_state"] == "full"]
    used = await queries.used_on(work, whole)
    return await _reopen(work, used)


async def reopen_ended(work: Work, purchase_ids: Sequence[UUID]) -> int:
    """What was used on purchases that failed or were cancelled can be used again.

    Nothing was sold, so settings are not asked. The caller holds the purchases locked.
    """
    return await _reopen(work, await queries.used_on(work, purchase_ids))


async def reopen_unfit(work: Work, purchase_id: UUID) -> int:
    """What was used on a pending purchase that was changed, and does not fit it now, is open again.

    It may be too small by now, or somebody else's. The caller holds the purchase locked.
    """
    used = await queries.find_redemptions(work, await queries.used_on(work, [purchase_id]))
    if not used:
        return 0
    purchase = (await purchases.lock(work, [purchase_id]))[purchase_id]
    return await _reopen(work, [each for each, row in used.items() if not _fits(row, purchase)])


def _fits(row: Row, purchase: Row) -> bool:
    try:
        _check_purchase(row, purchase)
        _check_share(row["discount_amount"], row["reward"], purchase)
    except AppError:
        return False
    return True


async def reopen_unpaid(work: Work, purchase_id: UUID) -> int:
    """What was used on this purchase can be used again, if it is not paid by now."""
    await members.lock_present(work, await purchases.members_of(work, [purchase_id]))
    row = (await purchases.lock(work, [purchase_id])).get(purchase_id)
    if row is None or row["status"] not in {"failed", "cancelled"}:
        return 0
    return await reopen_ended(work, [purchase_id])


async def _reopen(work: Work, redemption_ids: Sequence[UUID]) -> int:
    if not redemption_ids:
        return 0
    locked = await lock(work, redemption_ids)
    rows = [row for row in locked.values() if row["state"] == "used"]
    if not rows:
        return 0
    await work.fetch(SQL.reopen, work.tenant_id, [row["id"] for row in rows])
    told: list[Event] = []
    for row in rows:
        await note(work, row, "reopened", transition("reopen", row["state"]))
        told.append(RedemptionReopened(row["member_id"], work.now, row["id"], row["reward_id"]))
    emit(work, told)
    return len(rows)
