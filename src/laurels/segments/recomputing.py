"""Who belongs to a segment by its criteria: computed for all, or for those who have news.

Two statements whatever the size: one writes who joined, one who left. The segment's row is locked
first, so of two at once the second finds nothing left to do.
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from laurels import events, members
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.segments import SegmentJoined, SegmentLeft
from laurels.kit.conditions import Condition
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.work import Work

from . import criteria as registry
from .errors import SegmentArchived, SegmentIsStatic
from .matching import Question, looking_at_all, question, start_of_today
from .queries import get_segment

SQL = statements(__name__)

log = logging.getLogger("laurels.segments")
STATEMENT_TIMEOUT_SECONDS = 600
"""How long one statement of a computation may take; a tenant may have millions of members."""
FAILURES = (
    AppError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    asyncpg.DataError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.QueryCanceledError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.IntegrityConstraintViolationError,
)
"""What can be wrong with one segment. Whoever lost a race or the database tries the whole again."""
_OWN = (SegmentJoined.name, SegmentLeft.name)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a computation of a segment did."""

    segment_id: UUID
    members: int
    joined: int
    left: int


async def recompute(work: Work, segment_id: UUID, *, notify: bool | None = None) -> Recomputed:
    """The segment's members are those whom its criteria mean now; who came and went is history.

    It is told as events, but for the first time that criteria are computed: then only if `notify`
    asks for it. Raise SegmentNotFound, SegmentArchived or SegmentIsStatic.
    """
    segment = await get_segment(work, segment_id, lock=True)
    if segment["archived_at"] is not None:
        raise SegmentArchived
    if segment["kind"] == "static":
        raise SegmentIsStatic
    tell = segment["computed_version"] == segment["version"] if notify is None else notify
    condition = registry.read(segment["criteria"])
    async with looking_at_all(work, seconds=STATEMENT_TIMEOUT_SECONDS):
        joined, left = await _move(work, segment, condition, None)
        by_day = (await question(work, condition)).goes_by_day()
        members = await summarise(work, segment_id, computed=segment["version"], by_day=by_day)
    if tell:
        _tell(work, segment_id, joined, left)
    return Recomputed(segment_id, members, len(joined), len(left))


async def _move(
    work: Work, segment: dict[str, Any], condition: Condition, only: Sequence[UUID] | None
) -> tuple[list[UUID], list[UUID]]:
    """Whoever matches belongs to the segment and nobody else; `only` looks at these alone."""
    return (
        await _authenticate(work, segment, condition, only),
        await _let_go(work, segment, condition, only),
    )


async def _authenticate(
    work: Work, segment: dict[str, Any], condition: Condition, only: Sequence[UUID] | None
) -> list[UUID]:
    asked = await question(work, condition, few=only is not None)
    found, mark = asked.found(), asked.mark
    place, now = mark(segment["id"], "uuid"), mark(work.now, "timestamptz")
    version = mark(segment["version"], "bigint")
    sql = f"""
        insert into laurels.segment_memberships (
          tenant_id, segment_id, member_id, joined_at, reason, version, found
        )
        select $1, {place}, m.id, {now}, 'criteria', {version}, {found}
        from {asked.rows()}{_among(asked, "m.id", only)} and not exists (
          select
          from laurels.segment_memberships as s
          where s.tenant_id = $1 and s.segment_id = {place} and s.member_id = m.id
            and s.left_at is null
        )
        order by m.id
        on conflict (tenant_id, segment_id, member_id) where left_at is null do nothing
        returning member_id
    """
    rows = await work.fetch(sql, *asked.values.given)
    return [row[0] for row in rows]


async def _let_go(
    work: Work, segment: dict[str, Any], condition: Condition, only: Sequence[UUID] | None
) -> list[UUID]:
    asked = await question(work, condition, few=only is not None)
    mark = asked.mark
    place, now = mark(segment["id"], "uuid"), mark(work.now, "timestamptz")
    sql = f"""
        update laurels.segment_memberships as s
        set left_at = greatest(s.joined_at, {now}), left_reason = 'criteria'
        where s.tenant_id = $1 and s.segment_id = {place}
          and s.left_at is null{_among(asked, "s.member_id", only)}
          and not exists (select from {asked.rows()} and m.id = s.member_id)
        returning s.member_id
    """
    rows = await work.fetch(sql, *asked.values.given)
    return [row[0] for row in rows]


def _among(asked: Question, column: str, only: Sequence[UUID] | None) -> str:
    if only is None:
        return ""
    return f" and {column} = any({asked.mark(list(only), 'uuid[]')})"


def _tell(work: Work, segment_id: UUID, joined: Sequence[UUID], left: Sequence[UUID]) -> None:
    told: list[Event] = [SegmentJoined(each, work.now, segment_id) for each in sorted(joined)]
    told += [SegmentLeft(each, work.now, segment_id) for each in sorted(left)]
    emit(work, told)


async def summarise(
    work: Work, segment_id: UUID, *, computed: int | None = None, by_day: bool = True
) -> int:
    """The segment's row says how many belong to it and their averages; return how many."""
    row = await work.fetchrow(
        SQL.book_summary, work.tenant_id, segment_id, computed, work.now, by_day
    )
    assert row is not None, "the segment is there, because it is locked"
    return row[0]


async def summarise_lists(work: Work) -> None:
    """Lists by hand say how many are on them and their averages, as of now."""
    rows = await work.fetch(SQL.list_static, work.tenant_id)
    for row in rows:
        await summarise(work, row["id"])


async def recompute_some(work: Work, *, asked: bool, limit: int) -> int:
    """At most `limit` segments are computed: those asked for, or those due tonight; say how many.

    Due are those that follow their criteria by themselves and were not computed today.
    """
    due = (
        "asked_at is not null"
        if asked
        else "auto_update and (last_computed_at is null or last_computed_at < $3)"
        " and (failed_at is null or failed_at < $3)"
    )
    today = [] if asked else [await start_of_today(work)]
    sql = f"""
        select id, asked_notify
        from laurels.segments
        where tenant_id = $1 and kind = 'dynamic' and archived_at is null and {due}
        order by id
        limit $2
    """
    rows = await work.fetch(sql, work.tenant_id, limit, *today)
    for row in rows:
        async with _apart(work, row["id"]):
            await recompute(work, row["id"], notify=row["asked_notify"])
    return len(rows)


@asynccontextmanager
async def _apart(work: Work, segment_id: UUID) -> AsyncGenerator[None]:
    """A segment that cannot be computed says why, and stops no other one.

    It is left alone until the next night, or until somebody asks for it again.
    """
    try:
        async with work.savepoint():
            yield
    except FAILURES as error:
        log.warning("segment %s could not be computed: %s", segment_id, type(error).__name__)
        await work.fetch(SQL.book_failure, work.tenant_id, segment_id, work.now, _why(error))


def _why(error: Exception) -> str:
    if isinstance(error, asyncpg.QueryCanceledError):
        return "It took too long; use simpler criteria, or fewer days."
    if isinstance(error, AppError | ValueError):
        return f"Its criteria are no longer valid: {error}"[:500]
    return (
        "Its criteria cannot be computed; change them, or report this with the id of the segment."
    )


async def keep_up(work: Work, *, limit: int) -> int:
    """Segments follow what happened to members since they last looked: at most `limit` events.

    Only those who have news are asked, all at once per segment. What compares members with each
    other, or depends on the day alone, waits for the night.
    """
    row = await work.fetchrow(SQL.lock_cursor, work.tenant_id)
    if row is None:
        return 0
    start: int = row["position"]
    news = await events.members_since(work, start, without=_OWN, limit=limit)
    if news.members:
        await _follow(work, news.members)
    await work.fetch(SQL.move_cursor, work.tenant_id, news.position)
    return news.position - start


async def _follow(work: Work, news: dict[UUID, bool]) -> None:
    """`news` says of each member whether all of it is imported history: of that nobody is told."""
    # Before any other lock, so that whoever merges or archives one of them waits, or is waited for.
    await members.lock_present(work, list(news))
    rows = await work.fetch(SQL.lock_followed, work.tenant_id)
    for row in rows:
        async with _apart(work, row["id"]):
            await _follow_one(work, dict(row), news)


async def _follow_one(work: Work, segment: dict[str, Any], news: dict[UUID, bool]) -> None:
    condition = registry.read(segment["criteria"])
    if registry.is_relative(condition):
        return
    joined, left = await _move(work, segment, condition, list(news))
    if not joined and not left:
        return
    _tell(
        work,
        segment["id"],
        [each for each in joined if not news[each]],
        [each for each in left if not news[each]],
    )
    await work.fetch(SQL.add_to_count, work.tenant_id, segment["id"], len(joined) - len(left))
