"""Rewards' part in the lives of members: redemptions go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.http import idempotency
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has what both took, so limits per member count both."""
    await work.fetch(
        "update laurels.redemptions"
        " set member_id = $3, original_member_id = coalesce(original_member_id, member_id)"
        " where tenant_id = $1 and member_id = $2",
        work.tenant_id, change.merged_id, change.survivor_id,
    )  # fmt: skip


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """What the merged member took is theirs again; what the survivor took since stays there."""
    await work.fetch(
        "update laurels.redemptions set member_id = $2,"
        " original_member_id = nullif(original_member_id, $2)"
        " where tenant_id = $1 and member_id = $3 and original_member_id = any($4)",
        work.tenant_id, change.merged_id, change.survivor_id, list(change.family),
    )  # fmt: skip


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """What people wrote about the person's redemptions is gone, and codes that name the person.

    What was redeemed, when and for how many points stays.
    """
    named = "exists (select from unnest($3::text[]) as word where strpos({}, word) > 0)"
    rows = await work.fetch(
        "update laurels.redemptions as d set notes = null, attributes = '{}',"
        " used_order_ref = null,"
        " failure_reason = case when failure_reason is not null then 'erased' end,"
        f" external_id = case when {named.format('external_id')} then 'erased:' || id"
        "  else external_id end,"
        f" code = case when {named.format('code')} then 'erased:' || id else code end"
        " where tenant_id = $1 and member_id = any($2) returning id",
        work.tenant_id, list(change.member_ids), list(change.texts),
    )  # fmt: skip
    ids = [row[0] for row in rows]
    await work.fetch(
        "update laurels.vouchers as v set code = 'erased:' || v.redemption_id"
        " where v.tenant_id = $1 and v.redemption_id = any($2)"
        f" and {named.format('v.code')}",
        work.tenant_id, ids, list(change.texts),
    )  # fmt: skip
    told = [encode("redemption", redemption_id) for redemption_id in ids]
    await audit.blank(work, told)
    await idempotency.scrub(work, told)


data_export.add(
    data_export.ExportSection(
        "redemptions",
        Permission.REWARDS_READ,
        ("redemptions",),
        "select x.id::text as key, x.id, x.reward_id, x.member_id, x.original_member_id, x.state,"
        " x.quantity, x.points_spent, x.reward, x.fulfilment, x.code, x.discount_amount, x.source,"
        " x.external_id, x.redeemed_at, x.completed_at, x.expires_at, x.used_at,"
        " x.used_purchase_id, x.used_order_ref, x.ended_at, x.failure_reason, x.notes,"
        " x.attributes,"
        " x.transaction_id, x.refund_transaction_id, x.created_at"
        " from laurels.redemptions as x where x.tenant_id = $1 and x.member_id = any($2)"
        " and x.id::text > $3 order by x.id::text limit $4",
        kind="redemption",
    )
)
