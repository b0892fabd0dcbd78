"""Rewards' part in the lives of members: redemptions go with the survivor, and back."""

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.http import idempotency
from laurels.kit.values.ids import encode
from laurels.kit.work import Work
from laurels.permissions import Permission

SQL = statements(__name__)


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has what both took, so limits per member count both."""
    await work.fetch(SQL.hand_over, work.tenant_id, change.merged_id, change.survivor_id)


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """What the merged member took is theirs again; what the survivor took since stays there."""
    await work.fetch(
        SQL.hand_back, work.tenant_id, change.merged_id, change.survivor_id, list(change.family)
    )


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """What people wrote about the person's redemptions is gone, and codes that name the person.

    What was redeemed, when and for how many points stays.
    """
    named = "exists (select from unnest($3::text[]) as word where strpos({}, word) > 0)"
    sql = f"""
        update laurels.redemptions as d
        set
          notes = null,
          attributes = '{{}}',
          used_order_ref = null,
          failure_reason = case when failure_reason is not null then 'erased' end,
          external_id = case
            when {named.format("external_id")} then 'erased:' || id
            else external_id
          end,
          code = case when {named.format("code")} then 'erased:' || id else code end
        where tenant_id = $1 and member_id = any($2)
        returning id
    """
    rows = await work.fetch(sql, work.tenant_id, list(change.member_ids), list(change.texts))
    ids = [row[0] for row in rows]
    sql = f"""
        update laurels.vouchers as v
        set code = 'erased:' || v.redemption_id
        where v.tenant_id = $1 and v.redemption_id = any($2) and {named.format("v.code")}
    """
    await work.fetch(sql, work.tenant_id, ids, list(change.texts))
    told = [encode("redemption", redemption_id) for redemption_id in ids]
    await audit.blank(work, told)
    await idempotency.scrub(work, told)


data_export.add(
    data_export.ExportSection(
        "redemptions",
        Permission.REWARDS_READ,
        ("redemptions",),
        SQL.export_redemptions,
        kind="redemption",
    )
)
