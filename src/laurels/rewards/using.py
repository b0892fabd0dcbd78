"""Using a redemption on a purchase or an order, and opening it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from laurels import purchases, tenants
from laurels.events import emit
from laurels.events.catalogue import Event, RedemptionReopened, RedemptionUsed
from laurels.kit.work import Work

from . import queries
from .ending import is_over, lock, lock_one, note
from .errors import (
    PurchaseBelowMinimum,
    PurchaseNotUsable,
    PurchaseOfAnother,
    RedemptionLapsed,
)
from .queries import Row
from .settings import RewardSettings
from .states import lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """On what a redemption is used: a purchase of ours, an order elsewhere, or both."""

    purchase_id: UUID | None = None
    order_ref: str | None = None
    discount_amount: Decimal | None = None


async def use(work: Work, redemption_id: UUID, use: Use) -> None:
    """The redemption is used, once.

    Raise RedemptionNotFound, RedemptionMoved, RedemptionLapsed, PurchaseNotFound,
    PurchaseNotUsable, PurchaseOfAnother or PurchaseBelowMinimum.
    """
    row = await lock_one(work, redemption_id)
    state = lead("use", row["state"])
    if is_over(row, work.now):
        msg = f"It could be used until {row['expires_at'].isoformat()}."
        raise RedemptionLapsed(msg, expires_at=row["expires_at"].isoformat())
    await tenants.require_active(work)
    if use.purchase_id is not None:
        await _check_purchase(work, row, use.purchase_id)
    await work.fetch(
        "update laurels.redemptions set state = $3, used_at = $4, used_purchase_id = $5,"
        " used_order_ref = $6, discount_amount = coalesce($7, discount_amount), updated_at = now()"
        " where tenant_id = $1 and id = $2",
        work.tenant_id, redemption_id, state, work.now, use.purchase_id, use.order_ref,
        use.discount_amount,
    )  # fmt: skip
    await note(work, row, "used", state)
    emit(
        work,
        [
            RedemptionUsed(
                row["member_id"], work.now, redemption_id, row["reward_id"], use.purchase_id
            )
        ],
    )


async def _check_purchase(work: Work, row: Row, purchase_id: UUID) -> None:
    """Raise what is wrong with using this redemption on this purchase. A guest's may be anybody's.

    What the buyer paid is what the purchase says, after the discount.
    """
    purchase = await purchases.get_purchase(work, purchase_id)
    if purchase["status"] in {"failed", "cancelled"}:
        raise PurchaseNotUsable(field="purchase_id", status=purchase["status"])
    if purchase["member_id"] not in {None, row["member_id"]}:
        raise PurchaseOfAnother(field="purchase_id")
    least = Decimal(row["reward"].get("min_order_value", 0))
    if purchase["amount"] < least:
        msg = f"The reward asks for a purchase of {least} at least."
        raise PurchaseBelowMinimum(msg, field="purchase_id", min_order_value=str(least))


async def reopen_refunded(work: Work, purchase_ids: Sequence[UUID]) -> int:
    """What was used on purchases that are refunded wholly can be used again, where settings say so.

    Return how many redemptions it was. One whose time is over expires as any other.
    """
    settings = await tenants.read(work, RewardSettings)
    if not settings.reopen_on_refund:
        return 0
    found = await purchases.find_purchases(work, purchase_ids)
    whole = [each["id"] for each in found.values() if each["refunded"] >= each["amount"]]
    used = await queries.used_on(work, whole)
    rows = [row for row in (await lock(work, used)).values() if row["state"] == "used"]
    if not rows:
        return 0
    await work.fetch(
        "update laurels.redemptions set state = 'completed', used_at = null,"
        " used_purchase_id = null, used_order_ref = null, updated_at = now()"
        " where tenant_id = $1 and id = any($2)",
        work.tenant_id, [row["id"] for row in rows],
    )  # fmt: skip
    told: list[Event] = []
    for row in rows:
        await note(work, row, "reopened", lead("reopen", row["state"]))
        told.append(RedemptionReopened(row["member_id"], work.now, row["id"], row["reward_id"]))
    emit(work, told)
    return len(rows)
