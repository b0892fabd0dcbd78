"""Two members turn out to be one person; and, if that was a mistake, are two again.

The rooms do their parts in the same transaction (`events.within`). The merged member stays as it
was, says where it went, and its external id and e-mail mean the survivor from now on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit
from laurels.events import Merging, Unmerging, emit, run_lifecycle_hooks
from laurels.events.catalogue.members import MemberMerged, MemberUnmerged
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work

from .errors import EmailTaken, MemberNotFound, MemberNotMerged, MergedWithItself, MergeNotLast
from .queries import lock_persons, require_active

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge in the books: who went on for whom, since when, and until when."""

    id: UUID
    merged_id: UUID
    survivor_id: UUID
    merged_at: datetime
    unmerged_at: datetime | None


async def merge(work: Work, *, survivor_id: UUID, merged_id: UUID) -> Merge:
    """The survivor has everything that both had, and goes on for both.

    Points, lots with their dates, holds, debt, purchases, totals, awards and the use of caps move.
    A repeat changes nothing. Raise MemberNotFound, MergedWithItself, MemberMerged, MemberArchived
    or MemberErased.
    """
    if survivor_id == merged_id:
        raise MergedWithItself(field="from")
    locked = await lock_persons(work, [survivor_id, merged_id])
    survivor, merged = locked.get(survivor_id), locked.get(merged_id)
    if survivor is None:
        raise MemberNotFound
    if merged is None:
        raise MemberNotFound(field="from")
    if merged["merged_into"] == survivor_id:
        return await _standing(work, merged_id)
    require_active(survivor)
    require_active(merged)
    new_merge = Merge(new_id(), merged_id, survivor_id, work.now, None)
    await work.fetch(SQL.note_merge, work.tenant_id, new_merge.id, merged_id, survivor_id, work.now)
    await work.fetch(SQL.merge_members, work.tenant_id, merged_id, survivor_id)
    await run_lifecycle_hooks(work, Merging(new_merge.id, merged_id, survivor_id))
    await _tell(work, new_merge, "member.merged", MemberMerged)
    return new_merge


async def unmerge(work: Work, member_id: UUID) -> Merge:
    """The latest merge that this member was part of is undone.

    Available, pending and held points, debt, open lots and holds are as before; what the survivor
    earned since stays with the survivor. Raise MemberNotFound, MemberNotMerged, MergeNotLast,
    EmailTaken, or what the rooms say when it cannot be undone exactly.
    """
    latest = await _latest(work, member_id)
    locked = await lock_persons(work, [latest.merged_id, latest.survivor_id])
    survivor = locked[latest.survivor_id]
    # Asked again under the locks: somebody else may have undone it in the meantime.
    if await _latest(work, member_id) != latest:
        return await unmerge(work, member_id)
    await _require_last(work, latest, survivor)
    family = await _family(work, latest.merged_id)
    try:
        async with work.savepoint():
            await work.fetch(SQL.unmerge_members, work.tenant_id, latest.merged_id, family)
    except asyncpg.UniqueViolationError:
        msg = "Another member now has the merged member's e-mail; change it there first."
        raise EmailTaken(msg) from None
    undone = Merge(latest.id, latest.merged_id, latest.survivor_id, latest.merged_at, work.now)
    await work.fetch(SQL.note_unmerge, work.tenant_id, latest.id, work.now)
    await run_lifecycle_hooks(
        work, Unmerging(latest.id, latest.merged_id, latest.survivor_id, tuple(family))
    )
    await _tell(work, undone, "member.unmerged", MemberUnmerged)
    return undone


async def _standing(work: Work, merged_id: UUID) -> Merge:
    row = await work.fetchrow(f"{SQL.merges} and merged_id = $2", work.tenant_id, merged_id)
    assert row is not None, "a merged member has a merge"
    return Merge(*row)


async def _latest(work: Work, member_id: UUID) -> Merge:
    """Return the merge of this member into another, else the last one of another into it."""
    sql = f"""
        {SQL.merges}
          and (merged_id = $2 or survivor_id = $2)
        order by merged_id = $2 desc, id desc
        limit 1
    """
    row = await work.fetchrow(sql, work.tenant_id, member_id)
    if row is not None:
        return Merge(*row)
    known = await work.fetchrow(SQL.is_member, work.tenant_id, member_id)
    raise MemberNotFound if known is None else MemberNotMerged


async def _require_last(work: Work, merge: Merge, survivor: dict[str, Any]) -> None:
    """Raise MergeNotLast when the survivor was merged further, or had another member since.

    Merges are undone in the reverse order, because later ones stand on what earlier ones moved.
    """
    require_own = survivor["status"] == "merged"
    sql = f"""
        {SQL.merges}
          and (survivor_id = $2 or merged_id = $2) and id > $3
        order by id desc
        limit 1
    """
    row = await work.fetchrow(sql, work.tenant_id, merge.survivor_id, merge.id)
    if row is not None or require_own:
        later = None if row is None else encode("member", row["merged_id"])
        raise MergeNotLast(undo_first=later)
    require_active(survivor)


async def _family(work: Work, member_id: UUID) -> list[UUID]:
    """Return this member and all who were merged into it, directly or not."""
    rows = await work.fetch(SQL.find_family, work.tenant_id, member_id)
    return [row[0] for row in rows]


async def _tell(
    work: Work, merge: Merge, action: str, event: type[MemberMerged | MemberUnmerged]
) -> None:
    ids = {
        "merged": encode("member", merge.merged_id),
        "survivor": encode("member", merge.survivor_id),
    }
    for member_id in ids.values():
        await audit.record(work, action, "member", member_id, after=ids)
    emit(
        work,
        [
            event(member_id, work.now, merge.merged_id, merge.survivor_id)
            for member_id in (merge.merged_id, merge.survivor_id)
        ],
    )
