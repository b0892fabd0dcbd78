"""Lists by hand: who is put into a static segment and taken out again, each with its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

from laurels import audit, members
from laurels.events import emit
from laurels.events.catalogue.segments import SegmentJoined, SegmentLeft
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.work import Work

from .errors import SegmentArchived, SegmentIsDynamic
from .queries import get_segment
from .recomputing import summarise

SQL = statements(__name__)

MAX_AT_ONCE = 100_000
"""Members of one call, at most."""
CHUNK = 1000
"""Members of one statement."""
Outcome = Literal["added", "already", "removed", "absent", "not_found", "ambiguous", "inactive"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """By what somebody is named who is known by it, whatever kind it is."""

    text: str


Named = UUID | str | Identifier
"""How somebody is named: by our id, by the tenant's own, or by whatever they are known by."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What came of one that was named: who that is, and whether they were added or removed."""

    name: Named
    member_id: UUID | None
    outcome: Outcome


async def add(
    work: Work, segment_id: UUID, names: Sequence[Named], *, notify: bool = True
) -> list[Listed]:
    """These members are on the list, however each is named.

    The ids of a merged member mean the survivor. Raise SegmentNotFound, SegmentArchived or
    SegmentIsDynamic.
    """
    await _open(work, segment_id, names)
    found: list[Listed] = []
    for start in range(0, len(names), CHUNK):
        found += await _add(work, segment_id, names[start : start + CHUNK], notify=notify)
    await _close(work, segment_id, "segment.members_added", found)
    return found


async def remove(
    work: Work, segment_id: UUID, names: Sequence[Named], *, notify: bool = True
) -> list[Listed]:
    """These members are not on the list any more; that they were stays in its history.

    Raise SegmentNotFound, SegmentArchived or SegmentIsDynamic.
    """
    await _open(work, segment_id, names)
    found: list[Listed] = []
    for start in range(0, len(names), CHUNK):
        found += await _remove(work, segment_id, names[start : start + CHUNK], notify=notify)
    await _close(work, segment_id, "segment.members_removed", found)
    return found


async def _open(work: Work, segment_id: UUID, names: Sequence[Named]) -> None:
    if len(names) > MAX_AT_ONCE:
        msg = f"Send at most {MAX_AT_ONCE:,} members per request; split the list."
        raise Invalid(msg, field="members")
    segment = await get_segment(work, segment_id, lock=True)
    if segment["archived_at"] is not None:
        raise SegmentArchived
    if segment["kind"] != "static":
        raise SegmentIsDynamic


async def _close(work: Work, segment_id: UUID, action: str, found: Sequence[Listed]) -> None:
    moved = [each for each in found if each.outcome in {"added", "removed"}]
    if moved:
        await summarise(work, segment_id)
    await audit.record(
        work, action, "segment", segment_id, after={"named": len(found), "moved": len(moved)}
    )


async def _add(
    work: Work, segment_id: UUID, names: Sequence[Named], *, notify: bool
) -> list[Listed]:
    people = await _people(work, names)
    wanted = {row["id"] for row in people.values() if row and row["status"] == "active"}
    rows = await work.fetch(SQL.add_members, work.tenant_id, segment_id, sorted(wanted), work.now)
    added = {row[0] for row in rows}
    if notify:
        emit(work, [SegmentJoined(each, work.now, segment_id) for each in sorted(added)])
    found: list[Listed] = []
    for name in names:
        row = people.get(name)
        if not row:
            found.append(_nobody(name, people))
        elif row["status"] != "active":
            found.append(Listed(name, row["id"], "inactive"))
        else:
            # Of one who is named twice the first is the one that was added.
            found.append(Listed(name, row["id"], "added" if row["id"] in added else "already"))
            added.discard(row["id"])
    return found


async def _remove(
    work: Work, segment_id: UUID, names: Sequence[Named], *, notify: bool
) -> list[Listed]:
    people = await _people(work, names)
    rows = await work.fetch(
        SQL.remove_members,
        work.tenant_id,
        segment_id,
        sorted({row["id"] for row in people.values() if row}),
        work.now,
    )
    removed = {row[0] for row in rows}
    if notify:
        emit(work, [SegmentLeft(each, work.now, segment_id) for each in sorted(removed)])
    found: list[Listed] = []
    for name in names:
        row = people.get(name)
        if not row:
            found.append(_nobody(name, people))
            continue
        found.append(Listed(name, row["id"], "removed" if row["id"] in removed else "absent"))
        removed.discard(row["id"])
    return found


People = dict[Named, dict[str, Any] | None]


def _nobody(name: Named, people: People) -> Listed:
    return Listed(name, None, "ambiguous" if name in people else "not_found")


async def _people(work: Work, names: Sequence[Named]) -> People:
    """Return whom the names mean: id and status. None: several; who means nobody is absent."""
    codes = [name for name in names if isinstance(name, str)]
    coded: dict[Named, UUID] = {**await members.find(work, codes)}
    found: People = {}
    texts = [name.text for name in names if isinstance(name, Identifier)]
    for text, ids in (await members.find_by_anything(work, texts)).items():
        if len(ids) > 1:
            found[Identifier(text)] = None
        else:
            coded[Identifier(text)] = next(iter(ids))
    asked = {*coded.values(), *(name for name in names if isinstance(name, UUID))}
    rows = await members.get_facts(work, sorted(asked)) if asked else {}
    gone = {row["survivor_id"] for row in rows.values() if row["status"] == "merged"} - rows.keys()
    if gone:
        rows |= await members.get_facts(work, sorted(gone))
    for name in names:
        row = rows.get(cast("UUID", coded.get(name, name)))
        if row is not None and row["status"] == "merged":
            row = rows.get(row["survivor_id"])
        if row is not None and row["status"] != "erased":
            found[name] = row
    return found
