"""Reading activities."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST as FIRST_PAGE
from laurels.kit.http.paging import Asked, Found, Listing
from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work

SQL = statements(__name__)


async def find_activities(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return those of these activities that are there, by id."""
    rows = await work.fetch(f"{SQL.activities} and id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


async def lock(work: Work, activity_id: UUID) -> dict[str, Any] | None:
    """Return an activity, locked until the transaction ends, None when there is none."""
    row = await work.fetchrow(
        f"{SQL.activities} and id = $2 for update", work.tenant_id, activity_id
    )
    return None if row is None else dict(row)


async def find_by_key(work: Work, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the ids of activities by their natural keys (source, external id)."""
    rows = await work.fetch(
        SQL.find_by_keys, work.tenant_id, [key[0] for key in keys], [key[1] for key in keys]
    )
    return {(row[0], row[1]): row[2] for row in rows}


ACTIVITIES = Listing(moment="occurred_at", happened="Occurred", sorts={"created_at": None})


async def list_activities(
    work: Work,
    *,
    member_id: UUID | None = None,
    kind: str | None = None,
    status: str | None = None,
    key: tuple[str | None, str | None] = (None, None),
    asked: Asked = FIRST_PAGE,
) -> Found[dict[str, Any]]:
    """Return activities, usually the newest recorded first; `key` is source and external id."""
    sql = f"""
        {SQL.activities}
          and ($2::uuid is null or member_id = $2) and ($3::text is null or kind = $3)
          and ($4::text is null or status = $4) and ($5::text is null or source = $5)
          and ($6::text is null or external_id = $6)
    """
    return await ACTIVITIES.fetch(work, asked, sql, work.tenant_id, member_id, kind, status, *key)


async def ids_of(
    work: Work, member_ids: Sequence[UUID], *, after: UUID = FIRST, limit: int
) -> list[UUID]:
    """Return the next ids of activities of these members, in their order."""
    rows = await work.fetch(SQL.ids_of_member, work.tenant_id, list(member_ids), after, limit)
    return [row[0] for row in rows]


async def celebrated(
    work: Work, member_ids: Sequence[UUID], *, kind: str, since: datetime
) -> dict[UUID, datetime]:
    """Return when these members last did this, if it was since then, whatever became of it."""
    rows = await work.fetch(SQL.last_celebrated, work.tenant_id, list(member_ids), since, kind)
    return {row[0]: row[1] for row in rows}
