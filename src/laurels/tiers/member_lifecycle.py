"""The tiers' part in the lives of members: the better standing goes on, and comes back."""

from uuid import UUID

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work
from laurels.permissions import Permission

from .ladder import load_ladder
from .policy import Standing
from .reviewing import STANDING, review


async def _standing(work: Work, where: str, *values: object) -> Standing | None:
    row = await work.fetchrow(
        f"select {', '.join(f'h.{name}' for name in STANDING if name != 'level')}, t.level"
        " from laurels.tier_history as h inner join laurels.tiers as t"
        "  on t.tenant_id = $1 and t.id = h.tier_id where h.tenant_id = $1 and "
        f"{where} order by h.achieved_at desc, h.id desc limit 1",
        work.tenant_id, *values,
    )  # fmt: skip
    return None if row is None else Standing(**dict(row))


async def _go_on(
    work: Work, standing: Standing, member_id: UUID, *, reason: str, merge_id: UUID | None
) -> None:
    """A standing goes on as this member's present one, with its dates and what it rests on."""
    await work.fetch(
        "update laurels.tier_history set ended_at = greatest($3, achieved_at)"
        " where tenant_id = $1 and member_id = $2 and ended_at is null",
        work.tenant_id, member_id, work.now,
    )  # fmt: skip
    await work.fetch(
        "insert into laurels.tier_history (tenant_id, id, member_id, tier_id, achieved_at,"
        " expires_at, grace_until, due_at, noticed_at, basis, qualified_at, fixed, reason,"
        " points_at_achievement, spend_at_achievement, orders_at_achievement, actor_type,"
        " actor_id, note, merge_id)"
        " select tenant_id, $3, $4, tier_id, $5, expires_at, grace_until,"
        " coalesce(due_at, grace_until, expires_at), noticed_at, basis, qualified_at, fixed, $6,"
        " points_at_achievement, spend_at_achievement, orders_at_achievement, $7, $8, note, $9"
        " from laurels.tier_history where tenant_id = $1 and id = $2",
        work.tenant_id, standing.id, new_id(), member_id, work.now, reason, work.actor.kind,
        work.actor.id, merge_id,
    )  # fmt: skip


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has the higher of both tiers, and what both have done counts for more."""
    merged = await _standing(work, "h.member_id = $2 and h.ended_at is null", change.merged_id)
    survivor = await _standing(work, "h.member_id = $2 and h.ended_at is null", change.survivor_id)
    if merged is not None:
        await work.fetch(
            "update laurels.tier_history set ended_at = greatest($3, achieved_at),"
            " ended_by_merge_id = $4 where tenant_id = $1 and id = $2",
            work.tenant_id, merged.id, work.now, change.merge_id,
        )  # fmt: skip
        if survivor is None or _outranks(merged, survivor):
            await _go_on(work, merged, change.survivor_id, reason="merge", merge_id=change.merge_id)
    if merged is not None or (await load_ladder(work)).tiers:
        await review(work, [change.survivor_id])


def _outranks(one: Standing, other: Standing) -> bool:
    """Tell whether a standing is worth more: higher, or as high and by hand."""
    return (one.level, one.basis == "manual") > (other.level, other.basis == "manual")


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """Both stand where they stood, as far as what they have done themselves still holds it."""
    merged = await _standing(work, "h.ended_by_merge_id = $2", change.merge_id)
    if merged is not None:
        await _go_on(work, merged, change.merged_id, reason="unmerge", merge_id=None)
    present = await _standing(work, "h.member_id = $2 and h.ended_at is null", change.survivor_id)
    brought = present is not None and await work.fetchrow(
        "select 1 from laurels.tier_history where tenant_id = $1 and id = $2 and merge_id = $3",
        work.tenant_id, present.id, change.merge_id,
    )  # fmt: skip
    if brought:
        await _step_back(work, change)
    await review(work, [change.merged_id, change.survivor_id])


async def _step_back(work: Work, change: Unmerging) -> None:
    """The survivor stands where they stood when the merge brought something better."""
    before = await _standing(
        work,
        "h.member_id = $2 and h.ended_at is not null and h.merge_id is distinct from $3"
        " and h.ended_at <= (select min(b.achieved_at) from laurels.tier_history as b"
        "  where b.tenant_id = $1 and b.merge_id = $3)",
        change.survivor_id, change.merge_id,
    )  # fmt: skip
    if before is not None:
        await _go_on(work, before, change.survivor_id, reason="unmerge", merge_id=None)
        return
    await work.fetch(
        "update laurels.tier_history set ended_at = greatest($3, achieved_at)"
        " where tenant_id = $1 and member_id = $2 and ended_at is null",
        work.tenant_id, change.survivor_id, work.now,
    )  # fmt: skip


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The history stays without anybody's words; nobody stands anywhere any more."""
    rows = await work.fetch(
        "update laurels.tier_history set note = null, due_at = null,"
        " ended_at = coalesce(ended_at, greatest($3, achieved_at))"
        " where tenant_id = $1 and member_id = any($2) returning id",
        work.tenant_id, list(change.member_ids), work.now,
    )  # fmt: skip
    await audit.blank(work, [encode("tier_history", row[0]) for row in rows])


data_export.add(
    data_export.ExportSection(
        "tier_history",
        Permission.TIERS_READ,
        ("tier_history",),
        "select x.id::text as key, x.id, t.name as tier, t.level, x.achieved_at, x.ended_at,"
        " x.expires_at, x.grace_until, x.basis, x.fixed, x.reason, x.points_at_achievement,"
        " x.spend_at_achievement, x.orders_at_achievement, x.note"
        " from laurels.tier_history as x inner join laurels.tiers as t"
        "  on t.tenant_id = $1 and t.id = x.tier_id"
        " where x.tenant_id = $1 and x.member_id = any($2) and x.id::text > $3"
        " order by x.id::text limit $4",
        kind="tier_history",
    )
)
