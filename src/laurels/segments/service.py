"""Segments: created, changed, archived, restored, copied; and computed when that is due."""

from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, events, jobs, tenants
from laurels.kit.conditions import to_json
from laurels.kit.db.columns import columns
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from . import criteria as registry
from .errors import (
    CriteriaInvalid,
    SegmentArchived,
    SegmentIsStatic,
    SegmentNameTaken,
    TooManySegments,
)
from .queries import get_segment
from .recomputing import recompute, summarise

SQL = statements(__name__)

MAX_SEGMENTS = 200
"""Segments of one tenant that are not archived, at most: each follows every member's news."""
AT_ONCE = 25_000
"""Active members up to whom a segment is computed with the request; with more a job does it."""
JOB = "segments.recompute_asked"
CHANGEABLE = ("name", "description", "segment_type", "criteria", "auto_update")


async def create(work: Work, content: dict[str, Any]) -> dict[str, Any]:
    """A segment exists; one by criteria has its members, or a job is on its way to them.

    Raise CriteriaInvalid, SegmentNameTaken or TooManySegments.
    """
    await _check_room(work)
    dynamic = content["kind"] == "dynamic"
    if dynamic != (content.get("criteria") is not None):
        msg = "a dynamic segment needs criteria" if dynamic else "a static segment has no criteria"
        raise CriteriaInvalid(msg, field="criteria")
    values = {
        **content,
        "criteria": _canonical(content["criteria"]) if dynamic else None,
        "auto_update": dynamic and content.get("auto_update", True),
    }
    segment_id = new_id()
    await _insert(work, segment_id, values)
    await audit.record(work, "segment.created", "segment", segment_id, after=values)
    if dynamic:
        await _follow_events(work)
        await compute(work, segment_id)
    return await get_segment(work, segment_id)


async def change(
    work: Work, segment_id: UUID, content: dict[str, Any], *, edited: int | None = None
) -> dict[str, Any]:
    """The segment is as said; fields not named stay. Other criteria are computed like new ones.

    `edited` is the version that somebody began from. Raise SegmentNotFound, SegmentArchived,
    SegmentIsStatic, CriteriaInvalid, SegmentNameTaken or VersionConflict.
    """
    before = await get_segment(work, segment_id, lock=True)
    check_version(edited, before["version"])
    if before["archived_at"] is not None:
        raise SegmentArchived
    values = {name: content[name] for name in CHANGEABLE if name in content}
    for name in ("criteria", "auto_update"):
        if before["kind"] == "static" and values.get(name):
            raise SegmentIsStatic(field=name)
    if values.get("criteria") is not None:
        values["criteria"] = _canonical(values["criteria"])
    values = {name: value for name, value in values.items() if before[name] != value}
    if not values:
        return before
    anew = "criteria" in values
    row = columns({**values, "updated_at": work.now})
    # With the same criteria the members are those of the new version, as they were of the old one.
    more = ", version = version + 1"
    if not anew:
        more += ", computed_version = computed_version + (computed_version = version)::int"
    try:
        async with work.savepoint():
            sql = f"update laurels.segments set {row.pairs}{more} where tenant_id = $1 and id = $2"
            await work.fetch(sql, work.tenant_id, segment_id, *row.values)
    except asyncpg.UniqueViolationError:
        raise SegmentNameTaken(field="name") from None
    was = {name: before[name] for name in values}
    await audit.record(work, "segment.changed", "segment", segment_id, before=was, after=values)
    if anew:
        await compute(work, segment_id)
    return await get_segment(work, segment_id)


async def archive(work: Work, segment_id: UUID) -> dict[str, Any]:
    """The segment is out of use: nobody comes or goes, rules do not see it; its history stays."""
    before = await get_segment(work, segment_id, lock=True)
    if before["archived_at"] is not None:
        return before
    await _set_archived(work, segment_id, archived=True)
    return await get_segment(work, segment_id)


async def restore(work: Work, segment_id: UUID) -> dict[str, Any]:
    """The segment is in use again, with the members that its criteria mean now.

    Raise SegmentNotFound, SegmentNameTaken or TooManySegments.
    """
    before = await get_segment(work, segment_id, lock=True)
    if before["archived_at"] is None:
        return before
    await _check_room(work)
    try:
        async with work.savepoint():
            await _set_archived(work, segment_id, archived=False)
    except asyncpg.UniqueViolationError:
        msg = "Another segment now has this name; rename that one first."
        raise SegmentNameTaken(msg, field="name") from None
    if before["kind"] == "dynamic":
        await compute(work, segment_id)
    return await get_segment(work, segment_id)


async def duplicate(work: Work, segment_id: UUID, *, name: str) -> dict[str, Any]:
    """Another segment has the same content; of a list, the same members.

    Raise SegmentNotFound, SegmentNameTaken or TooManySegments.
    """
    original = await get_segment(work, segment_id)
    content = {**{field: original[field] for field in CHANGEABLE}, "name": name}
    copy = await create(work, {**content, "kind": original["kind"]})
    if original["kind"] == "static":
        await work.fetch(SQL.copy_members, work.tenant_id, segment_id, copy["id"], work.now)
        await summarise(work, copy["id"])
    return await get_segment(work, copy["id"])


async def compute(
    work: Work, segment_id: UUID, *, notify: bool | None = None
) -> jobs.RunView | None:
    """The segment is computed, or where there are many members a job is; return its run then."""
    row = await work.fetchrow(SQL.count_members_up_to, work.tenant_id, AT_ONCE + 1)
    if row is not None and row[0] <= AT_ONCE:
        await recompute(work, segment_id, notify=notify)
        return None
    await work.fetch(SQL.ask_recomputing, work.tenant_id, segment_id, work.now, notify)
    return await jobs.ask(work, JOB)


async def ask_to_compute(
    work: Work, segment_id: UUID, *, notify: bool | None = None
) -> jobs.RunView | None:
    """Like `compute`, because somebody asked for it, which is noted.

    Raise SegmentNotFound, SegmentArchived or SegmentIsStatic.
    """
    segment = await get_segment(work, segment_id, lock=True)
    if segment["archived_at"] is not None:
        raise SegmentArchived
    if segment["kind"] == "static":
        raise SegmentIsStatic
    await audit.record(work, "segment.recomputed", "segment", segment_id, after={"notify": notify})
    return await compute(work, segment_id, notify=notify)


def _canonical(raw: Any) -> dict[str, Any]:
    return to_json(registry.read(raw))


async def _insert(work: Work, segment_id: UUID, values: dict[str, Any]) -> None:
    row = columns({name: values.get(name) for name in ("kind", *CHANGEABLE)}, start=4)
    try:
        async with work.savepoint():
            sql = f"""
                insert into laurels.segments (tenant_id, id, created_at, updated_at, {row.names})
                values ($1, $2, $3, $3, {row.marks})
            """
            await work.fetch(sql, work.tenant_id, segment_id, work.now, *row.values)
    except asyncpg.UniqueViolationError:
        raise SegmentNameTaken(field="name") from None


async def _check_room(work: Work) -> None:
    await tenants.lock_counts(work)
    row = await work.fetchrow(SQL.count_segments, work.tenant_id)
    if row is not None and row[0] >= MAX_SEGMENTS:
        raise TooManySegments


async def _follow_events(work: Work) -> None:
    """From here on the tenant's segments follow its events; what was before is computed anyway."""
    await work.fetch(SQL.make_cursor, work.tenant_id, await events.last_position(work))


async def _set_archived(work: Work, segment_id: UUID, *, archived: bool) -> None:
    await work.fetch(
        SQL.set_archived, work.tenant_id, segment_id, work.now if archived else None, work.now
    )
    done = "archived" if archived else "restored"
    await audit.record(work, f"segment.{done}", "segment", segment_id)
