"""The tiers' part in the lives of members: the better standing goes on, and comes back."""

from uuid import UUID

from laurels import audit
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work
from laurels.permissions import Permission

from .ladder import load_ladder
from .policy import Standing
from .reviewing import STANDING, review

SQL = statements(__name__)


async def _standing(work: Work, where: str, *values: object) -> Standing | None:
    sql = f"""
        select {", ".join(f"h.{name}" for name in STANDING if name != "level")}, t.level
        from laurels.tier_history as h
        inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
        where h.tenant_id = $1 and {where}
        order by h.achieved_at desc, h.id desc
        limit 1
    """
    row = await work.fetchrow(sql, work.tenant_id, *values)
    return None if row is None else Standing(**dict(row))


async def _go_on(
    work: Work, standing: Standing, member_id: UUID, *, reason: str, merge_id: UUID | None
) -> None:
    """A standing goes on as this member's present one, with its dates and what it rests on."""
    await work.fetch(SQL.end_standing, work.tenant_id, member_id, work.now)
    await work.fetch(
        SQL.continue_standing,
        work.tenant_id,
        standing.id,
        new_id(),
        member_id,
        work.now,
        reason,
        work.actor.kind,
        work.actor.id,
        merge_id,
    )


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has the higher of both tiers, and what both have done counts for more."""
    merged = await _standing(work, "h.member_id = $2 and h.ended_at is null", change.merged_id)
    survivor = await _standing(work, "h.member_id = $2 and h.ended_at is null", change.survivor_id)
    if merged is not None:
        await work.fetch(SQL.end_for_merge, work.tenant_id, merged.id, work.now, change.merge_id)
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
        SQL.is_standing_of_merge, work.tenant_id, present.id, change.merge_id
    )
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
        change.survivor_id,
        change.merge_id,
    )
    if before is not None:
        await _go_on(work, before, change.survivor_id, reason="unmerge", merge_id=None)
        return
    await work.fetch(SQL.end_standing, work.tenant_id, change.survivor_id, work.now)


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The history stays without anybody's words; nobody stands anywhere any more."""
    rows = await work.fetch(SQL.end_for_erased, work.tenant_id, list(change.member_ids), work.now)
    await audit.blank(work, [encode("tier_history", row[0]) for row in rows])


data_export.add(
    data_export.ExportSection(
        "tier_history",
        Permission.TIERS_READ,
        ("tier_history",),
        SQL.export_standings,
        kind="tier_history",
    )
)
