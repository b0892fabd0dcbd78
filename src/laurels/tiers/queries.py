"""Reading tiers and who stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels.kit.http.paging import ALL, FIRST, MAX_PAGE, Asked, Found, Listing, at, number, text
from laurels.kit.work import Work

from .errors import TierNotFound
from .ladder import load_ladder

COLUMNS = (
    "id, name, description, level, color, icon, criteria, min_points, min_spend, min_orders,"
    " qualification_period_days, points_multiplier, discount_percentage, free_shipping,"
    " early_access, birthday_bonus_points, requires_maintenance, maintenance_period_days,"
    " grace_days, is_default, created_at, updated_at, archived_at"
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
    row = await work.fetchrow(
        f"select {COLUMNS} from laurels.tiers where tenant_id = $1 and id = $2",
        work.tenant_id, tier_id,
    )  # fmt: skip
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
    return await TIERS.fetch(
        work, asked,
        f"select {COLUMNS} from laurels.tiers where tenant_id = $1"
        " and (archived_at is not null) = $2",
        work.tenant_id, archived,
    )  # fmt: skip


async def count_members(work: Work, tier_id: UUID) -> int:
    """Return how many members stand on a tier, whoever may be out of sight included."""
    row = await work.fetchrow(
        "select count(*) from laurels.tier_history where tenant_id = $1 and tier_id = $2"
        " and ended_at is null",
        work.tenant_id, tier_id,
    )  # fmt: skip
    return row[0] if row else 0


async def has_tiers(work: Work) -> bool:
    """Whether the tenant has a ladder. Costs no statement at a hot door."""
    return bool((await load_ladder(work)).tiers)


async def standings(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Return where these members stand; who stands nowhere is absent. Free without a ladder."""
    if not member_ids or not await has_tiers(work):
        return {}
    rows = await work.fetch(
        "select h.member_id, t.id, t.name, t.level, t.points_multiplier, t.birthday_bonus_points,"
        " h.achieved_at, h.expires_at from laurels.tier_history as h"
        " inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id"
        " where h.tenant_id = $1 and h.member_id = any($2) and h.ended_at is null",
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    return {row[0]: Standing(*row[1:]) for row in rows}


_STANDING = (
    "h.id as standing_id, h.member_id, h.achieved_at, h.ended_at, h.expires_at, h.grace_until,"
    " h.basis, h.fixed, h.reason, h.points_at_achievement, h.spend_at_achievement,"
    " h.orders_at_achievement, h.actor_type, h.actor_id, h.note,"
)
_TIER = ", ".join(f"t.{name}" for name in COLUMNS.split(", "))


async def current_rows(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the present standing of each member with its tier; who has none is absent."""
    rows = await work.fetch(
        f"select {_STANDING} {_TIER} from laurels.tier_history as h"
        " inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id"
        " where h.tenant_id = $1 and h.member_id = any($2) and h.ended_at is null",
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    return {row["member_id"]: dict(row) for row in rows}


HISTORY = Listing(
    moment="h.achieved_at",
    happened="Achieved",
    sorts={"created_at": None, "achieved_at": at("h.achieved_at")},
    id="h.id",
)


async def list_history(work: Work, member_id: UUID, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return a member's standings, usually newest first."""
    return await HISTORY.fetch(
        work, asked,
        f"select {_STANDING} t.id, t.name, t.level, t.color, t.icon"
        " from laurels.tier_history as h inner join laurels.tiers as t"
        "  on t.tenant_id = $1 and t.id = h.tier_id where h.tenant_id = $1"
        " and h.member_id = $2",
        work.tenant_id, member_id,
    )  # fmt: skip


async def history_of(work: Work, member_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return every standing that these members had, member by member, the first one first."""
    rows = await work.fetch(
        """
        select
          h.member_id, t.name as tier, t.level, h.reason, h.achieved_at, h.ended_at, h.expires_at,
          h.grace_until, h.points_at_achievement, h.spend_at_achievement,
          h.orders_at_achievement, h.note
        from laurels.tier_history as h
        inner join laurels.tiers as t on t.tenant_id = $1 and t.id = h.tier_id
        where h.tenant_id = $1 and h.member_id = any($2)
        order by h.member_id, h.achieved_at, h.id
        """,
        work.tenant_id, list(member_ids),
    )  # fmt: skip
    return [dict(row) for row in rows]


async def distribution(work: Work) -> tuple[list[dict[str, Any]], int]:
    """Return how many active members stand on each tier of the ladder, and how many on none.

    An archived tier is among them as long as somebody stands on it.
    """
    rows = await work.fetch(
        "select t.id, t.name, t.level, t.color, t.icon, count(m.id) as members"
        " from laurels.tiers as t"
        " left join laurels.tier_history as h"
        "  on h.tenant_id = $1 and h.tier_id = t.id and h.ended_at is null"
        " left join laurels.members as m"
        "  on m.tenant_id = $1 and m.id = h.member_id and m.status = 'active'"
        " where t.tenant_id = $1 group by t.tenant_id, t.id"
        " having t.archived_at is null or count(m.id) > 0 order by t.level, t.id",
        work.tenant_id,
    )
    none = await work.fetchrow(
        "select count(*) from laurels.members as m where m.tenant_id = $1 and m.status = 'active'"
        " and not exists (select from laurels.tier_history as h where h.tenant_id = $1"
        "  and h.member_id = m.id and h.ended_at is null)",
        work.tenant_id,
    )
    return [dict(row) for row in rows], none[0] if none else 0


async def count_active(work: Work) -> int:
    """Return how many members there are to review."""
    row = await work.fetchrow(
        "select count(*) from laurels.members where tenant_id = $1 and status = 'active'",
        work.tenant_id,
    )
    return row[0] if row else 0


async def active_after(work: Work, after: UUID | None, *, limit: int) -> list[UUID]:
    """Return the next active members after this one, in the order of their ids."""
    rows = await work.fetch(
        "select id from laurels.members where tenant_id = $1 and status = 'active'"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        work.tenant_id, after, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def due_members(work: Work, *, limit: int) -> list[UUID]:
    """Return members for whose standings time matters by now, at most `limit`."""
    rows = await work.fetch(
        "select h.member_id from laurels.tier_history as h"
        " inner join laurels.members as m on m.tenant_id = $1 and m.id = h.member_id"
        " where h.tenant_id = $1 and h.ended_at is null and h.due_at <= $2"
        " and m.status = 'active' order by h.due_at, h.member_id limit $3",
        work.tenant_id, work.now, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def next_due(work: Work) -> datetime | None:
    """Return when time next matters to a standing, also when that has passed; None: never."""
    row = await work.fetchrow(
        "select min(h.due_at) from laurels.tier_history as h"
        " inner join laurels.members as m on m.tenant_id = $1 and m.id = h.member_id"
        " where h.tenant_id = $1 and h.ended_at is null and h.due_at is not null"
        " and m.status = 'active'",
        work.tenant_id,
    )
    return None if row is None else row[0]
