"""Reading tiers and who stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import ALL, FIRST, MAX_PAGE, Asked, Found, Listing, at, number, text
from laurels.kit.work import Work

from .errors import TierNotFound
from .ladder import load_ladder

SQL = statements(__name__)

COLUMNS = (
    "id, name, description, level, color, icon, criteria, min_points, min_spend, min_orders,"
    " qualification_period_days, points_multiplier, discount_percentage, free_shipping,"
    " early_access, birthday_bonus_points, requires_maintenance, maintenance_period_days,"
    " grace_days, is_default, version, created_at, updated_at, archived_at"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """On which tier a member stands at present, and what that brings."""

    tier_id: UUID
    name: str
    level: int
    points_multiplier: Decimal
    birthday_bonus_points: int
    achieved_at: datetime
    expires_at: datetime | None


async def get_tier(work: Work, tier_id: UUID) -> dict[str, Any]:
    """Return a tier. Raise TierNotFound."""
    sql = f"select {COLUMNS} from laurels.tiers where tenant_id = $1 and id = $2"
    row = await work.fetchrow(sql, work.tenant_id, tier_id)
    if row is None:
        raise TierNotFound
    return dict(row)


TIERS = Listing(
    moment="created_at",
    happened="Created",
    # A ladder has few rungs: they may be sorted.
    sorts={"level": number("level"), "created_at": None, "name": text("name")},
    default="level",
    limit=MAX_PAGE,
)


async def list_tiers(
    work: Work, *, archived: bool = False, asked: Asked = ALL
) -> Found[dict[str, Any]]:
    """Return the ladder, usually the lowest tier first, or the archived tiers."""
    sql = f"""
        select {COLUMNS}
        from laurels.tiers
        where tenant_id = $1 and (archived_at is not null) = $2
    """
    return await TIERS.fetch(work, asked, sql, work.tenant_id, archived)


async def count_members(work: Work, tier_id: UUID) -> int:
    """Return how many members stand on a tier, whoever may be out of sight included."""
    row = await work.fetchrow(SQL.count_members, work.tenant_id, tier_id)
    return row[0] if row else 0


async def has_tiers(work: Work) -> bool:
    """Whether the tenant has a ladder. Costs no statement at a hot route."""
    return bool((await load_ladder(work)).tiers)


async def standings(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Return where these members stand; who stands nowhere is absent. Free without a ladder."""
    if not member_ids or not await has_tiers(work):
        return {}
    rows = await work.fetch(SQL.current_standings, work.tenant_id, list(member_ids))
    return {row[0]: Standing(*row[1:]) for row in rows}


_STANDING = (
    "h.id as standing_id, h.member_id, h.achieved_at, h.ended_at, h.expires_at, h.grace_until,"
    " h.basis, h.fixed, h.reason, h.points_at_achievement, h.spend_at_achievement,"
    " h.orders_at_achievement, h.actor_type, h.actor_id, h.note,"
)
_TIER = ", ".join(f"t.{name}" for name in COLUMNS.split(", "))


async def current_rows(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the present standing of each member with its tier; who has none is absent."""
    sql = f"""
        select {_STANDING} {_TIER}
        from laurels.tier_history as h
        inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
        where h.tenant_id = $1 and h.member_id = any($2) and h.ended_at is null
    """
    rows = await work.fetch(sql, work.tenant_id, list(member_ids))
    return {row["member_id"]: dict(row) for row in rows}


HISTORY = Listing(
    moment="h.achieved_at",
    happened="Achieved",
    sorts={"created_at": None, "achieved_at": at("h.achieved_at")},
    id="h.id",
)


async def list_history(work: Work, member_id: UUID, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return a member's standings, usually newest first."""
    sql = f"""
        select {_STANDING} t.id, t.name, t.level, t.color, t.icon
        from laurels.tier_history as h
        inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
        where h.tenant_id = $1 and h.member_id = $2
    """
    return await HISTORY.fetch(work, asked, sql, work.tenant_id, member_id)


async def history_of(work: Work, member_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return every standing that these members had, member by member, the first one first."""
    rows = await work.fetch(SQL.walk_history, work.tenant_id, list(member_ids))
    return [dict(row) for row in rows]


async def distribution(work: Work) -> tuple[list[dict[str, Any]], int]:
    """Return how many active members stand on each tier of the ladder, and how many on none.

    An archived tier is among them as long as somebody stands on it.
    """
    rows = await work.fetch(SQL.count_by_tier, work.tenant_id)
    none = await work.fetchrow(SQL.count_without_tier, work.tenant_id)
    return [dict(row) for row in rows], none[0] if none else 0


async def active_after(work: Work, after: UUID | None, *, limit: int) -> list[UUID]:
    """Return the next active members after this one, in the order of their ids."""
    rows = await work.fetch(SQL.active_after, work.tenant_id, after, limit)
    return [row[0] for row in rows]


async def due_members(work: Work, *, limit: int) -> list[UUID]:
    """Return members for whose standings time matters by now, at most `limit`."""
    rows = await work.fetch(SQL.due_members, work.tenant_id, work.now, limit)
    return [row[0] for row in rows]


async def next_due(work: Work) -> datetime | None:
    """Return when time next matters to a standing, also when that has passed; None: never."""
    row = await work.fetchrow(SQL.next_due, work.tenant_id)
    return None if row is None else row[0]
